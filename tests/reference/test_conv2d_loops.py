"""The reference of problem set 1: the convolutional layer."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from convnets.correlation import conv2d_loops
from coursekit.errors import ShapeError


def test_a_layer_is_computed_as_on_paper():
    x = np.array([[[[1.0, 2.0, 3.0]], [[4.0, 5.0, 6.0]]]])  # two channels, one row
    weight = np.array([[[[1.0, 0.0]], [[0.0, 1.0]]]])
    out = conv2d_loops(x, weight, bias=np.array([10.0]))
    np.testing.assert_array_equal(out, [[[[16.0, 18.0]]]])


def test_the_kernel_is_not_flipped():
    out = conv2d_loops(np.array([[[[1.0, 2.0, 3.0]]]]), np.array([[[[1.0, 0.0]]]]))
    np.testing.assert_array_equal(out, [[[[1.0, 2.0]]]])


def test_the_bias_belongs_to_the_filter_not_to_the_column():
    weight = np.zeros((2, 1, 1, 1))
    out = conv2d_loops(np.zeros((1, 1, 1, 2)), weight, bias=np.array([1.0, 2.0]))
    np.testing.assert_array_equal(out, [[[[1.0, 1.0]], [[2.0, 2.0]]]])


def test_padding_is_on_each_side():
    out = conv2d_loops(np.ones((1, 1, 1, 1)), np.ones((1, 1, 1, 1)), padding=1)
    want = [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    np.testing.assert_array_equal(out, [[want]])


def test_integers_times_fractions_are_not_cut_off():
    out = conv2d_loops(np.full((1, 1, 1, 1), 3), np.full((1, 1, 1, 1), 0.5))
    assert out == 1.5


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize("kernel", [(1, 1), (3, 3), (2, 5), (4, 1)])
@pytest.mark.parametrize("has_bias", [False, True])
def test_a_layer_matches_torch(rng, kernel, padding, stride, has_bias):
    # Every axis has its own length, so a swapped pair of axes cannot pass.
    x = rng.normal(size=(2, 3, 5, 7))
    weight = rng.normal(size=(4, 3, *kernel))
    bias = rng.normal(size=4) if has_bias else None
    got = conv2d_loops(x, weight, bias, stride, padding)
    want = torch.nn.functional.conv2d(
        torch.from_numpy(x),
        torch.from_numpy(weight),
        None if bias is None else torch.from_numpy(bias),
        stride,
        padding,
    )
    np.testing.assert_allclose(got, want.numpy(), rtol=1e-10, atol=1e-12)


def test_single_precision_stays_single(rng):
    x = rng.normal(size=(1, 2, 3, 4)).astype(np.float32)
    weight = rng.normal(size=(3, 2, 2, 2)).astype(np.float32)
    assert conv2d_loops(x, weight).dtype == np.float32


def test_a_missing_batch_axis_is_named():
    with pytest.raises(
        ShapeError, match=r"4 axes \(N, C_in, H_in, W_in\).*\(3, 5, 6\)"
    ):
        conv2d_loops(np.zeros((3, 5, 6)), np.zeros((1, 3, 3, 3)))


def test_a_missing_axis_of_the_filters_is_named():
    with pytest.raises(ShapeError, match=r"`weight` must have 4 axes \(C_out, C_in"):
        conv2d_loops(np.zeros((1, 3, 5, 6)), np.zeros((3, 3, 3)))


def test_filters_over_other_channels_are_refused():
    match = "`x` has 3 channels and the filters of `weight` span 2"
    with pytest.raises(ShapeError, match=match):
        conv2d_loops(np.zeros((1, 3, 5, 6)), np.zeros((4, 2, 3, 3)))


@pytest.mark.parametrize("shape", [(3,), (1, 4), ()])
def test_a_bias_of_another_shape_is_refused(shape):
    with pytest.raises(ShapeError, match=r"must have shape \(C_out,\) = \(4,\)"):
        conv2d_loops(np.zeros((1, 3, 5, 6)), np.zeros((4, 3, 3, 3)), np.zeros(shape))


def test_a_kernel_larger_than_the_padded_image_is_refused():
    match = r"kernel width \(9\) is larger than the padded input \(6 \+ 2 \* 1 = 8\)"
    with pytest.raises(ShapeError, match=match):
        conv2d_loops(np.zeros((1, 1, 5, 6)), np.zeros((1, 1, 3, 9)), padding=1)


@pytest.mark.parametrize(("option", "least"), [("stride", 1), ("padding", 0)])
def test_an_option_that_is_too_small_is_refused(option, least):
    match = f"`{option}` must be at least {least}, but it is {least - 1}"
    with pytest.raises(ShapeError, match=match):
        conv2d_loops(
            np.zeros((1, 1, 5, 6)), np.zeros((1, 1, 3, 3)), **{option: least - 1}
        )
