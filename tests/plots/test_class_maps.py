"""Class activation maps lie on their pictures, on one scale."""

import matplotlib as mpl
import numpy as np
import pytest

from coursekit.errors import ShapeError
from coursekit.plots import show_class_maps

mpl.use("Agg")
from matplotlib import pyplot as plt


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def drawn(rng):
    """Show two pictures, the second in colour, and return the places in two rows."""
    images = [rng.random((8, 12)), rng.random((3, 6, 4))]
    maps = [np.array([[1.0, -4.0]]), np.array([[2.0], [0.0]])]
    show_class_maps(images, maps, ["cat", "dog"])
    return np.array(plt.gcf().axes[:4]).reshape(2, 2)


def test_a_map_covers_its_picture_and_no_more(drawn):
    for column in range(2):
        picture, over = drawn[1, column].images
        assert picture.get_extent() == list(over.get_extent())


def test_maps_share_a_scale_with_zero_in_the_middle(drawn):
    scales = {axes.images[1].get_clim() for axes in drawn[1]}
    assert scales == {(-4.0, 4.0)}


def test_places_that_add_nothing_show_the_picture(drawn):
    first, second = (np.asarray(axes.images[1].get_alpha()) for axes in drawn[1])
    assert second[1, 0] == 0
    assert first[0, 1] > second[0, 0] > first[0, 0] > 0


def test_pictures_are_shown_without_maps_too_and_labels_below(drawn):
    assert [len(axes.images) for axes in drawn[0]] == [1, 1]
    assert [axes.get_xlabel() for axes in drawn[1]] == ["cat", "dog"]


def test_a_map_is_needed_for_each_picture(rng):
    with pytest.raises(ShapeError, match="0 maps and 1 images"):
        show_class_maps([rng.random((2, 2))], [])
