"""Train the LeNet-5 that answers in the figure *draw a digit*, and store it in 8 bits.

    PYTHONPATH=solutions:src python tools/train_digit_drawer.py
    PYTHONPATH=solutions:src python tools/train_digit_drawer.py --evaluate

The first line trains with a fixed seed and writes the weights,
`src/coursekit/widgets/digit_network.json`, and the record of how it went,
`src/coursekit/records/digit_drawer.json`. The second tells how many of MNIST's test
pictures the stored weights read right. MNIST comes from where CONVNETS_DATA says, or is
downloaded.

Drawings differ from MNIST in slant, size and pen, so that the training pictures are
turned, slanted, stretched, shifted and thickened at random.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import sys
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from convnets.lenet import LeNet5
from convnets.training import evaluate
from coursekit.batches import Augment, Batches
from coursekit.datasets import Dataset, load_dataset
from coursekit.records import FOLDER
from coursekit.runs import History, Preset, describe_machine, find_preset, fit
from coursekit.widgets import digit_network

RECORD = FOLDER / "digit_drawer.json"
SEED = 0


@dataclasses.dataclass(frozen=True)
class WarpedPreset(Preset):
    """A recipe that also turns, slants, stretches and thickens its pictures.

    Attributes
    ----------
    degrees : float
        The farthest turn to either side.
    slant : float
        The farthest shift of a row, in pixels for each pixel of height.
    stretch : float
        The largest change of height or width, as a fraction.
    thickness : float
        How far a picture may go, as a fraction, towards itself with strokes a pixel
        thicker or thinner on each side.
    """

    degrees: float = 12.0
    slant: float = 0.2
    stretch: float = 0.15
    thickness: float = 0.6

    @property
    def augment(self) -> Augment:
        """Return what changes the pictures of a batch."""
        return partial(warp, recipe=self)


def main() -> None:
    """Train and store, or tell how good what is stored is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--evaluate", action="store_true", help="only test the file")
    is_stored = parser.parse_args().evaluate
    torch.set_num_threads(1)  # so that the sums, and with them the weights, repeat
    dataset = load_dataset("mnist")
    if not is_stored:
        train(dataset)
    accuracy = tested(digit_network.network(), dataset)
    sys.stdout.write(
        f"{digit_network.FILE.name}, 8 bits a weight: {accuracy:.2%} of MNIST's "
        f"{len(dataset.test_labels):,} test pictures\n"
    )


def train(dataset: Dataset) -> None:
    """Train the network, write its weights and the record."""
    preset = recipe()
    torch.manual_seed(SEED)
    network = LeNet5("classic")
    history = fit(network, dataset, preset, SEED, device="cpu")
    before = tested(network, dataset)
    packed = digit_network.pack(network, dataset.mean[0], dataset.std[0])
    digit_network.write(packed)
    after = tested(digit_network.network(), dataset)
    record = make_record(preset, history, before, after, len(dataset.test_labels))
    text = json.dumps(record, indent=1) + "\n"
    RECORD.write_text(text, encoding="utf-8")


def recipe() -> WarpedPreset:
    """Take the longer preset of LeNet-5, with other changes to the pictures."""
    values = dataclasses.asdict(find_preset("lenet-long"))
    changed = {"name": "digit-drawer", "purpose": "to read drawings", "shift": 2}
    # The published weights come from pictures in the usual layout; another one would
    # round otherwise.
    changed |= {"changes": "none", "is_channels_last": False}
    return WarpedPreset(**{**values, **changed})


def warp(images: Tensor, generator: torch.Generator | None, recipe: Any) -> Tensor:
    """Turn, slant, stretch, shift and thicken each picture at random.

    Parameters
    ----------
    images : Tensor, shape (N, 1, H, W)
        Standardised pictures; their least value is black.
    generator : torch.Generator, optional
        Where the changes are drawn from.
    recipe : WarpedPreset
        How large the changes may be.

    Returns
    -------
    Tensor, shape (N, 1, H, W)
        Changed pictures; the given ones stay as they are.
    """
    draws = 2 * torch.rand(7, len(images), generator=generator) - 1
    maps = transformations(draws[:6], images.shape[-1], recipe)
    grid = F.affine_grid(maps, list(images.shape), align_corners=False)
    black = images.amin()
    ink = F.grid_sample(images - black, grid, align_corners=False)
    change = recipe.thickness * draws[6].view(-1, 1, 1, 1)
    thick, thin = F.max_pool2d(ink, 3, 1, 1), -F.max_pool2d(-ink, 3, 1, 1)
    ink = ink + change.clamp(min=0) * (thick - ink) - change.clamp(max=0) * (thin - ink)
    return ink + black


def transformations(draws: Tensor, size: int, recipe: Any) -> Tensor:
    """Make a matrix for each picture out of numbers from -1 to 1.

    Parameters
    ----------
    draws : Tensor, shape (6, N)
        Turn, slant, two stretches and two shifts.
    size : int
        Width of a picture, in pixels.
    recipe : WarpedPreset
        How large the changes may be.

    Returns
    -------
    Tensor, shape (N, 2, 3)
        Where each point of the new picture comes from, as `affine_grid` wants it.
    """
    angle = math.radians(recipe.degrees) * draws[0]
    slant = recipe.slant * draws[1]
    wide, high = 1 + recipe.stretch * draws[2:4]
    right, down = recipe.shift * 2 / size * draws[4:6]  # the field goes from -1 to 1
    cos, sin = angle.cos(), angle.sin()
    first = torch.stack([wide * cos, wide * (slant * cos - sin), right], dim=1)
    second = torch.stack([high * sin, high * (slant * sin + cos), down], dim=1)
    return torch.stack([first, second], dim=1)


def tested(network: LeNet5, dataset: Dataset) -> float:
    """Return the share of the test pictures that a network reads right."""
    images = dataset.standardized(dataset.test_images)
    return evaluate(network, Batches(images, dataset.test_labels, 500))[1]


def make_record(
    preset: Preset, history: History, before: float, after: float, test_pictures: int
) -> dict[str, Any]:
    """Say what was done, with what, and what came out."""
    return {
        "made_by": "tools/train_digit_drawer.py",
        "preset": preset.recipe(),
        "variant": "classic",
        "seed": SEED,
        "machine": describe_machine(),
        "test_pictures": test_pictures,
        "test_accuracy": round(before, 6),
        "test_accuracy_in_8_bits": round(after, 6),
        "bytes": digit_network.FILE.stat().st_size,
        "train_accuracy": [round(each, 4) for each in history.curve("train_accuracy")],
        "test_accuracies": [round(each, 4) for each in history.curve("test_accuracy")],
        "processor_seconds": round(sum(history.curve("processor_seconds"))),
    }


if __name__ == "__main__":
    main()
