"""Refuse what makes no residual network, no schedule and no class activation map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from convnets.rules import check_whole
from coursekit.errors import ShapeError, check_axes

FloatArray = npt.NDArray[np.floating[Any]]

SHORTCUTS = ("projection", "padding", "none")
STEMS = ("small", "large")


def check_block(
    in_channels: int, out_channels: int, stride: int, shortcut: str
) -> None:
    """Raise if no residual block has these arguments."""
    check_whole(1, in_channels=in_channels, out_channels=out_channels, stride=stride)
    _check_known("shortcut", shortcut, SHORTCUTS)
    if shortcut == "padding" and out_channels < in_channels:
        msg = (
            f"`out_channels` ({out_channels}) must be at least `in_channels` "
            f"({in_channels}) for a shortcut that is padded. Use "
            'shortcut="projection" to have fewer channels.'
        )
        raise ShapeError(msg)


def check_stages(
    blocks: Sequence[int],
    widths: Sequence[int],
    num_classes: int,
    in_channels: int,
    stem: str,
    shortcut: str,
) -> None:
    """Raise if no residual network has these stages."""
    check_whole(1, num_classes=num_classes, in_channels=in_channels)
    if len(blocks) != len(widths) or not blocks:
        msg = (
            "`blocks` and `widths` must have one number for each stage, but they are "
            f"{tuple(blocks)} and {tuple(widths)}."
        )
        raise ShapeError(msg)
    for count, width in zip(blocks, widths, strict=True):
        check_whole(1, blocks=count, widths=width)
    _check_known("stem", stem, STEMS)
    _check_known("shortcut", shortcut, SHORTCUTS)


def check_schedule(
    step: int,
    total_steps: int,
    max_lr: float,
    pct_start: float,
    div_factor: float,
    final_div_factor: float,
) -> None:
    """Raise if there is no such step, or no such way up and down."""
    check_whole(1, total_steps=total_steps)
    check_whole(0, step=step)
    if step >= total_steps:
        msg = (
            f"`step` ({step}) must be below `total_steps` ({total_steps}), since steps "
            "are counted from 0."
        )
        raise ShapeError(msg)
    above_zero = {
        "max_lr": max_lr,
        "div_factor": div_factor,
        "final_div_factor": final_div_factor,
    }
    for name, value in above_zero.items():
        if not 0 < value < math.inf:
            msg = f"`{name}` must be a number above 0, but it is {value!r}."
            raise ShapeError(msg)
    if not 1 < pct_start * total_steps < total_steps:
        msg = (
            "`pct_start * total_steps` must be more than 1 and less than `total_steps` "
            f"({total_steps}), so that the rate can rise and fall, but it is "
            f"{pct_start * total_steps:g}. Use more steps, or another `pct_start`."
        )
        raise ShapeError(msg)


def check_class_map(features: FloatArray, weight: FloatArray, label: int) -> None:
    """Raise unless the weights fit the feature maps and have the class.

    Parameters
    ----------
    features : ndarray, shape (C, H, W)
        The feature maps of one image.
    weight : ndarray, shape (num_classes, C)
        Weights of a linear layer.
    label : int
        The class, counted from 0.
    """
    check_axes("features", features, ["C", "H", "W"])
    check_axes("weight", weight, ["num_classes", "C"])
    if weight.shape[1] != features.shape[0]:
        msg = (
            "`weight` must have a column for each channel of `features`, but it has "
            f"{weight.shape[1]} columns for {features.shape[0]} channels."
        )
        raise ShapeError(msg)
    check_whole(0, label=label)
    if label >= len(weight):
        msg = (
            f"`label` ({label}) must be below the number of classes ({len(weight)}), "
            "since classes are counted from 0."
        )
        raise ShapeError(msg)


def _check_known(name: str, value: str, known: Sequence[str]) -> None:
    """Raise unless a word is one of those that are known."""
    if value not in known:
        msg = f"`{name}` must be one of {', '.join(known)}, but it is {value!r}."
        raise ShapeError(msg)
