"""The picture of a confusion matrix shows its counts where they belong."""

import matplotlib as mpl
import numpy as np
import pytest

from coursekit.errors import ShapeError
from coursekit.plots.confusion import show_confusion

mpl.use("Agg")
from matplotlib import pyplot as plt

TABLE = np.array([[7, 2, 0], [0, 9, 0], [1, 0, 1200]])


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_counts_stand_in_their_row_and_column_and_zeros_nowhere():
    show_confusion(TABLE)
    found = {text.get_text(): text.get_position() for text in plt.gca().texts}
    assert found == {
        "7": (0, 0),
        "2": (1, 0),
        "9": (1, 1),
        "1": (0, 2),
        "1,200": (2, 2),
    }


def test_right_answers_and_mistakes_have_different_signs():
    show_confusion(TABLE)
    shades = plt.gca().images[0].get_array()
    np.testing.assert_allclose(np.diag(shades), [-7 / 9, -1, -1200 / 1201])
    assert shades[0, 1] == 1
    assert shades[2, 0] == pytest.approx(10 / 1201)


def test_a_class_without_examples_is_no_problem():
    show_confusion(np.array([[3, 0], [0, 0]]))
    assert np.isfinite(plt.gca().images[0].get_array()).all()


def test_names_of_the_classes_stand_at_both_sides():
    show_confusion(TABLE, ("cat", "dog", "ship"))
    for ticks in (plt.gca().get_xticklabels(), plt.gca().get_yticklabels()):
        assert [tick.get_text() for tick in ticks] == ["cat", "dog", "ship"]


@pytest.mark.parametrize("classes", [(), ("a",)])
def test_what_is_no_square_table_is_refused(classes):
    table = np.zeros((2, 3), int) if not classes else np.zeros((2, 2), int)
    with pytest.raises(ShapeError, match="a row and a column for each class"):
        show_confusion(table, classes)
