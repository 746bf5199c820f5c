"""The cases of problem set 4 hide nothing by being special, and can be read."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from coursekit.checks.bugs import BUGS
from exercises.ps4 import PROBLEM_SET

FUNCTIONS = [item.id for item in PROBLEM_SET.functions if item.observer == "value"]
POOLS = ["ps4.max_pool2d", "ps4.avg_pool2d", "ps4.lp_pool2d"]
LAYERS = ["ps4.conv2d", "ps4.depthwise_separable_conv2d"]
WINDOWS = ["ps4.unfold", "ps4.conv2d", *POOLS]

each_function = pytest.mark.parametrize("exercise", FUNCTIONS)


def two(value):
    return value if isinstance(value, tuple) else (value, value)


def arrays(item):
    values = [*item.case.args, *item.case.kwargs.values()]
    return [value for value in values if isinstance(value, np.ndarray)]


def answered(key):
    """Leave out the cases that are refused."""
    cases = [item for group in key.groups for item in group.cases]
    return [item for item in cases if item.expected.kind == "value"]


def window(exercise, item):
    """Return (size, kernel size, stride, padding, dilation) of each image axis."""
    args, options = item.case.args, item.case.kwargs
    kernel = args[1].shape[2:] if exercise in LAYERS else two(args[1])
    default = kernel if exercise in POOLS else 1
    stride = two(options.get("stride", default))
    padding, gap = two(options.get("padding", 0)), two(options.get("dilation", 1))
    return list(zip(args[0].shape[2:], kernel, stride, padding, gap, strict=True))


def left_over(size, kernel, stride, padding, gap):
    """Count the pixels beyond the last window."""
    return (size + 2 * padding - 1 - (kernel - 1) * gap) % stride


@each_function
def test_the_case_that_students_see_first_is_small_and_readable(visible, exercise):
    for group in visible[exercise].groups:
        smallest = min(sum(a.size for a in arrays(item)) for item in group.cases)
        assert smallest <= 60
        for value in (array for item in group.cases for array in arrays(item)):
            assert value.size <= 100
            known = value[~np.isnan(value)]
            assert np.all(known * 2 % 1 == 0)
            assert np.abs(known).max() < 20


@each_function
def test_every_group_is_drawn_anew(hidden, exercise):
    first, second, *_ = hidden[exercise]
    for group, again in zip(first.groups, second.groups, strict=True):
        same = [
            all(map(np.array_equal, arrays(one), arrays(other)))
            for one, other in zip(group.cases, again.cases, strict=True)
        ]
        assert not all(same)


@pytest.mark.parametrize("exercise", [*WINDOWS, "ps4.pad2d", LAYERS[1]])
def test_images_other_than_the_worked_example_are_not_square(hidden, exercise):
    drawn = [arrays(item)[0] for item in answered(hidden[exercise][0])[1:]]
    square = [image.shape for image in drawn if image.shape[2] == image.shape[3]]
    assert len(square) <= 1
    assert {np.sign(i.shape[2] - i.shape[3]) for i in drawn} >= {-1, 1}


@pytest.mark.parametrize("exercise", [*WINDOWS, LAYERS[1]])
def test_windows_are_wide_and_tall(hidden, exercise):
    sizes = [window(exercise, item) for item in answered(hidden[exercise][0])]
    assert {np.sign(rows[1] - columns[1]) for rows, columns in sizes} >= {-1, 0, 1}


@pytest.mark.parametrize("exercise", WINDOWS)
def test_strides_without_padding_fit_along_one_axis_and_not_along_another(
    hidden, exercise
):
    axes = [
        axis
        for item in answered(hidden[exercise][0])
        for axis in window(exercise, item)
        if axis[2] > 1 and axis[3] == 0
    ]
    assert {min(left_over(*axis), 1) for axis in axes} == {0, 1}


@pytest.mark.parametrize("exercise", POOLS)
def test_pools_overlap_and_lie_side_by_side(hidden, exercise):
    axes = [
        axis
        for item in answered(hidden[exercise][0])
        for axis in window(exercise, item)
    ]
    assert {np.sign(kernel - stride) for _, kernel, stride, *_ in axes} >= {0, 1}


def test_maxima_tie_in_every_window(hidden):
    for key in hidden["ps4.max_pool2d"]:
        (item,) = [i for i in answered(key) if i.case.note == "many ties"]
        x, found = item.case.args[0], item.expected.value
        view = np.lib.stride_tricks.sliding_window_view(x, (2, 2), axis=(2, 3))
        ties = (view == found[..., None, None]).sum(axis=(4, 5))
        assert ties.max() > 1


def test_pools_meet_windows_of_nothing_but_negative_numbers(hidden):
    for key in hidden["ps4.max_pool2d"]:
        found = {item.expected.value.max() < 0 for item in answered(key)}
        assert found == {True, False}


def test_channels_are_split_among_filters_in_several_ways(hidden):
    ways = set()
    for item in answered(hidden["ps4.conv2d"][0]):
        x, weight, *_ = item.case.args
        groups = item.case.kwargs.get("groups", 1)
        ways.add((groups, x.shape[1] // groups, len(weight) // groups))
    grouped = {way for way in ways if way[0] > 1}
    assert {channels for _, channels, _ in grouped} >= {1, 2}
    assert {filters for _, _, filters in grouped} >= {1, 2}
    assert len({groups for groups, _, _ in grouped}) >= 2


@pytest.mark.parametrize("exercise", ["ps4.unfold", "ps4.conv2d", "ps4.fold"])
def test_dilation_comes_alone_and_with_a_stride(hidden, exercise):
    options = [item.case.kwargs for item in answered(hidden[exercise][0])]
    dilated = [given for given in options if "dilation" in given]
    assert {("stride" in given) for given in dilated} == {True, False}


def test_a_separable_layer_has_more_filters_than_channels_as_many_and_fewer(hidden):
    drawn = answered(hidden["ps4.depthwise_separable_conv2d"][0])
    signs = {np.sign(len(i.case.args[2]) - len(i.case.args[1])) for i in drawn}
    assert signs == {-1, 0, 1}


def test_telling_inputs_are_asked_for_once_for_each_bug(hidden):
    notes = [
        item.case.note
        for group in hidden["ps4.telling_inputs"][0].groups
        for item in group.cases
    ]
    assert sorted(notes) == sorted(BUGS)


def test_speed_is_measured_on_the_stated_size(hidden):
    (item,) = answered(hidden["ps4.speed"][0])
    assert [array.shape for array in arrays(item)] == [(4, 3, 31, 31), (25, 3, 3, 3)]
    assert item.case.kwargs == {"stride": 2, "padding": 1}
    assert item.expected.value[0].shape == (25, 16, 16)  # summed over the images


def test_the_expected_columns_are_those_of_torch(hidden):
    for item in answered(hidden["ps4.unfold"][0]):
        x, *args = item.case.args
        want = torch.nn.functional.unfold(
            torch.from_numpy(x), *args, **item.case.kwargs
        )
        np.testing.assert_array_equal(item.expected.value, want.numpy())


def test_the_expected_images_are_those_of_torch(hidden):
    for item in answered(hidden["ps4.fold"][0]):
        x, *args = item.case.args
        want = torch.nn.functional.fold(torch.from_numpy(x), *args, **item.case.kwargs)
        np.testing.assert_array_equal(item.expected.value, want.numpy())
