"""Plausible ways to train for an epoch wrongly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch.nn import functional as F

from convnets.training import evaluate
from coursekit.checks.declare import Misconception
from exercises.training import number_mistakes
from exercises.training.totals import MEAN_LOSS, SHARE_RIGHT, Totals, over_examples

ORDER = ("zero", "backward", "step", "schedule")


def training(
    order: tuple[str, ...] = ORDER,
    loss_of: Callable[..., Any] = F.cross_entropy,
    loss: Callable[[Totals], float] = MEAN_LOSS,
    accuracy: Callable[[Totals], float] = SHARE_RIGHT,
    begin: Callable[..., Any] = lambda network, optimizer: network.train(),
    end: Callable[..., Any] = lambda network, scheduler: None,
    most: int | None = None,
    swapped: bool = False,
    axis: int = 1,
) -> Callable[..., Any]:
    """Make a wrong epoch of training from the right one.

    Parameters
    ----------
    order : tuple of str
        What is done with each batch.
    loss_of : callable
        Gives the loss of logits and labels.
    loss, accuracy : callable
        Sum up what was seen.
    begin, end : callable
        Called before and after all batches.
    most : int, optional
        How many batches are looked at.
    swapped : bool
        Whether the accuracy is returned first.
    axis : int
        Along which the largest logit is looked for.
    """

    def train_one_epoch(network, batches, optimizer, scheduler=None):
        begin(network, optimizer)
        totals = Totals(axis=axis)
        for images, labels in list(batches)[:most]:
            logits = network(images)
            value = loss_of(logits, labels)
            act = {
                "zero": optimizer.zero_grad,
                "backward": value.backward,
                "step": optimizer.step,
                "schedule": scheduler.step if scheduler else lambda: None,
                "again": lambda x=images, y=labels: totals.replace(network(x), y),
                "count again": lambda x=images, y=labels: totals.recount(network(x), y),
            }
            totals.add(logits, labels, value)
            for name in order:
                act[name]()
        end(network, scheduler)
        both = loss(totals), accuracy(totals)
        return both[::-1] if swapped else both

    return train_one_epoch


def of_softmax(logits, labels):
    return F.cross_entropy(logits.softmax(dim=1), labels)


def summed_loss(logits, labels):
    return F.cross_entropy(logits, labels, reduction="sum")


def squared_error(logits, labels):
    right = F.one_hot(labels, logits.shape[1]).to(logits.dtype)
    return F.mse_loss(logits, right)


def nothing(*_):
    return None


def scheduled_once(network, scheduler):
    if scheduler is not None:
        scheduler.step()


def one_step(network, batches, optimizer, scheduler=None):
    optimizer.zero_grad()
    seen = training(("backward",))(network, batches, optimizer)
    optimizer.step()
    scheduled_once(network, scheduler)
    return seen


def told_afterwards(network, batches, optimizer, scheduler=None):
    training()(network, batches, optimizer, scheduler)
    found = evaluate(network, batches)
    network.train()
    return found


def told_afterwards_in_training(network, batches, optimizer, scheduler=None):
    training()(network, batches, optimizer, scheduler)
    totals = Totals()
    for images, labels in batches:
        totals.add(network(images), labels)
    return MEAN_LOSS(totals), SHARE_RIGHT(totals)


def scheduled_by_loss(network, batches, optimizer, scheduler=None):
    if scheduler is None:
        return training()(network, batches, optimizer)
    seen = []

    def noted(logits, labels):
        seen.append(F.cross_entropy(logits, labels))
        return seen[-1]

    class Told:
        def step(self):
            scheduler.step(seen[-1])

    return training(loss_of=noted)(network, batches, optimizer, Told())


def counted_first(network, batches, optimizer, scheduler=None):
    count = sum(len(labels) for _, labels in batches)
    left = list(batches)
    if left:
        return training()(network, left, optimizer, scheduler)
    network.train()
    return 0.0 / count, 0.0 / count


GRADIENTS = [
    Misconception(
        "gradients never zeroed",
        "The gradient of each batch is added to those of the batches before. PyTorch "
        "adds up until somebody clears.",
        training(("backward", "step", "schedule")),
    ),
    Misconception(
        "gradients zeroed once an epoch",
        "Gradients are cleared at the beginning only, and add up from batch to batch.",
        training(
            ("backward", "step", "schedule"),
            begin=lambda network, optimizer: (network.train(), optimizer.zero_grad()),
        ),
    ),
    Misconception(
        "nothing learnt",
        "The parameters stay as they are. A step moves them only if `backward` has "
        "come before it, and nothing has cleared the gradients in between.",
        training(("backward", "zero", "step", "schedule")),
    ),
    Misconception(
        "gradients from before the first batch",
        "You clear the gradients after each step. What is there before the first one "
        "counts as well.",
        training(("backward", "step", "zero", "schedule")),
    ),
    Misconception(
        "step before backward",
        "Each step is taken with the gradient of the batch before, or with none. The "
        "gradient comes first.",
        training(("step", "zero", "backward", "schedule")),
    ),
    Misconception(
        "two steps a batch",
        "Each batch moves the parameters twice.",
        training(("zero", "backward", "step", "step", "schedule")),
    ),
    Misconception(
        "softmax before the cross-entropy",
        "PyTorch's cross-entropy takes logits. It gets probabilities from you, so that "
        "the softmax is taken twice.",
        training(loss_of=of_softmax),
    ),
    Misconception(
        "gradient of the sum of losses",
        "The loss of a batch is the mean over its examples. With the sum, a larger "
        "batch takes a larger step.",
        training(loss_of=summed_loss, loss=over_examples("losses", summed=True)),
    ),
    Misconception(
        "logits taken for logarithms",
        "`nll_loss` takes logarithms of probabilities, and gets logits from you. It "
        "should be the cross-entropy.",
        training(loss_of=F.nll_loss),
    ),
    Misconception(
        "probabilities taken for logarithms",
        "`nll_loss` takes logarithms of probabilities, and gets probabilities from "
        "you. It should be the cross-entropy.",
        training(loss_of=lambda z, labels: F.nll_loss(z.softmax(dim=1), labels)),
    ),
    Misconception(
        "the loss divided by its examples again",
        "Your loss is a mean already, and is divided by the number of examples once "
        "more: the gradients are too small.",
        training(loss_of=lambda z, labels: F.cross_entropy(z, labels) / len(labels)),
    ),
    Misconception(
        "the sum of losses, counted by examples",
        "The loss of a batch is the mean over its examples. Yours is their sum, and "
        "counts as often as there are examples.",
        training(loss_of=summed_loss),
    ),
    Misconception(
        "one step for all batches",
        "The gradients of all batches are added up, for one step at the end. Every "
        "batch is a step.",
        one_step,
    ),
    Misconception(
        "batches gone through twice",
        "Your function goes through the batches more than once. Some batches come "
        "once only: what you need to know of them, take down on the way.",
        counted_first,
    ),
    Misconception(
        "squared error",
        "Your loss is the squared error between logits and labels. It should be the "
        "cross-entropy.",
        training(loss_of=squared_error),
    ),
    Misconception(
        "only the first batch",
        "One batch is trained on, and the others are not. Is the `return` inside the "
        "loop?",
        training(most=1),
    ),
]

NUMBERS = [
    *number_mistakes.of(training),
    Misconception(
        "measured after the step",
        "Loss and accuracy come from a second run through the network, after the "
        "step. Take them from the logits that the step was computed with.",
        training(("zero", "backward", "step", "schedule", "again")),
    ),
    Misconception(
        "counted after the step",
        "Your accuracy comes from a second run through the network, after the step. "
        "Take it from the logits that the step was computed with.",
        training(("zero", "backward", "step", "schedule", "count again")),
    ),
    Misconception(
        "measured at the end of the epoch",
        "Loss and accuracy are those of the trained network in evaluation mode, from a "
        "second pass. Wanted is what each batch gave when it was trained on.",
        told_afterwards,
    ),
    Misconception(
        "gone through again at the end",
        "Loss and accuracy come from a second pass, after all steps. Wanted is what "
        "each batch gave when it was trained on; and some batches come once only.",
        told_afterwards_in_training,
    ),
    Misconception(
        "loss and accuracy swapped",
        "The accuracy is returned first. The loss comes first.",
        training(swapped=True),
    ),
]

MODES = [
    Misconception(
        "no training mode",
        "The network is trained in whatever mode it is in. After an evaluation, that "
        "is the wrong one.",
        training(begin=nothing),
    ),
    Misconception(
        "trained in evaluation mode",
        "The network is put into evaluation mode for training: batch norm does not "
        "learn its averages.",
        training(begin=lambda network, optimizer: network.eval()),
    ),
    Misconception(
        "left in evaluation mode",
        "After the epoch the network is in evaluation mode. It stays in training mode.",
        training(end=lambda network, scheduler: network.eval()),
    ),
    Misconception(
        "the scheduler once an epoch",
        "The scheduler takes one step at the end. It takes one after each batch.",
        training(ORDER[:3], end=scheduled_once),
    ),
    Misconception(
        "the scheduler never",
        "The scheduler takes no step, and the learning rate stays as it is.",
        training(ORDER[:3]),
    ),
    Misconception(
        "the scheduler told the loss",
        "Your scheduler's step is given the loss, and takes it for the number of an "
        "epoch. It needs no argument.",
        scheduled_by_loss,
    ),
    Misconception(
        "the scheduler before the optimizer",
        "The scheduler's step comes before the optimizer's, so that the first rate is "
        "never used.",
        training(("zero", "backward", "schedule", "step")),
    ),
]

MISCONCEPTIONS = [*GRADIENTS, *NUMBERS, *MODES]
