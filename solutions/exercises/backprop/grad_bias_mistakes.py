"""Plausible wrong gradients of the bias, for ps5.conv2d_backward."""

from __future__ import annotations

import numpy as np

from convnets.backprop import conv2d_backward
from coursekit.checks.declare import Misconception


def bias(function):
    """Make a mistake about the bias alone into a mistake about all three."""

    def backward(grad_out, x, weight, **options):
        right = conv2d_backward(grad_out, x, weight, **options)
        return *right[:2], function(grad_out)

    return backward


MISCONCEPTIONS = [
    Misconception(
        "mean over everything",
        "Your `grad_bias` is a mean. The bias was added to every pixel of every image, "
        "and all that comes back is added up.",
        bias(lambda grad_out: grad_out.mean(axis=(0, 2, 3))),
    ),
    Misconception(
        "mean over the batch",
        "You average over the images. Whatever has to be averaged, the loss has "
        "averaged it already.",
        bias(lambda grad_out: grad_out.sum(axis=(2, 3)).mean(axis=0)),
    ),
    Misconception(
        "mean over the pixels",
        "You average over the pixels of a map. The bias was added to each of them.",
        bias(lambda grad_out: grad_out.mean(axis=(2, 3)).sum(axis=0)),
    ),
    Misconception(
        "not summed over the pixels",
        "Your `grad_bias` is a map. There is one number for each filter.",
        bias(lambda grad_out: grad_out.sum(axis=0)),
    ),
    Misconception(
        "not summed over the batch",
        "Your `grad_bias` has a row for each image. All of them had the same bias.",
        bias(lambda grad_out: grad_out.sum(axis=(2, 3))),
    ),
    Misconception(
        "summed over the channels",
        "You sum over all axes but the last one. Which axis of `grad_out` counts the "
        "filters?",
        bias(lambda grad_out: grad_out.sum(axis=(0, 1, 2))),
    ),
    Misconception(
        "one number for all",
        "Your sum runs over all filters, too. Each has a bias of its own.",
        bias(lambda grad_out: np.full(grad_out.shape[1], grad_out.sum())),
    ),
    Misconception(
        "summed axes kept",
        "Your numbers are right. The bias has one axis, of length C_out.",
        bias(lambda grad_out: grad_out.sum(axis=(0, 2, 3), keepdims=True)),
    ),
    Misconception(
        "first image only",
        "Your `grad_bias` is that of the first image alone.",
        bias(lambda grad_out: grad_out[0].sum(axis=(1, 2))),
    ),
    Misconception(
        "upstream gradient ignored",
        "You count the pixels that the bias was added to. How much each of them "
        "matters stands in `grad_out`.",
        bias(lambda grad_out: np.ones_like(grad_out).sum(axis=(0, 2, 3))),
    ),
]
