"""The pictures of the page on architectures."""

import matplotlib as mpl
import pytest

from convnets import layers
from coursekit.architectures import Stage
from coursekit.plots.architectures import (
    show_blocks,
    show_errors,
    show_profiles,
    show_stages,
    show_volumes,
    stage_lines,
)

mpl.use("Agg")
from matplotlib import pyplot as plt

STAGES = [
    Stage("first", 2, (8, 16, 16), (7, 2, 0.5), 300, 9000),
    Stage("head", 1, (10,), None, 700, 1000),
]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def texts(axes):
    return [text.get_text() for text in axes.texts]


def heights(axes):
    return [round(bar.get_height(), 6) for bar in axes.patches]


def test_the_table_has_a_line_for_each_stage_and_the_sums():
    head, *lines = stage_lines(STAGES)
    assert all(len(line) == len(head) == 7 for line in lines)
    assert lines == [
        ["first", "8×16×16", "2", "7", "2", "300", "9,000"],
        ["head", "10", "1", "–", "–", "700", "1,000"],
        ["Total", "", "3", "", "", "1,000", "10,000"],
    ]


def test_the_table_is_there_for_pages_and_for_terminals(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda *a, **_: shown.append(a[0]))
    show_stages(STAGES, "A network")
    assert shown[0]["text/plain"].startswith("A network\nStage")
    assert "<caption" in shown[0]["text/html"]


def test_a_box_is_lower_for_small_maps_and_wider_for_many_channels():
    show_volumes({"a": [(3, 32, 32), (6, 16, 16), (10,)], "b": [(1, 8, 8)]})
    first, second = plt.gcf().axes
    boxes = first.patches
    assert boxes[0].get_height() - boxes[1].get_height() == pytest.approx(1)
    assert boxes[1].get_width() - boxes[0].get_width() == pytest.approx(1)
    assert texts(first) == ["32", "3", "16", "6", "1", "10"]
    assert texts(second) == ["8", "1"]


def test_profiles_show_sizes_channels_and_shares():
    show_profiles({"net": STAGES})
    rows = [heights(axes) for axes in plt.gcf().axes]
    assert rows == [[16, 1], [8, 10], [30, 70], [90, 10]]


def test_profiles_have_a_column_for_each_network():
    show_profiles({"one": STAGES, "two": STAGES[:1]})
    axes = plt.gcf().axes
    assert [place.get_title() for place in axes[:2]] == ["one", "two"]
    assert heights(axes[5]) == [100]


def test_a_chart_has_a_box_for_each_layer_with_a_window():
    main = [
        layers.conv2d(8, 3, padding=1, groups=8),
        {"type": "BatchNorm2d"},
        layers.relu(),
        layers.conv2d(8, 1),
    ]
    pooled = [layers.max_pool2d(3, stride=1, padding=1)]
    show_blocks({"sum": (8, layers.branches(main, [], pooled))})
    want = ["3 × 3, each", "1 × 1, 8", "pool 3 × 3", "8 channels", "add"]
    assert texts(plt.gca()) == want
    assert len(plt.gca().lines) == 3


def test_a_chart_says_how_branches_meet():
    show_blocks({"a": (4, layers.branches([], [layers.conv2d(2, 1)], join="cat"))})
    assert texts(plt.gca())[-1] == "concatenate"


def test_discs_stand_at_cost_and_error_and_grow_with_parameters():
    points = {"A-1": (2e9, 4e6, 9.0), "A-2": (8e9, 16e6, 5.0), "B": (1e9, 1e6, 20.0)}
    show_errors(points, families=["A"])
    places = [tuple(disc.get_offsets()[0]) for disc in plt.gca().collections]
    assert sorted(places) == [(1, 20), (2, 9), (8, 5)]
    areas = {
        float(d.get_offsets()[0][0]): d.get_sizes()[0] for d in plt.gca().collections
    }
    assert areas[8] == pytest.approx(4 * areas[2])
    (line,) = plt.gca().lines
    assert line.get_xydata().tolist() == [[2, 9], [8, 5]]
