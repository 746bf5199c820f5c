"""Digits as strokes of a pen, and the pictures that a network gets of them.

A stroke is a list of points (x, y) on a field of 28 x 28, x to the right and y down.
`strokes.js` does the same in the browser, in the same order, so that the two agree.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

FIELD = 28  # pixels along each side of the field
BOX = 20  # pixels that the larger side of the ink is brought to
RADIUS = 1.1  # of the pen, in pixels of the field
FINER = 4  # points along each axis of a pixel where it is asked whether there is ink

FloatArray = npt.NDArray[np.floating[Any]]
Point = Sequence[float]
Stroke = Sequence[Point]


def arc(
    centre: Point, radii: Point, first: float, last: float, count: int = 18
) -> list[list[float]]:
    """Return points along an ellipse, as a part of a stroke.

    Parameters
    ----------
    centre : sequence of float, length 2
        Its middle.
    radii : sequence of float, length 2
        To the right and down.
    first, last : float
        Where it begins and ends, in degrees: 0 is right, 90 is down.
    count : int, default 18
        Number of points.
    """
    angles = [
        math.radians(first + (last - first) * n / (count - 1)) for n in range(count)
    ]
    return [
        [
            round(centre[0] + radii[0] * math.cos(angle), 2),
            round(centre[1] + radii[1] * math.sin(angle), 2),
        ]
        for angle in angles
    ]


# Drawn for this course; the pen goes the way a hand goes.
SAMPLES: tuple[list[Any], ...] = (
    [arc((14, 14), (5.5, 8.5), -80, 285, 36)],
    [[[12, 7.5], [14.5, 5.5], [14, 22.5]]],
    [[*arc((13.5, 10), (5, 4.5), -170, 40), [9, 22], [19.5, 21.5]]],
    [
        [
            *arc((13, 9.5), (4.8, 4), -150, 75),
            *arc((13, 17.8), (5.3, 4.3), -75, 150),
        ]
    ],
    [[[11.5, 5.5], [8.5, 15], [19.5, 15]], [[17.5, 7], [16.5, 23]]],
    [
        [[10.5, 6.5], [9.8, 12.5], *arc((13, 17.2), (5.5, 5.2), -115, 150)],
        [[10.5, 6.5], [18.5, 6]],
    ],
    [[[16.5, 5], *arc((13.8, 17.2), (4.4, 5), -165, -525, 36)]],
    [[[8.5, 6.5], [19, 6.5], [12.5, 22.5]]],
    [
        [
            *arc((14, 9.3), (4.2, 3.9), -60, -270),
            *arc((14, 18), (4.8, 4.8), -90, 270, 26),
            *arc((14, 9.3), (4.2, 3.9), 90, -60),
        ]
    ],
    [[*arc((13.4, 10.2), (4.6, 4.6), -20, -380, 30), [17.6, 12], [16, 23]]],
)


def field(strokes: Sequence[Stroke], radius: float = RADIUS) -> FloatArray:
    """Lay ink along strokes and measure how much of each pixel it covers.

    A pixel is grey where the ink covers a part of it: it is looked at in 4 x 4 points.

    Parameters
    ----------
    strokes : sequence of strokes
        Points (x, y) on the field; a stroke of one point is a dot.
    radius : float, default 1.1
        Half the width of the pen, in pixels.

    Returns
    -------
    ndarray, shape (28, 28)
        The share of each pixel that is covered, from 0 to 1.
    """
    places = (np.arange(FIELD * FINER) + 0.5) / FINER
    x, y = places[np.newaxis, :], places[:, np.newaxis]
    ink = np.zeros((FIELD * FINER, FIELD * FINER), dtype=bool)
    for stroke in strokes:
        for start, end in zip(stroke, [*stroke[1:], stroke[-1]], strict=True):
            right, down = end[0] - start[0], end[1] - start[1]
            length = right * right + down * down
            along = (x - start[0]) * right + (y - start[1]) * down
            share = np.clip(along / (length or 1), 0, 1)
            a, b = x - start[0] - share * right, y - start[1] - share * down
            ink |= a * a + b * b <= radius * radius
    blocks = ink.reshape(FIELD, FINER, FIELD, FINER)
    return np.asarray(blocks.mean(axis=(1, 3)))


def prepared(strokes: Sequence[Stroke], radius: float = RADIUS) -> FloatArray:
    """Bring a drawing to the form of MNIST's pictures.

    The larger side of the ink becomes 20 pixels, the pen grows or shrinks along, and
    the centre of mass goes to the middle of the field, by whole pixels.

    Parameters
    ----------
    strokes : sequence of strokes
        Points (x, y) on the field.
    radius : float, default 1.1
        Half the width of the pen, in pixels.

    Returns
    -------
    ndarray, shape (28, 28)
        How much of each pixel is covered, from 0 to 1; 0 all over if nothing is drawn.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio and Haffner (1998), section III.A. They shrink pictures
       of black and white; here the strokes are made larger or smaller, before there are
       any pixels.
    """
    points = np.array([point for stroke in strokes for point in stroke], dtype=float)
    if not len(points):
        return np.zeros((FIELD, FIELD))
    least, most = points.min(axis=0) - radius, points.max(axis=0) + radius
    factor = BOX / float((most - least).max())

    def placed(shift: FloatArray) -> FloatArray:
        moved = [
            [
                [(c - o) * factor + s for c, o, s in zip(p, least, shift, strict=True)]
                for p in stroke
            ]
            for stroke in strokes
        ]
        return field(moved, radius * factor)

    return placed(centring(placed(np.zeros(2))))


def centring(pixels: FloatArray) -> FloatArray:
    """Return the shift that brings the centre of mass to the middle.

    Parameters
    ----------
    pixels : ndarray, shape (28, 28)
        A picture that is not empty.

    Returns
    -------
    ndarray, shape (2,)
        To the right and down, in whole pixels.
    """
    middles = np.arange(FIELD) + 0.5
    mass = [pixels.sum(axis=0) @ middles, pixels.sum(axis=1) @ middles]
    shift: FloatArray = np.floor(FIELD / 2 - np.array(mass) / pixels.sum() + 0.5)
    return shift
