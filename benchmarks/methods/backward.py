"""Ways to run a convolutional layer forward and backward, and PyTorch's other layers.

The convolutions take the same arguments and return the output and its three gradients.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from convnets.backprop import conv2d_backward
from convnets.im2col import conv2d, fold, pad2d, unfold

Step = Callable[..., tuple[np.ndarray, ...]]


def by_reference(grad_out, x, weight, bias, stride=1, padding=0):
    """Leave it to the reference."""
    out = conv2d(x, weight, bias, stride, padding)
    return out, *conv2d_backward(grad_out, x, weight, stride, padding)


def by_folding(grad_out, x, weight, bias, stride=1, padding=0):
    """Unfold the whole batch once, multiply three times, fold."""
    out, grad_weight, grad_bias, grad_columns = products(
        grad_out, x, weight, bias, stride, padding
    )
    options = (x.shape[2:], weight.shape[2:], stride, padding)
    return out, fold(grad_columns, *options), grad_weight, grad_bias


def by_scattering(grad_out, x, weight, bias, stride=1, padding=0):
    """Do the same, but add the columns up by `numpy.add.at`, number by number."""
    out, grad_weight, grad_bias, grad_columns = products(
        grad_out, x, weight, bias, stride, padding
    )
    H, W = x.shape[2:]
    padded = np.zeros_like(pad2d(x, padding))
    pixels = np.arange(padded[0].size).reshape(1, *padded.shape[1:])
    places = unfold(pixels, weight.shape[2:], stride)[0]
    for image, columns in zip(padded, grad_columns, strict=True):
        np.add.at(image.reshape(-1), places, columns)
    inside = padded[:, :, padding : padding + H, padding : padding + W]
    return out, inside, grad_weight, grad_bias


def products(grad_out, x, weight, bias, stride, padding):
    """Multiply the unfolded batch: output, two gradients, and that of the columns."""
    columns = unfold(x, weight.shape[2:], stride, padding)
    matrix = weight.reshape(len(weight), -1)
    maps = grad_out.reshape(*grad_out.shape[:2], -1)
    out = (matrix @ columns + bias[:, np.newaxis]).reshape(grad_out.shape)
    grad_matrix = (maps @ columns.swapaxes(1, 2)).sum(axis=0)
    return (
        out,
        grad_matrix.reshape(weight.shape),
        maps.sum(axis=(0, 2)),
        matrix.T @ maps,
    )


def by_torch(grad_out, x, weight, bias, stride=1, padding=0):
    """Leave it to PyTorch."""
    tensors = leaves(x, weight, bias)
    out = torch.nn.functional.conv2d(*tensors, stride, padding)
    return out.detach().numpy(), *gradients(out, tensors, grad_out)()


def leaves(*arrays):
    """Turn arrays into tensors that want a gradient, without copying them."""
    return [torch.from_numpy(array).requires_grad_() for array in arrays]


def gradients(out, tensors, grad_out):
    """Prepare PyTorch's backward pass through what has been computed; it can repeat."""
    upstream = torch.from_numpy(grad_out)

    def backward():
        grads = torch.autograd.grad(out, tensors, upstream, retain_graph=True)
        return tuple(grad.numpy() for grad in grads)

    return backward


METHODS: dict[str, Step] = {
    "np.add.at": by_scattering,
    "fold": by_folding,
    "conv2d_backward": by_reference,
    "PyTorch": by_torch,
}
