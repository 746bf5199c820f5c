"""Draw the picture at the top of README.md with the functions that students write.

PYTHONPATH=solutions:src .venv/bin/python tools/draw_readme_picture.py
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from convnets import conv2d_loops, correlate1d, correlate2d, match_template, toeplitz
from coursekit.data import photograph
from coursekit.drawings import crowd, face
from coursekit.plots.style import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

TARGET = Path(__file__).resolve().parents[1] / "book" / "figures" / "what_you_build.svg"

# Text as outlines and fixed ids, so that the file does not depend on the machine.
SETTINGS = {"font.size": 9, "svg.fonttype": "path", "svg.hashsalt": "convnets"}


def main(target: Path = TARGET) -> None:
    """Draw four panels and write them as SVG."""
    mpl.use("svg")
    with plt.rc_context(SETTINGS):
        figure = plt.figure(figsize=(9.0, 5.6), facecolor="white", layout="constrained")
        panels = figure.subfigures(2, 2, hspace=0.08, wspace=0.04)
        draw_sum(panels[0, 0])
        draw_matrix(panels[0, 1])
        draw_layer(panels[1, 0])
        draw_search(panels[1, 1])
        figure.savefig(target, metadata={"Date": None})
        plt.close(figure)


def draw_sum(panel: SubFigure) -> None:
    """Draw one stop of a cross-correlation in two dimensions."""
    panel.suptitle("A kernel slides over an image")
    x, kernel = np.arange(9.0).reshape(3, 3), np.arange(4.0).reshape(2, 2)
    axes = panel.subplots()
    draw_grid(axes, x, left=0, lit=(slice(0, 2), slice(0, 2)))
    draw_grid(axes, kernel, left=4, top=0.5)
    draw_grid(axes, correlate2d(x, kernel), left=7, top=0.5, lit=(0, 0))
    axes.text(3.5, 1.5, "⋆", ha="center", va="center", size=14)
    axes.text(6.5, 1.5, "=", ha="center", va="center", size=14)
    axes.set(xlim=(-0.2, 9.2), ylim=(3.2, -0.2), aspect="equal")
    axes.set_axis_off()


def draw_matrix(panel: SubFigure) -> None:
    """Draw the same operation in one dimension as a matrix, one row lit."""
    panel.suptitle("The same sum as a matrix")
    x, kernel = np.array([1.0, 2.0, 4.0, 7.0, 3.0]), np.array([-1.0, 1.0])
    axes = panel.subplots()
    draw_grid(axes, toeplitz(kernel, len(x)), left=0, top=0.5, lit=(2, slice(None)))
    draw_grid(axes, x[:, np.newaxis], left=6, lit=(slice(2, 4), 0))
    draw_grid(axes, correlate1d(x, kernel)[:, np.newaxis], left=8, top=0.5, lit=(2, 0))
    axes.text(7.5, 2.5, "=", ha="center", va="center", size=14)
    axes.set(xlim=(-0.2, 9.2), ylim=(5.2, -0.2), aspect="equal")
    axes.set_axis_off()


def draw_layer(panel: SubFigure) -> None:
    """Draw a colour photograph and three feature maps of it."""
    panel.suptitle("Many kernels make a layer")
    photo = photograph("flower")[:, 40:390:3, 150:500:3]  # (3, H, W)
    difference = np.array([[-1.0, 0.0, 1.0]] * 3) / 3
    grey = np.array([0.3, 0.6, 0.1])[:, np.newaxis, np.newaxis]
    redness = np.array([1.0, -0.5, -0.5])[:, np.newaxis, np.newaxis]
    weight = np.stack([grey * difference, grey * difference.T, redness * np.eye(3) / 3])
    maps = conv2d_loops(photo[np.newaxis], weight)[0]  # (3, H_out, W_out)
    axes = panel.subplots(1, 4)
    axes[0].imshow(photo.transpose(1, 2, 0))
    for place, feature_map in zip(axes[1:], maps, strict=True):
        limit = np.abs(feature_map).max()
        place.imshow(feature_map, cmap="RdBu_r", vmin=-limit, vmax=limit)
    for place in axes:
        place.set_axis_off()


def draw_search(panel: SubFigure) -> None:
    """Draw a crowd with the face that was found in it."""
    panel.suptitle("A kernel finds what it looks like")
    picture, _ = crowd(np.random.default_rng(0))
    smile = face(is_smiling=True)
    row, column = match_template(picture, smile)
    wanted, found = panel.subplots(1, 2, width_ratios=[1, 5])
    wanted.imshow(smile, cmap="gray", vmin=-0.8)
    found.imshow(picture, cmap="gray")
    found.add_patch(frame(column - 0.5, row - 0.5, *smile.shape[::-1]))
    wanted.set_axis_off()
    found.set_axis_off()


def draw_grid(
    axes: Axes,
    values: np.ndarray,
    left: float,
    top: float = 0.0,
    lit: tuple[slice | int, slice | int] = (slice(0, 0), slice(0, 0)),
) -> None:
    """Draw an array as a grid of numbers, some of its cells lit."""
    is_lit = np.zeros(values.shape, dtype=bool)
    is_lit[lit] = True
    for (i, j), value in np.ndenumerate(values):
        colour = "#FFE0A3" if is_lit[i, j] else "white"
        corner = (left + j, top + i)
        cell = Rectangle(corner, 1, 1, facecolor=colour, edgecolor="#888888")
        axes.add_patch(cell)
        ink = "black" if value or is_lit[i, j] else "#999999"
        middle = (left + j + 0.5, top + i + 0.5)
        axes.text(*middle, f"{value:g}", ha="center", va="center", color=ink)


def frame(left: float, top: float, width: float, height: float) -> Rectangle:
    """Return the outline of what was found."""
    return Rectangle(
        (left, top), width, height, fill=False, linewidth=2, edgecolor=COLOURS["red"]
    )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
