"""Normalisation: batch, layer, instance and group norm (problem set 6).

Each subtracts a mean and divides by the root of a variance; they differ in which
numbers share them. Whole numbers are turned into double precision.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from convnets import normalization_rules as rules

FloatArray = npt.NDArray[np.floating[Any]]


def batch_norm(
    x: FloatArray,
    gamma: FloatArray,
    beta: FloatArray,
    running_mean: FloatArray,
    running_var: FloatArray,
    training: bool,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Normalise each feature over the batch, then scale and shift it.

    Parameters
    ----------
    x : ndarray, shape (N, D)
        A batch of examples.
    gamma, beta : ndarray, shape (D,)
        Scale and shift of each feature.
    running_mean, running_var : ndarray, shape (D,)
        Averages of mean and variance over earlier batches; they are left as they are.
    training : bool
        Whether to normalise by mean and variance of this batch, and to move the
        running averages towards them. If not, the running averages are used.
    momentum : float, default 0.1
        The share of the new in a running average: ``(1 - momentum) * running_mean +
        momentum * mean``.
    eps : float, default 1e-5
        Added to the variance, under the root.

    Returns
    -------
    out : ndarray, shape (N, D)
        The normalised batch. Its variance is the biased one, a mean over N.
    running_mean, running_var : ndarray, shape (D,)
        The averages after this batch, new arrays; into `running_var` goes the unbiased
        variance, over N - 1. Out of training they are equal to the old ones.

    Raises
    ------
    ShapeError
        If the arrays do not go together, or a batch to train on has fewer than two
        examples.

    References
    ----------
    .. [1] Ioffe and Szegedy (2015), arXiv:1502.03167, algorithms 1 and 2.
    .. [2] PyTorch, torch.nn.BatchNorm1d: the same momentum and variances.
    """
    rules.check_batch(x, 2, training)
    arrays = {"running_mean": running_mean, "running_var": running_var}
    rules.check_per_channel(x, gamma=gamma, beta=beta, **arrays)
    ### BEGIN SOLUTION
    N, x = len(x), x if x.dtype.kind == "f" else x.astype(np.float64)
    mean, var = running_mean, running_var
    if training:
        mean = x.mean(axis=0)
    out = x - mean
    if training:
        var = np.einsum("ij,ij->j", out, out) / N
        running_mean = (1 - momentum) * running_mean + momentum * mean
        running_var = (1 - momentum) * running_var + momentum * var * N / (N - 1)
    out *= gamma / np.sqrt(var + eps)
    out += beta
    return out, running_mean.copy(), running_var.copy()
    ### END SOLUTION


def batch_norm_backward(
    grad_out: FloatArray, x: FloatArray, gamma: FloatArray, eps: float = 1e-5
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute the gradients of batch norm in training.

    Mean and variance depend on `x`, too.

    Parameters
    ----------
    grad_out : ndarray, shape (N, D)
        The upstream gradient.
    x : ndarray, shape (N, D)
        The batch that `batch_norm` was called with, in training.
    gamma : ndarray, shape (D,)
        The scale that it was called with.
    eps : float, default 1e-5
        Added to the variance, under the root.

    Returns
    -------
    grad_x : ndarray, shape (N, D)
        The gradient of the batch.
    grad_gamma, grad_beta : ndarray, shape (D,)
        The gradients of scale and shift.

    Raises
    ------
    ShapeError
        If the arrays do not go together, or there are fewer than two examples.

    References
    ----------
    .. [1] Ioffe and Szegedy (2015), arXiv:1502.03167, section 3.
    """
    rules.check_batch(x, 2, True)
    rules.check_shape("grad_out", grad_out, "of `x`", x.shape)
    rules.check_per_channel(x, gamma=gamma)
    ### BEGIN SOLUTION
    N = len(x)
    centred = x - x.mean(axis=0)
    std = np.sqrt(np.einsum("ij,ij->j", centred, centred) / N + eps)
    grad_gamma = np.einsum("ij,ij->j", grad_out, centred) / std
    grad_beta = grad_out.sum(axis=0)
    # gamma / std * (grad_out - grad_beta / N - x_hat * grad_gamma / N), in one array
    grad_x = centred
    grad_x *= -grad_gamma / (std * N)
    grad_x += grad_out
    grad_x -= grad_beta / N
    grad_x *= gamma / std
    return grad_x, grad_gamma, grad_beta
    ### END SOLUTION


def batch_norm2d(
    x: FloatArray,
    gamma: FloatArray,
    beta: FloatArray,
    running_mean: FloatArray,
    running_var: FloatArray,
    training: bool,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Normalise each channel over the batch and all pixels, then scale and shift it.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
        A batch of images.
    gamma, beta, running_mean, running_var : ndarray, shape (C,)
        As in `batch_norm`, one number for each channel.
    training, momentum, eps
        As in `batch_norm`.

    Returns
    -------
    out, running_mean, running_var : ndarray
        As in `batch_norm`; `out` has the shape of `x`.

    Raises
    ------
    ShapeError
        If the arrays do not go together, or a batch to train on has fewer than two
        numbers for each channel.
    """
    rules.check_batch(x, 4, training)
    arrays = {"running_mean": running_mean, "running_var": running_var}
    rules.check_per_channel(x, gamma=gamma, beta=beta, **arrays)
    ### BEGIN SOLUTION
    (N, C, H, W), size = x.shape, x.size // max(1, x.shape[1])
    floats = x if x.dtype.kind == "f" else x.astype(np.float64)
    rows = floats.reshape(N, C * H * W)  # NumPy is fast along long rows
    mean, var = running_mean, running_var
    if training:
        mean = rows.sum(axis=0).reshape(C, H * W).sum(axis=1) / size
    out = rows - np.repeat(mean, H * W)
    if training:
        squares = np.einsum("ni,ni->i", out, out)
        var = squares.reshape(C, H * W).sum(axis=1) / size
        running_mean = (1 - momentum) * running_mean + momentum * mean
        running_var = (1 - momentum) * running_var + momentum * var * size / (size - 1)
    out *= np.repeat(gamma / np.sqrt(var + eps), H * W)
    out += np.repeat(beta, H * W)
    return out.reshape(x.shape), running_mean.copy(), running_var.copy()
    ### END SOLUTION


def layer_norm(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, eps: float = 1e-5
) -> FloatArray:
    """Normalise each example over all its numbers, then scale and shift them.

    Parameters
    ----------
    x : ndarray, shape (N, ...)
        A batch of examples with any number of axes.
    gamma, beta : ndarray, shape of one example
        Scale and shift of each number.
    eps : float, default 1e-5
        Added to the (biased) variance, under the root.

    Returns
    -------
    ndarray, shape of `x`
        The normalised examples.

    Raises
    ------
    ShapeError
        If the arrays do not go together, or an example holds no number.

    References
    ----------
    .. [1] Ba, Kiros and Hinton (2016), arXiv:1607.06450, section 3.
    """
    rules.check_examples(x, gamma, beta)
    ### BEGIN SOLUTION
    axes = tuple(range(1, x.ndim))
    mean = x.mean(axis=axes, keepdims=True)
    var = x.var(axis=axes, keepdims=True)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta
    ### END SOLUTION


def instance_norm(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, eps: float = 1e-5
) -> FloatArray:
    """Normalise each channel of each image over its pixels, then scale and shift it.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
        A batch of images.
    gamma, beta : ndarray, shape (C,)
        Scale and shift of each channel.
    eps : float, default 1e-5
        Added to the (biased) variance, under the root.

    Returns
    -------
    ndarray, shape (N, C, H, W)
        The normalised images.

    Raises
    ------
    ShapeError
        If the arrays do not go together, or an image has no pixel.

    References
    ----------
    .. [1] Ulyanov, Vedaldi and Lempitsky (2016), arXiv:1607.08022.
    """
    rules.check_groups(x, max(1, x.shape[1]) if x.ndim == 4 else 1)
    rules.check_per_channel(x, gamma=gamma, beta=beta)
    ### BEGIN SOLUTION
    return group_norm(x, x.shape[1], gamma, beta, eps)
    ### END SOLUTION


def group_norm(
    x: FloatArray,
    num_groups: int,
    gamma: FloatArray,
    beta: FloatArray,
    eps: float = 1e-5,
) -> FloatArray:
    """Normalise each group of channels of each image, then scale and shift channels.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
        A batch of images.
    num_groups : int
        Equal groups of neighbouring channels; each has one mean and one variance.
    gamma, beta : ndarray, shape (C,)
        Scale and shift of each channel.
    eps : float, default 1e-5
        Added to the (biased) variance, under the root.

    Returns
    -------
    ndarray, shape (N, C, H, W)
        The normalised images.

    Raises
    ------
    ShapeError
        If the arrays do not go together, the groups are not equal, or an image has no
        pixel.

    References
    ----------
    .. [1] Wu and He (2018), arXiv:1803.08494, section 3.1.
    """
    rules.check_groups(x, num_groups)
    rules.check_per_channel(x, gamma=gamma, beta=beta)
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    groups = x.reshape(N, num_groups, C // num_groups, H, W)
    mean = groups.mean(axis=(2, 3, 4), keepdims=True)
    var = groups.var(axis=(2, 3, 4), keepdims=True)
    x_hat = ((groups - mean) / np.sqrt(var + eps)).reshape(x.shape)
    return gamma[:, np.newaxis, np.newaxis] * x_hat + beta[:, np.newaxis, np.newaxis]
    ### END SOLUTION


def group_norm_backward(
    grad_out: FloatArray,
    x: FloatArray,
    num_groups: int,
    gamma: FloatArray,
    eps: float = 1e-5,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute the gradients of group norm.

    Parameters
    ----------
    grad_out : ndarray, shape (N, C, H, W)
        The upstream gradient.
    x, num_groups, gamma, eps : ndarray, shape (N, C, H, W), int, (C,), float
        What `group_norm` was called with.

    Returns
    -------
    grad_x : ndarray, shape (N, C, H, W)
        The gradient of the images.
    grad_gamma, grad_beta : ndarray, shape (C,)
        The gradients of scale and shift.

    Raises
    ------
    ShapeError
        If `group_norm` would refuse the arrays, or `grad_out` has another shape.
    """
    rules.check_groups(x, num_groups)
    rules.check_shape("grad_out", grad_out, "of `x`", x.shape)
    rules.check_per_channel(x, gamma=gamma)
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    shape = (N, num_groups, C // num_groups, H, W)
    groups, axes = x.reshape(shape), (2, 3, 4)
    std = np.sqrt(groups.var(axis=axes, keepdims=True) + eps)
    x_hat = (groups - groups.mean(axis=axes, keepdims=True)) / std

    grad_gamma = (grad_out * x_hat.reshape(x.shape)).sum(axis=(0, 2, 3))
    grad_beta = grad_out.sum(axis=(0, 2, 3))
    grad = (grad_out * gamma[:, np.newaxis, np.newaxis]).reshape(shape)  # of x_hat
    along = (grad * x_hat).mean(axis=axes, keepdims=True)
    grad = (grad - grad.mean(axis=axes, keepdims=True) - x_hat * along) / std
    return grad.reshape(x.shape), grad_gamma, grad_beta
    ### END SOLUTION


def fold_batch_norm(
    conv_weight: FloatArray,
    conv_bias: FloatArray | None,
    gamma: FloatArray,
    beta: FloatArray,
    running_mean: FloatArray,
    running_var: FloatArray,
    eps: float = 1e-5,
) -> tuple[FloatArray, FloatArray]:
    """Put the batch norm that follows a convolution into its filters and bias.

    Parameters
    ----------
    conv_weight : ndarray, shape (C_out, C_in / groups, K_h, K_w)
        The filters.
    conv_bias : ndarray, shape (C_out,), or None
        The bias; None counts as zeros.
    gamma, beta, running_mean, running_var : ndarray, shape (C_out,)
        Batch norm's arrays after training.
    eps : float, default 1e-5
        Added to the variance, under the root.

    Returns
    -------
    weight : ndarray, shape of `conv_weight`
    bias : ndarray, shape (C_out,)
        Filters and bias of one convolution that gives what the two layers give out of
        training.

    Raises
    ------
    ShapeError
        If the arrays do not go together.
    """
    arrays = {"running_mean": running_mean, "running_var": running_var}
    rules.check_folding(conv_weight, conv_bias, gamma=gamma, beta=beta, **arrays)
    ### BEGIN SOLUTION
    scale = gamma / np.sqrt(running_var + eps)
    bias = np.zeros_like(running_mean) if conv_bias is None else conv_bias
    weight = conv_weight * scale[:, np.newaxis, np.newaxis, np.newaxis]
    return weight, (bias - running_mean) * scale + beta
    ### END SOLUTION
