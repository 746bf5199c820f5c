"""How much longer a `DataLoader` takes than one index into tensors in memory.

One epoch of the same size as MNIST, of random pictures, in batches of 64 and shuffled,
without a network: the `DataLoader` goes through a `TensorDataset`, the quickest that it
can have, and then through one that makes a tensor of a PIL image, as torchvision's data
sets do. All run in this process and on one thread, and take turns; time is what the
processor spends. Only ratios are printed: seconds belong to a machine.

    python benchmarks/batches.py --json src/coursekit/records/training/batches.json
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from recording import rounded
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, TensorDataset
from torchvision.transforms import ToTensor

from coursekit.batches import Batches, crop_and_mirror

EXAMPLES, BATCH, ROUNDS = 60_000, 64, 3
PEER = "Batches"

Loader = Iterable[Any]


class Pictures(Dataset[tuple[Tensor, int]]):
    """Pictures of bytes, each made into a tensor when it is asked for."""

    def __init__(self, pixels: np.ndarray, labels: Tensor) -> None:
        self.pixels, self.labels = pixels, labels
        self.transform = ToTensor()

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        image = self.transform(Image.fromarray(self.pixels[index]))
        return image, int(self.labels[index])


def main() -> None:
    """Time everything, print the ratios and store them if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="where to store the numbers")
    parser.add_argument("--examples", type=int, default=EXAMPLES)
    options = parser.parse_args()
    torch.set_num_threads(1)
    loaders = make_loaders(options.examples)
    check_same(loaders)
    seconds = time_in_turns(loaders)
    ratios = {name: rounded(s / seconds[PEER]) for name, s in seconds.items()}
    for name, ratio in ratios.items():
        print(f"{name:>32} {ratio:>8.1f}")
    if options.json:
        record = {
            "made_by": "benchmarks/batches.py",
            "examples": options.examples,
            "batch_size": BATCH,
            "rounds": ROUNDS,
            "threads": 1,
            "python": platform.python_version(),
            "torch": torch.__version__,
            "peer": PEER,
            "ratio": ratios,
        }
        options.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def make_loaders(examples: int) -> dict[str, Loader]:
    """Make all ways through the same examples."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(256, size=(examples, 28, 28), dtype=np.uint8)
    images = torch.from_numpy(pixels)[:, None].float() / 255
    labels = torch.from_numpy(rng.integers(10, size=examples))
    tensors = TensorDataset(images, labels)
    pictures = Pictures(pixels, labels)
    return {
        PEER: Batches(images, labels, BATCH, shuffle=True),
        f"{PEER}, shifted and mirrored": Batches(
            images, labels, BATCH, shuffle=True, augment=crop_and_mirror
        ),
        "DataLoader of tensors": DataLoader(tensors, BATCH, shuffle=True),
        "DataLoader of pictures": DataLoader(pictures, BATCH, shuffle=True),
    }


def check_same(loaders: dict[str, Loader]) -> None:
    """Raise unless all ways give the same examples, in whatever order."""
    sums = {}
    for name, loader in loaders.items():
        batches = [(images.double().sum(), labels.sum()) for images, labels in loader]
        if "shifted" not in name:  # a shift moves pixels out of the picture
            sums[name] = [float(sum(column)) for column in zip(*batches, strict=True)]
    for name, (pixels, labels) in sums.items():
        np.testing.assert_allclose(pixels, sums[PEER][0], rtol=1e-5, err_msg=name)
        assert labels == sums[PEER][1], name


def time_in_turns(loaders: dict[str, Loader]) -> dict[str, float]:
    """Return the shortest time of an epoch, in seconds of the processor."""
    shortest = dict.fromkeys(loaders, float("inf"))
    for _ in range(ROUNDS):
        for name, loader in loaders.items():
            start = time.process_time()
            for _images, _labels in loader:
                pass
            shortest[name] = min(shortest[name], time.process_time() - start)
    return shortest


if __name__ == "__main__":
    main()
