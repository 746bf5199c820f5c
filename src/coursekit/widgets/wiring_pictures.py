"""Pictures of wiring between channels and of spread kernels, for print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from coursekit.widgets import pictures

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Stage = tuple[int, int, int, int]  # channels in, channels out, groups, kernel size

MUTED = "#545f70"
ABSENT = {"facecolor": "none", "edgecolor": "#d3dae3", "hatch": "//"}


def taps(kernel_size: int, dilation: int) -> bytes:
    """Draw a kernel and the pixels its weights meet.

    Parameters
    ----------
    kernel_size : int
        Height and width of the kernel, in pixels.
    dilation : int
        Distance between two neighbouring taps, in pixels.

    Returns
    -------
    bytes
        A PNG file.
    """
    extent = dilation * (kernel_size - 1) + 1
    side = max(9, extent)
    start = (side - extent) // 2
    kernel = np.arange(float(kernel_size**2)).reshape(kernel_size, kernel_size)
    patch = np.full((side, side), np.nan)
    met = start + dilation * np.arange(kernel_size)
    patch[np.ix_(met, met)] = kernel
    fig, ax = pictures.canvas(kernel_size + side + 2, side + 0.5)
    every = {(k, l) for k in range(kernel_size) for l in range(kernel_size)}
    left = pictures.draw(ax, kernel, 0, "Weights", every, pictures.KERNEL)
    read = {(int(i), int(j)) for i in met for j in met}
    pictures.draw(ax, patch, left, "Pixels", read, pictures.WINDOW)
    return pictures.png(fig)


def wires(stages: Sequence[Stage]) -> bytes:
    """Draw the channels, the wires between them and each layer's weight array.

    Parameters
    ----------
    stages : sequence of (channels in, channels out, groups, kernel size)
        The layers one after the other.

    Returns
    -------
    bytes
        A PNG file.
    """
    from matplotlib.figure import Figure

    tall = max(max(stage[:2]) for stage in stages)
    wide = 6 * len(stages) + 2 + sum(stage[0] + 3 for stage in stages)
    unit = min(0.3, 7 / wide, 5 / tall)
    fig = Figure(figsize=(unit * wide, unit * (tall + 2)))
    ax = fig.add_axes((0.01, 0.01, 0.98, 0.98))
    ax.set(xlim=(-1, wide), ylim=(-tall - 0.2, 1.6), aspect="equal")
    ax.set_axis_off()
    for n, stage in enumerate(stages):
        _wire(ax, stage, 6 * n, tall)
    left = 6.0 * len(stages) + 2
    for into, out, groups, _ in stages:
        _blocks(ax, into, out, groups, left)
        left += into + 3
    return pictures.png(fig)


def reads(stage: Stage, filter_: int, channel: int) -> bool:
    """Say whether a filter has weights for an input channel."""
    into, out, groups, _ = stage
    return filter_ // (out // groups) == channel // (into // groups)


def _wire(ax: Axes, stage: Stage, left: float, tall: int) -> None:
    """Draw one layer's wires; those of filter 0 stand out in the first layer."""
    into, out = stage[:2]
    first, last = -(tall - into) / 2 - 0.5, -(tall - out) / 2 - 0.5
    for o in range(out):
        for c in range(into):
            if reads(stage, o, c):
                bold = o == 0 and left == 0
                look: dict[str, Any] = {"color": "#8a3f00", "linewidth": 1.5}
                plain = {"color": "#9aa4b2", "linewidth": 0.5}
                ends = [first - c, last - o]
                ax.plot([left, left + 6], ends, **(look if bold else plain))
    for count, x, top, colour in (
        (into, left, first, "#0b5cad"),
        (out, left + 6, last, "#00664b"),
    ):
        ax.plot([x] * count, [top - n for n in range(count)], "s", color=colour, ms=4)


def _blocks(ax: Axes, into: int, out: int, groups: int, left: float) -> None:
    """Draw which blocks of a weight array exist."""
    from matplotlib.patches import Rectangle

    ax.text(left, 0.4, f"({out}, {into // groups}, ...)", color=MUTED, fontsize=8)
    for o in range(out):
        for c in range(into):
            exists = reads((into, out, groups, 1), o, c)
            look: dict[str, Any] = (
                {**pictures.KERNEL, "zorder": 2} if exists else ABSENT
            )
            ax.add_patch(Rectangle((left + c, -o - 1), 1, 1, **look))
