"""Residual blocks as charts: the layers on the main path, and the way around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from coursekit.plots.style import COLOURS, hide_frame, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# From the input down; "+" is where the shortcut comes back.
BLOCKS: dict[str, tuple[str, ...]] = {
    "plain": ("3 × 3", "norm", "ReLU", "3 × 3", "norm", "ReLU"),
    "basic block": ("3 × 3", "norm", "ReLU", "3 × 3", "norm", "+", "ReLU"),
    "before activation": ("norm", "ReLU", "3 × 3", "norm", "ReLU", "3 × 3", "+"),
}
FILLS = {"norm": "yellow", "ReLU": "orange", "+": "green"}
STEP = 0.27  # inches, from one layer to the next
GAP = 1.2  # of a step, above the first layer and below the last
WIDE = 0.5  # half of a box, in steps of the same size
AROUND = 1.0  # how far to the side the shortcut goes


def show_residual_blocks(
    blocks: Mapping[str, Sequence[str]] = BLOCKS,
) -> None:
    """Show blocks side by side, from the input on top to the output.

    Parameters
    ----------
    blocks : mapping of str to sequence of str
        For each name the layers in their order; ``"+"`` is where the input is added.
    """
    tallest = max(len(layers) for layers in blocks.values())
    _, axes = new_figure(STEP * (tallest + 2 * GAP) + 0.25, 1, len(blocks))
    for place, (name, layers) in zip(axes[0], blocks.items(), strict=True):
        _draw(place, layers, tallest)
        place.set(xlim=(-1.9, 1.9), ylim=(tallest + 0.6, -GAP - 0.8))
        hide_frame(place)
        place.set_title(name, size=9)


def _draw(axes: Axes, layers: Sequence[str], tallest: int) -> None:
    """Draw one block, and the way around if there is one."""
    arrow: dict[str, Any] = {"arrowstyle": "-|>", "linewidth": 1.0}
    arrow |= {"color": COLOURS["black"], "shrinkA": 0, "shrinkB": 0}
    end = (0.0, tallest + 0.3)
    axes.annotate("", xy=end, xytext=(0.0, -GAP), arrowprops=arrow, zorder=1)
    axes.text(0.12, -GAP, "$x$", va="bottom", size=9)
    for row, layer in enumerate(layers):
        if layer == "+":
            _go_around(axes, row, arrow)
        _box(axes, row, layer)


def _go_around(axes: Axes, row: int, arrow: dict[str, Any]) -> None:
    """Draw the shortcut from above the first layer to the sum."""
    start = -GAP + 0.45
    x = [0.0, AROUND, AROUND]
    axes.plot(x, [start, start, row], color=COLOURS["blue"], linewidth=1.6)
    look = {**arrow, "color": COLOURS["blue"], "linewidth": 1.6}
    axes.annotate("", xy=(0.3, row), xytext=(AROUND + 0.03, row), arrowprops=look)
    axes.text(AROUND + 0.1, row / 2, "$x$", va="center", size=9, color=COLOURS["blue"])


def _box(axes: Axes, row: int, layer: str) -> None:
    """Draw one layer: a box with its name, or a disc for the sum."""
    from matplotlib.patches import Ellipse, FancyBboxPatch, Patch

    colour = COLOURS[FILLS.get(layer, "sky")]
    look: dict[str, Any] = {"facecolor": colour, "edgecolor": "black", "zorder": 2}
    patch: Patch
    if layer == "+":
        patch = Ellipse((0.0, row), 0.55, 0.8, linewidth=0.6, **look)
    else:
        shape = "round,pad=0,rounding_size=0.12"
        corner = (-WIDE, row - 0.35)
        patch = FancyBboxPatch(corner, 2 * WIDE, 0.7, shape, linewidth=0.6, **look)
    axes.add_patch(patch)
    axes.text(0.0, row, layer, ha="center", va="center", size=8, zorder=3)
