"""Exactly one face of the crowd smiles, and we know where it stands."""

import numpy as np
import pytest

from coursekit.drawings import crowd, face


def test_faces_differ_in_the_corners_of_the_mouth_only():
    rows, columns = np.nonzero(face(is_smiling=True) != face(is_smiling=False))
    assert set(rows) == {6, 8}
    assert set(columns) == {3, 7}


def test_the_corners_of_a_smile_are_above_the_mouth():
    smile = face(is_smiling=True)
    assert smile[6, 3] == smile[6, 7] == 1.0
    assert smile[8, 3] == smile[8, 7] == 0.0


@pytest.mark.parametrize("seed", range(5))
def test_the_smile_is_where_the_drawing_says(seed):
    picture, (row, column) = crowd(np.random.default_rng(seed))
    window = picture[row : row + 11, column : column + 11].ravel()
    likeness = [
        np.corrcoef(window, face(is_smiling).ravel())[0, 1]
        for is_smiling in (True, False)
    ]
    assert likeness[0] > 0.97
    assert likeness[1] < 0.95


def test_a_crowd_depends_on_its_source_alone():
    pictures = [crowd(np.random.default_rng(seed))[0] for seed in (0, 0, 1)]
    np.testing.assert_array_equal(pictures[0], pictures[1])
    assert not np.array_equal(pictures[0], pictures[2])


def test_a_crowd_has_the_size_asked_for_and_values_from_0_to_1():
    picture, _ = crowd(np.random.default_rng(0), rows=4, columns=5)
    assert picture.shape == (4 * 15, 5 * 15)
    assert picture.min() >= 0.0
    assert picture.max() <= 1.0
