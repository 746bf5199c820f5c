"""The pictures of the page on special convolutions."""

import matplotlib as mpl
import numpy as np
import pytest

from coursekit.errors import ShapeError
from coursekit.plots.special import show_counts, show_label_maps, show_wiring

mpl.use("Agg")
from matplotlib import pyplot as plt


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def wires():
    """Return the ends of every line between two channels."""
    lines = [line for line in plt.gca().lines if line.get_marker() == "None"]
    return [line.get_xydata() for line in lines]


def texts():
    return [text.get_text() for text in plt.gca().texts]


@pytest.mark.parametrize(("groups", "kernels"), [(1, 24), (2, 12)])
def test_there_is_a_line_for_each_kernel_of_the_weight_array(groups, kernels):
    show_wiring([[(4, 6, groups)]])
    assert len(wires()) == kernels


def test_depthwise_wires_are_level_and_groups_do_not_cross():
    show_wiring([[(3, 3, 3)]])
    assert [ends[0][1] - ends[1][1] for ends in wires()] == [0, 0, 0]
    plt.close("all")
    show_wiring([[(4, 4, 2)]])
    assert {ends[0][1] > 2 for ends in wires() if ends[1][1] < 2} == {False}


def test_each_group_has_a_colour_and_an_ordinary_layer_is_black():
    show_wiring([[(4, 4, 2), (4, 4, 1)]])
    lines = [line for line in plt.gca().lines if line.get_marker() == "None"]
    assert len({line.get_color() for line in lines[:8]}) == 2
    assert {line.get_color() for line in lines[8:]} == {"black"}


def test_layers_of_a_network_meet_and_networks_do_not():
    show_wiring([[(2, 2, 1), (2, 3, 1)], [(2, 2, 2)]], ["a", "b", "c"])
    lefts = sorted({float(ends[0][0]) for ends in wires()})
    rights = sorted({float(ends[1][0]) for ends in wires()})
    assert rights[0] == lefts[1]
    assert rights[1] < lefts[2]
    assert texts() == ["a", "b", "c"]


def test_wiring_of_nothing_is_refused():
    with pytest.raises(ShapeError, match="number of layers` must be at least 1"):
        show_wiring([])
    with pytest.raises(ShapeError, match="channels and groups` must be at least 1"):
        show_wiring([[(4, 0, 1)]])


def test_counts_are_written_where_they_belong():
    show_counts([np.array([[0, 2, 10], [1, 0, 3]])], ["windows"])
    places = {text.get_position(): text.get_text() for text in plt.gca().texts}
    numbers = {place: text for place, text in places.items() if text.isdigit()}
    assert numbers == {
        (1.5, 0.5): "2",
        (2.5, 0.5): "10",
        (0.5, 1.5): "1",
        (2.5, 1.5): "3",
    }
    assert "windows" in texts()


def test_zero_is_hatched_and_more_is_darker():
    show_counts([np.array([[0, 1, 4]])])
    never, once, often = plt.gca().patches
    assert never.get_hatch()
    assert not once.get_hatch()
    assert sum(often.get_facecolor()[:3]) < sum(once.get_facecolor()[:3])


def test_counts_with_a_third_axis_are_refused():
    with pytest.raises(ShapeError, match="`counts` must have 2 axes"):
        show_counts([np.zeros((1, 2, 3), int)])


def test_each_class_has_its_own_colour_and_name():
    classes = np.array([[0, 1, 2], [2, 0, 1]])
    show_label_maps(np.zeros((2, 3)), [classes], ["paper", "0", "1"], ["in", "out"])
    picture, drawn = plt.gcf().axes
    np.testing.assert_array_equal(drawn.images[0].get_array(), classes)
    shades = {tuple(drawn.images[0].cmap(drawn.images[0].norm(n))) for n in range(3)}
    assert len(shades) == 3
    names = [text.get_text() for text in plt.gcf().legends[0].get_texts()]
    assert names == ["paper", "0", "1"]
    assert (picture.get_xlabel(), drawn.get_xlabel()) == ("in", "out")
