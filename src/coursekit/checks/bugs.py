"""Six bugs that a convolutional layer may have.

Nothing here convolves: a bug is a right `conv2d` called with altered arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]
Arguments = dict[str, Any]  # of conv2d, complete, with every option but groups a pair


@dataclass(frozen=True)
class Bug:
    """A way in which a convolutional layer may be wrong.

    Parameters
    ----------
    sentence : str
        What it does, as students read it.
    alter : callable
        Turns the arguments into those with which a right `conv2d` gives what the bug
        gives.
    explain : callable
        Says what about the arguments hides the bug, or returns an empty string.
    """

    sentence: str
    alter: Callable[[Arguments], Arguments]
    explain: Callable[[Arguments], str]


def _flip(arguments: Arguments) -> Arguments:
    """Turn the kernel by 180 degrees."""
    return {**arguments, "weight": arguments["weight"][:, :, ::-1, ::-1]}


def _why_not_flip(arguments: Arguments) -> str:
    """Say what hides a flipped kernel."""
    weight = arguments["weight"]
    if np.array_equal(weight, weight[:, :, ::-1, ::-1]):
        return "the kernel is the same when it is turned by 180 degrees"
    return ""


def _swap(arguments: Arguments) -> Arguments:
    """Swap rows and columns of the kernel."""
    return {**arguments, "weight": arguments["weight"].swapaxes(2, 3)}


def _why_not_swap(arguments: Arguments) -> str:
    """Say what hides a kernel with rows and columns swapped."""
    weight = arguments["weight"]
    if np.array_equal(weight, weight.swapaxes(2, 3)):
        return "the kernel is the same with rows and columns swapped"
    return ""


def _pad_two_sides(arguments: Arguments) -> Arguments:
    """Put all the zeros above and to the left."""
    sides = [(0, 0), (0, 0), *((2 * p, 0) for p in arguments["padding"])]
    return {**arguments, "x": np.pad(arguments["x"], sides), "padding": (0, 0)}


def _why_not_pad(arguments: Arguments) -> str:
    """Say what hides zeros on the wrong side."""
    return "" if any(arguments["padding"]) else "padding is 0"


def _stride_down(arguments: Arguments) -> Arguments:
    """Move to the right by one pixel."""
    return {**arguments, "stride": (arguments["stride"][0], 1)}


def _why_not_stride(arguments: Arguments) -> str:
    """Say what hides a stride downwards only."""
    if arguments["stride"] == (1, 1):
        return "stride is 1"
    if arguments["stride"][1] == 1:
        return "the stride to the right is 1"
    return "the image is too narrow for a second window"


def _first_bias(arguments: Arguments) -> Arguments:
    """Give every filter the first number of the bias."""
    bias = arguments["bias"]
    return {**arguments, "bias": bias if bias is None else np.full_like(bias, bias[0])}


def _why_not_bias(arguments: Arguments) -> str:
    """Say what hides that only one bias is used."""
    if arguments["bias"] is None:
        return "there is no bias"
    if len(arguments["bias"]) == 1:
        return "there is only one filter"
    return "all numbers of the bias are equal"


def _dilate_less(arguments: Arguments) -> Arguments:
    """Move the taps together by one pixel."""
    less = tuple(max(d - 1, 1) for d in arguments["dilation"])
    return {**arguments, "dilation": less}


def _why_not_dilation(arguments: Arguments) -> str:
    """Say what hides a dilation that is too small."""
    if arguments["dilation"] == (1, 1):
        return "dilation is 1"
    sizes = zip(arguments["weight"].shape[2:], arguments["dilation"], strict=True)
    if all(size == 1 or d == 1 for size, d in sizes):
        return "the kernel has a single tap along the dilated axes"
    return ""


BUGS = {
    "flipped kernel": Bug(
        "The kernel is turned by 180 degrees before it slides.", _flip, _why_not_flip
    ),
    "height and width swapped": Bug(
        "Rows and columns of the kernel are swapped before it slides.",
        _swap,
        _why_not_swap,
    ),
    "padding on two sides only": Bug(
        "All ``2 * padding`` zeros are put above and to the left, none below and to "
        "the right.",
        _pad_two_sides,
        _why_not_pad,
    ),
    "stride downwards only": Bug(
        "The kernel moves to the right by one pixel at a time, whatever the stride.",
        _stride_down,
        _why_not_stride,
    ),
    "bias of the first filter for all": Bug(
        "Every feature map gets the first number of the bias.",
        _first_bias,
        _why_not_bias,
    ),
    "dilation one too small": Bug(
        "Taps are one pixel closer to each other than the dilation says, but not "
        "closer than 1.",
        _dilate_less,
        _why_not_dilation,
    ),
}
