"""What a training loop of a student must do, and what is said if it does not."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from coursekit.errors import CourseError

Loop = Callable[..., tuple[float, float]]


def two_numbers(name: str, returned: Any) -> tuple[float, float]:
    """Return what a loop returned, if it is a loss and an accuracy.

    Parameters
    ----------
    name : str
        What the loop is called.
    returned : any
        What it returned.

    Raises
    ------
    CourseError
        If it is anything else.
    """
    try:
        loss, accuracy = (float(number) for number in returned)
    except (TypeError, ValueError, RuntimeError) as err:
        msg = (
            f"`{name}` must return the mean loss and the accuracy, two numbers, but it "
            f"returned {type(returned).__name__}."
        )
        raise CourseError(msg) from err
    return loss, accuracy


def check_steps(steps: int, batches: int) -> None:
    """Raise unless the schedule was stepped once for each batch.

    Parameters
    ----------
    steps : int
        How often it was stepped.
    batches : int
        How many batches there were.

    Raises
    ------
    CourseError
        If the two differ.
    """
    if steps != batches:
        msg = (
            "`train_one_epoch` must call `scheduler.step()` once for each batch, "
            f"but it called it {steps} times for {batches} batches."
        )
        raise CourseError(msg)


def check_loss(loss: float, epoch: int, max_lr: float) -> None:
    """Raise if training has come apart.

    Parameters
    ----------
    loss : float
        Mean loss of an epoch.
    epoch : int
        Which epoch, counted from 1.
    max_lr : float
        The highest learning rate of the run.

    Raises
    ------
    CourseError
        If the loss is not a finite number.
    """
    if not math.isfinite(loss):
        msg = (
            f"The loss must be a number, but in epoch {epoch} it is {loss}. Look for a "
            f"missing `optimizer.zero_grad()`, or use a lower `max_lr` than {max_lr:g}."
        )
        raise CourseError(msg)
