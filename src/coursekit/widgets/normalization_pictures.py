"""Pictures of the figures on normalisation as they are at first, for print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.widgets.pictures import WINDOW, FloatArray, canvas, draw, png

# Colour and dashes of a middle, as in the figure, and the colour of its runs.
LOOKS: tuple[dict[str, Any], ...] = (
    {"color": "#8a3f00", "linestyle": "--"},
    {"color": "#0b5cad", "linestyle": "-"},
)
FAINT = ("#e3bf9f", "#a9cbee")


def images(x: FloatArray, lit: npt.NDArray[np.bool_]) -> bytes:
    """Draw each image as a grid of numbers, those that share one mean in blue.

    Parameters
    ----------
    x : ndarray, shape (N, C, H * W)
        The batch.
    lit : ndarray of bool, same shape
        Which numbers share.

    Returns
    -------
    bytes
        A PNG file.
    """
    N, C, P = x.shape
    columns = 2 if N > 1 else 1
    rows = -(-N // columns)
    fig, ax = canvas(columns * (C + 1.5), rows * (P + 1.8) + 0.6)
    for n in range(N):
        left, top = (n % columns) * (C + 1.5), (n // columns) * (P + 1.8)
        marked = {(int(p), int(c)) for c, p in np.argwhere(lit[n])}
        draw(ax, x[n].T, left, "", marked, WINDOW, top=top)
        ax.text(left, 0.25 - top, f"Image {n}", color="#545f70", fontsize=9)
    under = 0.2 - rows * (P + 1.8)
    words = (
        f"Columns are channels, rows are pixels. {lit.sum()} numbers share one mean."
    )
    ax.text(0, under, words, va="top", fontsize=9)
    return png(fig)


def curves(
    runs: Mapping[str, list[FloatArray]],
    middles: Mapping[str, FloatArray],
    loss_every: int,
    title: str,
) -> bytes:
    """Draw training losses on a logarithmic axis.

    Parameters
    ----------
    runs : mapping of str to list of ndarray, shape (points,)
        The losses of each run, infinity after it has diverged, under the norm's name.
    middles : mapping of str to ndarray, shape (points,)
        The median over the runs, under the same names.
    loss_every : int
        How many steps a point stands for.
    title : str
        What stands above the picture.

    Returns
    -------
    bytes
        A PNG file.
    """
    from matplotlib.figure import Figure

    fig = Figure(figsize=(6.0, 3.0), layout="constrained")
    ax = fig.add_subplot()
    looks = zip(runs.items(), LOOKS, FAINT, strict=False)
    for (name, losses), look, faint in looks:
        x = loss_every * np.arange(1, 1 + len(middles[name]))
        for loss in losses:
            thin: dict[str, Any] = {"color": faint, "linewidth": 0.5}
            thin["antialiased"] = False  # halves the file
            ax.plot(x, np.where(np.isfinite(loss), loss, np.nan), zorder=1, **thin)
        middle = np.where(np.isfinite(middles[name]), middles[name], np.nan)
        ax.plot(x, middle, linewidth=1.8, label=f"{name}, median", **look)
    ax.set(yscale="log", ylim=(1e-3, 10), xlabel="step", ylabel="training loss")
    ax.set_title(title, fontsize=9)
    ax.grid(alpha=0.3)
    ax.legend(fontsize=8, frameon=False)
    return png(fig)
