"""Refuse what makes no LeNet-5 and no count of right and wrong predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convnets.rules import check_whole
from coursekit.errors import ShapeError

if TYPE_CHECKING:
    from torch import Tensor

VARIANTS = ("original", "classic", "wide")


def check_lenet(variant: str, in_channels: int, num_classes: int) -> None:
    """Raise if no LeNet-5 has these arguments."""
    if variant not in VARIANTS:
        msg = f"`variant` must be one of {', '.join(VARIANTS)}, but it is {variant!r}."
        raise ShapeError(msg)
    check_whole(1, in_channels=in_channels, num_classes=num_classes)


def check_logits(logits: Tensor, labels: Tensor) -> None:
    """Raise unless there is a row of logits for each label.

    Parameters
    ----------
    logits : Tensor, shape (N, num_classes)
        One row for each example.
    labels : Tensor, shape (N,)
        The true classes.
    """
    if logits.ndim != 2 or labels.ndim != 1 or len(logits) != len(labels):
        msg = (
            "`logits` must have a row for each of the `labels`, but their shapes are "
            f"{tuple(logits.shape)} and {tuple(labels.shape)}."
        )
        raise ShapeError(msg)
    if not len(labels):
        msg = "`labels` must not be empty: no share of nothing is right."
        raise ShapeError(msg)


def check_classes(predicted: Tensor, labels: Tensor, num_classes: int) -> None:
    """Raise unless both hold one class, counted from 0, for each example.

    Parameters
    ----------
    predicted, labels : Tensor, shape (N,)
        Classes, as whole numbers.
    num_classes : int
        How many classes there are.
    """
    check_whole(1, num_classes=num_classes)
    for name, classes in (("predicted", predicted), ("labels", labels)):
        if classes.ndim != 1 or classes.is_floating_point():
            msg = (
                f"`{name}` must hold one whole number for each example, but its shape "
                f"is {tuple(classes.shape)} and its type is {classes.dtype}."
            )
            raise ShapeError(msg)
        if ((classes < 0) | (classes >= num_classes)).any():
            msg = (
                f"`{name}` must hold classes from 0 to {num_classes - 1}, but it goes "
                f"from {int(classes.min())} to {int(classes.max())}."
            )
            raise ShapeError(msg)
    if len(predicted) != len(labels):
        msg = (
            "`predicted` must hold a class for each of the `labels`, but there are "
            f"{len(predicted)} for {len(labels)}."
        )
        raise ShapeError(msg)
