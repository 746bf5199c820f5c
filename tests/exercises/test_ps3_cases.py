"""The cases of problem set 3 hide nothing by being special, and can be read."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from convnets.receptive_field import input_interval, receptive_field
from coursekit.checks.networks import build_network

PATHS = ["ps3.receptive_field", "ps3.input_interval"]
EFFECTIVE = "ps3.effective_receptive_field"


def answered(key):
    """Leave out the cases that are refused."""
    items = [item for group in key.groups for item in group.cases]
    return [item for item in items if item.expected.kind == "value"]


def layers_in(path):
    """List the layers of a path with those in its branches."""
    for layer in path:
        yield layer
        for branch in layer.get("branches", []):
            yield from layers_in(branch)


@pytest.mark.parametrize("exercise", PATHS)
def test_every_kind_of_layer_occurs(hidden, exercise):
    kinds = {
        layer["type"]
        for item in answered(hidden[exercise][0])
        for layer in layers_in(item.case.args[0])
    }
    convolutions = {"Conv2d", "ConvTranspose2d"}
    assert kinds == {*convolutions, "MaxPool2d", "AvgPool2d", "ReLU", "Branches"}


@pytest.mark.parametrize("exercise", PATHS)
def test_kernels_of_even_and_odd_size_occur_and_a_stride_without_padding(
    hidden, exercise
):
    windows = [
        layer
        for key in hidden[exercise]
        for item in answered(key)
        for layer in layers_in(item.case.args[0])
        if "kernel_size" in layer
    ]
    assert {window["kernel_size"] % 2 for window in windows} == {0, 1}
    options = {(window["stride"] > 1, window["padding"] > 0) for window in windows}
    assert options == {(False, False), (False, True), (True, False), (True, True)}


@pytest.mark.parametrize("exercise", PATHS)
def test_transposed_kernels_leave_no_gap_so_that_intervals_are_enough(hidden, exercise):
    """A solution may carry the two ends only, which cannot see gaps."""
    found = [
        layer
        for key in hidden[exercise]
        for item in answered(key)
        for layer in layers_in(item.case.args[0])
        if layer["type"] == "ConvTranspose2d"
    ]
    assert found
    assert all(layer["dilation"] == 1 for layer in found)
    assert all(layer["kernel_size"] >= layer["stride"] for layer in found)


def test_no_jump_is_whole_after_a_division(hidden):
    """Whoever divides gets a float, and should not lose points for that."""
    for key in hidden["ps3.receptive_field"]:
        for item in answered(key):
            kinds = {layer["type"] for layer in layers_in(item.case.args[0])}
            assert isinstance(item.expected.value[1], float) == (
                "ConvTranspose2d" in kinds
            )


def test_intervals_begin_before_the_image_and_after_its_first_pixel(hidden):
    firsts = [
        item.expected.value[0]
        for key in hidden["ps3.input_interval"]
        for item in answered(key)
    ]
    assert min(firsts) < 0 < max(firsts)


def test_sizes_and_intervals_agree(hidden):
    for key in hidden["ps3.receptive_field"]:
        for item in answered(key):
            (path,), (size, jump, start) = item.case.args, item.expected.value
            first, last = input_interval(path, 6)
            if isinstance(jump, int):
                assert last - first + 1 == size
                assert (first + last) / 2 == start + 6 * jump


def test_depths_are_met_exactly_and_missed_by_one(hidden):
    for key in hidden["ps3.depth_for"]:
        left = set()
        for item in answered(key):
            size, kernel_size = item.case.args
            stride = item.case.kwargs.get("stride", 1)
            window = {"type": "AvgPool2d", "kernel_size": kernel_size, "padding": 0}
            path = [{**window, "stride": stride}] * item.expected.value
            left.add((stride > 1, min(receptive_field(path)[0] - size, 2)))
        assert left >= {(True, 0), (False, 0), (False, 1), (True, 2), (False, 2)}


def network_and_shape(item):
    layers, shape = item.case.args
    return build_network(layers), shape


def test_images_are_not_square_and_outputs_are_odd_and_even(hidden):
    kinds = set()
    for key in hidden[EFFECTIVE]:
        for item in answered(key):
            network, shape = network_and_shape(item)
            output = network(torch.ones(1, *shape, dtype=torch.float64))
            assert shape[1] != shape[2]
            assert output.shape[2] != output.shape[3]
            kinds |= {output.shape[2] % 2, 2 + output.shape[3] % 2}
    assert kinds == {0, 1, 2, 3}


def test_channels_differ_between_input_and_output_and_gradients_have_signs(hidden):
    channels, signs = set(), set()
    for item in answered(hidden[EFFECTIVE][0]):
        weights = [layer["weight"] for layer in item.case.args[0] if "weight" in layer]
        channels.add((weights[0].shape[1], weights[-1].shape[0]))
        signs |= {int(sign) for weight in weights for sign in np.sign(weight).flat}
    assert channels >= {(1, 1), (2, 1), (1, 3), (3, 2)}
    assert signs == {-1, 1}


def test_no_activation_is_so_flat_that_a_field_is_nearly_0(hidden):
    for key in hidden[EFFECTIVE]:
        for item in answered(key):
            field = item.expected.value
            assert field.max() > 1e-3
            assert field.shape == item.case.args[1][1:]


def test_what_students_read_first_is_short(visible):
    for exercise in (*PATHS, EFFECTIVE):
        for group in visible[exercise].groups:
            assert min(len(item.case.args[0]) for item in group.cases) <= 3


def test_the_worked_example_is_the_same_every_time_and_no_group_is(hidden):
    for exercise in (*PATHS, "ps3.depth_for", EFFECTIVE):
        first, second, *_ = hidden[exercise]
        assert repr(first.groups[0].cases[0]) == repr(second.groups[0].cases[0])
        pairs = zip(first.groups, second.groups, strict=True)
        assert all(repr(one.cases) != repr(other.cases) for one, other in pairs)
