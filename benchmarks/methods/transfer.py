"""The small network of the page "What the network sees", trained and fine-tuned."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coursekit.data import cut_patches
from coursekit.datasets import load_dataset

SIZE = 28  # height and width of all pictures, in pixels
SOURCE_DIGITS, TARGET_DIGITS = range(5), range(5, 10)
PATCHES = 350  # from each photograph; as many pictures as there are source digits
PRETRAIN_EPOCHS = 8
PRETRAIN_RATE = 0.01
BATCH = 50  # in pre-training
FEW = 25  # in fine-tuning
STEPS = 100  # updates in fine-tuning, whatever the number of examples


@dataclass(frozen=True)
class Pictures:
    """Pictures, shape (N, 1, H, W), with labels from 0 on, shape (N,)."""

    images: Tensor
    labels: Tensor

    def __getitem__(self, chosen: Tensor) -> Pictures:
        return Pictures(self.images[chosen], self.labels[chosen])


class SmallNet(nn.Module):
    """Three convolutions, a global average pool and a linear layer."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        parts: list[nn.Module] = []
        for C_in, C_out, size in [(1, 8, 7), (8, 16, 3), (16, 32, 3)]:
            conv = nn.Conv2d(C_in, C_out, size, padding=size // 2, bias=False)
            parts += [conv, nn.BatchNorm2d(C_out), nn.ReLU(), nn.MaxPool2d(2)]
        self.features = nn.Sequential(*parts[:-1])
        self.fc = nn.Linear(32, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        return self.fc(self.features(x).mean(dim=(2, 3)))


def digits_of(part: str, classes: range) -> Pictures:
    """Return the digits of some classes, labelled 0, 1, 2 and so on."""
    dataset = load_dataset("digits")
    labels = getattr(dataset, f"{part}_labels")
    chosen = (labels >= classes.start) & (labels < classes.stop)
    images = dataset.standardized(getattr(dataset, f"{part}_images")[chosen])
    return Pictures(images, labels[chosen] - classes.start)


def photograph_patches(seed: int) -> Pictures:
    """Cut grey squares out of two photographs; the label says which."""
    names = ("china", "flower")
    cut = [cut_patches(name, SIZE, PATCHES, seed) for name in names]
    images = torch.from_numpy(np.concatenate(cut).mean(axis=1))  # (N, H, W)
    images = (images - images.mean()) / images.std()
    labels = torch.arange(len(names)).repeat_interleave(PATCHES)
    return Pictures(images[:, None].float(), labels)


def few(pictures: Pictures, per_class: int, generator: torch.Generator) -> Pictures:
    """Keep a few pictures of each class, at random."""
    chosen = []
    for label in range(int(pictures.labels.max()) + 1):
        (of_class,) = (pictures.labels == label).nonzero(as_tuple=True)
        order = torch.randperm(len(of_class), generator=generator)
        chosen.append(of_class[order[:per_class]])
    return pictures[torch.cat(chosen)]


def train(
    network: nn.Module, pictures: Pictures, rate: float, steps: int, batch_size: int
) -> None:
    """Train with Adam and one cycle of rates."""
    optimizer = torch.optim.Adam(network.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps)
    done = 0
    while done < steps:
        for chosen in torch.randperm(len(pictures.labels)).split(batch_size):
            if done == steps:
                break
            batch = pictures[chosen]
            loss = F.cross_entropy(network(batch.images), batch.labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            done += 1


def pretrain(pictures: Pictures) -> SmallNet:
    """Train a new network from random weights."""
    network = SmallNet(int(pictures.labels.max()) + 1).train()
    batches = -(-len(pictures.labels) // BATCH)
    train(network, pictures, PRETRAIN_RATE, PRETRAIN_EPOCHS * batches, BATCH)
    return network


def fine_tune(
    start: SmallNet | None, pictures: Pictures, rate: float, frozen: bool = False
) -> SmallNet:
    """Go on from a network's features, or from none, with a new linear layer."""
    network = SmallNet(int(pictures.labels.max()) + 1)
    if start is not None:
        network.features = copy.deepcopy(start.features)
    network.train()  # the start may be in evaluation mode
    if frozen:  # the features do not change, so they are computed once
        network.features.eval()
        with torch.no_grad():
            means = network.features(pictures.images).mean(dim=(2, 3))
        train(network.fc, Pictures(means, pictures.labels), rate, STEPS, FEW)
    else:
        train(network, pictures, rate, STEPS, FEW)
    return network


@torch.no_grad()
def accuracy(network: SmallNet, pictures: Pictures) -> float:
    """Return the fraction that the network gets right, in evaluation mode."""
    network.eval()
    predicted = network(pictures.images).argmax(dim=1)
    return (predicted == pictures.labels).double().mean().item()
