"""Pictures of norms: which numbers share statistics, the graph, and recorded runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from coursekit.errors import ShapeError, check_at_least
from coursekit.intervals import interval
from coursekit.plots.style import COLOURS, WIDTH, hide_frame, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FloatArray = npt.NDArray[np.floating[Any]]
BoolArray = npt.NDArray[np.bool_]

NORMS = ("batch", "layer", "instance", "group")
SLANT = (0.42, 0.3)  # how far the next image is to the right and up, in cells
# A colour never carries the meaning alone: each name has its own mark and dashes.
LOOKS: tuple[dict[str, Any], ...] = (
    {"color": COLOURS["red"], "marker": "s", "linestyle": "--"},
    {"color": COLOURS["blue"], "marker": "o", "linestyle": "-"},
    {"color": COLOURS["green"], "marker": "^", "linestyle": "-."},
    {"color": COLOURS["purple"], "marker": "D", "linestyle": ":"},
    {"color": COLOURS["orange"], "marker": "v", "linestyle": "-"},
)
# The nodes of batch norm's graph: name, formula, place; then what flows back to it.
NODES = {
    "x": (r"$x_i$", (0.0, 1.0), r"$\partial L/\partial x_i$"),
    "mean": (r"$\mu$", (1.0, 0.0), r"$\partial L/\partial\mu$"),
    "centred": (r"$d_i$", (2.0, 1.0), r"$\partial L/\partial d_i$"),
    "var": (r"$v$", (3.0, 0.0), r"$\partial L/\partial v$"),
    "std": (r"$\sigma$", (4.0, 0.0), r"$\partial L/\partial\sigma$"),
    "hat": (r"$\hat{x}_i$", (5.0, 1.0), r"$h_i$"),
    "out": (r"$y_i$", (6.4, 1.0), r"$g_i$"),
}
EDGES = [
    ("x", "mean", "mean"),
    ("x", "centred", ""),
    ("mean", "centred", "subtract"),
    ("centred", "var", "mean square"),
    ("var", "std", "root"),
    ("std", "hat", "divide"),
    ("centred", "hat", ""),
    ("hat", "out", r"$\cdot\,\gamma + \beta$"),
]


def shared(
    norm: str, shape: tuple[int, int, int], num_groups: int, index: tuple[int, ...]
) -> BoolArray:
    """Mark all numbers that share mean and variance with one of them.

    Parameters
    ----------
    norm : {"batch", "layer", "instance", "group"}
        The norm.
    shape : tuple of int
        Images, channels and pixels of a map: (N, C, H * W).
    num_groups : int
        Into how many groups group norm cuts the channels; it must divide them.
    index : tuple of int
        Image, channel and pixel of the one number.

    Returns
    -------
    ndarray of bool, shape `shape`
        Where the sharing numbers are, the one among them.

    Raises
    ------
    ShapeError
        If there is no such norm, or the groups are not equal.
    """
    if norm not in NORMS:
        msg = f"`norm` must be one of {', '.join(NORMS)}, but it is {norm!r}."
        raise ShapeError(msg)
    if num_groups < 1 or shape[1] % num_groups:
        msg = (
            f"`num_groups` must divide the {shape[1]} channels, but it is {num_groups}."
        )
        raise ShapeError(msg)
    images, channels, _ = np.indices(shape)
    size = shape[1] // num_groups
    same_image, same_channel = images == index[0], channels == index[1]
    same_group = channels // size == index[1] // size
    marks: dict[str, BoolArray] = {
        "batch": same_channel,
        "layer": same_image,
        "instance": same_image & same_channel,
        "group": same_image & same_group,
    }
    return marks[norm]


def show_norm_cubes(
    shape: tuple[int, int, int] = (3, 6, 4), num_groups: int = 2
) -> None:
    """Draw a batch once for each norm, with the numbers that share statistics in blue.

    Channels go to the right, pixels of a map down, and images to the back. The numbers
    lit are those that share with the first pixel of the first channel of the image in
    front.

    Parameters
    ----------
    shape : tuple of int, default (3, 6, 4)
        Images, channels and pixels of a map.
    num_groups : int, default 2
        Groups of channels for group norm.

    Raises
    ------
    ShapeError
        If the groups are not equal.
    """
    _, axes = new_figure(WIDTH / 4, columns=len(NORMS))
    for place, norm in zip(axes[0], NORMS, strict=True):
        _draw_cube(place, shared(norm, shape, num_groups, (0, 0, 0)))
        words = f"{num_groups} groups" if norm == "group" else ""
        title = f"{norm} norm" + (f",\n{words}" if words else "\n")
        place.set_title(title, fontsize=9)


def show_batch_norm_graph() -> None:
    """Draw what batch norm computes, step by step, with the gradients that come back.

    Black arrows and names are the way forward, from left to right. Above or below
    each step stands, in orange, the gradient of the loss with respect to it.
    """
    _, axes = new_figure(2.3)
    place = axes[0, 0]
    for start, end, words in EDGES:
        _draw_edge(place, NODES[start][1], NODES[end][1], words)
    for name, (formula, where, gradient) in NODES.items():
        _draw_node(place, name, formula, where, gradient)
    place.set(xlim=(-0.5, 6.9), ylim=(-0.75, 1.6))
    hide_frame(place)


def show_seeds(
    rows: Mapping[str, Mapping[str, Sequence[float]]], ylabel: str, xlabel: str = ""
) -> None:
    """Show every run as a faint mark, and beside it the mean with its 95 % interval.

    Parameters
    ----------
    rows : mapping of str to mapping of str to sequence of float
        For each value of the factor, from left to right, one number per run for each
        name. At most five names.
    ylabel : str
        What the numbers are.
    xlabel : str, optional
        What the factor is.
    """
    figure, axes = new_figure(2.9)
    place = axes[0, 0]
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    for number, (name, look) in enumerate(zip(names, LOOKS, strict=False)):
        offset = (number - (len(names) - 1) / 2) * 0.22
        first = True
        for x, row in enumerate(rows.values()):
            if name in row:
                _draw_runs(place, x + offset, row[name], look, name if first else "")
                first = False
    place.set_xticks(range(len(rows)), list(rows))
    place.set(xlabel=xlabel, ylabel=ylabel, xlim=(-0.6, len(rows) - 0.4))
    place.grid(axis="y", alpha=0.3)
    if len(names) > 1:
        _legend(figure, len(names))


def show_loss_curves(
    runs: Iterable[Mapping[str, Any]], loss_every: int, columns: int = 3
) -> None:
    """Show recorded losses over the steps, one panel for each learning rate.

    Faint lines are runs, the strong line is the median over the seeds.

    Parameters
    ----------
    runs : iterable of dict
        Runs as `records/normalization.json` holds them under ``"curves"``.
    loss_every : int
        How many steps a recorded loss stands for.
    columns : int, default 3
        Panels in a row.

    Raises
    ------
    ShapeError
        If there is no run.
    """
    runs = list(runs)
    check_at_least("number of runs", len(runs), 1)
    rates = sorted({run["learning_rate"] for run in runs})
    names = list(dict.fromkeys(run["norm"] for run in runs))
    rows = -(-len(rates) // columns)
    figure, axes = new_figure(1.7 * rows + 0.5, rows=rows, columns=columns)
    for place, rate in zip(axes.flat, rates, strict=False):
        for name, look in zip(names, LOOKS, strict=False):
            chosen = [
                run["loss"]
                for run in runs
                if run["learning_rate"] == rate and run["norm"] == name
            ]
            label = _words(name) if rate == rates[0] else ""
            _draw_losses(place, chosen, loss_every, look, label)
        place.set_title(f"learning rate {rate:g}", fontsize=9)
        place.set(yscale="log", ylim=(1e-3, 1e1))
        place.grid(alpha=0.3)
    for place in axes.flat[len(rates) :]:
        place.set_axis_off()
    figure.supxlabel("step", fontsize=9)
    figure.supylabel("training loss", fontsize=9)
    _legend(figure, len(names))


def _legend(figure: Figure, columns: int) -> None:
    """Put the legend above the axes, in one row."""
    look: dict[str, Any] = {"frameon": False, "fontsize": 8}
    figure.legend(loc="outside upper center", ncols=columns, **look)


def _words(norm: str) -> str:
    """Name a norm in a legend."""
    return "no norm" if norm == "none" else f"{norm} norm"


def _draw_cube(axes: Axes, lit: BoolArray) -> None:
    """Draw a block of small cubes in slanted projection, the farthest first."""
    N, C, P = lit.shape
    for n in reversed(range(N)):
        for c, p in np.ndindex(C, P):
            corner = (c + n * SLANT[0] * 2, -p + n * SLANT[1] * 2)
            sides = [_square(corner, 1, 1)]
            if p == 0:
                sides.append(_slanted(corner, "top"))
            if c == C - 1:
                sides.append(_slanted(corner, "right"))
            for side in sides:
                _draw_side(axes, side, bool(lit[n, c, p]))
    right, up = 2 * N * SLANT[0], 2 * N * SLANT[1]
    axes.set(xlim=(-0.3, C + right + 0.5), ylim=(0.7 - P, 1.3 + up), aspect="equal")
    axes.set_xlabel("channels →", fontsize=8, loc="left")
    axes.set_ylabel("← pixels", fontsize=8, loc="bottom")
    look: dict[str, Any] = {"size": 8, "rotation": 35, "ha": "center", "va": "center"}
    axes.text(C + right / 2 + 0.6, 1 - P + up / 2 - 0.6, "images →", **look)
    hide_frame(axes)


def _square(corner: tuple[float, float], width: float, height: float) -> FloatArray:
    """Return the corners of a front side, from its lower left one."""
    x, y = corner
    return np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])


def _slanted(corner: tuple[float, float], which: str) -> FloatArray:
    """Return the corners of the top or the right side of a small cube."""
    (x, y), (right, up) = corner, (2 * SLANT[0], 2 * SLANT[1])
    if which == "top":
        near = [(x, y + 1), (x + 1, y + 1)]
    else:
        near = [(x + 1, y), (x + 1, y + 1)]
    far = [(a + right, b + up) for a, b in reversed(near)]
    return np.array([*near, *far])


def _draw_side(axes: Axes, corners: FloatArray, is_lit: bool) -> None:
    """Draw one side of a small cube."""
    from matplotlib.patches import Polygon

    side = Polygon(corners, closed=True, linewidth=0.5)
    side.set(facecolor=COLOURS["blue"] if is_lit else "white", edgecolor="#777777")
    axes.add_patch(side)


def _draw_edge(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], words: str
) -> None:
    """Draw an arrow between two steps, with what is done along it."""
    arrow = {"arrowstyle": "->", "shrinkA": 13, "shrinkB": 13, "linewidth": 1}
    axes.annotate("", xy=end, xytext=start, arrowprops=arrow)
    if words:
        middle = np.add(start, end) / 2
        is_level = start[1] == end[1]
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
        height = middle[1] + (0.16 if is_level else 0)
        at = (middle[0], height)
        axes.text(*at, words, ha="center", va="center", size=7, bbox=box)


def _draw_node(
    axes: Axes, name: str, formula: str, where: tuple[float, float], gradient: str
) -> None:
    """Draw one step with its name, and beside it the gradient that reaches it."""
    circle = {"boxstyle": "circle,pad=0.35", "facecolor": "white", "linewidth": 1}
    axes.text(*where, formula, ha="center", va="center", size=10, bbox=circle)
    is_below = where[1] == 0
    at = (where[0], where[1] + (-0.48 if is_below else 0.45))
    look: dict[str, Any] = {"ha": "center", "va": "center", "color": COLOURS["red"]}
    axes.text(*at, gradient, size=9, gid=f"gradient {name}", **look)


def _draw_runs(
    axes: Axes, x: float, values: Sequence[float], look: dict[str, Any], label: str
) -> None:
    """Draw runs as faint marks, and the mean with its interval beside them."""
    mean, low, high = interval(values)
    colour, marker = look["color"], look["marker"]
    faint: dict[str, Any] = {"color": colour, "alpha": 0.35, "linestyle": ""}
    axes.plot([x - 0.05] * len(values), values, marker=marker, markersize=3, **faint)
    ends = [[mean - low], [high - mean]]
    strong: dict[str, Any] = {"color": colour, "capsize": 2.5, "linewidth": 1.2}
    axes.errorbar(
        [x + 0.05], [mean], ends, fmt=marker, markersize=4.5, label=label, **strong
    )


def _draw_losses(
    axes: Axes,
    losses: Sequence[Sequence[float]],
    loss_every: int,
    look: dict[str, Any],
    label: str,
) -> None:
    """Draw the losses of all seeds, and their median as far as all of them go."""
    shortest = min((len(loss) for loss in losses), default=0)
    for loss in losses:
        steps = (np.arange(len(loss)) + 1) * loss_every
        axes.plot(steps, loss, color=look["color"], alpha=0.2, linewidth=0.7)
    steps = (np.arange(shortest) + 1) * loss_every
    median = np.median([loss[:shortest] for loss in losses], axis=0)
    strong: dict[str, Any] = {"color": look["color"], "linestyle": look["linestyle"]}
    axes.plot(steps, median, linewidth=1.6, label=label, **strong)
