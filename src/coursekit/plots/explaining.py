"""Maps that say where in a picture something was found, under the picture's ink."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.plots.class_maps import common_limit
from coursekit.plots.style import WIDTH, hide_frame, new_figure

FloatArray = npt.NDArray[np.floating[Any]]

TALLEST = 2.6  # inches: no single panel is taller
LABEL = 0.28  # inches below a panel for its words
INK = 0.5  # the outline is drawn where pixels cross this part of the brightest


def show_ink_maps(
    images: Sequence[FloatArray],
    maps: Sequence[FloatArray],
    labels: Sequence[str] = (),
    columns: int | None = None,
    bar_label: str = "adds to the logit",
) -> None:
    """Show maps in full colour, each with the outline of its picture's ink on top.

    Zero is white, negative numbers are blue and positive ones red, on one scale for all
    maps.

    Parameters
    ----------
    images : sequence of ndarray, shape (H, W) or (1, H, W)
        Pictures of something bright on black.
    maps : sequence of ndarray, shape (h, w)
        One map for each picture, of any size: it is stretched over the picture.
    labels : sequence of str, optional
        A few words under each panel.
    columns : int, optional
        Panels in a row; all in one row if not given.
    bar_label : str, default "adds to the logit"
        What the colours measure.

    Raises
    ------
    ShapeError
        If there are not as many maps as images, or none.
    """
    limit = common_limit(images, maps)
    columns = columns or len(images)
    rows = -(-len(images) // columns)
    H, W = images[0].shape[-2:]
    height = min(0.86 * WIDTH / columns * H / W, TALLEST)
    figure, axes = new_figure(rows * (height + LABEL), rows, columns)
    for place in axes.flat:
        hide_frame(place)
    pairs = zip(axes.flat, images, maps, strict=False)
    for index, (place, image, item) in enumerate(pairs):
        drawn = _draw(place, np.reshape(image, image.shape[-2:]), item, limit)
        if index < len(labels):
            place.set_xlabel(labels[index])
    bar = figure.colorbar(drawn, ax=axes, shrink=0.9, aspect=12 * rows)
    bar.ax.tick_params(labelsize=8)
    bar.set_label(bar_label, size=8)


def _draw(axes: Any, image: FloatArray, item: FloatArray, limit: float) -> Any:
    """Draw one map, its cells as they are, and the outline of the ink."""
    H, W = image.shape
    axes.spines[:].set(visible=True, color="#BBBBBB", linewidth=0.5)
    drawn = axes.imshow(
        item,
        cmap="RdBu_r",
        vmin=-limit,
        vmax=limit,
        extent=(-0.5, W - 0.5, H - 0.5, -0.5),
        interpolation="nearest",
    )
    if image.max() > image.min():
        level = INK * float(image.max())
        axes.contour(image, levels=[level], colors="black", linewidths=1.1)
    return drawn
