"""ps7.LeNet5: a network of two convolutions, in three variants."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from convnets.lenet import LeNet5
from coursekit.checks.declare import Case, Exercise, Group, case
from coursekit.checks.module_driver import run_module
from coursekit.checks.module_weights import recipe
from exercises.draws import FloatArray
from exercises.lenet.lenet_mistakes import MISCONCEPTIONS


@functools.cache
def shapes(*arguments: Any) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the right network's weights by name."""
    found: dict[str, tuple[int, ...]] = run_module(
        LeNet5, *arguments, look="parameters"
    )
    return found


def images(rng: np.random.Generator, *shape: int) -> FloatArray:
    """Draw images of quarters between -1 and 1, none of which saturates a tanh."""
    return rng.integers(-4, 5, size=(*shape, 28, 28)) / 4


def run(
    rng: np.random.Generator, note: str, look: str, *arguments: Any, **said: str
) -> Case:
    """Write a case that runs a network with drawn weights."""
    variant, channels, classes = (*arguments, *("classic", 1, 10)[len(arguments) :])
    weights = recipe(rng.integers(2**31), shapes(variant, channels, classes))
    x = images(rng, 2 if channels == 1 else 1, channels)
    return case(note, *arguments, look=look, images=x, weights=weights, **said)


def variant(name: str, rng: np.random.Generator) -> list[Case]:
    return [
        case("shapes of its weights", name, look="parameters"),
        run(rng, "logits for given weights", "output", name),
        run(rng, "gradients in training", "gradients", name, mode="train"),
    ]


def classic(rng: np.random.Generator) -> list[Case]:
    return [
        *variant("classic", rng),
        case("if nothing is said", look="parameters"),
        run(rng, "logits if nothing is said", "output"),
        case("an unknown variant", "modern", look="count"),
    ]


def other_tasks(rng: np.random.Generator) -> list[Case]:
    return [
        case("shapes for 3 channels, 7 classes", "wide", 3, 7, look="parameters"),
        case("shapes for 2 channels, 6 classes", "original", 2, 6, look="parameters"),
        run(rng, "logits for 3 channels, 4 classes", "output", "classic", 3, 4),
        run(rng, "logits for 2 channels, 12 classes", "output", "original", 2, 12),
        case("images without channels", "classic", 0, look="count"),
    ]


EXERCISE = Exercise(
    id="ps7.LeNet5",
    title="LeNet-5 in three variants",
    reference=LeNet5,
    difficulty=2,
    minutes=45,
    groups=[
        Group("The classic variant", 1.5, classic),
        Group("The original variant", 1, functools.partial(variant, "original")),
        Group("The wide variant", 1.5, functools.partial(variant, "wide")),
        Group("Other channels and classes", 1, other_tasks),
    ],
    misconceptions=MISCONCEPTIONS,
    libraries=("torch",),
    prepare="module",
)
