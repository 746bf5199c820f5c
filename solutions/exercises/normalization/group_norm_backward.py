"""ps6.group_norm_backward: gradients through the statistics of groups of channels."""

from __future__ import annotations

import numpy as np

from convnets.normalization import group_norm_backward
from coursekit.checks.declare import Case, Exercise, Group, Misconception
from exercises.draws import after_given_lines, halves, weights
from exercises.fast.inputs import different
from exercises.normalization.gradient_mistakes import of
from exercises.normalization.gradient_recipes import Norm, mean, written
from exercises.normalization.group_mistakes import WRONG_GROUPS, split
from exercises.normalization.inputs import GRAD_BETA, GRAD_GAMMA, GRAD_X, look
from exercises.normalization.recipes import inverse, per_channel

NORM = Norm(group_norm_backward, split, (2, 3, 4))

PAPER = (
    np.array([9.0, 0, 0, 0, 0, 9, 0, 0]).reshape(1, 4, 1, 2),
    np.array([0.0, 4, 4, 0, 1, 1, 5, 5]).reshape(1, 4, 1, 2),  # variances 4
    2,
    np.array([2.0, 3.0, 4.0, 5.0]),
)


def layer(
    rng: np.random.Generator, shape: tuple[int, ...], num_groups: int
) -> tuple[np.ndarray | int, ...]:
    x, grad_out = different(rng, *shape), weights(rng, *shape)
    return grad_out, x, num_groups, halves(rng, shape[1])


def scale_and_shift(rng: np.random.Generator) -> list[Case]:
    return [
        look("worked out on paper: beta", GRAD_BETA, *PAPER, eps=5.0),
        look("3 images: beta", GRAD_BETA, *layer(rng, (3, 4, 1, 2), 2), eps=0.1),
        look("worked out on paper: gamma", GRAD_GAMMA, *PAPER, eps=5.0),
        look("3 images: gamma", GRAD_GAMMA, *layer(rng, (3, 4, 1, 2), 2), eps=0.1),
        look("2 groups of 3: gamma", GRAD_GAMMA, *layer(rng, (2, 6, 3, 1), 2), eps=0.5),
        look("no eps passed: gamma", GRAD_GAMMA, *constant(rng)),
    ]


def one_image(rng: np.random.Generator) -> list[Case]:
    return [
        look("worked out on paper", GRAD_X, *PAPER, eps=5.0),
        look("2 groups of 2", GRAD_X, *layer(rng, (1, 4, 2, 3), 2), eps=0.1),
        look("2 groups of 3", GRAD_X, *layer(rng, (1, 6, 1, 2), 2), eps=0.5),
        look("2 groups of 3 channels", GRAD_X, *layer(rng, (1, 3, 1, 2), 2)),
    ]


def batches(rng: np.random.Generator) -> list[Case]:
    return [
        look("2 images", GRAD_X, *layer(rng, (2, 4, 3, 1), 2), eps=0.1),
        look("3 images, 3 groups", GRAD_X, *layer(rng, (3, 6, 1, 2), 3), eps=0.5),
        look("one group", GRAD_X, *layer(rng, (2, 3, 1, 4), 1), eps=0.1),
        look("a constant group, no eps passed", GRAD_X, *constant(rng)),
    ]


def constant(rng: np.random.Generator) -> tuple[np.ndarray | int, ...]:
    """Draw images in which one group has the same number everywhere."""
    grad_out, x, num_groups, gamma = layer(rng, (2, 4, 1, 3), 2)
    x[1, :2] = rng.integers(1, 10)
    grad_out[1, :2] = 0  # without eps, 0 / 0
    return grad_out, x, num_groups, gamma


def gamma_last(grad_out, x, num_groups, gamma, eps=1e-5):
    plain = written(NORM, scale=False, after=lambda grad, wide: grad * wide)
    return plain(grad_out, x, num_groups, gamma, eps=eps)


def over(axes):
    """Go back through statistics over other axes of the groups."""
    return written(Norm(group_norm_backward, split, axes))


def wrong_groups(change):
    """Go back through other groups."""

    def function(grad_out, x, num_groups, gamma, eps=1e-5):
        def norm(x, num_groups, arrays):
            grad_out, gamma = arrays
            return group_norm_backward(grad_out, x, num_groups, gamma, eps)

        return change(norm, x, num_groups, [grad_out, gamma])

    return function


def for_each_image(grad_out, x, num_groups, gamma, eps=1e-5):
    grad_x, *_ = group_norm_backward(grad_out, x, num_groups, gamma, eps)
    x_hat = normalised(x, num_groups, eps)
    return grad_x, (grad_out * x_hat).sum(axis=(2, 3)), grad_out.sum(axis=(2, 3))


def for_each_group(grad_out, x, num_groups, gamma, eps=1e-5):
    grad_x, *sums = group_norm_backward(grad_out, x, num_groups, gamma, eps)
    return grad_x, *(each.reshape(num_groups, -1).sum(axis=1) for each in sums)


def same_in_a_group(grad_out, x, num_groups, gamma, eps=1e-5):
    grad_x, *sums = group_norm_backward(grad_out, x, num_groups, gamma, eps)
    size = len(gamma) // num_groups
    totals = (np.repeat(s.reshape(num_groups, -1).sum(axis=1), size) for s in sums)
    return grad_x, *totals


def normalised(x, num_groups, eps):
    groups = split(x, num_groups)
    var = groups.var(axis=(2, 3, 4), keepdims=True)
    return ((groups - mean(groups, (2, 3, 4))) * inverse(var, eps)).reshape(x.shape)


def five_axes(grad_out, x, num_groups, gamma, eps=1e-5):
    grad_x, *sums = group_norm_backward(grad_out, x, num_groups, gamma, eps)
    return split(grad_x, num_groups), *sums


def mean_gamma(grad_out, x, num_groups, gamma, eps=1e-5):
    size = len(gamma) // num_groups
    shared = np.repeat(gamma.reshape(num_groups, -1).mean(axis=1), size)
    grad_x, *_ = group_norm_backward(grad_out, x, num_groups, shared, eps)
    return grad_x, *group_norm_backward(grad_out, x, num_groups, gamma, eps)[1:]


def means_over_channels(grad_out, x, num_groups, gamma, eps=1e-5):
    _, *sums = group_norm_backward(grad_out, x, num_groups, gamma, eps)
    x_hat = normalised(x, num_groups, eps)
    var = split(x, num_groups).var(axis=(2, 3, 4), keepdims=True)
    g = grad_out * per_channel(gamma, 4)
    each = mean(g, (2, 3)) + x_hat * mean(g * x_hat, (2, 3))
    grad_x = (split(g - each, num_groups) * inverse(var, eps)).reshape(x.shape)
    return grad_x, *sums


def divided_by(count):
    """Divide the sums of both paths by the wrong count, given x and num_groups."""

    def function(grad_out, x, num_groups, gamma, eps=1e-5):
        ratio = x[0].size // num_groups / count(x, num_groups)

        def behind(g, x_hat, inv, axes):
            return inv * (g - ratio * (mean(g, axes) + x_hat * mean(g * x_hat, axes)))

        return written(NORM, behind)(grad_out, x, num_groups, gamma, eps=eps)

    return function


MISCONCEPTIONS = [
    Misconception(
        "divided by the pixels of one channel",
        "Over how many numbers is the mean of a group taken? It has more channels "
        "than one.",
        divided_by(lambda x, num_groups: x[0, 0].size),
    ),
    Misconception(
        "divided by the channels of a group",
        "Over how many numbers is the mean of a group taken? Each channel has pixels.",
        divided_by(lambda x, num_groups: x.shape[1] // num_groups),
    ),
    Misconception(
        "divided by batch norm's count",
        "You divide by the pixels of all images. A group lies in one image.",
        divided_by(lambda x, num_groups: x[:, 0].size),
    ),
    Misconception(
        "divided by all the numbers of an image",
        "You divide by the size of a whole image. A group is a part of it.",
        divided_by(lambda x, num_groups: x[0].size),
    ),
    Misconception(
        "gamma applied last",
        "You scale at the very end, as batch norm allows. In a group, channels with "
        "different scales share a mean and a variance.",
        gamma_last,
    ),
    Misconception(
        "one scale for a whole group",
        "Your `grad_x` takes the mean scale of a group for all its channels.",
        mean_gamma,
    ),
    Misconception(
        "paths of each channel on its own",
        "The paths through mean and variance are averaged over each channel. They are "
        "shared by all channels of a group.",
        means_over_channels,
    ),
    *(
        Misconception(name, hint, wrong_groups(change))
        for name, (hint, change) in WRONG_GROUPS.items()
    ),
    Misconception(
        "statistics over the batch",
        "You go back through statistics that images share. Group norm knows one image "
        "at a time.",
        over((0, 2, 3, 4)),
    ),
    Misconception(
        "statistics over the groups",
        "You go back through means over the groups. Each group has its own.",
        over((1, 3, 4)),
    ),
    Misconception(
        "statistics for each pixel of a group",
        "You go back through means over the channels at each pixel. They are taken "
        "over the pixels too.",
        over((2,)),
    ),
    Misconception(
        "gradients of scale and shift for each image",
        "Your `grad_gamma` and `grad_beta` have numbers for each image. All images "
        "use the same scale and shift.",
        for_each_image,
    ),
    Misconception(
        "gradients of scale and shift for each group",
        "Your `grad_gamma` and `grad_beta` have a number for each group. Each channel "
        "has a scale and a shift of its own.",
        for_each_group,
    ),
    Misconception(
        "gradients of scale and shift shared in a group",
        "All channels of a group get the same `grad_gamma` and `grad_beta`. Each has a "
        "scale and a shift of its own.",
        same_in_a_group,
    ),
    Misconception(
        "groups left apart",
        "Your numbers are right, but `grad_x` has five axes. It should have the shape "
        "of `x`.",
        five_axes,
    ),
    *of(NORM),
]

EXERCISE = Exercise(
    id="ps6.group_norm_backward",
    title="The gradients of group norm",
    reference=group_norm_backward,
    difficulty=3,
    minutes=30,
    observer="one part",
    groups=[
        Group("The gradients of scale and shift", 1, scale_and_shift),
        Group("The gradient of one image", 1, one_image),
        Group("The gradient of a batch", 1, batches),
    ],
    misconceptions=after_given_lines(group_norm_backward, MISCONCEPTIONS),
)
