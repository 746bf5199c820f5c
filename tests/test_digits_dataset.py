"""The digits, as a data set that needs no download."""

import pytest
import torch

from coursekit.data import digits
from coursekit.datasets import load_dataset


@pytest.fixture(scope="module")
def data():
    return load_dataset("digits")


def test_the_digits_look_like_mnist(data):
    assert data.train_images.shape == (1297, 1, 28, 28)
    assert data.test_images.shape == (500, 1, 28, 28)
    assert data.train_images.dtype == torch.uint8
    assert data.train_labels.dtype == torch.int64
    assert data.classes == tuple("0123456789")


def test_the_frame_is_black_and_the_middle_is_not(data):
    frame = data.train_images.clone()
    frame[:, :, 4:24, 4:24] = 0
    assert frame.max() == 0
    assert data.train_images.max() > 240


def test_no_digit_is_both_in_training_and_test(data):
    images, labels = digits()
    counted = torch.cat([data.train_labels, data.test_labels]).bincount()
    assert counted.tolist() == torch.from_numpy(labels).bincount().tolist()
    small = torch.nn.functional.interpolate(
        torch.cat([data.train_images, data.test_images])[:, :, 4:24, 4:24].float(),
        (8, 8),
        mode="area",
    )
    assert small.mean() == pytest.approx(images.mean() * 255, rel=0.02)


def test_the_split_is_always_the_same(data):
    assert torch.equal(load_dataset("digits").test_images, data.test_images)


def test_standardised_pixels_have_mean_zero_and_deviation_one(data):
    scaled = data.standardized(data.train_images)
    assert float(scaled.mean()) == pytest.approx(0.0, abs=1e-4)
    assert float(scaled.std()) == pytest.approx(1.0, abs=1e-3)
    assert data.train_images.dtype == torch.uint8


def test_mean_and_deviation_are_of_each_channel(data):
    colour = data.like_cifar()
    colour.train_images[:, 1] = 51
    again = type(colour)(
        "two", *(colour.train_images, colour.train_labels) * 2, colour.classes
    )
    assert again.mean[1] == pytest.approx(0.2)
    assert again.std[1] == pytest.approx(0.0, abs=1e-6)
    assert again.mean[0] == pytest.approx(again.mean[2])


def test_grey_pictures_become_as_large_and_colourful_as_cifar(data):
    colour = data.like_cifar()
    assert colour.train_images.shape == (1297, 3, 32, 32)
    assert torch.equal(colour.test_images[:, 2, 2:30, 2:30], data.test_images[:, 0])
    assert colour.like_cifar() is colour


def test_the_first_few_are_the_first(data):
    few = data.first(6, 4)
    assert torch.equal(few.train_images, data.train_images[:6])
    assert torch.equal(few.test_labels, data.test_labels[:4])
    assert few.mean == data.mean
