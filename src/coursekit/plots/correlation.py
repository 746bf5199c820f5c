"""Pictures for cross-correlation: its matrix, its kernels, and how one is learned."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from coursekit.errors import check_axes
from coursekit.plots.style import COLOURS, WIDTH, hide_frame, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = npt.NDArray[np.floating[Any]]

LARGEST_CELL = 0.42  # inches

# Light tints of Okabe and Ito's colours, on which black numbers can be read.
PALE = ["#D5EAF8", "#F9DDA0", "#A6DCC9", "#EBC4D8", "#F7F0A0", "#F2BF9A", "#A9C9E3"]


def show_matrix(
    matrix: FloatArray,
    weights_at: FloatArray | None = None,
    dropped_rows: Collection[int] = (),
    block: tuple[int, int] | None = None,
    labels: tuple[str, str] = ("output", "input"),
) -> None:
    """Show a correlation matrix: its weights as coloured cells, all else as dots.

    Parameters
    ----------
    matrix : ndarray, shape (W_out, W_in)
        The matrix; equal weights get equal colours.
    weights_at : ndarray, shape (W_out, W_in), optional
        Not zero where a weight stands, so that a weight of 0 is drawn as one. If not
        given, weights are the entries that are not 0.
    dropped_rows : collection of int, optional
        Rows to draw pale and crossed out.
    block : (rows, columns), optional
        Size of the blocks to frame.
    labels : (str, str), default ("output", "input")
        What the rows and the columns count.
    """
    check_axes("matrix", matrix, ["W_out", "W_in"])
    rows, columns = matrix.shape
    is_weight = (matrix if weights_at is None else weights_at) != 0
    cell = min(LARGEST_CELL, (WIDTH - 0.7) / columns)  # 0.7 inches for the labels
    colours = _weight_colours(matrix[is_weight])
    _, axes = new_figure(cell * rows + 0.6)
    place = axes[0, 0]
    for i, j in np.ndindex(rows, columns):
        value = float(matrix[i, j])
        colour = colours[value] if is_weight[i, j] else None
        _draw_cell(place, (i, j), value, colour, i in dropped_rows)
    for row in dropped_rows:
        place.plot([-0.5, columns - 0.5], [row, row], color=COLOURS["red"])
    if block is not None:
        _draw_blocks(place, matrix.shape, block)
    _label_axes(place, matrix.shape, labels)


def show_kernels(kernels: Sequence[FloatArray], labels: Sequence[str] = ()) -> None:
    """Show small kernels side by side, as coloured grids with their numbers.

    All share one scale: 0 is white, negative weights are blue and positive ones red.

    Parameters
    ----------
    kernels : sequence of ndarray, shape (K_h, K_w)
        The kernels.
    labels : sequence of str, optional
        A few words under each kernel.
    """
    largest = max(float(np.abs(kernel).max()) for kernel in kernels) or 1.0
    limit = 1.8 * largest  # pale enough to read black numbers on
    tallest = max(kernel.shape[0] for kernel in kernels)
    widest = sum(kernel.shape[1] for kernel in kernels)
    cell = min(0.55, (WIDTH - 0.5) / widest)
    _, axes = new_figure(cell * tallest + 0.45, columns=len(kernels))
    for index, (place, kernel) in enumerate(zip(axes[0], kernels, strict=True)):
        place.imshow(kernel, cmap="RdBu_r", vmin=-limit, vmax=limit)
        for (i, j), value in np.ndenumerate(kernel):
            place.text(j, i, _number(float(value)), ha="center", va="center")
        hide_frame(place)
        if index < len(labels):
            place.set_xlabel(labels[index])


def show_losses(losses: Sequence[float]) -> None:
    """Show how a loss falls while something learns, on a logarithmic scale.

    Parameters
    ----------
    losses : sequence of float
        The loss before each step.
    """
    _, axes = new_figure(2.4)
    axes[0, 0].semilogy(losses, color=COLOURS["blue"])
    axes[0, 0].set(xlabel="step", ylabel="loss (mean squared error)")


def _number(value: float) -> str:
    """Write a weight in at most two decimals, and never as minus zero."""
    return f"{round(value, 2) + 0.0:g}".replace("-", "\N{MINUS SIGN}")


def _weight_colours(weights: FloatArray) -> dict[float, str]:
    """Give each different weight a pale colour of its own, as far as they go."""
    values = np.unique(weights)
    return {float(value): PALE[index % len(PALE)] for index, value in enumerate(values)}


def _draw_cell(
    axes: Axes,
    place: tuple[int, int],
    value: float,
    colour: str | None,
    is_dropped: bool,
) -> None:
    """Draw one entry of a matrix; without a colour it is an empty place."""
    from matplotlib.patches import Rectangle

    alpha = 0.4 if is_dropped else 1.0
    i, j = place
    corner = (j - 0.5, i - 0.5)
    face = Rectangle(corner, 1, 1, alpha=alpha)
    face.set(facecolor=colour or "white", edgecolor="#BBBBBB")
    axes.add_patch(face)
    text = "·" if colour is None else _number(value)
    axes.text(j, i, text, ha="center", va="center", alpha=alpha)


def _draw_blocks(axes: Axes, shape: tuple[int, ...], block: tuple[int, int]) -> None:
    """Draw heavy lines around blocks of a given size."""
    rows, columns = shape
    for row in range(0, rows + 1, block[0]):
        axes.plot([-0.5, columns - 0.5], [row - 0.5] * 2, color="black", linewidth=1.5)
    for column in range(0, columns + 1, block[1]):
        axes.plot([column - 0.5] * 2, [-0.5, rows - 0.5], color="black", linewidth=1.5)


def _label_axes(axes: Axes, shape: tuple[int, ...], labels: tuple[str, str]) -> None:
    """Put a number at each row and column of a matrix, the columns on top."""
    axes.set(
        xlim=(-0.55, shape[1] - 0.45),
        ylim=(shape[0] - 0.45, -0.55),
        aspect="equal",
        xticks=range(shape[1]),
        yticks=range(shape[0]),
        xlabel=labels[1],
        ylabel=labels[0],
    )
    axes.xaxis.set_label_position("top")
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=8)
    axes.spines[:].set_visible(False)
