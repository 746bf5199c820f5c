"""Plausible wrong separable convolutions, for ps4.depthwise_separable_conv2d."""

from __future__ import annotations

import numpy as np

from convnets.im2col import conv2d
from coursekit.checks.declare import Misconception


def each(x, depthwise, *options):
    """Take the first step: one kernel over each channel."""
    return conv2d(x, depthwise, None, *options, groups=x.shape[1])


def mixed_first(x, depthwise, pointwise, bias=None, stride=1, padding=0, dilation=1):
    maps = conv2d(x, pointwise, bias)
    options = (stride, padding, dilation)
    return conv2d(maps, depthwise, None, *options, groups=len(depthwise))


def not_mixed(x, depthwise, pointwise, bias=None, stride=1, padding=0, dilation=1):
    maps = each(x, depthwise, stride, padding, dilation)
    return maps if bias is None else maps + bias[:, np.newaxis, np.newaxis]


def mixed_by_adding(
    x, depthwise, pointwise, bias=None, stride=1, padding=0, dilation=1
):
    maps = each(x, depthwise, stride, padding, dilation)
    return conv2d(maps, np.ones_like(pointwise), bias)


def mixed_transposed(
    x, depthwise, pointwise, bias=None, stride=1, padding=0, dilation=1
):
    maps = each(x, depthwise, stride, padding, dilation)
    return conv2d(maps, pointwise.swapaxes(0, 1), bias)


def weights_reshaped_to_transpose(
    x, depthwise, pointwise, bias=None, stride=1, padding=0, dilation=1
):
    maps = each(x, depthwise, stride, padding, dilation)
    C_out, C_in = pointwise.shape[:2]
    matrix = pointwise.reshape(C_in, C_out).T
    return conv2d(maps, matrix[:, :, np.newaxis, np.newaxis], bias)


def first_kernel_for_all(
    x, depthwise, pointwise, bias=None, stride=1, padding=0, dilation=1
):
    same = np.repeat(depthwise[:1], len(depthwise), axis=0)
    return conv2d(each(x, same, stride, padding, dilation), pointwise, bias)


def kernels_over_all_channels(
    x, depthwise, pointwise, bias=None, stride=1, padding=0, dilation=1
):
    everywhere = np.repeat(depthwise, x.shape[1], axis=1)
    maps = conv2d(x, everywhere, None, stride, padding, dilation)
    return conv2d(maps, pointwise, bias)


def bias_after_the_first_step(
    x, depthwise, pointwise, bias=None, stride=1, padding=0, dilation=1
):
    maps = not_mixed(x, depthwise, pointwise, bias, stride, padding, dilation)
    return conv2d(maps, pointwise)


def bias_after_both_steps(
    x, depthwise, pointwise, bias=None, stride=1, padding=0, dilation=1
):
    maps = not_mixed(x, depthwise, pointwise, bias, stride, padding, dilation)
    return conv2d(maps, pointwise, bias)


def bias_ignored(x, depthwise, pointwise, bias=None, stride=1, padding=0, dilation=1):
    return conv2d(each(x, depthwise, stride, padding, dilation), pointwise)


def stride_in_both_steps(
    x, depthwise, pointwise, bias=None, stride=1, padding=0, dilation=1
):
    maps = each(x, depthwise, stride, padding, dilation)
    return conv2d(maps, pointwise, bias, stride)


def all_options_in_both_steps(
    x, depthwise, pointwise, bias=None, stride=1, padding=0, dilation=1
):
    maps = each(x, depthwise, stride, padding, dilation)
    return conv2d(maps, pointwise, bias, stride, padding, dilation)


def stride_ignored(x, depthwise, pointwise, bias=None, stride=1, padding=0, dilation=1):
    return conv2d(each(x, depthwise, 1, padding, dilation), pointwise, bias)


def padding_in_both_steps(
    x, depthwise, pointwise, bias=None, stride=1, padding=0, dilation=1
):
    maps = each(x, depthwise, stride, padding, dilation)
    return conv2d(maps, pointwise, bias, 1, padding)


def padding_in_the_second_step(
    x, depthwise, pointwise, bias=None, stride=1, padding=0, dilation=1
):
    maps = each(x, depthwise, stride, 0, dilation)
    return conv2d(maps, pointwise, bias, 1, padding)


def padding_ignored(
    x, depthwise, pointwise, bias=None, stride=1, padding=0, dilation=1
):
    return conv2d(each(x, depthwise, stride, 0, dilation), pointwise, bias)


def dilation_ignored(
    x, depthwise, pointwise, bias=None, stride=1, padding=0, dilation=1
):
    return conv2d(each(x, depthwise, stride, padding), pointwise, bias)


def activation_between(
    x, depthwise, pointwise, bias=None, stride=1, padding=0, dilation=1
):
    maps = each(x, depthwise, stride, padding, dilation)
    return conv2d(np.maximum(maps, 0.0), pointwise, bias)


MISCONCEPTIONS = [
    Misconception(
        "mixed first",
        "You mixed the channels before the kernels slid over them. The kernels come "
        "first: there is one for each channel of `x`.",
        mixed_first,
    ),
    Misconception(
        "not mixed",
        "Your output has one map for each channel of `x`. What happened to "
        "`pointwise_weight`?",
        not_mixed,
    ),
    Misconception(
        "added up without weights",
        "All maps of the first step were simply added up. `pointwise_weight` says how "
        "much of each goes into an output channel.",
        mixed_by_adding,
    ),
    Misconception(
        "the mixture transposed",
        "The first axis of `pointwise_weight` counts the output channels, the second "
        "one the maps of the first step.",
        mixed_transposed,
    ),
    Misconception(
        "the mixture reshaped in place of transposed",
        "Reshaping a matrix to its transpose's shape mixes up its numbers.",
        weights_reshaped_to_transpose,
    ),
    Misconception(
        "the first kernel for all channels",
        "Every channel was looked at with the first kernel. Each has its own.",
        first_kernel_for_all,
    ),
    Misconception(
        "kernels over all channels",
        "In the first step each kernel sees a single channel; yours see the sum of "
        "all.",
        kernels_over_all_channels,
    ),
    Misconception(
        "bias after the first step",
        "The bias has one number for each output channel and is added at the very end; "
        "yours was mixed too.",
        bias_after_the_first_step,
    ),
    Misconception(
        "bias after both steps",
        "The bias is added twice, and mixed in between. It belongs to the end alone.",
        bias_after_both_steps,
    ),
    Misconception(
        "bias ignored",
        "The feature maps are right up to a constant. What happens to `bias`?",
        bias_ignored,
    ),
    Misconception(
        "stride in both steps",
        "Your output is too small: the mixing has stride 1.",
        stride_in_both_steps,
    ),
    Misconception(
        "all options in both steps",
        "Stride and padding were given to both steps. The mixing has stride 1 and no "
        "padding.",
        all_options_in_both_steps,
    ),
    Misconception(
        "stride ignored",
        "The kernels move by one pixel at a time, whatever `stride` says.",
        stride_ignored,
    ),
    Misconception(
        "padding in both steps",
        "Your output is too large: the mixing has no padding.",
        padding_in_both_steps,
    ),
    Misconception(
        "padding in the second step only",
        "The zeros belong round the images, before the kernels slide over them.",
        padding_in_the_second_step,
    ),
    Misconception(
        "padding ignored",
        "The kernels never leave the image, whatever `padding` says.",
        padding_ignored,
    ),
    Misconception(
        "dilation ignored",
        "The taps of your kernels always touch, whatever `dilation` says.",
        dilation_ignored,
    ),
    Misconception(
        "an activation between the steps",
        "Negative numbers are lost between the two steps. Some networks put an "
        "activation there; this function does not.",
        activation_between,
    ),
]
