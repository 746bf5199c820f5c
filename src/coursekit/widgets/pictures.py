"""Pictures of the figures' first states, for print and for readers without scripts."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DPI = 144

FloatArray = npt.NDArray[np.floating[Any]]

WINDOW = {"facecolor": "#dcebfb", "edgecolor": "#0b5cad"}
KERNEL = {"facecolor": "#fdeedd", "edgecolor": "#8a3f00"}
OUTPUT = {"facecolor": "#d9f2e8", "edgecolor": "#00664b"}
PLAIN: dict[str, Any] = {"facecolor": "none", "edgecolor": "#9aa4b2"}


def show(value: float) -> str:
    """Write a number as the figures do, without needless digits."""
    text = f"{round(value, 4):g}"
    return ("0" if text == "-0" else text).replace("-", "\N{MINUS SIGN}")


def first_window(
    x: FloatArray, kernel: FloatArray, padding: int, mode: str
) -> tuple[FloatArray, FloatArray]:
    """Return what the kernel meets at its first position, and the kernel as applied.

    Parameters
    ----------
    x : ndarray, shape (H_in, W_in)
        The input.
    kernel : ndarray, shape (K_h, K_w)
        The weights.
    padding : int
        Zeros added on *each* side, in pixels.
    mode : {"correlation", "convolution"}
        Whether the kernel is flipped before it is applied.

    Returns
    -------
    window : ndarray, shape (K_h, K_w)
        The top left corner of the padded input.
    applied : ndarray, shape (K_h, K_w)
        The weights that meet it.
    """
    applied = kernel[::-1, ::-1] if mode == "convolution" else kernel
    return np.pad(x, padding)[: kernel.shape[0], : kernel.shape[1]], applied


def sum_of_products(window: FloatArray, applied: FloatArray) -> str:
    """Write the sum out, such as ``1·2 + 3·4 = 14``.

    Parameters
    ----------
    window : ndarray, any shape
        What the kernel meets.
    applied : ndarray, same shape
        The weights that meet it.

    Returns
    -------
    str
        Every product, and the total.
    """
    pairs = zip(window.flat, applied.flat, strict=True)
    terms = [f"{_bracketed(float(a))}·{_bracketed(float(b))}" for a, b in pairs]
    return f"{' + '.join(terms)} = {show(float((window * applied).sum()))}"


def sliding_kernel(
    x: FloatArray, kernel: FloatArray, stride: int, padding: int, mode: str
) -> bytes:
    """Draw input, kernel and output with the kernel at its first position.

    Parameters
    ----------
    x : ndarray, shape (H_in, W_in)
        The input.
    kernel : ndarray, shape (K_h, K_w)
        The weights.
    stride : int
        Step of the kernel along both axes, in pixels.
    padding : int
        Zeros added on *each* side, in pixels.
    mode : {"correlation", "convolution"}
        Whether the kernel is flipped before it is applied.

    Returns
    -------
    bytes
        A PNG file.
    """
    window, applied = first_window(x, kernel, padding, mode)
    grid = np.pad(x, padding)
    sizes = zip(grid.shape, kernel.shape, strict=True)
    rows, columns = (max(0, a - b) // stride + 1 for a, b in sizes)
    out = np.full((rows, columns), np.nan)
    out[0, 0] = np.sum(window * applied)
    K_h, K_w = kernel.shape
    inside = {(i, j) for i in range(K_h) for j in range(K_w)}
    name = "Kernel, flipped" if mode == "convolution" else "Kernel"
    height = max(grid.shape[0], K_h, rows)
    width = grid.shape[1] + K_w + columns + 4
    fig, ax = canvas(width, height + 2)
    left = draw(ax, grid, 0, "Input", inside, WINDOW)
    left = draw(ax, applied, left, name, inside, KERNEL)
    draw(ax, out, left, "Output", {(0, 0)}, OUTPUT)
    ax.text(0, -height - 0.6, sum_of_products(window, applied), va="top", wrap=True)
    return png(fig)


def matrix(x: FloatArray, kernel: FloatArray, stride: int) -> FloatArray:
    """Write the kernel at each of its positions into a row of its own.

    Pictures are drawn while the book is built, where `convnets` is the reference. What
    students are given must not hold what they are asked to write.

    Parameters
    ----------
    x : ndarray, shape (W_in,) or (H_in, W_in)
        The signal or the image.
    kernel : ndarray, shape (K_w,) or (K_h, K_w)
        The weights.
    stride : int
        Step of the kernel along every axis.

    Returns
    -------
    ndarray, shape (number of outputs, number of inputs)
        The matrix that multiplies ``x.ravel()``.
    """
    from convnets.correlation import correlation_matrix, toeplitz

    if x.ndim == 1:
        return toeplitz(kernel, x.size, stride)
    every = correlation_matrix(kernel, *x.shape)
    numbers = np.arange(len(every)).reshape(np.subtract(x.shape, kernel.shape) + 1)
    return every[numbers[::stride, ::stride].ravel()]


def toeplitz_matrix(x: FloatArray, kernel: FloatArray, stride: int) -> bytes:
    """Draw the matrix, its input above and its output beside it.

    Parameters
    ----------
    x : ndarray, shape (W_in,) or (H_in, W_in)
        The signal or the image.
    kernel : ndarray, shape (K_w,) or (K_h, K_w)
        The weights.
    stride : int
        Step of the kernel along every axis.

    Returns
    -------
    bytes
        A PNG file.
    """
    rows = matrix(x, kernel, stride)
    ones = matrix(x, np.ones_like(kernel), stride)
    out = rows @ x.ravel()  # (number of outputs,)
    taps = {(int(i), int(j)) for i, j in np.argwhere(ones)}
    first = {(0, j) for i, j in taps if i == 0}
    fig, ax = canvas(rows.shape[1] + 4, rows.shape[0] + 3.5)
    draw(ax, x.reshape(1, -1), 0, "Input", first, WINDOW)
    ax.text(0, -1.75, "Matrix", color="#545f70", fontsize=9)
    draw(ax, rows, 0, "", taps, KERNEL, top=2)
    ax.text(rows.shape[1] + 1.5, -1.75, "Output", color="#545f70", fontsize=9)
    draw(ax, out[:, np.newaxis], rows.shape[1] + 1.5, "", {(0, 0)}, OUTPUT, top=2)
    return png(fig)


def _bracketed(value: float) -> str:
    """Put a negative number in brackets."""
    return f"({show(value)})" if value < 0 else show(value)


def canvas(width: float, height: float) -> tuple[Any, Axes]:
    """Make a figure whose unit is one cell, with nothing but what is drawn."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(0.42 * width, 0.42 * height))
    ax = fig.add_axes((0.01, 0.01, 0.98, 0.98))
    ax.set(xlim=(-0.2, width), ylim=(-height, 1), aspect="equal")
    ax.set_axis_off()
    return fig, ax


def draw(
    ax: Axes,
    grid: FloatArray,
    left: float,
    name: str,
    marked: Iterable[tuple[int, int]],
    style: dict[str, Any],
    top: float = 0,
) -> float:
    """Draw one named grid of numbers and return where the next one starts.

    Parameters
    ----------
    ax : Axes
        Where to draw; one unit is one cell.
    grid : ndarray, shape (rows, columns)
        The numbers; NaN leaves a cell empty.
    left, top : float
        The upper left corner, in cells from the left and from the top.
    name : str
        What stands above the grid.
    marked : iterable of (row, column)
        Cells that stand out.
    style : dict of str to any value
        How they stand out: keywords of Matplotlib's Rectangle.

    Returns
    -------
    float
        The left end of a grid beside this one, in cells.
    """
    from matplotlib.patches import Rectangle

    ax.text(left, 0.25, name, color="#545f70", fontsize=9)
    for (i, j), value in np.ndenumerate(grid):
        look = {**style, "zorder": 2} if (i, j) in marked else PLAIN
        ax.add_patch(Rectangle((left + j, -top - i - 1), 1, 1, **look))
        text = "" if np.isnan(value) else show(float(value))
        ax.text(
            left + j + 0.5,
            -top - i - 0.5,
            text,
            ha="center",
            va="center",
            fontsize=9,
        )
    return left + float(grid.shape[1]) + 1.5


def width(png: bytes) -> int:
    """Return how many pixels of a page a picture takes, at 96 to the inch."""
    return round(int.from_bytes(png[16:20]) * 96 / DPI)  # bytes 16 to 19: PNG's width


def png(fig: Any) -> bytes:
    """Save a figure as a PNG file in memory."""
    buffer = io.BytesIO()
    quiet = {"Software": None}  # no version of Matplotlib in the file
    fig.savefig(buffer, dpi=DPI, bbox_inches="tight", pad_inches=0.05, metadata=quiet)
    return buffer.getvalue()
