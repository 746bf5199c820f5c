"""The reference of problem set 4: pools."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from convnets.pooling import avg_pool2d, lp_pool2d, max_pool2d
from coursekit.errors import ShapeError

POOLS = [max_pool2d, avg_pool2d, lp_pool2d]
WINDOWS = [2, 3, (1, 2), (3, 2), (4, 5)]
STRIDES = [None, 1, 2, (3, 1)]
PADDED = [(2, 1), (3, 0), (3, (0, 1)), ((1, 2), (0, 1)), ((3, 2), 1), ((4, 5), (2, 1))]


def test_the_example_of_four_by_four():
    x = np.array([[1.0, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]])
    out = max_pool2d(x[np.newaxis, np.newaxis], 2)
    np.testing.assert_array_equal(out[0, 0], [[6, 8], [3, 4]])


def test_pools_as_on_paper():
    x = np.array([[[[3.0, -4.0, 0.0, 2.0]]]])
    assert max_pool2d(x, (1, 2)).ravel().tolist() == [3, 2]
    assert avg_pool2d(x, (1, 2)).ravel().tolist() == [-0.5, 1]
    assert lp_pool2d(x, (1, 2)).ravel().tolist() == [5, 2]
    assert lp_pool2d(x, (1, 2), norm=1).ravel().tolist() == [7, 2]


def test_channels_are_pooled_one_by_one():
    x = np.array([1.0, 2.0, 30.0, 40.0]).reshape(1, 2, 1, 2)
    np.testing.assert_array_equal(max_pool2d(x, (1, 2)).ravel(), [2, 40])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("stride", STRIDES)
@pytest.mark.parametrize(("window", "padding"), PADDED)
def test_max_and_mean_match_torch(rng, window, stride, padding, dtype):
    x = rng.normal(size=(2, 3, 7, 8)).astype(dtype) - 2  # mostly negative
    tensor = torch.from_numpy(x)
    want = F.max_pool2d(tensor, window, stride, padding)
    np.testing.assert_array_equal(max_pool2d(x, window, stride, padding), want)
    got, want = avg_pool2d(x, window, stride, padding), F.avg_pool2d
    assert got.dtype == dtype
    np.testing.assert_allclose(got, want(tensor, window, stride, padding), rtol=1e-5)


@pytest.mark.parametrize("norm", [1, 2, 3.5])
@pytest.mark.parametrize("stride", STRIDES)
@pytest.mark.parametrize("window", WINDOWS)
def test_length_matches_torch_where_no_number_is_negative(rng, window, stride, norm):
    x = rng.random(size=(2, 3, 7, 8))
    want = F.lp_pool2d(torch.from_numpy(x), norm, window, stride)
    np.testing.assert_allclose(lp_pool2d(x, window, norm, stride), want, rtol=1e-12)


def test_signs_cancel_in_torch_alone_when_the_exponent_is_odd():
    x = np.array([[[[3.0, -3.0]]]])
    assert lp_pool2d(x, (1, 2), norm=1).item() == 6
    assert F.lp_pool2d(torch.from_numpy(x), 1, (1, 2)).item() == 0
    even = F.lp_pool2d(torch.from_numpy(x), 2, (1, 2)).item()
    np.testing.assert_allclose(lp_pool2d(x, (1, 2)).item(), even)


def test_the_border_counts_in_the_mean_and_never_wins_the_maximum():
    x = np.full((1, 1, 2, 2), -4.0)
    assert max_pool2d(x, 2, padding=1).ravel().tolist() == [-4] * 4
    assert avg_pool2d(x, 2, padding=1).ravel().tolist() == [-1] * 4


def test_whole_numbers_keep_their_maximum_and_get_a_mean_with_fractions():
    x = np.array([[[[200, 201], [202, 205]]]], np.uint8)
    largest = max_pool2d(x, 2, padding=1)
    assert (largest.dtype, largest.ravel().tolist()) == (np.uint8, [200, 201, 202, 205])
    assert avg_pool2d(x, 2).item() == 202
    assert avg_pool2d(x, (1, 2)).ravel().tolist() == [200.5, 203.5]
    assert lp_pool2d(x, 2, norm=1).item() == 808


@pytest.mark.parametrize("pool", POOLS)
def test_nan_goes_through_to_the_windows_that_hold_it_and_to_no_other(pool):
    x = np.ones((1, 1, 4, 6))
    x[0, 0, 1, 3] = np.nan
    want = [[False, True, False], [False, False, False]]
    np.testing.assert_array_equal(np.isnan(pool(x, 2))[0, 0], want)


@pytest.mark.parametrize("pool", POOLS)
def test_an_empty_batch_gives_an_empty_batch(pool):
    out = pool(np.zeros((0, 3, 5, 6), np.float32), 2)
    assert (out.shape, out.dtype) == ((0, 3, 2, 3), np.float32)


@pytest.mark.parametrize("pool", POOLS)
def test_the_input_is_left_alone(rng, pool):
    x = rng.normal(size=(1, 2, 4, 5))
    before = x.copy()
    pool(x, (1, 1))[...] = 7
    np.testing.assert_array_equal(x, before)


X = np.zeros((1, 2, 5, 6))
REFUSED = {
    r"`x` must have 4 axes \(N, C, H_in, W_in\)": lambda pool: pool(X[0], 2),
    r"`kernel_size` must be at least 1": lambda pool: pool(X, (2, 0)),
    r"`stride` must be at least 1": lambda pool: pool(X, 2, stride=0),
    r"kernel width \(7\) is larger than the input \(6\)": lambda pool: pool(X, (2, 7)),
}


@pytest.mark.parametrize("message", REFUSED)
@pytest.mark.parametrize("pool", POOLS)
def test_what_makes_no_sense_is_refused_in_plain_words(pool, message):
    with pytest.raises(ShapeError, match=message):
        REFUSED[message](pool)


@pytest.mark.parametrize("pool", [max_pool2d, avg_pool2d])
def test_windows_that_may_lie_in_the_border_alone_are_refused(pool):
    match = "at most half the window, but it is 2 and the window's width is 3"
    with pytest.raises(ShapeError, match=match):
        pool(X, (4, 3), padding=2)


@pytest.mark.parametrize("norm", [0, -1, np.nan])
def test_an_exponent_that_gives_no_length_is_refused(norm):
    with pytest.raises(ValueError, match="`norm` must be above 0"):
        lp_pool2d(X, 2, norm)
