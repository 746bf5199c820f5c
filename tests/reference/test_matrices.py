"""The reference of problem set 1: cross-correlation as a matrix."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg

from convnets.correlation import (
    correlate1d,
    correlate2d,
    correlation_matrix,
    toeplitz,
)
from coursekit.errors import ShapeError


def test_a_toeplitz_matrix_is_as_on_paper():
    matrix = toeplitz(np.array([1.0, 2.0]), length=3)
    np.testing.assert_array_equal(matrix, [[1.0, 2.0, 0.0], [0.0, 1.0, 2.0]])


def test_a_doubly_blocked_matrix_is_as_on_paper():
    matrix = correlation_matrix(np.array([[1.0, 2.0], [3.0, 4.0]]), height=2, width=3)
    want = [[1.0, 2.0, 0.0, 3.0, 4.0, 0.0], [0.0, 1.0, 2.0, 0.0, 3.0, 4.0]]
    np.testing.assert_array_equal(matrix, want)


def test_eight_samples_and_three_weights_make_six_rows():
    assert toeplitz(np.ones(3), length=8).shape == (6, 8)


def test_no_window_runs_over_the_right_edge():
    matrix = correlation_matrix(np.array([[1.0, 2.0]]), height=2, width=3)
    assert matrix.shape == (4, 6)
    np.testing.assert_array_equal(matrix[:, 2:4].min(axis=1), np.zeros(4))


def test_a_stride_drops_rows_and_keeps_columns():
    kernel = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(toeplitz(kernel, 8, 2), toeplitz(kernel, 8)[::2])


def test_fractional_weights_are_not_cut_off():
    np.testing.assert_array_equal(toeplitz(np.array([0.5]), 2), [[0.5, 0], [0, 0.5]])
    assert correlation_matrix(np.array([[0.5]]), 1, 1) == 0.5


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("length", [1, 2, 4, 7])
def test_multiplying_by_the_matrix_correlates_a_signal(rng, length, stride):
    x, kernel = rng.normal(size=7), rng.normal(size=length)
    got = toeplitz(kernel, 7, stride) @ x
    np.testing.assert_allclose(got, correlate1d(x, kernel, stride), rtol=1e-10)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (3, 2), (4, 1), (4, 6)])
def test_multiplying_by_the_matrix_correlates_an_image(rng, size):
    x, kernel = rng.normal(size=(4, 6)), rng.normal(size=size)
    got = correlation_matrix(kernel, 4, 6) @ x.ravel()
    np.testing.assert_allclose(got, correlate2d(x, kernel).ravel(), rtol=1e-10)


@pytest.mark.parametrize(("length", "size"), [(1, 4), (3, 5), (5, 5)])
def test_the_matrix_matches_scipy(rng, length, size):
    kernel = rng.normal(size=length)
    column = np.zeros(size - length + 1)
    column[0] = kernel[0]
    row = np.append(kernel, np.zeros(size - length))
    want = scipy.linalg.toeplitz(column, row)
    np.testing.assert_array_equal(toeplitz(kernel, size), want)


def test_a_kernel_with_two_axes_is_named():
    with pytest.raises(ShapeError, match=r"`kernel` must have 1 axis \(K_w\)"):
        toeplitz(np.zeros((2, 3)), 4)


def test_a_kernel_with_one_axis_is_named():
    with pytest.raises(ShapeError, match=r"`kernel` must have 2 axes \(K_h, K_w\)"):
        correlation_matrix(np.zeros(3), 4, 5)


def test_a_kernel_longer_than_the_signal_is_refused():
    with pytest.raises(ShapeError, match=r"kernel length \(4\) is larger .* \(3\)"):
        toeplitz(np.zeros(4), 3)


def test_a_stride_below_one_is_refused():
    with pytest.raises(ShapeError, match="`stride` must be at least 1, but it is -1"):
        toeplitz(np.zeros(2), 3, stride=-1)


@pytest.mark.parametrize(
    ("height", "width", "side"), [(1, 5, "height"), (5, 2, "width")]
)
def test_a_kernel_larger_than_the_image_is_refused(height, width, side):
    with pytest.raises(ShapeError, match=f"The kernel {side}"):
        correlation_matrix(np.zeros((2, 3)), height, width)
