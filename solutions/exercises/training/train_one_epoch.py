"""ps7.train_one_epoch: a step for each batch."""

from __future__ import annotations

import numpy as np

from convnets.training import train_one_epoch
from coursekit.checks.declare import Case, Exercise, Group, case
from exercises.training.toys import (
    as_many_as_classes,
    batches,
    softmax_regression,
    two_modes,
)
from exercises.training.train_mistakes import MISCONCEPTIONS, training

PLAIN = {"lr": 0.125}
HEAVY = {"lr": 0.125, "momentum": 0.75}
FALLING = {"type": "StepLR", "step_size": 1, "gamma": 0.25}


def parameters(rng: np.random.Generator) -> list[Case]:
    one, state = softmax_regression, {"look": "state"}
    return [
        case("one batch", one(rng), batches(rng, 2), PLAIN, **state),
        case("two batches", one(rng), batches(rng, 3, 3), PLAIN, **state),
        case("momentum", one(rng), batches(rng, 4, 2, 3), HEAVY, **state),
        case(
            "gradients from before",
            one(rng),
            batches(rng, 2, 3),
            PLAIN,
            stale=True,
            **state,
        ),
        case(
            "batches that come once",
            one(rng),
            batches(rng, 2, 3),
            PLAIN,
            once=True,
            **state,
        ),
    ]


def numbers(rng: np.random.Generator) -> list[Case]:
    layers, uneven = softmax_regression(rng), batches(rng, 5, 2, 4)
    even = as_many_as_classes(rng, (training(), training(axis=0)), layers, PLAIN)
    return [
        case("loss of one batch", layers, batches(rng, 4), PLAIN, look="loss"),
        case("loss over uneven batches", layers, uneven, PLAIN, look="loss"),
        case("accuracy over them", layers, uneven, PLAIN, look="accuracy"),
        case("accuracy of others", layers, batches(rng, 2, 7), HEAVY, look="accuracy"),
        case("as many as classes", layers, even, PLAIN, look="accuracy"),
    ]


def modes(rng: np.random.Generator) -> list[Case]:
    layers, some = two_modes(rng), batches(rng, 4, 3)
    before = {"mode": "eval"}
    return [
        case("modes afterwards", layers, some, PLAIN, look="modes", **before),
        case("loss in training mode", layers, some, PLAIN, look="loss", **before),
        case("what was learnt", layers, some, PLAIN, look="state", **before),
        case("training mode kept", layers, some, PLAIN, look="loss"),
    ]


def schedules(rng: np.random.Generator) -> list[Case]:
    layers, some = softmax_regression(rng), batches(rng, 2, 4, 3)
    with_rates = (layers, some, PLAIN, FALLING)
    return [
        case("the rate afterwards", *with_rates, look="rate"),
        case("what was learnt", *with_rates, look="state"),
        case("no scheduler", layers, some, PLAIN, look="rate"),
    ]


EXERCISE = Exercise(
    id="ps7.train_one_epoch",
    title="An epoch of training",
    reference=train_one_epoch,
    difficulty=2,
    minutes=40,
    groups=[
        Group("Steps", 1, parameters),
        Group("Loss and accuracy", 1, numbers),
        Group("Training mode", 0.5, modes),
        Group("Schedule", 0.5, schedules),
    ],
    misconceptions=MISCONCEPTIONS,
    libraries=("torch",),
    prepare="training",
)
