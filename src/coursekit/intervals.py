"""How well a few independent runs pin down their mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coursekit.errors import ShapeError

# Student's t at 97.5 %, by the number of values less 1.
T_VALUES = {2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306}
T_VALUES |= {9: 2.262, 10: 2.228, 11: 2.201, 12: 2.179, 13: 2.160, 14: 2.145}


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean of independent runs and its 95 % interval by Student's t.

    Parameters
    ----------
    values : sequence of float
        One number for each run, 3 to 15 of them.

    Returns
    -------
    mean, low, high : float
        The mean, and the ends of the interval.

    Raises
    ------
    ShapeError
        If there are too few runs or more than the table of Student's t holds.

    Examples
    --------
    >>> interval([1.0, 2.0, 3.0])
    (2.0, -0.484..., 4.484...)
    """
    count = len(values)
    if count - 1 not in T_VALUES:
        msg = f"`values` must hold 3 to 15 numbers, but it holds {count}."
        raise ShapeError(msg)
    mean = float(np.mean(values))
    half = T_VALUES[count - 1] * float(np.std(values, ddof=1)) / count**0.5
    return mean, mean - half, mean + half
