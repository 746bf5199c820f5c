"""ps1.conv2d_loops: a convolutional layer with plain loops."""

from __future__ import annotations

import numpy as np

from convnets.correlation import conv2d_loops
from coursekit.checks.declare import Case, Exercise, Group, case
from exercises.correlation.conv2d_mistakes import MISCONCEPTIONS
from exercises.draws import after_given_lines, halves, pixels, weights


def worked_example(rng: np.random.Generator) -> list[Case]:
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    weight = np.array([[[[0.0, 1.0], [2.0, 3.0]]]])
    return [
        case("worked out on paper", x, weight),
        case("other numbers", pixels(rng, 1, 1, 3, 4), weights(rng, 1, 1, 2, 2)),
        case("a wide kernel", pixels(rng, 1, 1, 3, 5), weights(rng, 1, 1, 2, 3)),
    ]


def channels_and_filters(rng: np.random.Generator) -> list[Case]:
    return [
        case(
            "2 channels, 3 filters", pixels(rng, 1, 2, 3, 4), weights(rng, 3, 2, 2, 2)
        ),
        case(
            "3 channels, 2 filters", pixels(rng, 1, 3, 2, 3), weights(rng, 2, 3, 1, 2)
        ),
        case(
            "filters that span other channels than the image has",
            pixels(rng, 1, 3, 2, 4),
            weights(rng, 3, 2, 1, 2),
        ),
    ]


def bias(rng: np.random.Generator) -> list[Case]:
    return [
        case(
            "2 channels, 3 filters",
            pixels(rng, 1, 2, 3, 4),
            weights(rng, 3, 2, 2, 2),
            weights(rng, 3),
        ),
        case(
            "3 channels, 2 filters",
            pixels(rng, 1, 3, 2, 4),
            weights(rng, 2, 3, 1, 2),
            weights(rng, 2),
        ),
        case(
            "a bias for each channel, not for each filter",
            pixels(rng, 1, 2, 3, 4),
            weights(rng, 3, 2, 2, 2),
            weights(rng, 2),
        ),
    ]


def strides(rng: np.random.Generator) -> list[Case]:
    return [
        case(
            "stride 2, which fits",
            pixels(rng, 1, 1, 4, 6),
            weights(rng, 2, 1, 2, 2),
            stride=2,
        ),
        case(
            "stride 2, does not fit",
            pixels(rng, 1, 2, 5, 4),
            weights(rng, 1, 2, 2, 3),
            stride=2,
        ),
        case(
            "stride 3, does not fit",
            pixels(rng, 1, 1, 6, 7),
            weights(rng, 1, 1, 2, 3),
            stride=3,
        ),
    ]


def paddings(rng: np.random.Generator) -> list[Case]:
    return [
        case("padding 1", pixels(rng, 1, 1, 2, 3), weights(rng, 1, 1, 2, 2), padding=1),
        case(
            "padding 1, two channels",
            pixels(rng, 1, 2, 3, 4),
            weights(rng, 1, 2, 3, 2),
            padding=1,
        ),
        case("padding 2", pixels(rng, 1, 1, 2, 4), weights(rng, 2, 1, 2, 3), padding=2),
    ]


def stride_and_padding(rng: np.random.Generator) -> list[Case]:
    return [
        case(
            "stride 2 and padding 1",
            pixels(rng, 1, 1, 3, 5),
            weights(rng, 1, 1, 2, 3),
            stride=2,
            padding=1,
        ),
        case(
            "everything at once",
            pixels(rng, 1, 3, 4, 5),
            weights(rng, 2, 3, 3, 2),
            weights(rng, 2),
            stride=2,
            padding=1,
        ),
        case(
            "a kernel larger than the padded image",
            pixels(rng, 1, 1, 2, 4),
            weights(rng, 1, 1, 5, 2),
            stride=2,
            padding=1,
        ),
    ]


def batches(rng: np.random.Generator) -> list[Case]:
    return [
        case("2 images", pixels(rng, 2, 1, 2, 3), weights(rng, 1, 1, 2, 2)),
        case("3 images", pixels(rng, 3, 2, 2, 4), weights(rng, 4, 2, 1, 2)),
    ]


def whole_number_images(rng: np.random.Generator) -> list[Case]:
    return [
        case(
            "integers times halves",
            pixels(rng, 1, *shape).astype(np.int64),
            halves(rng, 2, shape[0], 2, 1),
        )
        for shape in [(1, 3, 2), (3, 2, 4)]
    ]


EXERCISE = Exercise(
    id="ps1.conv2d_loops",
    title="A convolutional layer with loops",
    reference=conv2d_loops,
    difficulty=3,
    minutes=40,
    groups=[
        Group("One channel, one filter: the worked example", 0.5, worked_example),
        Group("Several channels, several filters", 1, channels_and_filters),
        Group("Bias", 0.5, bias),
        Group("Strides", 0.75, strides),
        Group("Padding", 0.75, paddings),
        Group("Stride and padding together", 0.75, stride_and_padding),
        Group("Batches of images", 0.5, batches),
        Group("Whole-number images, fractional weights", 0.25, whole_number_images),
    ],
    misconceptions=after_given_lines(conv2d_loops, MISCONCEPTIONS),
)
