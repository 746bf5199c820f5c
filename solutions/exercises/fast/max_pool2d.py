"""ps4.max_pool2d: the largest number of each window."""

from __future__ import annotations

import numpy as np

from convnets.im2col import pad2d
from convnets.pooling import avg_pool2d, max_pool2d
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines
from exercises.fast import pool_mistakes
from exercises.fast.inputs import different


def side_by_side(rng: np.random.Generator) -> list[Case]:
    x = np.array([[1.0, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]])
    return [
        case("worked out on paper", x.reshape(1, 1, 4, 4), 2),
        case("2 images, 2 channels", different(rng, 2, 2, 2, 4), 2),
        case("a wide window", different(rng, 1, 1, 3, 6), (1, 3)),
        case("windows that do not fit", different(rng, 1, 1, 3, 5), (3, 2)),
    ]


def overlapping(rng: np.random.Generator) -> list[Case]:
    tied = rng.permutation([9.0, 9, 9, 9, 9, 4, 3, 2, 1, 0, 1, 2]).reshape(1, 1, 3, 4)
    unknown = different(rng, 1, 1, 4, 2)
    unknown[0, 0, 1, 1] = np.nan
    return [
        case("window 3, stride 2", different(rng, 1, 1, 3, 5), 3, stride=2),
        case("a NaN", unknown, 2),
        case("many ties", tied, 2, stride=1),
        case("a stride for each axis", different(rng, 1, 1, 4, 5), 2, stride=(2, 1)),
        case("stride 0", different(rng, 1, 1, 2, 3), 2, stride=0),
    ]


def negative(rng: np.random.Generator) -> list[Case]:
    return [
        case("all negative", -different(rng, 1, 1, 2, 4), 2),
        case("all negative, 2 channels", -different(rng, 1, 2, 3, 3), (3, 1)),
    ]


def paddings(rng: np.random.Generator) -> list[Case]:
    both = {"stride": (1, 2), "padding": (0, 1)}
    return [
        case("all negative", -different(rng, 1, 1, 2, 3), 2, padding=1),
        case("a pair, 2 channels", -different(rng, 1, 2, 3, 5), 3, **both),
        case("more than half the window", -different(rng, 1, 1, 2, 3), 2, padding=2),
    ]


def window_mean(x, kernel_size, stride=None, padding=0):
    return avg_pool2d(x, kernel_size, stride, padding)


def smallest(x, kernel_size, stride=None, padding=0):
    return -max_pool2d(-x, kernel_size, stride, padding)


def largest_magnitude(x, kernel_size, stride=None, padding=0):
    top = max_pool2d(x, kernel_size, stride, padding)
    bottom = smallest(x, kernel_size, stride, padding)
    return np.where(np.abs(bottom) > np.abs(top), bottom, top)


def border_of_zeros(x, kernel_size, stride=None, padding=0):
    step = kernel_size if stride is None else stride
    return max_pool2d(pad2d(x, padding), kernel_size, step)


def never_below_zero(x, kernel_size, stride=None, padding=0):
    return np.maximum(max_pool2d(x, kernel_size, stride, padding), 0.0)


def without_nan(x, kernel_size, stride=None, padding=0):
    return max_pool2d(np.where(np.isnan(x), -np.inf, x), kernel_size, stride, padding)


MISCONCEPTIONS = [
    Misconception(
        "mean in place of the largest",
        "Your numbers are the means of the windows.",
        window_mean,
    ),
    Misconception(
        "the smallest number",
        "You took the smallest number of each window.",
        smallest,
    ),
    Misconception(
        "the largest magnitude",
        "The largest of -7 and 2 is 2: signs count.",
        largest_magnitude,
    ),
    Misconception(
        "a border of zeros",
        "Zeros of your border win over negative numbers. What can never win?",
        border_of_zeros,
    ),
    Misconception(
        "never below zero",
        "Where all numbers of a window are negative, your result is 0. With which "
        "number does your search begin?",
        never_below_zero,
    ),
    Misconception(
        "NaN left out",
        "A window that holds a NaN gives NaN. Comparisons with a NaN are always false, "
        "so that `>`, `max` and `np.nanmax` may pass over it.",
        without_nan,
    ),
    *pool_mistakes.of(max_pool2d),
    *pool_mistakes.of_padding(max_pool2d),
]

EXERCISE = Exercise(
    id="ps4.max_pool2d",
    title="Max pooling",
    reference=max_pool2d,
    difficulty=1,
    minutes=15,
    groups=[
        Group("Windows side by side", 0.25, side_by_side),
        Group("Overlapping windows, ties and NaN", 0.25, overlapping),
        Group("Negative numbers", 0.25, negative),
        Group("Padding", 0.25, paddings),
    ],
    misconceptions=after_given_lines(max_pool2d, MISCONCEPTIONS),
)
