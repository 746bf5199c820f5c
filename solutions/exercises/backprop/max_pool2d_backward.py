"""ps5.max_pool2d_backward: the gradient goes to the pixel that won."""

from __future__ import annotations

import numpy as np

from convnets.backprop import max_pool2d_backward
from coursekit.checks.declare import Case, Exercise, Group, case
from exercises.backprop.max_mistakes import MISCONCEPTIONS
from exercises.backprop.pools import pool
from exercises.draws import FloatArray, after_given_lines, weights

ONE = (1, 1)


def distinct(rng: np.random.Generator, *shape: int) -> FloatArray:
    """Draw numbers no two of which are equal, so that nothing ties by chance."""
    return rng.permutation(np.arange(1, np.prod(shape) + 1)).reshape(shape) / 2


def side_by_side(rng: np.random.Generator) -> list[Case]:
    return [
        pool(rng, "two windows", distinct(rng, *ONE, 2, 4), 2),
        pool(rng, "a row left over", distinct(rng, *ONE, 3, 5), (1, 2)),
        pool(rng, "images and channels", distinct(rng, 2, 3, 2, 5), (2, 3)),
        pool(
            rng,
            "a stride longer than the window",
            distinct(rng, *ONE, 4, 5),
            1,
            stride=3,
        ),
        case("too long", weights(rng, *ONE, 1, 3), distinct(rng, *ONE, 2, 4), 2),
    ]


def ties(rng: np.random.Generator) -> list[Case]:
    above, left = np.zeros((*ONE, 2, 4)), np.zeros((*ONE, 3, 2))
    above[0, 0] = [[3, 9, 1, 7], [9, 2, 7, 7]]
    left[0, 0] = [[1, 5], [5, 5], [5, 0]]
    return [
        pool(rng, "two or three largest", above, 2),
        pool(rng, "a tall window", left, (3, 2)),
        pool(rng, "all alike", np.full((1, 2, 3, 4), 4.0), (3, 2)),
    ]


def overlaps(rng: np.random.Generator) -> list[Case]:
    return [
        pool(rng, "one winner twice", hills(rng, 1, 5), (1, 3), stride=(1, 2)),
        pool(rng, "steps of 1", hills(rng, 3, 4), 2, stride=1),
        pool(rng, "steps of 2", hills(rng, 6, 5), 3, stride=2),
        pool(rng, "a pair", hills(rng, 4, 7), (2, 3), stride=(1, 2)),
    ]


def hills(rng: np.random.Generator, height: int, width: int) -> FloatArray:
    """Draw an image whose middle is the largest number of several windows."""
    x = distinct(rng, *ONE, height, width)
    x[0, 0, height // 2, width // 2] = 25
    return x


def paddings(rng: np.random.Generator) -> list[Case]:
    return [
        pool(rng, "negative numbers", -distinct(rng, *ONE, 2, 4), 2, padding=1),
        pool(rng, "a wide window", -distinct(rng, *ONE, 2, 5), (1, 3), padding=(0, 1)),
        pool(rng, "overlap", -distinct(rng, *ONE, 4, 5), 3, stride=2, padding=1),
        pool(
            rng,
            "both signs",
            distinct(rng, *ONE, 3, 4) - 3,
            (2, 3),
            stride=2,
            padding=1,
        ),
    ]


EXERCISE = Exercise(
    id="ps5.max_pool2d_backward",
    title="The gradient of max pooling",
    reference=max_pool2d_backward,
    difficulty=2,
    minutes=25,
    groups=[
        Group("Windows side by side", 0.5, side_by_side),
        Group("Ties", 0.5, ties),
        Group("Overlapping windows", 0.5, overlaps),
        Group("Padding", 0.5, paddings),
    ],
    misconceptions=after_given_lines(max_pool2d_backward, MISCONCEPTIONS),
)
