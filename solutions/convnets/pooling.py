"""Pooling: one number for each window of each channel (problem set 4).

Options may be one number, or a pair (height, width). Without a stride, windows lie
side by side.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from convnets.arguments import Pair, window_pairs
from convnets.im2col import pad2d
from coursekit.errors import ShapeError, check_axes

FloatArray = npt.NDArray[np.floating[Any]]


def max_pool2d(
    x: FloatArray,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
) -> FloatArray:
    """Take the largest number of each window.

    The border of a padded image never wins, not even over negative numbers. A window
    that holds a NaN gives NaN.

    Parameters
    ----------
    x : ndarray, shape (N, C, H_in, W_in)
        A batch of images; whole numbers stay whole numbers.
    kernel_size : int or pair of int
        Height and width of the window, in pixels.
    stride : int or pair of int, optional
        Step of the window, in pixels; `kernel_size` if not given.
    padding : int or pair of int, default 0
        Border on *each* side, in pixels; at most half the window.

    Returns
    -------
    ndarray, shape (N, C, H_out, W_out)
        One number per window.

    Raises
    ------
    ShapeError
        If `x` does not have four axes, an option is too small, the padding is more than
        half the window, or the window is larger than the padded image.

    References
    ----------
    .. [1] PyTorch, torch.nn.functional.max_pool2d.

    Examples
    --------
    >>> max_pool2d(np.array([[[[1.0, 5.0, 2.0, 3.0]]]]), kernel_size=(1, 2))
    array([[[[5., 3.]]]])
    """
    check_axes("x", x, ["N", "C", "H_in", "W_in"])
    kernel_size, stride, padding = _pool_pairs(x, kernel_size, stride, padding)
    ### BEGIN SOLUTION
    s_h, s_w = stride
    # A replicated pixel lies in the same window as the pixel it repeats.
    padded = pad2d(x, padding, mode="replicate")
    view = np.lib.stride_tricks.sliding_window_view
    windows = view(padded, kernel_size, axis=(2, 3))[:, :, ::s_h, ::s_w]
    out = windows[..., 0, 0].copy()
    for k, l in np.ndindex(*kernel_size):
        np.maximum(out, windows[..., k, l], out=out)
    return out
    ### END SOLUTION


def avg_pool2d(
    x: FloatArray,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
) -> FloatArray:
    """Take the mean of each window; zeros of the border count as numbers.

    Parameters
    ----------
    x : ndarray, shape (N, C, H_in, W_in)
        A batch of images; whole numbers give fractions.
    kernel_size : int or pair of int
        Height and width of the window, in pixels.
    stride : int or pair of int, optional
        Step of the window, in pixels; `kernel_size` if not given.
    padding : int or pair of int, default 0
        Zeros on *each* side, in pixels; at most half the window.

    Returns
    -------
    ndarray, shape (N, C, H_out, W_out)
        One number per window: its sum, divided by ``K_h * K_w``.

    Raises
    ------
    ShapeError
        If `x` does not have four axes, an option is too small, the padding is more than
        half the window, or the window is larger than the padded image.

    References
    ----------
    .. [1] PyTorch, torch.nn.functional.avg_pool2d with ``count_include_pad=True``.

    Examples
    --------
    >>> avg_pool2d(np.array([[[[1.0, 5.0, 2.0, 3.0]]]]), kernel_size=(1, 2))
    array([[[[3. , 2.5]]]])
    """
    check_axes("x", x, ["N", "C", "H_in", "W_in"])
    kernel_size, stride, padding = _pool_pairs(x, kernel_size, stride, padding)
    ### BEGIN SOLUTION
    s_h, s_w = stride
    floats = x if x.dtype.kind == "f" else x.astype(np.float64)
    view = np.lib.stride_tricks.sliding_window_view
    windows = view(pad2d(floats, padding), kernel_size, axis=(2, 3))[:, :, ::s_h, ::s_w]
    total = np.zeros(windows.shape[:4], floats.dtype)
    for k, l in np.ndindex(*kernel_size):
        total += windows[..., k, l]
    total /= kernel_size[0] * kernel_size[1]
    return total
    ### END SOLUTION


def lp_pool2d(
    x: FloatArray,
    kernel_size: int | Pair,
    norm: float = 2,
    stride: int | Pair | None = None,
) -> FloatArray:
    """Take the length of each window, seen as one long vector.

    Parameters
    ----------
    x : ndarray, shape (N, C, H_in, W_in)
        A batch of images; whole numbers give fractions.
    kernel_size : int or pair of int
        Height and width of the window, in pixels.
    norm : float, default 2
        The exponent p in ``sum(abs(x) ** p) ** (1 / p)``, above 0: 1 adds up absolute
        values, 2 gives the Euclidean length.
    stride : int or pair of int, optional
        Step of the window, in pixels; `kernel_size` if not given.

    Returns
    -------
    ndarray, shape (N, C, H_out, W_out)
        One number per window, never negative.

    Raises
    ------
    ShapeError
        If `x` does not have four axes, an option is too small, or the window is larger
        than the image.
    ValueError
        If the exponent is not above 0.

    Notes
    -----
    PyTorch's `lp_pool2d` leaves out the absolute value: it adds up ``x ** p``. Both
    agree when p is even or no number is negative. For odd p, PyTorch lets numbers of
    opposite sign cancel, and takes 0 for a root that does not exist.

    Examples
    --------
    >>> lp_pool2d(np.array([[[[3.0, -4.0, 0.0, 2.0]]]]), kernel_size=(1, 2))
    array([[[[5., 2.]]]])
    """
    check_axes("x", x, ["N", "C", "H_in", "W_in"])
    kernel_size, stride, _ = _pool_pairs(x, kernel_size, stride, 0)
    if not norm > 0:
        msg = f"`norm` must be above 0, but it is {norm}."
        raise ValueError(msg)
    ### BEGIN SOLUTION
    floats = x if x.dtype.kind == "f" else x.astype(np.float64)
    mean = avg_pool2d(np.abs(floats) ** norm, kernel_size, stride)
    return (mean * (kernel_size[0] * kernel_size[1])) ** (1 / norm)
    ### END SOLUTION


def _pool_pairs(
    x: FloatArray,
    kernel_size: int | Pair,
    stride: int | Pair | None,
    padding: int | Pair,
) -> tuple[Pair, Pair, Pair]:
    """Return window, step and border as pairs, or raise if they make no sense."""
    step = kernel_size if stride is None else stride
    window, step, border, _ = window_pairs(x.shape[2:], kernel_size, step, padding)
    for name, p, size in zip(("height", "width"), border, window, strict=True):
        if p > size / 2:
            msg = (
                f"`padding` must be at most half the window, but it is {p} and the "
                f"window's {name} is {size}. Use less padding or a larger window."
            )
            raise ShapeError(msg)
    return window, step, border
