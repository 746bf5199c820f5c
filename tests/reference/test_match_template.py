"""The reference of problem set 1: template matching."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from convnets.correlation import match_template
from coursekit.errors import ShapeError

TEMPLATE = np.array([[0.0, 2.0, 5.0], [1.0, 9.0, 4.0]])


def hide(image, template, row, column):
    image[row : row + template.shape[0], column : column + template.shape[1]] = template
    return image


def test_a_bright_pixel_is_found_as_on_paper():
    image = np.zeros((4, 5))
    image[2, 3] = 1.0
    assert match_template(image, np.array([[0.0, 2.0]])) == (2, 2)


@pytest.mark.parametrize(
    ("contrast", "brightness"), [(1, 0), (1, 50), (0.1, 0), (3, -9)]
)
def test_a_copy_is_found_at_any_brightness_and_contrast(rng, contrast, brightness):
    image = rng.normal(size=(7, 9))
    image = hide(image, contrast * TEMPLATE + brightness, 4, 2)
    assert match_template(image, TEMPLATE) == (4, 2)


def test_a_brighter_window_does_not_win():
    image = hide(np.ones((5, 6)), TEMPLATE, 1, 2)
    image[4] = [90.0, 99.0, 90.0, 99.0, 90.0, 99.0]
    assert match_template(image, TEMPLATE) == (1, 2)


def test_a_negative_does_not_win():
    image = hide(np.zeros((5, 8)), 9 - TEMPLATE, 0, 0)
    assert match_template(hide(image, TEMPLATE, 3, 5), TEMPLATE) == (3, 5)


def test_a_window_without_contrast_does_not_win():
    image = hide(np.full((5, 6), 0.1), TEMPLATE, 3, 1)
    assert match_template(image, TEMPLATE) == (3, 1)


def test_the_first_of_two_copies_counts():
    image = hide(hide(np.zeros((5, 8)), TEMPLATE, 0, 4), TEMPLATE, 3, 1)
    assert match_template(image, TEMPLATE) == (0, 4)


def test_row_and_column_are_plain_integers(rng):
    assert {type(n) for n in match_template(rng.normal(size=(4, 5)), TEMPLATE)} == {int}


@pytest.mark.parametrize("size", [(2, 3), (3, 2), (1, 4), (5, 7)])
def test_the_place_matches_correlation_coefficients(rng, size):
    image, template = rng.normal(size=(5, 7)), rng.normal(size=size)
    windows = sliding_window_view(image, size)
    scores = [
        np.corrcoef(window.ravel(), template.ravel())[0, 1]
        for window in windows.reshape(-1, *size)
    ]
    want = np.unravel_index(np.argmax(scores), windows.shape[:2])
    assert match_template(image, template) == want


def test_bytes_do_not_wrap_around():
    image = hide(np.zeros((5, 6)), 25 * TEMPLATE, 2, 1).astype(np.uint8)
    assert match_template(image, (25 * TEMPLATE).astype(np.uint8)) == (2, 1)


def test_a_picture_with_channels_is_refused():
    match = r"`image` must have 2 axes \(H_in, W_in\), but its shape is \(4, 5, 3\)"
    with pytest.raises(ShapeError, match=match):
        match_template(np.zeros((4, 5, 3)), TEMPLATE)


def test_a_flat_template_array_is_refused():
    with pytest.raises(ShapeError, match=r"`template` must have 2 axes \(K_h, K_w\)"):
        match_template(np.zeros((4, 5)), TEMPLATE.ravel())


@pytest.mark.parametrize(("size", "side"), [((5, 2), "height"), ((2, 6), "width")])
def test_a_template_larger_than_the_image_is_refused(size, side):
    with pytest.raises(ShapeError, match=f"The template {side}"):
        match_template(np.zeros((4, 5)), np.zeros(size))
