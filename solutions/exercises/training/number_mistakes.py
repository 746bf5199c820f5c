"""Wrong ways to sum up losses and right answers, in training as in a measurement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coursekit.checks.declare import Misconception
from exercises.training.totals import (
    SHARE_RIGHT,
    Totals,
    last_batch,
    mean_of_means,
    of_sized,
)


def summed_means(name: str) -> Callable[[Totals], float]:
    """Return the sum of the batches' means."""
    return lambda totals: mean_of_means(name)(totals) * totals.batches


def of(make: Callable[..., Any]) -> list[Misconception]:
    """List them; `make` takes the sums that are wrong by name, `loss` or `accuracy`."""
    return [
        Misconception(
            "the loss of the last batch",
            "The loss returned is that of the last batch alone.",
            make(loss=last_batch("losses")),
        ),
        Misconception(
            "the mean of the batches' losses",
            "Each batch counts as much, however few examples it has. Each example "
            "should.",
            make(loss=mean_of_means("losses")),
        ),
        Misconception(
            "the sum of all losses",
            "The losses of all examples are added up, and not divided by how many "
            "there are.",
            make(loss=lambda totals: sum(totals.losses)),
        ),
        Misconception(
            "the sum of the batches' losses",
            "The mean losses of the batches are added up. Wanted is the mean over all "
            "examples.",
            make(loss=summed_means("losses")),
        ),
        Misconception(
            "the accuracy of the last batch",
            "The accuracy returned is that of the last batch alone.",
            make(accuracy=last_batch("rights")),
        ),
        Misconception(
            "the mean of the batches' accuracies",
            "Each batch counts as much for the accuracy, however few examples it has.",
            make(accuracy=mean_of_means("rights")),
        ),
        Misconception(
            "loss and accuracy of the last batch",
            "Both of your numbers are those of the last batch alone.",
            make(loss=last_batch("losses"), accuracy=last_batch("rights")),
        ),
        Misconception(
            "means of the batches' losses and accuracies",
            "Each batch counts as much for both of your numbers, however few examples "
            "it has. Each example should.",
            make(loss=mean_of_means("losses"), accuracy=mean_of_means("rights")),
        ),
        Misconception(
            "the loss divided by `len(batches)`",
            "You divide the sum of the batches' losses by `len(batches)`: each batch "
            "counts as much, and some batches come without a length. Count the "
            "examples on the way.",
            of_sized(make(loss=mean_of_means("losses"))),
        ),
        Misconception(
            "both divided by `len(batches)`",
            "You divide both sums by `len(batches)`: each batch counts as much, and "
            "some batches come without a length. Count the examples on the way.",
            of_sized(
                make(loss=mean_of_means("losses"), accuracy=mean_of_means("rights"))
            ),
        ),
        Misconception(
            "largest over the batch",
            "You look for the largest logit in each column, over the examples of the "
            "batch. Each row is one example.",
            make(axis=0),
        ),
        Misconception(
            "mean losses by the number of examples",
            "You add up one mean loss for each batch, and divide by the number of "
            "*examples*. A mean stands for all examples of its batch.",
            make(
                loss=lambda totals: summed_means("losses")(totals) / sum(totals.sizes)
            ),
        ),
        Misconception(
            "accuracies by the number of examples",
            "You add up one accuracy for each batch, and divide by the number of "
            "*examples*.",
            make(
                accuracy=lambda totals: (
                    summed_means("rights")(totals) / sum(totals.sizes)
                )
            ),
        ),
        Misconception(
            "losses counted once more for each example",
            "Your loss counts each batch's *sum* as often as it has examples.",
            make(
                loss=lambda totals: (
                    sum(
                        loss * size
                        for loss, size in zip(totals.losses, totals.sizes, strict=True)
                    )
                    / sum(totals.sizes)
                )
            ),
        ),
        Misconception(
            "accuracy rounded down",
            "Your accuracy is rounded down to a whole number: it is 0 unless all are "
            "right.",
            make(accuracy=lambda totals: float(int(SHARE_RIGHT(totals)))),
        ),
        Misconception(
            "the share that is wrong",
            "That is the error rate: the share of examples that are wrong.",
            make(accuracy=lambda totals: 1 - SHARE_RIGHT(totals)),
        ),
        Misconception(
            "how many are right",
            "Your accuracy is a count. Wanted is a share of all examples.",
            make(accuracy=lambda totals: float(sum(totals.rights))),
        ),
        Misconception(
            "accuracy in percent",
            "Your accuracy is a percentage. Wanted is a fraction from 0 to 1.",
            make(accuracy=lambda totals: 100 * SHARE_RIGHT(totals)),
        ),
    ]
