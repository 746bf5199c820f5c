"""Pictures with what speaks for and against a class laid over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.errors import ShapeError
from coursekit.plots.style import WIDTH, hide_frame, new_figure

FloatArray = npt.NDArray[np.floating[Any]]

TALLEST = 2.4  # inches: no single picture is taller
VISIBLE = 0.6  # opacity of the strongest place


def show_class_maps(
    images: Sequence[FloatArray],
    maps: Sequence[FloatArray],
    labels: Sequence[str] = (),
) -> None:
    """Show pictures in a row, and below each its class activation map on top of it.

    Places that speak for the class are red and those that speak against it blue, on one
    scale for all maps.

    Parameters
    ----------
    images : sequence of ndarray, shape (H, W), (1, H, W) or (3, H, W)
        Grey or colour pictures with values from 0 to 1.
    maps : sequence of ndarray, shape (h, w)
        One map for each picture, of any size: it is stretched over the picture.
    labels : sequence of str, optional
        A few words under each pair, such as the class.

    Raises
    ------
    ShapeError
        If there are not as many maps as images, or none.
    """
    limit = common_limit(images, maps)
    height = min(WIDTH / len(images), TALLEST)
    figure, axes = new_figure(2 * height + 0.3, 2, len(images))
    for column, (image, item) in enumerate(zip(images, maps, strict=True)):
        for place in axes[:, column]:
            hide_frame(place)
            _draw(place, image)
        drawn = _lay_over(axes[1, column], item, image.shape[-2:], limit)
        if column < len(labels):
            axes[1, column].set_xlabel(labels[column])
    bar = figure.colorbar(drawn, ax=axes, shrink=0.8, aspect=25)
    bar.ax.tick_params(labelsize=8)
    bar.set_label("adds to the logit", size=8)


def common_limit(images: Sequence[FloatArray], maps: Sequence[FloatArray]) -> float:
    """Return where the scale of all maps ends.

    Parameters
    ----------
    images : sequence of ndarray, shape (H, W), (1, H, W) or (3, H, W)
        Pictures.
    maps : sequence of ndarray, shape (h, w)
        One map for each picture.

    Raises
    ------
    ShapeError
        If there are not as many maps as images, or none.
    """
    if len(images) != len(maps) or not len(images):
        msg = (
            "`maps` must hold one map for each of at least one image, but there are "
            f"{len(maps)} maps and {len(images)} images."
        )
        raise ShapeError(msg)
    return max(float(np.abs(item).max()) for item in maps) or 1.0


def _draw(axes: Any, image: FloatArray) -> None:
    """Draw a picture in grey or in colour."""
    grey = image[0] if image.ndim == 3 and len(image) == 1 else image
    shown = grey if grey.ndim == 2 else np.clip(grey.transpose(1, 2, 0), 0.0, 1.0)
    axes.imshow(shown, cmap="gray", vmin=0.0, vmax=1.0, interpolation="nearest")


def _lay_over(axes: Any, item: FloatArray, size: tuple[int, int], limit: float) -> Any:
    """Stretch a map over a picture; the weaker a place, the more shows through."""
    H, W = size
    corners = (-0.5, W - 0.5, H - 0.5, -0.5)
    return axes.imshow(
        item,
        cmap="RdBu_r",
        vmin=-limit,
        vmax=limit,
        alpha=VISIBLE * np.abs(item) / limit,
        extent=corners,
        interpolation="nearest",
    )
