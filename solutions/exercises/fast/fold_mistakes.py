"""Plausible wrong ways to add columns back to an image, for ps4.fold."""

from __future__ import annotations

import math

import numpy as np

from convnets.arguments import pair, window_pairs
from convnets.im2col import check_columns, fold
from coursekit.checks.declare import Misconception


def places(output_size, kernel_size, stride=1, padding=0, dilation=1):
    """Count the places of the window along the height and along the width."""
    size = pair("output_size", output_size)
    options = window_pairs(size, kernel_size, stride, padding, dilation)
    return [
        (length + 2 * p - 1 - (taps - 1) * d) // s + 1
        for length, taps, s, p, d in zip(size, *options, strict=True)
    ]


def put_back(columns, output_size, kernel_size, stride, padding, dilation, **ways):
    """Write every column into its window, on the padded image.

    Parameters
    ----------
    write : callable, optional
        Makes the new pixel from the old one and the column's number.
    step, gap : pair of int, optional
        Stride and dilation to use in place of those given.
    """
    size = pair("output_size", output_size)
    kernel, step, border, gap = window_pairs(
        size, kernel_size, stride, padding, dilation
    )
    H_out, W_out = places(output_size, kernel_size, stride, padding, dilation)
    check_columns(columns, kernel, (H_out, W_out))
    taps = columns.reshape(columns.shape[0], -1, *kernel, H_out, W_out)
    lengths = [length + 2 * p for length, p in zip(size, border, strict=True)]
    out = np.zeros((*taps.shape[:2], *lengths))
    step, gap = ways.get("step", step), ways.get("gap", gap)
    for i, j, k, l in np.ndindex(H_out, W_out, *kernel):
        row, column = i * step[0] + k * gap[0], j * step[1] + l * gap[1]
        old, new = out[:, :, row, column], taps[:, :, k, l, i, j]
        out[:, :, row, column] = ways.get("write", np.add)(old, new)
    return out


def cropped(out, padding):
    """Cut off the padding on all sides."""
    p_h, p_w = pair("padding", padding)
    return out[:, :, p_h : out.shape[2] - p_h, p_w : out.shape[3] - p_w]


def moved(columns, kernel_size, before, after):
    """Read the rows in the order of `before` as if they were in that of `after`."""
    K_h, K_w = pair("kernel_size", kernel_size)
    N, rows, L = columns.shape
    lengths = {"c": rows // (K_h * K_w), "k": K_h, "l": K_w}
    split = columns.reshape(N, *(lengths[name] for name in before), L)
    axes = [before.index(name) + 1 for name in after]
    return split.transpose(0, *axes, 4).reshape(columns.shape)


def overwritten(columns, output_size, kernel_size, stride=1, padding=0, dilation=1):
    options = (output_size, kernel_size, stride, padding, dilation)
    return cropped(put_back(columns, *options, write=lambda old, new: new), padding)


def first_window_wins(
    columns, output_size, kernel_size, stride=1, padding=0, dilation=1
):
    def keep(old, new):
        return np.where(old == 0, new, old)

    options = (output_size, kernel_size, stride, padding, dilation)
    return cropped(put_back(columns, *options, write=keep), padding)


def averaged(columns, output_size, kernel_size, stride=1, padding=0, dilation=1):
    options = (output_size, kernel_size, stride, padding, dilation)
    times = fold(np.ones_like(columns), *options)
    return fold(columns, *options) / np.maximum(times, 1)


def mean_over_taps(columns, output_size, kernel_size, stride=1, padding=0, dilation=1):
    K_h, K_w = pair("kernel_size", kernel_size)
    out = fold(columns, output_size, kernel_size, stride, padding, dilation)
    return out / (K_h * K_w)


def not_cropped(columns, output_size, kernel_size, stride=1, padding=0, dilation=1):
    return put_back(columns, output_size, kernel_size, stride, padding, dilation)


def cropped_below_and_right(
    columns, output_size, kernel_size, stride=1, padding=0, dilation=1
):
    H, W = pair("output_size", output_size)
    out = put_back(columns, output_size, kernel_size, stride, padding, dilation)
    return out[:, :, :H, :W]


def cropped_above_and_left(
    columns, output_size, kernel_size, stride=1, padding=0, dilation=1
):
    p_h, p_w = pair("padding", padding)
    out = put_back(columns, output_size, kernel_size, stride, padding, dilation)
    return out[:, :, 2 * p_h :, 2 * p_w :]


def cropped_to_minus_the_padding(
    columns, output_size, kernel_size, stride=1, padding=0, dilation=1
):
    p_h, p_w = pair("padding", padding)
    out = put_back(columns, output_size, kernel_size, stride, padding, dilation)
    return out[:, :, p_h:-p_h, p_w:-p_w]


def stride_swapped(columns, output_size, kernel_size, stride=1, padding=0, dilation=1):
    stride = pair("stride", stride)[::-1]
    return fold(columns, output_size, kernel_size, stride, padding, dilation)


def cropped_twice(columns, output_size, kernel_size, stride=1, padding=0, dilation=1):
    out = fold(columns, output_size, kernel_size, stride, padding, dilation)
    return cropped(out, padding)


def channels_innermost(
    columns, output_size, kernel_size, stride=1, padding=0, dilation=1
):
    columns = moved(columns, kernel_size, "klc", "ckl")
    return fold(columns, output_size, kernel_size, stride, padding, dilation)


def taps_down_first(columns, output_size, kernel_size, stride=1, padding=0, dilation=1):
    columns = moved(columns, kernel_size, "clk", "ckl")
    return fold(columns, output_size, kernel_size, stride, padding, dilation)


def places_down_first(
    columns, output_size, kernel_size, stride=1, padding=0, dilation=1
):
    options = (output_size, kernel_size, stride, padding, dilation)
    H_out, W_out = places(*options)
    down = columns.reshape(*columns.shape[:2], W_out, H_out)
    return fold(down.swapaxes(2, 3).reshape(columns.shape), *options)


def taps_turned_round(
    columns, output_size, kernel_size, stride=1, padding=0, dilation=1
):
    K_h, K_w = pair("kernel_size", kernel_size)
    N, rows, L = columns.shape
    turned = columns.reshape(N, -1, K_h * K_w, L)[:, :, ::-1].reshape(N, rows, L)
    return fold(turned, output_size, kernel_size, stride, padding, dilation)


def size_swapped(columns, output_size, kernel_size, stride=1, padding=0, dilation=1):
    out = fold(columns, output_size, kernel_size, stride, padding, dilation)
    H, W = pair("output_size", output_size)
    return out.reshape(*out.shape[:2], W, H)


def stride_ignored(columns, output_size, kernel_size, stride=1, padding=0, dilation=1):
    options = (output_size, kernel_size, stride, padding, dilation)
    return cropped(put_back(columns, *options, step=(1, 1)), padding)


def dilation_ignored(
    columns, output_size, kernel_size, stride=1, padding=0, dilation=1
):
    options = (output_size, kernel_size, stride, padding, dilation)
    return cropped(put_back(columns, *options, gap=(1, 1)), padding)


def channels_added_up(
    columns, output_size, kernel_size, stride=1, padding=0, dilation=1
):
    out = fold(columns, output_size, kernel_size, stride, padding, dilation)
    return out.sum(axis=1, keepdims=True)


def images_added_up(columns, output_size, kernel_size, stride=1, padding=0, dilation=1):
    total = columns.sum(axis=0, keepdims=True)
    return fold(total, output_size, kernel_size, stride, padding, dilation)


def what_is_left_over_dropped(
    columns, output_size, kernel_size, stride=1, padding=0, dilation=1
):
    options = (output_size, kernel_size, stride, padding, dilation)
    taps, count = (
        math.prod(pair("kernel_size", kernel_size)),
        math.prod(places(*options)),
    )
    rows = columns.shape[1] // taps * taps
    return fold(columns[:, :rows, :count], *options)


MISCONCEPTIONS = [
    Misconception(
        "overwritten, not added",
        "Where windows overlap, the last one replaces the others. A pixel receives the "
        "sum of all that its windows hold.",
        overwritten,
    ),
    Misconception(
        "the first window wins",
        "Where windows overlap, only the first one counts. A pixel receives the sum of "
        "all that its windows hold.",
        first_window_wins,
    ),
    Misconception(
        "overlaps averaged",
        "You divide by the number of windows that a pixel lies in. Fold only adds; "
        "that is why it does not undo unfold.",
        averaged,
    ),
    Misconception(
        "divided by the size of the window",
        "Every pixel is too small by the number of taps. Fold only adds.",
        mean_over_taps,
    ),
    Misconception(
        "padding not cut off",
        "Your image still has its border. `output_size` is the size without padding.",
        not_cropped,
    ),
    Misconception(
        "padding cut off below and to the right",
        "The size is right, but the image is shifted: half of the padding has to be "
        "cut off above and to the left.",
        cropped_below_and_right,
    ),
    Misconception(
        "padding cut off above and to the left",
        "The size is right, but the image is shifted: half of the padding has to be "
        "cut off below and to the right.",
        cropped_above_and_left,
    ),
    Misconception(
        "padding cut off with a negative end",
        "A slice that ends at `-0` is empty, so that nothing is left where the padding "
        "is 0. Count the end of the slice from its beginning.",
        cropped_to_minus_the_padding,
    ),
    Misconception(
        "stride swapped",
        "The first number of a stride is the step downwards.",
        stride_swapped,
    ),
    Misconception(
        "padding cut off twice",
        "Your image is smaller than `output_size`, which does not contain the padding.",
        cropped_twice,
    ),
    Misconception(
        "channels innermost",
        "You read the rows as if channels changed fastest. All taps of the first "
        "channel come first.",
        channels_innermost,
    ),
    Misconception(
        "taps read downwards first",
        "The rows of a channel go along the first row of the window, then along its "
        "second one.",
        taps_down_first,
    ),
    Misconception(
        "places read downwards first",
        "The columns come in the order of text: along the first row of places, then "
        "along the second one.",
        places_down_first,
    ),
    Misconception(
        "windows turned round",
        "The first row belongs to the top left pixel of each window; nothing is "
        "flipped.",
        taps_turned_round,
    ),
    Misconception(
        "height and width of the output swapped",
        "The first number of `output_size` is the height.",
        size_swapped,
    ),
    Misconception(
        "stride ignored",
        "Neighbouring windows lie one pixel apart, whatever `stride` says.",
        stride_ignored,
    ),
    Misconception(
        "dilation ignored",
        "The taps of your window always touch, whatever `dilation` says.",
        dilation_ignored,
    ),
    Misconception(
        "channels added up",
        "There is one image with all channels added together. Each channel keeps its "
        "own map.",
        channels_added_up,
    ),
    Misconception(
        "images of a batch added up",
        "Images of a batch do not see each other; yours were added together.",
        images_added_up,
    ),
]

# Their own lines decide what they refuse, and so no other refusal is put before them.
UNCHECKED = [
    Misconception(
        "what is left over dropped",
        "You add up columns that cannot come from such an image, and drop those that "
        "are too many. Once you know the number of places, call `check_columns`.",
        what_is_left_over_dropped,
    ),
]
