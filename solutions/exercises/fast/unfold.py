"""ps4.unfold: the windows of an image as the columns of a matrix."""

from __future__ import annotations

import numpy as np

from convnets.im2col import unfold
from coursekit.checks.declare import Case, Exercise, Group, case
from exercises.draws import after_given_lines
from exercises.fast.inputs import different
from exercises.fast.unfold_mistakes import MISCONCEPTIONS


def one_channel(rng: np.random.Generator) -> list[Case]:
    x = np.arange(1.0, 7.0).reshape(1, 1, 2, 3)
    return [
        case("worked out on paper", x, 2),
        case("a wide window", different(rng, 1, 1, 3, 4), (2, 3)),
        case("a tall window", different(rng, 1, 1, 4, 3), (3, 1)),
        case("a window larger than the image", different(rng, 1, 1, 2, 3), (1, 4)),
    ]


def several_channels(rng: np.random.Generator) -> list[Case]:
    return [
        case("2 channels", different(rng, 1, 2, 2, 3), (1, 2)),
        case("3 channels", different(rng, 1, 3, 3, 2), (2, 1)),
        case("2 channels, a square window", different(rng, 1, 2, 3, 4), 2),
    ]


def batches(rng: np.random.Generator) -> list[Case]:
    return [
        case("2 images", different(rng, 2, 1, 2, 3), (2, 1)),
        case("3 images", different(rng, 3, 1, 3, 4), (2, 3)),
    ]


def strides(rng: np.random.Generator) -> list[Case]:
    return [
        case("stride 2, which fits", different(rng, 1, 1, 3, 5), (1, 3), stride=2),
        case("stride 2, does not fit", different(rng, 1, 1, 5, 4), (2, 1), stride=2),
        case("a pair", different(rng, 1, 1, 4, 5), (2, 1), stride=(1, 3)),
        case("stride 0", different(rng, 1, 1, 2, 3), 1, stride=0),
    ]


def paddings(rng: np.random.Generator) -> list[Case]:
    return [
        case("padding 1", different(rng, 1, 1, 2, 3), (2, 3), padding=1),
        case("a pair", different(rng, 1, 1, 3, 2), (1, 2), padding=(0, 1)),
        case("padding 2", different(rng, 1, 1, 2, 3), (2, 3), padding=2),
    ]


def dilations(rng: np.random.Generator) -> list[Case]:
    return [
        case("dilation 2", different(rng, 1, 1, 4, 5), 2, dilation=2),
        case("a pair", different(rng, 1, 1, 6, 7), (2, 3), dilation=(3, 1)),
        case("too much dilation", different(rng, 1, 1, 4, 3), (2, 1), dilation=4),
    ]


def everything(rng: np.random.Generator) -> list[Case]:
    options = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 3)}
    large = {"stride": 2, "padding": 1, "dilation": 2}
    return [
        case("three pairs", different(rng, 1, 1, 5, 5), (3, 2), **options),
        case("all of it", different(rng, 2, 2, 4, 5), (2, 3), **large),
    ]


EXERCISE = Exercise(
    id="ps4.unfold",
    title="Windows as columns",
    reference=unfold,
    difficulty=3,
    minutes=30,
    groups=[
        Group("One channel", 0.75, one_channel),
        Group("Several channels", 0.75, several_channels),
        Group("Batches of images", 0.5, batches),
        Group("Strides", 0.5, strides),
        Group("Padding", 0.5, paddings),
        Group("Dilation", 0.5, dilations),
        Group("Everything together", 0.5, everything),
    ],
    misconceptions=after_given_lines(unfold, MISCONCEPTIONS),
)
