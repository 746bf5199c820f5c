"""Which class was taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.errors import ShapeError, check_axes
from coursekit.plots.style import new_figure

IntArray = npt.NDArray[np.integer[Any]]

CELL = 0.34  # inches
STRONGEST = 0.5  # shade of a whole row in one cell; black can still be read on it


def show_confusion(table: IntArray, classes: Sequence[str] = ()) -> None:
    """Show a confusion matrix: right answers in shades of blue, wrong ones of red.

    A shade is the share of its row; wrong ones are drawn ten times as strong. Cells
    without a count stay empty.

    Parameters
    ----------
    table : ndarray of int, shape (num_classes, num_classes)
        Row ``i``, column ``j``: how many examples of class ``i`` were taken for ``j``.
    classes : sequence of str, optional
        What the classes are called; by default, their numbers.

    Raises
    ------
    ShapeError
        If the table is not square, or there is not a name for each class.
    """
    check_axes("table", table, ["true classes", "predicted classes"])
    count = len(table)
    names = list(classes) or [str(number) for number in range(count)]
    if table.shape[1] != count or len(names) != count:
        msg = (
            "`table` must have a row and a column for each class, but its shape is "
            f"{table.shape} and there are {len(names)} names."
        )
        raise ShapeError(msg)
    _, axes = new_figure(CELL * count + 0.7)
    place = axes[0, 0]
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    signed = np.where(np.eye(count, dtype=bool), -share, np.minimum(10 * share, 1))
    limit = 1 / STRONGEST
    place.imshow(signed, cmap="RdBu_r", vmin=-limit, vmax=limit)
    for (i, j), number in np.ndenumerate(table):
        if number:
            place.text(j, i, f"{number:,}", ha="center", va="center", size=8)
    place.set_xticks(range(count), names)
    place.set_yticks(range(count), names)
    place.tick_params(length=0)
    place.set(xlabel="taken for", ylabel="true class")
