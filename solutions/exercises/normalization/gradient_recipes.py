"""Backward passes of norms with a part that can be exchanged for a wrong one.

A norm is told here by three things: how the gradient reaches the normalised numbers,
over which axes these share mean and variance, and over which ones the gradients of
scale and shift are summed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from exercises.draws import FloatArray
from exercises.normalization.recipes import inverse, per_channel

Gradients = tuple[FloatArray, FloatArray, FloatArray]


class Norm(NamedTuple):
    """What tells one norm from another.

    Parameters
    ----------
    backward : callable
        The right function, of grad_out, x, the leading arguments, gamma and eps.
    split : callable
        Brings numbers that share statistics together, given the leading arguments.
    axes : tuple of int
        The axes after `split` over which they share them.
    """

    backward: Callable[..., Gradients]
    split: Callable[..., FloatArray]
    axes: tuple[int, ...]


def mean(array, axes):
    """Average over axes, and keep them."""
    return array.mean(axis=axes, keepdims=True)


def usual(g, x_hat, inv, axes):
    """Return the gradient behind the normalisation."""
    return inv * (g - mean(g, axes) - x_hat * mean(g * x_hat, axes))


def written(norm: Norm, behind: Callable[..., Any] = usual, **parts: Any):
    """Write a backward pass with parts exchanged; grad_x is made of `behind`."""
    inverse_, ddof = parts.get("inverse", inverse), parts.get("ddof", 0)
    scale, after = parts.get("scale", True), parts.get("after", lambda grad, *_: grad)

    def function(grad_out, x, *args, eps=1e-5):
        *lead, gamma = args
        wide = per_channel(gamma, x.ndim)
        groups = norm.split(x, *lead)
        var = groups.var(axis=norm.axes, keepdims=True, ddof=ddof)
        inv = inverse_(var, eps)
        x_hat = (groups - mean(groups, norm.axes)) * inv
        g = norm.split(grad_out * wide if scale else grad_out, *lead)
        grad_x = behind(g, x_hat, inv, norm.axes).reshape(x.shape)
        sums = (0, *range(2, x.ndim))
        grad_gamma = (grad_out * x_hat.reshape(x.shape)).sum(axis=sums)
        return after(grad_x, wide), grad_gamma, grad_out.sum(axis=sums)

    return function


def exchanged(norm: Norm, part: int, change: Callable[..., Any]):
    """Make one of the three gradients wrong, and leave the others right."""

    def function(grad_out, x, *args, eps=1e-5):
        right = list(norm.backward(grad_out, x, *args, eps))
        *lead, gamma = args
        groups = norm.split(x, *lead)
        centred = (groups - mean(groups, norm.axes)).reshape(x.shape)
        var = groups.var(axis=norm.axes, keepdims=True)
        x_hat = (centred.reshape(groups.shape) * inverse(var, eps)).reshape(x.shape)
        sums = (0, *range(2, x.ndim))
        right[part] = change(
            right=right[part],
            grad_out=grad_out,
            x=x,
            x_hat=x_hat,
            bare=(centred.reshape(groups.shape) / np.sqrt(var)).reshape(x.shape),
            centred=centred,
            gamma=gamma,
            sums=sums,
        )
        return tuple(right)

    return function
