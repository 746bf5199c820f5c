"""Pictures of one axis: where a kernel stops, and which pixels it never reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coursekit.errors import ShapeError
from coursekit.plots.style import COLOURS, WIDTH, hide_frame, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Number = int | list[int]
Padding = int | tuple[int, int]

CELL = 0.42  # inches, the side of a pixel
MARGIN = 2.4  # pixels, left of the first one, for the names of the rows
HEAD = 2.0  # pixels, from the title down to the first window
STEP = 0.6  # pixels, from one window down to the next
PIXEL, ZERO, WINDOW = "white", "#D9D9D9", "#A9C9E3"


@dataclass(frozen=True)
class _Panel:
    """One row of cells, and the windows that stop over it."""

    title: str
    cells: dict[int, str]  # what is written at each place; "" for a zero
    windows: list[range]  # the places each window reads
    row: str = "input"

    @property
    def height(self) -> float:
        return HEAD + STEP * len(self.windows) + 0.3


def show_windows(
    size: Number,
    kernel_size: Number,
    stride: Number = 1,
    padding: Padding | list[Padding] = 0,
    dilation: Number = 1,
) -> None:
    """Draw a row of pixels and, below it, every window in which a kernel stops.

    Zeros of the padding are grey, places that no window reads are hatched, and dots
    are taps. The size formula stands above with its numbers. A list as an argument
    draws one panel for each of its entries.

    Parameters
    ----------
    size : int or list of int
        Pixels in the row.
    kernel_size : int or list of int
        Taps of the kernel.
    stride : int or list of int, default 1
        Step from one window to the next, in pixels.
    padding : int, pair of int, or list of these, default 0
        Zeros on *each* side, or (before, after), in pixels.
    dilation : int or list of int, default 1
        Distance between two taps, in pixels.

    Raises
    ------
    ShapeError
        If the kernel is longer than the padded row.
    """
    arguments = (size, kernel_size, stride, padding, dilation)
    count = max((len(a) for a in arguments if isinstance(a, list)), default=1)
    _draw([_convolution(*(_entry(a, i) for a in arguments)) for i in range(count)])


def show_transposed(
    size: int,
    kernel_size: int,
    stride: int = 1,
    padding: int = 0,
    output_padding: int = 0,
) -> None:
    """Draw a transposed convolution as one over a row with zeros put in.

    Parameters
    ----------
    size : int
        Pixels in the row that is made larger.
    kernel_size : int
        Taps of the kernel.
    stride : int, default 1
        Distance that two neighbouring pixels get, in pixels.
    padding : int, default 0
        Pixels cut from *each* end of the output.
    output_padding : int, default 0
        Pixels added at the end of the output.

    Raises
    ------
    ShapeError
        If the padding cuts away more than the kernel's overhang.
    """
    border = kernel_size - 1 - padding
    if border < 0:
        msg = (
            f"`padding` ({padding}) must be less than `kernel_size` ({kernel_size}). "
            "Use less padding."
        )
        raise ShapeError(msg)
    last = (size - 1) * stride + border + output_padding
    cells = dict.fromkeys(range(-border, last + 1), "")
    cells |= {index * stride: str(index) for index in range(size)}
    starts = range(-border, last - kernel_size + 2)
    windows = [range(start, start + kernel_size) for start in starts]
    sizes = f"({size} − 1) · {stride} + {kernel_size}"
    sizes += f" − 2 · {padding}" if padding else ""
    sizes += f" + {output_padding}" if output_padding else ""
    _draw([_Panel(f"{sizes} = {len(windows)}", cells, windows, "with zeros")])


def _entry(value: Any, index: int) -> Any:
    """Return a list's entry, or the one value that stands for all."""
    return value[index] if isinstance(value, list) else value


def _convolution(
    size: int, kernel_size: int, stride: int, padding: Padding, dilation: int
) -> _Panel:
    """Work out where a kernel stops on a padded row."""
    before, after = padding if isinstance(padding, tuple) else (padding, padding)
    extent = dilation * (kernel_size - 1) + 1
    room = before + size + after - extent
    if room < 0:
        msg = (
            f"The kernel spans {extent} pixels, but the padded row has only "
            f"{room + extent}. Use a smaller kernel or more padding."
        )
        raise ShapeError(msg)
    cells = dict.fromkeys(range(-before, size + after), "")
    cells |= {place: str(place) for place in range(size)}
    starts = range(-before, room - before + 1, stride)
    windows = [range(start, start + extent, dilation) for start in starts]
    zeros = f" + 2 · {before}" if before == after else f" + {before} + {after}"
    exact = room / stride + 1
    title = f"({size}{zeros if before or after else ''} − {extent}) / {stride} + 1"
    title += f" = {exact:.3g}"
    title += "" if room % stride == 0 else f", rounded down: {len(windows)}"
    return _Panel(title, cells, windows)


def _draw(panels: list[_Panel]) -> None:
    """Draw panels one below the other, with the same pixel at the same place."""
    first = min(min(panel.cells) for panel in panels)
    last = max(max(panel.cells) for panel in panels)
    width = MARGIN + last - first + 1
    height = sum(panel.height for panel in panels) - 0.2
    cell = min(CELL, WIDTH / width)
    _, axes = new_figure(cell * height)
    place = axes[0, 0]
    spare = (WIDTH / cell - width) / 2  # keeps the cells at their size
    left = first - MARGIN
    place.set(xlim=(left - spare, last + 1 + spare), ylim=(height, 0), aspect="equal")
    hide_frame(place)
    top = 0.0
    for panel in panels:
        _draw_panel(place, panel, first, top)
        top += panel.height


def _draw_panel(axes: Axes, panel: _Panel, first: int, top: float) -> None:
    """Draw a title, a row of cells, and the windows below it."""
    from matplotlib.patches import Rectangle

    axes.text(min(panel.cells), top + 0.45, panel.title, ha="left", va="center")
    _name_row(axes, first, top + 1.4, panel.row)
    read = {place for window in panel.windows for place in window}
    for place, text in panel.cells.items():
        face = Rectangle((place, top + 0.9), 1, 1, edgecolor="#888888")
        face.set_facecolor(PIXEL if text else ZERO)
        if place not in read:
            face.set(hatch="/////", edgecolor=COLOURS["red"])
        axes.add_patch(face)
        number = axes.text(place + 0.5, top + 1.4, text, ha="center", va="center")
        if text and place not in read:
            number.set_bbox({"facecolor": PIXEL, "edgecolor": "none", "pad": 1.5})
    for index, window in enumerate(panel.windows):
        middle = top + HEAD + STEP * (index + 0.5)
        _draw_window(axes, window, middle)
        _name_row(axes, first, middle, f"output {index}")


def _draw_window(axes: Axes, window: range, middle: float) -> None:
    """Draw a window as a bar, with a dot at each tap."""
    from matplotlib.patches import Rectangle

    thickness = STEP - 0.16
    corner = (window[0] + 0.06, middle - thickness / 2)
    bar = Rectangle(corner, window[-1] - window[0] + 0.88, thickness)
    bar.set(facecolor=WINDOW, edgecolor=COLOURS["blue"])
    axes.add_patch(bar)
    taps = [place + 0.5 for place in window]
    axes.plot(taps, [middle] * len(taps), "o", color="black", markersize=3.5)


def _name_row(axes: Axes, first: int, middle: float, name: str) -> None:
    """Write what a row is, left of it."""
    axes.text(first - 0.3, middle, name, ha="right", va="center")
