"""The reference of problem set 5: gradients of convolutions, and their transpose."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from convnets.backprop import conv2d_backward, conv_transpose2d
from convnets.gradcheck import numerical_gradient
from convnets.im2col import conv2d
from coursekit.errors import ShapeError

KERNELS = [(1, 1), (3, 3), (2, 5)]
STRIDES = [1, 2, (2, 3)]
PADDINGS = [0, (1, 2), (4, 0)]
DILATIONS = [1, (2, 1)]
OPTIONS = [(s, p, d) for s in STRIDES for p in PADDINGS for d in DILATIONS]


def torch_gradients(grad_out, x, weight, *options):
    """Let PyTorch compute the gradients of images, filters and bias."""
    tensors = [torch.from_numpy(array) for array in (x, weight, weight[:, 0, 0, 0])]
    out = F.conv2d(*(tensor.requires_grad_() for tensor in tensors), *options)
    return torch.autograd.grad(out, tensors, torch.from_numpy(grad_out))


def make(rng, x_shape, weight_shape, options, dtype=np.float64):
    """Draw the upstream gradient, images and filters of a layer."""
    x, weight = (rng.normal(size=s).astype(dtype) for s in (x_shape, weight_shape))
    out = conv2d(x, weight, None, *options)
    return rng.normal(size=out.shape).astype(dtype), x, weight


def test_gradients_as_on_paper():
    x, weight = np.array([[[[1.0, 2.0, 3.0]]]]), np.array([[[[10.0, 1.0]]]])
    grad_x, grad_weight, grad_bias = conv2d_backward(
        np.array([[[[5.0, 7.0]]]]), x, weight
    )
    assert grad_x.ravel().tolist() == [50, 5 + 70, 7]
    assert grad_weight.ravel().tolist() == [5 * 1 + 7 * 2, 5 * 2 + 7 * 3]
    assert grad_bias.tolist() == [12]


def test_with_a_stride_a_skipped_pixel_gets_nothing():
    x, weight = np.ones((1, 1, 1, 6)), np.array([[[[3.0, 4.0]]]])
    grad_out = np.array([[[[1.0, 10.0]]]])
    grad_x, grad_weight, _ = conv2d_backward(grad_out, x, weight, stride=(1, 3))
    assert grad_x.ravel().tolist() == [3, 4, 0, 30, 40, 0]
    assert grad_weight.ravel().tolist() == [11, 11]


def test_one_upstream_number_reaches_one_window_and_its_filter(rng):
    x, weight = rng.normal(size=(2, 3, 6, 7)), rng.normal(size=(4, 3, 2, 3))
    grad_out = np.zeros((2, 4, 5, 5))
    grad_out[1, 2, 3, 4] = 1
    grad_x, grad_weight, grad_bias = conv2d_backward(grad_out, x, weight)
    np.testing.assert_allclose(grad_x[1, :, 3:5, 4:7], weight[2])  # it is not flipped
    np.testing.assert_allclose(grad_weight[2], x[1, :, 3:5, 4:7])
    assert grad_bias.tolist() == [0, 0, 1, 0]
    assert np.count_nonzero(grad_x) == np.count_nonzero(grad_weight) == 18


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize(("stride", "padding", "dilation"), OPTIONS)
def test_gradients_match_torch(rng, stride, padding, dilation, kernel, groups, dtype):
    # Every axis has its own length, so a swapped pair of axes cannot pass.
    options = (stride, padding, dilation, groups)
    shapes = (3, 4, 7, 8), (6, 4 // groups, *kernel)
    arrays = make(rng, *shapes, options, dtype)
    want = torch_gradients(*arrays, *options)
    tolerance = 1e-4 if dtype == np.float32 else 1e-11
    for mine, theirs in zip(conv2d_backward(*arrays, *options), want, strict=True):
        assert mine.dtype == dtype
        np.testing.assert_allclose(mine, theirs, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(
    ("C_in", "C_out", "groups"),
    [(1, 9, 1), (5, 2, 1), (2, 8, 1), (6, 6, 6), (3, 24, 3)],
)
@pytest.mark.parametrize("size", [(3, 4), (20, 21), (60, 50)])
def test_every_way_of_working_matches_torch(rng, size, C_in, C_out, groups):
    # Few and many filters for the channels; more images than a block, or fewer.
    options = (1, (1, 0), (1, 2), groups)
    arrays = make(rng, (7, C_in, *size), (C_out, C_in // groups, 3, 2), options)
    want = torch_gradients(*arrays, *options)
    for mine, theirs in zip(conv2d_backward(*arrays, *options), want, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("options", [(1, 1, 1, 1), ((2, 1), (0, 1), (1, 2), 2)])
def test_gradients_match_finite_differences(rng, options):
    shapes = (2, 4, 5, 6), (2, 4 // options[-1], 2, 3)
    grad_out, x, weight = make(rng, *shapes, options)
    bias = rng.normal(size=2)
    functions = (
        lambda x: conv2d(x, weight, bias, *options),
        lambda weight: conv2d(x, weight, bias, *options),
        lambda bias: conv2d(x, weight, bias, *options),
    )
    got = conv2d_backward(grad_out, x, weight, *options)
    for f, at, grad in zip(functions, (x, weight, bias), got, strict=True):
        want = numerical_gradient(f, at, grad_out)
        np.testing.assert_allclose(grad, want, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(("stride", "padding", "dilation"), OPTIONS)
def test_both_gradients_are_adjoints(rng, stride, padding, dilation):
    # <conv(x, weight), grad_out> is linear in x and in weight: both give the same.
    options = (stride, padding, dilation, 2)
    grad_out, x, weight = make(rng, (2, 4, 7, 8), (6, 2, 3, 2), options)
    grad_x, grad_weight, _ = conv2d_backward(grad_out, x, weight, *options)
    want = np.vdot(conv2d(x, weight, None, *options), grad_out)
    np.testing.assert_allclose(np.vdot(x, grad_x), want)
    np.testing.assert_allclose(np.vdot(weight, grad_weight), want)


def test_arrays_with_another_order_in_memory_give_the_same_and_are_left_alone(rng):
    arrays = make(rng, (3, 2, 6, 7), (4, 2, 3, 2), (2, 1))
    views = [np.asfortranarray(array) for array in arrays]
    got, want = conv2d_backward(*views, 2, 1), conv2d_backward(*arrays, 2, 1)
    for mine, theirs in zip(got, want, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-12)
    for view, array in zip(views, arrays, strict=True):
        np.testing.assert_array_equal(view, array)


@pytest.mark.parametrize("stride", [1, 2])
def test_images_of_bytes_do_not_overflow_or_get_cut_off(rng, stride):
    x = rng.integers(200, 256, (3, 2, 6, 7)).astype(np.uint8)
    weight, grad_out = rng.normal(size=(3, 2, 2, 2)), np.full((3, 3, 5, 6), 0.5)
    grad_out = grad_out[:, :, ::stride, ::stride]
    got = conv2d_backward(grad_out, x, weight, stride)
    want = conv2d_backward(grad_out, x.astype(float), weight, stride)
    for mine, theirs in zip(got, want, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_whole_numbers_alone_give_fractions():
    ones = np.ones((1, 1, 2, 2), np.uint8)
    got = conv2d_backward(ones * 200, ones * 200, ones[..., :1, :1])
    assert all(grad.dtype.kind == "f" for grad in got)
    assert [grad.max() for grad in got] == [200, 4 * 200 * 200, 800]


@pytest.mark.parametrize("stride", [1, 2])
def test_an_empty_batch_has_gradients_of_zero(stride):
    x, weight = np.zeros((0, 4, 5, 5), np.float32), np.ones((6, 2, 3, 3), np.float32)
    out = conv2d(x, weight, stride=stride, groups=2)
    grads = conv2d_backward(out, x, weight, stride, groups=2)
    assert [grad.shape for grad in grads] == [x.shape, weight.shape, (6,)]
    assert not grads[1].any()
    assert {grad.dtype for grad in grads} == {np.dtype(np.float32)}


def test_nan_goes_back_to_what_the_output_read_and_to_nothing_else(rng):
    grad_out, x, weight = make(rng, (2, 3, 5, 6), (4, 3, 2, 2), (1,))
    grad_out[1, 2, 0, 0] = np.nan
    grad_x, grad_weight, grad_bias = map(np.isnan, conv2d_backward(grad_out, x, weight))
    assert grad_x[1, :, :2, :2].all()
    assert grad_x.sum() == 12
    assert grad_weight[2].all()
    assert grad_weight.sum() == 12
    assert grad_bias.tolist() == [False, False, True, False]


def test_a_transposed_convolution_as_on_paper():
    x, weight = np.array([[[[1.0, 10.0]]]]), np.array([[[[3.0, 4.0, 5.0]]]])
    assert conv_transpose2d(x, weight).ravel().tolist() == [3, 34, 45, 50]
    out = conv_transpose2d(x, weight, np.array([1.0]), (1, 2), (0, 1), (0, 1))
    assert out.ravel().tolist() == [5, 36, 41, 51]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("extra", [0, 1, (0, 1)])
@pytest.mark.parametrize("padding", [0, (1, 2)])
@pytest.mark.parametrize("stride", [1, 2, (2, 3)])
@pytest.mark.parametrize("kernel", KERNELS)
def test_a_transposed_convolution_matches_torch(
    rng, kernel, stride, padding, extra, dtype
):
    extra = 0 if stride == 1 else extra
    shapes = (3, 4, 6, 7), (4, 5, *kernel), (5,)
    arrays = [rng.normal(size=shape).astype(dtype) for shape in shapes]
    options = (stride, padding, extra)
    want = F.conv_transpose2d(*map(torch.from_numpy, arrays), *options)
    got = conv_transpose2d(*arrays, *options)
    assert got.dtype == dtype
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-4)


def test_a_transposed_convolution_is_what_carries_gradients_back(rng):
    grad_out, x, weight = make(rng, (2, 3, 8, 9), (4, 3, 3, 2), (2, 1))
    grad_x, _, _ = conv2d_backward(grad_out, x, weight, 2, 1)
    # (8 + 2 - 3) % 2 = 1 and (9 + 2 - 2) % 2 = 1 pixels are left over at the end.
    got = conv_transpose2d(grad_out, weight, None, 2, 1, output_padding=1)
    np.testing.assert_allclose(got, grad_x)


def test_a_transposed_convolution_of_nothing_or_of_bytes():
    weight = np.full((2, 3, 2, 2), 200, np.uint8)
    assert conv_transpose2d(np.zeros((0, 2, 4, 5)), weight).shape == (0, 3, 5, 6)
    out = conv_transpose2d(np.full((1, 2, 2, 2), 200, np.uint8), weight)
    assert out.max() == 4 * 2 * 200 * 200


X, WEIGHT, GRAD = np.zeros((1, 4, 5, 6)), np.zeros((6, 4, 3, 3)), np.zeros((1, 6, 3, 4))
SMALL = np.zeros((4, 3, 2, 2))
REFUSED = {
    r"`x` must have 4 axes": lambda: conv2d_backward(GRAD, X[0], WEIGHT),
    r"`weight` must have 4 axes": lambda: conv2d_backward(GRAD, X, WEIGHT[0]),
    r"`grad_out` must have shape \(N, C_out, H_out, W_out\) = \(1, 6, 3, 4\), but": (
        lambda: conv2d_backward(GRAD[:, :, :2], X, WEIGHT)
    ),
    r"\(N, C_out, H_out, W_out\) = \(1, 6, 2, 3\)": lambda: conv2d_backward(
        GRAD, X, WEIGHT, 2, (0, 1)
    ),
    r"must span C_in / groups = 4 / 1 = 4 channels, but they span 2": (
        lambda: conv2d_backward(GRAD, X, WEIGHT[:, :2])
    ),
    r"`groups` must divide C_in, but C_in is 4 and `groups` is 3": (
        lambda: conv2d_backward(GRAD, X, WEIGHT, groups=3)
    ),
    r"`groups` must divide C_out, but C_out is 6 and `groups` is 4": (
        lambda: conv2d_backward(GRAD, X, WEIGHT[:, :1], groups=4)
    ),
    r"`groups` must be at least 1": lambda: conv2d_backward(GRAD, X, WEIGHT, groups=0),
    r"`stride` must be at least 1": lambda: conv2d_backward(GRAD, X, WEIGHT, 0),
    r"`stride` must be a whole number or a pair": lambda: conv2d_backward(
        GRAD, X, WEIGHT, 1.5
    ),
    r"larger than the input \(5\)": lambda: conv2d_backward(
        GRAD, X, WEIGHT, dilation=3
    ),
    r"one row of filters for each of the 4 channels of `x`, but it has 6": (
        lambda: conv_transpose2d(X, WEIGHT)
    ),
    r"`weight` must have 4 axes \(C_in, C_out, K_h, K_w\)": lambda: conv_transpose2d(
        X, SMALL[0]
    ),
    r"`bias` must have shape \(C_out,\) = \(3,\).* is \(4,\)": lambda: conv_transpose2d(
        X, SMALL, np.zeros(4)
    ),
    r"along the width it is 1 and the stride 1": lambda: conv_transpose2d(
        X, SMALL, None, (2, 1), 0, 1
    ),
    r"`output_padding` must be at least 0": lambda: conv_transpose2d(
        X, SMALL, None, 2, 0, -1
    ),
    r"height must be at least 1, but .* \(5 - 1\) \* 1 - 2 \* 3 \+ 2 \+ 0 = 0": (
        lambda: conv_transpose2d(X, SMALL, None, 1, 3)
    ),
    r"`padding` must be at least 0": lambda: conv_transpose2d(X, SMALL, None, 1, -1),
    r"`x.shape\[2:\]` must be at least 1": lambda: conv_transpose2d(X[..., :0], SMALL),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_makes_no_sense_is_refused_in_plain_words(message):
    with pytest.raises(ShapeError, match=message):
        REFUSED[message]()
