"""ps1.toeplitz: a one-dimensional cross-correlation as a matrix."""

from __future__ import annotations

import numpy as np

from convnets.correlation import toeplitz
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines, halves, weights


def worked_example(rng: np.random.Generator) -> list[Case]:
    return [
        case("worked out on paper", np.array([1.0, 2.0]), 3),
        case("three weights", weights(rng, 3), 5),
        case("two weights", weights(rng, 2), 6),
    ]


def longest_and_shortest(rng: np.random.Generator) -> list[Case]:
    return [
        case("a kernel as long as the signal", weights(rng, 3), 3),
        case("a kernel of one weight", weights(rng, 1), 4),
        case("a kernel longer than the signal", weights(rng, 3), 2),
    ]


def strides(rng: np.random.Generator) -> list[Case]:
    return [
        case("stride 2, which fits", weights(rng, 2), 6, stride=2),
        case("stride 3, does not fit", weights(rng, 3), 8, stride=3),
        case("stride 2, does not fit", weights(rng, 3), 6, stride=2),
    ]


def fractional_weights(rng: np.random.Generator) -> list[Case]:
    return [
        case("four samples, two weights", halves(rng, 2), 4),
        case("eight samples, three weights", halves(rng, 3), 8),
    ]


def transposed(kernel, length, stride=1):
    return toeplitz(kernel, length, stride).T


def reversed_rows(kernel, length, stride=1):
    return toeplitz(kernel[::-1], length, stride)


def wrapped_around(kernel, length, stride=1):
    first = np.append(kernel, np.zeros(length - len(kernel)))
    return np.array([np.roll(first, start) for start in range(0, length, stride)])


def hanging_over(kernel, length, stride=1):
    over = len(kernel) - 1
    return toeplitz(kernel, length + 2 * over, stride)[:, over : over + length]


def symmetric(kernel, length, stride=1):
    first = np.append(kernel, np.zeros(length - len(kernel)))
    distance = np.abs(np.subtract.outer(np.arange(length), np.arange(length)))
    return first[distance][::stride]


def one_row_too_many(kernel, length, stride=1):
    return toeplitz(kernel, length + stride, stride)[:, :length]


def one_row_too_few(kernel, length, stride=1):
    return toeplitz(kernel, length, stride)[:-1]


def whole_numbers_only(kernel, length, stride=1):
    return toeplitz(kernel, length, stride).astype(int)


def stride_ignored(kernel, length, stride=1):
    return toeplitz(kernel, length)


def stride_in_size_only(kernel, length, stride=1):
    W_out = (length - len(kernel)) // stride + 1
    return toeplitz(kernel, length)[:W_out]


def columns_dropped(kernel, length, stride=1):
    return toeplitz(kernel, length)[:, ::stride]


def rounded_up(kernel, length, stride=1):
    missing = -(length - len(kernel)) % stride
    return toeplitz(kernel, length + missing, stride)[:, :length]


def one_row_for_every_sample(kernel, length, stride=1):
    matrix = np.zeros((length, length))
    filled = toeplitz(kernel, length, stride)
    matrix[: len(filled)] = filled
    return matrix


EXERCISE = Exercise(
    id="ps1.toeplitz",
    title="Cross-correlation as a Toeplitz matrix",
    reference=toeplitz,
    difficulty=2,
    minutes=15,
    groups=[
        Group("The worked example, and others like it", 1, worked_example),
        Group("The longest and the shortest kernels", 0.5, longest_and_shortest),
        Group("Strides", 1, strides),
        Group("Fractional weights", 0.5, fractional_weights),
    ],
    misconceptions=after_given_lines(
        toeplitz,
        [
            Misconception(
                "matrix transposed",
                "One row belongs to one output and one column to one sample. Yours "
                "has them the other way round.",
                transposed,
            ),
            Misconception(
                "weights in reverse order",
                "That is the matrix of a true convolution. In a cross-correlation "
                "each row holds the weights in the order they are given.",
                reversed_rows,
            ),
            Misconception(
                "weights wrapped around the end",
                "That is a circulant matrix: in its last rows the kernel runs off the "
                "right end and comes back on the left. Stop before it does.",
                wrapped_around,
            ),
            Misconception(
                "kernel hanging over the ends",
                'That is the matrix of "full" mode, whose first and last rows hold '
                "only a part of the kernel. Every row should hold all of it.",
                hanging_over,
            ),
            Misconception(
                "a symmetric square matrix",
                "Your matrix mirrors the weights at the diagonal. To the left of the "
                "first weight of a row there are only zeros.",
                symmetric,
            ),
            Misconception(
                "one row too many",
                "The kernel of your last row is cut off by the right edge. With 8 "
                "samples and 3 weights, how many places does the kernel have?",
                one_row_too_many,
            ),
            Misconception(
                "one row too few",
                "The last place of the kernel has no row. With 8 samples and 3 "
                "weights, how many places does the kernel have?",
                one_row_too_few,
            ),
            Misconception(
                "a matrix of whole numbers",
                "The fractions of the weights are cut off. Which type do the numbers "
                "in your matrix have?",
                whole_numbers_only,
            ),
            Misconception(
                "stride ignored",
                "Each row is shifted by one sample, whatever `stride` says.",
                stride_ignored,
            ),
            Misconception(
                "stride in the size only",
                "The number of rows is right, but each is still shifted by one "
                "sample only. In which column does row i start?",
                stride_in_size_only,
            ),
            Misconception(
                "columns dropped for the stride",
                "A stride leaves out outputs, which are rows. Every sample keeps its "
                "column.",
                columns_dropped,
            ),
            Misconception(
                "rounded up, not down",
                "The kernel of your last row is cut off by the right edge. Where the "
                "stride does not fit, that row is left out.",
                rounded_up,
            ),
            Misconception(
                "one row for every sample",
                "Your matrix is square, and its last rows were never filled. It has "
                "one row for every output.",
                one_row_for_every_sample,
            ),
        ],
    ),
)
