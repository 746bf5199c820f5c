"""A small network, small data and a short preset, for runs that take no time."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import nn

from coursekit.datasets import Dataset
from coursekit.runs import PRESETS


def small_network(seed=0, width=5):
    """Make a network with batch norm and dropout, which both keep a state."""
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(2, width, 3, padding=1),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(4 * width, 3),
    )


@pytest.fixture
def network():
    return small_network()


@pytest.fixture
def dataset():
    """Three classes that differ in where the picture is bright."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(45) % 3
    images = torch.randint(100, (45, 2, 8, 9), generator=generator).to(torch.uint8)
    for row, label in enumerate(labels):
        images[row, :, 3 * label : 3 * label + 2] += 120
    parts = (images[:33], labels[:33], images[33:], labels[33:])
    return Dataset("three", *parts, ("top", "middle", "bottom"))


@pytest.fixture
def preset():
    return dataclasses.replace(
        PRESETS["lenet-quick"],
        name="test",
        epochs=4,
        batch_size=8,
        max_lr=0.1,
        changes="shift and mirror",
        shift=1,
    )


@pytest.fixture
def weights():
    """Return a copy of everything a network has learnt, in one row."""

    def weights(network):
        rows = [value.flatten().double() for value in network.state_dict().values()]
        return torch.cat(rows).clone()

    return weights
