"""The cases of problem set 5 hide nothing by being special, and can be read."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import conv2d, conv_transpose2d

from exercises.ps5 import PROBLEM_SET

POOLS = ["ps5.max_pool2d_backward", "ps5.avg_pool2d_backward"]
LAYER = "ps5.conv2d_backward"
NETWORKS = ["ps5.forward", "ps5.loss_and_gradients", "ps5.learn_digits"]
SMALL = [item.id for item in PROBLEM_SET.functions if item.id not in NETWORKS]


def two(value):
    return value if isinstance(value, tuple) else (value, value)


def arrays(item):
    values = [*item.case.args, *item.case.kwargs.values()]
    return [value for value in values if isinstance(value, np.ndarray)]


def answered(key, group=""):
    """Leave out the cases that are refused, and other groups."""
    cases = [i for g in key.groups if g.name.startswith(group) for i in g.cases]
    return [item for item in cases if item.expected.kind == "value"]


def window(exercise, item):
    """Return (size, kernel size, stride, padding, dilation) of each image axis."""
    args, options = item.case.args, item.case.kwargs
    kernel = args[2].shape[2:] if exercise == LAYER else two(args[2])
    stride = two(options.get("stride", kernel if exercise in POOLS else 1))
    padding, gap = two(options.get("padding", 0)), two(options.get("dilation", 1))
    return list(zip(args[1].shape[2:], kernel, stride, padding, gap, strict=True))


def left_over(size, kernel, stride, padding, gap):
    """Count the pixels beyond the last window."""
    return (size + 2 * padding - 1 - (kernel - 1) * gap) % stride


@pytest.mark.parametrize("exercise", SMALL)
def test_the_case_that_students_see_first_is_small_and_readable(visible, exercise):
    most = 90 if exercise == LAYER else 60  # it has three arrays in all its cases
    for group in visible[exercise].groups:
        assert min(sum(a.size for a in arrays(item)) for item in group.cases) <= most
        for value in (array for item in group.cases for array in arrays(item)):
            assert value.size <= 100
            assert np.all(value * 2 % 1 == 0)


@pytest.mark.parametrize("exercise", [item.id for item in PROBLEM_SET.functions])
def test_every_group_is_drawn_anew(hidden, exercise):
    first, second, *_ = hidden[exercise]
    for group, again in zip(first.groups, second.groups, strict=True):
        same = [
            all(map(np.array_equal, arrays(one), arrays(other)))
            for one, other in zip(group.cases, again.cases, strict=True)
            if arrays(one)
        ]
        assert not all(same) or exercise in NETWORKS


@pytest.mark.parametrize("exercise", [LAYER, *POOLS])
def test_images_are_tall_and_wide_and_so_are_windows(hidden, exercise):
    axes = [window(exercise, item) for item in answered(hidden[exercise][0])]
    assert {np.sign(rows[0] - columns[0]) for rows, columns in axes} >= {-1, 1}
    assert {np.sign(rows[1] - columns[1]) for rows, columns in axes} >= {-1, 0}


@pytest.mark.parametrize(
    ("exercise", "group"),
    [(LAYER, "grad_x"), (LAYER, "grad_weight"), *((pool, "") for pool in POOLS)],
)
def test_strides_without_padding_fit_along_one_axis_and_not_along_another(
    hidden, exercise, group
):
    axes = [
        axis
        for item in answered(hidden[exercise][0], group)
        for axis in window(exercise, item)
        if axis[2] > 1 and axis[3] == 0
    ]
    assert {min(left_over(*axis), 1) for axis in axes} == {0, 1}


@pytest.mark.parametrize("part", ["grad_x", "grad_weight"])
def test_windows_overlap_under_strides_and_padding(hidden, part):
    for group in ("strides", "padding"):
        axes = [
            axis
            for item in answered(hidden[LAYER][0], f"{part}: {group}")
            for axis in window(LAYER, item)
        ]
        assert any(axis[1] > axis[2] > 1 for axis in axes)


def test_more_and_fewer_filters_than_channels_and_as_many(hidden):
    for part in ("grad_x", "grad_weight"):
        items = answered(hidden[LAYER][0], f"{part}: several")
        shapes = [item.case.args[2].shape[:2] for item in items]
        assert {np.sign(C_out - C_in) for C_out, C_in in shapes} == {-1, 0, 1}


@pytest.mark.parametrize("exercise", POOLS)
def test_pools_overlap_and_lie_side_by_side(hidden, exercise):
    axes = [
        axis
        for item in answered(hidden[exercise][0])
        for axis in window(exercise, item)
    ]
    assert {np.sign(kernel - stride) for _, kernel, stride, *_ in axes} >= {0, 1}


def test_a_pixel_wins_two_windows_with_every_draw(hidden):
    for key in hidden["ps5.max_pool2d_backward"]:
        (item,) = [i for i in answered(key) if i.case.note == "one winner twice"]
        grad_out, x = item.case.args[:2]
        assert np.count_nonzero(item.expected.value) < grad_out.size
        assert item.expected.value.flat[x.argmax()] == grad_out.sum()


def test_pools_meet_windows_of_nothing_but_negative_numbers(hidden):
    items = answered(hidden["ps5.max_pool2d_backward"][0], "Padding")
    assert any(item.case.args[1].max() < 0 for item in items)


def test_a_relu_meets_numbers_below_at_and_above_zero(hidden):
    for key in hidden["ps5.relu_backward"]:
        for group in key.groups:
            values = np.concatenate([i.case.args[1].ravel() for i in group.cases])
            assert {-1, 0, 1} == set(np.sign(values))


def test_labels_are_not_all_alike(hidden):
    for key in hidden["ps5.softmax_cross_entropy"]:
        for item in answered(key, "Batches"):
            assert len(set(item.case.args[1])) > 1


def test_ten_digits_are_all_different_and_held_out_ones_have_not_been_seen(hidden):
    few, many = hidden["ps5.learn_digits"][0].groups
    assert sorted(few.cases[0].case.truth) == list(range(10))
    images, labels, others = many.cases[0].case.args
    assert (images.dtype, len(images), len(others)) == (np.uint8, 1100, 400)
    assert len(labels) == 1100
    assert others.max() == 16
    seen = {image.tobytes() for image in images}
    assert sum(image.tobytes() in seen for image in others) <= 2  # twins in the data


def test_the_expected_gradients_are_those_of_torch(hidden):
    for item in answered(hidden[LAYER][0]):
        tensors = [torch.from_numpy(a).requires_grad_() for a in item.case.args[1:3]]
        bias = torch.zeros(len(item.case.args[2]), dtype=torch.float64).requires_grad_()
        out = conv2d(*tensors, bias, **item.case.kwargs)
        out.backward(torch.from_numpy(item.case.args[0]))
        want = (*tensors, bias)[item.case.truth["part"]].grad
        np.testing.assert_allclose(item.expected.value, want.numpy(), atol=1e-9)


def test_the_expected_transposed_maps_are_those_of_torch(hidden):
    for item in answered(hidden["ps5.conv_transpose2d"][0]):
        tensors = map(torch.from_numpy, item.case.args)
        want = conv_transpose2d(*tensors, **item.case.kwargs)
        np.testing.assert_allclose(item.expected.value, want.numpy(), atol=1e-9)
