"""The reference of problem set 5: linear layers, ReLU and the loss, backward."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from convnets.backprop import (
    linear,
    linear_backward,
    relu_backward,
    softmax_cross_entropy,
)
from convnets.gradcheck import numerical_gradient
from coursekit.errors import ShapeError

DTYPES = [np.float32, np.float64]


def test_a_linear_layer_as_on_paper():
    x, weight = np.array([[1.0, 2.0]]), np.array([[3.0, 4.0], [5.0, 6.0], [7.0, 8.0]])
    out = linear(x, weight, np.array([1.0, 0.0, -1.0]))
    np.testing.assert_array_equal(out, [[12, 17, 22]])


def test_the_gradients_of_a_linear_layer_as_on_paper():
    x, weight = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[5.0, 6.0]])
    grads = linear_backward(np.array([[1.0], [10.0]]), x, weight)
    assert [grad.tolist() for grad in grads] == [
        [[5, 6], [50, 60]],
        [[31, 42]],  # summed over the batch, not averaged
        [11],
    ]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("N", [1, 5])
def test_a_linear_layer_and_its_gradients_match_torch(rng, N, dtype):
    arrays = [rng.normal(size=s).astype(dtype) for s in ((N, 3), (4, 3), (4,), (N, 4))]
    *tensors, upstream = map(torch.from_numpy, arrays)
    out = F.linear(*(tensor.requires_grad_() for tensor in tensors))
    got = (linear(*arrays[:3]), *linear_backward(arrays[3], *arrays[:2]))
    want = (out.detach(), *torch.autograd.grad(out, tensors, upstream))
    for mine, theirs in zip(got, want, strict=True):
        assert mine.dtype == dtype
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-6)


def test_the_gradients_of_a_linear_layer_match_finite_differences(rng):
    x, weight, bias, grad_out = (
        rng.normal(size=s) for s in ((2, 3), (4, 3), 4, (2, 4))
    )
    got = linear_backward(grad_out, x, weight)
    functions = (
        lambda x: linear(x, weight, bias),
        lambda weight: linear(x, weight, bias),
        lambda bias: linear(x, weight, bias),
    )
    for f, at, grad in zip(functions, (x, weight, bias), got, strict=True):
        want = numerical_gradient(f, at, grad_out)
        np.testing.assert_allclose(grad, want, rtol=1e-7, atol=1e-9)


def test_an_empty_batch_has_gradients_of_zero():
    x, weight = np.zeros((0, 3)), np.ones((4, 3))
    assert linear(x, weight, np.ones(4)).shape == (0, 4)
    grad_x, grad_weight, grad_bias = linear_backward(np.zeros((0, 4)), x, weight)
    assert (grad_x.shape, grad_weight.shape) == ((0, 3), (4, 3))
    assert not grad_weight.any()
    assert not grad_bias.any()


def test_nothing_goes_back_through_a_relu_at_zero():
    got = relu_backward(np.array([5.0, 6.0, 7.0]), np.array([-1.0, 0.0, 2.0]))
    np.testing.assert_array_equal(got, [0, 0, 7])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(7,), (2, 3, 4, 5), (0, 3)])
def test_the_gradient_of_a_relu_matches_torch(rng, shape, dtype):
    x, grad_out = rng.normal(size=(2, *shape)).astype(dtype)
    x.flat[:3] = 0
    tensor = torch.from_numpy(x).requires_grad_()
    (want,) = torch.autograd.grad(tensor.relu(), tensor, torch.from_numpy(grad_out))
    got = relu_backward(grad_out, x)
    assert got.dtype == dtype
    np.testing.assert_array_equal(got, want)


def test_what_a_relu_stops_may_be_infinite_and_nan_goes_through():
    got = relu_backward(np.array([np.inf, np.nan, 3.0]), np.array([-1.0, 0.0, np.nan]))
    np.testing.assert_array_equal(got, [0, 0, 3])


def test_a_relu_reads_whole_numbers():
    got = relu_backward(np.array([0.5, 1.5]), np.array([0, 200], np.uint8))
    np.testing.assert_array_equal(got, [0, 1.5])


def test_equal_logits_lose_the_logarithm_of_the_number_of_classes():
    loss, grad = softmax_cross_entropy(np.zeros((3, 10)), np.array([0, 4, 9]))
    np.testing.assert_allclose(loss, np.log(10))
    np.testing.assert_allclose(grad[1, 3:6] * 3, [0.1, -0.9, 0.1])


def test_the_gradient_of_each_example_sums_to_zero_and_is_a_share_of_the_batch(rng):
    logits, labels = rng.normal(size=(4, 3)), np.array([0, 1, 2, 1])
    _, grad = softmax_cross_entropy(logits, labels)
    _, alone = softmax_cross_entropy(logits[:1], labels[:1])
    np.testing.assert_allclose(grad.sum(axis=1), 0, atol=1e-15)
    np.testing.assert_allclose(grad[:1], alone / 4)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("size", [1, 1e4])
@pytest.mark.parametrize("shape", [(1, 1), (5, 3), (4, 10)])
def test_the_loss_and_its_gradient_match_torch(rng, shape, size, dtype):
    logits = (size * rng.normal(size=shape)).astype(dtype)
    labels = rng.integers(shape[1], size=shape[0])
    tensor = torch.from_numpy(logits).requires_grad_()
    want = F.cross_entropy(tensor, torch.from_numpy(labels))
    want.backward()
    loss, grad = softmax_cross_entropy(logits, labels)
    assert grad.dtype == dtype
    np.testing.assert_allclose(loss, want.item(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(grad, tensor.grad, rtol=1e-4, atol=1e-6)


def test_the_gradient_of_the_loss_matches_finite_differences(rng):
    logits, labels = rng.normal(size=(3, 4)), np.array([3, 0, 0])
    want = numerical_gradient(
        lambda logits: np.array(softmax_cross_entropy(logits, labels)[0]),
        logits,
        np.array(2.0),
    )
    _, grad = softmax_cross_entropy(logits, labels)
    np.testing.assert_allclose(2 * grad, want, atol=1e-9)


def test_a_class_that_is_ruled_out_gets_no_gradient():
    logits = np.array([[0.0, -np.inf, 0.0]])
    loss, grad = softmax_cross_entropy(logits, np.array([2]))
    np.testing.assert_allclose(loss, np.log(2))
    np.testing.assert_allclose(grad, [[0.5, 0, -0.5]])


def test_a_nan_among_the_logits_spoils_the_loss_and_its_own_row():
    loss, grad = softmax_cross_entropy(
        np.array([[np.nan, 1.0], [0, 0]]), np.zeros(2, int)
    )
    assert np.isnan(loss)
    np.testing.assert_array_equal(np.isnan(grad), [[True, True], [False, False]])


def test_logits_may_be_whole_numbers_and_are_left_alone(rng):
    logits, labels = rng.integers(-9, 9, (4, 3)), np.array([0, 1, 2, 1], np.uint8)
    before = logits.copy()
    got = softmax_cross_entropy(logits, labels)
    want = softmax_cross_entropy(logits.astype(float), labels)
    np.testing.assert_array_equal(got[1], want[1])
    np.testing.assert_array_equal(logits, before)


X, WEIGHT, LOGITS = np.zeros((2, 3)), np.zeros((4, 3)), np.zeros((2, 3))
REFUSED = {
    r"`x` must have 2 axes \(N, in_features\)": lambda: linear(X[0], WEIGHT, X[0]),
    r"`weight` must have 2 axes \(out_features, in_features\)": lambda: linear(
        X, WEIGHT[0], X[0]
    ),
    r"one column for each of the 3 features of `x`, but it has 2": lambda: linear(
        X, WEIGHT[:, :2], np.zeros(4)
    ),
    r"`bias` must have shape \(out_features,\) = \(4,\).* is \(3,\)": lambda: linear(
        X, WEIGHT, np.zeros(3)
    ),
    r"`grad_out` must have shape \(N, out_features\) = \(2, 4\).* is \(4, 2\)": (
        lambda: linear_backward(np.zeros((4, 2)), X, WEIGHT)
    ),
    r"`grad_out` must have the shape of `x`, \(2, 3\), but its shape is \(3,\)": (
        lambda: relu_backward(X[0], X)
    ),
    r"`logits` must have 2 axes \(N, C\)": lambda: softmax_cross_entropy(
        LOGITS[0], np.zeros(3, int)
    ),
    r"`N` must be at least 1, but it is 0": lambda: softmax_cross_entropy(
        LOGITS[:0], np.zeros(0, int)
    ),
    r"`labels` must have shape \(N,\) = \(2,\), but its shape is \(2, 1\)": (
        lambda: softmax_cross_entropy(LOGITS, np.zeros((2, 1), int))
    ),
    r"`labels` must be whole numbers, but their type is float64": (
        lambda: softmax_cross_entropy(LOGITS, np.zeros(2))
    ),
    r"below the number of classes, 3, but one is 3": lambda: softmax_cross_entropy(
        LOGITS, np.array([0, 3])
    ),
    r"at least 0 and below .* but one is -1": lambda: softmax_cross_entropy(
        LOGITS, np.array([-1, 0])
    ),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_makes_no_sense_is_refused_in_plain_words(message):
    with pytest.raises(ShapeError, match=message):
        REFUSED[message]()
