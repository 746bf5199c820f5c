"""ps5.forward, ps5.loss_and_gradients, ps5.learn_digits: a network of one's own."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from convnets.numpy_net import forward, initial_parameters, learn_digits
from convnets.numpy_net import loss_and_gradients as gradients_of
from coursekit.checks.declare import Case, Exercise, Group, case
from coursekit.data import digits
from exercises.backprop import net_mistakes
from exercises.draws import FloatArray, after_given_lines

TRAINING, HELD_OUT = 1100, 400
Bytes = npt.NDArray[np.uint8]


def network(rng: np.random.Generator, first: int, second: int) -> dict[str, FloatArray]:
    """Draw a network in which every number matters, its biases too."""
    drawn = initial_parameters(rng, (first, second))
    for name, array in drawn.items():
        scale = 10 if name == "fc.weight" else 1
        array *= scale
        if name.endswith("bias"):
            array += rng.normal(0, 0.3, array.shape)
    return {name: np.round(array, 2) for name, array in drawn.items()}


def often_shut(
    rng: np.random.Generator, first: int, second: int
) -> dict[str, FloatArray]:
    """Draw a network whose ReLUs shut whole windows of a pool: only there they show."""
    drawn = network(rng, first, second)
    for name in ("conv1.bias", "conv2.bias"):
        drawn[name] = np.round(drawn[name] - 0.3, 2)
    return drawn


def pictures(rng: np.random.Generator, N: int) -> FloatArray:
    """Draw images of noise; every second pixel or so is paper."""
    shades = rng.integers(0, 17, size=(N, 1, 8, 8)) / 16
    return shades * rng.integers(0, 2, size=shades.shape)


def quarters(
    rng: np.random.Generator, first: int, second: int
) -> dict[str, FloatArray]:
    """Draw a network in which every number is a multiple of 1/4: short to write."""
    drawn = network(rng, first, second)
    return {name: np.round(4 * array) / 4 for name, array in drawn.items()}


def networks(rng: np.random.Generator) -> list[Case]:
    few, more = (np.round(4 * pictures(rng, N)) / 4 for N in (1, 2))
    return [
        case("one image", quarters(rng, 2, 3), few),
        case("two images", quarters(rng, 1, 2), more),
        case("no channel axis", quarters(rng, 1, 2), more[:, 0]),
    ]


def batches(rng: np.random.Generator) -> list[Case]:
    return [
        case(note, often_shut(rng, *widths), pictures(rng, N), labels)
        for note, widths, N, labels in (
            ("two images", (2, 3), 2, rng.integers(10, size=2)),
            ("three images", (2, 4), 3, rng.integers(10, size=3)),
            ("a label too few", (1, 2), 2, rng.integers(10, size=1)),
        )
    ]


@functools.cache
def stored() -> tuple[Bytes, npt.NDArray[np.int64]]:
    """Return all digits, in sixteenths of the ink, and their labels."""
    images, labels = digits()
    return np.round(images * 16).astype(np.uint8), labels.astype(np.int64)


def by_heart(rng: np.random.Generator) -> list[Case]:
    images, labels = stored()
    ten = [rng.choice(np.flatnonzero(labels == digit)) for digit in range(10)]
    chosen = rng.permutation(ten)
    asked = chosen.copy()  # in another order: who repeats the labels has two wrong
    first, second = rng.choice(10, size=2, replace=False)
    asked[[first, second]] = asked[[second, first]]
    few = (images[chosen], labels[chosen], images[asked])
    return [replace(case("ten digits", *few), truth=labels[asked])]


def held_out(rng: np.random.Generator) -> list[Case]:
    images, labels = stored()
    order = rng.permutation(len(images))[: TRAINING + HELD_OUT]
    seen, unseen = order[:TRAINING], order[TRAINING:]
    call = case(f"{HELD_OUT} digits", images[seen], labels[seen], images[unseen])
    return [replace(call, truth=labels[unseen])]


FORWARD = Exercise(
    id="ps5.forward",
    title="A network of your own layers",
    reference=forward,
    difficulty=1,
    minutes=15,
    groups=[Group("Every layer's output", 0.5, networks)],
    misconceptions=after_given_lines(forward, net_mistakes.FORWARD),
)

GRADIENTS = Exercise(
    id="ps5.loss_and_gradients",
    title="All gradients of the network",
    reference=gradients_of,
    difficulty=2,
    minutes=20,
    groups=[Group("The loss and every gradient", 0.5, batches)],
    misconceptions=after_given_lines(gradients_of, net_mistakes.GRADIENTS),
)

LEARN = Exercise(
    id="ps5.learn_digits",
    title="A network that reads digits",
    reference=learn_digits,
    observer="accuracy",
    prepare="sixteenths",
    seconds=60,
    difficulty=2,
    minutes=25,
    groups=[
        Group("Ten digits, learnt by heart", 1, by_heart),
        Group("Digits that it has not seen: at least 95 %", 1, held_out),
    ],
    misconceptions=net_mistakes.LEARNING,
)
