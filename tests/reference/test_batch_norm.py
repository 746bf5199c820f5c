"""The reference of problem set 6: batch norm, forward, backward and folded away."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from convnets.gradcheck import numerical_gradient
from convnets.im2col import conv2d
from convnets.normalization import (
    batch_norm,
    batch_norm2d,
    batch_norm_backward,
    fold_batch_norm,
)
from coursekit.errors import ShapeError

SHAPES = {batch_norm: (7, 5), batch_norm2d: (2, 5, 3, 4)}
NORMS = list(SHAPES)
DTYPES = [np.float32, np.float64]


def make(rng, norm, dtype=np.float64):
    """Draw a batch, scale and shift (not 1 and 0), and running averages."""
    x = (3 * rng.normal(size=SHAPES[norm]) + 2).astype(dtype)
    gamma, beta, mean = rng.normal(size=(3, 5)).astype(dtype)
    return x, gamma, beta, mean, rng.random(5).astype(dtype) + 0.5


def as_columns(x):
    """Write every pixel as an example."""
    return x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1])


def test_a_batch_of_two_as_on_paper():
    x, one = np.array([[1.0], [3.0]]), np.ones(1)
    out, mean, var = batch_norm(x, 2 * one, 5 * one, 0 * one, one, training=True, eps=0)
    assert out.ravel().tolist() == [3, 7]
    np.testing.assert_allclose(mean, 0.1 * 2)
    np.testing.assert_allclose(var, 0.9 * 1 + 0.1 * 2)  # over N - 1


def test_evaluation_after_training_uses_the_averages_and_leaves_them(rng):
    x, one = np.array([[1.0], [3.0]]), np.ones(1)
    _, mean, var = batch_norm(x, one, one, 0 * one, one, True, momentum=0.5, eps=0)
    out, *after = batch_norm(x, one, 0 * one, mean, var, training=False, eps=0)
    np.testing.assert_allclose(out.ravel(), [0, 2 / np.sqrt(1.5)])
    assert [after[0].item(), after[1].item()] == [mean.item(), var.item()] == [1, 1.5]


@pytest.mark.parametrize("eps", [1e-5, 0.5])
@pytest.mark.parametrize("momentum", [0, 0.3, 1])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("norm", NORMS)
def test_output_and_averages_match_torch(rng, norm, dtype, training, momentum, eps):
    x, gamma, beta, mean, var = make(rng, norm, dtype)
    got = norm(x, gamma, beta, mean, var, training, momentum, eps)
    running = [torch.from_numpy(array.copy()) for array in (mean, var)]
    tensors = map(torch.from_numpy, (x, gamma, beta))
    x, gamma, beta = tensors
    out = F.batch_norm(x, *running, gamma, beta, training, momentum, eps)
    for mine, theirs in zip(got, (out, *running), strict=True):
        assert mine.dtype == dtype
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-5)


def test_several_batches_then_evaluation_match_torch_as_a_module(rng):
    module = torch.nn.BatchNorm2d(5, momentum=0.2, dtype=torch.float64)
    x, gamma, beta, *_ = make(rng, batch_norm2d)
    module.weight.data, module.bias.data = map(torch.from_numpy, (gamma, beta))
    running = (np.zeros(5), np.ones(5))
    for n in range(4):
        batch = (n + 1) * x + n
        _, *running = batch_norm2d(batch, gamma, beta, *running, True, 0.2)
        module(torch.from_numpy(batch))
    out, *_ = batch_norm2d(x, gamma, beta, *running, training=False)
    want = module.eval()(torch.from_numpy(x)).detach()
    np.testing.assert_allclose(out, want, rtol=1e-12)
    np.testing.assert_allclose(running[1], module.running_var, rtol=1e-12)


def test_a_pixel_is_an_example(rng):
    x, *arrays = make(rng, batch_norm2d)
    out, *running = batch_norm2d(x, *arrays, True)
    want, *want_running = batch_norm(as_columns(x), *arrays, True)
    np.testing.assert_allclose(as_columns(out), want)
    np.testing.assert_allclose(running, want_running)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("norm", NORMS)
def test_nothing_that_is_passed_changes_or_comes_back_itself(rng, norm, training):
    arrays = make(rng, norm)
    copies = [array.copy() for array in arrays]
    for result in norm(*arrays, training):
        result += 7
    for array, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("norm", NORMS)
def test_a_large_mean_does_not_spoil_the_variance(rng, norm):
    x, gamma, beta, *running = make(rng, norm, np.float32)
    far = np.round(8 * x) / 8 + 4096  # exact in single precision
    got = norm(far, gamma, beta, *running, True)[0]
    want = norm(far.astype(float), gamma, beta, *running, True)[0]
    np.testing.assert_allclose(got, want, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("norm", NORMS)
def test_bytes_are_normalised_as_fractions(rng, norm, training):
    x = rng.integers(200, 256, SHAPES[norm]).astype(np.uint8)
    whole = [np.full(5, n) for n in (1, 2, 3, 4)]
    got, want = norm(x, *whole, training), norm(x.astype(float), *whole, training)
    for mine, theirs in zip(got, want, strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("norm", NORMS)
def test_nan_spoils_its_own_channel_in_training_and_itself_in_evaluation(rng, norm):
    x, *arrays = make(rng, norm)
    x[1, 3] = np.nan
    out, mean, _ = norm(x, *arrays, training=True)
    spoiled = np.isnan(np.moveaxis(out, 1, 0)).reshape(5, -1)
    assert spoiled.all(axis=1).tolist() == [False, False, False, True, False]
    assert spoiled.any(axis=1).sum() == np.isnan(mean).sum() == 1
    out, *_ = norm(x, *arrays, training=False)
    np.testing.assert_array_equal(np.isnan(out), np.isnan(x))


@pytest.mark.parametrize("norm", NORMS)
def test_an_empty_batch_can_be_evaluated_and_not_trained_on(rng, norm):
    x, *arrays = make(rng, norm)
    out, *running = norm(x[:0], *arrays, training=False)
    assert out.shape == x[:0].shape
    np.testing.assert_array_equal(running, arrays[2:])
    with pytest.raises(ShapeError, match="must have at least 2 numbers for each"):
        norm(x[:0], *arrays, training=True)


def test_one_image_is_enough_to_train_on_if_it_has_pixels(rng):
    x, *arrays = make(rng, batch_norm2d)
    assert np.isfinite(batch_norm2d(x[:1], *arrays, training=True)[2]).all()
    with pytest.raises(ShapeError, match=r"2 numbers for each channel.*\(1, 5, 1, 1\)"):
        batch_norm2d(x[:1, :, :1, :1], *arrays, training=True)


def test_the_gradient_of_a_batch_of_two_as_on_paper():
    # Two numbers become -1 and 1 whatever they are, so nothing goes back to them.
    x, grad_out = np.array([[1.0], [3.0]]), np.array([[5.0], [9.0]])
    grads = batch_norm_backward(grad_out, x, np.array([2.0]), eps=0)
    assert [grad.ravel().tolist() for grad in grads] == [[0, 0], [4], [14]]


@pytest.mark.parametrize("eps", [1e-5, 0.5])
@pytest.mark.parametrize("dtype", DTYPES)
def test_gradients_match_torch(rng, dtype, eps):
    x, gamma, beta, *_ = make(rng, batch_norm, dtype)
    grad_out = rng.normal(size=x.shape).astype(dtype)
    tensors = [torch.from_numpy(a).requires_grad_() for a in (x, gamma, beta)]
    out = F.batch_norm(tensors[0], None, None, *tensors[1:], True, eps=eps)
    want = torch.autograd.grad(out, tensors, torch.from_numpy(grad_out))
    got = batch_norm_backward(grad_out, x, gamma, eps)
    for mine, theirs in zip(got, want, strict=True):
        assert mine.dtype == dtype
        np.testing.assert_allclose(mine, theirs, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("eps", [1e-5, 0.5])
def test_gradients_match_finite_differences(rng, eps):
    x, gamma, beta, *running = make(rng, batch_norm)
    grad_out = rng.normal(size=x.shape)

    def out(x, gamma, beta):
        return batch_norm(x, gamma, beta, *running, True, eps=eps)[0]

    functions = (
        lambda x: out(x, gamma, beta),
        lambda gamma: out(x, gamma, beta),
        lambda beta: out(x, gamma, beta),
    )
    got = batch_norm_backward(grad_out, x, gamma, eps)
    for f, at, grad in zip(functions, (x, gamma, beta), got, strict=True):
        want = numerical_gradient(f, at, grad_out)
        np.testing.assert_allclose(grad, want, rtol=1e-6, atol=1e-8)


def test_no_gradient_moves_all_examples_together(rng):
    x, gamma, *_ = make(rng, batch_norm)
    grad_x, *_ = batch_norm_backward(rng.normal(size=x.shape), x, gamma)
    np.testing.assert_allclose(grad_x.sum(axis=0), 0, atol=1e-12)


def test_gradients_leave_their_inputs_alone_and_read_bytes(rng):
    x = rng.integers(0, 256, (7, 5)).astype(np.uint8)
    gamma, grad_out = rng.normal(size=5), rng.normal(size=(7, 5))
    copy = grad_out.copy()
    got = batch_norm_backward(grad_out, x, gamma)
    want = batch_norm_backward(grad_out, x.astype(float), gamma)
    for mine, theirs in zip(got, want, strict=True):
        np.testing.assert_allclose(mine, theirs)
    np.testing.assert_array_equal(grad_out, copy)


@pytest.mark.parametrize("has_bias", [True, False])
@pytest.mark.parametrize("groups", [1, 2])
def test_a_folded_batch_norm_gives_what_two_layers_give(rng, groups, has_bias):
    x, weight = rng.normal(size=(2, 4, 6, 7)), rng.normal(size=(6, 4 // groups, 3, 2))
    gamma, beta, mean, bias = rng.normal(size=(4, 6))
    var, bias = rng.random(6) / 10, bias if has_bias else None
    maps = conv2d(x, weight, bias, groups=groups)
    want, *_ = batch_norm2d(maps, gamma, beta, mean, var, False, eps=0.1)
    before = weight.copy()
    folded = fold_batch_norm(weight, bias, gamma, beta, mean, var, eps=0.1)
    np.testing.assert_allclose(conv2d(x, *folded, groups=groups), want, atol=1e-12)
    np.testing.assert_array_equal(weight, before)


def test_folding_matches_torch_and_keeps_single_precision(rng):
    shapes = ((5, 3, 2, 2), 5, 5, 5, 5)
    arrays = [rng.random(size=s).astype(np.float32) for s in shapes]
    weight, gamma, beta, mean, var = arrays
    got = fold_batch_norm(weight, None, gamma, beta, mean, var)
    tensors = [torch.from_numpy(a) for a in (weight, mean, var, gamma, beta)]
    fuse = torch.nn.utils.fusion.fuse_conv_bn_weights
    want = fuse(tensors[0], None, *tensors[1:3], 1e-5, *tensors[3:])
    for mine, theirs in zip(got, want, strict=True):
        assert mine.dtype == np.float32
        np.testing.assert_allclose(mine, theirs.detach(), rtol=1e-5, atol=1e-6)


ROWS, IMAGES, FIVE, SIX = (
    np.zeros((4, 5)),
    np.zeros((2, 5, 3, 4)),
    np.ones(5),
    np.ones(6),
)
WEIGHT = np.zeros((5, 3, 2, 2))
REFUSED = {
    r"`x` must have 2 axes \(N, D\)": lambda: batch_norm(IMAGES, *[FIVE] * 4, True),
    r"`x` must have 4 axes \(N, C, H, W\)": lambda: batch_norm2d(
        ROWS, *[FIVE] * 4, True
    ),
    r"`gamma` must have shape \(D,\) = \(5,\), but its shape is \(6,\)": (
        lambda: batch_norm(ROWS, SIX, *[FIVE] * 3, True)
    ),
    r"`running_var` must have shape \(C,\) = \(5,\)": lambda: batch_norm2d(
        IMAGES, *[FIVE] * 3, SIX, False
    ),
    r"2 numbers for each feature, .* \(1, 5\)\. Use more examples": lambda: batch_norm(
        ROWS[:1], *[FIVE] * 4, True
    ),
    r"`grad_out` must have the shape of `x`, \(4, 5\), but": lambda: (
        batch_norm_backward(ROWS[:2], ROWS, FIVE)
    ),
    r"2 numbers for each feature": lambda: batch_norm_backward(
        ROWS[:1], ROWS[:1], FIVE
    ),
    r"`gamma` must have shape \(D,\)": lambda: batch_norm_backward(ROWS, ROWS, SIX),
    r"`conv_weight` must have 4 axes": lambda: fold_batch_norm(ROWS, None, *[FIVE] * 4),
    r"`conv_bias` must have shape \(C_out,\) = \(5,\)": lambda: fold_batch_norm(
        WEIGHT, SIX, *[FIVE] * 4
    ),
    r"`running_mean` must have shape \(C_out,\)": lambda: fold_batch_norm(
        WEIGHT, FIVE, FIVE, FIVE, SIX, FIVE
    ),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_makes_no_sense_is_refused_in_plain_words(message):
    with pytest.raises(ShapeError, match=message):
        REFUSED[message]()
