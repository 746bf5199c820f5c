"""ps5.conv_transpose2d: a transposed convolution."""

from __future__ import annotations

from typing import Any

import numpy as np

from convnets.backprop import conv_transpose2d
from coursekit.checks.declare import Case, Exercise, Group, case
from exercises.backprop.transposed_mistakes import MISCONCEPTIONS
from exercises.draws import after_given_lines, weights
from exercises.fast.inputs import different

Shape = tuple[int, ...]
ONE = (1, 1)


def layer(
    rng: np.random.Generator,
    note: str,
    size: Shape,
    filters: Shape,
    *bias: Any,
    **options: Any,
) -> Case:
    """Draw images and filters of these shapes."""
    return case(note, different(rng, *size), weights(rng, *filters), *bias, **options)


def one_channel(rng: np.random.Generator) -> list[Case]:
    x, weight = np.array([[[[1.0, 2.0]]]]), np.array([[[[3.0, 4.0]]]])
    return [
        case("worked out on paper", x, weight),
        layer(rng, "a square kernel", (*ONE, 2, 3), (*ONE, 2, 2)),
        layer(rng, "a wide kernel", (*ONE, 3, 2), (*ONE, 1, 3)),
        layer(rng, "a tall kernel", (*ONE, 2, 3), (*ONE, 3, 2)),
        layer(rng, "one channel too many", (1, 2, 2, 3), (3, 1, 1, 2)),
    ]


def channels(rng: np.random.Generator) -> list[Case]:
    # In the last case, axes that are swapped raise no error.
    return [
        layer(rng, "2 channels to 3", (1, 2, 1, 2), (2, 3, 2, 1)),
        layer(rng, "3 channels to 2", (2, 3, 2, 1), (3, 2, 1, 2)),
        layer(rng, "2 channels to 2", (1, 2, 1, 3), (2, 2, 2, 1)),
    ]


def biases(rng: np.random.Generator) -> list[Case]:
    # The output is as wide as it has channels: a bias along the width is no error.
    return [
        layer(rng, "3 channels", (1, 2, 1, 2), (2, 3, 1, 2), weights(rng, 3)),
        layer(rng, "2 channels", (2, 3, 2, 1), (3, 2, 2, 2), weights(rng, 2)),
    ]


def strides(rng: np.random.Generator) -> list[Case]:
    return [
        layer(rng, "stride 2, no overlap", (*ONE, 2, 3), (*ONE, 1, 2), stride=2),
        layer(rng, "stride 2, overlap", (*ONE, 3, 2), (*ONE, 3, 3), stride=2),
        layer(rng, "stride 3, gaps", (*ONE, 2, 3), (*ONE, 2, 1), stride=3),
        layer(rng, "a stride for each axis", (*ONE, 2, 3), (*ONE, 2, 3), stride=(3, 2)),
    ]


def paddings(rng: np.random.Generator) -> list[Case]:
    both = {"stride": 2, "padding": 1}
    return [
        layer(rng, "padding 1", (*ONE, 3, 4), (*ONE, 2, 3), padding=1),
        layer(rng, "stride 2, padding 1", (*ONE, 2, 3), (*ONE, 3, 4), **both),
        layer(
            rng, "a border for each axis", (*ONE, 2, 4), (*ONE, 4, 2), padding=(2, 1)
        ),
        layer(rng, "nothing left", (*ONE, 1, 2), (*ONE, 2, 2), padding=1),
    ]


def longer_outputs(rng: np.random.Generator) -> list[Case]:
    wide, cut = {"stride": 3, "output_padding": (1, 2)}, {"stride": 2, "padding": 1}
    return [
        layer(
            rng, "a row more", (*ONE, 2, 1), (*ONE, 1, 2), stride=2, output_padding=1
        ),
        layer(rng, "one and two more", (*ONE, 1, 2), (*ONE, 2, 3), **wide),
        layer(rng, "padding 1", (*ONE, 2, 3), (*ONE, 3, 2), output_padding=1, **cut),
    ]


def everything(rng: np.random.Generator) -> list[Case]:
    options = {"stride": (2, 3), "padding": (1, 0), "output_padding": (1, 2)}
    return [
        layer(rng, "all of it", (2, 2, 2, 3), (2, 3, 3, 2), weights(rng, 3), **options),
        layer(rng, "one image", (1, 3, 3, 2), (3, 2, 2, 3), weights(rng, 2), **options),
    ]


EXERCISE = Exercise(
    id="ps5.conv_transpose2d",
    title="A transposed convolution",
    reference=conv_transpose2d,
    difficulty=2,
    minutes=30,
    groups=[
        Group("One channel", 0.75, one_channel),
        Group("Several channels", 0.75, channels),
        Group("Bias", 0.5, biases),
        Group("Strides", 0.5, strides),
        Group("Padding", 0.5, paddings),
        Group("Output padding", 0.5, longer_outputs),
        Group("Everything together", 0.5, everything),
    ],
    misconceptions=after_given_lines(conv_transpose2d, MISCONCEPTIONS),
)
