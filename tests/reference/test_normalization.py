"""The reference of problem set 6: layer, instance and group norm."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from convnets.gradcheck import numerical_gradient
from convnets.normalization import (
    group_norm,
    group_norm_backward,
    instance_norm,
    layer_norm,
)
from coursekit.errors import ShapeError

DTYPES = [np.float32, np.float64]
EPS = [1e-5, 0.5]
SHAPE = (3, 6, 4, 5)


def make(rng, dtype=np.float64, shape=SHAPE):
    """Draw images, and scale and shift of their channels (not 1 and 0)."""
    x = (3 * rng.normal(size=shape) + 2).astype(dtype)
    return x, *rng.normal(size=(2, shape[1])).astype(dtype)


def normalised(norm, x):
    """Apply one of the three without scale and shift."""
    if norm is layer_norm:
        return norm(x, np.ones(x.shape[1:]), np.zeros(x.shape[1:]))
    channels = np.ones(x.shape[1]), np.zeros(x.shape[1])
    return norm(x, 2, *channels) if norm is group_norm else norm(x, *channels)


def test_each_norm_as_on_paper():
    x = np.array([1.0, 3.0, 10.0, 30.0]).reshape(1, 4, 1, 1)
    assert group_norm(x, 2, np.ones(4), np.zeros(4), 0).ravel().tolist() == [-1, 1] * 2
    pair = x.reshape(1, 2, 1, 2)
    out = instance_norm(pair, np.array([2.0, 3.0]), np.array([5.0, 7.0]), eps=0)
    assert out.ravel().tolist() == [3, 7, 4, 10]
    gamma, beta = np.array([2.0, 3.0]), np.array([5.0, 7.0])
    assert layer_norm(x.reshape(2, 2), gamma, beta, 0).tolist() == [[3, 10], [3, 10]]


@pytest.mark.parametrize("norm", [layer_norm, instance_norm, group_norm])
def test_no_example_knows_of_another(rng, norm):
    x, *_ = make(rng)
    others = np.concatenate([x[:1], 100 * x[1:] + 7])
    np.testing.assert_array_equal(normalised(norm, x)[0], normalised(norm, others)[0])


@pytest.mark.parametrize(
    ("norm", "axes", "split"),
    [
        (layer_norm, (1, 2, 3), SHAPE),
        (instance_norm, (2, 3), SHAPE),
        (group_norm, (2, 3, 4), (3, 2, 3, 4, 5)),
    ],
)
def test_who_shares_statistics(rng, norm, axes, split):
    out = normalised(norm, make(rng)[0]).reshape(split)
    np.testing.assert_allclose(out.mean(axis=axes), 0, atol=1e-12)
    np.testing.assert_allclose(out.var(axis=axes), 1, rtol=1e-4)


def test_group_norm_with_one_group_and_with_one_channel_each(rng):
    x, gamma, beta = make(rng)
    whole = [np.broadcast_to(a[:, None, None], SHAPE[1:]) for a in (gamma, beta)]
    got = group_norm(x, 1, gamma, beta)
    np.testing.assert_allclose(got, layer_norm(x, *whole))
    got = group_norm(x, 6, gamma, beta)
    np.testing.assert_allclose(got, instance_norm(x, gamma, beta))


@pytest.mark.parametrize("eps", EPS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 4), SHAPE])
def test_layer_norm_matches_torch(rng, shape, dtype, eps):
    x = (3 * rng.normal(size=shape) + 2).astype(dtype)
    gamma, beta = rng.normal(size=(2, *shape[1:])).astype(dtype)
    tensors = map(torch.from_numpy, (x, gamma, beta))
    want = F.layer_norm(next(tensors), shape[1:], *tensors, eps=eps)
    got = layer_norm(x, gamma, beta, eps)
    assert got.dtype == dtype
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("eps", EPS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_instance_norm_matches_torch(rng, dtype, eps):
    arrays = make(rng, dtype)
    x, *scale = map(torch.from_numpy, arrays)
    want = F.instance_norm(x, None, None, *scale, eps=eps)
    got = instance_norm(*arrays, eps)
    assert got.dtype == dtype
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("eps", EPS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("groups", [1, 2, 3, 6])
def test_group_norm_and_its_gradients_match_torch(rng, groups, dtype, eps):
    x, gamma, beta = make(rng, dtype)
    grad_out = rng.normal(size=SHAPE).astype(dtype)
    tensors = [torch.from_numpy(a).requires_grad_() for a in (x, gamma, beta)]
    out = F.group_norm(tensors[0], groups, *tensors[1:], eps=eps)
    want = (out, *torch.autograd.grad(out, tensors, torch.from_numpy(grad_out)))
    grads = group_norm_backward(grad_out, x, groups, gamma, eps)
    for mine, theirs in zip(
        (group_norm(x, groups, gamma, beta, eps), *grads), want, strict=True
    ):
        assert mine.dtype == dtype
        np.testing.assert_allclose(mine, theirs.detach(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_gradients_of_group_norm_match_finite_differences(rng, groups):
    x, gamma, beta = make(rng, shape=(2, 4, 2, 3))
    grad_out = rng.normal(size=x.shape)
    functions = (
        lambda x: group_norm(x, groups, gamma, beta, 0.1),
        lambda gamma: group_norm(x, groups, gamma, beta, 0.1),
        lambda beta: group_norm(x, groups, gamma, beta, 0.1),
    )
    got = group_norm_backward(grad_out, x, groups, gamma, 0.1)
    for f, at, grad in zip(functions, (x, gamma, beta), got, strict=True):
        want = numerical_gradient(f, at, grad_out)
        np.testing.assert_allclose(grad, want, rtol=1e-6, atol=1e-8)


def test_no_gradient_of_group_norm_moves_a_group_together(rng):
    x, gamma, _ = make(rng)
    grad_x, *_ = group_norm_backward(rng.normal(size=SHAPE), x, 2, gamma)
    sums = grad_x.reshape(3, 2, -1).sum(axis=2)
    np.testing.assert_allclose(sums, 0, atol=1e-12)


def test_inputs_are_left_alone(rng):
    x, gamma, beta = make(rng)
    grad_out = rng.normal(size=SHAPE)
    copies = x.copy(), grad_out.copy()
    for out in (group_norm(x, 2, gamma, beta), instance_norm(x, gamma, beta)):
        out += 7
    group_norm_backward(grad_out, x, 2, gamma)[0][...] = 7
    np.testing.assert_array_equal(x, copies[0])
    np.testing.assert_array_equal(grad_out, copies[1])


@pytest.mark.parametrize("norm", [layer_norm, instance_norm, group_norm])
def test_bytes_are_normalised_as_fractions(rng, norm):
    x = rng.integers(0, 256, SHAPE).astype(np.uint8)
    np.testing.assert_array_equal(
        normalised(norm, x), normalised(norm, x.astype(float))
    )


@pytest.mark.parametrize(
    ("norm", "spoiled"), [(layer_norm, 6), (instance_norm, 1), (group_norm, 3)]
)
def test_nan_spoils_what_shares_its_statistics_and_no_more(rng, norm, spoiled):
    x, *_ = make(rng)
    x[1, 2, 0, 3] = np.nan
    assert np.isnan(normalised(norm, x)).sum() == spoiled * 4 * 5
    assert np.isnan(normalised(norm, x)[1, 2]).all()


@pytest.mark.parametrize("norm", [layer_norm, instance_norm, group_norm])
def test_an_empty_batch_gives_an_empty_batch(norm):
    assert normalised(norm, np.zeros((0, 6, 4, 5))).shape == (0, 6, 4, 5)


def test_an_empty_batch_has_gradients_of_zero():
    x = np.zeros((0, 6, 4, 5))
    grad_x, grad_gamma, grad_beta = group_norm_backward(x, x, 2, np.ones(6))
    assert grad_x.shape == x.shape
    assert grad_gamma.tolist() == grad_beta.tolist() == [0] * 6


X, SIX, FOUR = np.zeros(SHAPE), np.ones(6), np.ones(4)
REFUSED = {
    r"`x` must have 4 axes \(N, C, H, W\)": lambda: instance_norm(X[0], SIX, SIX),
    r"`x` must have 4 axes": lambda: group_norm(X[0], 2, SIX, SIX),
    r"`gamma` must have shape \(C,\) = \(6,\), but its shape is \(4,\)": (
        lambda: instance_norm(X, FOUR, SIX)
    ),
    r"`beta` must have shape \(C,\) = \(6,\)": lambda: group_norm(X, 2, SIX, FOUR),
    r"must divide the number of channels, but C is 6 and `num_groups` is 4": (
        lambda: group_norm(X, 4, SIX, SIX)
    ),
    r"`num_groups` must be at least 1": lambda: group_norm_backward(X, X, 0, SIX),
    r"`grad_out` must have the shape of `x`, \(3, 6, 4, 5\)": (
        lambda: group_norm_backward(X[:1], X, 2, SIX)
    ),
    r"at least one pixel, but `x` has shape \(3, 6, 0, 5\)": lambda: instance_norm(
        X[:, :, :0], SIX, SIX
    ),
    r"`gamma` must have the shape of one example, \(6, 4, 5\)": lambda: layer_norm(
        X, SIX, SIX
    ),
    r"at least one number in each example, but its shape is \(6,\)": (
        lambda: layer_norm(SIX, SIX, SIX)
    ),
    r"at least one number in each example, but its shape is \(3, 0\)": (
        lambda: layer_norm(np.zeros((3, 0)), np.zeros(0), np.zeros(0))
    ),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_makes_no_sense_is_refused_in_plain_words(message):
    with pytest.raises(ShapeError, match=message):
        REFUSED[message]()
