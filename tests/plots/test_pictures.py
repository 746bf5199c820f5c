"""Pictures show the numbers they are given, on the scale they promise."""

import matplotlib as mpl
import numpy as np
import pytest

import coursekit.plots
from coursekit.errors import ShapeError
from coursekit.plots.channels import show_filters, show_layer
from coursekit.plots.grids import show_grids
from coursekit.plots.images import show_feature_maps, show_images
from coursekit.plots.lines import show_lines
from coursekit.plots.style import WIDTH

mpl.use("Agg")
from matplotlib import pyplot as plt


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def drawn():
    """Return the pictures of the current figure, in reading order."""
    return [axes.images[0] for axes in plt.gcf().axes if axes.images]


def texts():
    return [text.get_text() for text in plt.gca().texts]


def test_every_exported_picture_can_be_found():
    for name in coursekit.plots.__all__:
        assert callable(getattr(coursekit.plots, name))


def test_unknown_picture_is_an_attribute_error():
    with pytest.raises(AttributeError, match="show_nothing"):
        _ = coursekit.plots.show_nothing


def test_grey_pictures_are_black_at_0_and_white_at_1():
    show_images([np.full((2, 3), 0.5), np.full((1, 2, 3), 0.25)])
    assert [image.get_clim() for image in drawn()] == [(0.0, 1.0)] * 2
    assert drawn()[1].get_array().shape == (2, 3)


def test_colour_pictures_get_their_channels_last():
    picture = np.arange(18.0).reshape(3, 2, 3) / 17.0
    show_images([picture])
    np.testing.assert_allclose(drawn()[0].get_array(), np.moveaxis(picture, 0, 2))


def test_pictures_stand_in_rows_with_their_labels():
    show_images([np.zeros((2, 2))] * 3, ["a", "b", "c"], columns=2)
    assert [axes.get_xlabel() for axes in plt.gcf().axes] == ["a", "b", "c", ""]


def test_box_surrounds_its_pixels():
    show_images([np.zeros((9, 8))], boxes=[(2, 3, 4, 1)])
    frame = plt.gca().patches[-1]
    assert frame.get_xy() == (2.5, 1.5)
    assert (frame.get_width(), frame.get_height()) == (1, 4)


def test_feature_maps_share_one_scale_centred_on_zero():
    show_feature_maps(np.array([[[1.0, -3.0]], [[0.5, 0.0]]]))
    assert [image.get_clim() for image in drawn()[:2]] == [(-3.0, 3.0)] * 2


def test_feature_maps_take_a_limit_of_your_own():
    show_feature_maps(np.ones((2, 2, 3)), limit=5.0)
    assert drawn()[0].get_clim() == (-5.0, 5.0)


def test_one_feature_map_without_channel_axis_is_refused():
    with pytest.raises(ShapeError, match=r"`maps` must have 3 axes \(C, H, W\)"):
        show_feature_maps(np.zeros((4, 5)))


def test_filters_are_grey_at_zero_and_each_has_its_own_scale():
    weight = np.zeros((2, 1, 1, 2))
    weight[0, 0, 0, 0], weight[1, 0, 0, 1] = 0.1, -40.0
    show_filters(weight)
    np.testing.assert_allclose(drawn()[0].get_array(), [[1.0, 0.5]])
    np.testing.assert_allclose(drawn()[1].get_array(), [[0.5, 0.0]])


def test_grids_write_every_number_in_order():
    show_grids([np.array([[1, -2], [3, 0.5]]), np.array([7.0])], ["x", "w"], ["⋆"])
    assert texts() == ["1", "-2", "3", "0.5", "x", "★", "7", "w"]


def test_grids_highlight_the_block_they_are_told():
    show_grids([np.zeros((2, 2)), np.zeros((3, 4))], boxes={1: (1, 2, 2, 1)})
    block = plt.gca().patches[-1]
    assert block.get_xy() == pytest.approx((2 + 0.8 + 2, 1))
    assert (block.get_width(), block.get_height()) == (1, 2)


def test_layer_has_a_sheet_per_channel_in_input_and_every_filter():
    show_layer(in_channels=2, out_channels=3)
    tints = [patch.get_facecolor() for patch in plt.gca().patches]
    for tint in ("#F2BF9A", "#A6DCC9"):
        assert tints.count(mpl.colors.to_rgba(tint)) == 1 + 3


def test_lines_differ_in_more_than_colour():
    show_lines([1, 2], {"a": [0, 1], "b": [1, 0]}, "x", "y")
    first, second = plt.gca().lines
    assert first.get_linestyle() != second.get_linestyle()
    assert first.get_marker() != second.get_marker()


@pytest.mark.parametrize(("places", "is_whole"), [([1, 2, 3], True), ([1, 1.5], False)])
def test_what_is_counted_has_whole_ticks(places, is_whole):
    show_lines(places, {"": places}, "epoch", "loss")
    assert all(tick == round(tick) for tick in plt.gca().get_xticks()) == is_whole


def test_doubling_axis_has_a_tick_at_every_place():
    show_lines([1, 2, 8], {"a": [0, 1, 2]}, "x", "y", doubling=True)
    assert [tick.get_text() for tick in plt.gca().get_xticklabels()] == ["1", "2", "8"]


def test_every_figure_is_as_wide_as_the_text():
    show_images([np.zeros((2, 2))])
    show_layer()
    widths = {plt.figure(number).get_figwidth() for number in plt.get_fignums()}
    assert widths == {WIDTH}
