"""The reference of problem set 4: special convolutions."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import torch

from convnets.im2col import conv2d
from convnets.special import depthwise_separable_conv2d, linear_as_conv, telling_inputs
from coursekit.errors import ShapeError

DEPTHWISE, POINTWISE = np.ones((3, 1, 2, 2)), np.ones((4, 3, 1, 1))


def tensors(*arrays):
    return [None if array is None else torch.from_numpy(array) for array in arrays]


def test_a_separable_convolution_is_computed_as_on_paper():
    x = np.array([[[[1.0, 2.0]], [[3.0, 4.0]]]])  # two channels of one row
    depthwise = np.array([[[[1.0, 1.0]]], [[[1.0, -1.0]]]])  # gives 3 and -1
    pointwise = np.array([[1.0, 0.0], [2.0, 5.0]])[..., None, None]
    out = depthwise_separable_conv2d(x, depthwise, pointwise, np.array([0.0, 10.0]))
    np.testing.assert_array_equal(out, [[[[3.0]], [[11.0]]]])


def test_the_bias_is_not_padded_nor_mixed():
    x, bias = np.zeros((1, 3, 2, 3)), np.array([1.0, 2.0, 3.0, 4.0])
    out = depthwise_separable_conv2d(x, DEPTHWISE, POINTWISE, bias, padding=1)
    np.testing.assert_array_equal(out, np.ones((1, 4, 3, 4)) * bias[:, None, None])


@pytest.mark.parametrize("stride", [1, 2, (3, 1)])
@pytest.mark.parametrize("padding", [0, 1, (2, 1)])
@pytest.mark.parametrize("dilation", [1, (1, 2)])
@pytest.mark.parametrize("kernel", [(1, 1), (3, 3), (2, 3)])
@pytest.mark.parametrize("has_bias", [False, True])
def test_a_separable_convolution_matches_torch(
    rng, kernel, dilation, padding, stride, has_bias
):
    # Every axis has its own length, so a swapped pair of axes cannot pass.
    x = rng.normal(size=(2, 3, 6, 7))
    depthwise, pointwise = rng.normal(size=(3, 1, *kernel)), rng.normal(size=(5, 3))
    bias = rng.normal(size=5) if has_bias else None
    arrays = (x, depthwise, pointwise[..., None, None], bias)
    got = depthwise_separable_conv2d(*arrays, stride, padding, dilation)
    x, depthwise, pointwise, bias = tensors(*arrays)
    layer = torch.nn.functional.conv2d
    maps = layer(x, depthwise, None, stride, padding, dilation, groups=3)
    want = layer(maps, pointwise, bias)
    np.testing.assert_allclose(got, want.numpy(), rtol=1e-10, atol=1e-12)


def test_a_separable_convolution_is_an_ordinary_one_with_a_filter_of_rank_one(rng):
    x = rng.normal(size=(2, 3, 6, 7))
    depthwise, pointwise = rng.normal(size=(3, 1, 2, 3)), rng.normal(size=(5, 3, 1, 1))
    full = pointwise * depthwise.swapaxes(0, 1)  # (C_out, C_in, K_h, K_w)
    got = depthwise_separable_conv2d(x, depthwise, pointwise, stride=2, padding=1)
    np.testing.assert_allclose(got, conv2d(x, full, stride=2, padding=1), rtol=1e-10)


def test_single_precision_stays_single(rng):
    arrays = [np.ones((1, 3, 4, 5)), DEPTHWISE, POINTWISE]
    single = [array.astype(np.float32) for array in arrays]
    assert depthwise_separable_conv2d(*single).dtype == np.float32


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"x": np.ones((3, 4, 5))}, r"`x` must have 4 axes .*\(3, 4, 5\)"),
        ({"x": np.ones((1, 2, 4, 5))}, r"`depthwise_weight` .* C_in = 2 .*\(3, 1, 2"),
        ({"depthwise_weight": np.ones((3, 2, 2))}, r"4 axes \(C_in, 1, K_h, K_w\)"),
        ({"depthwise_weight": np.ones((3, 3, 2, 2))}, r"C_in = 3 .*\(3, 3, 2, 2\)"),
        ({"depthwise_weight": np.ones((6, 1, 2, 2))}, r"C_in = 3 .*\(6, 1, 2, 2\)"),
        ({"pointwise_weight": np.ones((4, 3))}, r"4 axes \(C_out, C_in, 1, 1\)"),
        (
            {"pointwise_weight": np.ones((3, 4, 1, 1))},
            r"`pointwise_weight` .* C_in = 3",
        ),
        ({"pointwise_weight": np.ones((4, 3, 2, 1))}, r"its shape is \(4, 3, 2, 1\)"),
        ({"bias": np.ones(3)}, r"`bias` must have shape \(C_out,\) = \(4,\)"),
        ({"stride": 0}, "`stride` must be at least 1, but it is 0"),
        ({"padding": (0, -1)}, "`padding` must be at least 0, but it is -1"),
        ({"depthwise_weight": np.ones((3, 1, 5, 2))}, r"kernel height \(5\) is larger"),
        ({"dilation": 5}, "dilated kernel .* is larger than the input"),
    ],
)
def test_what_does_not_fit_a_separable_convolution_is_refused(arguments, match):
    given = {
        "x": np.ones((1, 3, 4, 5)),
        "depthwise_weight": DEPTHWISE,
        "pointwise_weight": POINTWISE,
    }
    with pytest.raises(ShapeError, match=match):
        depthwise_separable_conv2d(**{**given, **arguments})


def test_a_row_of_weights_becomes_a_filter_channel_after_channel():
    weight = np.arange(12.0).reshape(1, 12)
    filters, bias = linear_as_conv(weight, np.array([7.0]), (2, 2, 3))
    want = [[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]], [[6.0, 7.0, 8.0], [9.0, 10.0, 11.0]]]
    np.testing.assert_array_equal(filters, [want])
    np.testing.assert_array_equal(bias, [7.0])


def test_a_linear_layer_gives_the_same_as_its_convolution(rng):
    images = rng.normal(size=(5, 2, 3, 4))
    weight, bias = rng.normal(size=(6, 24)), rng.normal(size=6)
    filters, same = linear_as_conv(weight, bias, (2, 3, 4))
    got = conv2d(images, filters, same)
    flat, weight, bias = tensors(images.reshape(5, 24), weight, bias)
    want = torch.nn.functional.linear(flat, weight, bias).numpy()
    assert got.shape == (5, 6, 1, 1)
    np.testing.assert_allclose(got[..., 0, 0], want, rtol=1e-10, atol=1e-12)


def test_on_a_larger_image_the_layer_slides(rng):
    image, weight = rng.normal(size=(1, 2, 5, 7)), rng.normal(size=(3, 24))
    filters, _ = linear_as_conv(weight, None, (2, 3, 4))
    window = image[0, :, 2:5, 1:5].ravel()
    np.testing.assert_allclose(conv2d(image, filters)[0, :, 2, 1], weight @ window)


def test_a_missing_bias_stays_missing():
    assert linear_as_conv(np.ones((2, 6)), None, (1, 2, 3))[1] is None


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"weight": np.ones(12)}, r"`weight` must have 2 axes \(out_features, C \* H"),
        ({"weight": np.ones((3, 11))}, r"2 \* 2 \* 3 = 12 numbers .* it has 11"),
        ({"bias": np.ones(12)}, r"shape \(out_features,\) = \(3,\), .*\(12,\)"),
        ({"input_shape": (4, 3)}, r"must be \(C, H, W\), but it is \(4, 3\)"),
        ({"input_shape": (0, 2, 3)}, "`input_shape` must be at least 1, but it is 0"),
    ],
)
def test_what_does_not_fit_a_linear_layer_is_refused(arguments, match):
    given = {"weight": np.ones((3, 12)), "bias": np.ones(3), "input_shape": (2, 2, 3)}
    with pytest.raises(ShapeError, match=match):
        linear_as_conv(**{**given, **arguments})


def test_telling_inputs_are_arguments_of_conv2d():
    names = set(inspect.signature(conv2d).parameters)
    for arguments in telling_inputs().values():
        assert set(arguments) <= names
        assert conv2d(**arguments).size > 1
