"""ps6.group_norm: groups of channels of every image normalised over their pixels."""

from __future__ import annotations

import numpy as np

from convnets.normalization import group_norm
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines, integers
from exercises.fast.inputs import different
from exercises.normalization import example_mistakes
from exercises.normalization.group_mistakes import WRONG_GROUPS, split
from exercises.normalization.inputs import scale_and_shift
from exercises.normalization.recipes import affine, per_channel, standardised


def layer(
    rng: np.random.Generator, shape: tuple[int, ...], num_groups: int
) -> tuple[np.ndarray | int, ...]:
    return different(rng, *shape), num_groups, *scale_and_shift(rng, shape[1])


def one_image(rng: np.random.Generator) -> list[Case]:
    x = np.array([0.0, 2, 2, 4, 5, 5, 9, 9]).reshape(1, 4, 1, 2)  # variances 2 and 4
    gamma, beta = np.array([2.0, 4.0, 3.0, 6.0]), np.array([1.0, 2.0, 3.0, 4.0])
    return [
        case("worked out on paper", x, 2, gamma, beta, eps=2.0),
        case("2 groups of 2", *layer(rng, (1, 4, 2, 3), 2), eps=0.1),
        case("2 groups of 3", *layer(rng, (1, 6, 1, 4), 2), eps=0.1),
        case("as many columns as channels", *layer(rng, (1, 4, 2, 4), 2), eps=0.1),
        case("2 groups of 3 channels", *layer(rng, (1, 3, 1, 2), 2)),
    ]


def batches(rng: np.random.Generator) -> list[Case]:
    return [
        case("2 images", *layer(rng, (2, 4, 3, 1), 2), eps=0.1),
        case("3 images, 3 groups", *layer(rng, (3, 6, 1, 2), 3), eps=0.5),
    ]


def extremes(rng: np.random.Generator) -> list[Case]:
    return [
        case("one group", *layer(rng, (2, 3, 1, 4), 1), eps=0.1),
        case("a group for each channel", *layer(rng, (2, 3, 4, 1), 3), eps=0.1),
        case("all axes", *layer(rng, (2, 4, 2, 3), 2), eps=0.5),
    ]


def unusual(rng: np.random.Generator) -> list[Case]:
    constant = layer(rng, (2, 4, 1, 3), 2)
    constant[0][1, :2] = 7  # without eps, 0 / 0
    whole = integers(rng, 1, 4, 1, 2)
    whole[0, :, 0] = rng.permutation([[1, 2], [4, 9], [3, 8], [5, 7]])
    return [
        case("a constant group, no eps passed", *constant),
        case("whole numbers", whole, 2, *scale_and_shift(rng, 4), eps=0.1),
    ]


def hat(x, num_groups, *, eps, **parts):
    return standardised(split(x, num_groups), (2, 3, 4), eps, **parts).reshape(x.shape)


def wide(values, x):
    return per_channel(values, x.ndim)


def grouped(axes):
    """Write a group norm with statistics over other axes of the groups."""

    def function(x, num_groups, gamma, beta, eps=1e-5):
        x_hat = standardised(split(x, num_groups), axes, eps).reshape(x.shape)
        return affine(x_hat, wide(gamma, x), wide(beta, x))

    return function


def wrong_groups(change):
    """Write a group norm with other groups."""

    def function(x, num_groups, gamma, beta, eps=1e-5):
        def norm(x, num_groups, arrays):
            return group_norm(x, num_groups, *arrays, eps)

        return change(norm, x, num_groups, [gamma, beta])

    return function


def cut_from_the_batch(x, num_groups, gamma, beta, eps=1e-5):
    x_hat = standardised(x.reshape(num_groups, -1), (1,), eps).reshape(x.shape)
    return affine(x_hat, wide(gamma, x), wide(beta, x))


def five_axes(x, num_groups, gamma, beta, eps=1e-5):
    return split(group_norm(x, num_groups, gamma, beta, eps), num_groups)


def along_the_width(x, num_groups, gamma, beta, eps=1e-5):
    return gamma * hat(x, num_groups, eps=eps) + beta


def one_for_each_group(x, num_groups, gamma, beta, eps=1e-5):
    each = len(gamma) // num_groups
    arrays = (np.repeat(values[:num_groups], each) for values in (gamma, beta))
    return group_norm(x, num_groups, *arrays, eps)


def first_group_for_all(x, num_groups, gamma, beta, eps=1e-5):
    each = len(gamma) // num_groups
    arrays = (np.tile(values[:each], num_groups) for values in (gamma, beta))
    return group_norm(x, num_groups, *arrays, eps)


def mean_scale(x, num_groups, gamma, beta, eps=1e-5):
    each = len(gamma) // num_groups
    arrays = (
        np.repeat(values.reshape(num_groups, -1).mean(axis=1), each)
        for values in (gamma, beta)
    )
    return group_norm(x, num_groups, *arrays, eps)


def last_group_alone(x, num_groups, gamma, beta, eps=1e-5):
    out = group_norm(x, num_groups, gamma, beta, eps)
    out[:, : len(gamma) - len(gamma) // num_groups] = 0
    return out


def the_groups_first(x, num_groups, gamma, beta, eps=1e-5):
    each = len(gamma) // num_groups
    arrays = (np.repeat(values[::each], each) for values in (gamma, beta))
    return group_norm(x, num_groups, *arrays, eps)


MISCONCEPTIONS = [
    *(
        Misconception(name, hint, wrong_groups(change))
        for name, (hint, change) in WRONG_GROUPS.items()
    ),
    Misconception(
        "statistics over the batch",
        "Your images share statistics. Group norm knows one image at a time.",
        grouped((0, 2, 3, 4)),
    ),
    Misconception(
        "statistics over the batch, channels alone",
        "You average over images and pixels of each channel: that is batch norm.",
        example_mistakes.over(0, 2, 3, wide=wide),
    ),
    Misconception(
        "statistics for each pixel of a group",
        "You average over the channels of a group at each pixel. The mean is taken "
        "over the pixels too.",
        grouped((2,)),
    ),
    Misconception(
        "statistics over the groups",
        "You average over the groups, and each channel of a group has its own mean. "
        "It is the groups that have means of their own.",
        grouped((1, 3, 4)),
    ),
    Misconception(
        "statistics of each row of a group",
        "Your rows have means of their own. A mean is taken over channels, height and "
        "width of a group.",
        grouped((2, 4)),
    ),
    Misconception(
        "groups cut from the whole batch",
        "You cut the batch into `num_groups` pieces. Each image has so many.",
        cut_from_the_batch,
    ),
    Misconception(
        "groups left apart",
        "Your numbers are right, but the output has five axes. It should have the "
        "shape of `x`.",
        five_axes,
    ),
    Misconception(
        "one scale for each group",
        "You take as many numbers of `gamma` and `beta` as there are groups. Each "
        "channel has a scale and a shift of its own.",
        one_for_each_group,
    ),
    Misconception(
        "scales of the first group for all groups",
        "The scale of your second group is that of the first. Each channel has a scale "
        "and a shift of its own.",
        first_group_for_all,
    ),
    Misconception(
        "the mean scale of a group for all its channels",
        "You average scale and shift in each group. Each channel has its own.",
        mean_scale,
    ),
    Misconception(
        "the last group alone",
        "All your groups but the last are zeros. Is something made anew in a loop?",
        last_group_alone,
    ),
    Misconception(
        "the scale of a group's first channel for all",
        "You scale a whole group by the number of its first channel.",
        the_groups_first,
    ),
    Misconception(
        "scale and shift along the width",
        "Without axes of length 1 behind it, an array of C numbers is laid along the "
        "last axis, and that is the width.",
        along_the_width,
    ),
    *example_mistakes.of(hat, wide),
]

EXERCISE = Exercise(
    id="ps6.group_norm",
    title="Group norm",
    reference=group_norm,
    difficulty=2,
    minutes=20,
    groups=[
        Group("One image", 0.5, one_image),
        Group("Batches of images", 0.5, batches),
        Group("One group, and as many as channels", 0.5, extremes),
        Group("Constant groups and whole numbers", 0.5, unusual),
    ],
    misconceptions=after_given_lines(group_norm, MISCONCEPTIONS),
)
