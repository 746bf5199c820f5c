"""What a student hears of a network that stops, draws numbers, or has no gradient."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from coursekit.checks.declare import case
from coursekit.checks.drivers import run_on_tensors
from coursekit.checks.module_driver import NetworkError, run_module
from coursekit.checks.outcome import call

IMAGES = np.random.default_rng(0).normal(size=(2, 1, 6, 7))


class Small(nn.Module):
    """A convolution and a linear layer that takes too few features."""

    def __init__(self, features=20):
        super().__init__()
        self.conv = nn.Conv2d(1, 3, 3)
        self.fc = nn.Linear(features, 4)

    def forward(self, x):
        return self.fc(F.relu(self.conv(x)).flatten(1))


class Dropped(Small):
    """The same, with a dropout that never stops."""

    def __init__(self, share=0.5):
        super().__init__(60)
        self.share = share

    def forward(self, x):
        return F.dropout(super().forward(x), self.share)


class Unrecorded(Small):
    """The same, without gradients."""

    def forward(self, x):
        with torch.no_grad():
            return super().forward(x)


def test_an_error_names_the_layer_and_the_shapes_before_it():
    with pytest.raises(RuntimeError) as info:
        run_module(Small, look="output", images=IMAGES)
    assert str(info.value).endswith(
        "Until then: `conv` gave (2, 3, 4, 5), `fc` got (2, 60)."
    )


def test_an_error_keeps_the_line_that_it_came_from():
    with pytest.raises(RuntimeError) as info:
        run_module(Small, look="output", images=IMAGES)
    assert "forward" in {entry.name for entry in info.traceback}


def test_an_error_of_the_first_layer_tells_what_it_got():
    with pytest.raises(RuntimeError) as info:
        run_module(Small, 60, look="output", images=IMAGES[:, :, :2])
    assert "`conv` got (2, 1, 2, 7)" in str(info.value)


def test_a_dropout_that_drops_is_told():
    with pytest.raises(NetworkError, match="left to chance"):
        run_module(Dropped, look="output", images=IMAGES)


def test_a_dropout_that_drops_nothing_is_let_pass():
    assert run_module(Dropped, 0.0, look="output", images=IMAGES).shape == (2, 4)


def test_averages_move_once_even_if_a_network_is_run_again():
    class Normed(Small):
        def __init__(self):
            super().__init__(60)
            self.bn = nn.BatchNorm2d(1, momentum=1.0)

        def forward(self, x):
            return F.dropout(super().forward(self.bn(x)), 0.0)

    found = run_module(Normed, look="state", images=IMAGES.copy(), mode="train")
    np.testing.assert_allclose(found["bn.running_mean"], IMAGES.mean())


def test_a_network_without_a_gradient_is_told():
    with pytest.raises(NetworkError, match="No gradient can go back"):
        run_module(Unrecorded, 60, look="gradients", images=IMAGES)


def test_the_type_of_numbers_is_reported():
    def seen(function):
        return run_on_tensors(function, IMAGES, look="dtype")

    assert seen(torch.ones_like) == "floating-point numbers"
    assert seen(lambda x: x.int()) == "int32"
    assert seen(lambda x: x.numpy()) == "no tensor but an object of type ndarray"


def test_a_list_is_no_tensor():
    with pytest.raises(TypeError, match="should return a tensor"):
        run_on_tensors(lambda x: x.tolist(), IMAGES)


def test_what_pytorch_cannot_do_is_no_stub():
    labels = np.array([0, 1])
    inside = call(lambda y: F.log_softmax(y, dim=0), case("", labels), "tensors")
    direct = call(lambda y: y.softmax(dim=0), case("", labels), "tensors")
    assert [item.kind for item in (inside, direct)] == ["error", "error"]
    assert inside.error == "NotImplementedError"


def test_a_call_cannot_leave_gradients_switched_off():
    call(lambda x: torch.set_grad_enabled(False), case("", IMAGES), "tensors")
    assert torch.is_grad_enabled()
