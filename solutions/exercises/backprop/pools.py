"""Cases and mistakes that both gradients of a pool share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convnets.arguments import pair
from convnets.pooling import max_pool2d
from coursekit.checks.declare import Case, Misconception, case
from exercises.draws import FloatArray, weights

Shape = tuple[int, ...]


def pool(
    rng: np.random.Generator, note: str, x: FloatArray, window: Any, **options: Any
) -> Case:
    """Draw an upstream gradient for a pool over these images."""
    shape = max_pool2d(x, window, **options).shape
    return case(note, weights(rng, *shape), x, window, **options)


def places(grad_out, kernel_size, stride):
    """Give the slices of the padded image that each window covers, row by row."""
    (K_h, K_w), (s_h, s_w) = kernel_size, stride
    for i, j in np.ndindex(*grad_out.shape[2:]):
        rows = slice(i * s_h, i * s_h + K_h)
        yield (i, j), (..., rows, slice(j * s_w, j * s_w + K_w))


def as_pairs(kernel_size, stride, padding):
    """Return the three options as pairs; without a stride, it is the window."""
    step = kernel_size if stride is None else stride
    return pair("", kernel_size), pair("", step), pair("", padding)


def cut(grad_padded, x, padding):
    """Cut the border off."""
    (p_h, p_w), (H, W) = padding, x.shape[2:]
    return grad_padded[:, :, p_h : p_h + H, p_w : p_w + W]


def framed(x, padding, value):
    """Put a border of one value round the images."""
    (p_h, p_w) = padding
    sides = ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w))
    return np.pad(x.astype(float), sides, constant_values=value)


def on_padded(x, kernel_size, stride, padding):
    """Return the options for a pool that finds the border on the images already."""
    window, step, border = as_pairs(kernel_size, stride, padding)
    return framed(x, border, -1e9), window, step, border


def of(backward: Callable[..., Any]) -> list[Misconception]:
    """Make the mistakes that are made with the windows, whatever is in them."""

    def upstream_ignored(grad_out, x, kernel_size, stride=None, padding=0):
        return backward(np.ones_like(grad_out), x, kernel_size, stride, padding)

    def never_reached(grad_out, x, kernel_size, stride=None, padding=0):
        window, step, border = as_pairs(kernel_size, stride, padding)
        H, W = (
            min(size, (count - 1) * s + k - p)
            for size, count, s, k, p in zip(
                x.shape[2:], grad_out.shape[2:], step, window, border, strict=True
            )
        )
        return backward(grad_out, x, window, step, border)[:, :, :H, :W]

    def stretched(grad_out, x, kernel_size, stride=None, padding=0):
        window, step, border = as_pairs(kernel_size, stride, padding)
        grad = backward(grad_out, x, window, step, border)
        reached = never_reached(grad_out, x, window, step, border)
        sides = [
            (n - r, 0) for n, r in zip(grad.shape[2:], reached.shape[2:], strict=True)
        ]
        return np.pad(reached, ((0, 0), (0, 0), *sides))

    def border_left_on(grad_out, x, kernel_size, stride=None, padding=0):
        padded, window, step, _ = on_padded(x, kernel_size, stride, padding)
        return backward(grad_out, padded, window, step)

    def border_cut_below(grad_out, x, kernel_size, stride=None, padding=0):
        grad = border_left_on(grad_out, x, kernel_size, stride, padding)
        return grad[:, :, : x.shape[2], : x.shape[3]]

    def border_cut_above(grad_out, x, kernel_size, stride=None, padding=0):
        p_h, p_w = pair("", padding)
        grad = border_left_on(grad_out, x, kernel_size, stride, padding)
        return grad[:, :, 2 * p_h :, 2 * p_w :]

    def border_cut_to_nothing(grad_out, x, kernel_size, stride=None, padding=0):
        p_h, p_w = pair("", padding)
        grad = border_left_on(grad_out, x, kernel_size, stride, padding)
        return grad[:, :, p_h:-p_h, p_w:-p_w]

    def at_steps_of(grad_out, x, options, wrong):
        """Place the windows at other steps than they were."""
        padded, window, _, border = on_padded(x, *options)
        H, W = (
            (count - 1) * s + k
            for count, s, k in zip(grad_out.shape[2:], wrong, window, strict=True)
        )
        sides = (
            (0, max(0, need - size))
            for need, size in zip((H, W), padded.shape[2:], strict=True)
        )
        room = np.pad(padded, ((0, 0), (0, 0), *sides), constant_values=-1e9)
        grad = np.zeros(room.shape)
        grad[:, :, :H, :W] = backward(grad_out, room[:, :, :H, :W], window, wrong)
        return cut(grad, x, border)

    def steps_of_one(grad_out, x, kernel_size, stride=None, padding=0):
        return at_steps_of(grad_out, x, (kernel_size, stride, padding), (1, 1))

    def steps_of_the_window(grad_out, x, kernel_size, stride=None, padding=0):
        window = pair("", kernel_size)
        return at_steps_of(grad_out, x, (kernel_size, stride, padding), window)

    return [
        Misconception(
            "steps of one pixel",
            "Your windows lie a pixel apart. From one number of `grad_out` to the "
            "next, the window moved by the stride.",
            steps_of_one,
        ),
        Misconception(
            "steps as long as the window",
            "Your windows lie side by side, whatever `stride` is.",
            steps_of_the_window,
        ),
        Misconception(
            "border cut to nothing",
            "Where nothing was padded, your result is empty: from 0 to -0 there is "
            "nothing. Where does the image end, counted from the front?",
            border_cut_to_nothing,
        ),
        Misconception(
            "upstream gradient ignored",
            "Your result is that for an upstream gradient of ones.",
            upstream_ignored,
        ),
        Misconception(
            "rows that no window reached are missing",
            "Your result is smaller than x where the stride does not fit. Pixels that "
            "no window reached are there all the same; what is their gradient?",
            never_reached,
        ),
        Misconception(
            "rows that no window reached are above",
            "The pixels that no window reached are the last ones. You have your zeros "
            "above or on the left.",
            stretched,
        ),
        Misconception(
            "border left on",
            "Your result still has the border. Nobody asks for its gradient.",
            border_left_on,
        ),
        Misconception(
            "border cut off below and on the right only",
            "Your result begins with the border: it has to go above and on the left "
            "too.",
            border_cut_below,
        ),
        Misconception(
            "border cut off above and on the left only",
            "You cut the border off above and on the left, twice as wide. It lies on "
            "all sides.",
            border_cut_above,
        ),
    ]
