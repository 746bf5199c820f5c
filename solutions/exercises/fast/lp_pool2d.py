"""ps4.lp_pool2d: the length of each window, seen as a vector."""

from __future__ import annotations

import numpy as np

from convnets.arguments import pair
from convnets.pooling import avg_pool2d, lp_pool2d, max_pool2d
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines
from exercises.fast import pool_mistakes
from exercises.fast.inputs import different
from exercises.fast.unfold_mistakes import windows


def euclidean(rng: np.random.Generator) -> list[Case]:
    by_hand = np.array([[[[3.0, -4.0, 0.0, 2.0]]]])
    whole = rng.integers(1, 10, size=(1, 1, 1, 4))
    whole[..., 1] = whole[..., 0]  # so that the first length is no whole number
    return [
        case("worked out on paper", by_hand, (1, 2)),
        case("other numbers", different(rng, 1, 1, 2, 4), 2),
        case("2 images, 2 channels", different(rng, 2, 2, 3, 2), (3, 1)),
        case("windows that do not fit", different(rng, 1, 1, 3, 5), (3, 2)),
        case("an integer image", whole, (1, 2)),
    ]


def other_norms(rng: np.random.Generator) -> list[Case]:
    return [
        case("norm 1", different(rng, 1, 1, 2, 4), 2, 1),
        case("norm 3", different(rng, 1, 1, 2, 4), (2, 1), 3),
        case("norm 1/2", different(rng, 1, 1, 1, 4), (1, 2), 0.5),
    ]


def negative(rng: np.random.Generator) -> list[Case]:
    signs = np.array([1.0, -1, -1, -1, -1, 1, 1, -1]).reshape(1, 1, 2, 4)
    x = different(rng, 1, 1, 2, 4) * signs
    return [
        case("norm 1, both signs", x, (1, 2), 1),
        case("norm 3, all negative", -different(rng, 1, 1, 2, 3), (2, 1), 3),
        case("norm 2, both signs", x, 2, 2),
    ]


def strides(rng: np.random.Generator) -> list[Case]:
    return [
        case("window 3, stride 2", different(rng, 1, 1, 3, 5), 3, stride=2),
        case("a pair, norm 3", different(rng, 1, 1, 4, 5), 2, 3, stride=(2, 1)),
        case("too wide a window", different(rng, 1, 1, 2, 3), (1, 4), stride=1),
    ]


def powers(x, kernel_size, norm, stride):
    """Add up the powers of the absolute values in each window."""
    K_h, K_w = pair("kernel_size", kernel_size)
    return avg_pool2d(np.abs(x) ** norm, kernel_size, stride) * (K_h * K_w)


def without_the_root(x, kernel_size, norm=2, stride=None):
    return powers(x, kernel_size, norm, stride)


def mean_of_powers(x, kernel_size, norm=2, stride=None):
    return avg_pool2d(np.abs(x) ** norm, kernel_size, stride) ** (1 / norm)


def mean_of_powers_without_root(x, kernel_size, norm=2, stride=None):
    return avg_pool2d(np.abs(x) ** norm, kernel_size, stride)


def signed_powers(x, kernel_size, norm=2, stride=None):
    K_h, K_w = pair("kernel_size", kernel_size)
    total = avg_pool2d(x**norm, kernel_size, stride) * (K_h * K_w)
    return np.maximum(total, 0) ** (1 / norm)


def root_of_a_negative_number(x, kernel_size, norm=2, stride=None):
    K_h, K_w = pair("kernel_size", kernel_size)
    total = avg_pool2d(x**norm, kernel_size, stride) * (K_h * K_w)
    return total ** (1 / norm)


def divided_by_the_exponent(x, kernel_size, norm=2, stride=None):
    return powers(x, kernel_size, norm, stride) / norm


def norm_of_a_matrix(x, kernel_size, norm=2, stride=None):
    found = windows(x, kernel_size, kernel_size if stride is None else stride)
    return np.linalg.norm(found, ord=norm, axis=(4, 5))


def truncated(x, kernel_size, norm=2, stride=None):
    return lp_pool2d(x, kernel_size, norm, stride).astype(x.dtype)


def size_of_signed_sum(x, kernel_size, norm=2, stride=None):
    K_h, K_w = pair("kernel_size", kernel_size)
    total = avg_pool2d(x**norm, kernel_size, stride) * (K_h * K_w)
    return np.abs(total) ** (1 / norm)


def always_square_root(x, kernel_size, norm=2, stride=None):
    return np.sqrt(powers(x, kernel_size, norm, stride))


def always_two(x, kernel_size, norm=2, stride=None):
    return lp_pool2d(x, kernel_size, 2, stride)


def root_before_the_sum(x, kernel_size, norm=2, stride=None):
    return powers(x, kernel_size, 1, stride)


def largest_magnitude(x, kernel_size, norm=2, stride=None):
    return max_pool2d(np.abs(x), kernel_size, stride)


MISCONCEPTIONS = [
    Misconception(
        "without the root",
        "The sum of the powers is still there. A length needs the root at the end.",
        without_the_root,
    ),
    Misconception(
        "mean of the powers",
        "The powers are added up. Nothing divides them by the size of the window.",
        mean_of_powers,
    ),
    Misconception(
        "mean of the powers without the root",
        "The powers are added up, not averaged, and a length needs the root at the "
        "end.",
        mean_of_powers_without_root,
    ),
    Misconception(
        "signs left in the powers",
        "With an odd exponent, numbers of opposite sign cancel each other. Lengths are "
        "made of absolute values.",
        signed_powers,
    ),
    Misconception(
        "the root of a negative number",
        "With an odd exponent, powers of negative numbers are negative: they cancel "
        "others, and their sum may have no root. Lengths are made of absolute values.",
        root_of_a_negative_number,
    ),
    Misconception(
        "divided by the exponent",
        "Your sums are divided by the exponent, and no root is taken. Which does "
        "Python work out first, `**` or `/`?",
        divided_by_the_exponent,
    ),
    Misconception(
        "the norm of a matrix",
        "Over two axes, `np.linalg.norm` takes the norm of a matrix, which is another "
        "one. A window is one long vector here.",
        norm_of_a_matrix,
    ),
    Misconception(
        "fractions cut off",
        "The length of whole numbers need not be a whole number. Which type does your "
        "output have?",
        truncated,
    ),
    Misconception(
        "absolute value after the sum",
        "Numbers of opposite sign have already cancelled when you take the absolute "
        "value. Take it of each number.",
        size_of_signed_sum,
    ),
    Misconception(
        "always the square root",
        "The root has to undo the exponent that `norm` gives.",
        always_square_root,
    ),
    Misconception(
        "always norm 2",
        "You compute the Euclidean length, whatever `norm` says.",
        always_two,
    ),
    Misconception(
        "root before the sum",
        "The root of each power gives back the number. The root belongs after the sum.",
        root_before_the_sum,
    ),
    Misconception(
        "the largest magnitude",
        "Your numbers are the largest of each window. All of them count here.",
        largest_magnitude,
    ),
    *pool_mistakes.of(lp_pool2d),
]

EXERCISE = Exercise(
    id="ps4.lp_pool2d",
    title="Pooling by length",
    reference=lp_pool2d,
    difficulty=1,
    minutes=10,
    groups=[
        Group("Euclidean length", 0.25, euclidean),
        Group("Other exponents", 0.25, other_norms),
        Group("Negative numbers", 0.25, negative),
        Group("Strides", 0.25, strides),
    ],
    misconceptions=after_given_lines(lp_pool2d, MISCONCEPTIONS),
)
