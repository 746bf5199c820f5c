"""The reference of problem set 1: cross-correlation and convolution."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
import torch

from convnets.correlation import convolve2d, correlate1d, correlate2d
from coursekit.errors import ShapeError


def test_a_signal_is_correlated_as_on_paper():
    out = correlate1d(np.array([1.0, 2.0, 4.0, 7.0]), np.array([-1.0, 1.0]))
    np.testing.assert_array_equal(out, [1.0, 2.0, 3.0])


def test_an_image_is_correlated_as_on_paper():
    kernel = np.array([[0.0, 1.0], [2.0, 3.0]])
    out = correlate2d(np.arange(9.0).reshape(3, 3), kernel)
    np.testing.assert_array_equal(out, [[19.0, 25.0], [37.0, 43.0]])


def test_an_image_is_convolved_as_on_paper():
    kernel = np.array([[0.0, 1.0], [2.0, 3.0]])
    out = convolve2d(np.arange(9.0).reshape(3, 3), kernel)
    np.testing.assert_array_equal(out, [[5.0, 11.0], [23.0, 29.0]])


def test_the_kernel_is_not_flipped():
    x = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(correlate1d(x, np.array([1.0, 0.0])), [1.0, 2.0])


def test_a_stride_that_does_not_fit_drops_the_rest():
    x = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    np.testing.assert_array_equal(correlate1d(x, np.ones(3), stride=2), [6.0, 12.0])


def test_integers_times_fractions_are_not_cut_off():
    x, half = np.array([[1, 2], [3, 5]]), np.array([[0.5]])
    np.testing.assert_array_equal(correlate1d(x[1], half[0]), [1.5, 2.5])
    np.testing.assert_array_equal(correlate2d(x, half), x / 2)
    np.testing.assert_array_equal(convolve2d(x, half), x / 2)


def test_convolution_turns_what_correlation_leaves():
    point = np.zeros((3, 3))
    point[1, 1] = 1.0
    kernel = np.array([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(convolve2d(point, kernel), kernel)
    np.testing.assert_array_equal(correlate2d(point, kernel), kernel[::-1, ::-1])


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("length", [1, 2, 5, 9])
def test_signals_match_numpy_and_torch(rng, length, stride):
    x, kernel = rng.normal(size=9), rng.normal(size=length)
    got = correlate1d(x, kernel, stride)
    want = torch.nn.functional.conv1d(
        torch.from_numpy(x)[None, None],
        torch.from_numpy(kernel)[None, None],
        None,
        stride,
    )
    np.testing.assert_allclose(got, want[0, 0].numpy(), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(got, np.correlate(x, kernel)[::stride], rtol=1e-10)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (3, 2), (5, 1), (5, 7)])
def test_images_match_scipy(rng, size):
    x, kernel = rng.normal(size=(5, 7)), rng.normal(size=size)
    for ours, theirs in [
        (correlate2d, scipy.signal.correlate2d),
        (convolve2d, scipy.signal.convolve2d),
    ]:
        want = theirs(x, kernel, mode="valid")
        np.testing.assert_allclose(ours(x, kernel), want, rtol=1e-10, atol=1e-12)


def test_arguments_are_left_as_they_were(rng):
    x, kernel = rng.normal(size=(5, 7)), rng.normal(size=(2, 3))
    before = x.copy(), kernel.copy()
    correlate1d(x[0], kernel[0])
    convolve2d(x, kernel)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(kernel, before[1])


def test_a_signal_with_two_axes_is_named():
    with pytest.raises(ShapeError, match=r"`x` must have 1 axis \(W_in\).*\(2, 3\)"):
        correlate1d(np.zeros((2, 3)), np.zeros(2))


def test_a_kernel_with_one_axis_is_named():
    match = r"`kernel` must have 2 axes \(K_h, K_w\), but its shape is \(3,\)"
    for function in (correlate2d, convolve2d):
        with pytest.raises(ShapeError, match=match):
            function(np.zeros((4, 5)), np.zeros(3))


def test_a_kernel_longer_than_the_signal_is_refused():
    with pytest.raises(ShapeError, match=r"kernel length \(4\) is larger .* \(3\)"):
        correlate1d(np.zeros(3), np.zeros(4))


@pytest.mark.parametrize(("size", "side"), [((5, 2), "height"), ((2, 6), "width")])
def test_a_kernel_larger_than_the_image_is_refused(size, side):
    for function in (correlate2d, convolve2d):
        with pytest.raises(ShapeError, match=rf"The kernel {side} \(\d\) is larger"):
            function(np.zeros((4, 5)), np.zeros(size))


def test_an_empty_kernel_is_refused():
    with pytest.raises(ShapeError, match="kernel length must be at least 1"):
        correlate1d(np.zeros(3), np.zeros(0))


def test_a_stride_of_zero_is_refused():
    with pytest.raises(ShapeError, match="`stride` must be at least 1, but it is 0"):
        correlate1d(np.zeros(3), np.zeros(2), stride=0)
