"""ps8.resnet20 and ps8.resnet18: which blocks, how wide, behind which stem."""

from __future__ import annotations

import numpy as np

from convnets.resnet import resnet18, resnet20
from coursekit.checks.declare import Case, Exercise, Group, case
from exercises.resnet.named_mistakes import OF_RESNET18, OF_RESNET20
from exercises.resnet.networks import runs_of

THREE = ("layer1", "layer2", "layer3")
FOUR = (*THREE, "layer4")


def layers20(rng: np.random.Generator) -> list[Case]:
    channels = int(rng.integers(4, 9))
    return [
        case("its parameters", look="parameters"),
        case("other images", in_channels=channels, look="count"),
        case("other classes", int(rng.integers(11, 90)), look="count"),
        case("no classes", 0, look="count"),
    ]


def logits20(rng: np.random.Generator) -> list[Case]:
    run = runs_of(resnet20, rng)
    return [
        run("a small image", size=(1, 3, 12, 9)),
        run("7 classes, 1 channel", 7, 1, size=(2, 1, 9, 14)),
        run("shapes of its stages", size=(1, 3, 32, 32), look="stages", stages=THREE),
    ]


def layers18(rng: np.random.Generator) -> list[Case]:
    channels = int(rng.integers(4, 9))
    return [
        case("its parameters", look="parameters"),
        case("other images", in_channels=channels, look="count"),
        case("other classes", int(rng.integers(11, 90)), look="count"),
        case("no classes", 0, look="count"),
    ]


def logits18(rng: np.random.Generator) -> list[Case]:
    run = runs_of(resnet18, rng)
    return [run("a small image, 6 classes", 6, size=(1, 3, 40, 33))]


RESNET20 = Exercise(
    id="ps8.resnet20",
    title="ResNet-20",
    reference=resnet20,
    difficulty=1,
    minutes=10,
    groups=[
        Group("Parameters", 1, layers20),
        Group("Logits and stages", 1, logits20),
    ],
    misconceptions=OF_RESNET20,
    libraries=("torch",),
    prepare="module",
)

RESNET18 = Exercise(
    id="ps8.resnet18",
    title="ResNet-18",
    reference=resnet18,
    difficulty=1,
    minutes=10,
    groups=[
        Group("Parameters", 1, layers18),
        Group("Logits", 1, logits18),
    ],
    misconceptions=OF_RESNET18,
    libraries=("torch",),
    prepare="module",
)
