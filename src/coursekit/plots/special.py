"""Pictures of special convolutions: which channels meet, and what windows count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from coursekit.errors import check_at_least, check_axes
from coursekit.plots.style import COLOURS, WIDTH, hide_frame, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = npt.NDArray[np.floating[Any]]
IntArray = npt.NDArray[np.integer[Any]]

Layer = tuple[int, int, int]  # channels in, channels out, groups
Point = tuple[float, float]

STAGE = 2.6  # channels: from a layer's input to its output, seen as a length
SPACE = 1.4  # the same, between two networks
GAP = 1.0  # pixels between two grids
LARGEST_CELL = 0.3  # inches
GROUPS = ["blue", "red", "green", "purple"]


def show_wiring(
    networks: Sequence[Sequence[Layer]], labels: Sequence[str] = ()
) -> None:
    """Show which channels each filter reads: a line is one kernel of weights.

    Parameters
    ----------
    networks : sequence of sequence of (in_channels, out_channels, groups)
        Networks, drawn side by side, each a row of layers that follow each other.
    labels : sequence of str, optional
        A few words under each layer, counted over all networks.

    Raises
    ------
    ShapeError
        If there is no layer, or a number is less than 1.
    """
    layers = [layer for network in networks for layer in network]
    check_at_least("number of layers", len(layers), 1)
    for layer in layers:
        check_at_least("channels and groups", min(layer), 1)
    tallest = max(max(layer[:2]) for layer in layers)
    width = STAGE * len(layers) + SPACE * (len(networks) - 1) + 1
    cell = WIDTH / width
    _, axes = new_figure(min(cell, 0.4) * (tallest + 1.6))
    place, left, number = axes[0, 0], 0.0, 0
    for network in networks:
        for layer in network:
            _draw_layer(place, layer, left, tallest)
            if number < len(labels):
                middle = left + STAGE / 2
                place.text(middle, tallest + 0.3, labels[number], ha="center", va="top")
            left, number = left + STAGE, number + 1
        left += SPACE
    place.set(xlim=(-0.5, width - 0.5), ylim=(tallest + 1.2, -0.4))
    hide_frame(place)


def show_counts(counts: Sequence[IntArray], labels: Sequence[str] = ()) -> None:
    """Show how often each pixel counts: darker for more, hatched for never.

    Parameters
    ----------
    counts : sequence of ndarray, shape (H, W)
        Whole numbers from 0 on, all drawn with cells of one size.
    labels : sequence of str, optional
        A few words under each grid.

    Raises
    ------
    ShapeError
        If an array is not two-dimensional.
    """
    for grid in counts:
        check_axes("counts", grid, ["H", "W"])
    width = sum(grid.shape[1] for grid in counts) + GAP * (len(counts) - 1)
    tallest = max(grid.shape[0] for grid in counts)
    cell = min(WIDTH / (width + 0.2), LARGEST_CELL)  # inches
    _, axes = new_figure(cell * (tallest + 0.3) + 0.25)
    place, left = axes[0, 0], 0.0
    for index, grid in enumerate(counts):
        top = (tallest - grid.shape[0]) / 2
        for (i, j), count in np.ndenumerate(grid):
            share = float(count) / max(float(grid.max()), 1.0)
            _draw_count(place, (left + j, top + i), int(count), share, cell)
        if index < len(labels):
            middle = left + grid.shape[1] / 2
            place.text(middle, tallest + 0.3, labels[index], ha="center", va="top")
        left += grid.shape[1] + GAP
    spare = (WIDTH / cell - width) / 2  # keeps the cells at their size
    bottom = tallest + 0.3 + 0.25 / cell
    place.set(xlim=(-spare, width + spare), ylim=(bottom, -0.1), aspect="equal")
    hide_frame(place)


def show_label_maps(
    picture: FloatArray,
    maps: Sequence[IntArray],
    names: Sequence[str],
    labels: Sequence[str] = (),
) -> None:
    """Show a picture and, next to it, which class each of its pixels is given.

    Parameters
    ----------
    picture : ndarray, shape (H, W)
        A grey picture with values from 0 to 1.
    maps : sequence of ndarray, shape (H, W)
        The class of every pixel, as its place in `names`.
    names : sequence of str
        The classes, at most five; the first one is drawn white.
    labels : sequence of str, optional
        A few words under the picture and under each map.
    """
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    check_axes("picture", picture, ["H", "W"])
    H, W = picture.shape
    columns = len(maps) + 1
    figure, axes = new_figure(WIDTH / columns * H / W + 0.65, columns=columns)
    colours = ["white", *(COLOURS[name] for name in ("blue", "orange", "green", "red"))]
    shades = ListedColormap(colours[: len(names)])
    axes[0, 0].imshow(picture, cmap="gray_r", vmin=0.0, vmax=1.0)
    for place, classes in zip(axes[0, 1:], maps, strict=True):
        look: dict[str, Any] = {"vmin": -0.5, "vmax": len(names) - 0.5}
        place.imshow(classes, cmap=shades, interpolation="nearest", **look)
    for index, place in enumerate(axes[0]):
        hide_frame(place)
        place.spines[:].set(visible=True, color="#888888", linewidth=0.5)
        if index < len(labels):
            place.set_xlabel(labels[index])
    keys = [
        Patch(facecolor=colour, edgecolor="#888888", label=name)
        for colour, name in zip(colours, names, strict=False)
    ]
    figure.legend(handles=keys, loc="outside upper right", ncols=5, frameon=False)


def _draw_layer(axes: Axes, layer: Layer, left: float, tallest: int) -> None:
    """Draw the channels of one layer, and a line wherever one is read."""
    into, out, groups = layer
    first, last = (tallest - into) / 2 + 0.5, (tallest - out) / 2 + 0.5
    for o in range(out):
        group = o * groups // out
        for c in range(into):
            if c * groups // into == group:
                colour = COLOURS[GROUPS[group % len(GROUPS)]] if groups > 1 else "black"
                ends = [first + c, last + o]
                axes.plot([left, left + STAGE], ends, color=colour, linewidth=0.8)
    for count, x, top in ((into, left, first), (out, left + STAGE, last)):
        heights = [top + n for n in range(count)]
        look: dict[str, Any] = {"markersize": 6, "color": "white", "zorder": 3}
        axes.plot([x] * count, heights, "s", markeredgecolor="black", **look)


def _draw_count(
    axes: Axes, corner: Point, count: int, share: float, cell: float
) -> None:
    """Draw one number on a tint that tells how large it is among its own."""
    from matplotlib import colormaps
    from matplotlib.patches import Rectangle

    square = Rectangle(corner, 1, 1)
    square.set(facecolor="white", edgecolor="#BBBBBB", linewidth=0.5)
    if count:
        square.set_facecolor(colormaps["Blues"](0.15 + 0.5 * share))
    else:
        square.set_hatch("////")
    axes.add_patch(square)
    if count:
        x, y = corner
        size = cell * min(30, 62 / len(str(count)))
        centred: dict[str, Any] = {"ha": "center", "va": "center", "size": size}
        axes.text(x + 0.5, y + 0.5, str(count), **centred)
