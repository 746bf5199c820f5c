"""Pictures of pictures: photographs, digits, filters and feature maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from coursekit.errors import check_axes
from coursekit.plots.style import COLOURS, WIDTH, hide_frame, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = npt.NDArray[np.floating[Any]]

TALLEST = 3.2  # inches: no single picture is taller


def show_images(
    images: Sequence[FloatArray],
    labels: Sequence[str] = (),
    columns: int | None = None,
    boxes: Sequence[tuple[int, int, int, int]] = (),
) -> None:
    """Show pictures side by side, black being 0 and white 1.

    Parameters
    ----------
    images : sequence of ndarray, shape (H, W), (1, H, W) or (3, H, W)
        Grey or colour pictures with values from 0 to 1.
    labels : sequence of str, optional
        A few words under each picture.
    columns : int, optional
        Pictures per row; all in one row if not given.
    boxes : sequence of (row, column, height, width), optional
        Rectangles to draw on the first picture, in pixels.
    """
    axes = _place(len(images), columns, images[0].shape, bool(labels))
    for index, image in enumerate(images):
        _draw(axes[index], image, vmin=0.0, vmax=1.0)
        if index < len(labels):
            axes[index].set_xlabel(labels[index])
    for row, column, height, width in boxes:
        _draw_box(axes[0], row, column, height, width)


def show_feature_maps(
    maps: FloatArray,
    labels: Sequence[str] = (),
    columns: int | None = None,
    limit: float | None = None,
) -> None:
    """Show one picture per channel, all on the same scale, with one bar.

    Zero is white, negative numbers are blue and positive ones red.

    Parameters
    ----------
    maps : ndarray, shape (C, H, W)
        Feature maps of one image, or filters of one input channel.
    labels : sequence of str, optional
        A few words under each map.
    columns : int, optional
        Maps per row; all in one row if not given.
    limit : float, optional
        The value of full colour; the largest absolute value if not given.
    """
    check_axes("maps", maps, ["C", "H", "W"])
    if limit is None:
        limit = float(np.abs(maps).max()) or 1.0
    axes = _place(len(maps), columns, maps[0].shape, bool(labels))
    for index, feature_map in enumerate(maps):
        drawn = _draw(axes[index], feature_map, vmin=-limit, vmax=limit, cmap="RdBu_r")
        if index < len(labels):
            axes[index].set_xlabel(labels[index])
    figure = axes[0].figure
    bar = figure.colorbar(drawn, ax=axes, shrink=0.8, aspect=15)
    bar.ax.tick_params(labelsize=8)
    bar.set_label("activation", size=8)


def _place(
    count: int, columns: int | None, shape: tuple[int, ...], has_labels: bool
) -> list[Axes]:
    """Open a figure with one empty place per picture, in reading order."""
    columns = columns or count
    rows = -(-count // columns)
    aspect = shape[-2] / shape[-1]
    height = rows * (
        min(WIDTH / columns * aspect, TALLEST) + (0.25 if has_labels else 0.05)
    )
    _, axes = new_figure(height, rows, columns)
    for place in axes.flat:
        hide_frame(place)
    return list(axes.flat)


def _draw(axes: Axes, image: FloatArray, **options: Any) -> Any:
    """Draw one picture, grey if it has one channel, in colour if it has three."""
    axes.spines[:].set(visible=True, color="#BBBBBB", linewidth=0.5)
    if image.ndim == 3 and image.shape[0] == 3:
        return axes.imshow(np.clip(image.transpose(1, 2, 0), 0.0, 1.0))
    grey = image[0] if image.ndim == 3 else image
    options.setdefault("cmap", "gray")
    return axes.imshow(grey, interpolation="nearest", **options)


def _draw_box(axes: Axes, row: int, column: int, height: int, width: int) -> None:
    """Frame a part of a picture, in orange on black, to be seen on any ground."""
    from matplotlib.patches import Rectangle

    corner = (column - 0.5, row - 0.5)
    for line_width, colour in [(4.0, "black"), (2.0, COLOURS["orange"])]:
        frame = Rectangle(corner, width, height, fill=False)
        frame.set(linewidth=line_width, edgecolor=colour)
        axes.add_patch(frame)
