"""ps6.fold_batch_norm: batch norm put into the convolution before it."""

from __future__ import annotations

import numpy as np

from convnets.normalization import fold_batch_norm
from coursekit.checks.declare import Case, Exercise, Group
from exercises.draws import FloatArray, after_given_lines, halves, weights
from exercises.fast.inputs import different
from exercises.normalization.fold_mistakes import MISCONCEPTIONS
from exercises.normalization.inputs import look

WEIGHT, BIAS = 0, 1
Filters = tuple[int, int, int, int]

PAPER = (
    np.array([1.0, 2.0, -1.0, 3.0]).reshape(2, 1, 1, 2),
    np.array([7.0, 3.0]),  # the bias
    np.array([6.0, 4.0]),  # gamma
    np.array([1.0, -1.0]),  # beta
    np.array([5.0, 4.0]),  # the mean
    np.array([8.0, 3.0]),  # the variance; eps is 1
)


def layers(rng: np.random.Generator, shape: Filters, bias: bool) -> list[FloatArray]:
    """Draw a convolution and the batch norm behind it."""
    size = shape[0]
    conv = [weights(rng, *shape), halves(rng, size) if bias else None]
    norm = [halves(rng, size), weights(rng, size), weights(rng, size)]
    return [*conv, *norm, different(rng, size)]


def filters(rng: np.random.Generator) -> list[Case]:
    few = layers(rng, (3, 2, 1, 4), True)
    square = layers(rng, (2, 2, 1, 3), True)
    wide = layers(rng, (3, 2, 1, 3), True)
    bare = layers(rng, (4, 1, 3, 2), False)
    return [
        look("worked out on paper", WEIGHT, *PAPER, of=2, eps=1.0),
        look("3 filters of 2 channels", WEIGHT, *few, of=2, eps=0.1),
        look("as many filters as channels", WEIGHT, *square, of=2, eps=0.1),
        look("as many columns as filters", WEIGHT, *wide, of=2, eps=0.5),
        look("4 filters without a bias", WEIGHT, *bare, of=2, eps=0.5),
        look("no eps passed", WEIGHT, *still(rng, True), of=2),
    ]


def biases(rng: np.random.Generator) -> list[Case]:
    few, more = layers(rng, (3, 2, 1, 4), True), layers(rng, (2, 1, 3, 4), True)
    wrong = layers(rng, (2, 1, 1, 3), True)
    wrong[1] = weights(rng, 3)
    return [
        look("worked out on paper", BIAS, *PAPER, of=2, eps=1.0),
        look("3 filters", BIAS, *few, of=2, eps=0.1),
        look("2 filters", BIAS, *more, of=2, eps=0.5),
        look("no eps passed", BIAS, *still(rng, True), of=2),
        look("a bias too many", BIAS, *wrong, of=2),
    ]


def no_biases(rng: np.random.Generator) -> list[Case]:
    paper = [PAPER[0], None, *PAPER[2:]]
    few, more = layers(rng, (3, 2, 1, 4), False), layers(rng, (2, 1, 3, 4), False)
    return [
        look("worked out on paper", BIAS, *paper, of=2, eps=1.0),
        look("3 filters", BIAS, *few, of=2, eps=0.1),
        look("2 filters", BIAS, *more, of=2, eps=0.5),
    ]


def still(rng: np.random.Generator, bias: bool) -> list[FloatArray]:
    """Draw layers of which one channel never varied, so that eps alone is left."""
    drawn = layers(rng, (3, 1, 2, 1), bias)
    drawn[5][1] = 0
    return drawn


EXERCISE = Exercise(
    id="ps6.fold_batch_norm",
    title="Batch norm folded into a convolution",
    reference=fold_batch_norm,
    difficulty=2,
    minutes=20,
    observer="one part",
    groups=[
        Group("The filters", 1, filters),
        Group("The bias", 0.5, biases),
        Group("The bias of a convolution without one", 0.5, no_biases),
    ],
    misconceptions=after_given_lines(fold_batch_norm, MISCONCEPTIONS),
)
