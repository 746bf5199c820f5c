"""Functions that a case names, because it cannot hold a function itself.

Each takes an array and returns one, with values that a gradient can be worked out for
on paper. They are what a student's gradient checker is tried on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]
Function = Callable[[FloatArray], FloatArray]


def _square(x: FloatArray) -> FloatArray:
    """Square every number."""
    return x * x


def _cube(x: FloatArray) -> FloatArray:
    """Raise every number to its third power."""
    return x * x * x


def _neighbours(x: FloatArray) -> FloatArray:
    """Multiply every number by the next one; the output is shorter by one."""
    return x.ravel()[:-1] * x.ravel()[1:]


def _row_sums(x: FloatArray) -> FloatArray:
    """Sum the sines of each row."""
    return np.asarray(np.sin(x).sum(axis=-1))


def _softplus(x: FloatArray) -> FloatArray:
    """Smooth the positive part: log(1 + exp(x))."""
    return np.logaddexp(0.0, x)


FUNCTIONS: dict[str, Function] = {
    "square": _square,
    "cube": _cube,
    "neighbours": _neighbours,
    "row sums": _row_sums,
    "softplus": _softplus,
}
