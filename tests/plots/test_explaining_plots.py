"""Maps are shown in full colour, on one scale, under the outline of the ink."""

import matplotlib as mpl
import numpy as np
import pytest

from coursekit.errors import ShapeError
from coursekit.plots import show_ink_maps

mpl.use("Agg")
from matplotlib import pyplot as plt


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture
def places():
    """Show three pictures in two columns, the last without ink."""
    blob = np.zeros((1, 8, 12))
    blob[0, 2:5, 3:6] = 0.5
    maps = [np.array([[1.0, -4.0, 0.0]]), np.array([[2.0], [0.0]]), np.eye(2)]
    show_ink_maps([blob, blob[0], 0 * blob], maps, ["a", "b", "c"], columns=2)
    return plt.gcf().axes


def test_a_map_covers_its_picture(places):
    for place in places[:3]:
        assert list(place.images[0].get_extent()) == [-0.5, 11.5, 7.5, -0.5]


def test_maps_share_a_scale_with_zero_in_the_middle(places):
    assert {place.images[0].get_clim() for place in places[:3]} == {(-4.0, 4.0)}


def test_the_outline_runs_around_the_ink_and_not_through_it(places):
    (line,) = places[0].collections[0].get_paths()
    x, y = line.vertices.T
    assert 2 < x.min() < 3
    assert 5 < x.max() < 6
    assert 1 < y.min() < 2
    assert 4 < y.max() < 5


def test_an_empty_picture_has_no_outline(places):
    assert not places[2].collections


def test_labels_stand_below_and_the_bar_says_what_is_measured(places):
    assert [place.get_xlabel() for place in places[:4]] == ["a", "b", "c", ""]
    assert places[4].get_ylabel() == "adds to the logit"


def test_a_map_is_needed_for_each_picture():
    with pytest.raises(ShapeError, match="0 maps and 1 images"):
        show_ink_maps([np.zeros((2, 2))], [])
