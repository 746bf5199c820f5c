"""Pictures of receptive fields: what one unit can see, and what it looks at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from coursekit.errors import ShapeError, check_axes, check_fits
from coursekit.plots.style import COLOURS, WIDTH, hide_frame, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = npt.NDArray[np.floating[Any]]
Layer = Mapping[str, Any]

ROW = 0.62  # inches from one row of units to the next
LEFT, RIGHT = 1.35, 0.45  # inches for the words beside the rows
NAMES = {
    "Conv2d": "conv",
    "ConvTranspose2d": "transposed",
    "MaxPool2d": "max pool",
    "AvgPool2d": "average pool",
}


class Row(NamedTuple):
    """The units of one layer along one axis."""

    size: int
    start: float  # where unit 0 stands, in pixels of the input
    jump: float  # from one unit to the next, in pixels of the input

    def place(self, index: int) -> float:
        """Return where a unit stands, in pixels of the input."""
        return self.start + index * self.jump


def show_receptive_field(layers: Sequence[Layer], size: int, index: int) -> None:
    """Draw the units of each layer as a row of dots, and all that one unit sees.

    The input is on top. Lines lead from a unit up to what it reads, small squares are
    padding, and beside each row stands how many of its units are seen.

    Parameters
    ----------
    layers : sequence of dict
        Layers as `convnets.layers` describes them; those without a kernel are left out.
    size : int
        Length of the input along the axis drawn, in pixels.
    index : int
        Which unit of the last layer to look up from, counted from 0.

    Raises
    ------
    ShapeError
        If a kernel does not fit, or the last layer has no such unit.
    """
    layers = [layer for layer in layers if "kernel_size" in layer]
    rows = _rows(layers, size)
    if not 0 <= index < rows[-1].size:
        msg = (
            f"`index` must be from 0 to {rows[-1].size - 1}, the units of the last "
            f"layer, but it is {index}."
        )
        raise ShapeError(msg)
    seen = {index}
    axes = _open(rows, layers)
    for level in range(len(layers), 0, -1):
        layer, before = layers[level - 1], rows[level - 1]
        _draw_row(axes, rows[level], level, _words(layer), seen)
        read = set()
        for unit in seen:
            reads = _reads(layer, unit, before.size)
            _draw_links(axes, rows[level].place(unit), before, reads, level)
            read |= set(reads)
        _draw_padding(axes, before, _padding(layer), level - 1, read)
        seen = {unit for unit in read if 0 <= unit < before.size}
    _draw_row(axes, rows[0], 0, "input", seen)


def show_effective_fields(
    fields: Sequence[FloatArray], sizes: Sequence[int], labels: Sequence[str] = ()
) -> None:
    """Show how strongly a central unit depends on each pixel, within its whole field.

    White is no dependence; each picture has its own largest value as full colour. The
    dashed square is the receptive field by the arithmetic of the layers.

    Parameters
    ----------
    fields : sequence of ndarray, shape (H_in, W_in)
        For each network, a number of at least 0 for each pixel.
    sizes : sequence of int
        Side of each network's receptive field around the centre, in pixels.
    labels : sequence of str, optional
        A few words under each picture.
    """
    from matplotlib.patches import Rectangle

    figure, axes = new_figure(0.86 * WIDTH / len(fields) + 0.3, columns=len(fields))
    for place, field, size in zip(axes[0], fields, sizes, strict=True):
        check_axes("field", field, ["H_in", "W_in"])
        drawn = place.imshow(field / (field.max() or 1.0), cmap="Blues", vmin=0, vmax=1)
        top, left = ((length - size) / 2 - 0.5 for length in field.shape)
        square = Rectangle((left, top), size, size, fill=False, clip_on=False)
        square.set(edgecolor=COLOURS["red"], linestyle="--", linewidth=1.2)
        place.add_patch(square)
        hide_frame(place)
    for place, label in zip(axes[0], labels, strict=False):
        place.set_xlabel(label)
    bar = figure.colorbar(drawn, ax=axes, shrink=0.7, aspect=15)
    bar.ax.tick_params(labelsize=8)
    bar.set_label("share of the largest", size=8)


def _rows(layers: Sequence[Layer], size: int) -> list[Row]:
    """Lay out the units of the input and of every layer."""
    rows = [Row(size, 0.0, 1.0)]
    for layer in layers:
        before, half = rows[-1], _extent(layer) / 2  # from the middle to the outer taps
        stride, padding = layer["stride"], layer["padding"]
        if layer["type"] == "ConvTranspose2d":
            length = (before.size - 1) * stride - 2 * padding + _extent(layer) + 1
            length += layer["output_padding"]
            start = before.place(0) + (padding - half) * before.jump / stride
            rows.append(Row(length, start, before.jump / stride))
        else:
            check_fits("kernel", _extent(layer) + 1, before.size, padding)
            length = (before.size + 2 * padding - _extent(layer) - 1) // stride + 1
            start = before.place(0) + (half - padding) * before.jump
            rows.append(Row(length, start, before.jump * stride))
    return rows


def _extent(layer: Layer) -> int:
    """Return the distance from the first tap of a kernel to the last, in units."""
    return int(layer.get("dilation", 1) * (layer["kernel_size"] - 1))


def _padding(layer: Layer) -> int:
    """Return how many zeros a layer sees on each side of the row before."""
    return 0 if layer["type"] == "ConvTranspose2d" else int(layer["padding"])


def _reads(layer: Layer, unit: int, size: int) -> list[int]:
    """List what a unit reads in the row before; numbers outside it are padding."""
    stride, padding = layer["stride"], layer["padding"]
    taps = range(0, _extent(layer) + 1, layer.get("dilation", 1))
    if layer["type"] != "ConvTranspose2d":
        return [unit * stride - padding + tap for tap in taps]
    places = [unit + padding - tap for tap in taps]
    return [
        place // stride
        for place in places
        if place % stride == 0 and 0 <= place // stride < size
    ]


def _words(layer: Layer) -> str:
    """Say in a few words what a layer does, beside its row."""
    parts = [f"{NAMES[layer['type']]} {layer['kernel_size']}"]
    for name, plain in (("stride", 1), ("dilation", 1), ("padding", 0)):
        if layer.get(name, plain) != plain:
            parts.append(f"{name} {layer[name]}")
    return ",\n".join([", ".join(parts[:2]), *parts[2:]])


def _open(rows: Sequence[Row], layers: Sequence[Layer]) -> Axes:
    """Open a figure with room for all rows, their padding, and words beside them."""
    places = [row.place(i) for row in rows for i in (0, row.size - 1)]
    for row, layer in zip(rows, layers, strict=False):
        padding = _padding(layer)
        places += [row.place(-padding), row.place(row.size - 1 + padding)]
    low, high = min(places), max(places)
    pixel = (high - low + 1) / (WIDTH - LEFT - RIGHT)  # pixels of the input per inch
    _, axes = new_figure(ROW * len(rows) + 0.1)
    place: Axes = axes[0, 0]
    left, right = low - 0.5 - LEFT * pixel, high + 0.5 + RIGHT * pixel
    place.set(xlim=(left, right), ylim=(len(rows) - 0.6, -0.75))
    place.text(right, -0.6, "seen", ha="right", va="center", size=8)
    hide_frame(place)
    return place


def _draw_row(
    axes: Axes, row: Row, level: int, words: str, seen: Collection[int]
) -> None:
    """Draw a row of units, those seen in full colour, with words on both sides."""
    left, right = axes.get_xlim()
    for unit in range(row.size):
        colour = COLOURS["blue"] if unit in seen else "white"
        edge = COLOURS["blue"] if unit in seen else "#999999"
        look: dict[str, Any] = {
            "markerfacecolor": colour,
            "markeredgecolor": edge,
            "zorder": 3,
        }
        axes.plot(row.place(unit), level, "o", markersize=7, **look)
    axes.text(left, level, words, ha="left", va="center", size=8)
    axes.text(right, level, str(len(seen)), ha="right", va="center", size=8)


def _draw_padding(
    axes: Axes, row: Row, padding: int, level: int, read: Collection[int]
) -> None:
    """Draw the zeros beside a row as squares, those read in full colour."""
    outside = [*range(-padding, 0), *range(row.size, row.size + padding)]
    for unit in outside:
        colour = COLOURS["orange"] if unit in read else "white"
        edge = COLOURS["orange"] if unit in read else "#BBBBBB"
        look: dict[str, Any] = {
            "markerfacecolor": colour,
            "markeredgecolor": edge,
            "zorder": 3,
        }
        axes.plot(row.place(unit), level, "s", markersize=5, **look)


def _draw_links(
    axes: Axes, place: float, before: Row, reads: Sequence[int], level: int
) -> None:
    """Draw a line from a unit to each that it reads in the row before."""
    for unit in reads:
        ends = [place, before.place(unit)]
        axes.plot(ends, [level, level - 1], color=COLOURS["sky"], linewidth=1, zorder=1)
