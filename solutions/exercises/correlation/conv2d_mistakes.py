"""Plausible wrong convolutional layers, for ps1.conv2d_loops."""

from __future__ import annotations

import numpy as np

from convnets.correlation import conv2d_loops
from coursekit.checks.declare import Misconception


def flipped(x, weight, bias=None, stride=1, padding=0):
    return conv2d_loops(x, weight[..., ::-1, ::-1], bias, stride, padding)


def channels_averaged(x, weight, bias=None, stride=1, padding=0):
    return conv2d_loops(x, weight / x.shape[1], bias, stride, padding)


def first_channel_only(x, weight, bias=None, stride=1, padding=0):
    return conv2d_loops(x[:, :1], weight[:, :1], bias, stride, padding)


def last_channel_only(x, weight, bias=None, stride=1, padding=0):
    return conv2d_loops(x[:, -1:], weight[:, -1:], bias, stride, padding)


def first_filter_for_all(x, weight, bias=None, stride=1, padding=0):
    filters = np.repeat(weight[:1], len(weight), axis=0)
    return conv2d_loops(x, filters, bias, stride, padding)


def channels_not_added_up(x, weight, bias=None, stride=1, padding=0):
    maps = [
        conv2d_loops(x[:, [c]], f[[c]][None], None, stride, padding)
        for f in weight
        for c in range(x.shape[1])
    ]
    each = None if bias is None else np.repeat(bias, x.shape[1])
    return with_bias(np.concatenate(maps, axis=1), each)


def last_filter_for_all(x, weight, bias=None, stride=1, padding=0):
    filters = np.repeat(weight[-1:], len(weight), axis=0)
    return conv2d_loops(x, filters, bias, stride, padding)


def own_channel_only(x, weight, bias=None, stride=1, padding=0):
    own = [
        conv2d_loops(x[:, [c]], f[[c]][None], None, stride, padding)
        for c, f in enumerate(weight)
    ]
    return with_bias(np.concatenate(own, axis=1), bias)


def filters_and_channels_swapped(x, weight, bias=None, stride=1, padding=0):
    C_out = weight.shape[1]
    filters = [weight[c] for c in range(C_out)]
    out = conv2d_loops(x, np.array(filters), None, stride, padding)
    return out if bias is None else with_bias(out, bias[:C_out])


def bias_ignored(x, weight, bias=None, stride=1, padding=0):
    return conv2d_loops(x, weight, None, stride, padding)


def bias_for_every_channel(x, weight, bias=None, stride=1, padding=0):
    times = None if bias is None else x.shape[1] * bias
    return conv2d_loops(x, weight, times, stride, padding)


def bias_for_every_weight(x, weight, bias=None, stride=1, padding=0):
    times = None if bias is None else weight[0].size * bias
    return conv2d_loops(x, weight, times, stride, padding)


def bias_along_the_width(x, weight, bias=None, stride=1, padding=0):
    out = conv2d_loops(x, weight, None, stride, padding)
    return out if bias is None else out + bias


def stride_ignored(x, weight, bias=None, stride=1, padding=0):
    return conv2d_loops(x, weight, bias, 1, padding)


def stride_down_only(x, weight, bias=None, stride=1, padding=0):
    W_out = conv2d_loops(x, weight, bias, stride, padding).shape[3]
    return conv2d_loops(x, weight, bias, 1, padding)[:, :, ::stride, :W_out]


def stride_never_to_the_right(x, weight, bias=None, stride=1, padding=0):
    return conv2d_loops(x, weight, bias, 1, padding)[:, :, ::stride]


def stride_in_size_only(x, weight, bias=None, stride=1, padding=0):
    H_out, W_out = conv2d_loops(x, weight, bias, stride, padding).shape[2:]
    return conv2d_loops(x, weight, bias, 1, padding)[:, :, :H_out, :W_out]


def rounded_up(x, weight, bias=None, stride=1, padding=0):
    lengths = zip(x.shape[2:], weight.shape[2:], strict=True)
    missing = [-(size + 2 * padding - kernel) % stride for size, kernel in lengths]
    sides = [(0, 0), (0, 0), *((padding, padding + more) for more in missing)]
    return conv2d_loops(np.pad(x, sides), weight, bias, stride)


def padding_ignored(x, weight, bias=None, stride=1, padding=0):
    return conv2d_loops(x, weight, bias, stride)


def padding_counted_once(x, weight, bias=None, stride=1, padding=0):
    sides = [(0, 0), (0, 0), (padding, 0), (padding, 0)]
    return conv2d_loops(np.pad(x, sides), weight, bias, stride)


def padding_below_and_right(x, weight, bias=None, stride=1, padding=0):
    sides = [(0, 0), (0, 0), (0, padding), (0, padding)]
    return conv2d_loops(np.pad(x, sides), weight, bias, stride)


def padding_behind(x, weight, bias=None, stride=1, padding=0):
    out = conv2d_loops(x, weight, bias, stride)
    return np.pad(out, [(0, 0), (0, 0), (padding, padding), (padding, padding)])


def padding_with_edge_values(x, weight, bias=None, stride=1, padding=0):
    sides = [(0, 0), (0, 0), (padding, padding), (padding, padding)]
    return conv2d_loops(np.pad(x, sides, mode="edge"), weight, bias, stride)


def padding_on_every_axis(x, weight, bias=None, stride=1, padding=0):
    N, C_in = x.shape[:2]
    return conv2d_loops(np.pad(x, padding)[:N, :C_in], weight, bias, stride)


def padding_adds_images(x, weight, bias=None, stride=1, padding=0):
    return conv2d_loops(np.pad(x, padding)[:, : x.shape[1]], weight, bias, stride)


def first_image_only(x, weight, bias=None, stride=1, padding=0):
    out = conv2d_loops(x, weight, bias, stride, padding)
    out[1:] = 0
    return out


def one_bias_for_all(x, weight, bias=None, stride=1, padding=0):
    out = conv2d_loops(x, weight, None, stride, padding)
    return out if bias is None else out + bias[0]


def filters_before_images(x, weight, bias=None, stride=1, padding=0):
    return conv2d_loops(x, weight, bias, stride, padding).swapaxes(0, 1)


def first_image_for_all(x, weight, bias=None, stride=1, padding=0):
    return conv2d_loops(np.repeat(x[:1], len(x), axis=0), weight, bias, stride, padding)


def batch_added_up(x, weight, bias=None, stride=1, padding=0):
    total = np.repeat(x.sum(axis=0, keepdims=True), len(x), axis=0)
    return conv2d_loops(total, weight, bias, stride, padding)


def only_square_kernels(x, weight, bias=None, stride=1, padding=0):
    sides = [(0, 0), (0, 0), (padding, padding), (padding, padding)]
    padded, K = np.pad(x, sides), weight.shape[2]
    H_out, W_out = ((length - K) // stride + 1 for length in padded.shape[2:])
    out = np.zeros((len(x), len(weight), H_out, W_out))
    for i, j, k, l in np.ndindex(H_out, W_out, K, K):
        seen = padded[:, :, i * stride + k, j * stride + l]  # (N, C_in)
        out[:, :, i, j] += seen @ weight[:, :, k, l].T
    return with_bias(out, bias)


def truncated(x, weight, bias=None, stride=1, padding=0):
    return conv2d_loops(x, weight, bias, stride, padding).astype(x.dtype)


def rows_and_columns_swapped(x, weight, bias=None, stride=1, padding=0):
    return conv2d_loops(x, weight, bias, stride, padding).swapaxes(2, 3)


def channels_last(x, weight, bias=None, stride=1, padding=0):
    return np.moveaxis(conv2d_loops(x, weight, bias, stride, padding), 1, 3)


def with_bias(out, bias):
    """Add one number to each feature map."""
    return out if bias is None else out + bias[:, np.newaxis, np.newaxis]


MISCONCEPTIONS = [
    Misconception(
        "flipped kernel",
        "A convolutional layer computes a cross-correlation: the top left weight "
        "meets the top left pixel of each window.",
        flipped,
    ),
    Misconception(
        "mean over the channels",
        "The contributions of the input channels are added up. Nothing divides them "
        "by the number of channels.",
        channels_averaged,
    ),
    Misconception(
        "only the first channel",
        "A filter has a slice for every input channel; yours uses only the first one.",
        first_channel_only,
    ),
    Misconception(
        "only the last channel",
        "The sum begins anew with each input channel, so that only the last one is "
        "left. The contributions of all channels are added up.",
        last_channel_only,
    ),
    Misconception(
        "the first filter for all",
        "Every feature map was made with the first filter. The first axis of `weight` "
        "counts the filters.",
        first_filter_for_all,
    ),
    Misconception(
        "one map for every channel of every filter",
        "A filter makes one feature map: what its slices find in the input channels "
        "is added up.",
        channels_not_added_up,
    ),
    Misconception(
        "the last filter for all",
        "Every feature map was made with the last filter. Does each filter write into "
        "a map of its own?",
        last_filter_for_all,
    ),
    Misconception(
        "each filter on one channel only",
        "Your first filter sees the first channel, your second filter the second "
        "one. Every filter spans all of the channels.",
        own_channel_only,
    ),
    Misconception(
        "filters and channels swapped",
        "The first axis of `weight` counts the filters, so there is one feature map "
        "for each entry along it. The second axis counts the input channels.",
        filters_and_channels_swapped,
    ),
    Misconception(
        "bias ignored",
        "The feature maps are right up to a constant. What happens to `bias`?",
        bias_ignored,
    ),
    Misconception(
        "bias added once for every channel",
        "The bias belongs to a filter. Add it once, after the sum over the channels.",
        bias_for_every_channel,
    ),
    Misconception(
        "bias added once for every weight",
        "The bias belongs to a filter. Add it once, after the sum over the window.",
        bias_for_every_weight,
    ),
    Misconception(
        "bias along the width",
        "NumPy lines up the last axes, so each column got a bias of its own. The "
        "bias has to line up with the axis of the filters.",
        bias_along_the_width,
    ),
    Misconception(
        "stride ignored",
        "The kernel moves by one pixel at a time, whatever `stride` says.",
        stride_ignored,
    ),
    Misconception(
        "stride downwards only",
        "The stride holds along both image axes. Your kernel still moves one pixel at "
        "a time to the right.",
        stride_down_only,
    ),
    Misconception(
        "no stride to the right",
        "The stride holds along both image axes. Your kernel still visits every "
        "column, and your feature maps are too wide.",
        stride_never_to_the_right,
    ),
    Misconception(
        "stride in the size only",
        "The feature maps have the right size, but neighbouring windows still start "
        "one pixel apart. At which pixel does window i start?",
        stride_in_size_only,
    ),
    Misconception(
        "rounded up, not down",
        "Your last windows reach past the padded image. Where the stride does not "
        "fit, the pixels left over are dropped.",
        rounded_up,
    ),
    Misconception(
        "padding ignored",
        "The kernel never leaves the image, whatever `padding` says.",
        padding_ignored,
    ),
    Misconception(
        "padding counted once",
        "`padding` zeros are added on each side, so both image axes grow by twice as "
        "many. The windows at the bottom and at the right are missing.",
        padding_counted_once,
    ),
    Misconception(
        "padding below and to the right only",
        "Zeros belong on all four sides of the image; yours are at the ends of the "
        "two axes and not at their beginnings.",
        padding_below_and_right,
    ),
    Misconception(
        "zeros around the output",
        "The zeros belong around the image, before the kernel slides over it; yours "
        "are around the feature maps.",
        padding_behind,
    ),
    Misconception(
        "padding with the border's values",
        "Your padding repeats the pixels at the border. Here the padding is zeros.",
        padding_with_edge_values,
    ),
    Misconception(
        "padding on every axis",
        "Your padding adds empty images and empty channels too. Only the two image "
        "axes grow.",
        padding_on_every_axis,
    ),
    Misconception(
        "padding along the batch too",
        "Your output has more feature maps than there are images, because empty "
        "images were added in front and behind. Only the two image axes grow.",
        padding_adds_images,
    ),
    Misconception(
        "only the first image",
        "The feature maps of the first image are right and the others are still 0. "
        "Does your function return before its loops have ended?",
        first_image_only,
    ),
    Misconception(
        "one bias for all filters",
        "Every feature map got the first number of `bias`. Each filter has its own.",
        one_bias_for_all,
    ),
    Misconception(
        "filters before images",
        "Your output has the axes (C_out, N, H_out, W_out). Images are counted by the "
        "first axis, and their feature maps by the second.",
        filters_before_images,
    ),
    Misconception(
        "the first image for all",
        "Every image of the batch got the feature maps of the first one.",
        first_image_for_all,
    ),
    Misconception(
        "images of a batch added up",
        "Your sum runs over the batch as well as over the channels and the window. "
        "Images of a batch do not see each other.",
        batch_added_up,
    ),
    Misconception(
        "only square kernels",
        "The height of the kernel is used as its width too. Try a kernel of 2 rows "
        "and 3 columns.",
        only_square_kernels,
    ),
    Misconception(
        "output made like the images",
        "The fractions are cut off, because the output has the integer type of the "
        "images. Which type can hold products with the weights?",
        truncated,
    ),
    Misconception(
        "rows and columns of the output swapped",
        "Your feature maps are the right ones, transposed. Which of the loops counts "
        "the rows?",
        rows_and_columns_swapped,
    ),
    Misconception(
        "channels at the end of the output",
        "Your output has the axes (N, H_out, W_out, C_out). The feature maps are "
        "counted by the second axis, as the channels of `x` are.",
        channels_last,
    ),
]
