"""Wrong ways to sum up losses and right answers, in training as in a measurement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coursekit.checks.declare import Misconception
from exercises.training.totals import SHARE_RIGHT, last_batch, mean_of_means


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
            make(loss=lambda totals: mean_of_means("losses")(totals) * totals.batches),
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
