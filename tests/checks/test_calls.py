"""A call is shown as its author would write it, and in words where it is long."""

from __future__ import annotations

import numpy as np

from coursekit.checks.calls import call_text, in_words, looked_at, named_values
from coursekit.checks.declare import case
from coursekit.checks.render import show_value

X = np.zeros((2, 3))


def test_arrays_stand_by_name_and_options_by_value():
    call = case("", X, 2, bias=X, stride=(1, 2))
    text = call_text("convnets.im2col:conv2d", ("x", "size", "bias", "stride"), call)
    assert text == "conv2d(x, 2, bias=bias, stride=(1, 2))"


def test_a_dictionary_of_arrays_stands_by_name_and_is_described():
    call = case("", {"fc.weight": X}, X)
    names = ("parameters", "images")
    assert call_text("convnets.numpy_net:forward", names, call) == (
        "forward(parameters, images)"
    )
    (first, words), (second, array) = named_values(names, call)
    assert (first, words) == ("parameters", "fc.weight: an array of shape (2, 3)")
    assert second == "images"
    assert array is X


def test_what_is_meant_for_a_driver_is_left_out_and_said_in_words():
    call = case("", "wide", look="output", images=X, weights={"seed": 1, "shapes": {}})
    assert call_text("convnets.lenet:LeNet5", ("variant",), call) == "LeNet5('wide')"
    assert looked_at(call) == "its output, in evaluation mode, with given weights"
    assert [name for name, _ in named_values(("variant",), call)] == ["images"]


def test_training_is_described_by_its_layers_batches_and_optimizer():
    layers = [{"type": "Flatten"}, {"type": "Linear", "args": [4, 3], "arrays": {}}]
    call = case("", layers, [(X, X)], {"lr": 0.5}, look="state")
    names = ("network", "batches", "optimizer")
    assert call_text("convnets.training:train_one_epoch", names, call) == (
        "train_one_epoch(network, batches, optimizer)"
    )
    words = dict(named_values(names, call))
    assert words["network"] == "Flatten(), Linear(4, 3)"
    assert words["optimizer"] == "lr: 0.5"
    assert words["batches"] == "(an array of shape (2, 3), an array of shape (2, 3))"
    assert looked_at(call) == "the network's numbers afterwards"


def test_lists_of_plain_numbers_stay_in_the_call():
    call = case("", [{"type": "Conv2d", "stride": 2}], (3, 8, 9))
    assert call_text("m:layer_table", ("layers", "input_shape"), call) == (
        "layer_table([{'type': 'Conv2d', 'stride': 2}], (3, 8, 9))"
    )
    assert named_values(("layers", "input_shape"), call) == []


def test_a_dictionary_in_a_list_is_described():
    assert in_words([{"a": X}, 3]) == "a: an array of shape (2, 3), 3"


def test_a_returned_dictionary_of_arrays_is_short():
    value = {"fc.weight": np.array([0.123456789]), "count": 3}
    assert show_value(value) == "fc.weight: [0.1235]; count: 3"
