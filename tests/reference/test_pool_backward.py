"""The reference of problem set 5: gradients of pools."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from convnets.backprop import avg_pool2d_backward, max_pool2d_backward
from convnets.gradcheck import numerical_gradient
from convnets.pooling import avg_pool2d, max_pool2d
from coursekit.errors import ShapeError

PAIRS = [
    (max_pool2d_backward, max_pool2d, F.max_pool2d),
    (avg_pool2d_backward, avg_pool2d, F.avg_pool2d),
]
BACKWARD = [max_pool2d_backward, avg_pool2d_backward]
STRIDES = [None, 1, 2, (3, 1)]
PADDED = [(2, 0), (2, 1), (3, (0, 1)), ((1, 2), (0, 1)), ((3, 2), 1), ((4, 5), (2, 1))]


def gradients_match_torch(x, window, stride, padding, rng):
    """Compare both pools with PyTorch."""
    for backward, _, peer in PAIRS:
        tensor = torch.from_numpy(x).requires_grad_()
        out = peer(tensor, window, stride, padding)
        grad_out = rng.normal(size=out.shape).astype(x.dtype)
        (want,) = torch.autograd.grad(out, tensor, torch.from_numpy(grad_out))
        got = backward(grad_out, x, window, stride, padding)
        assert got.dtype == x.dtype
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)


def test_the_winner_takes_all_and_a_mean_is_shared():
    x, grad_out = np.array([[[[3.0, -4.0, 0.0, 2.0]]]]), np.array([[[[6.0, 8.0]]]])
    assert max_pool2d_backward(grad_out, x, (1, 2)).ravel().tolist() == [6, 0, 0, 8]
    assert avg_pool2d_backward(grad_out, x, (1, 2)).ravel().tolist() == [3, 3, 4, 4]


def test_a_pixel_that_wins_several_windows_gets_the_sum():
    x = np.array([[[[1.0, 9.0, 2.0, 3.0]]]])
    grad_out = np.array([[[[10.0, 20.0, 40.0]]]])
    got = max_pool2d_backward(grad_out, x, (1, 2), stride=1)
    assert got.ravel().tolist() == [0, 30, 0, 40]
    got = avg_pool2d_backward(grad_out, x, (1, 2), stride=1)
    assert got.ravel().tolist() == [5, 15, 30, 20]


def test_a_tie_goes_to_the_first_row_by_row():
    x = np.array([[[[0.0, 7.0], [7.0, 7.0]]]])
    got = max_pool2d_backward(np.ones((1, 1, 1, 1)), x, 2)
    assert got.ravel().tolist() == [0, 1, 0, 0]


def test_the_border_takes_no_gradient_of_a_maximum_and_its_share_of_a_mean():
    x, ones = np.full((1, 1, 2, 2), -4.0), np.ones((1, 1, 2, 2))
    assert max_pool2d_backward(ones, x, 2, padding=1).ravel().tolist() == [1] * 4
    assert avg_pool2d_backward(ones, x, 2, padding=1).ravel().tolist() == [0.25] * 4


@pytest.mark.parametrize("value", [-np.inf, 0])
def test_pixels_no_larger_than_a_border_still_win(value):
    x = np.full((1, 1, 3, 3), value)
    got = max_pool2d_backward(np.ones((1, 1, 3, 3)), x, 3, stride=1, padding=1)
    assert got.sum() == 9
    assert got[0, 0, 0, 0] == 4


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("stride", STRIDES)
@pytest.mark.parametrize(("window", "padding"), PADDED)
def test_gradients_match_torch(rng, window, stride, padding, dtype):
    x = rng.normal(size=(2, 3, 7, 8)).astype(dtype) - 2  # mostly negative
    gradients_match_torch(x, window, stride, padding, rng)


@pytest.mark.parametrize("stride", STRIDES)
@pytest.mark.parametrize(("window", "padding"), PADDED)
def test_gradients_match_torch_where_pixels_tie(rng, window, stride, padding):
    x = rng.integers(-1, 1, size=(2, 3, 7, 8)).astype(float)
    gradients_match_torch(x, window, stride, padding, rng)


@pytest.mark.parametrize(("backward", "pool", "_"), PAIRS)
def test_gradients_match_finite_differences(rng, backward, pool, _):
    x = rng.permutation(2 * 5 * 6).reshape(1, 2, 5, 6) / 10  # no two are nearly equal
    options = ((3, 2), (2, 1), (1, 0))
    grad_out = rng.normal(size=pool(x, *options).shape)
    want = numerical_gradient(lambda x: pool(x, *options), x, grad_out)
    got = backward(grad_out, x, *options)
    np.testing.assert_allclose(got, want, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(("window", "padding"), PADDED)
def test_the_gradient_of_a_mean_is_its_adjoint(rng, window, padding):
    x = rng.normal(size=(2, 3, 7, 8))
    out = avg_pool2d(x, window, 2, padding)
    y = rng.normal(size=out.shape)
    got = avg_pool2d_backward(y, x, window, 2, padding)
    np.testing.assert_allclose(np.vdot(x, got), np.vdot(out, y))


@pytest.mark.parametrize(("window", "padding"), PADDED)
def test_no_gradient_of_a_maximum_is_lost_or_doubled(rng, window, padding):
    x = rng.integers(-2, 2, size=(2, 3, 7, 8)).astype(float)
    y = rng.random(size=max_pool2d(x, window, 2, padding).shape)
    got = max_pool2d_backward(y, x, window, 2, padding)
    np.testing.assert_allclose(got.sum(axis=(2, 3)), y.sum(axis=(2, 3)))


def test_images_of_bytes_have_gradients_with_fractions(rng):
    x = np.array([[[[200, 201], [202, 205]]]], np.uint8)
    grad_out = np.array([[[[0.5]]]], np.float32)
    assert max_pool2d_backward(grad_out, x, 2).ravel().tolist() == [0, 0, 0, 0.5]
    assert avg_pool2d_backward(grad_out, x, 2).ravel().tolist() == [0.125] * 4


def test_a_nan_counts_as_larger_than_any_number():
    x = np.array([[[[1.0, np.nan, np.inf, np.nan]]]])
    got = max_pool2d_backward(np.ones((1, 1, 1, 1)), x, (1, 4))
    assert got.ravel().tolist() == [0, 1, 0, 0]


def test_infinite_gradients_stay_where_they_belong():
    x, grad_out = np.array([[[[1.0, 2.0, 3.0, 1.0]]]]), np.array([[[[np.inf, np.nan]]]])
    got = max_pool2d_backward(grad_out, x, (1, 2))
    np.testing.assert_array_equal(got.ravel(), [0, np.inf, np.nan, 0])


@pytest.mark.parametrize("backward", BACKWARD)
def test_an_empty_batch_gives_an_empty_batch(backward):
    x, grad_out = np.zeros((0, 3, 5, 6), np.float32), np.zeros((0, 3, 2, 3), np.float32)
    got = backward(grad_out, x, 2)
    assert (got.shape, got.dtype) == (x.shape, np.float32)


@pytest.mark.parametrize("backward", BACKWARD)
def test_the_inputs_are_left_alone(rng, backward):
    x, grad_out = rng.normal(size=(1, 2, 4, 5)), rng.normal(size=(1, 2, 4, 5))
    copies = x.copy(), grad_out.copy()
    backward(grad_out, x, 1)[...] = 7
    np.testing.assert_array_equal(x, copies[0])
    np.testing.assert_array_equal(grad_out, copies[1])


X, GRAD = np.zeros((1, 2, 5, 6)), np.zeros((1, 2, 2, 3))
REFUSED = {
    r"`x` must have 4 axes \(N, C, H_in, W_in\)": lambda f: f(GRAD, X[0], 2),
    r"`grad_out` must have shape \(N, C, H_out, W_out\) = \(1, 2, 2, 3\), but": (
        lambda f: f(X, X, 2)
    ),
    r"\(N, C, H_out, W_out\) = \(1, 2, 4, 5\)": lambda f: f(GRAD, X, 2, 1),
    r"`kernel_size` must be at least 1": lambda f: f(GRAD, X, (2, 0)),
    r"`stride` must be at least 1": lambda f: f(GRAD, X, 2, stride=0),
    r"kernel width \(7\) is larger than the input \(6\)": lambda f: f(GRAD, X, (2, 7)),
    r"at most half the window, but it is 2 and the window's width is 3": (
        lambda f: f(GRAD, X, (4, 3), padding=2)
    ),
}


@pytest.mark.parametrize("message", REFUSED)
@pytest.mark.parametrize("backward", BACKWARD)
def test_what_makes_no_sense_is_refused_in_plain_words(backward, message):
    with pytest.raises(ShapeError, match=message):
        REFUSED[message](backward)
