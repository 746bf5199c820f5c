"""The cases of problem set 2 hide nothing by being special, and can be read."""

from __future__ import annotations

import itertools

import pytest

from exercises.ps2 import PROBLEM_SET

FUNCTIONS = [item.id for item in PROBLEM_SET.functions]
SIZES = ["ps2.conv_output_size", "ps2.fits_exactly", "ps2.same_padding"]
COSTS = ["ps2.conv_parameters", "ps2.conv_macs", "ps2.separable_parameters"]


def cases_of(key):
    return [item for group in key.groups for item in group.cases]


def answered(key):
    """Leave out the cases that are refused."""
    return [item for item in cases_of(key) if item.expected.kind == "value"]


def left_over(item):
    """Return stride and padding of a case, and the pixels that are left over."""
    options = {"stride": 1, "padding": 0, "dilation": 1, **item.case.kwargs}
    reach = options["dilation"] * (options["kernel_size"] - 1) + 1
    spare = options["size"] + 2 * options["padding"] - reach
    return options["stride"], options["padding"], spare % options["stride"]


@pytest.mark.parametrize("exercise", SIZES[:2])
def test_strides_come_without_padding_where_they_fit_and_where_they_do_not(
    hidden, exercise
):
    for key in hidden[exercise]:
        found = {left_over(item) for item in answered(key)}
        assert {(2, 0, 0), (2, 0, 1)} <= found
        assert any(padding and stride > 1 for stride, padding, _ in found)


@pytest.mark.parametrize("exercise", SIZES)
def test_kernels_are_odd_and_even(hidden, exercise):
    for key in hidden[exercise]:
        kernels = {item.case.kwargs["kernel_size"] % 2 for item in answered(key)}
        assert kernels == {0, 1}


def test_a_guess_of_true_or_false_earns_nothing(hidden):
    for key in hidden["ps2.fits_exactly"]:
        for group in key.groups:
            answers = {item.expected.value for item in group.cases}
            assert {True, False} <= answers


def test_zeros_on_both_sides_differ_and_agree_in_every_group(hidden):
    for key in hidden["ps2.same_padding"]:
        for group in key.groups[:2]:
            sides = [i.expected.value for i in group.cases if i.expected.value]
            assert any(before != after for before, after in sides)
        everything = [item.expected.value for item in answered(key)]
        assert any(before == after > 0 for before, after in everything)
        assert (0, 0) in everything


@pytest.mark.parametrize("exercise", COSTS)
def test_channels_differ_and_kernels_are_wide_and_tall(hidden, exercise):
    for key in hidden[exercise]:
        args = [[*i.case.args, *i.case.kwargs.values()] for i in answered(key)]
        same = [values for values in args if values[0] == values[1]]
        assert len(same) <= 1  # a group for each channel
        pairs = [v[2] for v in args if isinstance(v[2], tuple)]
        assert {height > width for height, width in pairs} == {True, False}


def test_feature_maps_and_images_are_not_square(hidden):
    for key in hidden["ps2.conv_macs"]:
        drawn = [[*i.case.args, *i.case.kwargs.values()][3] for i in answered(key)[1:]]
        assert all(height != width for height, width in drawn)
    for key in hidden["ps2.layer_table"]:
        images = [item.case.args[1] for item in answered(key)[1:]]
        assert all(len(set(image)) == 3 for image in images)


def test_tables_hold_every_type_and_layers_whose_stride_does_not_fit(hidden):
    for key in hidden["ps2.layer_table"]:
        layers = [layer for item in answered(key) for layer in item.case.args[0]]
        kinds = {layer["type"] for layer in layers}
        assert len(kinds) == 7
        assert {layer.get("bias") for layer in layers} == {None, True, False}
        pools = [layer for layer in layers if "Pool" in layer["type"]]
        assert any(pool["stride"] < pool["kernel_size"] for pool in pools)


@pytest.mark.parametrize("exercise", FUNCTIONS)
def test_the_smallest_case_of_a_group_can_be_worked_out_on_paper(visible, exercise):
    for item in cases_of(visible[exercise]):
        numbers = [item.case.kwargs.get("size", 0), *item.case.args[:1]]
        assert all(n < 100 for n in numbers if isinstance(n, int))
        if exercise == "ps2.layer_table":
            assert len(item.case.args[0]) <= 3


@pytest.mark.parametrize("exercise", FUNCTIONS)
def test_the_worked_example_stays_and_every_group_changes(hidden, exercise):
    for one, other in itertools.pairwise(hidden[exercise]):
        same = [
            [first.case == second.case for first, second in zip(*pair, strict=True)]
            for pair in zip(
                [group.cases for group in one.groups],
                [group.cases for group in other.groups],
                strict=True,
            )
        ]
        assert same[0][0]
        assert not any(map(all, same))


def test_wrong_numbers_differ_from_the_right_one_and_have_names_of_their_own():
    numbers = PROBLEM_SET.find("ps2.numbers")
    names = [item.name for answer in numbers.answers for item in answer.mistakes]
    assert len(set(names)) == len(names) >= 20
    for answer in numbers.answers:
        values = [answer.value, *(item.value for item in answer.mistakes)]
        assert len(set(values)) == len(values)
