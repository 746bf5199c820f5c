"""Name what went wrong when predictions agree with the labels hardly better than luck.

Each mistake is looked for by undoing it: if most predictions are right afterwards, that
was it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from coursekit.checks.testsets import CLASSES, TEST_SETS, Labels

LUCK = 0.3  # accuracy below which somebody has mixed something up
TELLING = 0.6  # agreement, after a mistake is undone, that shows it
LIKE = 0.1  # share of the images by which the numbers of two histograms may differ


@dataclass(frozen=True)
class Mistake:
    """A mistake in a few words, and one or two sentences that lead to it."""

    name: str
    hint: str


def find_mistake(
    predicted: Labels, dataset: str, labels: Mapping[str, Labels]
) -> Mistake | None:
    """Say what most likely went wrong, or return None.

    Parameters
    ----------
    predicted : ndarray, shape (N,)
        The classes handed in.
    dataset : str
        Whose test set they are for.
    labels : mapping of str to ndarray, shape (N,)
        The right classes of every data set that is at hand, this one among them.
    """
    truth = labels[dataset]
    if np.mean(predicted == truth) >= LUCK:
        return None
    for agreement, mistake in _undone(predicted, dataset, labels):
        if agreement >= TELLING:
            return mistake
    counts = np.bincount(predicted, minlength=CLASSES)
    if counts.max() == len(predicted):
        return one_class(int(counts.argmax()))
    if _distance(counts, np.bincount(truth, minlength=CLASSES)) <= LIKE * len(truth):
        return Mistake(
            "test set shuffled",
            "Every class is predicted about as often as it should be, but for the "
            "wrong images. Go through the test images in their own order.",
        )
    return None


def one_class(label: int) -> Mistake:
    """Describe predictions that are all the same."""
    return Mistake(
        "all one class",
        f"Every image is taken for class {label}. Along which axis of the logits does "
        "your `argmax` go, and does the loss go down in training?",
    )


def _undone(
    predicted: Labels, dataset: str, labels: Mapping[str, Labels]
) -> Iterator[tuple[float, Mistake]]:
    """Undo one mistake after the other, and say how many are right then."""
    truth = labels[dataset]
    for name, others in labels.items():
        if name != dataset and len(others) == len(predicted):
            hint = f"These are the classes of {TEST_SETS[name].name}'s test images."
            mistake = Mistake("predictions of another data set", hint)
            yield _agreement(predicted, others), mistake
    for step, way in ((1, "above"), (-1, "below")):
        shifted = (truth.astype(int) + step) % CLASSES
        yield (
            _agreement(predicted, shifted),
            Mistake(
                "classes off by one",
                f"Most classes are one {way} the right one. They count from 0.",
            ),
        )
        yield (
            _agreement(predicted, np.roll(truth, step)),
            Mistake(
                "one image off",
                f"Most predictions stand one line {'too late' if step > 0 else 'early'}"
                ". The first one belongs to the first test image.",
            ),
        )
    yield (
        _agreement(predicted, truth[::-1]),
        Mistake("in reverse order", "The first prediction is for the last image."),
    )
    yield (
        _best_renaming(predicted, truth),
        Mistake(
            "classes in another order",
            "Predictions and classes go together, but under other numbers. Number the "
            "classes as the data set does.",
        ),
    )


def _agreement(predicted: Labels, labels: Labels) -> float:
    """Return the share of the predictions that agree."""
    return float(np.mean(predicted == labels))


def _best_renaming(predicted: Labels, truth: Labels) -> float:
    """Return the share that is right if every class is renamed, no two alike."""
    counts = np.zeros((CLASSES, CLASSES), dtype=int)
    np.add.at(counts, (predicted, truth), 1)
    if len(set(counts.argmax(axis=1))) < CLASSES:
        return 0.0
    return float(counts.max(axis=1).sum() / len(truth))


def _distance(counts: Labels, others: Labels) -> int:
    """Return how many images two histograms put into different classes."""
    return int(np.abs(counts - others).sum() // 2)
