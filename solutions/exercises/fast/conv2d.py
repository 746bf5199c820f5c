"""ps4.conv2d: a convolutional layer as a product of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from convnets.im2col import conv2d
from coursekit.checks.declare import Case, Exercise, Group, case
from exercises.draws import after_given_lines, first_half, integers, weights
from exercises.fast import conv2d_mistakes, grouped_mistakes
from exercises.fast.inputs import different

Shape = tuple[int, ...]


def one_channel(rng: np.random.Generator) -> list[Case]:
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    weight = np.array([[[[0.0, 1.0], [2.0, 3.0]]]])
    return [
        case("worked out on paper", x, weight),
        layer(rng, "other numbers", (1, 1, 3, 4), (1, 1, 2, 2)),
        layer(rng, "a wide kernel", (1, 1, 3, 5), (1, 1, 2, 3)),
        case("too wide a kernel", different(rng, 1, 1, 3, 2), weights(rng, 1, 1, 1, 3)),
    ]


def channels_and_filters(rng: np.random.Generator) -> list[Case]:
    x, weight = different(rng, 1, 3, 2, 4), weights(rng, 3, 2, 2, 2)
    return [
        layer(rng, "2 channels, 3 filters", (1, 2, 2, 3), (3, 2, 2, 2)),
        layer(rng, "3 channels, 2 filters", (1, 3, 4, 3), (2, 3, 2, 2)),
        case("3 channels, filters that span 2", x, weight),
    ]


def batches(rng: np.random.Generator) -> list[Case]:
    return [
        layer(rng, "2 images, 3 filters", (2, 1, 2, 3), (3, 1, 2, 2)),
        layer(rng, "3 images, 2 filters", (3, 1, 3, 2), (2, 1, 2, 1)),
    ]


def biases(rng: np.random.Generator) -> list[Case]:
    # There are as many output columns as filters in the first case: a bias along the
    # width raises no error there.
    return [
        layer(
            rng, "2 channels, 3 filters", (1, 2, 2, 4), (3, 2, 2, 2), weights(rng, 3)
        ),
        layer(
            rng, "3 channels, 2 filters", (1, 3, 3, 4), (2, 3, 2, 2), weights(rng, 2)
        ),
        layer(rng, "a bias too many", (1, 1, 2, 3), (2, 1, 1, 2), weights(rng, 3)),
    ]


def strides_and_padding(rng: np.random.Generator) -> list[Case]:
    one, both = (1, 1), {"stride": (1, 2), "padding": (2, 0)}
    return [
        layer(rng, "stride 2, which fits", (*one, 4, 5), (*one, 2, 1), stride=2),
        layer(rng, "stride 2, does not fit", (*one, 5, 4), (*one, 2, 1), stride=2),
        layer(rng, "a stride for each axis", (*one, 5, 4), (*one, 2, 2), stride=(2, 1)),
        layer(rng, "padding 1", (*one, 2, 3), (*one, 2, 2), padding=1),
        layer(
            rng, "stride 2, padding 1", (*one, 3, 5), (*one, 2, 3), stride=2, padding=1
        ),
        layer(rng, "two pairs", (*one, 2, 5), (*one, 3, 2), **both),
    ]


def dilations(rng: np.random.Generator) -> list[Case]:
    one = (1, 1)
    return [
        layer(rng, "dilation 2", (*one, 4, 5), (*one, 2, 2), dilation=2),
        layer(rng, "a pair", (*one, 6, 7), (*one, 2, 3), dilation=(3, 1)),
        layer(rng, "too much dilation", (*one, 4, 3), (*one, 2, 1), dilation=4),
    ]


def grouped(rng: np.random.Generator) -> list[Case]:
    return [
        layer(rng, "2 groups, 4 filters", (1, 4, 2, 3), (4, 2, 1, 2), groups=2),
        layer(rng, "3 groups", (1, 6, 2, 3), (6, 2, 2, 1), weights(rng, 6), groups=3),
        layer(rng, "one channel each", (1, 3, 2, 4), (3, 1, 2, 2), groups=3),
        layer(rng, "2 groups of 3 channels", (1, 3, 2, 4), (2, 1, 2, 2), groups=2),
    ]


def everything(rng: np.random.Generator) -> list[Case]:
    options = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2), "groups": 2}
    return [
        layer(rng, "all of it", (2, 4, 3, 4), (4, 2, 2, 3), weights(rng, 4), **options),
        layer(rng, "one image", (1, 2, 4, 3), (4, 1, 3, 2), weights(rng, 4), **options),
    ]


def whole_number_images(rng: np.random.Generator) -> list[Case]:
    return [
        case("a tall image", integers(rng, 1, 1, 3, 2), first_half(rng, 1, 1, 2, 2)),
        case("a wide image", integers(rng, 1, 1, 3, 4), first_half(rng, 1, 1, 2, 2)),
    ]


def layer(
    rng: np.random.Generator,
    note: str,
    size: Shape,
    filters: Shape,
    *bias: Any,
    **more: Any,
) -> Case:
    """Draw images and filters of these shapes."""
    return case(note, different(rng, *size), weights(rng, *filters), *bias, **more)


EXERCISE = Exercise(
    id="ps4.conv2d",
    title="A convolutional layer as a product of matrices",
    reference=conv2d,
    difficulty=3,
    minutes=45,
    groups=[
        Group("One channel, one filter", 0.5, one_channel),
        Group("Several channels, several filters", 0.75, channels_and_filters),
        Group("Batches of images", 0.5, batches),
        Group("Bias", 0.5, biases),
        Group("Strides and padding", 0.75, strides_and_padding),
        Group("Dilation", 0.5, dilations),
        Group("Groups", 0.75, grouped),
        Group("Everything together", 0.5, everything),
        Group("Whole-number images, fractional weights", 0.25, whole_number_images),
    ],
    misconceptions=after_given_lines(
        conv2d, [*conv2d_mistakes.MISCONCEPTIONS, *grouped_mistakes.MISCONCEPTIONS]
    ),
)
