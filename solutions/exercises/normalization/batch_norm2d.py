"""ps6.batch_norm2d: every channel normalised over images and pixels."""

from __future__ import annotations

import numpy as np

from convnets.normalization import batch_norm, batch_norm2d
from coursekit.checks.declare import Case, Exercise, Group, Misconception
from exercises.draws import after_given_lines, integers
from exercises.normalization import batch_mistakes, running_mistakes
from exercises.normalization.inputs import (
    averages,
    both_averages,
    layer,
    look,
    look_at_out,
    scale_and_shift,
)
from exercises.normalization.recipes import (
    affine,
    batch_norm_with,
    batch_statistics,
    blend,
    standardised,
)


def output_in_training(rng: np.random.Generator) -> list[Case]:
    x = np.array([[[[0.0, 2, 4, 2]], [[5.0, 5, 9, 9]]]])  # variances 2 and 4
    gamma, beta = np.array([4.0, 6.0]), np.array([1.0, 2.0])
    start = np.zeros(2), np.ones(2)
    options = {"momentum": 0.25, "eps": 0.1}
    constant = layer(rng, 3, 2, 1, 4)
    constant[0][:, 1] = 7  # without eps, 0 / 0
    return [
        look_at_out("worked out on paper", x, gamma, beta, *start, True, eps=2.0),
        look_at_out("3 channels", *layer(rng, 2, 3, 1, 4), True, eps=0.1),
        look_at_out("2 channels, 4 rows", *layer(rng, 3, 2, 4, 1), True, **options),
        look_at_out("as many columns as channels", *layer(rng, 2, 3, 1, 3), True),
        look_at_out("no eps passed, a constant channel", *constant, True),
        look_at_out("all axes", *layer(rng, 2, 3, 2, 4), True, **options),
    ]


def running(rng: np.random.Generator) -> list[Case]:
    options = {"momentum": 0.25, "eps": 0.5}
    return [
        *both_averages("4 rows", *layer(rng, 2, 3, 4, 1), True),
        *both_averages("one image", *layer(rng, 1, 2, 3, 4), True, **options),
        *both_averages("in evaluation", *layer(rng, 2, 3, 1, 4), False, **options),
    ]


def evaluation(rng: np.random.Generator) -> list[Case]:
    x, gamma, beta, *_ = layer(rng, 3, 2, 1, 4)
    options = {"momentum": 0.25, "eps": 0.1}
    after = "trained on this batch twice, then evaluated on it"
    return [
        look_at_out("one pixel", *layer(rng, 1, 3, 1, 1), False, eps=0.1),
        look_at_out("4 columns", *layer(rng, 2, 3, 1, 4), False, **options),
        look_at_out(after, *layer(rng, 2, 3, 4, 1), True, rounds=2, **options),
        look("3 averages for 2 channels", 0, x, gamma, beta, *averages(rng, 3), False),
    ]


def whole_numbers(rng: np.random.Generator) -> list[Case]:
    x = integers(rng, 2, 2, 1, 3)
    x[:, 0] = rng.permutation([1, 2, 4, 5, 7, 8]).reshape(2, 1, 3)
    x[:, 1] = rng.permutation([1, 2, 3, 7, 6, 8]).reshape(2, 1, 3)
    parts = (*scale_and_shift(rng, 2), *averages(rng, 2))
    return [
        look_at_out("integer images in training", x, *parts, True, eps=0.1),
        look_at_out("integer images in evaluation", x, *parts, False, eps=0.1),
        look("a single pixel to train on", 0, x[:1, :, :, :1], *parts, True),
    ]


def axes_wrong(*axes):
    """Take mean and variance of the output over other axes."""

    def function(x, gamma, beta, mean, var, training, momentum=0.1, eps=1e-5):
        out, *kept = batch_norm2d(x, gamma, beta, mean, var, training, momentum, eps)
        if training:
            x_hat = standardised(x, axes, eps)
            out = affine(x_hat, gamma.reshape(-1, 1, 1), beta.reshape(-1, 1, 1))
        return out, *kept

    return function


def rows(split, join):
    """Reshape the images for batch norm of features, and back."""

    def function(x, gamma, beta, mean, var, training, momentum=0.1, eps=1e-5):
        given = (gamma, beta, mean, var, training, momentum, eps)
        out, *kept = batch_norm(split(x), *given)
        return join(out, x), *kept

    return function


def turned_back(out, x):
    N, C, H, W = x.shape
    return out.reshape(N, H, W, C).transpose(0, 3, 1, 2)


def turned(x):
    return x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1])


def mean_of_variances(x):
    return batch_statistics(x)[0], x.var(axis=(2, 3)).mean(axis=0)


def running_mean_of_variances(x, *args, **options):
    out, *kept = batch_norm2d(x, *args, **options)
    _, _, _, old, training = args[:5]
    if training:
        new = mean_of_variances(x)[1] * x[:, 0].size / (x[:, 0].size - 1)
        kept[1] = blend(old, new, options.get("momentum", 0.1))
    return out, *kept


def counted_in(count):
    """Correct the running variance by the wrong count."""

    def function(x, *args, **options):
        out, *kept = batch_norm2d(x, *args, **options)
        _, _, _, old, training = args[:5]
        n = count(x)
        if training and n > 1:
            new = batch_statistics(x)[1] * n / (n - 1)
            kept[1] = blend(old, new, options.get("momentum", 0.1))
        return out, *kept

    return function


def cut_into_channels(x):
    return x.reshape(x.shape[1], -1).T


def four_axes(*args, **options):
    out, *kept = batch_norm2d(*args, **options)
    return out, *(each.reshape(1, -1, 1, 1) for each in kept)


def along_the_width(x, gamma, beta, mean, var, training, momentum=0.1, eps=1e-5):
    bare = np.ones_like(gamma), np.zeros_like(beta)
    out, *kept = batch_norm2d(x, *bare, mean, var, training, momentum, eps)
    return gamma * out + beta, *kept


def summed_over_images(x):
    mean = x.mean(axis=(2, 3)).sum(axis=0)
    return mean, batch_statistics(x)[1]


def first_image(x):
    return batch_statistics(x[:1])


MISCONCEPTIONS = [
    Misconception(
        "statistics for each pixel",
        "You average over the images alone, so each pixel has a mean of its own. A "
        "channel has one, for all its pixels.",
        axes_wrong(0),
    ),
    Misconception(
        "statistics for each image",
        "You average over the pixels of one image at a time. Batch norm averages over "
        "the images too.",
        axes_wrong(2, 3),
    ),
    Misconception(
        "statistics over the channels",
        "You average over the channels of a pixel. Each channel has a mean of its own.",
        axes_wrong(1),
    ),
    Misconception(
        "statistics of each whole image",
        "You average over all the numbers of an image. Each channel has a mean of its "
        "own, over all images.",
        axes_wrong(1, 2, 3),
    ),
    Misconception(
        "statistics over images and rows",
        "Your columns have means of their own. A mean is taken over the width too.",
        axes_wrong(0, 2),
    ),
    Misconception(
        "statistics over images and columns",
        "Your rows have means of their own. A mean is taken over the height too.",
        axes_wrong(0, 3),
    ),
    Misconception(
        "statistics over images and channels",
        "Your pixels have means of their own, and your channels share them. It is the "
        "channels that have means of their own.",
        axes_wrong(0, 1),
    ),
    Misconception(
        "one mean for all channels",
        "You average over everything, channels included.",
        axes_wrong(0, 1, 2, 3),
    ),
    Misconception(
        "reshaped without moving the channels",
        "You cut the images into rows of C numbers, but the numbers of a channel lie "
        "together in memory. Which axis must come last first?",
        rows(lambda x: x.reshape(-1, x.shape[1]), lambda out, x: out.reshape(x.shape)),
    ),
    Misconception(
        "channels not moved back",
        "Your numbers are right, but in the order of images whose last axis are the "
        "channels.",
        rows(turned, lambda out, x: out.reshape(x.shape)),
    ),
    Misconception(
        "channels left last",
        "Your output has its channels on the last axis. Where were they in `x`?",
        rows(turned, lambda out, x: out.reshape(len(x), *x.shape[2:], x.shape[1])),
    ),
    Misconception(
        "images and channels swapped back wrongly",
        "Your rows are right channel by channel, but images and channels have changed "
        "places in the output.",
        rows(
            lambda x: x.swapaxes(0, 1).reshape(x.shape[1], -1).T,
            lambda out, x: out.T.reshape(x.shape),
        ),
    ),
    Misconception(
        "mean of the images' variances",
        "You take the variance in each image, and the mean of these. That leaves out "
        "how much the images differ from each other.",
        batch_norm_with(statistics=mean_of_variances),
    ),
    Misconception(
        "mean of the images' variances in the running average",
        "Your running variance takes in the mean of the variances of single images.",
        running_mean_of_variances,
    ),
    Misconception(
        "unbiased correction by the number of images",
        "One fewer than what? A mean over N images of H × W pixels counts more than N "
        "numbers.",
        counted_in(len),
    ),
    Misconception(
        "unbiased correction by the number of pixels",
        "One fewer than what? A mean counts the pixels of all images.",
        counted_in(lambda x: x[0, 0].size),
    ),
    Misconception(
        "unbiased correction by the number of channels",
        "One fewer than what? A mean counts pixels and images, not channels.",
        counted_in(lambda x: x.shape[1]),
    ),
    Misconception(
        "unbiased correction by all the numbers",
        "One fewer than what? Each channel has a mean over its own numbers.",
        counted_in(lambda x: x.size),
    ),
    Misconception(
        "reshaped to channels without moving the axis",
        "You cut the batch into C pieces, but the images come first in memory. Which "
        "axis must be first before?",
        rows(cut_into_channels, lambda out, x: out.T.reshape(x.shape)),
    ),
    Misconception(
        "running averages with four axes",
        "Your running averages have the shape (1, C, 1, 1). One number for each "
        "channel is asked for.",
        four_axes,
    ),
    Misconception(
        "scale and shift along the width",
        "Without axes of length 1 behind it, an array of C numbers is laid along the "
        "last axis, and that is the width.",
        along_the_width,
    ),
    Misconception(
        "means of the images added up",
        "Your mean is N times too large: the sum of the means of the images.",
        batch_norm_with(statistics=summed_over_images),
    ),
    Misconception(
        "the first image's statistics for all",
        "Mean and variance come from the first image alone.",
        batch_norm_with(statistics=first_image),
    ),
    *batch_mistakes.of(batch_norm2d),
    *running_mistakes.of(batch_norm2d),
]

EXERCISE = Exercise(
    id="ps6.batch_norm2d",
    title="Batch norm for images",
    reference=batch_norm2d,
    difficulty=1,
    minutes=15,
    observer="one part",
    groups=[
        Group("The output in training", 0.5, output_in_training),
        Group("The running averages", 0.5, running),
        Group("In evaluation, before training and after", 0.5, evaluation),
        Group("Whole numbers", 0.5, whole_numbers),
    ],
    misconceptions=after_given_lines(batch_norm2d, MISCONCEPTIONS),
)
