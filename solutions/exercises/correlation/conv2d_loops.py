"""ps1.conv2d_loops: a convolutional layer with plain loops."""

from __future__ import annotations

import numpy as np

from convnets.correlation import conv2d_loops
from coursekit.checks.declare import Case, Exercise, Group, case
from exercises.correlation.conv2d_mistakes import MISCONCEPTIONS
from exercises.draws import after_given_lines, first_half, integers, pixels, weights

Size = tuple[int, int]


def worked_example(rng: np.random.Generator) -> list[Case]:
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    weight = np.array([[[[0.0, 1.0], [2.0, 3.0]]]])
    return [
        case("worked out on paper", x, weight),
        case("other numbers", pixels(rng, 1, 1, 3, 4), weights(rng, 1, 1, 2, 2)),
        case("a wide kernel", pixels(rng, 1, 1, 3, 5), weights(rng, 1, 1, 2, 3)),
    ]


def channels_and_filters(rng: np.random.Generator) -> list[Case]:
    x, weight = pixels(rng, 1, 2, 2, 3), weights(rng, 3, 2, 2, 2)
    return [
        case("2 channels, 3 filters", x, weight),
        case(
            "3 channels, 2 filters", pixels(rng, 1, 3, 4, 3), weights(rng, 2, 3, 2, 2)
        ),
        case("3 channels, filters that span 2", pixels(rng, 1, 3, 2, 4), weight),
    ]


def bias(rng: np.random.Generator) -> list[Case]:
    # There are as many output columns as filters in the first case, and not in the
    # second one: a bias along the width raises no error in the first.
    x, weight = pixels(rng, 1, 2, 2, 4), weights(rng, 3, 2, 2, 2)
    more_channels = pixels(rng, 1, 3, 3, 4), weights(rng, 2, 3, 2, 2)
    return [
        case("2 channels, 3 filters", x, weight, weights(rng, 3)),
        case("3 channels, 2 filters", *more_channels, weights(rng, 2)),
        case("3 filters, a bias for 2", x, weight, weights(rng, 2)),
    ]


def strides(rng: np.random.Generator) -> list[Case]:
    return [
        one_channel(rng, "stride 2, which fits", (4, 6), (2, 2), stride=2),
        one_channel(rng, "stride 2, does not fit", (5, 7), (2, 2), stride=2),
        one_channel(rng, "stride 3, does not fit", (7, 8), (3, 3), stride=3),
    ]


def paddings(rng: np.random.Generator) -> list[Case]:
    return [
        one_channel(rng, "padding 1", (2, 3), (2, 2), padding=1),
        one_channel(rng, "padding 1, a larger kernel", (3, 4), (3, 3), padding=1),
        one_channel(rng, "padding 2", (2, 4), (2, 2), padding=2),
    ]


def everything(rng: np.random.Generator) -> list[Case]:
    both = {"stride": 2, "padding": 1}
    x, weight = pixels(rng, 2, 2, 3, 4), weights(rng, 3, 2, 2, 3)
    return [
        one_channel(rng, "stride 2 and padding 1", (3, 5), (2, 3), **both),
        case("everything at once", x, weight, weights(rng, 3), **both),
        one_channel(rng, "a kernel taller than the image", (2, 4), (5, 2), **both),
    ]


def batches(rng: np.random.Generator) -> list[Case]:
    return [
        case("2 images", pixels(rng, 2, 1, 2, 3), weights(rng, 1, 1, 2, 2)),
        case("3 images", pixels(rng, 3, 1, 2, 4), weights(rng, 1, 1, 2, 2)),
    ]


def whole_number_images(rng: np.random.Generator) -> list[Case]:
    return [
        case("a tall image", integers(rng, 1, 1, 3, 2), first_half(rng, 1, 1, 2, 2)),
        case("a wide image", integers(rng, 1, 1, 3, 4), first_half(rng, 1, 1, 2, 2)),
    ]


def one_channel(
    rng: np.random.Generator, note: str, size: Size, kernel_size: Size, **options: int
) -> Case:
    """Draw one image and one filter, so that only the options can go wrong."""
    x, weight = pixels(rng, 1, 1, *size), weights(rng, 1, 1, *kernel_size)
    return case(note, x, weight, **options)


EXERCISE = Exercise(
    id="ps1.conv2d_loops",
    title="A convolutional layer with loops",
    reference=conv2d_loops,
    difficulty=3,
    minutes=40,
    groups=[
        Group("One channel, one filter", 0.5, worked_example),
        Group("Several channels, several filters", 1, channels_and_filters),
        Group("Bias", 0.5, bias),
        Group("Strides", 0.75, strides),
        Group("Padding", 0.75, paddings),
        Group("Everything together", 0.75, everything),
        Group("Batches of images", 0.5, batches),
        Group("Whole-number images, fractional weights", 0.25, whole_number_images),
    ],
    misconceptions=after_given_lines(conv2d_loops, MISCONCEPTIONS),
)
