"""Train a network for an epoch, and measure how good it is (problem set 7).

Everything here works on any device, and with any network that gives logits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from convnets.lenet_rules import check_classes, check_logits

Batch = tuple[Tensor, Tensor]


def train_one_epoch(
    network: nn.Module,
    batches: Iterable[Batch],
    optimizer: torch.optim.Optimizer,
    scheduler: Any = None,
) -> tuple[float, float]:
    """Train a network on each batch once, in training mode.

    Every batch is one step of the optimizer, down the gradient of its mean
    cross-entropy and of nothing that came before. The network stays in training mode.

    Parameters
    ----------
    network : Module
        Gives logits of shape (N, num_classes).
    batches : iterable of (Tensor, Tensor)
        Images, of shape (N, C, H, W), and their labels, of shape (N,), on the network's
        device. Batches may differ in N. There may be no `len`, and it can be gone
        through once only.
    optimizer : Optimizer
        Has the network's parameters.
    scheduler : learning rate scheduler, optional
        Takes one step after each step of the optimizer.

    Returns
    -------
    loss : float
        Mean cross-entropy over all examples, each as it was when its batch was seen.
    accuracy : float
        Share of them that were right then, a fraction.

    Notes
    -----
    To take a number off a GPU (`.item()`, `float`) is to wait for it. Sum up tensors,
    and take the numbers off at the end.
    """
    ### BEGIN SOLUTION
    network.train()
    total_loss, right, seen = 0.0, 0, 0
    for images, labels in batches:
        logits = network(images)
        loss = F.cross_entropy(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        total_loss = total_loss + loss.detach() * len(labels)
        right = right + (logits.argmax(dim=1) == labels).sum()
        seen += len(labels)
    return float(total_loss) / seen, float(right) / seen
    ### END SOLUTION


def evaluate(network: nn.Module, batches: Iterable[Batch]) -> tuple[float, float]:
    """Measure a network on each batch once, in evaluation mode and without gradients.

    Afterwards the network is in the mode it was in before.

    Parameters
    ----------
    network : Module
        Gives logits of shape (N, num_classes). Nothing it has learnt is changed.
    batches : iterable of (Tensor, Tensor)
        As in `train_one_epoch`.

    Returns
    -------
    loss : float
        Mean cross-entropy over all examples.
    accuracy : float
        Share of the examples that are right, a fraction.
    """
    ### BEGIN SOLUTION
    was_training = network.training
    network.eval()
    total_loss, right, seen = 0.0, 0, 0
    with torch.no_grad():
        for images, labels in batches:
            logits = network(images)
            loss = F.cross_entropy(logits, labels)
            total_loss = total_loss + loss * len(labels)
            right = right + (logits.argmax(dim=1) == labels).sum()
            seen += len(labels)
    network.train(was_training)
    return float(total_loss) / seen, float(right) / seen
    ### END SOLUTION


def accuracy(logits: Tensor, labels: Tensor) -> float:
    """Return the share of examples whose largest logit is that of their label.

    Parameters
    ----------
    logits : Tensor, shape (N, num_classes)
        One row for each example.
    labels : Tensor, shape (N,)
        The true classes.

    Returns
    -------
    float
        A fraction from 0 to 1.

    Raises
    ------
    ShapeError
        If there is not a row of logits for each label, or no label at all.
    """
    check_logits(logits, labels)
    ### BEGIN SOLUTION
    return float((logits.argmax(dim=1) == labels).sum()) / len(labels)
    ### END SOLUTION


def confusion_matrix(
    predicted: Tensor, labels: Tensor, num_classes: int = 10
) -> Tensor:
    """Count how often each class was taken for each.

    Parameters
    ----------
    predicted : Tensor of int64, shape (N,)
        The classes that a network has given, from 0 on.
    labels : Tensor of int64, shape (N,)
        The true classes.
    num_classes : int, default 10
        How many classes there are, whether they occur or not.

    Returns
    -------
    Tensor of int64, shape (num_classes, num_classes)
        Row ``i``, column ``j``: how many examples of class ``i`` were taken for ``j``.

    Raises
    ------
    ShapeError
        If the two do not hold a class for each example, or there is no such class.
    """
    check_classes(predicted, labels, num_classes)
    ### BEGIN SOLUTION
    pairs = torch.bincount(labels * num_classes + predicted, minlength=num_classes**2)
    return pairs.reshape(num_classes, num_classes)
    ### END SOLUTION
