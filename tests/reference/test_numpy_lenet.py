"""The given LeNet-5 of arrays is PyTorch's "classic" one, forward and backward."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from convnets import numpy_lenet
from convnets.lenet import LeNet5
from coursekit.errors import ShapeError


@pytest.fixture
def setting():
    """Return numbers in double precision, a batch, and the same network in PyTorch."""
    rng = np.random.default_rng(0)
    parameters = numpy_lenet.initial_parameters(rng, np.float64)
    for name in parameters:
        parameters[name] += 0.05 * rng.normal(size=parameters[name].shape)
    network = LeNet5("classic").double()
    state = {name: torch.from_numpy(p.copy()) for name, p in parameters.items()}
    network.load_state_dict(state)
    return parameters, rng.normal(size=(3, 1, 28, 28)), np.array([7, 0, 2]), network


def test_logits_are_those_of_pytorch(setting):
    parameters, images, _, network = setting
    arrays = numpy_lenet.forward(parameters, images)
    want = network(torch.from_numpy(images)).detach().numpy()
    np.testing.assert_allclose(arrays[-1], want, rtol=1e-9, atol=1e-12)
    assert len(arrays) == len(numpy_lenet.LAYERS) + 1
    assert arrays[0] is images


def test_loss_and_gradients_are_those_of_pytorch(setting):
    parameters, images, labels, network = setting
    loss, gradients = numpy_lenet.loss_and_gradients(parameters, images, labels)
    logits = network(torch.from_numpy(images))
    want = F.cross_entropy(logits, torch.from_numpy(labels))
    want.backward()
    assert loss == pytest.approx(want.item())
    assert gradients.keys() == parameters.keys()
    for name, parameter in network.named_parameters():
        np.testing.assert_allclose(
            gradients[name], parameter.grad, rtol=1e-8, atol=1e-10, err_msg=name
        )


def test_parameters_are_left_as_they_are(setting):
    parameters, images, labels, _ = setting
    before = {name: array.copy() for name, array in parameters.items()}
    numpy_lenet.loss_and_gradients(parameters, images, labels)
    for name, array in before.items():
        np.testing.assert_array_equal(parameters[name], array)


def test_predictions_go_through_any_number_of_images(setting, monkeypatch):
    parameters, images, _, network = setting
    monkeypatch.setattr(numpy_lenet, "PREDICT_BATCH", 2)
    want = network(torch.from_numpy(images)).argmax(dim=1).numpy()
    np.testing.assert_array_equal(numpy_lenet.predict(parameters, images), want)
    assert numpy_lenet.predict(parameters, images[:0]).shape == (0,)


def test_first_numbers_keep_to_pytorchs_limits_and_prefer_no_class():
    parameters = numpy_lenet.initial_parameters(np.random.default_rng(0))
    network = LeNet5("classic")
    for name in numpy_lenet.SHAPES:
        layer = network.get_submodule(name)
        for kind in ("weight", "bias"):
            ours, theirs = parameters[f"{name}.{kind}"], getattr(layer, kind).detach()
            limit = 1 / np.sqrt(layer.weight[0].numel())
            assert np.abs(ours).max() <= limit
            assert float(theirs.abs().max()) <= limit
        spread = parameters[f"{name}.weight"].std()
        assert spread == pytest.approx(float(layer.weight.detach().std()), rel=0.15)
    images = np.random.default_rng(1).random((50, 1, 28, 28), np.float32)
    loss, _ = numpy_lenet.loss_and_gradients(parameters, images, np.arange(50) % 10)
    assert loss == pytest.approx(np.log(10), abs=0.1)
    assert {p.dtype for p in parameters.values()} == {np.dtype(np.float32)}


def test_other_sizes_are_refused():
    parameters = numpy_lenet.initial_parameters(np.random.default_rng(0))
    with pytest.raises(ShapeError, match=r"28 x 28 pixels, but their shape is \(2, 1"):
        numpy_lenet.forward(parameters, np.zeros((2, 1, 32, 32), np.float32))
    with pytest.raises(ShapeError, match="4 axes"):
        numpy_lenet.forward(parameters, np.zeros((28, 28), np.float32))
