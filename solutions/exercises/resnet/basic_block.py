"""ps8.BasicBlock: two convolutions, and a shortcut past them."""

from __future__ import annotations

import numpy as np

from convnets.resnet import BasicBlock
from coursekit.checks.declare import Case, Exercise, Group, case
from exercises.draws import after_given_lines
from exercises.resnet.block_mistakes import MISCONCEPTIONS
from exercises.resnet.block_parts import PARTS
from exercises.resnet.networks import runs_of

PADDING, NONE = {"shortcut": "padding"}, {"shortcut": "none"}


def same_size(rng: np.random.Generator) -> list[Case]:
    run = runs_of(BasicBlock, rng)
    return [
        case("its parameters", 2, 2, look="parameters"),
        run("2 channels", 2, 2, size=(1, 2, 3, 4)),
        run("3 channels, 2 images", 3, 3, size=(2, 3, 4, 2)),
        case("no channels", 0, 3, look="parameters"),
    ]


def sizes_change(rng: np.random.Generator) -> list[Case]:
    run = runs_of(BasicBlock, rng)
    return [
        case("parameters of a projection", 2, 3, look="parameters"),
        run("more channels", 3, 5, size=(1, 3, 4, 2)),
        case("parameters for stride 2", 4, 4, 2, look="parameters"),
        run("stride 2", 4, 4, 2, size=(1, 4, 6, 3)),
        run("stride 2 on two pixels", 2, 3, 2, size=(1, 2, 1, 2)),
        run("stride 2, more channels", 2, 4, stride=2, size=(2, 2, 3, 5)),
        run("stride 3, fewer channels", 4, 3, 3, size=(1, 4, 8, 5)),
    ]


def without_weights(rng: np.random.Generator) -> list[Case]:
    run = runs_of(BasicBlock, rng)
    return [
        case("padding has no parameters", 2, 5, 2, look="count", **PADDING),
        run("a padded shortcut", 2, 6, stride=2, **PADDING, size=(1, 2, 5, 3)),
        run("padding of even sizes", 2, 4, 2, **PADDING, size=(1, 2, 4, 6)),
        run("padding, stride 3", 2, 4, 3, **PADDING, size=(3, 2, 4, 1)),
        run("padding, more channels", 2, 6, **PADDING, size=(1, 2, 3, 4)),
        run("padding where nothing changes", 3, 3, **PADDING, size=(1, 3, 2, 4)),
        case("padding takes no channels away", 4, 3, look="count", **PADDING),
    ]


def plain(rng: np.random.Generator) -> list[Case]:
    run = runs_of(BasicBlock, rng)
    return [
        run("a plain block", 3, 3, **NONE, size=(1, 3, 5, 6)),
        run("a plain block, stride 2", 3, 4, 2, **NONE, size=(1, 3, 8, 9)),
        case("parameters of a plain block", 2, 3, 2, look="parameters", **NONE),
    ]


def in_training(rng: np.random.Generator) -> list[Case]:
    run = runs_of(BasicBlock, rng)
    train = {"mode": "train"}
    return [
        run("outputs in training", 2, 2, **train, size=(3, 2, 2, 4)),
        run("averages after it", 2, 2, **train, look="state", size=(3, 2, 2, 4)),
        run("a projection in training", 2, 4, 2, **train, size=(3, 2, 4, 5)),
        run("its averages", 2, 4, stride=2, **train, look="state", size=(3, 2, 4, 5)),
    ]


def gradients(rng: np.random.Generator) -> list[Case]:
    run = runs_of(BasicBlock, rng)
    asked = {"look": "gradients"}
    return [
        run("gradients of a block", 2, 2, **asked, size=(2, 2, 3, 4)),
        run("in training", 3, 3, **asked, mode="train", size=(2, 3, 5, 4)),
        run("through a projection", 2, 3, 2, **asked, size=(2, 2, 6, 5)),
        run("through padding", 2, 4, 2, **PADDING, **asked, size=(1, 2, 6, 5)),
    ]


EXERCISE = Exercise(
    id="ps8.BasicBlock",
    title="A block that adds",
    reference=BasicBlock,
    difficulty=2,
    minutes=40,
    groups=[
        Group("Sizes stay", 1.5, same_size),
        Group("Strides and channels", 1.5, sizes_change),
        Group("Shortcuts without weights", 0.75, without_weights),
        Group("Plain blocks", 0.25, plain),
        Group("In training", 1, in_training),
        Group("Gradients", 1, gradients),
    ],
    misconceptions=after_given_lines(BasicBlock, [*MISCONCEPTIONS, *PARTS]),
    libraries=("torch",),
    prepare="module",
)
