"""Pictures of layers with channels: the stack they slide over, and their filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from coursekit.errors import check_axes
from coursekit.plots.images import show_images
from coursekit.plots.style import COLOURS, hide_frame, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = npt.NDArray[np.floating[Any]]

Point = tuple[float, float]

DEPTH = 0.6  # how far each channel stands behind the one before
SHEETS = ["#F2BF9A", "#A6DCC9", "#A9C9E3", "#F7F0A0"]  # one tint per input channel
FILTERS = ["orange", "blue", "purple", "black"]  # one colour per filter


def show_layer(in_channels: int = 3, out_channels: int = 2) -> None:
    """Draw a convolutional layer: input channels, filters, and one map per filter.

    Parameters
    ----------
    in_channels : int, default 3
        Channels of the input, and sheets of every filter; at most 4.
    out_channels : int, default 2
        Filters, and feature maps; at most 3.
    """
    _, axes = new_figure(2.7)
    place = axes[0, 0]
    back = DEPTH * (in_channels - 1)
    _draw_stack(place, (0.2, 1.7 - back / 2), 2.4, SHEETS[:in_channels], "#666666")
    _draw_stack(place, (1.9, 3.4 - back / 2), 0.55, ["none"] * in_channels, "black")
    for index in range(out_channels):
        height = 2.9 + 2.1 * ((out_channels - 1) / 2 - index)
        colour = COLOURS[FILTERS[index]]
        sheets = SHEETS[:in_channels]
        _draw_stack(place, (5.7, height - 0.35 - back / 2), 0.7, sheets, colour)
        _draw_stack(place, (9.7, height - 0.7), 1.4, ["white"], colour)
        _draw_stack(place, (10.7, height + 0.3), 0.2, ["black"], "black")
        _draw_arrow(place, (4.3, 2.9), (5.4, height))
        _draw_arrow(place, (7.8, height), (9.4, height))
        place.text(8.6, height + 0.15, "add up", ha="center", va="bottom", size=8)
    _draw_labels(place)
    place.set(xlim=(0, 12), ylim=(-0.8, 5.2), aspect="equal")
    hide_frame(place)


def show_filters(weight: FloatArray, columns: int | None = None) -> None:
    """Show each filter as a picture: mid-grey is 0, each has a scale of its own.

    Parameters
    ----------
    weight : ndarray, shape (C_out, C_in, K_h, K_w)
        Filters that span one channel (shown in grey) or three (shown in colour).
    columns : int, optional
        Filters per row; all in one row if not given.
    """
    check_axes("weight", weight, ["C_out", "C_in", "K_h", "K_w"])
    largest = np.abs(weight).max(axis=(1, 2, 3), keepdims=True)
    show_images(list(0.5 + 0.5 * weight / largest), columns=columns)


def _draw_stack(
    axes: Axes, corner: Point, size: float, sheets: list[str], edge: str
) -> None:
    """Draw square sheets one behind the other, the first in front."""
    from matplotlib.patches import Rectangle

    for index in reversed(range(len(sheets))):
        left, bottom = corner[0] + index * DEPTH, corner[1] + index * DEPTH
        sheet = Rectangle((left, bottom), size, size)
        sheet.set(facecolor=sheets[index], edgecolor=edge, linewidth=1.5)
        axes.add_patch(sheet)


def _draw_labels(axes: Axes) -> None:
    """Write under each column of the drawing what it is, and its shape."""
    labels = {
        2.0: "input\n$(C_{in}, H, W)$",
        6.7: "filters\n$(C_{out}, C_{in}, K_h, K_w)$",
        10.4: "feature maps\n$(C_{out}, H_{out}, W_{out})$",
    }
    for x, label in labels.items():
        axes.text(x, -0.3, label, ha="center", va="center", size=9)


def _draw_arrow(axes: Axes, start: Point, end: Point) -> None:
    """Draw a thin arrow."""
    look = {"arrowstyle": "->", "color": "#444444"}
    axes.annotate("", xy=end, xytext=start, arrowprops=look)
