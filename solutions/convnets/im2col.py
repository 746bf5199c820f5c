"""Convolution as matrix multiplication (problem set 4).

`unfold` copies the window of every output pixel into a column of a matrix, `fold` adds
the columns back where they came from, and `conv2d` is fast because it multiplies
matrices. Options may be one number, or a pair (height, width).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from convnets.arguments import Pair, pair, window_pairs
from coursekit.errors import ShapeError, check_at_least, check_axes

FloatArray = npt.NDArray[np.floating[Any]]

MODES = ("zeros", "replicate", "reflect")


def pad2d(x: FloatArray, padding: int | Pair, mode: str = "zeros") -> FloatArray:
    """Put a border round every image of a batch.

    Parameters
    ----------
    x : ndarray, shape (N, C, H_in, W_in)
        A batch of images; the data type stays as it is.
    padding : int or pair of int
        Pixels added on *each* side: above and below, left and right.
    mode : {"zeros", "replicate", "reflect"}, default "zeros"
        What the border holds: zeros; the nearest pixel of the image; or the image as
        in a mirror that stands on its outermost pixels, which are not repeated.

    Returns
    -------
    ndarray, shape (N, C, H_in + 2 * padding, W_in + 2 * padding)
        The images with their borders, a new array.

    Raises
    ------
    ShapeError
        If `x` does not have four axes, the padding is below 0, there is no pixel to
        replicate, or a reflected border is as wide as the image or wider.
    ValueError
        If there is no such mode.

    References
    ----------
    .. [1] PyTorch, torch.nn.functional.pad: modes "constant", "replicate", "reflect".

    Examples
    --------
    >>> x = np.array([[[[1.0, 2.0, 3.0]]]])
    >>> pad2d(x, (0, 2), mode="reflect")
    array([[[[3., 2., 1., 2., 3., 2., 1.]]]])
    """
    check_axes("x", x, ["N", "C", "H_in", "W_in"])
    p_h, p_w = pair("padding", padding)
    check_at_least("padding", min(p_h, p_w), 0)
    _check_border(x, (p_h, p_w), mode)
    ### BEGIN SOLUTION
    names = {"zeros": "constant", "replicate": "edge", "reflect": "reflect"}
    sides = ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w))
    return np.pad(x, sides, mode=names[mode])
    ### END SOLUTION


def unfold(
    x: FloatArray,
    kernel_size: int | Pair,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
) -> FloatArray:
    """Write the window of every output pixel into a column of a matrix (im2col).

    Parameters
    ----------
    x : ndarray, shape (N, C, H_in, W_in)
        A batch of images.
    kernel_size : int or pair of int
        Height and width of the window, counted in taps.
    stride : int or pair of int, default 1
        Step of the window, in pixels.
    padding : int or pair of int, default 0
        Zeros added on *each* side, in pixels.
    dilation : int or pair of int, default 1
        Distance between neighbouring taps, in pixels; 1 if they touch.

    Returns
    -------
    ndarray, shape (N, C * K_h * K_w, H_out * W_out)
        Row ``(c * K_h + k) * K_w + l`` of column ``i * W_out + j`` is the pixel that
        tap (k, l) meets in channel c when the window makes output pixel (i, j).

    Raises
    ------
    ShapeError
        If `x` does not have four axes, an option is too small, or the window is larger
        than the padded image.

    References
    ----------
    .. [1] Chellapilla, Puri and Simard (2006), High Performance Convolutional Neural
       Networks for Document Processing.
    .. [2] PyTorch, torch.nn.functional.unfold: the same order of rows and columns.

    Examples
    --------
    >>> x = np.arange(6.0).reshape(1, 1, 2, 3)
    >>> unfold(x, kernel_size=2)
    array([[[0., 1.],
            [1., 2.],
            [3., 4.],
            [4., 5.]]])
    """
    check_axes("x", x, ["N", "C", "H_in", "W_in"])
    kernel_size, stride, padding, dilation = window_pairs(
        x.shape[2:], kernel_size, stride, padding, dilation
    )
    ### BEGIN SOLUTION
    (K_h, K_w), (s_h, s_w), (d_h, d_w) = kernel_size, stride, dilation
    view = np.lib.stride_tricks.sliding_window_view
    reach = (d_h * (K_h - 1) + 1, d_w * (K_w - 1) + 1)
    windows = view(pad2d(x, padding), reach, axis=(2, 3), writeable=True)
    windows = windows[:, :, ::s_h, ::s_w, ::d_h, ::d_w]  # (N, C, H_out, W_out, K, K)
    N, C, H_out, W_out = windows.shape[:4]
    columns = windows.transpose(0, 1, 4, 5, 2, 3)  # taps before places
    return columns.reshape(N, C * K_h * K_w, H_out * W_out)
    ### END SOLUTION


def fold(
    columns: FloatArray,
    output_size: int | Pair,
    kernel_size: int | Pair,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
) -> FloatArray:
    """Add every column back to the pixels that `unfold` took it from (col2im).

    It is the adjoint of `unfold`, not its inverse: a pixel that lies in several windows
    receives the sum of what they hold.

    Parameters
    ----------
    columns : ndarray, shape (N, C * K_h * K_w, H_out * W_out)
        One column for each place of the window.
    output_size : int or pair of int
        Height and width of the images to be made, in pixels, without padding.
    kernel_size : int or pair of int
        Height and width of the window, counted in taps.
    stride : int or pair of int, default 1
        Step of the window, in pixels.
    padding : int or pair of int, default 0
        Zeros that `unfold` adds on *each* side; what falls on them is dropped.
    dilation : int or pair of int, default 1
        Distance between neighbouring taps, in pixels; 1 if they touch.

    Returns
    -------
    ndarray, shape (N, C, H, W)
        The images, of the size asked for. Single precision stays single precision;
        whole numbers are added up as 64-bit whole numbers.

    Raises
    ------
    ShapeError
        If `columns` does not have three axes, an option is too small, the window is
        larger than the padded image, or the rows or columns do not fit the window or
        the number of its places (call `check_columns` for this one).

    References
    ----------
    .. [1] PyTorch, torch.nn.functional.fold.

    Examples
    --------
    >>> fold(np.ones((1, 2, 2)), output_size=(1, 3), kernel_size=(1, 2))
    array([[[[1., 2., 1.]]]])
    """
    check_axes("columns", columns, ["N", "C * K_h * K_w", "H_out * W_out"])
    output_size = pair("output_size", output_size)
    check_at_least("output_size", min(output_size), 1)
    kernel_size, stride, padding, dilation = window_pairs(
        output_size, kernel_size, stride, padding, dilation
    )
    ### BEGIN SOLUTION
    (H, W), (p_h, p_w) = output_size, padding
    (K_h, K_w), (s_h, s_w), (d_h, d_w) = kernel_size, stride, dilation
    N, C = columns.shape[0], columns.shape[1] // (K_h * K_w)
    padded = np.zeros((N, C, H + 2 * p_h, W + 2 * p_w), _dtype_of_sums(columns))
    view = np.lib.stride_tricks.sliding_window_view
    reach = (d_h * (K_h - 1) + 1, d_w * (K_w - 1) + 1)
    windows = view(padded, reach, axis=(2, 3), writeable=True)
    windows = windows[:, :, ::s_h, ::s_w, ::d_h, ::d_w]  # (N, C, H_out, W_out, K, K)
    H_out, W_out = windows.shape[2:4]
    check_columns(columns, kernel_size, (H_out, W_out))
    columns = columns.reshape(N, C, K_h, K_w, H_out, W_out)
    for k, l in np.ndindex(K_h, K_w):
        windows[..., k, l] += columns[:, :, k, l]  # one tap never meets a pixel twice
    return padded[:, :, p_h : p_h + H, p_w : p_w + W]
    ### END SOLUTION


def conv2d(
    x: FloatArray,
    weight: FloatArray,
    bias: FloatArray | None = None,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> FloatArray:
    """Compute a convolutional layer by multiplying matrices.

    Parameters
    ----------
    x : ndarray, shape (N, C_in, H_in, W_in)
        A batch of images.
    weight : ndarray, shape (C_out, C_in / groups, K_h, K_w)
        One filter per output channel; a filter spans the channels of its group.
    bias : ndarray, shape (C_out,), optional
        One number per output channel, added to its whole feature map.
    stride : int or pair of int, default 1
        Step of the kernel, in pixels.
    padding : int or pair of int, default 0
        Zeros added on *each* side, in pixels.
    dilation : int or pair of int, default 1
        Distance between neighbouring taps, in pixels; 1 if they touch.
    groups : int, default 1
        Equal groups that the channels are split into, in and out; the filters of a
        group see the input channels of that group only.

    Returns
    -------
    ndarray, shape (N, C_out, H_out, W_out)
        The feature maps. Single precision stays single precision; whole numbers are
        added up as 64-bit whole numbers.

    Raises
    ------
    ShapeError
        If an array has the wrong number of axes, an option is too small, the channels
        do not fit the groups or the filters, `bias` does not have one number per
        filter, or the kernel is larger than the padded image.

    References
    ----------
    .. [1] Chellapilla, Puri and Simard (2006), High Performance Convolutional Neural
       Networks for Document Processing.
    """
    check_axes("x", x, ["N", "C_in", "H_in", "W_in"])
    check_axes("weight", weight, ["C_out", "C_in / groups", "K_h", "K_w"])
    _check_groups(x, weight, bias, groups)
    kernel_size, stride, padding, dilation = window_pairs(
        x.shape[2:], weight.shape[2:], stride, padding, dilation
    )
    ### BEGIN SOLUTION
    (K_h, K_w), (s_h, s_w) = kernel_size, stride
    (p_h, p_w), (d_h, d_w) = padding, dilation
    reach_h, reach_w = d_h * (K_h - 1) + 1, d_w * (K_w - 1) + 1
    H_p, W_p = x.shape[2] + 2 * p_h, x.shape[3] + 2 * p_w
    H_out, W_out = (H_p - reach_h) // s_h + 1, (W_p - reach_w) // s_w + 1
    images = x.reshape(len(x), groups, x.shape[1] // groups, *x.shape[2:])
    N, _, C, H_in, W_in = images.shape
    maps_per_group = weight.shape[0] // groups
    dtype = _dtype_of_sums(x, weight, bias)

    # One row for each filter: for each tap its channels, and last the bias.
    matrix = np.zeros((groups, maps_per_group, K_h * K_w * C + 1), dtype)
    filters = weight.reshape(groups, maps_per_group, C, K_h, K_w)
    matrix[..., :-1] = filters.transpose(0, 1, 3, 4, 2).reshape(matrix[..., :-1].shape)
    matrix[..., -1] = 0 if bias is None else bias.reshape(groups, maps_per_group)

    # Few images at a time stay in the cache; 128 columns are enough for a fast product.
    # Memory is in whichever order makes the runs of numbers to be copied longer.
    B = max(1, min(N, 128 // (H_out * W_out)))
    size = B * H_out * W_out
    if W_out < C:
        padded = np.zeros((groups, B, H_p, W_p, C), dtype).transpose(0, 4, 1, 2, 3)
        columns = np.ones((groups, size, matrix.shape[2]), dtype).transpose(0, 2, 1)
    else:
        padded = np.zeros((groups, C, B, H_p, W_p), dtype)
        columns = np.ones((groups, matrix.shape[2], size), dtype)
    view = np.lib.stride_tricks.sliding_window_view
    windows = view(padded, (reach_h, reach_w), axis=(3, 4))
    windows = windows[..., ::s_h, ::s_w, ::d_h, ::d_w].transpose(0, 5, 6, 1, 2, 3, 4)
    taps = columns[:, :-1].reshape(windows.shape)  # all rows but the ones of the bias

    out = np.empty((N, groups, maps_per_group, H_out * W_out), dtype)
    for n in range(0, N, B):
        few = images[n : n + B].transpose(1, 2, 0, 3, 4)  # (groups, C, up to B, ...)
        padded[:, :, : few.shape[2], p_h : p_h + H_in, p_w : p_w + W_in] = few
        taps[...] = windows
        if B == 1:
            np.matmul(matrix, columns, out=out[n])
        else:
            maps = (matrix @ columns).reshape(groups, maps_per_group, B, H_out * W_out)
            out[n : n + B] = maps.transpose(2, 0, 1, 3)[: few.shape[2]]
    return out.reshape(N, weight.shape[0], H_out, W_out)
    ### END SOLUTION


def check_columns(columns: FloatArray, kernel_size: Pair, places: Pair) -> None:
    """Raise if columns do not fit a window and the number of its places.

    Parameters
    ----------
    columns : ndarray, shape (N, C * K_h * K_w, H_out * W_out)
        What `fold` is asked to add up.
    kernel_size : pair of int
        Height and width of the window, counted in taps.
    places : pair of int
        How many places the window has along the height and along the width.

    Raises
    ------
    ShapeError
        If the rows are no multiple of the taps, or the columns not one per place.
    """
    (_, rows, count), (K_h, K_w), (H_out, W_out) = columns.shape, kernel_size, places
    if rows % (K_h * K_w):
        msg = (
            f"`columns` must have C * K_h * K_w rows, a multiple of {K_h} * {K_w} = "
            f"{K_h * K_w}, but it has {rows}."
        )
        raise ShapeError(msg)
    if count != H_out * W_out:
        msg = (
            f"`columns` must have one column for each of the {H_out} * {W_out} = "
            f"{H_out * W_out} places of the window, but it has {count}. "
            "Use the `output_size` and options that the columns were made with."
        )
        raise ShapeError(msg)


def _check_border(x: FloatArray, padding: Pair, mode: str) -> None:
    """Raise if there is no such border."""
    if mode not in MODES:
        msg = f"`mode` must be one of {', '.join(MODES)}, but it is {mode!r}."
        raise ValueError(msg)
    for name, p, size in zip(("height", "width"), padding, x.shape[2:], strict=True):
        if mode == "reflect" and p and p >= size:
            msg = (
                f"A reflected border must be narrower than the image, but the padding "
                f"is {p} and the {name} {size}. Use less padding or another mode."
            )
            raise ShapeError(msg)
        if mode == "replicate" and p and not size:
            msg = f"There is no pixel to replicate: the image's {name} is 0."
            raise ShapeError(msg)


def _check_groups(
    x: FloatArray, weight: FloatArray, bias: FloatArray | None, groups: int
) -> None:
    """Raise if channels, groups, filters and bias do not go together."""
    check_at_least("groups", groups, 1)
    for name, channels in (("C_in", x.shape[1]), ("C_out", weight.shape[0])):
        if channels % groups:
            msg = (
                f"`groups` must divide {name}, but {name} is {channels} and `groups` "
                f"is {groups}."
            )
            raise ShapeError(msg)
    if weight.shape[1] != x.shape[1] // groups:
        msg = (
            f"The filters of `weight` must span C_in / groups = "
            f"{x.shape[1]} / {groups} = {x.shape[1] // groups} channels, but they span "
            f"{weight.shape[1]}."
        )
        raise ShapeError(msg)
    if bias is not None and bias.shape != weight.shape[:1]:
        msg = (
            f"`bias` must have shape (C_out,) = ({weight.shape[0]},), "
            f"but its shape is {bias.shape}."
        )
        raise ShapeError(msg)


def _dtype_of_sums(*arrays: FloatArray | None) -> np.dtype[Any]:
    """Find the type that holds sums of products without overflow of whole numbers."""
    dtype = np.result_type(*(array for array in arrays if array is not None))
    return dtype if dtype.kind in "fc" else np.result_type(dtype, np.int64)
