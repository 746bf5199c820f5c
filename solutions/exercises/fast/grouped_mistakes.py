"""Plausible wrong ways to split a convolutional layer into groups, for ps4.conv2d."""

from __future__ import annotations

import numpy as np

from convnets.im2col import conv2d
from coursekit.checks.declare import Misconception


def bias_of_the_first_group(
    x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1
):
    bias = None if bias is None else np.tile(bias[: len(bias) // groups], groups)
    return conv2d(x, weight, bias, stride, padding, dilation, groups)


def one_bias_for_each_group(
    x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1
):
    if bias is not None and groups > 1:
        bias = np.repeat(bias[:groups], len(bias) // groups)
    return conv2d(x, weight, bias, stride, padding, dilation, groups)


def bias_once_for_each_group(
    x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1
):
    bias = None if bias is None else bias * groups
    return conv2d(x, weight, bias, stride, padding, dilation, groups)


def with_channels(x, weight, options, pick):
    """Let each filter see the channels that `pick` gives for its number."""
    maps = [conv2d(x[:, pick(f)], weight[[f]], None, *options) for f in count(weight)]
    return np.concatenate(maps, axis=1)


def count(weight):
    """Count the filters."""
    return range(len(weight))


def with_bias(out, bias):
    """Add one number to each feature map."""
    return out if bias is None else out + bias[:, np.newaxis, np.newaxis]


def groups_ignored(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    options = (stride, padding, dilation)
    span = slice(weight.shape[1])
    return with_bias(with_channels(x, weight, options, lambda f: span), bias)


def channels_dealt_out(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    options, each = (stride, padding, dilation), len(weight) // groups
    out = with_channels(x, weight, options, lambda f: slice(f // each, None, groups))
    return with_bias(out, bias)


def filters_dealt_out(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    options, span = (stride, padding, dilation), weight.shape[1]

    def pick(f):
        return slice(f % groups * span, (f % groups + 1) * span)

    return with_bias(with_channels(x, weight, options, pick), bias)


def groups_added_up(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    out = conv2d(x, weight, bias, stride, padding, dilation, groups)
    N, C_out, H_out, W_out = out.shape
    return out.reshape(N, groups, C_out // groups, H_out, W_out).sum(axis=1)


def maps_interleaved(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    out = conv2d(x, weight, bias, stride, padding, dilation, groups)
    N, C_out, H_out, W_out = out.shape
    by_group = out.reshape(N, groups, C_out // groups, H_out, W_out)
    return by_group.swapaxes(1, 2).reshape(out.shape)


def first_group_only(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    out = conv2d(x, weight, bias, stride, padding, dilation, groups)
    return out[:, : len(weight) // groups]


def weights_of_the_first_group(
    x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1
):
    weight = np.tile(weight[: len(weight) // groups], (groups, 1, 1, 1))
    return conv2d(x, weight, bias, stride, padding, dilation, groups)


MISCONCEPTIONS = [
    Misconception(
        "biases of the first group for every group",
        "Each group begins anew with the first number of `bias`. There is one number "
        "for each filter, whatever its group.",
        bias_of_the_first_group,
    ),
    Misconception(
        "one bias for each group",
        "All filters of a group got the same bias. There is one number for each "
        "filter.",
        one_bias_for_each_group,
    ),
    Misconception(
        "bias added once for every group",
        "With several groups the bias is in your output several times.",
        bias_once_for_each_group,
    ),
    Misconception(
        "the first channels for every group",
        "All filters see the channels of the first group. Each group has channels of "
        "its own.",
        groups_ignored,
    ),
    Misconception(
        "channels dealt out like cards",
        "Neighbouring channels went to different groups. The first group has the first "
        "channels, all in a row.",
        channels_dealt_out,
    ),
    Misconception(
        "filters dealt out like cards",
        "Neighbouring filters were put into different groups. The first group has the "
        "first filters, all in a row.",
        filters_dealt_out,
    ),
    Misconception(
        "groups added up",
        "What the groups find was added together. Each filter makes a map of its own.",
        groups_added_up,
    ),
    Misconception(
        "maps of the groups interleaved",
        "The maps are right, in the wrong order. All maps of the first group come "
        "first.",
        maps_interleaved,
    ),
    Misconception(
        "only the first group",
        "The maps of the first group are right, and there are no others. Does your "
        "function return before its loop has ended?",
        first_group_only,
    ),
    Misconception(
        "the first group's filters for all",
        "Every group used the filters of the first one. Each group has filters of its "
        "own.",
        weights_of_the_first_group,
    ),
]
