"""ps5.softmax_cross_entropy: the loss, and its gradient."""

from __future__ import annotations

import numpy as np

from convnets.backprop import softmax_cross_entropy
from coursekit.checks.declare import Case, Exercise, Group, case
from exercises.backprop.loss_mistakes import MISCONCEPTIONS
from exercises.draws import FloatArray, after_given_lines


def logits(rng: np.random.Generator, *shape: int) -> FloatArray:
    """Draw logits between -3 and 3, no two neighbours alike."""
    return rng.permuted(np.linspace(-3, 3, 13), axis=0)[: shape[-1]] * np.ones(shape)


def several(rng: np.random.Generator, N: int, C: int) -> FloatArray:
    """Draw logits for a batch, each example with its own."""
    return np.stack([logits(rng, C) for _ in range(N)])


def labels(rng: np.random.Generator, N: int, C: int) -> np.ndarray:
    """Draw labels; with two examples or more, not all alike."""
    drawn = rng.integers(C, size=N)
    drawn[0] = (drawn[-1] + 1) % C if N > 1 else drawn[0]
    return drawn


def one_example(rng: np.random.Generator) -> list[Case]:
    return [
        case("nothing known yet", np.zeros((1, 4)), labels(rng, 1, 4)),
        case("3 classes", several(rng, 1, 3), labels(rng, 1, 3)),
        case("5 classes", several(rng, 1, 5), labels(rng, 1, 5)),
        case("no such class", several(rng, 1, 3), np.array([3])),
    ]


def batches(rng: np.random.Generator) -> list[Case]:
    # As many examples as classes: a sum over the wrong axis is no error.
    return [
        case("2 examples", several(rng, 2, 3), labels(rng, 2, 3)),
        case("4 examples", several(rng, 4, 3), labels(rng, 4, 3)),
        case("as many as classes", several(rng, 3, 3), labels(rng, 3, 3)),
        case("a label too few", several(rng, 3, 4), labels(rng, 2, 4)),
    ]


def large_logits(rng: np.random.Generator) -> list[Case]:
    return [
        case("above 1000", 1000 + several(rng, 2, 3), labels(rng, 2, 3)),
        case("below -1000", several(rng, 3, 2) - 1000, labels(rng, 3, 2)),
        case("both", np.array([[1000.0, 999, 998], [-999, -998, -1000]]), [2, 0] * one),
    ]


one = np.array([1, 1])


def certain(rng: np.random.Generator) -> list[Case]:
    # The share of the label is 0 in double precision, and its logarithm is not.
    first, second = rng.integers(770, 1000, size=2)
    far = np.array([[0.0, first, 3.0], [5.0, 0.0, second]])
    wrong = far[:, rng.permutation(3)]
    return [
        case("certain, and wrong", wrong, wrong.argmin(axis=1)),
        case("certain, and right", wrong, wrong.argmax(axis=1)),
    ]


EXERCISE = Exercise(
    id="ps5.softmax_cross_entropy",
    title="Softmax and cross-entropy, with the gradient",
    reference=softmax_cross_entropy,
    difficulty=2,
    minutes=30,
    groups=[
        Group("One example", 1, one_example),
        Group("Batches", 1, batches),
        Group("Large logits", 0.5, large_logits),
        Group("Certain of a class", 0.5, certain),
    ],
    misconceptions=after_given_lines(softmax_cross_entropy, MISCONCEPTIONS),
)
