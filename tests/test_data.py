"""The data that need no download are what the pages say they are."""

import numpy as np
import pytest

from coursekit.data import LUMINANCE, cut_patches, digits, photograph


def test_digits_have_an_axis_for_their_one_channel():
    images, labels = digits()
    assert images.shape == (1797, 1, 8, 8)
    assert labels.shape == (1797,)


def test_digits_use_the_whole_range_from_paper_to_ink():
    images, labels = digits()
    assert (images.min(), images.max()) == (0.0, 1.0)
    assert set(labels) == set(range(10))


def test_each_digit_comes_with_its_own_label():
    images, labels = digits()
    means = [images[labels == digit].mean(axis=0)[0] for digit in range(2)]
    assert means[0][3:5, 3:5].mean() < 0.2  # a zero is empty inside
    assert means[1][3:5, 3:5].mean() > 0.6  # a one is not


@pytest.mark.parametrize("name", ["china", "flower"])
def test_photographs_have_their_channels_first(name):
    picture = photograph(name)
    assert picture.shape == (3, 427, 640)
    assert picture.min() >= 0.0
    assert 0.9 < picture.max() <= 1.0


def test_the_sky_over_china_is_bluer_than_red():
    sky = photograph("china")[:, :40, -100:].mean(axis=(1, 2))
    assert sky[2] > sky[0]


def test_grey_weighs_the_channels_as_the_eye_does():
    red, green, blue = photograph("flower")
    want = 0.299 * red + 0.587 * green + 0.114 * blue
    np.testing.assert_allclose(photograph("flower", grey=True), want)
    assert LUMINANCE.sum() == pytest.approx(1.0)


def test_unknown_photograph_names_those_there_are():
    with pytest.raises(ValueError, match=r'one of "china", "flower".*\'dog\''):
        photograph("dog")


def test_patches_are_squares_of_the_photograph():
    patches = cut_patches("china", size=5, count=4, seed=1)
    windows = np.lib.stride_tricks.sliding_window_view(
        photograph("china"), (5, 5), axis=(1, 2)
    )
    assert patches.shape == (4, 3, 5, 5)
    for patch in patches:
        same = (windows == patch[:, np.newaxis, np.newaxis]).all(axis=(0, 3, 4))
        assert same.any()


def test_patches_depend_on_the_seed_alone():
    first, again, other = (cut_patches("china", 9, 20, seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
