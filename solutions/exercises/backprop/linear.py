"""ps5.linear: a fully connected layer."""

from __future__ import annotations

import numpy as np

from convnets.backprop import linear
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines, weights
from exercises.fast.inputs import different


def one_example(rng: np.random.Generator) -> list[Case]:
    return [
        case("2 to 2", different(rng, 1, 2), weights(rng, 2, 2), weights(rng, 2)),
        case("3 to 2", different(rng, 1, 3), weights(rng, 2, 3), weights(rng, 2)),
        case("2 to 4", different(rng, 1, 2), weights(rng, 4, 2), weights(rng, 4)),
        case("too wide", different(rng, 1, 3), weights(rng, 3, 2), weights(rng, 3)),
    ]


def batches(rng: np.random.Generator) -> list[Case]:
    # As many examples as outputs: a bias along the wrong axis raises no error.
    return [
        case("2 examples", different(rng, 2, 3), weights(rng, 2, 3), weights(rng, 2)),
        case("3 examples", different(rng, 3, 2), weights(rng, 3, 2), weights(rng, 3)),
        case("3 to 3", different(rng, 2, 3), weights(rng, 3, 3), weights(rng, 3)),
    ]


def bias_ignored(x, weight, bias):
    return x @ weight.T


def bias_subtracted(x, weight, bias):
    return x @ weight.T - bias


def bias_down(x, weight, bias):
    return x @ weight.T + bias[:, np.newaxis]


def not_transposed(x, weight, bias):
    return x @ weight + bias


def reshaped(x, weight, bias):
    return x @ weight.reshape(weight.shape[::-1]) + bias


def products_alone(x, weight, bias):
    return (x[:, np.newaxis] * weight).mean(axis=2) + bias


def examples_in_columns(x, weight, bias):
    return (x @ weight.T + bias).T


MISCONCEPTIONS = [
    Misconception("bias ignored", "Your outputs lack the bias.", bias_ignored),
    Misconception(
        "bias subtracted", "Your bias is subtracted, not added.", bias_subtracted
    ),
    Misconception(
        "bias along the batch",
        "You add one number of the bias to each example. There is one for each output.",
        bias_down,
    ),
    Misconception(
        "rows and columns of the weight swapped",
        "Each row of `weight` belongs to one output. You read its columns.",
        not_transposed,
    ),
    Misconception(
        "weight reshaped",
        "You turn `weight` with `reshape`, which keeps the numbers in their order. A "
        "transposition moves them.",
        reshaped,
    ),
    Misconception(
        "mean in place of sum",
        "Your sums are divided by the number of features.",
        products_alone,
    ),
    Misconception(
        "examples in columns",
        "The output has one row for each example, as `x` does.",
        examples_in_columns,
    ),
]

EXERCISE = Exercise(
    id="ps5.linear",
    title="A fully connected layer",
    reference=linear,
    difficulty=1,
    minutes=5,
    groups=[
        Group("One example", 0.5, one_example),
        Group("Batches", 0.5, batches),
    ],
    misconceptions=after_given_lines(linear, MISCONCEPTIONS),
)
