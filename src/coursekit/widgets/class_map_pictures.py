"""The picture of two class activation maps, for print."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coursekit.widgets.pictures import FloatArray, png

HALF = 0.5  # of the brightest pixel: where the outline of the ink runs
BEHIND = 0.65  # opacity of a map with a picture behind it


def two_maps(
    image: FloatArray, maps: Sequence[FloatArray], words: Sequence[str]
) -> bytes:
    """Draw maps over one picture, on one scale with 0 in its middle.

    Parameters
    ----------
    image : ndarray, shape (1 or 3, H_in, W_in)
        A picture with values from 0 to 1. Of a grey one the outline is drawn, and a
        coloured one stands behind the maps in grey.
    maps : sequence of ndarray, shape (H, W)
        The maps.
    words : sequence of str
        What stands under each.

    Returns
    -------
    bytes
        A PNG file.
    """
    from matplotlib.figure import Figure

    H, W = image.shape[1:]
    limit = max(float(np.abs(maps).max()), 1e-12)
    fig = Figure(figsize=(7.2, min(3.2, 0.6 + 3.2 * H / W)), layout="constrained")
    axes = fig.subplots(1, len(maps), squeeze=False)[0]
    extent = (-0.5, W - 0.5, H - 0.5, -0.5)
    look = {"cmap": "RdBu_r", "vmin": -limit, "vmax": limit, "extent": extent}
    for ax, item, text in zip(axes, maps, words, strict=True):
        if len(image) == 3:
            ax.imshow(image.mean(axis=0), cmap="gray", vmin=0, vmax=1, extent=extent)
        drawn = ax.imshow(item, alpha=BEHIND if len(image) == 3 else 1, **look)
        if len(image) == 1 and image.max() > image.min():
            level = HALF * float(image.max())
            ax.contour(image[0], levels=[level], colors="black", linewidths=1.1)
        ax.set(xticks=[], yticks=[])
        ax.set_xlabel(text, fontsize=9)
    bar = fig.colorbar(drawn, ax=axes, shrink=0.9)
    bar.ax.tick_params(labelsize=8)
    bar.set_label("adds to the logit", size=8)
    return png(fig)
