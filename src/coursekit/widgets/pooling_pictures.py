"""The picture of a pooling window at its first position, for print."""

from __future__ import annotations

import numpy as np

from coursekit.widgets import pictures
from coursekit.widgets.pictures import FloatArray

EMPTY = {"max": -np.inf, "average": 0.0, "L2": 0.0}  # what the border holds


def first(
    x: FloatArray, kernel_size: int, padding: int, kind: str
) -> tuple[float, str]:
    """Pool the first window, and write the calculation out.

    Parameters
    ----------
    x : ndarray, shape (H_in, W_in)
        The input.
    kernel_size : int
        Height and width of the window, in pixels.
    padding : int
        Border on *each* side, in pixels.
    kind : {"max", "average", "L2"}
        What is made of the numbers in a window.

    Returns
    -------
    value : float
        The first output.
    words : str
        Such as ``max(1, 1, 5, 6) = 6``.
    """
    grid = np.pad(x, padding, constant_values=EMPTY[kind])
    window = grid[:kernel_size, :kernel_size].ravel()
    numbers = [_show(float(value)) for value in window]
    if kind == "max":
        value, words = window.max(), f"max({', '.join(numbers)})"
    elif kind == "average":
        value, words = window.mean(), f"({' + '.join(numbers)}) / {window.size}"
    else:
        value = np.linalg.norm(window)
        words = f"the root of {' + '.join(f'{number}²' for number in numbers)}"
    sign = "=" if abs(value - round(value, 4)) < 1e-9 else "\N{ALMOST EQUAL TO}"
    return float(value), f"{words} {sign} {_show(value)}"


def pooling_explorer(
    x: FloatArray, kernel_size: int, stride: int, padding: int, kind: str
) -> bytes:
    """Draw the input and the output with the window at its first position.

    Parameters
    ----------
    x : ndarray, shape (H_in, W_in)
        The input.
    kernel_size : int
        Height and width of the window, in pixels.
    stride : int
        Step of the window, in pixels.
    padding : int
        Border on *each* side, in pixels.
    kind : {"max", "average", "L2"}
        What is made of the numbers in a window.

    Returns
    -------
    bytes
        A PNG file.
    """
    value, words = first(x, kernel_size, padding, kind)
    grid = np.pad(x, padding, constant_values=EMPTY[kind])
    rows, columns = ((size - kernel_size) // stride + 1 for size in grid.shape)
    out = np.full((rows, columns), np.nan)
    out[0, 0] = value
    inside = {(i, j) for i in range(kernel_size) for j in range(kernel_size)}
    height = max(grid.shape[0], rows)
    fig, ax = pictures.canvas(grid.shape[1] + columns + 2.5, height + 2)
    left = pictures.draw(ax, grid, 0, "Input", inside, pictures.WINDOW)
    pictures.draw(ax, out, left, "Output", {(0, 0)}, pictures.OUTPUT)
    ax.text(0, -height - 0.6, words, va="top", wrap=True)
    return pictures.png(fig)


def _show(value: float) -> str:
    """Write a number as the figure does."""
    if np.isneginf(value):
        return "\N{MINUS SIGN}\N{INFINITY}"
    return f"({pictures.show(value)})" if value < 0 else pictures.show(value)
