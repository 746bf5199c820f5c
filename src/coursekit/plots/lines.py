"""Curves: how one quantity depends on another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from coursekit.plots.style import COLOURS, new_figure

# A colour never carries the meaning alone: each line has its own dashes and marks.
LOOKS = [
    {"color": COLOURS["blue"], "linestyle": "-", "marker": "o"},
    {"color": COLOURS["red"], "linestyle": "--", "marker": "s"},
    {"color": COLOURS["black"], "linestyle": ":", "marker": "^"},
    {"color": COLOURS["green"], "linestyle": "-.", "marker": "D"},
]


def show_lines(
    x: Sequence[float],
    lines: Mapping[str, Sequence[float]],
    xlabel: str,
    ylabel: str,
    doubling: bool = False,
) -> None:
    """Show one or more curves over a shared axis, each with its name.

    Parameters
    ----------
    x : sequence of float
        Where the curves were measured.
    lines : mapping of str to sequence of float
        For each name, one value per place in `x`.
    xlabel : str
        What `x` counts, with its unit.
    ylabel : str
        What the curves measure, with its unit.
    doubling : bool, default False
        Whether equal steps along the axis double `x`; every `x` then gets a tick.
    """
    _, axes = new_figure(2.8)
    place = axes[0, 0]
    for look, (name, values) in zip(LOOKS, lines.items(), strict=False):
        place.plot(x, values, label=name, markersize=4, **look)
    place.set(xlabel=xlabel, ylabel=ylabel)
    if doubling:
        place.set_xscale("log", base=2)
        place.set_xticks(x, [f"{value:g}" for value in x])
    elif all(float(value).is_integer() for value in x):
        place.locator_params(axis="x", integer=True)  # no half epochs
    place.grid(alpha=0.3)
    if len(lines) > 1:
        place.legend(frameon=False)
