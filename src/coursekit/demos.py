"""Small trainings that the pages run before the course has taught how to train."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from torch import nn

FloatArray = npt.NDArray[np.floating[Any]]
IntArray = npt.NDArray[np.integer[Any]]

LEARNING_RATE = 0.005
BATCH_SIZE = 32  # images


def train(
    build: Callable[[], nn.Module],
    images: FloatArray,
    labels: IntArray,
    seed: int = 0,
    epochs: int = 10,
) -> nn.Module:
    """Build a network and train it to name the classes of images.

    Parameters
    ----------
    build : callable
        Makes the untrained network; its starting weights depend on `seed` alone.
    images : ndarray, shape (N, C_in, H_in, W_in)
        Images to learn from.
    labels : ndarray, shape (N,)
        The class of each image.
    seed : int, default 0
        Decides the starting weights and the order of the images.
    epochs : int, default 10
        Passes over the images.

    Returns
    -------
    Module
        The trained network, in evaluation mode.
    """
    import torch

    x, y = torch.tensor(images, dtype=torch.float32), torch.tensor(labels)
    # Forking leaves torch's own random source as it was.
    with _one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = build()
        optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
        for _ in range(epochs):
            order = torch.randperm(len(x))
            for start in range(0, len(x), BATCH_SIZE):
                batch = order[start : start + BATCH_SIZE]
                loss = torch.nn.functional.cross_entropy(network(x[batch]), y[batch])
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
    return network.eval()


def accuracy(network: nn.Module, images: FloatArray, labels: IntArray) -> float:
    """Count how many images a network names correctly.

    Parameters
    ----------
    network : Module
        A classifier of images.
    images : ndarray, shape (N, C_in, H_in, W_in)
        Images it has not seen.
    labels : ndarray, shape (N,)
        The class of each image.

    Returns
    -------
    float
        The share of images named correctly, from 0 to 1.
    """
    import torch

    with _one_thread(), torch.no_grad():
        logits = network(torch.tensor(images, dtype=torch.float32))
    return float(np.mean(logits.argmax(dim=1).numpy() == labels))


def count_parameters(network: nn.Module) -> int:
    """Count the numbers that training can change.

    Parameters
    ----------
    network : Module
        A network, or one layer.

    Returns
    -------
    int
        Weights and biases, all together.
    """
    return sum(parameter.numel() for parameter in network.parameters())


@contextmanager
def _one_thread() -> Iterator[None]:
    """Compute with one thread: tiny layers spend more on waiting than they gain."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
