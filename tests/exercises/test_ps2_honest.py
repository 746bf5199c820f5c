"""Right answers about sizes, written in many ways, get full marks."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from convnets.shapes import conv_output_size

EXERCISES = [
    "conv_output_size",
    "fits_exactly",
    "same_padding",
    "conv_transpose_output_size",
]


def conv_output_size_floor(size, kernel_size, stride=1, padding=0, dilation=1):
    room = size + 2 * padding - dilation * (kernel_size - 1) - 1
    return math.floor(room / stride + 1)


def conv_output_size_counted(size, kernel_size, stride=1, padding=0, dilation=1):
    start, found = -padding, 0
    while start + (kernel_size - 1) * dilation < size + padding:
        start, found = start + stride, found + 1
    return found


def conv_output_size_range(size, kernel_size, stride=1, padding=0, dilation=1):
    reach = (kernel_size - 1) * dilation
    return len(range(0, size + 2 * padding - reach, stride))


def conv_output_size_numpy(size, kernel_size, stride=1, padding=0, dilation=1):
    padded = np.pad(np.zeros(size), padding)
    return np.floor_divide(len(padded) - dilation * (kernel_size - 1) - 1, stride) + 1


def conv_output_size_keras(size, kernel_size, stride=1, padding=0, dilation=1):
    reach = kernel_size + (kernel_size - 1) * (dilation - 1)
    return math.ceil((size + 2 * padding - reach + 1) / stride)


def fits_exactly_divmod(size, kernel_size, stride=1, padding=0, dilation=1):
    _, rest = divmod(size + 2 * padding - dilation * (kernel_size - 1) - 1, stride)
    return not rest


def fits_exactly_last_place(size, kernel_size, stride=1, padding=0, dilation=1):
    places = conv_output_size(size, kernel_size, stride, padding, dilation)
    last = (places - 1) * stride + (kernel_size - 1) * dilation
    return last == size + 2 * padding - 1


def fits_exactly_one_more_pixel(size, kernel_size, stride=1, padding=0, dilation=1):
    if size + 2 * padding == dilation * (kernel_size - 1) + 1:
        return True  # one place, and nothing beside it
    options = (kernel_size, stride, padding, dilation)
    return conv_output_size(size, *options) > conv_output_size(size - 1, *options)


def fits_exactly_numpy(size, kernel_size, stride=1, padding=0, dilation=1):
    steps = (size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride
    return np.isclose(steps, np.round(steps))


def same_padding_ceil(size, kernel_size, stride=1, dilation=1):
    out = math.ceil(size / stride)
    total = max(0, (out - 1) * stride + (kernel_size - 1) * dilation + 1 - size)
    before = math.floor(total / 2)
    return before, total - before


def same_padding_remainder(size, kernel_size, stride=1, dilation=1):
    reach = dilation * (kernel_size - 1) + 1
    rest = size % stride
    total = max(reach - (rest if rest else stride), 0)
    return total // 2, (total + 1) // 2


def same_padding_tried(size, kernel_size, stride=1, dilation=1):
    out, zeros = (size + stride - 1) // stride, 0
    reach = dilation * (kernel_size - 1) + 1
    while (size + zeros - reach) // stride + 1 < out:
        zeros += 1
    return zeros // 2, zeros - zeros // 2


def same_padding_divmod(size, kernel_size, stride=1, dilation=1):
    needed = (size - 1) // stride * stride + dilation * (kernel_size - 1) + 1
    half, odd = divmod(max(needed - size, 0), 2)
    return half, half + odd


def conv_transpose_output_size_torch(
    size, kernel_size, stride=1, padding=0, output_padding=0, dilation=1
):
    layer = torch.nn.ConvTranspose1d(
        1, 1, kernel_size, stride, padding, output_padding, dilation=dilation
    )
    return layer(torch.zeros(1, 1, size)).shape[-1]


def conv_transpose_output_size_formula(
    size, kernel_size, stride=1, padding=0, output_padding=0, dilation=1
):
    out = (size - 1) * stride - 2 * padding + dilation * (kernel_size - 1)
    return out + output_padding + 1


def conv_transpose_output_size_painted(
    size, kernel_size, stride=1, padding=0, output_padding=0, dilation=1
):
    covered = set()
    for i in range(size):
        for k in range(kernel_size):
            covered.add(i * stride + k * dilation)
    return max(covered) + 1 - padding - padding + output_padding


def conv_transpose_output_size_searched(
    size, kernel_size, stride=1, padding=0, output_padding=0, dilation=1
):
    reach = dilation * (kernel_size - 1) + 1
    for out in range(1, 1000):
        room = out - output_padding + 2 * padding - reach
        if room >= 0 and room % stride == 0 and room // stride + 1 == size:
            return out
    return None


@pytest.mark.parametrize(
    "style",
    [
        conv_output_size_floor,
        conv_output_size_counted,
        conv_output_size_range,
        conv_output_size_numpy,
        conv_output_size_keras,
        fits_exactly_divmod,
        fits_exactly_last_place,
        fits_exactly_one_more_pixel,
        fits_exactly_numpy,
        same_padding_ceil,
        same_padding_remainder,
        same_padding_tried,
        same_padding_divmod,
        conv_transpose_output_size_torch,
        conv_transpose_output_size_formula,
        conv_transpose_output_size_painted,
        conv_transpose_output_size_searched,
    ],
)
def test_an_honest_style_gets_full_marks(shares, style):
    (exercise,) = [name for name in EXERCISES if style.__name__.startswith(f"{name}_")]
    assert shares(f"ps2.{exercise}", style) == {1.0}
