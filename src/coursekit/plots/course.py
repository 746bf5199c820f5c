"""The course in one picture: from a sum of nine products to a residual network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from coursekit.plots.style import COLOURS, hide_frame, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = npt.NDArray[np.floating[Any]]

# Channels, height and width after each layer of the wide LeNet-5.
LENET = [(1, 28), (20, 28), (20, 14), (50, 14), (50, 7)]


def show_course(
    photo: FloatArray, kernel: FloatArray, feature_map: FloatArray, place: Sequence[int]
) -> None:
    """Show what the course builds, in four steps from left to right.

    Parameters
    ----------
    photo : ndarray, shape (H, W)
        A grey picture with values from 0 to 1.
    kernel : ndarray, shape (3, 3)
        The weights that made the feature map.
    feature_map : ndarray, shape (H - 2, W - 2)
        What the kernel finds in the picture.
    place : (row, column)
        The window of the picture to show at work, by its top left pixel.
    """
    _, axes = new_figure(2.0, columns=4)
    row, column = place
    window = photo[row : row + 3, column : column + 3]
    _draw_products(axes[0, 0], window, kernel, float(feature_map[row, column]))
    limit = float(np.abs(feature_map).max())
    axes[0, 1].imshow(feature_map, cmap="RdBu_r", vmin=-limit, vmax=limit)
    _draw_lenet(axes[0, 2])
    _draw_block(axes[0, 3])
    labels = ["a sum of products", "a feature map", "a network", "a residual block"]
    for index, (axis, label) in enumerate(zip(axes[0], labels, strict=True), start=1):
        hide_frame(axis)
        axis.set_box_aspect(1)
        axis.set_xlabel(f"{index}. {label}")


def _draw_products(
    axes: Axes, window: FloatArray, kernel: FloatArray, total: float
) -> None:
    """Draw a window with its weights on it, and what they add up to."""
    axes.imshow(window, cmap="gray", vmin=0.0, vmax=1.0)
    for (i, j), weight in np.ndenumerate(kernel):
        ink = "black" if window[i, j] > 0.5 else "white"
        text = f"×{weight:g}".replace("-", "−")
        axes.text(j, i, text, ha="center", va="center", color=ink)
    axes.set_title(f"sum = {total:.2f}".replace("-", "−"))


def _draw_lenet(axes: Axes) -> None:
    """Draw each layer's maps as a block: as high as they are, wider for more."""
    from matplotlib.patches import Rectangle

    left = 0.0
    colours = [COLOURS["black"], *[COLOURS["blue"], COLOURS["sky"]] * 2]
    for (channels, size), colour in zip(LENET, colours, strict=True):
        width = 1.5 + channels / 10
        corner = (left, -size / 2)
        axes.add_patch(Rectangle(corner, width, size, facecolor=colour))
        axes.text(left + width / 2, size / 2 + 1, f"{channels}", ha="center")
        left += width + 2.5
    axes.set(xlim=(-1, left), ylim=(-18, 19))


def _draw_block(axes: Axes) -> None:
    """Draw two layers in a row and the shortcut around them."""
    from matplotlib.patches import Circle, FancyArrowPatch, Rectangle

    for height in (3.0, 1.4):
        layer = Rectangle((-0.9, height - 0.4), 1.8, 0.8, facecolor=COLOURS["blue"])
        axes.add_patch(layer)
        axes.text(0, height, "conv", ha="center", va="center", color="white")
    axes.add_patch(Circle((0, 0), 0.32, facecolor="white", edgecolor="black"))
    axes.text(0, 0, "+", ha="center", va="center")
    arrow: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 8}
    steps = [(4.3, 3.4), (2.6, 1.8), (1.0, 0.32), (-0.32, -1.0)]
    for start, end in steps:
        axes.add_patch(FancyArrowPatch((0, start), (0, end), **arrow))
    shortcut = FancyArrowPatch(
        (0, 4.0),
        (0.3, 0),
        connectionstyle="arc,angleA=0,armA=52,angleB=0,armB=47,rad=12",
        color=COLOURS["red"],
        **arrow,
    )
    axes.add_patch(shortcut)
    axes.set(xlim=(-2.2, 2.8), ylim=(-1.1, 4.4))
