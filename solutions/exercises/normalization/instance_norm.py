"""ps6.instance_norm: every channel of every image normalised over its pixels."""

from __future__ import annotations

import numpy as np

from convnets.normalization import group_norm, instance_norm
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines, integers
from exercises.fast.inputs import different
from exercises.normalization import example_mistakes
from exercises.normalization.inputs import scale_and_shift
from exercises.normalization.recipes import per_channel, standardised


def layer(rng: np.random.Generator, *shape: int) -> tuple[np.ndarray, ...]:
    return different(rng, *shape), *scale_and_shift(rng, shape[1])


def channels(rng: np.random.Generator) -> list[Case]:
    x = np.array([[[[0.0, 2, 4, 2]], [[5.0, 5, 9, 9]]]])  # variances 2 and 4
    gamma, beta = np.array([4.0, 6.0]), np.array([1.0, 2.0])
    return [
        case("worked out on paper", x, gamma, beta, eps=2.0),
        case("3 channels", *layer(rng, 1, 3, 2, 4), eps=0.1),
        case("as many columns as channels", *layer(rng, 1, 3, 2, 3), eps=0.1),
        case("a number of beta too many", *layer(rng, 1, 2, 1, 3)[:2], np.ones(3)),
    ]


def batches(rng: np.random.Generator) -> list[Case]:
    return [
        case("2 images", *layer(rng, 2, 3, 4, 1), eps=0.1),
        case("3 images", *layer(rng, 3, 2, 1, 4), eps=0.5),
        case("all axes", *layer(rng, 2, 4, 3, 2), eps=0.1),
    ]


def unusual(rng: np.random.Generator) -> list[Case]:
    constant = layer(rng, 3, 2, 1, 4)
    constant[0][1, 1] = 7  # without eps, 0 / 0
    whole = integers(rng, 1, 2, 1, 3)
    whole[0, :, 0] = rng.permutation([[1, 2, 4], [3, 8, 5]])
    return [
        case("a constant channel, no eps passed", *constant),
        case("whole numbers", whole, *scale_and_shift(rng, 2), eps=0.1),
    ]


def hat(x, *, eps, **parts):
    return standardised(x, (2, 3), eps, **parts)


def wide(values, x):
    return per_channel(values, x.ndim)


def along_the_width(x, gamma, beta, eps=1e-5):
    return gamma * hat(x, eps=eps) + beta


def first_image(x, gamma, beta, eps=1e-5):
    return instance_norm(np.repeat(x[:1], len(x), axis=0), gamma, beta, eps)


def two_groups(x, gamma, beta, eps=1e-5):
    C = x.shape[1]
    groups = next(n for n in (2, 3, 1) if C % n == 0 and n < C)
    return group_norm(x, groups, gamma, beta, eps)


def mean_over_pixels_spread_over_all(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=(2, 3), keepdims=True)
    var = x.var(axis=(0, 2, 3), keepdims=True)
    return wide(gamma, x) * (x - mean) / np.sqrt(var + eps) + wide(beta, x)


MISCONCEPTIONS = [
    Misconception(
        "statistics over the batch",
        "Your images share statistics, as in batch norm. Instance norm knows one "
        "image at a time.",
        example_mistakes.over(0, 2, 3, wide=wide),
    ),
    Misconception(
        "statistics of the whole image",
        "Your channels share statistics, as in layer norm. Each channel has its own "
        "mean.",
        example_mistakes.over(1, 2, 3, wide=wide),
    ),
    Misconception(
        "statistics over the channels",
        "You average over the channels of each pixel. A mean is taken over the pixels "
        "of each channel.",
        example_mistakes.over(1, wide=wide),
    ),
    Misconception(
        "statistics of each row",
        "Your rows have means of their own. A mean is taken over height and width.",
        example_mistakes.over(3, wide=wide),
    ),
    Misconception(
        "statistics of each column",
        "Your columns have means of their own. A mean is taken over height and width.",
        example_mistakes.over(2, wide=wide),
    ),
    Misconception(
        "statistics for each pixel",
        "You average over the images alone. A mean is taken over the pixels.",
        example_mistakes.over(0, wide=wide),
    ),
    Misconception(
        "statistics over everything",
        "You average over all numbers at once. Each channel of each image has its own "
        "mean.",
        example_mistakes.over(0, 1, 2, 3, wide=wide),
    ),
    Misconception(
        "the first image for all",
        "All images of your output are the first one.",
        first_image,
    ),
    Misconception(
        "neighbouring channels share statistics",
        "Your channels are normalised in groups. Here each is on its own.",
        two_groups,
    ),
    Misconception(
        "scale and shift along the width",
        "Without axes of length 1 behind it, an array of C numbers is laid along the "
        "last axis, and that is the width.",
        along_the_width,
    ),
    Misconception(
        "the image's mean, the batch's variance",
        "Your means are right, but your variances are taken over all images.",
        mean_over_pixels_spread_over_all,
    ),
    *example_mistakes.of(hat, wide),
]

EXERCISE = Exercise(
    id="ps6.instance_norm",
    title="Instance norm",
    reference=instance_norm,
    difficulty=1,
    minutes=10,
    groups=[
        Group("One image", 0.5, channels),
        Group("Batches of images", 0.5, batches),
        Group("Constant channels and whole numbers", 0.5, unusual),
    ],
    misconceptions=after_given_lines(instance_norm, MISCONCEPTIONS),
)
