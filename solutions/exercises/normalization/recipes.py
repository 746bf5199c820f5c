"""Norms with a part that can be exchanged for a wrong one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from exercises.draws import FloatArray

Axes = tuple[int, ...]


def inverse(var, eps):
    """Return what a centred number is multiplied by."""
    return 1 / np.sqrt(var + eps)


def affine(x_hat, gamma, beta):
    """Scale and shift."""
    return gamma * x_hat + beta


def per_channel(values: FloatArray, ndim: int) -> FloatArray:
    """Give each channel's number the axes of a batch."""
    return np.reshape(values, (-1, *[1] * (ndim - 2)))


def standardised(
    x: FloatArray,
    axes: Axes,
    eps: float,
    ddof: int = 0,
    inverse: Callable[..., FloatArray] = inverse,
    centred: bool = True,
    squares: Callable[..., FloatArray] | None = None,
) -> FloatArray:
    """Subtract the mean over some axes and divide by the root of the variance."""
    mean = x.mean(axis=axes, keepdims=True)
    var = x.var(axis=axes, keepdims=True, ddof=ddof)
    if squares is not None:
        var = squares(x, mean, axes)
    return (x - mean if centred else x) * inverse(var, eps)


def batch_statistics(x: FloatArray, ddof: int = 0) -> tuple[FloatArray, FloatArray]:
    """Return mean and variance of each feature or channel."""
    axes = (0, *range(2, x.ndim))
    return x.mean(axis=axes), x.var(axis=axes, ddof=ddof)


def blend(old, new, momentum):
    """Move a running average towards the new."""
    return (1 - momentum) * old + momentum * new


def batch_norm_with(**parts: Any) -> Callable[..., Any]:
    """Write a batch norm in which some parts are exchanged.

    Parameters
    ----------
    statistics : callable
        Mean and variance of a batch.
    running_ddof : int
        0 for the biased variance in the running average.
    spread : callable
        Makes of a variance what is kept.
    inverse, affine, blend : callable
        As above.
    """
    statistics = parts.get("statistics", batch_statistics)
    ddof, spread = parts.get("running_ddof", 1), parts.get("spread", lambda var: var)
    blend_, inverse_ = parts.get("blend", blend), parts.get("inverse", inverse)
    affine_ = parts.get("affine", affine)

    def function(x, gamma, beta, old_mean, old_var, training, momentum=0.1, eps=1e-5):
        mean, var, kept = old_mean, old_var, (old_mean.copy(), old_var.copy())
        if training:
            mean, var = statistics(x)
            new = (mean, spread(var if ddof is None else batch_statistics(x, ddof)[1]))
            kept = tuple(
                blend_(old, each, momentum)
                for old, each in zip((old_mean, old_var), new, strict=True)
            )
        out = finished(x, gamma, beta, mean, var, eps, inverse_, affine_)
        return out, *kept

    return function


def finished(x, gamma, beta, mean, var, eps, inverse=inverse, affine=affine):
    """Normalise by statistics of the channels, scale and shift."""
    axes = [x.ndim] * 4
    mean, var, gamma, beta = map(per_channel, (mean, var, gamma, beta), axes)
    return affine((x - mean) * inverse(var, eps), gamma, beta)
