"""The network of the student's own layers: by hand, against PyTorch, and learning."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from convnets.gradcheck import numerical_gradient
from convnets.numpy_net import (
    forward,
    initial_parameters,
    learn_digits,
    loss_and_gradients,
    predict,
    train,
)
from coursekit.data import digits
from coursekit.errors import ShapeError

WIDTHS = (2, 3)


@pytest.fixture(scope="module")
def ten():
    images, labels = digits()
    chosen = [int(np.flatnonzero(labels == digit)[0]) for digit in range(10)]
    return images[chosen], labels[chosen]


def with_biases(rng, widths=WIDTHS):
    drawn = initial_parameters(rng, widths)
    return {
        name: array + rng.normal(0, 0.2, array.shape) for name, array in drawn.items()
    }


def logits_of_torch(p, images):
    maps = images
    for i in "12":
        maps = F.conv2d(maps, p[f"conv{i}.weight"], p[f"conv{i}.bias"], padding=1)
        maps = F.max_pool2d(F.relu(maps), 2)
    return F.linear(maps.flatten(1), p["fc.weight"], p["fc.bias"])


def test_ones_everywhere_as_on_paper():
    parameters = {
        "conv1.weight": np.zeros((1, 1, 3, 3)),
        "conv1.bias": np.array([-1.0]),
        "conv2.weight": np.zeros((1, 1, 3, 3)),
        "conv2.bias": np.array([2.0]),
        "fc.weight": np.ones((10, 4)),
        "fc.bias": np.arange(10.0),
    }
    maps = forward(parameters, np.ones((1, 1, 8, 8)))
    assert maps["conv1"].max() == -1  # which the ReLU turns into 0
    assert maps["relu1"].max() == 0
    np.testing.assert_array_equal(maps["flat"], [[2, 2, 2, 2]])
    np.testing.assert_array_equal(maps["logits"], [8 + np.arange(10.0)])


def test_the_layers_have_the_shapes_promised(rng):
    maps = forward(initial_parameters(rng, WIDTHS), np.zeros((5, 1, 8, 8)))
    assert {name: array.shape[1:] for name, array in maps.items()} == {
        "conv1": (2, 8, 8),
        "relu1": (2, 8, 8),
        "pool1": (2, 4, 4),
        "conv2": (3, 4, 4),
        "relu2": (3, 4, 4),
        "pool2": (3, 2, 2),
        "flat": (12,),
        "logits": (10,),
    }


def test_the_number_of_parameters_is_as_on_paper(rng):
    # 16 * (9 + 1) + 32 * (16 * 9 + 1) + 10 * (128 + 1)
    count = sum(array.size for array in initial_parameters(rng).values())
    assert count == 160 + 4640 + 1290


def test_the_loss_and_every_gradient_match_torch(rng):
    parameters, images = with_biases(rng), rng.normal(size=(4, 1, 8, 8))
    labels = np.array([3, 0, 9, 3])
    loss, gradients = loss_and_gradients(parameters, images, labels)
    tensors = {n: torch.from_numpy(a).requires_grad_() for n, a in parameters.items()}
    logits = logits_of_torch(tensors, torch.from_numpy(images))
    wanted = F.cross_entropy(logits, torch.from_numpy(labels))
    wanted.backward()
    assert loss == pytest.approx(wanted.item(), rel=1e-12)
    assert gradients.keys() == tensors.keys()
    for name, tensor in tensors.items():
        np.testing.assert_allclose(gradients[name], tensor.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize("name", ["conv1.weight", "conv2.bias", "fc.weight"])
def test_gradients_match_finite_differences(rng, name):
    parameters, images = with_biases(rng), rng.normal(size=(3, 1, 8, 8))
    labels = np.array([1, 7, 4])

    def loss(array):
        changed = parameters | {name: array}
        return np.array([loss_and_gradients(changed, images, labels)[0]])

    measured = numerical_gradient(loss, parameters[name], np.ones(1))
    _, gradients = loss_and_gradients(parameters, images, labels)
    np.testing.assert_allclose(gradients[name], measured, atol=1e-8)


def test_an_untrained_network_prefers_no_class(rng, ten):
    loss, _ = loss_and_gradients(initial_parameters(rng), *ten)
    assert loss == pytest.approx(np.log(10), abs=0.1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ten_digits_are_learnt_by_heart_in_either_precision(rng, ten, dtype):
    images, labels = ten[0].astype(dtype), ten[1]
    parameters = initial_parameters(rng, dtype=dtype)
    losses = train(parameters, images, labels, rng, epochs=100)
    assert len(losses) == 100
    assert losses[-1] < 0.01 < losses[0]
    assert {array.dtype for array in parameters.values()} == {np.dtype(dtype)}
    np.testing.assert_array_equal(predict(parameters, images), labels)


def test_the_first_step_is_the_one_that_torch_takes(rng, ten):
    parameters = initial_parameters(rng, WIDTHS)
    _, gradients = loss_and_gradients(parameters, *ten)
    tensors = {name: torch.from_numpy(a.copy()) for name, a in parameters.items()}
    for name, tensor in tensors.items():
        tensor.grad = torch.from_numpy(gradients[name])
    torch.optim.SGD(tensors.values(), lr=0.1, momentum=0.9).step()
    train(parameters, *ten, rng, epochs=1, learning_rate=0.1)
    for name, tensor in tensors.items():
        np.testing.assert_allclose(parameters[name], tensor.numpy(), atol=1e-12)


def test_the_rate_falls_to_zero_and_the_velocity_stays(rng, ten):
    parameters = initial_parameters(rng, WIDTHS)
    wanted = {name: array.copy() for name, array in parameters.items()}
    velocity = dict.fromkeys(wanted, 0.0)
    for rate in (0.12, 0.08, 0.04):
        _, gradients = loss_and_gradients(wanted, *ten)
        velocity = {n: 0.5 * velocity[n] - rate * g for n, g in gradients.items()}
        wanted = {name: array + velocity[name] for name, array in wanted.items()}
    train(parameters, *ten, rng, epochs=3, learning_rate=0.12, momentum=0.5)
    for name, array in parameters.items():
        np.testing.assert_allclose(array, wanted[name], atol=1e-12)


@pytest.mark.slow
def test_new_digits_are_read(rng):
    images, labels = digits()
    order = rng.permutation(len(images))
    seen, others = order[:1100], order[1100:]
    predicted = learn_digits(images[seen], labels[seen], images[others])
    assert np.mean(predicted == labels[others]) >= 0.95


def test_parameters_are_left_alone_by_gradients(rng, ten):
    parameters = initial_parameters(rng, WIDTHS)
    before = {name: array.copy() for name, array in parameters.items()}
    loss_and_gradients(parameters, *ten)
    for name, array in parameters.items():
        np.testing.assert_array_equal(array, before[name])


def test_other_sizes_and_missing_labels_are_refused(rng, ten):
    parameters = initial_parameters(rng, WIDTHS)
    with pytest.raises(
        ShapeError, match=r"1 channel of 8 x 8 pixels, but its shape is"
    ):
        forward(parameters, np.zeros((2, 1, 28, 28)))
    with pytest.raises(ShapeError, match=r"4 axes \(N, C_in, H_in, W_in\)"):
        predict(parameters, np.zeros((8, 8)))
    with pytest.raises(ShapeError, match=r"`labels` must have shape \(N,\) = \(10,\)"):
        loss_and_gradients(parameters, ten[0], ten[1][:9])
    with pytest.raises(ShapeError, match=r"`held_out` must have 1 channel"):
        learn_digits(*ten, np.zeros((2, 3, 8, 8)))
