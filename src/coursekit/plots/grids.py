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
    gaps = 0.8  # in cells, between two grids
    width = sum(table.shape[1] for table in tables) + gaps * (len(tables) - 1)
    tallest = max(table.shape[0] for table in tables)
    cell = min(WIDTH / width, 0.45)  # inches
    _, axes = new_figure(cell * (tallest + 0.9))
    place = axes[0, 0]
    left = 0.0
    for index, table in enumerate(tables):
        top = (tallest - table.shape[0]) / 2
        box = (boxes or {}).get(index)
        _draw_grid(place, table, left, top, box)
        middle = left + table.shape[1] / 2
        if index < len(labels):
            place.text(middle, tallest + 0.3, labels[index], ha="center", va="center")
        left += table.shape[1]
        if index < len(signs):
            sign = signs[index].replace("⋆", r"$\star$")  # larger than the letter
            place.text(left + gaps / 2, tallest / 2, sign, ha="center", va="center")
        left += gaps
    spare = (WIDTH / cell - width) / 2  # keeps the cells at their size
    place.set(xlim=(-spare, width + spare), ylim=(tallest + 0.8, -0.1), aspect="equal")
    hide_frame(place)


def _draw_grid(
    axes: Axes,
    table: FloatArray,
    left: float,
    top: float,
    box: tuple[int, int, int, int] | None,
) -> None:
    """Draw one grid of numbers, with a block of its cells highlighted."""
    from matplotlib.patches import Rectangle

    for (i, j), value in np.ndenumerate(table):
        corner = (left + j, top + i)
        axes.add_patch(Rectangle(corner, 1, 1, facecolor="white", edgecolor="#888888"))
        axes.text(left + j + 0.5, top + i + 0.5, f"{value:g}", ha="center", va="center")
    if box is not None:
        row, column, height, width = box
        corner = (left + column, top + row)
        block = Rectangle(
            corner, width, height, facecolor=COLOURS["orange"], alpha=0.35
        )
        axes.add_patch(block)
        frame = Rectangle(corner, width, height, fill=False, linewidth=2)
        frame.set_edgecolor(COLOURS["red"])
        axes.add_patch(frame)
