"""Batches hold every example once; crops and mirrors are what they are called."""

import pytest
import torch

from coursekit.batches import Batches, crop, crop_and_mirror, mirror
from coursekit.errors import ShapeError


@pytest.fixture
def images():
    return torch.arange(1.0, 11 * 2 * 5 * 6 + 1).view(11, 2, 5, 6)


@pytest.fixture
def labels():
    return torch.arange(11) * 3


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_in_order_the_last_batch_holds_what_is_left(images, labels):
    batches = Batches(images, labels, 4)
    assert len(batches) == 3
    assert [len(part) for part, _ in batches] == [4, 4, 3]
    assert torch.equal(torch.cat([part for part, _ in batches]), images)


def test_shuffled_each_image_keeps_its_label_and_comes_once(images, labels):
    parts = list(Batches(images, labels, 4, shuffle=True, generator=seeded()))
    shuffled = torch.cat([part for _, part in parts])
    assert shuffled.tolist() != labels.tolist()
    assert sorted(shuffled.tolist()) == labels.tolist()
    for part, its in parts:
        assert torch.equal(part, images[its // 3])


def test_each_pass_has_a_new_order_and_each_seed_its_own(images, labels):
    batches = Batches(images, labels, 11, shuffle=True, generator=seeded(1))
    passes = [next(iter(batches))[1].tolist() for _ in range(2)]
    again = Batches(images, labels, 11, shuffle=True, generator=seeded(1))
    assert passes[0] != passes[1]
    assert passes == [next(iter(again))[1].tolist() for _ in range(2)]


def test_changes_are_drawn_from_the_generator(images, labels):
    def all_changed(seed):
        batches = Batches(
            images, labels, 4, generator=seeded(seed), augment=crop_and_mirror
        )
        return torch.cat([part for part, _ in batches])

    assert torch.equal(all_changed(0), all_changed(0))
    assert not torch.equal(all_changed(0), all_changed(1))


def test_each_crop_lies_in_the_padded_picture(images):
    crops = crop(images, seeded(), padding=2)
    padded = torch.nn.functional.pad(images, (2, 2, 2, 2))
    assert crops.shape == images.shape
    for cropped, whole in zip(crops, padded, strict=True):
        windows = whole.unfold(1, 5, 1).unfold(2, 6, 1)  # (2, 5, 5, 5, 6)
        same = (windows == cropped[:, None, None]).all(dim=4).all(dim=3).all(dim=0)
        assert same.sum() == 1


def test_every_shift_occurs_and_differs_from_picture_to_picture():
    one = torch.zeros(2000, 1, 9, 11)
    one[:, :, 4, 5] = 1.0
    rows, columns = crop(one, seeded(), padding=2)[:, 0].nonzero()[:, 1:].T
    assert set((rows - 4).tolist()) == set((columns - 5).tolist()) == {-2, -1, 0, 1, 2}
    assert len(set(zip(rows.tolist(), columns.tolist(), strict=True))) == 25


def test_about_half_are_mirrored_and_the_others_as_they_were(images):
    many = images[:1].expand(1000, -1, -1, -1)
    out = mirror(many, seeded())
    flipped = (out == many.flip(3)).flatten(1).all(dim=1)
    same = (out == many).flatten(1).all(dim=1)
    assert torch.equal(flipped, ~same)
    assert 430 < flipped.sum() < 570


def test_the_given_pictures_stay_as_they_are(images):
    before = images.clone()
    crop_and_mirror(images, seeded())
    assert torch.equal(images, before)


def test_another_number_of_labels_is_refused(images, labels):
    with pytest.raises(ShapeError, match="11 images and 10 labels"):
        Batches(images, labels[:10], 4)


def test_an_empty_batch_is_refused(images, labels):
    with pytest.raises(ShapeError, match="`batch_size` must be at least 1"):
        Batches(images, labels, 0)


def test_missing_axes_are_named(images, labels):
    with pytest.raises(ShapeError, match=r"4 axes \(N, C, H, W\)"):
        Batches(images[0], labels, 4)
