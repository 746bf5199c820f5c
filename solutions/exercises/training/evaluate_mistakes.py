"""Plausible ways to measure a network wrongly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from coursekit.checks.declare import Misconception
from exercises.training.totals import (
    MEAN_LOSS,
    SHARE_RIGHT,
    Totals,
    last_batch,
    mean_of_means,
)


def measuring(
    loss: Callable[[Totals], float] = MEAN_LOSS,
    accuracy: Callable[[Totals], float] = SHARE_RIGHT,
    during: bool | None = False,
    after: bool | None = None,
    records: bool = False,
    logits_to: Callable[[Any], Any] = lambda logits: logits,
    most: int | None = None,
    swapped: bool = False,
) -> Callable[..., Any]:
    """Make a wrong evaluation from the right one.

    Parameters
    ----------
    loss, accuracy : callable
        Sum up what was seen.
    during, after : bool, optional
        Whether the network is in training mode meanwhile and afterwards; None for the
        mode it was in before.
    records : bool
        Whether gradients are recorded.
    logits_to : callable
        Changes the logits.
    most : int, optional
        How many batches are looked at.
    swapped : bool
        Whether the accuracy is returned first.
    """

    def evaluate(network, batches):
        before = network.training
        network.train(before if during is None else during)
        totals = Totals()
        with torch.set_grad_enabled(records):
            for images, labels in list(batches)[:most]:
                totals.add(logits_to(network(images)), labels)
        network.train(before if after is None else after)
        both = loss(totals), accuracy(totals)
        return both[::-1] if swapped else both

    return evaluate


MISCONCEPTIONS = [
    Misconception(
        "evaluated in training mode",
        "Your network is in training mode while it is measured: features are dropped, "
        "and batch norm goes by the batch and moves its averages.",
        measuring(during=True),
    ),
    Misconception(
        "evaluated in whatever mode",
        "Your network is measured in the mode it happens to be in.",
        measuring(during=None),
    ),
    Misconception(
        "left in evaluation mode",
        "After the call your network is in evaluation mode, though it was in training "
        "mode before.",
        measuring(after=False),
    ),
    Misconception(
        "always left in training mode",
        "After the call your network is in training mode, even if it was in evaluation "
        "mode before. Remember which it was.",
        measuring(after=True),
    ),
    Misconception(
        "gradients recorded",
        "The network runs as if gradients were needed, which costs memory and time. "
        "PyTorch has a context in which they are not recorded.",
        measuring(records=True),
    ),
    Misconception(
        "the loss of the last batch",
        "The loss returned is that of the last batch alone.",
        measuring(loss=last_batch("losses")),
    ),
    Misconception(
        "the mean of the batches' losses",
        "Each batch counts as much, however few examples it has. Each example should.",
        measuring(loss=mean_of_means("losses")),
    ),
    Misconception(
        "the sum of all losses",
        "The losses of all examples are added up, and not divided by how many there "
        "are.",
        measuring(loss=lambda totals: sum(totals.losses)),
    ),
    Misconception(
        "the sum of the batches' losses",
        "The mean losses of the batches are added up. Wanted is the mean over all "
        "examples.",
        measuring(loss=lambda totals: mean_of_means("losses")(totals) * totals.batches),
    ),
    Misconception(
        "the accuracy of the last batch",
        "The accuracy returned is that of the last batch alone.",
        measuring(accuracy=last_batch("rights")),
    ),
    Misconception(
        "the mean of the batches' accuracies",
        "Each batch counts as much for the accuracy, however few examples it has.",
        measuring(accuracy=mean_of_means("rights")),
    ),
    Misconception(
        "how many are right",
        "Your accuracy is a count. Wanted is a share of all examples.",
        measuring(accuracy=lambda totals: float(sum(totals.rights))),
    ),
    Misconception(
        "accuracy in percent",
        "Your accuracy is a percentage. Wanted is a fraction from 0 to 1.",
        measuring(accuracy=lambda totals: 100 * SHARE_RIGHT(totals)),
    ),
    Misconception(
        "softmax before the cross-entropy",
        "PyTorch's cross-entropy takes logits. It gets probabilities from you, so that "
        "the softmax is taken twice.",
        measuring(logits_to=lambda logits: logits.softmax(dim=1)),
    ),
    Misconception(
        "only the first batch",
        "One batch is measured, and the others are not. Is the `return` inside the "
        "loop?",
        measuring(most=1),
    ),
    Misconception(
        "loss and accuracy swapped",
        "The accuracy is returned first. The loss comes first.",
        measuring(swapped=True),
    ),
]
