"""ps8.class_activation_map: what each place adds to the logit of a class."""

from __future__ import annotations

import numpy as np

from convnets.explain import class_activation_map
from coursekit.checks.declare import Case, Exercise, Group, case
from exercises.draws import FloatArray, after_given_lines, pixels, weights
from exercises.explain.map_mistakes import MISCONCEPTIONS


def maps(rng: np.random.Generator, *shape: int) -> FloatArray:
    """Draw feature maps after a ReLU: none is negative, and some are zero.

    One place has the first channel alone, and another one only the second.
    """
    drawn = pixels(rng, *shape)
    drawn[:, 0, :2] = 0
    drawn[0, 0, 0], drawn[1 % shape[0], 0, 1] = rng.integers(3, 9, size=2)
    return drawn


def rows(rng: np.random.Generator, classes: int, channels: int) -> FloatArray:
    """Draw weights that give a map of the first two channels two signs."""
    drawn = weights(rng, classes, channels)
    drawn[:, 0], drawn[:, 1] = -np.abs(drawn[:, 0]), np.abs(drawn[:, 1])
    return drawn


def one_channel(rng: np.random.Generator) -> list[Case]:
    small = np.array([[[1.0, 2, 0], [3, 0, 4]]])
    return [
        case("worked out on paper", small, np.array([[-2.0], [3.0]]), 1),
        case("a negative weight", maps(rng, 1, 2, 4), rows_of_one(rng, 3), 2),
        case("the first class", maps(rng, 1, 4, 3), rows_of_one(rng, 5), 0),
    ]


def rows_of_one(rng: np.random.Generator, classes: int) -> FloatArray:
    """Draw weights of one channel, all different, and the last of them negative."""
    drawn = rng.choice([-4, -3, -2, 2, 3, 4], (classes, 1), replace=False)
    drawn[-1] = -5
    return drawn.astype(float)


def least_likely(features: FloatArray, weight: FloatArray) -> int:
    """Return the class with the smallest logit."""
    return int(np.argmin(weight @ features.mean(axis=(1, 2))))


def several_channels(rng: np.random.Generator) -> list[Case]:
    two, drawn = maps(rng, 2, 3, 4), rows(rng, 3, 2)
    return [
        case("2 channels", two, drawn, least_likely(two, drawn)),
        case("3 channels", maps(rng, 3, 4, 2), rows(rng, 5, 3), 4),
        case("as many channels as classes", maps(rng, 3, 2, 5), rows(rng, 3, 3), 2),
        case("too few weights", maps(rng, 3, 2, 4), rows(rng, 5, 2), 1),
    ]


def either_sign(rng: np.random.Generator) -> list[Case]:
    # Not after a ReLU: another network's maps may be negative.
    signed, drawn = weights(rng, 2, 3, 5) / 4, rows(rng, 4, 2)
    alike = weights(rng, 3, 4, 3)
    return [
        case("negative features", signed, drawn, least_likely(signed, drawn)),
        case("all of class 0", alike, rows(rng, 2, 3), 0),
        case("no such class", maps(rng, 2, 1, 3), rows(rng, 4, 2), 4),
    ]


def square(rng: np.random.Generator) -> list[Case]:
    # Everything has the same length, so that no error shows a mistake in the axes.
    three, drawn = maps(rng, 3, 3, 3), rows(rng, 3, 3)
    return [
        case("3 of everything", three, drawn, least_likely(three, drawn)),
        case("4 of everything", maps(rng, 4, 4, 4), rows(rng, 4, 4), 2),
    ]


EXERCISE = Exercise(
    id="ps8.class_activation_map",
    title="A class activation map",
    reference=class_activation_map,
    difficulty=2,
    minutes=25,
    groups=[
        Group("One channel", 1, one_channel),
        Group("Several channels", 1, several_channels),
        Group("Negative features", 1, either_sign),
        Group("As many classes as rows and columns", 1, square),
    ],
    misconceptions=after_given_lines(class_activation_map, MISCONCEPTIONS),
)
