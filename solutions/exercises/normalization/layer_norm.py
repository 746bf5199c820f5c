"""ps6.layer_norm: every example normalised over all its numbers."""

from __future__ import annotations

import numpy as np

from convnets.normalization import layer_norm
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines, integers
from exercises.fast.inputs import different
from exercises.normalization import example_mistakes
from exercises.normalization.inputs import scale_and_shift
from exercises.normalization.recipes import affine, standardised


def layer(rng: np.random.Generator, *shape: int) -> tuple[np.ndarray, ...]:
    return different(rng, *shape), *scale_and_shift(rng, *shape[1:])


def rows(rng: np.random.Generator) -> list[Case]:
    x = np.array([[0.0, 4.0], [7.0, 3.0], [1.0, 5.0]])  # variances of 4
    gamma, beta = np.array([3.0, 6.0]), np.array([1.0, 2.0])
    x_more = different(rng, 4, 3)
    return [
        case("worked out on paper", x, gamma, beta, eps=5.0),
        case("2 examples of 3 numbers", *layer(rng, 2, 3), eps=0.1),
        case("a scale for each example", x_more, *scale_and_shift(rng, 4)),
    ]


def images(rng: np.random.Generator) -> list[Case]:
    return [
        case("2 images, 3 channels", *layer(rng, 2, 3, 1, 4), eps=0.1),
        case("3 images, 4 rows", *layer(rng, 3, 2, 4, 1), eps=0.1),
        case("2 signals", *layer(rng, 2, 3, 4), eps=0.5),
        case("all axes", *layer(rng, 2, 3, 4, 2), eps=0.1),
    ]


def unusual(rng: np.random.Generator) -> list[Case]:
    constant = layer(rng, 3, 2)
    constant[0][1] = 7  # without eps, 0 / 0
    whole = integers(rng, 2, 3)
    whole[:] = rng.permutation([[1, 2, 4], [3, 8, 5]])
    return [
        case("a constant example, no eps passed", *constant),
        case("whole numbers", whole, *scale_and_shift(rng, 3), eps=0.1),
        case("examples without numbers", np.zeros((2, 0)), *np.zeros((2, 0))),
    ]


def hat(x, *, eps, **parts):
    return standardised(x, tuple(range(1, x.ndim)), eps, **parts)


def same(values, x):
    return values


def over(axes):
    """Write a layer norm over other axes, given the number of axes."""

    def function(x, gamma, beta, eps=1e-5):
        return affine(standardised(x, axes(x.ndim), eps), gamma, beta)

    return function


def flat(x, gamma, beta, eps=1e-5):
    return layer_norm(x, gamma, beta, eps).reshape(len(x), -1)


def first_of_each_channel(x, gamma, beta, eps=1e-5):
    firsts = (
        np.broadcast_to(each.reshape(len(each), -1)[:, :1], (len(each), each[0].size))
        for each in (gamma, beta)
    )
    return layer_norm(x, *(each.reshape(x.shape[1:]) for each in firsts), eps)


def one_number(x, gamma, beta, eps=1e-5):
    return layer_norm(x, np.full_like(gamma, gamma.mean()), beta, eps)


def first_example(x, gamma, beta, eps=1e-5):
    axes = tuple(range(1, x.ndim))
    mean, var = x[:1].mean(axis=axes, keepdims=True), x[:1].var(axis=axes)
    return gamma * (x - mean) / np.sqrt(var.reshape(mean.shape) + eps) + beta


MISCONCEPTIONS = [
    Misconception(
        "statistics over the batch",
        "Your examples share statistics, as in batch norm. Layer norm knows one "
        "example at a time.",
        over(lambda ndim: (0,)),
    ),
    Misconception(
        "batch norm's axes",
        "You average over images and pixels, as batch norm does. Layer norm averages "
        "over one example, channels included.",
        over(lambda ndim: (0, *range(2, ndim))),
    ),
    Misconception(
        "statistics over everything",
        "You average over all examples at once. Each example has its own mean.",
        over(lambda ndim: tuple(range(ndim))),
    ),
    Misconception(
        "statistics over the last axis",
        "You average over the last axis alone. An example may have more axes, and all "
        "of them count.",
        over(lambda ndim: (-1,)),
    ),
    Misconception(
        "statistics over the last two axes",
        "You average over the last two axes. An example may have more of them, and "
        "all of them count.",
        over(lambda ndim: tuple(range(max(1, ndim - 2), ndim))),
    ),
    Misconception(
        "statistics over the first axis of an example",
        "You average over the channels of each pixel. An example may have more axes, "
        "and all of them count.",
        over(lambda ndim: (1,)),
    ),
    Misconception(
        "statistics of each channel",
        "You average over each channel of an image. That is instance norm; layer norm "
        "averages over the channels too.",
        over(lambda ndim: tuple(range(2, ndim)) or (1,)),
    ),
    Misconception(
        "examples left flat",
        "Your numbers are right, but the output has lost the shape of `x`.",
        flat,
    ),
    Misconception(
        "one scale for each channel",
        "Your scale is the same for all numbers of a channel. Each number of an "
        "example has its own.",
        first_of_each_channel,
    ),
    Misconception(
        "one scale for all",
        "You scale all numbers alike. Each number of an example has a scale of its "
        "own.",
        one_number,
    ),
    Misconception(
        "the first example's statistics for all",
        "Mean and variance come from the first example alone.",
        first_example,
    ),
    *example_mistakes.of(hat, same),
]

EXERCISE = Exercise(
    id="ps6.layer_norm",
    title="Layer norm",
    reference=layer_norm,
    difficulty=1,
    minutes=10,
    groups=[
        Group("Rows of numbers", 0.5, rows),
        Group("Images and signals", 0.5, images),
        Group("Constant examples and whole numbers", 0.5, unusual),
    ],
    misconceptions=after_given_lines(layer_norm, MISCONCEPTIONS),
)
