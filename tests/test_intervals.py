"""Means of a few runs, and their intervals by Student's t."""

import numpy as np
import pytest
from scipy import stats

from coursekit.errors import ShapeError
from coursekit.intervals import T_VALUES, interval


def test_the_table_is_that_of_students_t():
    assert list(T_VALUES) == list(range(2, 15))
    for freedom, value in T_VALUES.items():
        assert value == pytest.approx(stats.t.ppf(0.975, freedom), abs=6e-4)


@pytest.mark.parametrize("count", [3, 8, 15])
def test_an_interval_is_what_scipy_gives(count):
    values = np.random.default_rng(0).normal(5.0, 2.0, count)
    mean, low, high = interval(values)
    want = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert mean == pytest.approx(values.mean())
    assert (low, high) == pytest.approx(tuple(want), rel=1e-3)


@pytest.mark.parametrize("count", [0, 2, 16])
def test_too_few_or_too_many_runs_are_told(count):
    with pytest.raises(ShapeError, match=f"3 to 15 numbers, but it holds {count}"):
        interval([1.0] * count)
