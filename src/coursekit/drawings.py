"""Pictures that code draws, where we know what is in them because we put it there."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]

FACE = 11  # pixels: height and width of a face
CELL = 15  # pixels: height and width of the place a face stands in


def face(is_smiling: bool) -> FloatArray:
    """Draw a face of 11 by 11 pixels, 1 on 0.

    Parameters
    ----------
    is_smiling : bool
        Whether the corners of the mouth point up; else they point down.

    Returns
    -------
    ndarray, shape (11, 11)
        The face.
    """
    rows, columns = np.mgrid[-5:6, -5:6]
    ring = np.abs(np.hypot(rows, columns) - 4.8) < 0.6
    picture = np.where(ring, 1.0, 0.0)
    picture[[3, 3], [3, 7]] = 1.0  # eyes
    picture[7, 4:7] = 1.0  # mouth
    corners = 6 if is_smiling else 8
    picture[[corners, corners], [3, 7]] = 1.0
    return picture


def crowd(
    rng: np.random.Generator, rows: int = 6, columns: int = 12
) -> tuple[FloatArray, tuple[int, int]]:
    """Draw a crowd of faces in uneven light, one of which smiles.

    The light grows from left to right, every face has its own contrast, and the one
    that smiles stands in the darker half with little contrast of its own.

    Parameters
    ----------
    rng : Generator
        Source of places, contrasts and noise.
    rows : int, default 6
        Rows of faces.
    columns : int, default 12
        Faces per row, at least 4.

    Returns
    -------
    picture : ndarray, shape (15 * rows, 15 * columns)
        The crowd, with values from 0 to 1.
    place : (row, column)
        The top left pixel of the face that smiles.
    """
    light = np.linspace(0.1, 0.5, CELL * columns)
    picture = np.tile(light, (CELL * rows, 1))
    smiling = (int(rng.integers(1, rows - 1)), int(rng.integers(1, columns // 2)))
    place = (0, 0)
    for cell in np.ndindex(rows, columns):
        corner = CELL * np.array(cell) + rng.integers(0, CELL - FACE + 1, size=2)
        top, left = int(corner[0]), int(corner[1])
        contrast = 0.25 if cell == smiling else rng.uniform(0.25, 0.5)
        window = picture[top : top + FACE, left : left + FACE]
        window += contrast * face(is_smiling=cell == smiling)
        if cell == smiling:
            place = (top, left)
    noise = rng.normal(scale=0.01, size=picture.shape)
    return np.clip(picture + noise, 0.0, 1.0), place
