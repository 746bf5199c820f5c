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

# Sides of a cell, in inches, if there is room: for one digit, and for a weight.
CELL, WIDE_CELL = 0.42, 0.52

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
    colours = _weight_colours(matrix[is_weight])
    axes = _cells_across(columns, margin=1.5, top=-1.6, bottom=rows)
    for i, j in np.ndindex(rows, columns):
        value = float(matrix[i, j])
        colour = colours[value] if is_weight[i, j] else "white"
        text = _number(value) if is_weight[i, j] else "·"
        _draw_cell(axes, (i, j), text, colour, alpha=0.4 if i in dropped_rows else 1.0)
    for row in dropped_rows:
        axes.plot([0, columns], [row + 0.5, row + 0.5], color=COLOURS["red"])
    if block is not None:
        _draw_blocks(axes, matrix.shape, block)
    _label_cells(axes, matrix.shape, labels)


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
    from matplotlib import colormaps

    largest = max(float(np.abs(kernel).max()) for kernel in kernels) or 1.0
    limit = 1.8 * largest  # pale enough to read black numbers on
    tallest = max(kernel.shape[0] for kernel in kernels)
    gap = 1.0
    width = sum(kernel.shape[1] for kernel in kernels) + gap * (len(kernels) - 1)
    axes = _cells_across(width, 0, -0.1, tallest + 0.7, largest=WIDE_CELL)
    left = 0.0
    for index, kernel in enumerate(kernels):
        for (i, j), value in np.ndenumerate(kernel):
            colour = colormaps["RdBu_r"](0.5 + 0.5 * float(value) / limit)
            _draw_cell(axes, (i, left + j), _number(float(value)), colour)
        if index < len(labels):
            middle = left + kernel.shape[1] / 2
            axes.text(middle, tallest + 0.4, labels[index], ha="center", va="center")
        left += kernel.shape[1] + gap


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


def _cells_across(
    width: float, margin: float, top: float, bottom: float, largest: float = CELL
) -> Axes:
    """Open a figure whose unit is a cell, with the given cells in its middle."""
    cell = min(largest, WIDTH / (width + 2 * margin))
    _, axes = new_figure(cell * (bottom - top))
    place: Axes = axes[0, 0]
    spare = (WIDTH / cell - width) / 2  # keeps the cells at their size
    place.set(xlim=(-spare, width + spare), ylim=(bottom, top), aspect="equal")
    hide_frame(place)
    return place


def _number(value: float) -> str:
    """Write a weight in at most two decimals, and never as minus zero."""
    return f"{round(value, 2) + 0.0:g}".replace("-", "\N{MINUS SIGN}")


def _weight_colours(weights: FloatArray) -> dict[float, str]:
    """Give each different weight a pale colour of its own, as far as they go."""
    values = np.unique(weights)
    return {float(value): PALE[index % len(PALE)] for index, value in enumerate(values)}


def _draw_cell(
    axes: Axes, place: tuple[float, float], text: str, colour: Any, alpha: float = 1.0
) -> None:
    """Draw one cell, with its upper left corner at a row and a column."""
    from matplotlib.patches import Rectangle

    i, j = place
    face = Rectangle((j, i), 1, 1, alpha=alpha)
    face.set(facecolor=colour, edgecolor="#BBBBBB")
    axes.add_patch(face)
    axes.text(j + 0.5, i + 0.5, text, ha="center", va="center", alpha=alpha)


def _draw_blocks(axes: Axes, shape: tuple[int, ...], block: tuple[int, int]) -> None:
    """Draw heavy lines around blocks of a given size."""
    rows, columns = shape
    for row in range(0, rows + 1, block[0]):
        axes.plot([0, columns], [row, row], color="black", linewidth=1.5)
    for column in range(0, columns + 1, block[1]):
        axes.plot([column, column], [0, rows], color="black", linewidth=1.5)


def _label_cells(axes: Axes, shape: tuple[int, ...], labels: tuple[str, str]) -> None:
    """Put a number at each row and column of a matrix, and say what they count."""
    rows, columns = shape
    centred: dict[str, Any] = {"ha": "center", "va": "center"}
    for row in range(rows):
        axes.text(-0.4, row + 0.5, str(row), size=8, **centred)
    for column in range(columns):
        axes.text(column + 0.5, -0.4, str(column), size=8, **centred)
    axes.text(-1.1, rows / 2, labels[0], rotation="vertical", **centred)
    axes.text(columns / 2, -1.1, labels[1], **centred)
