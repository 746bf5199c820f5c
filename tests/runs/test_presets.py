"""Every preset can be run, and its table shows it."""

import dataclasses

import pytest
import torch

from coursekit.batches import crop, mirror
from coursekit.datasets import NAMES
from coursekit.errors import CourseError
from coursekit.runs import PRESETS, find_preset, preset_table

QUICK = PRESETS["lenet-quick"]


def test_names_are_those_of_the_table():
    assert [preset.name for preset in PRESETS.values()] == list(PRESETS)
    rows = preset_table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == list(PRESETS)
    assert len({row.count("|") for row in rows}) == 1


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_a_preset_is_made_for_data_that_there_are(preset):
    assert preset.dataset in NAMES
    assert preset.purpose
    assert preset.device in preset.name or preset.device == "cpu"


@pytest.mark.parametrize("dataset", ["digits", "mnist", "cifar10"])
def test_there_is_a_preset_for_the_data_we_promise(dataset):
    assert any(preset.dataset == dataset for preset in PRESETS.values())


def test_a_preset_is_found_by_its_name_or_taken_as_it_is():
    mine = dataclasses.replace(QUICK, name="mine")
    assert find_preset("lenet-quick") is QUICK
    assert find_preset(mine) is mine


def test_changes_are_what_they_are_called():
    images = torch.arange(2 * 1 * 5 * 6.0).view(2, 1, 5, 6)

    def changed(changes):
        augment = dataclasses.replace(QUICK, changes=changes, shift=2).augment
        return augment(images, torch.Generator().manual_seed(4))

    seeded = torch.Generator().manual_seed(4)
    assert QUICK.augment is None
    assert torch.equal(changed("shift"), crop(images, seeded, 2))
    assert torch.equal(changed("mirror"), mirror(images, seeded.manual_seed(4)))
    both = mirror(crop(images, seeded.manual_seed(4), 2), seeded)
    assert torch.equal(changed("shift and mirror"), both)


def test_digits_are_never_mirrored():
    for preset in PRESETS.values():
        if preset.dataset in ("digits", "mnist"):
            assert "mirror" not in preset.changes


def test_unknown_changes_are_told():
    with pytest.raises(CourseError, match=r'one of "none", "shift".*\'rotate\''):
        dataclasses.replace(QUICK, changes="rotate")


def test_words_are_no_part_of_the_recipe():
    other = dataclasses.replace(QUICK, purpose="for fun")
    assert other.recipe() == QUICK.recipe()
    assert other.recipe()["max_lr"] == QUICK.max_lr
