"""Pictures of whole networks: their shapes, their blocks, and where they cost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from coursekit.plots.lines import LOOKS
from coursekit.plots.style import COLOURS, WIDTH, hide_frame, new_figure
from coursekit.plots.tables import html_table, text_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from coursekit.architectures import Stage

Layer = dict[str, Any]
Shape = tuple[int, ...]

HEADS = ["Stage", "Output", "Layers", "Receptive field", "Jump"]
COSTS = ["Parameters", "Multiply-adds"]
NOTHING = "–"  # where everything is seen
ROW = 0.95  # inches, for a row of boxes
BOX = 0.24  # inches: a step in a block, and the space to the next
COLUMN = 0.9  # inches, for a branch


def show_stages(stages: Sequence[Stage], caption: str = "") -> None:
    """Show the stages of a network as a table, with their total below.

    Parameters
    ----------
    stages : sequence of Stage
        As `coursekit.architectures.network_stages` returns them.
    caption : str, optional
        A sentence above the table.
    """
    from IPython.display import display

    lines = stage_lines(stages)
    formats = {
        "text/html": html_table(lines, caption),
        "text/plain": text_table(lines, caption),
    }
    display(formats, raw=True)  # type: ignore[no-untyped-call]


def stage_lines(stages: Sequence[Stage]) -> list[list[str]]:
    """Write every cell: the heads, one line for each stage, and the total."""
    layers = sum(stage.depth for stage in stages)
    sums = [sum(s.parameters for s in stages), sum(s.macs for s in stages)]
    return [
        [*HEADS, *COSTS],
        *(_stage_line(stage) for stage in stages),
        ["Total", "", str(layers), "", "", *(f"{count:,}" for count in sums)],
    ]


def show_volumes(networks: Mapping[str, Sequence[Shape]]) -> None:
    """Show what goes through networks as boxes, one row for each network.

    Height stands for the size of a map, width for the number of channels, both in
    doublings; below each box stand channels, and above it the size.

    Parameters
    ----------
    networks : mapping of str to sequence of (C, H, W) or (features,)
        The shapes one after another, from the image to the classes.
    """
    _, axes = new_figure(ROW * len(networks) + 0.35 * len(networks), len(networks))
    for place, (name, shapes) in zip(axes[:, 0], networks.items(), strict=True):
        left = 0.0
        for shape in shapes:
            is_flat = len(shape) == 1
            size = 1 if is_flat else shape[1]
            width, height = _doublings(shape[0]), _doublings(size)
            colour = COLOURS["orange" if is_flat else "sky"]
            look: dict[str, Any] = {"color": colour, "edgecolor": "black"}
            place.bar(left, height, width, -height / 2, align="edge", lw=0.6, **look)
            words: dict[str, Any] = {"ha": "center", "size": 8}
            middle = left + width / 2
            place.text(middle, height / 2 + 0.25, str(size), va="bottom", **words)
            place.text(middle, -height / 2 - 0.25, str(shape[0]), va="top", **words)
            left += width + 2.2
        top = max(_doublings(s[1] if len(s) > 1 else 1) for s in shapes) / 2 + 2
        place.set(xlim=(-0.5, left - 1.5), ylim=(-top, top))
        hide_frame(place)
        place.set_title(name, loc="left", size=9)


def show_profiles(networks: Mapping[str, Sequence[Stage]]) -> None:
    """Show size, channels and shares of the cost along each network.

    Parameters
    ----------
    networks : mapping of str to sequence of Stage
        The steps of each, as `coursekit.architectures.network_steps` returns them.
    """
    figure, axes = new_figure(5.2, rows=4, columns=len(networks))
    names = [
        "size (pixels)",
        "channels",
        "% of all\nparameters",
        "% of all\nmult.-adds",
    ]
    colours = [COLOURS[name] for name in ("blue", "green", "orange", "purple")]
    for column, (name, steps) in enumerate(networks.items()):
        for row, values in enumerate(_profile(steps)):
            place = axes[row, column]
            places = range(1, len(values) + 1)
            place.bar(places, values, 1.0, color=colours[row], ec="white", lw=0.3)
            place.set(xlim=(0.4, len(values) + 0.6), xticks=[1, len(values)])
            if row < 2:
                place.set_yscale("log", base=2)
                ticks = [1, 16, 256] if row == 0 else [4, 64, 1024]
                place.set_yticks(ticks, [str(tick) for tick in ticks])
                place.set_ylim(0.7, (400, 6000)[row])
            else:
                place.set_ylim(0, 80)
            if column:
                place.tick_params(labelleft=False)
            else:
                place.set_ylabel(names[row])
        axes[0, column].set_title(name, size=8)
    figure.supxlabel("step: a layer with weights, or a block", size=9)
    figure.align_ylabels()


def show_blocks(blocks: Mapping[str, tuple[int, Layer]]) -> None:
    """Show branches that meet as charts, from the input on top to where they meet.

    Parameters
    ----------
    blocks : mapping of str to (channels, layer)
        For each name, channels that come in, and branches as `convnets.layers`
        describes them. Activations and norms are left out.
    """
    charts = [_chart(channels, block) for channels, block in blocks.values()]
    columns = [len(chart) for chart in charts]
    tallest = max(len(branch) for chart in charts for branch in chart)
    height = BOX * (2 * tallest + 4) + 0.3
    _, axes = new_figure(height, 1, len(blocks), [float(n) for n in columns])
    wide = min(COLUMN, WIDTH / sum(columns))
    for place, name, chart, (channels, block) in zip(
        axes[0], blocks, charts, blocks.values(), strict=True
    ):
        _draw_chart(place, chart, tallest, wide)
        middle, bottom = (len(chart) - 1) / 2, 2 * tallest + 2
        _box(place, middle, 0, f"{channels} channels", "white", wide)
        word = "add" if block["join"] == "add" else "concatenate"
        _box(place, middle, bottom, word, COLOURS["yellow"], wide)
        half = (WIDTH / wide) * len(chart) / sum(columns) / 2
        place.set(xlim=(middle - half, middle + half), ylim=(bottom + 0.8, -0.8))
        hide_frame(place)
        place.set_title(name, size=9)


def show_errors(
    points: Mapping[str, tuple[float, float, float]], families: Sequence[str] = ()
) -> None:
    """Show networks by their multiply-adds, their error and their parameters.

    Parameters
    ----------
    points : mapping of str to (macs, parameters, error)
        Multiply-adds and parameters of each network, and its error in per cent.
        Parameters are the area of the mark.
    families : sequence of str, optional
        Beginnings of names; networks that share one are joined by a line.
    """
    _, axes = new_figure(3.0)
    place = axes[0, 0]
    for style, family in zip(LOOKS, families, strict=False):
        found = sorted(each for name, each in points.items() if name.startswith(family))
        billions = [each[0] / 1e9 for each in found]
        errors = [each[2] for each in found]
        place.plot(billions, errors, "--", color=style["color"], linewidth=0.8)
    look: dict[str, Any] = {"color": COLOURS["sky"], "edgecolor": "black", "lw": 0.6}
    for index, name in enumerate(sorted(points, key=lambda name: points[name][0])):
        macs, parameters, error = points[name]
        area = parameters / 4e5  # square points
        place.scatter(macs / 1e9, error, s=area, zorder=3, **look)
        gap = 4 + math.sqrt(area / math.pi)  # points; in turn above and below
        words: dict[str, Any] = {"textcoords": "offset points", "size": 8, "zorder": 4}
        words |= {"ha": "center", "va": ("bottom", "top")[index % 2]}
        offset = (0, -gap if index % 2 else gap)
        place.annotate(name, (macs / 1e9, error), offset, **words)
    ticks = [0.5, 1, 2, 5, 10, 20]
    place.set(xscale="log", xlim=(0.4, 30), xlabel="billions of multiply-adds")
    place.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    place.set_xticks([], minor=True)
    place.set(ylabel="top-5 error (%)", ylim=(0, 22))
    place.grid(alpha=0.3)


def _stage_line(stage: Stage) -> list[str]:
    """Write the cells of one stage."""
    shape = "×".join(map(str, stage.shape))
    field = [NOTHING] * 2
    if stage.field is not None:
        field = [f"{value:,.10g}" for value in stage.field[:2]]
    costs = [f"{stage.parameters:,}", f"{stage.macs:,}"]
    return [stage.name, shape, str(stage.depth), *field, *costs]


def _doublings(count: int) -> float:
    """Turn a number into a length that grows by the same with every doubling."""
    return 0.35 + math.log2(count)


def _profile(steps: Sequence[Stage]) -> list[list[float]]:
    """List sizes, channels, and shares of parameters and multiply-adds in per cent."""
    sizes = [float(step.shape[1]) if len(step.shape) > 1 else 1.0 for step in steps]
    channels = [float(step.shape[0]) for step in steps]
    parameters, macs = sum(s.parameters for s in steps), sum(s.macs for s in steps)
    shares = [100 * step.parameters / parameters for step in steps]
    return [sizes, channels, shares, [100 * step.macs / macs for step in steps]]


def _chart(channels: int, block: Layer) -> list[list[tuple[str, str]]]:
    """List, for each branch, the text and the colour of every box."""
    return [
        [_words(layer) for layer in branch if "kernel_size" in layer]
        for branch in block["branches"]
    ]


def _words(layer: Layer) -> tuple[str, str]:
    """Name a layer in a few signs, and give it a colour by its kind."""
    window = f"{layer['kernel_size']} × {layer['kernel_size']}"
    if layer["type"] != "Conv2d":
        return f"pool {window}", COLOURS["orange"]
    if layer["groups"] > 1:
        return f"{window}, each", COLOURS["green"]
    colour = "sky" if layer["kernel_size"] > 1 else "purple"
    return f"{window}, {layer['out_channels']}", COLOURS[colour]


def _draw_chart(
    axes: Axes, chart: list[list[tuple[str, str]]], tallest: int, wide: float
) -> None:
    """Draw the branches side by side, with lines to where they begin and meet."""
    middle, bottom = (len(chart) - 1) / 2, 2 * tallest + 2
    for column, branch in enumerate(chart):
        x, y = [middle, column, column, middle], [0.5, 1.2, bottom - 1.2, bottom - 0.5]
        axes.plot(x, y, color="black", linewidth=0.8, zorder=1)
        first = 2 + (tallest - len(branch))  # centred
        for index, (text, colour) in enumerate(branch):
            _box(axes, column, first + 2 * index, text, colour, wide)


def _box(axes: Axes, x: float, y: float, text: str, colour: str, wide: float) -> None:
    """Draw a box with a few signs in it."""
    from matplotlib.patches import Rectangle

    box = Rectangle((x - 0.45, y - 0.55), 0.9, 1.1, linewidth=0.6, zorder=2)
    box.set(facecolor=colour, edgecolor="black", alpha=1.0)
    axes.add_patch(box)
    size = min(8.0, 72 * 0.8 * wide / (0.62 * len(text)))
    axes.text(x, y, text, ha="center", va="center", size=size, zorder=3)
