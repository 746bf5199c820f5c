"""Gradients by finite differences, to check other gradients with (problem set 5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.errors import ShapeError

FloatArray = npt.NDArray[np.floating[Any]]
Function = Callable[[FloatArray], FloatArray]


def numerical_gradient(
    f: Function, x: FloatArray, grad_out: FloatArray, eps: float = 1e-5
) -> FloatArray:
    """Measure the gradient of ``sum(f(x) * grad_out)`` with respect to `x`.

    Every number of `x` is moved up and down by `eps`, one at a time, so `f` is called
    twice for each: this is for small arrays.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of `x` and returns an array.
    x : ndarray, any shape
        Where the gradient is wanted; it is left as it is. Numbers of other types are
        turned into double precision first.
    grad_out : ndarray, shape of ``f(x)``
        The upstream gradient: how much each number of the output counts.
    eps : float, default 1e-5
        The step, above 0.

    Returns
    -------
    ndarray, shape of `x`
        Central differences, in double precision.

    Raises
    ------
    ShapeError
        If ``f(x)`` and `grad_out` do not have the same shape.
    ValueError
        If `eps` is not above 0.

    Examples
    --------
    >>> numerical_gradient(np.square, np.array([1.0, 3.0]), np.array([1.0, 10.0]))
    array([ 2., 60.])
    """
    _check_step(f, x, grad_out, eps)
    ### BEGIN SOLUTION
    x = np.asarray(x, np.float64)
    grad_x = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = eps
        change = f(x + step) - f(x - step)
        grad_x[index] = np.sum(change * grad_out) / (2 * eps)
    return grad_x
    ### END SOLUTION


def _check_step(f: Function, x: FloatArray, grad_out: FloatArray, eps: float) -> None:
    """Raise if there is no step, or the upstream gradient does not fit the output."""
    if not eps > 0:
        msg = f"`eps` must be above 0, but it is {eps}."
        raise ValueError(msg)
    shape = np.shape(f(np.array(x, np.float64)))
    if np.shape(grad_out) != shape:
        msg = (
            f"`grad_out` must have the shape of f(x), {shape}, but its shape is "
            f"{np.shape(grad_out)}."
        )
        raise ShapeError(msg)
