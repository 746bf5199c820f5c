"""The picture of what an upstream gradient sends back, for print."""

from __future__ import annotations

import numpy as np

from coursekit.widgets.pictures import (
    KERNEL,
    OUTPUT,
    WINDOW,
    FloatArray,
    canvas,
    draw,
    png,
    show,
)


def gradients(
    x: FloatArray,
    kernel: FloatArray,
    grad_out: FloatArray,
    stride: int,
    padding: int,
    dilation: int,
) -> tuple[FloatArray, FloatArray]:
    """Ask PyTorch for both gradients of a layer with one channel.

    What students are given must not hold what they are asked to write.

    Parameters
    ----------
    x : ndarray, shape (H_in, W_in)
        The input.
    kernel : ndarray, shape (K_h, K_w)
        The weights.
    grad_out : ndarray, shape (H_out, W_out)
        The upstream gradient.
    stride, padding, dilation : int
        The layer's options, the same along both axes.

    Returns
    -------
    grad_x : ndarray, shape (H_in, W_in)
        The gradient of the input.
    grad_weight : ndarray, shape (K_h, K_w)
        The gradient of the weights.
    """
    import torch

    arrays = [torch.tensor(a[None, None], requires_grad=True) for a in (x, kernel)]
    image, weight = arrays
    out = torch.nn.functional.conv2d(image, weight, None, stride, padding, dilation)
    upstream = torch.tensor(grad_out[None, None])
    grad_x, grad_weight = torch.autograd.grad(out, arrays, upstream)
    return grad_x[0, 0].numpy(), grad_weight[0, 0].numpy()


def backward_explorer(
    x: FloatArray,
    kernel: FloatArray,
    grad_out: FloatArray,
    stride: int,
    padding: int,
    dilation: int,
) -> bytes:
    """Draw the layer's numbers, and below them their gradients.

    The window of the first number that is not 0 is marked, and where its gradient goes.

    Parameters
    ----------
    x : ndarray, shape (H_in, W_in)
        The input.
    kernel : ndarray, shape (K_h, K_w)
        The weights.
    grad_out : ndarray, shape (H_out, W_out)
        The upstream gradient.
    stride, padding, dilation : int
        The layer's options, the same along both axes.

    Returns
    -------
    bytes
        A PNG file.
    """
    options = (stride, padding, dilation)
    grad_x, grad_weight = gradients(x, kernel, grad_out, *options)
    i, j = first(grad_out)
    window = {
        (i * stride + k * dilation - padding, j * stride + l * dilation - padding)
        for k, l in np.ndindex(kernel.shape)
    }
    taps = set(np.ndindex(kernel.shape))
    tall = max(len(x), len(kernel), len(grad_out)) + 1.5
    wide = x.shape[1] + max(kernel.shape[1], 5) + grad_out.shape[1] + 4.5
    fig, ax = canvas(wide, tall + max(len(x), len(kernel)) + 0.5)
    middle = draw(ax, x, 0, "Input", window, WINDOW)
    right = draw(ax, kernel, middle, "Kernel", taps, KERNEL)
    right = max(right, middle + 4)
    draw(ax, grad_out, right, "Upstream gradient", {(i, j)}, OUTPUT)
    for left, name in (
        (0, "Gradient of the input"),
        (middle, "Gradient of the weights"),
    ):
        ax.text(left, -tall + 0.25, name, color="#545f70", fontsize=9)
    draw(ax, grad_x, 0, "", window, WINDOW, top=tall)
    draw(ax, grad_weight, middle, "", taps, KERNEL, top=tall)
    return png(fig)


def first(grad_out: FloatArray) -> tuple[int, int]:
    """Return the place of the first number that is not 0, or else the first place.

    Parameters
    ----------
    grad_out : ndarray, shape (H_out, W_out)
        The upstream gradient.

    Returns
    -------
    tuple of int
        The number's row and column.
    """
    i, j = np.unravel_index(np.argmax(grad_out != 0), grad_out.shape)
    return int(i), int(j)


def in_rows(grid: FloatArray) -> str:
    """Write a grid row by row, such as ``1, 2; 3, 4``.

    Parameters
    ----------
    grid : ndarray, shape (rows, columns)
        The numbers.

    Returns
    -------
    str
        The rows, with semicolons between them.
    """
    return "; ".join(", ".join(show(float(value)) for value in row) for row in grid)
