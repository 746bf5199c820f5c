"""Refuse arrays that no normalisation fits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.errors import ShapeError, check_at_least, check_axes
from coursekit.errors import check_shape as check_shape

FloatArray = npt.NDArray[np.floating[Any]]

AXES = {2: ("N", "D"), 4: ("N", "C", "H", "W")}


def check_batch(x: FloatArray, ndim: int, is_training: bool) -> None:
    """Raise unless a batch has the axes of batch norm and something to average over.

    Parameters
    ----------
    x : ndarray, shape (N, D) or (N, C, H, W)
        The batch.
    ndim : {2, 4}
        How many axes are asked for.
    is_training : bool
        Whether mean and variance come from the batch; then each feature or channel
        needs at least two numbers.

    Raises
    ------
    ShapeError
        If the axes are others, or there are too few numbers.
    """
    check_axes("x", x, AXES[ndim])
    count = math.prod(x.shape) // max(1, x.shape[1])
    if is_training and x.shape[1] and count < 2:
        what = "feature" if ndim == 2 else "channel"
        msg = (
            f"A batch to train on must have at least 2 numbers for each {what}, but "
            f"the shape of `x` is {x.shape}. Use more examples, or `training=False`."
        )
        raise ShapeError(msg)


def check_per_channel(x: FloatArray, **arrays: FloatArray) -> None:
    """Raise unless each array has one number for each channel of a batch.

    Parameters
    ----------
    x : ndarray, shape (N, C, ...)
        The batch; its second axis counts.
    **arrays : ndarray
        What the caller passed, by the argument's name.

    Raises
    ------
    ShapeError
        If one has another shape.
    """
    axis = AXES.get(x.ndim, AXES[4])[1]
    for name, array in arrays.items():
        check_shape(name, array, f"({axis},)", x.shape[1:2])


def check_examples(x: FloatArray, gamma: FloatArray, beta: FloatArray) -> None:
    """Raise unless layer norm's arrays have the shape of one example.

    Parameters
    ----------
    x : ndarray, shape (N, ...)
        The batch.
    gamma, beta : ndarray, shape of one example
        Scale and shift.

    Raises
    ------
    ShapeError
        If they have another shape, or an example holds no number.
    """
    if x.ndim < 2 or not math.prod(x.shape[1:]):
        msg = (
            "`x` must have shape (N, ...) with at least one number in each example, "
            f"but its shape is {x.shape}."
        )
        raise ShapeError(msg)
    check_shape("gamma", gamma, "of one example", x.shape[1:])
    check_shape("beta", beta, "of one example", x.shape[1:])


def check_groups(x: FloatArray, num_groups: int) -> None:
    """Raise unless the channels of a batch of images fall into equal groups.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
        The batch.
    num_groups : int
        How many groups.

    Raises
    ------
    ShapeError
        If they do not, or a group holds no pixel.
    """
    check_axes("x", x, AXES[4])
    check_at_least("num_groups", num_groups, 1)
    if x.shape[1] % num_groups:
        msg = (
            f"`num_groups` must divide the number of channels, but C is {x.shape[1]} "
            f"and `num_groups` is {num_groups}."
        )
        raise ShapeError(msg)
    if not math.prod(x.shape[1:]):
        msg = f"An image must have at least one pixel, but `x` has shape {x.shape}."
        raise ShapeError(msg)


def check_folding(
    conv_weight: FloatArray, conv_bias: FloatArray | None, **arrays: FloatArray
) -> None:
    """Raise unless batch norm has one of each number per filter of a convolution.

    Parameters
    ----------
    conv_weight : ndarray, shape (C_out, C_in / groups, K_h, K_w)
        The filters.
    conv_bias : ndarray, shape (C_out,), or None
        The bias.
    **arrays : ndarray
        Batch norm's arrays, by the argument's name.

    Raises
    ------
    ShapeError
        If one does not fit.
    """
    axes = ("C_out", "C_in / groups", "K_h", "K_w")
    check_axes("conv_weight", conv_weight, axes)
    if conv_bias is not None:
        arrays = {"conv_bias": conv_bias, **arrays}
    for name, array in arrays.items():
        check_shape(name, array, "(C_out,)", conv_weight.shape[:1])
