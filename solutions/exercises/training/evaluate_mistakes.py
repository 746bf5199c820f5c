"""Plausible ways to measure a network wrongly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional as F

from coursekit.checks.declare import Misconception
from exercises.training import number_mistakes
from exercises.training.totals import MEAN_LOSS, SHARE_RIGHT, Totals


def measuring(
    loss: Callable[[Totals], float] = MEAN_LOSS,
    accuracy: Callable[[Totals], float] = SHARE_RIGHT,
    during: bool | None = False,
    after: bool | None = None,
    records: bool = False,
    loss_of: Callable[..., Any] = F.cross_entropy,
    logits_to: Callable[[Any], Any] = lambda logits: logits,
    most: int | None = None,
    swapped: bool = False,
    axis: int = 1,
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
    loss_of : callable
        Gives the loss of logits and labels.
    logits_to : callable
        Changes the logits.
    most : int, optional
        How many batches are looked at.
    swapped : bool
        Whether the accuracy is returned first.
    axis : int
        Along which the largest logit is looked for.
    """

    def evaluate(network, batches):
        before = network.training
        network.train(before if during is None else during)
        totals = Totals(axis=axis)
        with torch.set_grad_enabled(records):
            for images, labels in list(batches)[:most]:
                logits = logits_to(network(images))
                totals.add(logits, labels, loss_of(logits, labels))
        network.train(before if after is None else after)
        both = loss(totals), accuracy(totals)
        return both[::-1] if swapped else both

    return evaluate


def left_switched_off(network, batches):
    torch.set_grad_enabled(False)
    return measuring()(network, batches)


def left_frozen(network, batches):
    network.requires_grad_(False)
    return measuring(records=True)(network, batches)


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
        "evaluated and left in training mode",
        "Your network is in training mode while it is measured, and afterwards, "
        "whatever it was before. To measure is `eval()`.",
        measuring(during=True, after=True),
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
        "gradients left switched off",
        "After the call PyTorch records no gradients any more, for nobody: the next "
        "epoch of training could not begin. Inside a `with`, that ends by itself.",
        left_switched_off,
    ),
    Misconception(
        "parameters left frozen",
        "You switch off the gradients of the parameters: PyTorch still records the "
        "rest, and the network cannot be trained any more. PyTorch has a context in "
        "which nothing is recorded, and which ends by itself.",
        left_frozen,
    ),
    *number_mistakes.of(measuring),
    Misconception(
        "softmax before the cross-entropy",
        "PyTorch's cross-entropy takes logits. It gets probabilities from you, so that "
        "the softmax is taken twice.",
        measuring(logits_to=lambda logits: logits.softmax(dim=1)),
    ),
    Misconception(
        "logits taken for logarithms",
        "`nll_loss` takes logarithms of probabilities, and gets logits from you. It "
        "should be the cross-entropy.",
        measuring(loss_of=F.nll_loss),
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
