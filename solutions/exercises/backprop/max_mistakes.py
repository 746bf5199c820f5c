"""Plausible wrong gradients of max pooling, for ps5.max_pool2d_backward."""

from __future__ import annotations

import numpy as np

from convnets.backprop import max_pool2d_backward
from coursekit.checks.declare import Misconception
from exercises.backprop import pools
from exercises.backprop.pools import as_pairs, cut, framed, places


def shared_by(share, border=-np.inf, add=True):
    """Make a gradient out of what each window gives to its pixels."""

    def backward(grad_out, x, kernel_size, stride=None, padding=0):
        window, step, padding = as_pairs(kernel_size, stride, padding)
        padded = framed(x, padding, border)
        grad = np.zeros(padded.shape)
        for (i, j), region in places(grad_out, window, step):
            upstream = grad_out[:, :, i, j][:, :, None, None]
            given = share(padded[region]) * upstream
            grad[region] = grad[region] + given if add else given
        return cut(grad, x, padding)

    return backward


def winners(pixels):
    return (pixels == pixels.max(axis=(2, 3), keepdims=True)).astype(float)


def in_order(pixels, position):
    """Mark one of the largest pixels of each window, given an order."""
    N, C, H, W = pixels.shape
    order = position(H, W).ravel()
    flat = winners(pixels).reshape(N, C, -1)[..., order]
    chosen = np.zeros_like(flat)
    first = flat.argmax(axis=2)[..., None]
    np.put_along_axis(chosen, first, 1.0, axis=2)
    back = np.zeros_like(chosen)
    back[..., order] = chosen
    return back.reshape(pixels.shape)


def first(pixels):
    return in_order(pixels, lambda H, W: np.arange(H * W))


def last(pixels):
    return in_order(pixels, lambda H, W: np.arange(H * W)[::-1])


def column_by_column(pixels):
    return in_order(pixels, lambda H, W: np.arange(H * W).reshape(H, W).T)


def split_equally(pixels):
    won = winners(pixels)
    return won / won.sum(axis=(2, 3), keepdims=True)


def smallest(pixels):
    # A border of minus infinity never counts.
    return first(np.where(np.isinf(pixels), -np.inf, -pixels))


def everyone(pixels):
    return np.ones_like(pixels)


def mean_share(pixels):
    return np.full(pixels.shape, 1 / (pixels.shape[2] * pixels.shape[3]))


def times_largest(grad_out, x, kernel_size, stride=None, padding=0):
    return max_pool2d_backward(grad_out, x, kernel_size, stride, padding) * x


def winner_overwritten(grad_out, x, kernel_size, stride=None, padding=0):
    window, step, padding = as_pairs(kernel_size, stride, padding)
    padded = framed(x, padding, -np.inf)
    grad = np.zeros(padded.shape)
    for (i, j), region in places(grad_out, window, step):
        upstream = grad_out[:, :, i, j][:, :, None, None]
        won = first(padded[region]) > 0
        grad[region] = np.where(won, upstream, grad[region])
    return cut(grad, x, padding)


MISCONCEPTIONS = [
    Misconception(
        "every tie",
        "Where several pixels are equally large, each of yours gets the whole "
        "gradient. One of them wins.",
        shared_by(winners),
    ),
    Misconception(
        "ties share",
        "Where several pixels are equally large, yours share the gradient. By the "
        "docstring, one of them wins.",
        shared_by(split_equally),
    ),
    Misconception(
        "last tie",
        "Where several pixels are equally large, your last one wins: see the "
        "docstring.",
        shared_by(last),
    ),
    Misconception(
        "first tie, column by column",
        "Where several pixels are equally large, yours are searched column by column.",
        shared_by(column_by_column),
    ),
    Misconception(
        "winner overwritten",
        "A pixel that won several windows has only the gradient of the last. It gets "
        "the sum.",
        winner_overwritten,
    ),
    Misconception(
        "window overwritten",
        "Your windows overwrite what earlier ones have written, with zeros too.",
        shared_by(first, add=False),
    ),
    Misconception(
        "a border of zeros wins",
        "Zeros of your border win over negative numbers, and their gradient is lost.",
        shared_by(first, border=0.0),
    ),
    Misconception(
        "everyone wins",
        "Every pixel of a window gets the whole gradient, winner or not.",
        shared_by(everyone),
    ),
    Misconception(
        "gradient of the mean",
        "Every pixel of a window gets an equal share: that is average pooling.",
        shared_by(mean_share),
    ),
    Misconception(
        "the smallest number",
        "Your gradient goes to the smallest number of each window.",
        shared_by(smallest),
    ),
    Misconception(
        "multiplied by the pixel",
        "Your gradient is multiplied by the pixel that won. The slope is 1.",
        times_largest,
    ),
    *pools.of(max_pool2d_backward),
]
