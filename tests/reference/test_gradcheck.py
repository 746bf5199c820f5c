"""The reference of problem set 5: gradients by finite differences."""

from __future__ import annotations

import numpy as np
import pytest

from convnets.gradcheck import numerical_gradient
from coursekit.errors import ShapeError


def test_the_slope_of_a_square_as_on_paper():
    got = numerical_gradient(np.square, np.array([1.0, 3.0]), np.array([1.0, 10.0]))
    np.testing.assert_allclose(got, [2, 60])


def test_differences_are_central():
    # From one side, the slope of x ** 2 at 0 would be eps, and not 0.
    got = numerical_gradient(np.square, np.zeros(1), np.ones(1), eps=0.5)
    assert got.item() == 0


def test_a_central_difference_of_a_cube_is_off_by_the_square_of_the_step():
    got = numerical_gradient(lambda x: x**3, np.array([2.0]), np.ones(1), eps=0.5)
    np.testing.assert_allclose(got, 3 * 2**2 + 0.5**2)


def test_each_number_of_the_output_counts_by_its_upstream_gradient(rng):
    matrix, x = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
    grad_out = rng.normal(size=(3, 2))
    got = numerical_gradient(lambda x: matrix @ x, x, grad_out)
    np.testing.assert_allclose(got, matrix.T @ grad_out, rtol=1e-8)


@pytest.mark.parametrize("shape", [(), (5,), (2, 3), (2, 1, 3, 2)])
def test_the_gradient_has_the_shape_of_the_input_and_double_precision(rng, shape):
    x = rng.normal(size=shape).astype(np.float32)
    got = numerical_gradient(np.sin, x, np.ones(shape))
    assert (got.shape, got.dtype) == (shape, np.float64)
    np.testing.assert_allclose(got, np.cos(x.astype(np.float64)), rtol=1e-8)


def test_a_function_of_one_value_needs_one_upstream_gradient(rng):
    x = rng.normal(size=(2, 3))
    got = numerical_gradient(lambda x: np.sum(x**2), x, np.float64(3))
    np.testing.assert_allclose(got, 6 * x)


def test_the_input_is_left_alone_even_by_a_function_that_writes_into_it(rng):
    def double(x):
        x *= 2
        return x

    x = rng.normal(size=(2, 3))
    before = x.copy()
    np.testing.assert_allclose(numerical_gradient(double, x, np.ones((2, 3))), 2)
    np.testing.assert_array_equal(x, before)


def test_a_function_that_returns_its_argument_has_slope_one():
    np.testing.assert_allclose(
        numerical_gradient(lambda x: x, np.ones(3), np.ones(3)), 1
    )


def test_whole_numbers_are_moved_by_fractions():
    got = numerical_gradient(np.square, np.array([3, 5]), np.array([1, 1]))
    np.testing.assert_allclose(got, [6, 10])


def test_a_nan_spoils_what_is_summed_with_it_and_no_more():
    got = numerical_gradient(np.square, np.array([np.nan, 2.0]), np.ones(2))
    assert np.isnan(got).all()  # every difference sums over the whole output
    got = numerical_gradient(lambda x: x[1:] ** 2, np.array([np.nan, 2.0]), np.ones(1))
    np.testing.assert_allclose(got, [0, 4])


def test_no_number_has_no_slope():
    assert numerical_gradient(np.square, np.zeros((0, 3)), np.zeros((0, 3))).size == 0


def test_an_upstream_gradient_of_another_shape_is_refused():
    match = r"`grad_out` must have the shape of f\(x\), \(3,\), but its shape is \(1,\)"
    with pytest.raises(ShapeError, match=match):
        numerical_gradient(np.square, np.ones(3), np.ones(1))


@pytest.mark.parametrize("eps", [0, -1e-5, np.nan])
def test_a_step_that_does_not_move_is_refused(eps):
    with pytest.raises(ValueError, match="`eps` must be above 0, but it is"):
        numerical_gradient(np.square, np.ones(3), np.ones(3), eps)
