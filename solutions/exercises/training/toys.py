"""Small networks and batches to train and measure, in plain values."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.checks.training_driver import run_training
from exercises.draws import FloatArray

Layer = dict[str, Any]
Batch = tuple[FloatArray, Any]
Functions = tuple[Callable[..., Any], Callable[..., Any]]

CLASSES = 3
PIXELS = (1, 2, 2)  # (C, H, W)
HIDDEN = 4


def quarters(rng: np.random.Generator, *shape: int) -> FloatArray:
    """Draw quarters between -1 and 1 other than 0."""
    return rng.choice([-4, -3, -2, -1, 1, 2, 3, 4], size=shape) / 4


def linear(rng: np.random.Generator, size: int, out: int) -> Layer:
    """Describe a linear layer."""
    arrays = {"weight": quarters(rng, out, size), "bias": quarters(rng, out)}
    return {"type": "Linear", "args": [size, out], "arrays": arrays}


def softmax_regression(rng: np.random.Generator) -> list[Layer]:
    """Describe a network of one linear layer."""
    return [{"type": "Flatten"}, linear(rng, int(np.prod(PIXELS)), CLASSES)]


def two_modes(rng: np.random.Generator) -> list[Layer]:
    """Describe a network that is not the same in training and in evaluation.

    Batch norm and the thinning depend on the mode.
    """
    averages = {
        "running_mean": quarters(rng, HIDDEN),
        "running_var": 1 + rng.integers(1, 9, size=HIDDEN) / 4,
        "weight": 1 + rng.integers(1, 5, size=HIDDEN) / 4,
        "bias": quarters(rng, HIDDEN),
    }
    return [
        {"type": "Flatten"},
        linear(rng, int(np.prod(PIXELS)), HIDDEN),
        {"type": "BatchNorm1d", "args": [HIDDEN], "arrays": averages},
        {"type": "Tanh"},
        {"type": "Thinning"},
        linear(rng, HIDDEN, CLASSES),
    ]


def as_many_as_classes(
    rng: np.random.Generator, functions: Functions, layers: list[Layer], *others: Any
) -> list[Batch]:
    """Draw batches of as many examples as classes, on which two functions differ.

    There, the largest logit along either axis can be compared with the labels.

    Parameters
    ----------
    rng : Generator
        Where they come from.
    functions : pair of callable
        Return a loss and an accuracy, as `run_training` calls them.
    layers : list of dict
        The network.
    others
        What a function takes after the batches.
    """
    while True:
        drawn = batches(rng, CLASSES, CLASSES)
        arguments = (layers, drawn, *others)
        first, second = (
            run_training(measured, *copy.deepcopy(arguments), look="accuracy")
            for measured in functions
        )
        if first != second:
            return drawn


def batches(rng: np.random.Generator, *sizes: int) -> list[Batch]:
    """Draw batches of images of whole numbers; every class occurs where it can."""
    drawn = []
    for size in sizes:
        labels = rng.permutation(np.arange(size) % CLASSES).astype(np.int64)
        drawn.append((quarters(rng, size, *PIXELS) * 4, labels))
    return drawn
