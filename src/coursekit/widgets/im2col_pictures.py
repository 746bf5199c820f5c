"""The picture of an image and its unfolded matrix, for print."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coursekit.widgets.pictures import (
    OUTPUT,
    WINDOW,
    FloatArray,
    canvas,
    draw,
    png,
)


def unfolded(
    height: int,
    width: int,
    kernel_size: Sequence[int],
    stride: int,
    padding: int,
    dilation: int,
    channels: int,
) -> tuple[FloatArray, FloatArray]:
    """Fill an image with its pixels' numbers and unfold it by PyTorch's function.

    Returns
    -------
    image : ndarray, shape (C, H_in, W_in)
        The numbers 1, 2, 3, ...
    matrix : ndarray, shape (C * K_h * K_w, L)
        The image unfolded.
    """
    import torch

    image = 1.0 + np.arange(channels * height * width).reshape(channels, height, width)
    matrix = torch.nn.functional.unfold(
        torch.from_numpy(image)[None],
        tuple(kernel_size),
        dilation=dilation,
        padding=padding,
        stride=stride,
    )
    return image, matrix[0].numpy()


def im2col_explorer(
    height: int,
    width: int,
    kernel_size: Sequence[int],
    stride: int,
    padding: int,
    dilation: int,
    channels: int,
) -> bytes:
    """Draw the padded image, the output and the matrix with the first column marked.

    Returns
    -------
    bytes
        A PNG file.
    """
    image, matrix = unfolded(
        height, width, kernel_size, stride, padding, dilation, channels
    )
    K_h, K_w = kernel_size
    taps = {(dilation * k, dilation * l) for k in range(K_h) for l in range(K_w)}
    grids = [np.pad(channel, padding) for channel in image]
    rows, columns = (
        (size + 2 * padding - dilation * (taps - 1) - 1) // stride + 1
        for size, taps in zip((height, width), (K_h, K_w), strict=True)
    )
    tall = max(len(grids[0]), rows) + 2.0
    wide = sum(grid.shape[1] + 1.5 for grid in grids) + columns
    fig, ax = canvas(max(wide, matrix.shape[1]) + 1.5, tall + len(matrix) + 0.5)
    left = 0.0
    for c, grid in enumerate(grids):
        name = "Image" if channels == 1 else f"Channel {c}"
        left = draw(ax, grid, left, name, taps, WINDOW)
    numbers = np.arange(rows * columns, dtype=float).reshape(rows, columns)
    draw(ax, numbers, left, "Output", {(0, 0)}, OUTPUT)
    ax.text(0, -tall + 0.25, "Matrix", color="#545f70", fontsize=9)
    first = {(r, 0) for r in range(len(matrix))}
    draw(ax, matrix, 0, "", first, WINDOW, top=tall)
    return png(fig)
