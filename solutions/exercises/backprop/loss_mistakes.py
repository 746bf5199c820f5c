"""Plausible wrong losses and gradients, for ps5.softmax_cross_entropy."""

from __future__ import annotations

import numpy as np

from convnets.backprop import softmax_cross_entropy
from coursekit.checks.declare import Misconception


def shares(logits):
    """Return the softmax of each row, safely."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def one_hot(logits, labels):
    return np.eye(logits.shape[1])[labels]


def another_gradient(change):
    """Make a mistake about the gradient alone."""

    def function(logits, labels):
        loss, grad = softmax_cross_entropy(logits, labels)
        return loss, change(grad, logits, labels)

    return function


def another_loss(change):
    """Make a mistake about the loss alone."""

    def function(logits, labels):
        loss, grad = softmax_cross_entropy(logits, labels)
        return float(change(loss, logits, labels)), grad

    return function


def picked(logits, labels):
    return logits[np.arange(len(labels)), labels]


def without_shift(logits, labels):
    powers = np.exp(logits)
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    grad = (probabilities - one_hot(logits, labels)) / len(labels)
    return float(-np.log(picked(probabilities, labels)).mean()), grad


def shift_of_the_batch(logits, labels):
    return without_shift(logits - logits.max(), labels)


def shifted_and_logged(logits, labels):
    return without_shift(logits - logits.max(axis=1, keepdims=True), labels)


def clipped(logits, labels):
    _, grad = softmax_cross_entropy(logits, labels)
    likely = np.log(picked(shares(logits), labels) + 1e-12)
    return float(-likely.mean()), grad


def kept_above(exponent):
    """Make a mistake that keeps shares above a power of ten."""

    def function(loss, logits, labels):
        share = picked(shares(logits), labels)
        return -np.log(np.maximum(share, 10.0**-exponent)).mean()

    hint = (
        f"Your share of the label is kept above 1e-{exponent}, which makes the loss "
        "too small where the network is certain and wrong. The logarithm of a quotient "
        "can be taken apart."
    )
    return Misconception(
        f"share kept above 1e-{exponent}", hint, another_loss(function)
    )


def times_infinity(loss, logits, labels):
    with np.errstate(all="ignore"):
        return -(one_hot(logits, labels) * np.log(shares(logits))).sum() / len(labels)


def whole_batch(logits, labels):
    powers = np.exp(logits - logits.max())
    probabilities = powers / powers.sum()
    grad = (probabilities - one_hot(logits, labels)) / len(labels)
    with np.errstate(all="ignore"):
        return float(-np.log(picked(probabilities, labels)).mean()), grad


def every_pair(loss, logits, labels):
    with np.errstate(all="ignore"):
        return -np.log(shares(logits)[:, labels]).mean()


def whole_columns(grad, logits, labels):
    taken = np.zeros(logits.shape)
    taken[:, labels] = 1
    return (shares(logits) - taken) / len(labels)


def both_divided(logits, labels):
    loss, grad = softmax_cross_entropy(logits, labels)
    return loss / logits.shape[1], grad / logits.shape[1]


def along_the_batch(logits, labels):
    powers = np.exp(logits - logits.max(axis=0))
    probabilities = powers / powers.sum(axis=0)
    grad = (probabilities - one_hot(logits, labels)) / len(labels)
    with np.errstate(all="ignore"):
        return float(-np.log(picked(probabilities, labels)).mean()), grad


def summed(logits, labels):
    loss, grad = softmax_cross_entropy(logits, labels)
    return loss * len(labels), grad * len(labels)


def divided_by_everything(loss, logits, labels):
    return loss / logits.shape[1]


def sign_reversed(logits, labels):
    loss, grad = softmax_cross_entropy(logits, labels)
    return -loss, -grad


def next_label(logits, labels):
    return softmax_cross_entropy(logits, (labels - 1) % logits.shape[1])


def log_of_the_logits(loss, logits, labels):
    with np.errstate(all="ignore"):
        return -np.log(picked(logits, labels)).mean()


def binary(loss, logits, labels):
    hot, p = one_hot(logits, labels), shares(logits)
    with np.errstate(all="ignore"):
        return -(hot * np.log(p) + (1 - hot) * np.log(1 - p)).sum() / len(labels)


def squared(loss, logits, labels):
    return ((shares(logits) - one_hot(logits, labels)) ** 2).sum() / len(labels)


MISCONCEPTIONS = [
    Misconception(
        "powers that overflow",
        "e to the 1000 is too large for any number here. Softmax does not change when "
        "the same number is taken from all logits of an example: which one?",
        without_shift,
    ),
    Misconception(
        "one shift for the whole batch",
        "You take the largest logit of the batch from all of them. An example whose "
        "logits are far below has nothing but zeros then.",
        shift_of_the_batch,
    ),
    Misconception(
        "logarithm of 0",
        "Where the network is certain and wrong, the share of the label is rounded to "
        "0, and its logarithm is infinite. The logarithm of a quotient can be "
        "taken apart.",
        shifted_and_logged,
    ),
    Misconception(
        "logarithm with a small number added",
        "The small number that you add in the logarithm makes the loss too small "
        "where the network is certain and wrong. The logarithm of a quotient can be "
        "taken apart.",
        clipped,
    ),
    *map(kept_above, (7, 8, 10, 15)),
    Misconception(
        "0 times infinity",
        "You multiply the logarithms by 0 and 1 and add up. Where a share is rounded "
        "to 0, that is 0 times infinity, which is NaN: take out what you need first.",
        another_loss(times_infinity),
    ),
    Misconception(
        "softmax over the whole batch",
        "All shares of your batch add up to 1 together. They should do so for each "
        "example.",
        whole_batch,
    ),
    Misconception(
        "every label with every example",
        "`p[:, labels]` takes the labels of all examples from each row. Each example "
        "has one: pair them up.",
        another_loss(every_pair),
    ),
    Misconception(
        "1 taken away in whole columns",
        "You take 1 away in the column of every label, for all examples. Each example "
        "has one label: pair them up.",
        another_gradient(whole_columns),
    ),
    Misconception(
        "softmax along the batch",
        "Your shares add up to 1 over the examples. They should do so over the classes "
        "of each one.",
        along_the_batch,
    ),
    Misconception(
        "sum over the batch",
        "Your loss and your gradient are N times too large: the loss is a mean.",
        summed,
    ),
    Misconception(
        "loss summed over the batch",
        "Your loss is the sum over the batch. It is the mean.",
        another_loss(lambda loss, logits, labels: loss * len(labels)),
    ),
    Misconception(
        "loss divided by the classes too",
        "Your loss is divided by the number of classes too. Every example adds one "
        "number only.",
        another_loss(divided_by_everything),
    ),
    Misconception(
        "both divided by the classes too",
        "Your loss and your gradient are divided by the number of classes too: is the "
        "mean taken over all numbers of an array?",
        both_divided,
    ),
    Misconception(
        "gradient not divided by N",
        "Your gradient is that of the sum. The loss is a mean over N examples.",
        another_gradient(lambda grad, logits, labels: grad * len(labels)),
    ),
    Misconception(
        "gradient divided by N and C",
        "Your gradient is divided by the number of classes too.",
        another_gradient(lambda grad, logits, labels: grad / logits.shape[1]),
    ),
    Misconception(
        "softmax for the gradient",
        "Your gradient is the softmax alone: something is missing at the labels. Each "
        "row of a gradient adds up to 0.",
        another_gradient(
            lambda grad, logits, labels: grad + one_hot(logits, labels) / len(labels)
        ),
    ),
    Misconception(
        "1 taken away after dividing",
        "You divide the softmax by N and then take 1 away at the label. Both are "
        "divided.",
        another_gradient(
            lambda grad, logits, labels: (
                grad + one_hot(logits, labels) * (1 / len(labels) - 1)
            )
        ),
    ),
    Misconception(
        "gradient at the labels only",
        "Your gradient is 0 beside the labels. To raise the other logits lowers the "
        "label's share, too.",
        another_gradient(lambda grad, logits, labels: grad * one_hot(logits, labels)),
    ),
    Misconception(
        "gradient with the sign reversed",
        "Your gradient points downhill. Where does the loss grow?",
        another_gradient(lambda grad, logits, labels: -grad),
    ),
    Misconception(
        "sign reversed",
        "Your loss is negative. The logarithm of a share is at most 0, hence the "
        "minus.",
        sign_reversed,
    ),
    Misconception(
        "loss with the sign reversed",
        "Your loss is negative, and your gradient is right. The logarithm of a share "
        "is at most 0, hence the minus.",
        another_loss(lambda loss, logits, labels: -loss),
    ),
    Misconception(
        "share without a logarithm",
        "Your loss is minus the share of the label; the logarithm is missing.",
        another_loss(
            lambda loss, logits, labels: -picked(shares(logits), labels).mean()
        ),
    ),
    Misconception(
        "labels from 1",
        "You look at the class before the label. Labels begin at 0.",
        next_label,
    ),
    Misconception(
        "share in place of its logarithm",
        "Your loss is 1 minus the share of the label.",
        another_loss(
            lambda loss, logits, labels: 1 - picked(shares(logits), labels).mean()
        ),
    ),
    Misconception(
        "logarithm of the mean",
        "You average the shares and then take the logarithm. First the logarithm.",
        another_loss(
            lambda loss, logits, labels: (
                -np.log(max(picked(shares(logits), labels).mean(), 1e-300))
            )
        ),
    ),
    Misconception(
        "logarithm to base 2",
        "Your logarithm has base 2; it is the natural one.",
        another_loss(lambda loss, logits, labels: loss / np.log(2)),
    ),
    Misconception(
        "logarithm of the logits",
        "You take the logarithm of logits, which may be negative. First the softmax.",
        another_loss(log_of_the_logits),
    ),
    Misconception(
        "a loss for each class",
        "Your loss counts the other classes too, as if each were a question of its "
        "own.",
        another_loss(binary),
    ),
    Misconception(
        "squared error",
        "Your loss adds up squares. Cross-entropy looks at the logarithm of the "
        "label's share.",
        another_loss(squared),
    ),
]
