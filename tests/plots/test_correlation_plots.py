"""The pictures of the page on cross-correlation show what they are told to show."""

import matplotlib as mpl
import numpy as np
import pytest

from coursekit.errors import ShapeError
from coursekit.plots.correlation import show_kernels, show_losses, show_matrix

mpl.use("Agg")
from matplotlib import pyplot as plt


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def texts_of(axes):
    return [text.get_text() for text in axes.texts]


def face_of(axes, row, column):
    for patch in axes.patches:
        if patch.get_xy() == (column - 0.5, row - 0.5):
            return patch.get_facecolor()
    msg = f"no cell at row {row}, column {column}"
    raise AssertionError(msg)


def test_matrix_writes_weights_and_marks_the_places_without_one():
    show_matrix(np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 2.0]]))
    assert texts_of(plt.gca()) == ["1", "2", "·", "·", "1", "2"]


def test_a_weight_of_zero_is_drawn_as_a_weight_when_told_where_weights_stand():
    matrix = np.array([[0.0, 3.0, 0.0]])
    show_matrix(matrix, weights_at=np.array([[1.0, 1.0, 0.0]]))
    assert texts_of(plt.gca()) == ["0", "3", "·"]


def test_equal_weights_share_a_colour_and_different_ones_do_not():
    show_matrix(np.array([[-1.0, 2.0, 0.0], [0.0, -1.0, 2.0]]))
    axes = plt.gca()
    assert face_of(axes, 0, 0) == face_of(axes, 1, 1)
    assert face_of(axes, 0, 0) != face_of(axes, 0, 1)


def test_dropped_rows_are_crossed_out():
    show_matrix(np.eye(4), dropped_rows=[1, 3])
    heights = sorted(line.get_ydata()[0] for line in plt.gca().lines)
    assert heights == [1, 3]


def test_blocks_are_framed_on_every_side():
    show_matrix(np.eye(4, 6), block=(2, 3))
    assert len(plt.gca().lines) == 3 + 3  # lines across, lines down


def test_matrix_axes_say_what_they_count():
    show_matrix(np.eye(2, 3), labels=("output pixel", "input pixel"))
    assert plt.gca().get_xlabel() == "input pixel"
    assert plt.gca().get_ylabel() == "output pixel"


def test_row_zero_of_a_matrix_is_on_top():
    show_matrix(np.eye(3))
    bottom, top = plt.gca().get_ylim()
    assert bottom > top


def test_matrix_refuses_an_array_that_is_none():
    with pytest.raises(ShapeError, match=r"`matrix` must have 2 axes \(W_out, W_in\)"):
        show_matrix(np.zeros(3))


def test_kernels_share_one_scale_centred_on_zero():
    show_kernels([np.array([[-1.0, 2.0]]), np.array([[0.5]])], ["hidden", "learned"])
    limits = [axes.images[0].get_clim() for axes in plt.gcf().axes]
    assert limits[0] == limits[1]
    assert limits[0][0] == -limits[0][1]
    assert [axes.get_xlabel() for axes in plt.gcf().axes] == ["hidden", "learned"]


def test_kernels_never_show_minus_zero():
    show_kernels([np.array([[-0.001, -1.0]])])
    assert texts_of(plt.gca()) == ["0", "\N{MINUS SIGN}1"]


def test_losses_are_drawn_as_they_are_on_a_logarithmic_scale():
    show_losses([1.0, 0.5, 0.25])
    axes = plt.gca()
    assert axes.get_yscale() == "log"
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), [1.0, 0.5, 0.25])
