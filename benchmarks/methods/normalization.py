"""A small network with any norm, and its training on handwritten digits.

All that is random comes from the seed of a run: first weights and order of the images.
The images that are held out are the same for every seed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional

CHANNELS = (16, 16, 16, 32, 32, 32)  # of the six convolutions
POOL_AFTER = 3  # convolutions before the one pooling layer
GROUPS = 4
TRAIN_IMAGES = 1000
EPOCHS = 10


@dataclass(frozen=True)
class Setting:
    """What one factor at a time is changed of."""

    norm: str = "batch"
    learning_rate: float = 0.1
    batch_size: int = 64
    position: str = "before ReLU"
    scale: float = 1.0  # of the first weights, 1 for those of He et al. (2015)


@dataclass
class Run:
    """What one training leaves behind."""

    loss: list[float] = field(default_factory=list)  # one for each step
    train_accuracy: list[float] = field(default_factory=list)  # one for each epoch
    test_accuracy: list[float] = field(default_factory=list)


def make_norm(kind: str, channels: int, side: int) -> nn.Module | None:
    """Return one layer that normalises maps of side x side pixels, or None."""
    makers: dict[str, Any] = {
        "none": lambda: None,
        "batch": lambda: nn.BatchNorm2d(channels),
        "layer": lambda: nn.LayerNorm((channels, side, side)),
        "instance": lambda: nn.InstanceNorm2d(channels, affine=True),
        "group": lambda: nn.GroupNorm(GROUPS, channels),
    }
    made: nn.Module | None = makers[kind]()
    return made


def make_network(setting: Setting) -> nn.Sequential:
    """Build six convolutions, one pooling layer, a mean of each map, a linear layer."""
    layers: list[nn.Module] = []
    before, side = 1, 8
    for number, channels in enumerate(CHANNELS):
        if number == POOL_AFTER:
            layers.append(nn.MaxPool2d(2))
            side //= 2
        layers.append(nn.Conv2d(before, channels, 3, padding=1))
        norm = make_norm(setting.norm, channels, side)
        parts = [norm, nn.ReLU()]
        if setting.position == "after ReLU":
            parts.reverse()
        layers += [part for part in parts if part is not None]
        before = channels
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, 10)]
    network = nn.Sequential(*layers)
    initialise(network, setting.scale)
    return network


@torch.no_grad()
def initialise(network: nn.Sequential, scale: float) -> None:
    """Draw the filters as He et al. (2015) do, times `scale`; biases are 0."""
    for layer in network:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            layer.weight *= scale
            nn.init.zeros_(layer.bias)


def load_images() -> tuple[torch.Tensor, ...]:
    """Return images and labels to train on, then those held out; the mean is 0."""
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32)[:, None]
    labels = torch.tensor(digits.target)
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
    train, test = order[:TRAIN_IMAGES], order[TRAIN_IMAGES:]
    mean, std = images[train].mean(), images[train].std()
    images = (images - mean) / std
    return images[train], labels[train], images[test], labels[test]


def batches(count: int, size: int, generator: torch.Generator) -> Iterator[Any]:
    """Yield the numbers of shuffled images, whole batches only."""
    order = torch.randperm(count, generator=generator)
    for start in range(0, count - size + 1, size):
        yield order[start : start + size]


def train(setting: Setting, seed: int, data: tuple[torch.Tensor, ...]) -> Run:
    """Train by plain gradient descent; stop where the loss is not a number."""
    images, labels, *held_out = data
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    network, run = make_network(setting), Run()
    optimizer = torch.optim.SGD(network.parameters(), lr=setting.learning_rate)
    for _ in range(EPOCHS):
        network.train()
        for chosen in batches(len(images), setting.batch_size, generator):
            loss = functional.cross_entropy(network(images[chosen]), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            run.loss.append(loss.item())
        run.train_accuracy.append(accuracy(network, images, labels))
        run.test_accuracy.append(accuracy(network, *held_out))
        if not math.isfinite(run.loss[-1]):
            break
    return run


@torch.no_grad()
def accuracy(network: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> float:
    """Return the share of images whose largest logit is that of their label."""
    network.eval()
    return float((network(images).argmax(dim=1) == labels).float().mean())
