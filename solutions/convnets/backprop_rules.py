"""Refuse arguments that no forward and backward pass can have."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from convnets.arguments import Pair, pair, window_pairs
from coursekit.errors import ShapeError, check_at_least, check_axes
from coursekit.errors import check_shape as check_shape

FloatArray = npt.NDArray[np.floating[Any]]
AnyArray = npt.NDArray[Any]
IntArray = npt.NDArray[np.integer[Any]]


def check_linear(x: FloatArray, weight: FloatArray) -> None:
    """Raise if a fully connected layer does not read such examples.

    Parameters
    ----------
    x : ndarray, shape (N, in_features)
        The examples.
    weight : ndarray, shape (out_features, in_features)
        The layer's weights.

    Raises
    ------
    ShapeError
        If the numbers of axes or of features do not fit.
    """
    check_axes("x", x, ["N", "in_features"])
    check_axes("weight", weight, ["out_features", "in_features"])
    if x.shape[1] != weight.shape[1]:
        msg = (
            f"`weight` must have one column for each of the {x.shape[1]} features of "
            f"`x`, but it has {weight.shape[1]}."
        )
        raise ShapeError(msg)


def conv_pairs(
    grad_out: FloatArray,
    x: FloatArray,
    weight: FloatArray,
    options: tuple[int | Pair, int | Pair, int | Pair],
    groups: int,
) -> tuple[Pair, Pair, Pair, Pair]:
    """Return a convolution's options as pairs, or raise if its gradient cannot be.

    Parameters
    ----------
    grad_out : ndarray, shape (N, C_out, H_out, W_out)
        The upstream gradient.
    x : ndarray, shape (N, C_in, H_in, W_in)
        The images that the layer read.
    weight : ndarray, shape (C_out, C_in / groups, K_h, K_w)
        Its filters.
    options : stride, padding, dilation
        As the caller passed them.
    groups : int
        Groups of channels.

    Returns
    -------
    tuple of four pairs of int
        Kernel size, stride, padding and dilation.

    Raises
    ------
    ShapeError
        If these do not go together, or `grad_out` does not have the output's shape.
    """
    check_axes("x", x, ["N", "C_in", "H_in", "W_in"])
    check_axes("weight", weight, ["C_out", "C_in / groups", "K_h", "K_w"])
    check_at_least("groups", groups, 1)
    C_in, C_out = x.shape[1], weight.shape[0]
    for name, channels in (("C_in", C_in), ("C_out", C_out)):
        if channels % groups:
            msg = (
                f"`groups` must divide {name}, but {name} is {channels} and `groups` "
                f"is {groups}."
            )
            raise ShapeError(msg)
    if weight.shape[1] != C_in // groups:
        msg = (
            f"The filters of `weight` must span C_in / groups = {C_in} / {groups} = "
            f"{C_in // groups} channels, but they span {weight.shape[1]}."
        )
        raise ShapeError(msg)
    pairs = window_pairs(x.shape[2:], weight.shape[2:], *options)
    places = _places(x, *pairs)
    check_shape(
        "grad_out", grad_out, "(N, C_out, H_out, W_out)", (len(x), C_out, *places)
    )
    return pairs


def transposed_pairs(
    x: FloatArray,
    weight: FloatArray,
    bias: FloatArray | None,
    stride: int | Pair,
    padding: int | Pair,
    output_padding: int | Pair,
) -> tuple[Pair, Pair, Pair]:
    """Return the output size, stride and padding of a transposed convolution.

    Parameters
    ----------
    x : ndarray, shape (N, C_in, H_in, W_in)
        A batch of images.
    weight : ndarray, shape (C_in, C_out, K_h, K_w)
        The filters.
    bias : ndarray, shape (C_out,), or None
        One number per output channel.
    stride, padding, output_padding : int or pair of int
        The options as the caller passed them.

    Returns
    -------
    tuple of three pairs of int
        Height and width of the output, stride and padding.

    Raises
    ------
    ShapeError
        If these do not go together, or the output would have no pixel.
    """
    check_axes("x", x, ["N", "C_in", "H_in", "W_in"])
    check_axes("weight", weight, ["C_in", "C_out", "K_h", "K_w"])
    if weight.shape[0] != x.shape[1]:
        msg = (
            f"`weight` must have one row of filters for each of the {x.shape[1]} "
            f"channels of `x`, but it has {weight.shape[0]}."
        )
        raise ShapeError(msg)
    if bias is not None:
        check_shape("bias", bias, "(C_out,)", weight.shape[1:2])
    step, border = pair("stride", stride), pair("padding", padding)
    extra = pair("output_padding", output_padding)
    check_at_least("x.shape[2:]", min(x.shape[2:]), 1)
    check_at_least("weight.shape[2:]", min(weight.shape[2:]), 1)
    check_at_least("stride", min(step), 1)
    check_at_least("padding", min(border), 0)
    check_at_least("output_padding", min(extra), 0)
    size = tuple(
        _transposed_size(name, *numbers)
        for name, *numbers in zip(
            ("height", "width"),
            x.shape[2:],
            weight.shape[2:],
            step,
            border,
            extra,
            strict=True,
        )
    )
    return (size[0], size[1]), step, border


def pool_pairs(
    grad_out: FloatArray,
    x: FloatArray,
    kernel_size: int | Pair,
    stride: int | Pair | None,
    padding: int | Pair,
) -> tuple[Pair, Pair, Pair]:
    """Return a pool's window, step and border, or raise if its gradient cannot be.

    Parameters
    ----------
    grad_out : ndarray, shape (N, C, H_out, W_out)
        The upstream gradient.
    x : ndarray, shape (N, C, H_in, W_in)
        The images that the layer read.
    kernel_size, stride, padding : int or pair of int
        The options as the caller passed them; without a stride, it is the window.

    Returns
    -------
    tuple of three pairs of int
        Kernel size, stride and padding.

    Raises
    ------
    ShapeError
        If the pool makes no sense, or `grad_out` does not have the output's shape.
    """
    check_axes("x", x, ["N", "C", "H_in", "W_in"])
    step = kernel_size if stride is None else stride
    pairs = window_pairs(x.shape[2:], kernel_size, step, padding)
    window, step, border, _ = pairs
    for name, p, size in zip(("height", "width"), border, window, strict=True):
        if p > size / 2:
            msg = (
                f"`padding` must be at most half the window, but it is {p} and the "
                f"window's {name} is {size}. Use less padding or a larger window."
            )
            raise ShapeError(msg)
    shape = (*x.shape[:2], *_places(x, *pairs))
    check_shape("grad_out", grad_out, "(N, C, H_out, W_out)", shape)
    return window, step, border


def check_labels(logits: FloatArray, labels: IntArray) -> None:
    """Raise unless there is one label for each example, and a logit for each label.

    Parameters
    ----------
    logits : ndarray, shape (N, C)
        One number for each example and class.
    labels : ndarray of int, shape (N,)
        The true classes.

    Raises
    ------
    ShapeError
        If there are none, they do not fit each other, or a label is no class.
    """
    check_axes("logits", logits, ["N", "C"])
    N, C = logits.shape
    check_at_least("N", N, 1)
    check_shape("labels", labels, "(N,)", (N,))
    if labels.dtype.kind not in "iu":
        msg = f"`labels` must be whole numbers, but their type is {labels.dtype}."
        raise ShapeError(msg)
    if labels.min() < 0 or labels.max() >= C:
        wrong = labels[(labels < 0) | (labels >= C)][0]
        msg = (
            f"`labels` must be at least 0 and below the number of classes, {C}, "
            f"but one is {wrong}."
        )
        raise ShapeError(msg)


def _places(
    x: FloatArray, kernel_size: Pair, stride: Pair, padding: Pair, dilation: Pair
) -> Pair:
    """Count the places of a window along the height and along the width."""
    height, width = (
        (size + 2 * p - d * (k - 1) - 1) // s + 1
        for size, k, s, p, d in zip(
            x.shape[2:], kernel_size, stride, padding, dilation, strict=True
        )
    )
    return height, width


def _transposed_size(
    name: str, size: int, kernel_size: int, stride: int, padding: int, extra: int
) -> int:
    """Compute one length of a transposed convolution's output."""
    if extra and extra >= stride:
        msg = (
            f"`output_padding` must be smaller than `stride`, but along the {name} it "
            f"is {extra} and the stride {stride}."
        )
        raise ShapeError(msg)
    length = (size - 1) * stride - 2 * padding + kernel_size + extra
    if length < 1:
        msg = (
            f"The output's {name} must be at least 1, but it would be ({size} - 1) * "
            f"{stride} - 2 * {padding} + {kernel_size} + {extra} = {length}. "
            "Use less padding."
        )
        raise ShapeError(msg)
    return length
