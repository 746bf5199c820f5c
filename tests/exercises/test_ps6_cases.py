"""The cases of problem set 6 hide nothing by being special, and can be read."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from exercises.ps6 import PROBLEM_SET

FUNCTIONS = {item.id: item.reference for item in PROBLEM_SET.functions}
IMAGES = ["batch_norm2d", "instance_norm", "group_norm", "group_norm_backward"]
SCALED = ["batch_norm", "batch_norm2d", "layer_norm", "instance_norm", "group_norm"]

each_function = pytest.mark.parametrize("exercise", FUNCTIONS)


def arguments(exercise, item):
    """Return a case's arguments by name, with the defaults of those left out."""
    signature = inspect.signature(FUNCTIONS[exercise])
    bound = signature.bind(*item.case.args, **item.case.kwargs)
    bound.apply_defaults()
    return bound.arguments


def answered(key):
    """Leave out the cases that are refused."""
    cases = [item for group in key.groups for item in group.cases]
    return [item for item in cases if item.expected.kind == "value"]


def drawn(key):
    """Leave out the cases that are worked out on paper, too."""
    return [item for item in answered(key) if "paper" not in item.case.note]


def tensor(array):
    return torch.tensor(array, dtype=torch.float64)  # a copy


def arrays(item):
    values = [*item.case.args, *item.case.kwargs.values()]
    return [value for value in values if isinstance(value, np.ndarray)]


@each_function
def test_inputs_are_small_and_readable(visible, exercise):
    for group in visible[exercise].groups:
        assert min(sum(a.size for a in arrays(item)) for item in group.cases) <= 60
        for value in (array for item in group.cases for array in arrays(item)):
            assert value.size <= 60
            assert np.all(value * 2 % 1 == 0)
            assert np.abs(value).max(initial=0) < 40


@each_function
def test_every_group_is_drawn_anew(hidden, exercise):
    first, second, *_ = hidden[exercise]
    for group, again in zip(first.groups, second.groups, strict=True):
        for one, other in zip(group.cases, again.cases, strict=True):
            same = all(map(np.array_equal, arrays(one), arrays(other)))
            assert not same or "paper" in one.case.note or "without" in one.case.note


@each_function
def test_no_two_axes_of_a_batch_have_the_same_length(hidden, exercise):
    for item in drawn(hidden[exercise][0]):
        batch = item.case.args[0]
        lengths = [n for n in batch.shape if n > 1]
        alike = len(lengths) - len(set(lengths))
        told = "as many" in item.case.note or "all axes" in item.case.note
        assert alike == 0 or told or "integer" in item.case.note or not batch.size


@pytest.mark.parametrize("exercise", IMAGES)
def test_every_axis_of_images_is_long_in_some_case(hidden, exercise):
    name = f"ps6.{exercise}"
    shapes = [arguments(name, item)["x"].shape for item in drawn(hidden[name][0])]
    assert {min(n, 2) for shape in shapes for n in shape[:2]} >= {2}
    assert max(H for *_, H, _ in shapes) > 1 < max(W for *_, W in shapes)
    assert any(H > 1 < W for *_, H, W in shapes)
    assert any(N > 1 for N, *_ in shapes)


@pytest.mark.parametrize("exercise", SCALED)
def test_no_scale_is_1_and_no_shift_is_0(hidden, exercise):
    for item in drawn(hidden[f"ps6.{exercise}"][0]):
        given = arguments(f"ps6.{exercise}", item)
        assert np.all(given["gamma"] != 1)
        assert np.all(given["beta"] != 0)
        assert given["gamma"].size == len(np.unique(given["gamma"])) or (
            given["gamma"].size > 10
        )


@each_function
def test_eps_is_large_or_all_that_is_left(hidden, exercise):
    for item in drawn(hidden[exercise][0]):
        eps = arguments(exercise, item)["eps"]
        assert eps >= 0.1 or eps == 1e-5
    given = {arguments(exercise, item)["eps"] for item in drawn(hidden[exercise][0])}
    assert {1e-5, 0.1} <= given


@pytest.mark.parametrize("exercise", ["ps6.batch_norm", "ps6.batch_norm2d"])
def test_momentum_is_given_and_left_out_and_never_a_half(hidden, exercise):
    given = {
        arguments(exercise, item)["momentum"] for item in answered(hidden[exercise][0])
    }
    assert given == {0.1, 0.25}


@pytest.mark.parametrize("exercise", ["ps6.batch_norm", "ps6.batch_norm2d"])
def test_evaluation_comes_alone_and_after_training_with_each_of_the_three(
    hidden, exercise
):
    looks = set()
    for item in answered(hidden[exercise][0]):
        training = arguments(exercise, item)["training"]
        after = item.case.truth.get("rounds", 0) > 0
        looks.add((item.case.truth["part"], training, after))
    alone = {(part, training, False) for part in range(3) for training in (True, False)}
    assert looks == {*alone, (0, True, True)}


def test_groups_of_channels_are_counted_and_sized_in_several_ways(hidden):
    for name in ("ps6.group_norm", "ps6.group_norm_backward"):
        given = [arguments(name, item) for item in answered(hidden[name][0])]
        ways = {(g["num_groups"], g["x"].shape[1] // g["num_groups"]) for g in given}
        assert ways >= {(2, 2), (2, 3), (3, 2), (1, 3)}


def test_a_convolution_is_folded_with_a_bias_and_without(hidden):
    cases = answered(hidden["ps6.fold_batch_norm"][0])
    ways = {(i.case.truth["part"], i.case.args[1] is None) for i in cases}
    assert ways == {(0, False), (0, True), (1, False), (1, True)}
    shapes = [item.case.args[0].shape for item in cases]
    assert any(C_out == C_in for C_out, C_in, *_ in shapes)
    assert any(C_out != C_in > 1 for C_out, C_in, *_ in shapes)


@pytest.mark.parametrize("exercise", ["ps6.batch_norm", "ps6.batch_norm2d"])
def test_the_expected_arrays_of_batch_norm_are_those_of_torch(hidden, exercise):
    for item in answered(hidden[exercise][0]):
        given = {
            name: tensor(value) if isinstance(value, np.ndarray) else value
            for name, value in arguments(exercise, item).items()
        }
        mean, var = given["running_mean"], given["running_var"]

        def torch_norm(training, given=given, mean=mean, var=var):
            parts = (given["x"], mean, var, given["gamma"], given["beta"])
            return F.batch_norm(*parts, training, given["momentum"], given["eps"])

        out = torch_norm(given["training"])
        if item.case.truth.get("rounds"):
            for _ in range(item.case.truth["rounds"] - 1):
                torch_norm(True)
            out = torch_norm(False)
        want = (out, mean, var)[item.case.truth["part"]]
        np.testing.assert_allclose(item.expected.value, want, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("exercise", ["layer_norm", "instance_norm", "group_norm"])
def test_the_expected_arrays_of_the_other_norms_are_those_of_torch(hidden, exercise):
    for item in answered(hidden[f"ps6.{exercise}"][0]):
        given = arguments(f"ps6.{exercise}", item)
        x, gamma, beta = (tensor(given[name]) for name in ("x", "gamma", "beta"))
        if exercise == "layer_norm":
            want = F.layer_norm(x, x.shape[1:], gamma, beta, given["eps"])
        else:
            groups = given.get("num_groups", x.shape[1])
            want = F.group_norm(x, groups, gamma, beta, given["eps"])
        np.testing.assert_allclose(item.expected.value, want, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("exercise", ["batch_norm_backward", "group_norm_backward"])
def test_the_expected_gradients_are_those_of_autograd(hidden, exercise):
    for item in answered(hidden[f"ps6.{exercise}"][0]):
        given = arguments(f"ps6.{exercise}", item)
        x, gamma = (tensor(given[name]).requires_grad_() for name in ("x", "gamma"))
        beta = torch.zeros_like(gamma).requires_grad_()
        if "num_groups" in given:
            out = F.group_norm(x, given["num_groups"], gamma, beta, given["eps"])
        else:
            out = F.batch_norm(x, None, None, gamma, beta, True, 0.1, given["eps"])
        out.backward(tensor(given["grad_out"]))
        want = (x.grad, gamma.grad, beta.grad)[item.case.truth["part"]]
        np.testing.assert_allclose(item.expected.value, want, rtol=1e-8, atol=1e-10)
