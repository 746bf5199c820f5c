"""Mistakes that are the same for every kind of pooling: sizes, strides, channels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convnets.arguments import pair
from coursekit.checks.declare import Misconception

Pool = Callable[..., Any]


def of(pool: Pool) -> list[Misconception]:
    """List the mistakes with windows and strides; the options are passed by name."""

    def stride_one(x, kernel_size, *args, stride=None, **options):
        return pool(x, kernel_size, *args, stride=stride or 1, **options)

    def stride_ignored(x, kernel_size, *args, stride=None, **options):
        return pool(x, kernel_size, *args, **options)

    def stride_swapped(x, kernel_size, *args, stride=None, **options):
        step = pair("stride", kernel_size if stride is None else stride)[::-1]
        return pool(x, kernel_size, *args, stride=step, **options)

    def stride_down_for_both(x, kernel_size, *args, stride=None, **options):
        step = pair("stride", kernel_size if stride is None else stride)[0]
        return pool(x, kernel_size, *args, stride=step, **options)

    def only_square_windows(x, kernel_size, *args, stride=None, **options):
        step = kernel_size if stride is None else stride
        height = pair("kernel_size", kernel_size)[0]
        return pool(x, height, *args, stride=step, **options)

    def window_swapped(x, kernel_size, *args, stride=None, **options):
        turned = pair("kernel_size", kernel_size)[::-1]
        step = kernel_size if stride is None else stride
        return pool(x, turned, *args, stride=step, **options)

    def always_stride_one(x, kernel_size, *args, stride=None, **options):
        return pool(x, kernel_size, *args, stride=1, **options)

    def one_window_too_few(x, kernel_size, *args, stride=None, **options):
        return pool(x, kernel_size, *args, stride=stride, **options)[:, :, :-1, :-1]

    def rounded_up(x, kernel_size, *args, stride=None, **options):
        window = pair("kernel_size", kernel_size)
        step = window if stride is None else pair("stride", stride)
        border = pair("padding", options.get("padding", 0))
        sides = [(0, 0), (0, 0)]
        for size, k, s, p in zip(x.shape[2:], window, step, border, strict=True):
            sides.append((0, -(size + 2 * p - k) % s))
        more = np.pad(x, sides, mode="edge")
        return pool(more, kernel_size, *args, stride=stride, **options)

    def channels_together(x, kernel_size, *args, stride=None, **options):
        out = pool(x, kernel_size, *args, stride=stride, **options)
        return out.max(axis=1, keepdims=True)

    def whole_image(x, kernel_size, *args, stride=None, **options):
        out = pool(x, x.shape[2:], *args)
        shape = pool(x, kernel_size, *args, stride=stride, **options).shape
        return np.broadcast_to(out, shape).copy()

    return [
        Misconception(
            "stride 1 by default",
            "Without a stride, windows lie side by side: the step is as large as the "
            "window.",
            stride_one,
        ),
        Misconception(
            "always stride 1",
            "Your windows move by one pixel at a time, with and without a `stride`.",
            always_stride_one,
        ),
        Misconception(
            "one window too few",
            "The last window of each axis is missing. How many places has a window "
            "of 2 along 4 pixels, at stride 2?",
            one_window_too_few,
        ),
        Misconception(
            "stride ignored",
            "Your windows always lie side by side, whatever `stride` says.",
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
            "only square windows",
            "The height of the window is used as its width too.",
            only_square_windows,
        ),
        Misconception(
            "height and width of the window swapped",
            "The first number of `kernel_size` is the height of the window.",
            window_swapped,
        ),
        Misconception(
            "rounded up, not down",
            "Your last windows reach past the image. Where the stride does not fit, "
            "the pixels left over are dropped.",
            rounded_up,
        ),
        Misconception(
            "channels pooled together",
            "There is one map for all channels. Each channel is pooled on its own.",
            channels_together,
        ),
        Misconception(
            "the whole image for every window",
            "All your windows gave the same: a number made from the whole image.",
            whole_image,
        ),
    ]


def of_padding(pool: Pool) -> list[Misconception]:
    """List the mistakes with the border."""

    def padding_ignored(x, kernel_size, stride=None, padding=0):
        return pool(x, kernel_size, stride)

    def padding_swapped(x, kernel_size, stride=None, padding=0):
        return pool(x, kernel_size, stride, pair("padding", padding)[::-1])

    def padding_counted_once(x, kernel_size, stride=None, padding=0):
        out = pool(x, kernel_size, 1, padding)
        window = pair("kernel_size", kernel_size)
        step = window if stride is None else pair("stride", stride)
        border = pair("padding", padding)
        ends = [
            size + p - k + 1
            for size, p, k in zip(x.shape[2:], border, window, strict=True)
        ]
        return out[:, :, : ends[0] : step[0], : ends[1] : step[1]]

    return [
        Misconception(
            "padding ignored",
            "The window never leaves the image, whatever `padding` says.",
            padding_ignored,
        ),
        Misconception(
            "padding swapped",
            "The first number of a padding counts above and below.",
            padding_swapped,
        ),
        Misconception(
            "padding above and to the left only",
            "The border lies on each side; the windows at the bottom and at the right "
            "are missing.",
            padding_counted_once,
        ),
    ]
