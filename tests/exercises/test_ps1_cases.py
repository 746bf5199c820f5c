"""The cases of problem set 1 hide nothing by being special, and can be read."""

from __future__ import annotations

import numpy as np
import pytest

from exercises.correlation import match_cases
from exercises.correlation.match_mistakes import scores


def cases_of(key):
    return [item for group in key.groups for item in group.cases]


def answered(key):
    """Leave out the cases that are refused."""
    return [item for item in cases_of(key) if item.expected.kind == "value"]


def arrays(item):
    values = [*item.case.args, *item.case.kwargs.values()]
    return [value for value in values if isinstance(value, np.ndarray)]


NO_MATCH = ["no other window scores as much as 0", "nothing but negatives"]
IMAGES = ["ps1.correlate2d", "ps1.convolve2d", "ps1.match_template"]


def layer_sizes(item):
    """Return both sizes, kernel sizes, stride and padding of a layer's case."""
    x, weight, *_ = item.case.args
    options = item.case.kwargs
    return (
        zip(x.shape[2:], weight.shape[2:], strict=True),
        options.get("stride", 1),
        options.get("padding", 0),
    )


@pytest.mark.parametrize("exercise", IMAGES)
def test_images_other_than_the_worked_example_are_not_square(hidden, exercise):
    drawn = answered(hidden[exercise][0])[1:]
    assert all(image.shape[0] != image.shape[1] for image, *_ in map(arrays, drawn))


@pytest.mark.parametrize("exercise", [*IMAGES, "ps1.correlation_matrix"])
def test_kernels_are_wide_and_tall(hidden, exercise):
    kernels = [arrays(item)[-1] for item in answered(hidden[exercise][0])]
    assert {np.sign(np.subtract(*kernel.shape)) for kernel in kernels} >= {-1, 1}


def test_layers_have_other_channels_than_filters_and_images_not_square(hidden):
    drawn = answered(hidden["ps1.conv2d_loops"][0])[1:]
    shapes = [(x.shape, weight.shape) for x, weight, *_ in map(arrays, drawn)]
    assert all(x[2] != x[3] for x, _ in shapes)
    filters = {
        (weight[0] > weight[1]) - (weight[0] < weight[1]) for _, weight in shapes
    }
    assert filters == {-1, 0, 1}
    assert any(weight[2] != weight[3] for _, weight in shapes)


@pytest.mark.parametrize("exercise", ["ps1.correlate1d", "ps1.toeplitz"])
def test_strides_come_where_they_fit_and_where_they_do_not(hidden, exercise):
    left = set()
    for item in answered(hidden[exercise][0]):
        first, second = item.case.args
        size = len(first) if exercise == "ps1.correlate1d" else second
        kernel = len(second) if exercise == "ps1.correlate1d" else len(first)
        stride = item.case.kwargs.get("stride", 1)
        if stride > 1:
            left.add(min((size - kernel) % stride, 1))
    assert left == {0, 1}


def test_layers_have_strides_without_padding_that_do_not_fit(hidden):
    left = set()
    for item in answered(hidden["ps1.conv2d_loops"][0]):
        sizes, stride, padding = layer_sizes(item)
        rest = tuple(min((size - kernel) % stride, 1) for size, kernel in sizes)
        if stride > 1 and padding == 0:
            left.add(rest)
    assert (0, 0) in left
    assert (1, 1) in left


@pytest.mark.parametrize(
    "exercise", ["ps1.correlate1d", "ps1.correlate2d", "ps1.conv2d_loops"]
)
def test_whole_numbers_meet_fractions(hidden, exercise):
    kinds = [
        (x.dtype.kind, bool(np.any(kernel % 1)), bool(np.any(item.expected.value % 1)))
        for item in answered(hidden[exercise][0])
        for x, kernel, *_ in [arrays(item)]
    ]
    assert ("i", True, True) in kinds


@pytest.mark.parametrize("exercise", ["ps1.correlate1d", "ps1.correlate2d"])
def test_a_kernel_is_as_large_as_the_input(hidden, exercise):
    pairs = map(arrays, answered(hidden[exercise][0]))
    assert any(x.shape == kernel.shape for x, kernel in pairs)


def test_the_case_that_students_see_first_is_small_and_readable(visible):
    for key in (visible[name] for name in visible if name.startswith("ps1.")):
        for group in key.groups:
            smallest = min(sum(a.size for a in arrays(item)) for item in group.cases)
            assert smallest <= 60
            for value in (array for item in group.cases for array in arrays(item)):
                assert np.all(value * 2 % 1 == 0)
                assert np.abs(value).max() < 20


def test_the_worked_example_is_the_same_every_time_and_every_group_is_not(hidden):
    for name in (name for name in hidden if name.startswith("ps1.")):
        first, second, *_ = hidden[name]
        pairs = zip(first.groups, second.groups, strict=True)
        same = [
            [
                all(map(np.array_equal, arrays(one), arrays(other)))
                for one, other in zip(group.cases, again.cases, strict=True)
            ]
            for group, again in pairs
        ]
        assert same[0][0]
        assert not any(map(all, same))


def test_the_right_window_leads_clearly(hidden):
    for item in (i for key in hidden["ps1.match_template"] for i in answered(key)):
        ranked = np.sort(scores(*arrays(item)), axis=None)[::-1]
        second = 2 if item.case.note == "two equal copies" else 1
        lead = ranked[0] - ranked[second] if ranked.size > second else np.inf
        assert lead > match_cases.LEAD


def best_scores(key):
    """Return the best score of each picture, by what is special about it."""
    return {
        item.case.note: scores(*arrays(item)).max()
        for item in answered(key)
        if item.case.note in NO_MATCH
    }


def test_the_best_window_may_score_nothing_or_less(hidden):
    for key in hidden["ps1.match_template"]:
        best = best_scores(key)
        assert best[NO_MATCH[0]] == 0
        assert best[NO_MATCH[1]] < 0


@pytest.mark.parametrize("start", [-1.0, -np.inf])
def test_a_search_may_begin_with_any_number_below_the_scores(hidden, start):
    for item in (i for key in hidden["ps1.match_template"] for i in answered(key)):
        found, best, place = scores(*arrays(item)), start, None
        for at in np.ndindex(*found.shape):
            if found[at] > best:
                best, place = found[at], at
        assert place == tuple(item.expected.value)
