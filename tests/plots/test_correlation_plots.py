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


def text_at(row, column):
    """Return what is written in the middle of a cell."""
    middle = (column + 0.5, row + 0.5)
    (found,) = [text for text in plt.gca().texts if text.get_position() == middle]
    return found.get_text()


def face_at(row, column):
    (found,) = [face for face in plt.gca().patches if face.get_xy() == (column, row)]
    return found.get_facecolor()


def test_matrix_writes_weights_and_marks_the_places_without_one():
    show_matrix(np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 2.0]]))
    assert [text_at(0, j) for j in range(3)] == ["1", "2", "·"]
    assert [text_at(1, j) for j in range(3)] == ["·", "1", "2"]


def test_a_weight_of_zero_is_drawn_as_a_weight_when_told_where_weights_stand():
    matrix = np.array([[0.0, 3.0, 0.0]])
    show_matrix(matrix, weights_at=np.array([[1.0, 1.0, 0.0]]))
    assert [text_at(0, j) for j in range(3)] == ["0", "3", "·"]


def test_equal_weights_share_a_colour_and_different_ones_do_not():
    show_matrix(np.array([[-1.0, 2.0, 0.0], [0.0, -1.0, 2.0]]))
    assert face_at(0, 0) == face_at(1, 1)
    assert face_at(0, 0) != face_at(0, 1)


def test_dropped_rows_are_crossed_out():
    show_matrix(np.eye(4), dropped_rows=[1, 3])
    heights = sorted(line.get_ydata()[0] for line in plt.gca().lines)
    assert heights == [1.5, 3.5]


def test_blocks_are_framed_on_every_side():
    show_matrix(np.eye(4, 6), block=(2, 3))
    assert len(plt.gca().lines) == 3 + 3  # lines across, lines down


def test_matrix_says_what_its_rows_and_columns_count():
    show_matrix(np.eye(2, 3), labels=("output pixel", "input pixel"))
    turned = {text.get_text(): text.get_rotation() for text in plt.gca().texts}
    assert turned["output pixel"] == 90
    assert turned["input pixel"] == 0


def test_row_zero_of_a_matrix_is_on_top():
    show_matrix(np.eye(3))
    bottom, top = plt.gca().get_ylim()
    assert bottom > top


def test_matrix_refuses_an_array_that_is_none():
    with pytest.raises(ShapeError, match=r"`matrix` must have 2 axes \(W_out, W_in\)"):
        show_matrix(np.zeros(3))


def test_kernels_share_one_scale():
    show_kernels([np.array([[2.0]]), np.array([[-1.0, 2.0]])])
    assert face_at(0, 0) == face_at(0, 3)  # the second kernel begins after a gap


def test_a_weight_of_zero_is_nearly_white_and_signs_differ_in_colour():
    show_kernels([np.array([[-1.0, 0.0, 1.0]])])
    red, blue = face_at(0, 2), face_at(0, 0)
    assert min(face_at(0, 1)) > 0.95
    assert red[0] > red[2]
    assert blue[2] > blue[0]


def test_kernels_never_show_minus_zero():
    show_kernels([np.array([[-0.001, -1.0]])])
    assert [text_at(0, 0), text_at(0, 1)] == ["0", "\N{MINUS SIGN}1"]


def test_kernels_are_named():
    show_kernels([np.eye(2), np.eye(3)], ["small", "large"])
    names = [text.get_text() for text in plt.gca().texts]
    assert {"small", "large"} <= set(names)


def test_losses_are_drawn_as_they_are_on_a_logarithmic_scale():
    show_losses([1.0, 0.5, 0.25])
    axes = plt.gca()
    assert axes.get_yscale() == "log"
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), [1.0, 0.5, 0.25])
