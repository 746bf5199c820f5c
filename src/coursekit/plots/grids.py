"""Small arrays as grids of numbers, for examples worked by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from coursekit.plots.style import COLOURS, WIDTH, hide_frame, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = npt.NDArray[np.floating[Any]]

Point = tuple[float, float]

GAP = 0.8  # cells between two grids
LARGEST_CELL = 0.45  # inches
SIGNS = {"⋆": ("★", 11)}  # the letter and mathtext's sign are as small as a dot


def show_grids(
    grids: Sequence[FloatArray],
    labels: Sequence[str] = (),
    signs: Sequence[str] = (),
    boxes: Mapping[int, tuple[int, int, int, int]] | None = None,
) -> None:
    """Show small arrays as grids of numbers, with signs such as ⋆ and = between them.

    Parameters
    ----------
    grids : sequence of ndarray, shape (H, W) or (W,)
        The arrays, all drawn with cells of one size; a signal becomes one row.
    labels : sequence of str, optional
        A few words under each grid.
    signs : sequence of str, optional
        What stands between a grid and the next.
    boxes : mapping of int to (row, column, height, width), optional
        For the grid at an index, the block of cells to highlight.
    """
    tables = [np.atleast_2d(grid) for grid in grids]
    width = sum(table.shape[1] for table in tables) + GAP * (len(tables) - 1)
    tallest = max(table.shape[0] for table in tables)
    cell = min(WIDTH / width, LARGEST_CELL)  # inches
    _, axes = new_figure(cell * (tallest + 0.9))
    place = axes[0, 0]
    left = 0.0
    for index, table in enumerate(tables):
        corner = (left, (tallest - table.shape[0]) / 2)
        _draw_grid(place, table, corner, cell)
        if boxes and index in boxes:
            _draw_box(place, corner, boxes[index])
        if index < len(labels):
            _write(place, left + table.shape[1] / 2, tallest + 0.35, labels[index], 9)
        left += table.shape[1] + GAP
        if index < len(signs):
            sign, size = SIGNS.get(signs[index], (signs[index], 14))
            _write(place, left - GAP / 2, tallest / 2, sign, size)
    spare = (WIDTH / cell - width) / 2  # keeps the cells at their size
    place.set(xlim=(-spare, width + spare), ylim=(tallest + 0.8, -0.1), aspect="equal")
    hide_frame(place)


def _draw_grid(axes: Axes, table: FloatArray, corner: Point, cell: float) -> None:
    """Draw one grid of numbers, as large as the longest of them allows."""
    from matplotlib.patches import Rectangle

    texts = [f"{value:g}" for value in table.flat]
    size = cell * min(30, 105 / max(map(len, texts)))
    left, top = corner
    for (i, j), text in zip(np.ndindex(table.shape), texts, strict=True):
        square = Rectangle((left + j, top + i), 1, 1)
        square.set(facecolor="white", edgecolor="#888888")
        axes.add_patch(square)
        _write(axes, left + j + 0.5, top + i + 0.5, text, size)


def _draw_box(axes: Axes, corner: Point, box: tuple[int, int, int, int]) -> None:
    """Highlight a block of cells of the grid that begins at a corner."""
    from matplotlib.patches import Rectangle

    row, column, height, width = box
    start = (corner[0] + column, corner[1] + row)
    block = Rectangle(start, width, height, alpha=0.35)
    block.set_facecolor(COLOURS["orange"])
    axes.add_patch(block)
    frame = Rectangle(start, width, height, fill=False, linewidth=2)
    frame.set_edgecolor(COLOURS["red"])
    axes.add_patch(frame)


def _write(axes: Axes, x: float, y: float, text: str, size: float) -> None:
    """Write a few characters around a point."""
    axes.text(x, y, text, ha="center", va="center", size=size)
