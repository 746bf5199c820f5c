"""The cases of problem set 8 show what they are there to show."""

from __future__ import annotations

import sys

import numpy as np

from coursekit.authoring.keys import visible_key
from coursekit.checks.student import fresh_module


def cases_of(key):
    return [item.case for group in key.groups for item in group.cases]


def images_of(key):
    calls = cases_of(key)
    return [call.kwargs["images"] for call in calls if "images" in call.kwargs]


def test_no_image_is_square(declared):
    for name in ("BasicBlock", "ResNet", "resnet18"):
        for images in images_of(visible_key(declared[f"ps8.{name}"])):
            assert images.shape[2] != images.shape[3]


def test_blocks_are_asked_for_with_strides_where_sizes_are_odd(declared):
    calls = cases_of(visible_key(declared["ps8.BasicBlock"]))
    strided = [
        call for call in calls if 2 in (*call.args[2:], call.kwargs.get("stride"))
    ]
    sizes = [
        call.kwargs["images"].shape[2:]
        for call in strided
        if call.kwargs.get("images") is not None
    ]
    assert any(size % 2 for shape in sizes for size in shape)


def test_maps_have_both_signs_where_nothing_is_refused(declared):
    key = visible_key(declared["ps8.class_activation_map"])
    for item in key.groups[1].cases:
        if item.expected.kind == "value":
            assert np.any(item.expected.value < 0)
            assert np.any(item.expected.value > 0)


def test_some_highest_rate_lies_between_two_steps(declared):
    key = visible_key(declared["ps8.one_cycle"])
    tops = [0.3 * item.case.args[1] - 1 for item in key.groups[2].cases]
    assert any(abs(top - round(top)) > 0.05 for top in tops)


def test_a_check_without_torch_leaves_networks_as_they_are(monkeypatch):
    from convnets import resnet

    network = resnet.resnet20()
    monkeypatch.setitem(sys.modules, "torch", None)
    fresh_module("convnets.schedule")
    monkeypatch.undo()
    assert resnet.resnet20 is not None
    assert network.eval() is network
