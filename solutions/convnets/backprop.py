"""Backward passes: from the gradient of the output to those of the inputs (ps 5).

The upstream gradient `grad_out` has the shape of a layer's output; every gradient that
is returned has the shape of its array. Options may be one number, or (height, width).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from convnets import backprop_rules as rules
from convnets.arguments import Pair
from convnets.im2col import conv2d, fold, pad2d
from convnets.pooling import max_pool2d

FloatArray = npt.NDArray[np.floating[Any]]
IntArray = npt.NDArray[np.integer[Any]]


def linear(x: FloatArray, weight: FloatArray, bias: FloatArray) -> FloatArray:
    """Compute a fully connected layer.

    Parameters
    ----------
    x : ndarray, shape (N, in_features)
        A batch of examples, one in each row.
    weight : ndarray, shape (out_features, in_features)
        The weights of one output in each row.
    bias : ndarray, shape (out_features,)
        One number per output.

    Returns
    -------
    ndarray, shape (N, out_features)
        One row for each example.

    Raises
    ------
    ShapeError
        If the arrays do not go together.

    Examples
    --------
    >>> linear(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]), np.array([5.0]))
    array([[16.]])
    """
    rules.check_linear(x, weight)
    rules.check_shape("bias", bias, "(out_features,)", weight.shape[:1])
    ### BEGIN SOLUTION
    return x @ weight.T + bias
    ### END SOLUTION


def linear_backward(
    grad_out: FloatArray, x: FloatArray, weight: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute the gradients of a fully connected layer.

    Parameters
    ----------
    grad_out : ndarray, shape (N, out_features)
        The upstream gradient.
    x, weight : ndarray, shape (N, in_features) and (out_features, in_features)
        What `linear` was called with.

    Returns
    -------
    grad_x, grad_weight, grad_bias : ndarray, shape of `x`, `weight` and the bias
        The gradients; those of weight and bias are summed over the batch.

    Raises
    ------
    ShapeError
        If the arrays do not go together.
    """
    rules.check_linear(x, weight)
    shape = (x.shape[0], weight.shape[0])
    rules.check_shape("grad_out", grad_out, "(N, out_features)", shape)
    ### BEGIN SOLUTION
    return grad_out @ weight, grad_out.T @ x, grad_out.sum(axis=0)
    ### END SOLUTION


def relu_backward(grad_out: FloatArray, x: FloatArray) -> FloatArray:
    """Compute the gradient of a ReLU, ``max(x, 0)``.

    Parameters
    ----------
    grad_out, x : ndarray, any shape, the same for both
        The upstream gradient, and what the ReLU was called with.

    Returns
    -------
    ndarray, shape of `x`
        The upstream gradient, but 0 wherever `x` is at most 0.

    Raises
    ------
    ShapeError
        If the shapes differ.

    Examples
    --------
    >>> relu_backward(np.array([5.0, 6.0, 7.0]), x=np.array([-1.0, 0.0, 2.0]))
    array([0., 0., 7.])
    """
    rules.check_shape("grad_out", grad_out, "of `x`", x.shape)
    ### BEGIN SOLUTION
    return np.where(x <= 0, 0, grad_out)
    ### END SOLUTION


def conv2d_backward(
    grad_out: FloatArray,
    x: FloatArray,
    weight: FloatArray,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute the gradients of a convolutional layer.

    Parameters
    ----------
    grad_out : ndarray, shape (N, C_out, H_out, W_out)
        The upstream gradient.
    x : ndarray, shape (N, C_in, H_in, W_in)
        The images that `conv2d` was called with.
    weight : ndarray, shape (C_out, C_in / groups, K_h, K_w)
        The filters that `conv2d` was called with.
    stride, padding, dilation, groups : int or pair of int, defaults 1, 0, 1, 1
        The options that `conv2d` was called with; `groups` is one number.

    Returns
    -------
    grad_x, grad_weight, grad_bias : ndarray, shape of `x`, `weight` and (C_out,)
        The gradients; those of weight and bias are summed over the batch. Single
        precision stays single precision; whole numbers give fractions.

    Raises
    ------
    ShapeError
        If `conv2d` would refuse the arguments, or `grad_out` does not have the shape of
        its output.

    References
    ----------
    .. [1] Dumoulin and Visin (2016), arXiv:1603.07285, section 4.1.
    """
    options = (stride, padding, dilation)
    kernel_size, *pairs = rules.conv_pairs(grad_out, x, weight, options, groups)
    ### BEGIN SOLUTION
    grad_out = np.asarray(grad_out, np.result_type(grad_out, x, weight, np.float32))
    (K_h, K_w), ((s_h, s_w), (p_h, p_w), (d_h, d_w)) = kernel_size, pairs
    reach_h, reach_w = d_h * (K_h - 1) + 1, d_w * (K_w - 1) + 1
    (N, C_out, H_out, W_out), (C_in, H, W) = grad_out.shape, x.shape[1:]
    maps = grad_out.reshape(N, groups, C_out // groups, H_out * W_out)
    filters = weight.reshape(groups, C_out // groups, C_in // groups * K_h * K_w)

    def windows_of(images: FloatArray) -> FloatArray:
        view = np.lib.stride_tricks.sliding_window_view
        windows = view(images, (reach_h, reach_w), axis=(2, 3), writeable=True)
        windows = windows[:, :, ::s_h, ::s_w, ::d_h, ::d_w]
        return windows.transpose(0, 1, 4, 5, 2, 3)  # (N, C_in, K_h, K_w, H_out, W_out)

    padded = pad2d(x, (p_h, p_w))
    grad_padded = np.zeros(padded.shape, grad_out.dtype)
    windows, grad_windows = windows_of(padded), windows_of(grad_padded)
    grad_filters = np.zeros(filters.shape, grad_out.dtype)

    # If filters move by one pixel, they give grad_x in a convolution when turned round.
    # It unfolds the maps; if these are many more than the channels, folding is faster.
    border = (reach_h - 1 - p_h, reach_w - 1 - p_w)
    is_turned = (s_h, s_w) == (1, 1) and min(border) >= 0 and C_out < 4 * C_in
    B = max(1, 2048 // (H_out * W_out))  # few images at a time stay in the cache
    for n in range(0, N, B):
        some, few = windows[n : n + B], maps[n : n + B]
        columns = some.reshape(len(few), groups, filters.shape[2], H_out * W_out)
        grad_filters += (few @ columns.swapaxes(2, 3)).sum(axis=0)
        if not is_turned:
            columns = (filters.swapaxes(1, 2) @ few).reshape(some.shape)
            for k, l in np.ndindex(K_h, K_w):
                grad_windows[n : n + B, :, k, l] += columns[:, :, k, l]
    grad_x = grad_padded[:, :, p_h : p_h + H, p_w : p_w + W]
    if is_turned:
        turned = filters.reshape(groups, C_out // groups, -1, K_h, K_w)[..., ::-1, ::-1]
        turned = turned.swapaxes(1, 2).reshape(C_in, C_out // groups, K_h, K_w)
        grad_x = conv2d(grad_out, turned, None, 1, border, (d_h, d_w), groups)
    grad_bias = grad_out.sum(axis=(2, 3)).sum(axis=0)
    return grad_x, grad_filters.reshape(weight.shape), grad_bias
    ### END SOLUTION


def conv_transpose2d(
    x: FloatArray,
    weight: FloatArray,
    bias: FloatArray | None = None,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    output_padding: int | Pair = 0,
) -> FloatArray:
    """Compute a transposed convolution: what carries gradients back to the images.

    Every pixel of the input adds the kernel, multiplied by the pixel, to the output;
    from one pixel to the next the kernel moves by `stride`.

    Parameters
    ----------
    x : ndarray, shape (N, C_in, H_in, W_in)
        A batch of images.
    weight : ndarray, shape (C_in, C_out, K_h, K_w)
        One kernel for each input and output channel, the input's first.
    bias : ndarray, shape (C_out,), optional
        One number per output channel, added to its whole feature map.
    stride : int or pair of int, default 1
        Step of the kernel in the output, in pixels.
    padding : int or pair of int, default 0
        Pixels cut off on *each* side of the output.
    output_padding : int or pair of int, default 0
        Pixels that the output is longer below and on the right; below `stride`.

    Returns
    -------
    ndarray, shape (N, C_out, H_out, W_out)
        The feature maps, where
        ``H_out = (H_in - 1) * stride - 2 * padding + K_h + output_padding``.

    Raises
    ------
    ShapeError
        If the arrays do not go together, an option is too small, `output_padding` is
        not below the stride, or the output would have no pixel.

    References
    ----------
    .. [1] PyTorch, torch.nn.functional.conv_transpose2d.
    """
    output_size, stride, padding = rules.transposed_pairs(
        x, weight, bias, stride, padding, output_padding
    )
    ### BEGIN SOLUTION
    N, C_in, H_in, W_in = x.shape
    x = np.asarray(x, np.result_type(x, weight, np.float32))  # bytes would overflow
    columns = weight.reshape(C_in, -1).T @ x.reshape(N, C_in, H_in * W_in)
    out = fold(columns, output_size, weight.shape[2:], stride, padding)
    return out if bias is None else out + bias[:, np.newaxis, np.newaxis]
    ### END SOLUTION


def max_pool2d_backward(
    grad_out: FloatArray,
    x: FloatArray,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
) -> FloatArray:
    """Send each gradient to the pixel that won its window.

    If several pixels of a window are equally large, the first one wins, row by row. A
    NaN counts as larger than any number; of several, the first one wins, too (in
    PyTorch the last). The border never wins.

    Parameters
    ----------
    grad_out : ndarray, shape (N, C, H_out, W_out)
        The upstream gradient.
    x : ndarray, shape (N, C, H_in, W_in)
        The images that `max_pool2d` was called with.
    kernel_size, stride, padding : int or pair of int
        The options that it was called with.

    Returns
    -------
    ndarray, shape (N, C, H_in, W_in)
        The gradient; a pixel that won several windows gets the sum.

    Raises
    ------
    ShapeError
        If `max_pool2d` would refuse the arguments, or `grad_out` does not have the
        shape of its output.

    Examples
    --------
    >>> x = np.array([[[[5.0, 5.0, 1.0, 8.0]]]])
    >>> max_pool2d_backward(np.array([[[[1.0, 2.0]]]]), x, kernel_size=(1, 2))
    array([[[[1., 0., 0., 2.]]]])
    """
    kernel_size, stride, padding = rules.pool_pairs(
        grad_out, x, kernel_size, stride, padding
    )
    ### BEGIN SOLUTION
    (p_h, p_w), (s_h, s_w), (H, W) = padding, stride, x.shape[2:]
    padded = pad2d(x, padding, mode="replicate")
    in_image = pad2d(np.ones((1, 1, H, W), bool), padding)
    grad_padded = np.zeros(padded.shape, grad_out.dtype)
    view = np.lib.stride_tricks.sliding_window_view
    windows, in_image, grad_windows = (
        view(array, kernel_size, axis=(2, 3), writeable=True)[:, :, ::s_h, ::s_w]
        for array in (padded, in_image, grad_padded)
    )
    largest = max_pool2d(x, kernel_size, stride, padding)
    is_open = np.ones(grad_out.shape, bool)  # windows that no pixel has won yet
    for k, l in np.ndindex(*kernel_size):
        pixels = windows[..., k, l]
        wins = (pixels == largest) | np.isnan(pixels)
        wins &= is_open & in_image[..., k, l]
        is_open ^= wins
        grad_windows[..., k, l] += np.where(wins, grad_out, 0)
    return grad_padded[:, :, p_h : p_h + H, p_w : p_w + W]
    ### END SOLUTION


def avg_pool2d_backward(
    grad_out: FloatArray,
    x: FloatArray,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
) -> FloatArray:
    """Share each gradient out equally over the window, the border included.

    Parameters
    ----------
    grad_out : ndarray, shape (N, C, H_out, W_out)
        The upstream gradient.
    x : ndarray, shape (N, C, H_in, W_in)
        The images that `avg_pool2d` was called with; only their shape matters.
    kernel_size, stride, padding : int or pair of int
        The options that it was called with.

    Returns
    -------
    ndarray, shape (N, C, H_in, W_in)
        The gradient; what falls on the border is lost.

    Raises
    ------
    ShapeError
        If `avg_pool2d` would refuse the arguments, or `grad_out` does not have the
        shape of its output.
    """
    kernel_size, stride, padding = rules.pool_pairs(
        grad_out, x, kernel_size, stride, padding
    )
    ### BEGIN SOLUTION
    N, C, H_out, W_out = grad_out.shape
    taps = kernel_size[0] * kernel_size[1]
    share = (grad_out / taps).reshape(N, C, 1, H_out * W_out)
    columns = np.repeat(share, taps, axis=2).reshape(N, C * taps, H_out * W_out)
    return fold(columns, x.shape[2:], kernel_size, stride, padding)
    ### END SOLUTION


def softmax_cross_entropy(
    logits: FloatArray, labels: IntArray
) -> tuple[float, FloatArray]:
    """Compute the mean cross-entropy of a batch, and its gradient.

    Parameters
    ----------
    logits : ndarray, shape (N, C)
        One number for each example and class; large ones do not overflow.
    labels : ndarray of int, shape (N,)
        The true classes, from 0 to C - 1.

    Returns
    -------
    loss : float
        The mean over the batch of minus the logarithm of the softmax at the label.
    grad : ndarray, shape (N, C)
        The gradient of this mean with respect to the logits.

    Raises
    ------
    ShapeError
        If the batch is empty, there is not one label for each example, or a label is
        not a class.

    Examples
    --------
    >>> loss, grad = softmax_cross_entropy(np.zeros((1, 4)), np.array([2]))
    >>> round(loss, 4), grad
    (1.3863, array([[ 0.25,  0.25, -0.75,  0.25]]))
    """
    rules.check_labels(logits, labels)
    ### BEGIN SOLUTION
    N = len(logits)
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    log_shares = shifted - log_sums
    loss = -log_shares[np.arange(N), labels].mean()
    grad = np.exp(log_shares)
    grad[np.arange(N), labels] -= 1
    return float(loss), grad / N
    ### END SOLUTION
