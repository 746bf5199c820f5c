"""The picture of the ladder without a mistake, for print."""

from __future__ import annotations

import math
from collections.abc import Sequence

from coursekit.widgets.pictures import png


def curve(losses: Sequence[float], rate: float) -> bytes:
    """Draw the loss with ten digits, and the two levels that it is held against.

    Parameters
    ----------
    losses : sequence of float
        The loss of each step.
    rate : float
        The learning rate, for the title.

    Returns
    -------
    bytes
        A PNG file.
    """
    from matplotlib.figure import Figure

    fig = Figure(figsize=(6.0, 2.8), layout="constrained")
    ax = fig.add_subplot()
    ax.plot(range(1, 1 + len(losses)), losses, color="#0b5cad", linewidth=1.8)
    for level, name in ((math.log(10), "ln 10"), (0.01, "0.01")):
        ax.axhline(level, color="#545f70", linestyle=":", linewidth=1.2)
        ax.annotate(name, (len(losses), level * 1.1), fontsize=8, ha="right")
    ax.set(yscale="log", ylim=(1e-3, 10), xlabel="step", ylabel="loss with ten digits")
    ax.set_title(f"nothing broken, learning rate {rate:g}", fontsize=9)
    ax.grid(alpha=0.3)
    return png(fig)
