"""ps4.avg_pool2d: the mean of each window."""

from __future__ import annotations

import numpy as np

from convnets.arguments import pair
from convnets.pooling import avg_pool2d, max_pool2d
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines
from exercises.fast import pool_mistakes
from exercises.fast.inputs import different


def side_by_side(rng: np.random.Generator) -> list[Case]:
    x = np.array([[1.0, 1, 2, 4], [5, 5, 6, 8], [3, 2, 1, 0], [1, 2, 3, 4]])
    return [
        case("worked out on paper", x.reshape(1, 1, 4, 4), 2),
        case("2 images, 2 channels", different(rng, 2, 2, 2, 4), 2),
        case("a wide window", different(rng, 1, 1, 3, 6), (1, 3)),
        case("windows that do not fit", different(rng, 1, 1, 3, 5), (3, 2)),
        case("too wide a window", different(rng, 1, 1, 2, 3), (1, 4)),
    ]


def overlapping(rng: np.random.Generator) -> list[Case]:
    return [
        case("window 3, stride 2", different(rng, 1, 1, 3, 5), 3, stride=2),
        case("a stride for each axis", different(rng, 1, 1, 5, 4), 2, stride=(2, 1)),
    ]


def whole_numbers(rng: np.random.Generator) -> list[Case]:
    x = np.array([[[[1, 2, 4, 8], [3, 7, 9, 5]]]])  # 4 does not divide 13, nor 26
    drawn = rng.permutation(np.arange(6) * 2 + 1).reshape(1, 1, 2, 3)
    drawn[0, 0, 0, 0] += 1  # so that the first mean has a half
    return [
        case("an integer image", x, 2),
        case("an integer image, other numbers", drawn, (2, 1), stride=2),
    ]


def paddings(rng: np.random.Generator) -> list[Case]:
    both = {"stride": (1, 2), "padding": (0, 1)}
    return [
        case("padding 1", different(rng, 1, 1, 2, 3), 2, padding=1),
        case("a pair, 2 channels", different(rng, 1, 2, 3, 5), 3, **both),
        case("more than half the window", different(rng, 1, 1, 2, 3), 2, padding=2),
    ]


def border_not_counted(x, kernel_size, stride=None, padding=0):
    means = avg_pool2d(x, kernel_size, stride, padding)
    return means / avg_pool2d(np.ones_like(x), kernel_size, stride, padding)


def window_sum(x, kernel_size, stride=None, padding=0):
    K_h, K_w = pair("kernel_size", kernel_size)
    return avg_pool2d(x, kernel_size, stride, padding) * (K_h * K_w)


def largest(x, kernel_size, stride=None, padding=0):
    return max_pool2d(x, kernel_size, stride, padding)


def divided_by_the_height(x, kernel_size, stride=None, padding=0):
    out = window_sum(x, kernel_size, stride, padding)
    return out / pair("kernel_size", kernel_size)[0]


def divided_by_the_height_squared(x, kernel_size, stride=None, padding=0):
    out = window_sum(x, kernel_size, stride, padding)
    return out / pair("kernel_size", kernel_size)[0] ** 2


def truncated(x, kernel_size, stride=None, padding=0):
    return avg_pool2d(x, kernel_size, stride, padding).astype(x.dtype)


def floor_division(x, kernel_size, stride=None, padding=0):
    return np.floor(avg_pool2d(x, kernel_size, stride, padding))


def border_replicated(x, kernel_size, stride=None, padding=0):
    sides = [(0, 0), (0, 0), *((p, p) for p in pair("padding", padding))]
    step = kernel_size if stride is None else stride
    return avg_pool2d(np.pad(x, sides, mode="edge"), kernel_size, step)


MISCONCEPTIONS = [
    Misconception(
        "zeros of the border not counted",
        "You divide by the number of pixels of the image in a window. Zeros of the "
        "border count: the sum is always divided by the size of the window.",
        border_not_counted,
    ),
    Misconception(
        "sum in place of the mean",
        "Your numbers are the sums of the windows.",
        window_sum,
    ),
    Misconception(
        "largest in place of the mean",
        "Your numbers are the largest of each window.",
        largest,
    ),
    Misconception(
        "divided by the height alone",
        "The sum is divided by the number of pixels in a window, height times width.",
        divided_by_the_height,
    ),
    Misconception(
        "divided as if windows were square",
        "The sum is divided by the height times the width, which need not be equal.",
        divided_by_the_height_squared,
    ),
    Misconception(
        "fractions cut off",
        "The mean of whole numbers need not be a whole number. Which type does your "
        "output have?",
        truncated,
    ),
    Misconception(
        "a division that rounds down",
        "Your means are rounded down, for fractions too. Which sign divides without "
        "rounding?",
        floor_division,
    ),
    Misconception(
        "padding with the border's values",
        "Your padding repeats the pixels at the border. Here the padding is zeros.",
        border_replicated,
    ),
    *pool_mistakes.of(avg_pool2d),
    *pool_mistakes.of_padding(avg_pool2d),
]

EXERCISE = Exercise(
    id="ps4.avg_pool2d",
    title="Average pooling",
    reference=avg_pool2d,
    difficulty=1,
    minutes=10,
    groups=[
        Group("Windows side by side", 0.25, side_by_side),
        Group("Overlapping windows", 0.25, overlapping),
        Group("Whole numbers", 0.25, whole_numbers),
        Group("Padding", 0.25, paddings),
    ],
    misconceptions=after_given_lines(avg_pool2d, MISCONCEPTIONS),
)
