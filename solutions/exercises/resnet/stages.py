"""ps8.ResNet: a stem, stages of blocks, the mean of each channel, a linear layer."""

from __future__ import annotations

import numpy as np

from convnets.resnet import ResNet
from coursekit.checks.declare import Case, Exercise, Group, case
from exercises.draws import after_given_lines
from exercises.resnet.network_mistakes import MISCONCEPTIONS
from exercises.resnet.networks import runs_of


def small(rng: np.random.Generator) -> list[Case]:
    run = runs_of(ResNet, rng)
    return [
        case("its parameters", (1,), (2,), 3, 1, look="parameters"),
        run("one block", (1,), (3,), num_classes=4, size=(2, 3, 5, 6)),
        run("two stages", (1, 2), (2, 3), 4, in_channels=1, size=(2, 1, 6, 9)),
        case("a width too few", (1, 2), (4,), look="count"),
    ]


def large(rng: np.random.Generator) -> list[Case]:
    run = runs_of(ResNet, rng)
    stem = {"stem": "large"}
    return [
        case("parameters of a large stem", (1,), (2,), 3, 1, "large", look="count"),
        run("one stage", (1,), (3,), 5, in_channels=2, **stem, size=(2, 2, 18, 23)),
        run(
            *("a large stem in training", (1,), (2,), 3, 1),
            mode="train",
            size=(3, 1, 15, 22),
            **stem,
        ),
        run("two stages, larger", (1, 1), (2, 4), 3, 1, **stem, size=(1, 1, 20, 33)),
    ]


def stages(rng: np.random.Generator) -> list[Case]:
    run = runs_of(ResNet, rng)
    counts, widths, names = (2, 1, 3), (2, 3, 4), ("layer1", "layer2", "layer3")
    return [
        case("parameters", (1, 2, 1), (2, 3, 3), 4, 2, look="parameters"),
        run("2, 1 and 3 blocks", counts, widths, 6, 2, size=(2, 2, 9, 12)),
        run("channels alike", (2, 2), (3, 3), 4, 2, size=(1, 2, 6, 8)),
        run(
            *("shapes of its stages", counts, widths, 6, 2),
            look="stages",
            stages=names,
            size=(1, 2, 9, 12),
        ),
    ]


def shortcuts(rng: np.random.Generator) -> list[Case]:
    run = runs_of(ResNet, rng)
    plain, padded = {"shortcut": "none"}, {"shortcut": "padding"}
    return [
        case("parameters of a plain one", (1, 1), (2, 5), look="count", **plain),
        run("padded", (1, 2), (2, 5), 4, 2, **padded, size=(2, 2, 6, 8)),
        run("plain", (2, 1), (3, 4), 4, 2, **plain, size=(1, 2, 8, 9)),
    ]


def in_training(rng: np.random.Generator) -> list[Case]:
    run = runs_of(ResNet, rng)
    train = {"mode": "train"}
    return [
        run("logits in training", (2, 3), (3, 4), 4, 2, **train, size=(3, 2, 7, 10)),
        run(
            *("what goes into the mean", (1, 2), (3, 4), 4, 2),
            method="features",
            size=(1, 2, 5, 6),
        ),
        run("gradients", (1,), (2,), 3, 1, look="gradients", size=(1, 1, 4, 3)),
        run(
            *("gradients of the features", (1,), (2,), 3, 2),
            method="features",
            look="gradients",
            size=(1, 2, 3, 4),
        ),
    ]


EXERCISE = Exercise(
    id="ps8.ResNet",
    title="Blocks in stages",
    reference=ResNet,
    difficulty=2,
    minutes=40,
    groups=[
        Group("Small images", 0.5, small),
        Group("Large images", 1, large),
        Group("Stages", 1, stages),
        Group("Shortcuts", 0.5, shortcuts),
        Group("Training and features", 1, in_training),
    ],
    misconceptions=after_given_lines(ResNet, MISCONCEPTIONS),
    libraries=("torch",),
    prepare="module",
)
