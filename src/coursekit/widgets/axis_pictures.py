"""Pictures of the figures that show one row of pixels, as they are at first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coursekit.widgets import pictures

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ZERO: dict[str, Any] = {"linestyle": "--"}
REST: dict[str, Any] = {**pictures.PLAIN, "hatch": "////"}


def row_of_cells(
    size: int, before: int, after: int, stride: int = 1
) -> list[int | None]:
    """Lay out a row of pixels with zeros between and around them.

    Parameters
    ----------
    size : int
        Number of pixels.
    before, after : int
        Zeros at either end; a negative number cuts cells off.
    stride : int, default 1
        Distance between neighbouring pixels, with zeros in between.

    Returns
    -------
    list of int or None
        The number of the pixel in each cell, None for a zero.
    """
    length = (size - 1) * stride + 1
    inside = range(max(0, -before), length - max(0, -after))
    row = [None if i % stride else i // stride for i in inside]
    return [None] * max(0, before) + row + [None] * max(0, after)


def shape_row(
    size: int,
    kernel_size: int,
    stride: int,
    padding: int,
    dilation: int,
    output_padding: int,
    transposed: bool,
) -> tuple[list[int | None], list[int]]:
    """Return the cells a kernel slides over, and the cell of each first tap.

    Parameters
    ----------
    size, kernel_size, stride, padding, dilation, output_padding : int
        The settings of the figure.
    transposed : bool
        Whether a transposed convolution is shown.

    Returns
    -------
    cells : list of int or None
        The number of the pixel in each cell, None for a zero.
    firsts : list of int
        Where the window of each output begins.
    """
    reach = dilation * (kernel_size - 1)
    if transposed:
        around = reach - padding
        cells = row_of_cells(size, around, around + output_padding, stride)
        return cells, list(range(len(cells) - reach))
    cells = row_of_cells(size, padding, padding)
    return cells, list(range(0, len(cells) - reach, stride))


def shape_explorer(**settings: Any) -> bytes:
    """Draw a row of pixels and a line with the taps of each output.

    Parameters
    ----------
    **settings : int or bool
        The arguments of `shape_row`.

    Returns
    -------
    bytes
        A PNG file.
    """
    cells, firsts = shape_row(**settings)
    taps = range(settings["kernel_size"])
    fig, ax = pictures.canvas(len(cells) + 3, len(firsts) + 2.5)
    met = {firsts[0] + k * settings["dilation"] for k in taps}
    _text(ax, 0, 0.25, "Input")
    for column, pixel in enumerate(cells):
        look = pictures.WINDOW if column in met else pictures.PLAIN
        text = "0" if pixel is None else f"$x_{{{pixel}}}$"
        _box(ax, column, -1, text, {**look, **(ZERO if pixel is None else {})})
    _text(ax, len(cells) + 0.8, 0.25, "Output")
    for output, first in enumerate(firsts):
        for k in taps:
            weight = taps[-1 - k] if settings["transposed"] else k
            column = first + k * settings["dilation"]
            _box(ax, column, -2.4 - output, f"$w_{{{weight}}}$", pictures.KERNEL)
        look = pictures.PLAIN if output else pictures.OUTPUT
        _box(ax, len(cells) + 0.8, -2.4 - output, f"$y_{{{output}}}$", look)
    end = firsts[-1] + settings["dilation"] * taps[-1] + 1
    for column in range(end, len(cells)):
        _box(ax, column, -2.4 - len(firsts) + 1, "", REST, height=len(firsts))
    return pictures.png(fig)


def seen(layers: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """Return what the first output unit sees in each row, the input first.

    Pictures are drawn while the book is built, where `convnets` is the reference. What
    students are given must not hold what they are asked to write.

    Parameters
    ----------
    layers : list of dict
        The layers, from the input to the output.

    Returns
    -------
    list of (first, last)
        Units in the input, after the first layer, and so on; padding lies outside.
    """
    from convnets.receptive_field import input_interval

    rows = range(len(layers))
    return [*(input_interval(layers[n:], 0) for n in rows), (0, 0)]


def rows_of_units(
    layers: list[dict[str, Any]], size: int
) -> list[tuple[int, float, float]]:
    """Return the units, the jump and the start of the input and of each layer.

    Parameters
    ----------
    layers : list of dict
        The layers, from the input to the output.
    size : int
        Pixels along the axis.

    Returns
    -------
    list of (units, jump, start)
        How many units there are, how far apart their centres are, and where the first
        centre lies, in pixels of the input.
    """
    from convnets.receptive_field import receptive_field
    from convnets.shapes import conv_output_size

    rows = [(size, 1.0, 0.0)]
    for n, layer in enumerate(layers):
        settings = {name: value for name, value in layer.items() if name != "type"}
        units = conv_output_size(rows[-1][0], **settings)
        _, jump, start = receptive_field(layers[: n + 1])
        rows.append((units, jump, start))
    return rows


def receptive_field_explorer(layers: list[dict[str, Any]], size: int) -> bytes:
    """Draw each layer as a row of units, with what the first output unit sees.

    Parameters
    ----------
    layers : list of dict
        The layers, from the input to the output.
    size : int
        Pixels along the axis.

    Returns
    -------
    bytes
        A PNG file.
    """
    rows, ends = rows_of_units(layers, size), seen(layers)
    left = min(0, ends[0][0])
    fig, ax = pictures.canvas(size + 8 - left, 2 * len(rows))
    ax.set_xlim(left - 0.5, size + 7.5)
    names = ["Input", *(layer["type"] for layer in layers)]
    for n, (units, jump, start) in enumerate(rows):
        first, last = ends[n]
        for unit in range(min(first, 0), max(last + 1, units)):
            active = pictures.WINDOW if n < len(layers) else pictures.OUTPUT
            look = active if first <= unit <= last else pictures.PLAIN
            zero = {} if 0 <= unit < units else ZERO
            text = pictures.show(unit)
            _box(ax, start + unit * jump, -2 * n, text, {**look, **zero})
        _text(ax, size + 1.3, -2 * n + 0.4, f"{names[n]}, {units}")
        if n:
            _cone(ax, n, ends, rows)
    return pictures.png(fig)


def _cone(
    ax: Axes,
    n: int,
    ends: list[tuple[int, int]],
    rows: list[tuple[int, float, float]],
) -> None:
    """Draw lines from the outermost units of one row to those of the row above."""
    for side in (0, 1):
        xs = [rows[m][2] + ends[m][side] * rows[m][1] + side for m in (n - 1, n)]
        ax.plot(xs, [-2 * n + 2, -2 * n + 1], color="#0b5cad", linewidth=1)


def _box(
    ax: Axes,
    left: float,
    bottom: float,
    text: str,
    look: dict[str, Any],
    height: float = 1,
) -> None:
    """Draw one cell with a text in its middle."""
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle((left + 0.05, bottom + 0.05), 0.9, height - 0.1, **look))
    middle = (left + 0.5, bottom + height / 2)
    ax.text(*middle, text, ha="center", va="center", fontsize=9)


def _text(ax: Axes, left: float, bottom: float, text: str) -> None:
    """Write a name above cells."""
    ax.text(left, bottom, text, color="#545f70", fontsize=9)
