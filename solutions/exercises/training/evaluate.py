"""ps7.evaluate: measure a network and leave it as it was."""

from __future__ import annotations

import numpy as np

from convnets.training import evaluate
from coursekit.checks.declare import Case, Exercise, Group, case
from exercises.training.evaluate_mistakes import MISCONCEPTIONS, measuring
from exercises.training.toys import (
    as_many_as_classes,
    batches,
    softmax_regression,
    two_modes,
)

ECHO = {"type": "Echo"}


def numbers(rng: np.random.Generator) -> list[Case]:
    layers, uneven = softmax_regression(rng), batches(rng, 5, 2, 4)
    even = as_many_as_classes(rng, (evaluate, measuring(axis=0)), layers)
    once = {"once": True}
    return [
        case("loss on one batch", layers, batches(rng, 4), look="loss"),
        case("loss on uneven batches", layers, uneven, look="loss"),
        case("accuracy on them", layers, uneven, look="accuracy"),
        case("batches that come once", layers, uneven, look="loss", **once),
        case("accuracy on others", layers, batches(rng, 2, 7), look="accuracy"),
        case("as many as classes", layers, even, look="accuracy"),
    ]


def modes(rng: np.random.Generator) -> list[Case]:
    layers, some = two_modes(rng), batches(rng, 4, 3, 2)
    before = {"mode": "eval"}
    return [
        case("loss in evaluation mode", layers, some, look="loss"),
        case("training mode put back", layers, some, look="modes"),
        case("evaluation mode kept", layers, some, look="modes", **before),
        case(
            "loss of a network in evaluation mode", layers, some, look="loss", **before
        ),
        case("nothing learnt", layers, some, look="state"),
    ]


def gradients(rng: np.random.Generator) -> list[Case]:
    layers, some = [*softmax_regression(rng), ECHO], batches(rng, 4, 3)
    return [
        case("nothing recorded", layers, some, look="loss"),
        case("recorded again afterwards", layers, some, look="recording"),
    ]


EXERCISE = Exercise(
    id="ps7.evaluate",
    title="Measure a network",
    reference=evaluate,
    difficulty=1,
    minutes=20,
    groups=[
        Group("Loss and accuracy", 1, numbers),
        Group("Evaluation mode", 0.75, modes),
        Group("No gradients", 0.25, gradients),
    ],
    misconceptions=MISCONCEPTIONS,
    libraries=("torch",),
    prepare="training",
)
