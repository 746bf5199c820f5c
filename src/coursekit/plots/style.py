"""The look all pictures share: one width, one text size, colours anyone can tell apart.

Every figure is as wide as a page's text, so that its labels come out in the same size
on every page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 6.0  # inches: the width of a page's text
DPI = 160  # sharp on a high-resolution screen

# Okabe and Ito (2008): eight colours that people with any colour vision tell apart.
COLOURS = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "red": "#D55E00",
    "purple": "#CC79A7",
}

_SETTINGS: dict[Any, Any] = {
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.labelsize": 9,
    "legend.fontsize": 8,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def new_figure(
    height: float,
    rows: int = 1,
    columns: int = 1,
    width_ratios: list[float] | None = None,
) -> tuple[Figure, np.ndarray]:
    """Open a figure as wide as the text.

    Parameters
    ----------
    height : float
        Height of the figure, in inches.
    rows : int, default 1
        Rows of axes.
    columns : int, default 1
        Columns of axes.
    width_ratios : list of float, optional
        Relative widths of the columns; equal if not given.

    Returns
    -------
    figure : Figure
        The figure; a notebook shows it at the end of the cell.
    axes : ndarray of Axes, shape (rows, columns)
        Its axes.
    """
    import matplotlib.pyplot as plt

    with plt.rc_context(_SETTINGS):
        figure, axes = plt.subplots(
            rows,
            columns,
            squeeze=False,
            figsize=(WIDTH, height),
            dpi=DPI,
            width_ratios=width_ratios,
            layout="constrained",
        )
        is_interactive = plt.isinteractive()
    if is_interactive:
        # The first figure of a notebook loads the backend, which switches this on;
        # leaving the context would switch it off, and later cells would show nothing.
        plt.ion()
    return figure, axes


def hide_frame(axes: Axes) -> None:
    """Remove ticks and frame, keep title and labels."""
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
