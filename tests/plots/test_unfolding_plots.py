"""The pictures of the page on convolution as matrix multiplication."""

import matplotlib as mpl
import numpy as np
import pytest

from coursekit.errors import ShapeError
from coursekit.plots.unfolding import show_ratios, show_unfolding

mpl.use("Agg")
from matplotlib import pyplot as plt

SMALL = np.arange(6.0).reshape(2, 3) + 10  # no number looks like a tap or a place


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def numbers():
    """Return each number drawn in a cell, with the corner of the cell."""
    texts = {text.get_position(): text.get_text() for text in plt.gca().texts}
    corners = [patch.get_xy() for patch in plt.gca().patches]
    return [(x, y, texts[x + 0.5, y + 0.5]) for x, y in corners]


def is_tinted(patch):
    return len(set(patch.get_facecolor()[:3])) > 1


def test_each_window_becomes_the_column_below_it():
    show_unfolding(SMALL, (2, 2))
    columns = {}
    for x, y, text in numbers():
        if y >= 2:  # below the copies of the image
            columns.setdefault(x, []).append(text)
    assert list(columns.values()) == [
        ["10", "11", "13", "14"],
        ["11", "12", "14", "15"],
    ]


def test_the_window_is_tinted_and_the_rest_of_the_image_is_not():
    show_unfolding(SMALL, (1, 2))
    tinted = [is_tinted(patch) for patch in plt.gca().patches]
    image = [tint for tint, (_, y, _) in zip(tinted, numbers(), strict=True) if y < 2]
    assert image[:6] == [True, True, False, False, False, False]
    assert sum(image) == 4 * 2  # four places, two pixels each


def test_places_and_taps_are_named():
    show_unfolding(SMALL, (2, 2))
    words = {text.get_text() for text in plt.gca().texts}
    assert {"(0, 0)", "(0, 1)", "tap (0, 1)", "tap (1, 0)"} <= words


def test_a_window_larger_than_the_image_is_refused():
    with pytest.raises(ShapeError, match=r"kernel height \(3\) is larger"):
        show_unfolding(SMALL, (3, 2))
    with pytest.raises(ShapeError, match="`x` must have 2 axes"):
        show_unfolding(SMALL[0], (1, 1))


def test_ratios_stand_where_they_belong_on_a_logarithmic_axis():
    show_ratios({"small": {"a": 1, "b": 30}, "large": {"a": 2, "b": 400}}, "times")
    axes = plt.gca()
    drawn = {line.get_label(): line.get_xydata().tolist() for line in axes.lines}
    assert axes.get_xscale() == "log"
    assert drawn["a"] == [[1, 0], [2, 1]]
    assert drawn["b"] == [[30, 0], [400, 1]]
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["small", "large"]
    bottom, top = axes.get_ylim()
    assert bottom > top  # the first task is on top


def test_no_two_ways_share_a_mark_or_a_colour():
    show_ratios({"task": dict.fromkeys("abcdef", 2.0)}, "times")
    lines = [line for line in plt.gca().lines if line.get_marker() != "None"]
    assert len({line.get_marker() for line in lines}) == 6
    assert len({line.get_color() for line in lines}) == 6


def test_no_tasks_are_refused():
    with pytest.raises(ShapeError, match="number of tasks` must be at least 1"):
        show_ratios({}, "times")
