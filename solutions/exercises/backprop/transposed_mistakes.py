"""Plausible wrong transposed convolutions, for ps5.conv_transpose2d.

A mistake about the sums gets the options as pairs and returns the maps before they are
cut; `finished` does the rest.
"""

from __future__ import annotations

import numpy as np

from convnets.arguments import pair
from convnets.backprop import conv_transpose2d
from convnets.im2col import conv2d
from coursekit.checks.declare import Misconception
from exercises.backprop.layers import spread

STEP = (1, 1)


def size_of(x, weight, stride, padding, output_padding):
    """Return height and width of the output."""
    return tuple(
        (size - 1) * s - 2 * p + k + extra
        for size, k, s, p, extra in zip(
            x.shape[2:], weight.shape[2:], stride, padding, output_padding, strict=True
        )
    )


def before_cut(x, weight, stride, padding, output_padding):
    """Add all kernels up, on an output that still has its border."""
    size = size_of(x, weight, stride, (0, 0), output_padding)
    return spread(x, weight, size, stride, STEP)


def finished(maps_of, cut=True):
    """Cut the border off what a mistake makes, and add the bias."""

    def function(x, weight, bias=None, stride=1, padding=0, output_padding=0):
        pairs = [pair("", each) for each in (stride, padding, output_padding)]
        out = maps_of(x, weight, *pairs)
        if cut:
            H, W = size_of(x, weight, *pairs)
            p_h, p_w = pairs[1]
            out = out[:, :, p_h : p_h + H, p_w : p_w + W]
        return out if bias is None else out + bias[:, np.newaxis, np.newaxis]

    return function


def changed_weight(change):
    """Make a mistake out of another weight."""

    def function(x, weight, *rest, **options):
        return conv_transpose2d(x, change(weight), *rest, **options)

    return function


def overwritten(x, weight, stride, padding, output_padding):
    out = np.zeros_like(before_cut(x, weight, stride, padding, output_padding))
    (s_h, s_w), (K_h, K_w) = stride, weight.shape[2:]
    for i, j in np.ndindex(*x.shape[2:]):
        window = np.einsum("nc,cokl->nokl", x[:, :, i, j], weight)
        out[:, :, i * s_h : i * s_h + K_h, j * s_w : j * s_w + K_w] = window
    return out


def divided_by_visits(x, weight, stride, padding, output_padding):
    out = before_cut(x, weight, stride, padding, output_padding)
    ones = np.ones((1, 1, *x.shape[2:])), np.ones((1, 1, *weight.shape[2:]))
    return out / np.maximum(spread(*ones, out.shape[2:], stride, STEP), 1)


def stride_ignored(x, weight, stride, padding, output_padding):
    size = size_of(x, weight, stride, (0, 0), output_padding)
    return spread(x, weight, size, STEP, STEP)


def stride_one(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    return conv_transpose2d(x, weight, bias, 1, padding)


def stride_zeros_everywhere(x, weight, stride, padding, output_padding):
    size = size_of(x, weight, stride, (0, 0), output_padding)
    moved = np.zeros((*x.shape[:2], *(n * s for n, s in zip(x.shape[2:], stride))))  # noqa: B905
    moved[:, :, stride[0] - 1 :: stride[0], stride[1] - 1 :: stride[1]] = x
    return spread(moved, weight, size, STEP, STEP)


def stride_of_the_height(x, weight, stride, padding, output_padding):
    size = size_of(x, weight, stride, (0, 0), output_padding)
    return spread(x, weight, size, (stride[0], stride[0]), STEP)


def first_channel(x, weight, stride, padding, output_padding):
    return before_cut(x[:, :1], weight[:1], stride, padding, output_padding)


def ordinary(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    return conv2d(x, weight.swapaxes(0, 1), bias, stride, padding)


def padding_ignored(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    return conv_transpose2d(x, weight, bias, stride, 0, output_padding)


def padding_added(x, weight, stride, padding, output_padding):
    p_h, p_w = padding
    out = before_cut(x, weight, stride, padding, output_padding)
    return np.pad(out, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))


def padding_once(x, weight, stride, padding, output_padding):
    p_h, p_w = padding
    out = before_cut(x, weight, stride, padding, output_padding)
    return out[:, :, p_h:, p_w:]


def cut_below_only(x, weight, stride, padding, output_padding):
    H, W = size_of(x, weight, stride, padding, output_padding)
    return before_cut(x, weight, stride, padding, output_padding)[:, :, :H, :W]


def cut_above_only(x, weight, stride, padding, output_padding):
    out = before_cut(x, weight, stride, padding, output_padding)
    return out[:, :, 2 * padding[0] :, 2 * padding[1] :]


def cut_to_nothing(x, weight, stride, padding, output_padding):
    p_h, p_w = padding
    out = before_cut(x, weight, stride, padding, output_padding)
    return out[:, :, p_h:-p_h, p_w:-p_w]


def stride_of_the_width(x, weight, stride, padding, output_padding):
    size = size_of(x, weight, stride, (0, 0), output_padding)
    return spread(x, weight, size, (stride[1], stride[1]), STEP)


def zeros_after_the_last(x, weight, stride, padding, output_padding):
    out = before_cut(x, weight, stride, padding, (0, 0))
    sides = [(0, 0), (0, 0), *((0, s - 1) for s in stride)]
    (p_h, p_w), out = padding, np.pad(out, sides)
    return out[:, :, p_h : out.shape[2] - p_h, p_w : out.shape[3] - p_w]


def pixels_repeated(x, weight, stride, padding, output_padding):
    larger = x.repeat(stride[0], axis=2).repeat(stride[1], axis=3)
    H, W = (n + k - 1 for n, k in zip(larger.shape[2:], weight.shape[2:], strict=True))
    (p_h, p_w), out = padding, spread(larger, weight, (H, W), STEP, STEP)
    return out[:, :, p_h : H - p_h, p_w : W - p_w]


def extra_ignored(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    return conv_transpose2d(x, weight, bias, stride, padding)


def extra_on_both_sides(x, weight, stride, padding, output_padding):
    out = before_cut(x, weight, stride, padding, (0, 0))
    (e_h, e_w), (p_h, p_w) = output_padding, padding
    out = out[:, :, p_h : out.shape[2] - p_h, p_w : out.shape[3] - p_w]
    return np.pad(out, ((0, 0), (0, 0), (e_h, e_h), (e_w, e_w)))


def extra_above(x, weight, stride, padding, output_padding):
    out = before_cut(x, weight, stride, padding, (0, 0))
    return np.pad(out, ((0, 0), (0, 0), *((extra, 0) for extra in output_padding)))


def extra_zeros(x, weight, stride, padding, output_padding):
    out = before_cut(x, weight, stride, padding, (0, 0))
    (p_h, p_w) = padding
    out = out[:, :, p_h : out.shape[2] - p_h, p_w : out.shape[3] - p_w]
    return np.pad(out, ((0, 0), (0, 0), *((0, extra) for extra in output_padding)))


def bias_ignored(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    return conv_transpose2d(x, weight, None, stride, padding, output_padding)


def bias_before_the_sums(x, weight, bias=None, *rest, **options):
    bias = None if bias is None else bias * len(weight)
    return conv_transpose2d(x, weight, bias, *rest, **options)


def bias_along_the_width(x, weight, bias=None, *rest, **options):
    out = conv_transpose2d(x, weight, None, *rest, **options)
    return out if bias is None else out + bias


MISCONCEPTIONS = [
    Misconception(
        "kernel turned",
        "Your output is that of a kernel turned by 180 degrees. A single pixel of 1 "
        "has to give the kernel itself, upright.",
        changed_weight(lambda weight: weight[:, :, ::-1, ::-1]),
    ),
    Misconception(
        "weight axes swapped",
        "You read `weight` as (C_out, C_in, ...). Here the input's channels come "
        "first.",
        changed_weight(lambda weight: weight.swapaxes(0, 1)),
    ),
    Misconception(
        "weight reshaped",
        "You have swapped the first axes of `weight` with `reshape`, which keeps the "
        "numbers in their order. A swap of axes moves them.",
        changed_weight(
            lambda weight: weight.reshape(
                weight.shape[1], weight.shape[0], *weight.shape[2:]
            ).swapaxes(0, 1)
        ),
    ),
    Misconception(
        "first channel only",
        "Your output comes from the first input channel alone.",
        finished(first_channel),
    ),
    Misconception(
        "an ordinary convolution",
        "Your output is that of an ordinary convolution, which gathers. Here every "
        "pixel of x is spread over the output.",
        ordinary,
    ),
    Misconception(
        "overlap overwritten",
        "Where kernels overlap, your last one overwrites the others. They are added.",
        finished(overwritten),
    ),
    Misconception(
        "divided by the number of kernels",
        "Your sums are divided by how many kernels lie on a pixel.",
        finished(divided_by_visits),
    ),
    Misconception(
        "stride in the size only",
        "Your output has the right size, but from one pixel of x to the next the "
        "kernel moves by one.",
        finished(stride_ignored),
    ),
    Misconception(
        "stride ignored",
        "Your output is as small as with stride 1.",
        stride_one,
    ),
    Misconception(
        "zeros before the first pixel",
        "You put zeros before the first pixel of x too. They belong between pixels.",
        finished(stride_zeros_everywhere),
    ),
    Misconception(
        "zeros after the last pixel",
        "Your output is too large by stride - 1: zeros belong between the pixels of x, "
        "and none after the last one.",
        finished(zeros_after_the_last, cut=False),
    ),
    Misconception(
        "pixels repeated",
        "You repeat the pixels of x to make room. Between them belong zeros.",
        finished(pixels_repeated, cut=False),
    ),
    Misconception(
        "border cut to nothing",
        "Where `padding` is 0, your output is empty: from 0 to -0 there is nothing. "
        "Where does the output end, counted from the front?",
        finished(cut_to_nothing, cut=False),
    ),
    Misconception(
        "stride of the width for both axes",
        "You use the stride of the width along the height too.",
        finished(stride_of_the_width),
    ),
    Misconception(
        "stride of the height for both axes",
        "You use the stride of the height along the width too.",
        finished(stride_of_the_height),
    ),
    Misconception(
        "padding ignored",
        "Your output is too large: `padding` is cut off.",
        padding_ignored,
    ),
    Misconception(
        "padding added",
        "You put a border on. Forwards it was put on; here, on the way back, it is cut "
        "off.",
        finished(padding_added, cut=False),
    ),
    Misconception(
        "padding cut off once",
        "You cut `padding` off above and on the left alone. It is per side.",
        finished(padding_once, cut=False),
    ),
    Misconception(
        "all of it cut off below",
        "You cut the whole border off below and on the right.",
        finished(cut_below_only, cut=False),
    ),
    Misconception(
        "all of it cut off above",
        "You cut the whole border off above and on the left.",
        finished(cut_above_only, cut=False),
    ),
    Misconception(
        "output padding ignored",
        "Your output lacks the rows and columns that `output_padding` asks for.",
        extra_ignored,
    ),
    Misconception(
        "output padding on both sides",
        "You put `output_padding` on all four sides. It is below and on the right.",
        finished(extra_on_both_sides, cut=False),
    ),
    Misconception(
        "output padding above",
        "You put `output_padding` above and on the left.",
        finished(extra_above),
    ),
    Misconception(
        "output padding of zeros",
        "Your last rows and columns are 0. With `padding`, what has been cut off there "
        "comes back: fewer pixels are cut off below than above.",
        finished(extra_zeros, cut=False),
    ),
    Misconception("bias ignored", "Your output lacks the bias.", bias_ignored),
    Misconception(
        "bias for every input channel",
        "Your bias is added once for each input channel. Add it once, at the end.",
        bias_before_the_sums,
    ),
    Misconception(
        "bias along the width",
        "Your bias runs along the width. Each number belongs to one output channel.",
        bias_along_the_width,
    ),
]
