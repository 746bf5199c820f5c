"""Checks of what an author passes to a figure, and plain lists out of arrays."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.errors import ShapeError, check_at_least

FloatArray = npt.NDArray[np.floating[Any]]


def as_numbers(name: str, values: npt.ArrayLike) -> FloatArray:
    """Make an array of numbers out of nested lists or an array.

    Parameters
    ----------
    name : str
        The argument's name, as the caller knows it.
    values : array_like, any shape
        Nested lists, or an array of NumPy or PyTorch.

    Returns
    -------
    ndarray, same shape
        The values in double precision.

    Raises
    ------
    ShapeError
        If the rows differ in length, or something is not a finite number.
    """
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as err:
        msg = (
            f"`{name}` must hold numbers in rows of equal length, but it is {values!r}."
        )
        raise ShapeError(msg) from err
    if not np.isfinite(array).all():
        msg = f"`{name}` must hold finite numbers only."
        raise ShapeError(msg)
    return array


def check_at_most(name: str, lengths: tuple[int, ...], most: int) -> None:
    """Raise if an axis is empty or longer than a figure can show.

    Parameters
    ----------
    name : str
        The argument's name, as the caller knows it.
    lengths : tuple of int
        Lengths along the axes.
    most : int
        The longest axis that still fits.

    Raises
    ------
    ShapeError
        If a length is below 1 or above `most`.
    """
    if not all(1 <= length <= most for length in lengths):
        msg = (
            f"`{name}` must have 1 to {most} numbers along each axis to fit the "
            f"figure, but its shape is {lengths}."
        )
        raise ShapeError(msg)


def check_setting(name: str, value: int, least: int, most: int) -> None:
    """Raise if a stride or a padding lies outside what the figure offers.

    Parameters
    ----------
    name : str
        The argument's name, as the caller knows it.
    value : int
        What the caller passed.
    least, most : int
        The smallest and the largest value the figure's control takes.

    Raises
    ------
    ShapeError
        If `value` is below `least` or above `most`.
    """
    check_at_least(name, value, least)
    if value > most:
        msg = f"`{name}` must be at most {most} in this figure, but it is {value}."
        raise ShapeError(msg)


def as_pair(name: str, value: int | Sequence[int]) -> tuple[int, int]:
    """Return a (height, width) pair; a single number stands for both.

    Parameters
    ----------
    name : str
        The argument's name, as the caller knows it.
    value : int or pair of int
        What the caller passed.

    Raises
    ------
    ShapeError
        If it is neither a whole number nor two of them.
    """
    try:
        if isinstance(value, Sequence):
            height, width = map(operator.index, value)
            return height, width
        return operator.index(value), operator.index(value)
    except (TypeError, ValueError) as err:
        msg = (
            f"`{name}` must be a whole number or a pair (height, width) of them, "
            f"but it is {value!r}."
        )
        raise ShapeError(msg) from err
