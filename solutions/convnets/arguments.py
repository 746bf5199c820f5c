"""Read arguments that may be one number for both image axes, or a pair."""

from __future__ import annotations

import operator

from coursekit.errors import ShapeError

Pair = tuple[int, int]


def pair(name: str, value: int | Pair) -> Pair:
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
        if isinstance(value, tuple | list):
            height, width = map(operator.index, value)
            return height, width
        return operator.index(value), operator.index(value)
    except (TypeError, ValueError) as err:
        msg = (
            f"`{name}` must be a whole number or a pair (height, width) of them, "
            f"but it is {value!r}."
        )
        raise ShapeError(msg) from err
