"""The pictures of the page on backpropagation."""

import matplotlib as mpl
import numpy as np
import pytest

from coursekit.errors import ShapeError
from coursekit.plots.backpropagation import (
    PALE,
    show_chords,
    show_products,
    show_step_errors,
)

mpl.use("Agg")
from matplotlib import pyplot as plt


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def lines(panel, is_bright):
    """Return the ends of a drawing's lines that stand out, or of the others."""
    found = [
        line
        for line in plt.gcf().axes[panel].lines
        if (line.get_color() != PALE) == is_bright
    ]
    return [line.get_xydata().tolist() for line in found]


def names(panel):
    return [text.get_text() for text in plt.gcf().axes[panel].texts]


@pytest.mark.parametrize(("stride", "products"), [(1, 4 * 3), (2, 2 * 3), (3, 2 * 3)])
def test_there_is_a_line_for_each_product(stride, products):
    show_products(6, 3, stride)
    for panel in range(3):
        assert len(lines(panel, True)) + len(lines(panel, False)) == products


def test_each_drawing_has_its_own_products():
    show_products(6, 2, stride=2, output=1, sample=4, tap=1)
    forward, sample, weight = (lines(panel, True) for panel in range(3))
    assert [ends[0][0] for ends in forward] == [2, 3]
    assert {ends[1][0] for ends in forward} == {2.5}
    assert [(ends[0][0], ends[1][0]) for ends in sample] == [(4, 4.5)]
    assert [ends[0][0] for ends in weight] == [1, 3, 5]
    assert "$w_0$" in names(1)
    assert [name for name in names(2) if "w" in name] == ["$w_1$"] * 3


def test_only_what_is_joined_is_bright():
    show_products(5, 3, output=0, sample=4, tap=0)
    discs = plt.gcf().axes[1].patches
    shades = {disc.get_facecolor() for disc in discs}
    assert len(shades) == 2
    bright = [disc.center for disc in discs if disc.get_facecolor()[2] < 0.9]
    assert bright == [(4, 0), (3.0, 2.6)]


def test_taps_differ_in_their_dashes():
    show_products(6, 4)
    bright = [a for a in plt.gcf().axes[0].lines if a.get_color() != PALE]
    assert len({line.get_linestyle() for line in bright}) == 4


def test_products_that_do_not_exist_are_refused():
    with pytest.raises(ShapeError, match="kernel length"):
        show_products(3, 4)
    with pytest.raises(ShapeError, match="`stride` must be at least 1"):
        show_products(3, 2, stride=0)


def test_chords_end_on_the_curve_and_the_tangent_touches_it():
    show_chords(np.square, at=1.0, step=0.5, slope=2.0)
    curves = {line.get_label(): line.get_xydata() for line in plt.gca().lines}
    np.testing.assert_allclose(curves["one-sided"], [[1, 1], [1.5, 2.25]])
    np.testing.assert_allclose(curves["central"], [[0.5, 0.25], [1.5, 2.25]])
    (left, low), (right, high) = curves["tangent"]
    assert (high - low) / (right - left) == pytest.approx(2)
    assert np.interp(1, [left, right], [low, high]) == pytest.approx(1)


def test_step_errors_are_drawn_on_logarithmic_axes_without_zeros():
    show_step_errors([1e-3, 1e-2, 1e-1], {"a": [1.0, 0.0, 2.0], "b": [3.0, 4.0, 5.0]})
    axes = plt.gca()
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    first, second = axes.lines
    np.testing.assert_array_equal(first.get_ydata(), [1, np.nan, 2])
    assert second.get_ydata().tolist() == [3, 4, 5]
    assert first.get_linestyle() != second.get_linestyle()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b"]
