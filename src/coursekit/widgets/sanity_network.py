"""The small network of the ladder in PyTorch, for its picture and its description.

`sanity_network.js` computes the same in the browser, for every mistake; here gradients
come from PyTorch, so that what students are given does not hold what they write.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from coursekit.data import FloatArray, IntArray, digits

if TYPE_CHECKING:
    from torch import Tensor

TRAIN = 300
OTHERS = 100
INK = "0123456789abcdefg"
SHAPES = {"conv.weight": (6, 1, 3, 3), "fc.weight": (10, 54)}
BIASES = {"conv.bias": 6, "fc.bias": 10}


def generator(seed: int) -> Iterator[float]:
    """Draw numbers from 0 to 1, the same as the script for the same seed.

    Parameters
    ----------
    seed : int
        Where to begin, from 0.

    References
    ----------
    .. [1] Park, Miller and Stockmeyer (1993), Technical correspondence, Communications
       of the ACM 36(7), 108-110: the multiplier 48271.
    """
    state = 1000003 * seed + 12345
    for n in range(10**9):
        state = state * 48271 % 2147483647
        if n >= 10:
            yield state / 2147483647


def first_parameters(seed: int) -> dict[str, Tensor]:
    """Draw the first weights of the network without a mistake; biases are 0.

    Parameters
    ----------
    seed : int
        The figure's seed.

    Returns
    -------
    dict of str to Tensor, shapes (6, 1, 3, 3), (10, 54), (6,) and (10,)
        Kernels, weights and both biases, in double precision.
    """
    import torch

    draw = generator(3 * seed)
    parameters = {}
    for name, shape in SHAPES.items():
        width = math.sqrt(6 / math.prod(shape[1:])) * (0.1 if name[0] == "f" else 1)
        drawn = [(2 * next(draw) - 1) * width for _ in range(math.prod(shape))]
        parameters[name] = torch.tensor(drawn, dtype=torch.float64).reshape(shape)
    for name, size in BIASES.items():
        parameters[name] = torch.zeros(size, dtype=torch.float64)
    return {name: value.requires_grad_() for name, value in parameters.items()}


def loss(parameters: dict[str, Tensor], images: Tensor, labels: Tensor) -> Tensor:
    """Compute the mean cross-entropy of a batch.

    Parameters
    ----------
    parameters : dict of str to Tensor, shapes as of `first_parameters`
        The network's numbers.
    images : Tensor, shape (N, 1, 8, 8)
        Digits from 0, paper, to 1, ink.
    labels : Tensor, shape (N,)
        Their classes.

    Returns
    -------
    Tensor, shape ()
        The loss.
    """
    from torch.nn import functional

    maps = functional.conv2d(images, parameters["conv.weight"], parameters["conv.bias"])
    flat = functional.max_pool2d(maps.relu(), 2).flatten(1)
    logits = functional.linear(flat, parameters["fc.weight"], parameters["fc.bias"])
    return functional.cross_entropy(logits, labels)


@cache
def by_heart(seed: int, rate: float) -> tuple[float, ...]:
    """Return the losses of 200 steps with ten digits, and no mistake.

    Parameters
    ----------
    seed : int
        The figure's seed.
    rate : float
        The learning rate.
    """
    import torch

    parameters = first_parameters(seed)
    images, labels = (torch.from_numpy(array[:10]) for array in chosen_digits())
    losses = []
    for _ in range(200):
        found = loss(parameters, images, labels)
        gradients = torch.autograd.grad(found, list(parameters.values()))
        losses.append(found.item())
        with torch.no_grad():
            for value, gradient in zip(parameters.values(), gradients, strict=True):
                value -= rate * gradient
    return tuple(losses)


def chosen_digits() -> tuple[FloatArray, IntArray]:
    """Return 400 digits in a fixed order; the first ten are one of each class.

    Returns
    -------
    images : ndarray, shape (400, 1, 8, 8)
        From 0, paper, to 1, ink.
    labels : ndarray, shape (400,)
        Their classes.
    """
    pictures, classes = digits()
    order = np.random.default_rng(0).permutation(len(classes))
    first = [int(order[np.argmax(classes[order] == digit)]) for digit in range(10)]
    rest = [int(n) for n in order if n not in first]
    chosen = np.array(first + rest)[: TRAIN + OTHERS]
    return pictures[chosen], classes[chosen]


def packed() -> str:
    """Write the digits as the script reads them: label, then 64 pixels in base 17."""
    images, labels = chosen_digits()
    return "".join(
        str(label) + "".join(INK[round(16 * ink)] for ink in image.ravel())
        for image, label in zip(images, labels, strict=True)
    )
