"""Refuse what a network for digits of 8 x 8 pixels cannot read."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.errors import ShapeError, check_axes, check_shape

FloatArray = npt.NDArray[np.floating[Any]]
IntArray = npt.NDArray[np.integer[Any]]


def check_digits(name: str, images: FloatArray, labels: IntArray | None = None) -> None:
    """Raise unless these are grey images of 8 x 8 pixels, with a label for each.

    Parameters
    ----------
    name : str
        The images' name, as the caller knows it.
    images : ndarray, shape (N, 1, 8, 8)
        A batch of digits.
    labels : ndarray of int, shape (N,), optional
        Their classes.

    Raises
    ------
    ShapeError
        If they have another shape, or there is not one label for each image.
    """
    check_axes(name, images, ["N", "C_in", "H_in", "W_in"])
    if images.shape[1:] != (1, 8, 8):
        msg = (
            f"`{name}` must have 1 channel of 8 x 8 pixels, but its shape is "
            f"{images.shape}."
        )
        raise ShapeError(msg)
    if labels is not None:
        check_shape("labels", labels, "(N,)", images.shape[:1])
