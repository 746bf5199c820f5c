"""ps4.fold: columns added back to the image they came from."""

from __future__ import annotations

import numpy as np

from convnets.im2col import fold
from coursekit.checks.declare import Case, Exercise, Group, case
from exercises.draws import after_given_lines
from exercises.fast.fold_mistakes import MISCONCEPTIONS, UNCHECKED
from exercises.fast.inputs import different


def side_by_side(rng: np.random.Generator) -> list[Case]:
    return [
        case("two windows", different(rng, 1, 4, 2), (2, 4), 2, stride=2),
        case("six windows", different(rng, 1, 2, 6), (2, 6), (1, 2), stride=(1, 2)),
        case("too small", different(rng, 1, 4, 1), (1, 3), 2),
        case("a row too many", different(rng, 1, 5, 2), (1, 4), (1, 2), stride=(1, 2)),
        case("a column too many", different(rng, 1, 4, 3), (2, 4), 2, stride=2),
    ]


def overlapping(rng: np.random.Generator) -> list[Case]:
    return [
        case("worked out on paper", np.ones((1, 2, 2)), (1, 3), (1, 2)),
        case("other numbers", different(rng, 1, 2, 3), (1, 4), (1, 2)),
        case("a square window", different(rng, 1, 4, 6), (4, 3), 2),
        case("a wide window", different(rng, 1, 6, 4), (3, 4), (2, 3)),
    ]


def channels(rng: np.random.Generator) -> list[Case]:
    return [
        case("2 channels", different(rng, 1, 4, 2), (1, 4), (1, 2), stride=(1, 2)),
        case("2 images, 3 channels", different(rng, 2, 12, 2), (2, 4), 2, stride=2),
    ]


def strides_and_dilations(rng: np.random.Generator) -> list[Case]:
    gap = {"stride": (2, 1), "dilation": (1, 2)}
    return [
        case(
            "stride 2, overlapping", different(rng, 1, 3, 2), (1, 6), (1, 3), stride=2
        ),
        case("dilation 2", different(rng, 1, 2, 4), (2, 4), (1, 2), dilation=2),
        case("down only", different(rng, 1, 2, 2), (3, 2), (2, 1), dilation=(2, 1)),
        case("pairs, does not fit", different(rng, 1, 4, 4), (5, 4), 2, **gap),
    ]


def paddings(rng: np.random.Generator) -> list[Case]:
    both = {"stride": 2, "padding": (1, 2)}
    return [
        case("padding 1", different(rng, 1, 4, 12), (2, 3), 2, padding=1),
        case(
            "above and below", different(rng, 1, 3, 4), (4, 1), (3, 1), padding=(1, 0)
        ),
        case("a pair, 2 images", different(rng, 2, 8, 6), (3, 2), (2, 2), **both),
    ]


EXERCISE = Exercise(
    id="ps4.fold",
    title="Columns back to an image",
    reference=fold,
    difficulty=3,
    minutes=40,
    groups=[
        Group("Windows side by side", 0.5, side_by_side),
        Group("Overlapping windows", 1, overlapping),
        Group("Channels and images", 0.5, channels),
        Group("Strides and dilation", 0.5, strides_and_dilations),
        Group("Padding", 0.5, paddings),
    ],
    misconceptions=[*after_given_lines(fold, MISCONCEPTIONS), *UNCHECKED],
)
