"""Plausible wrong convolutional layers made of matrices, for ps4.conv2d."""

from __future__ import annotations

import numpy as np

from convnets.arguments import pair, window_pairs
from convnets.im2col import conv2d, pad2d
from coursekit.checks.declare import Misconception


def flipped(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    weight = weight[:, :, ::-1, ::-1]
    return conv2d(x, weight, bias, stride, padding, dilation, groups)


def kernel_transposed(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    weight = weight.swapaxes(2, 3)
    return conv2d(x, weight, bias, stride, padding, dilation, groups)


def channels_flattened_last(
    x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1
):
    weight = weight.transpose(0, 2, 3, 1).reshape(weight.shape)
    return conv2d(x, weight, bias, stride, padding, dilation, groups)


def filters_as_columns(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    weight = weight.reshape(-1, len(weight)).T.reshape(weight.shape)
    return conv2d(x, weight, bias, stride, padding, dilation, groups)


def places_before_filters(
    x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1
):
    out = conv2d(x, weight, bias, stride, padding, dilation, groups)
    return out.transpose(0, 2, 3, 1).reshape(out.shape)


def filters_before_images(
    x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1
):
    out = conv2d(x, weight, bias, stride, padding, dilation, groups)
    return out.swapaxes(0, 1).reshape(out.shape)


def not_an_image(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    out = conv2d(x, weight, bias, stride, padding, dilation, groups)
    return out.reshape(*out.shape[:2], -1)


def height_and_width_swapped(
    x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1
):
    out = conv2d(x, weight, bias, stride, padding, dilation, groups)
    return out.reshape(*out.shape[:2], out.shape[3], out.shape[2])


def first_image_for_all(
    x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1
):
    x = np.repeat(x[:1], len(x), axis=0)
    return conv2d(x, weight, bias, stride, padding, dilation, groups)


def first_channel_only(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    weight = weight.copy()
    weight[:, 1:] = 0
    return conv2d(x, weight, bias, stride, padding, dilation, groups)


def bias_ignored(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return conv2d(x, weight, None, stride, padding, dilation, groups)


def bias_along_the_width(
    x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1
):
    out = conv2d(x, weight, None, stride, padding, dilation, groups)
    return out if bias is None else out + bias


def one_bias_for_all(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    bias = None if bias is None else np.full_like(bias, bias[0])
    return conv2d(x, weight, bias, stride, padding, dilation, groups)


def bias_for_every_channel(
    x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1
):
    bias = None if bias is None else bias * weight.shape[1]
    return conv2d(x, weight, bias, stride, padding, dilation, groups)


def stride_ignored(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return conv2d(x, weight, bias, 1, padding, dilation, groups)


def stride_swapped(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    stride = pair("stride", stride)[::-1]
    return conv2d(x, weight, bias, stride, padding, dilation, groups)


def stride_down_for_both(
    x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1
):
    stride = pair("stride", stride)[0]
    return conv2d(x, weight, bias, stride, padding, dilation, groups)


def padding_above_for_both(
    x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1
):
    padding = pair("padding", padding)[0]
    return conv2d(x, weight, bias, stride, padding, dilation, groups)


def dilation_down_for_both(
    x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1
):
    dilation = pair("dilation", dilation)[0]
    return conv2d(x, weight, bias, stride, padding, dilation, groups)


def stride_in_size_only(
    x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1
):
    H, W = conv2d(x, weight, bias, stride, padding, dilation, groups).shape[2:]
    return conv2d(x, weight, bias, 1, padding, dilation, groups)[:, :, :H, :W]


def rounded_up(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    kernel, step, border, gap = window_pairs(
        x.shape[2:], weight.shape[2:], stride, padding, dilation
    )
    sides = [(0, 0), (0, 0)]
    for size, k, s, p, d in zip(x.shape[2:], kernel, step, border, gap, strict=True):
        left_over = (size + 2 * p - 1 - (k - 1) * d) % s
        sides.append((p, p + -left_over % s))
    return conv2d(np.pad(x, sides), weight, bias, stride, 0, dilation, groups)


def padding_ignored(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return conv2d(x, weight, bias, stride, 0, dilation, groups)


def padding_above_and_left(
    x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1
):
    sides = [(0, 0), (0, 0), *((p, 0) for p in pair("padding", padding))]
    return conv2d(np.pad(x, sides), weight, bias, stride, 0, dilation, groups)


def padding_twice(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    x = pad2d(x, padding)
    return conv2d(x, weight, bias, stride, padding, dilation, groups)


def padding_swapped(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    padding = pair("padding", padding)[::-1]
    return conv2d(x, weight, bias, stride, padding, dilation, groups)


def border_replicated(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    x = pad2d(x, padding, mode="replicate")
    return conv2d(x, weight, bias, stride, 0, dilation, groups)


def dilation_ignored(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return conv2d(x, weight, bias, stride, padding, 1, groups)


def dilation_as_gap(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    dilation = tuple(d + 1 for d in pair("dilation", dilation))
    return conv2d(x, weight, bias, stride, padding, dilation, groups)


def dilation_swapped(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    dilation = pair("dilation", dilation)[::-1]
    return conv2d(x, weight, bias, stride, padding, dilation, groups)


def image_thinned_out(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    d_h, d_w = pair("dilation", dilation)
    x = pad2d(x, padding)[:, :, ::d_h, ::d_w]
    return conv2d(x, weight, bias, stride, 0, 1, groups)


def truncated(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    out = conv2d(x, weight, bias, stride, padding, dilation, groups)
    return out.astype(x.dtype)


MISCONCEPTIONS = [
    Misconception(
        "flipped kernel",
        "A convolutional layer computes a cross-correlation: the top left weight "
        "meets the top left pixel of each window.",
        flipped,
    ),
    Misconception(
        "rows and columns of the kernel swapped",
        "The third axis of `weight` goes down the kernel, the fourth one to the right.",
        kernel_transposed,
    ),
    Misconception(
        "channels flattened last",
        "The rows of your columns go through the taps of one channel after another; "
        "your flattened filters go through the channels of one tap after another.",
        channels_flattened_last,
    ),
    Misconception(
        "filters flattened into columns",
        "Reshaping to as many columns as there are filters mixes the filters. Give "
        "each filter a row first; transpose after that if you need to.",
        filters_as_columns,
    ),
    Misconception(
        "places before filters",
        "Your product counts places before filters, and reshaping does not move "
        "numbers. The filters have to be the second axis before you reshape.",
        places_before_filters,
    ),
    Misconception(
        "filters before images",
        "With several images the maps are mixed up: your product counts filters before "
        "images, and reshaping does not move numbers.",
        filters_before_images,
    ),
    Misconception(
        "maps left as rows",
        "Each feature map is still one long row. Give it back its height and width.",
        not_an_image,
    ),
    Misconception(
        "height and width of the output swapped",
        "The right numbers are cut into rows of the wrong length. Which of the two is "
        "the width?",
        height_and_width_swapped,
    ),
    Misconception(
        "the first image for all",
        "Every image of the batch got the feature maps of the first one.",
        first_image_for_all,
    ),
    Misconception(
        "only the first channel",
        "A filter spans all channels of its group; yours uses only the first one.",
        first_channel_only,
    ),
    Misconception(
        "bias ignored",
        "The feature maps are right up to a constant. What happens to `bias`?",
        bias_ignored,
    ),
    Misconception(
        "bias along the width",
        "NumPy lines up the last axes, so each column got a bias of its own. The bias "
        "has to line up with the axis of the filters.",
        bias_along_the_width,
    ),
    Misconception(
        "one bias for all filters",
        "Every feature map got the first number of `bias`. Each filter has its own.",
        one_bias_for_all,
    ),
    Misconception(
        "bias added once for every channel",
        "The bias belongs to a filter. Add it once, after the sum over the channels.",
        bias_for_every_channel,
    ),
    Misconception(
        "stride ignored",
        "The kernel moves by one pixel at a time, whatever `stride` says.",
        stride_ignored,
    ),
    Misconception(
        "stride swapped",
        "The first number of a stride is the step downwards.",
        stride_swapped,
    ),
    Misconception(
        "the step downwards for both axes",
        "The second number of a stride is the step to the right.",
        stride_down_for_both,
    ),
    Misconception(
        "the padding above for all sides",
        "The second number of a padding counts to the left and right.",
        padding_above_for_both,
    ),
    Misconception(
        "the dilation downwards for both axes",
        "The second number of a dilation is the distance to the right.",
        dilation_down_for_both,
    ),
    Misconception(
        "stride in the size only",
        "The feature maps have the right size, but neighbouring windows still begin "
        "one pixel apart.",
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
        "padding above and to the left only",
        "`padding` zeros are added on each side; the windows at the bottom and at the "
        "right are missing.",
        padding_above_and_left,
    ),
    Misconception(
        "padding twice",
        "Your output is too large: the images get their border twice. Does `unfold` "
        "pad images that were padded already?",
        padding_twice,
    ),
    Misconception(
        "padding swapped",
        "The first number of a padding counts above and below.",
        padding_swapped,
    ),
    Misconception(
        "padding with the border's values",
        "Your padding repeats the pixels at the border. Here the padding is zeros.",
        border_replicated,
    ),
    Misconception(
        "dilation ignored",
        "The taps of your kernel always touch, whatever `dilation` says.",
        dilation_ignored,
    ),
    Misconception(
        "dilation as the gap",
        "You left out `dilation` pixels between two taps. It is the distance from one "
        "tap to the next: 1 if they touch.",
        dilation_as_gap,
    ),
    Misconception(
        "dilation swapped",
        "The first number of a dilation is the distance downwards.",
        dilation_swapped,
    ),
    Misconception(
        "image thinned out",
        "Pixels were left out of the image before the kernel slid over it. A dilated "
        "kernel still visits every place; only its taps are apart.",
        image_thinned_out,
    ),
    Misconception(
        "output made like the images",
        "The fractions are cut off, because the output has the integer type of the "
        "images. Which type can hold products with the weights?",
        truncated,
    ),
]
