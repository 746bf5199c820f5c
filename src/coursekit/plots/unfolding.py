"""How an image is unfolded into a matrix, and how ways to multiply it compare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from coursekit.errors import check_at_least, check_axes, check_fits
from coursekit.plots.style import COLOURS, WIDTH, hide_frame, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = npt.NDArray[np.floating[Any]]

GAP = 0.8  # cells between two copies of the image
LARGEST_CELL = 0.36  # inches
WINDOWS = ["sky", "orange", "green", "purple", "yellow", "blue", "red"]

# Each way has a mark of its own, so that the colour never carries the meaning alone.
LOOKS = [
    {"color": COLOURS["black"], "marker": "X"},
    {"color": COLOURS["red"], "marker": "v"},
    {"color": COLOURS["purple"], "marker": "D"},
    {"color": COLOURS["sky"], "marker": "s"},
    {"color": COLOURS["orange"], "marker": "^"},
    {"color": COLOURS["blue"], "marker": "o"},
]


def show_unfolding(x: FloatArray, kernel_size: tuple[int, int]) -> None:
    """Show every window of a small image above the column that it becomes.

    Parameters
    ----------
    x : ndarray, shape (H_in, W_in)
        An image with one channel.
    kernel_size : tuple of int
        Height and width of the window, in pixels; it moves with stride 1.

    Raises
    ------
    ShapeError
        If the image is not two-dimensional or smaller than the window.
    """
    check_axes("x", x, ["H_in", "W_in"])
    (H, W), (K_h, K_w) = x.shape, kernel_size
    check_fits("kernel height", K_h, H)
    check_fits("kernel width", K_w, W)
    places = list(np.ndindex(H - K_h + 1, W - K_w + 1))
    width = len(places) * (W + GAP) - GAP
    height = H + 1.1 + K_h * K_w
    cell = min(WIDTH / (width + 2), LARGEST_CELL)  # inches; the 2 are for the labels
    _, axes = new_figure(cell * (height + 0.4))
    place = axes[0, 0]
    for number, (i, j) in enumerate(places):
        left = number * (W + GAP)
        colour = COLOURS[WINDOWS[number % len(WINDOWS)]]
        for (p, q), value in np.ndenumerate(x):
            is_inside = i <= p < i + K_h and j <= q < j + K_w
            tint = colour if is_inside else None
            _draw_cell(place, (left + q, p), float(value), tint, cell)
        middle = left + (W - 1) / 2
        for row, (k, l) in enumerate(np.ndindex(K_h, K_w)):
            _draw_cell(place, (middle, H + 1.1 + row), x[i + k, j + l], colour, cell)
        head = f"({i}, {j})"
        place.text(middle + 0.5, H + 0.55, head, ha="center", va="center", size=8)
    for row, (k, l) in enumerate(np.ndindex(K_h, K_w)):
        where = (-0.3, H + 1.6 + row)
        place.text(*where, f"tap ({k}, {l})", ha="right", va="center", size=8)
    place.text(-0.3, H + 0.55, "place", ha="right", va="center", size=8)
    place.set(xlim=(-2.0, width + 0.1), ylim=(height + 0.1, -0.1), aspect="equal")
    hide_frame(place)


def show_ratios(ratios: Mapping[str, Mapping[str, float]], xlabel: str) -> None:
    """Show how several ways to do the same compare on several tasks.

    Parameters
    ----------
    ratios : mapping of str to mapping of str to float
        For each task, what each way takes, as a multiple of the same peer; every task
        names the same ways, at most six.
    xlabel : str
        What the numbers say.

    Raises
    ------
    ShapeError
        If there is nothing to show.
    """
    check_at_least("number of tasks", len(ratios), 1)
    tasks = list(ratios)
    names = list(ratios[tasks[0]])
    figure, axes = new_figure(0.9 + 0.42 * len(tasks))
    place = axes[0, 0]
    for look, name in zip(LOOKS, names, strict=False):
        values = [ratios[task][name] for task in tasks]
        place.plot(values, range(len(tasks)), label=name, linestyle="", **look)
    place.axvline(1, color=COLOURS["black"], linewidth=1, linestyle=":")
    place.set(xscale="log", xlabel=xlabel, ylim=(len(tasks) - 0.5, -0.5))
    place.set_yticks(range(len(tasks)), tasks)
    place.xaxis.set_major_formatter("{x:g}")
    place.grid(alpha=0.3)
    figure.legend(loc="outside upper center", ncols=len(names), frameon=False)


def _draw_cell(
    axes: Axes, corner: tuple[float, float], value: float, colour: Any, cell: float
) -> None:
    """Draw one number, tinted if it has a colour."""
    from matplotlib.colors import to_rgba
    from matplotlib.patches import Rectangle

    square = Rectangle(corner, 1, 1)
    face = "white" if colour is None else to_rgba(colour, 0.45)
    square.set(facecolor=face, edgecolor="#888888")
    axes.add_patch(square)
    x, y = corner
    axes.text(x + 0.5, y + 0.5, f"{value:g}", ha="center", va="center", size=cell * 28)
