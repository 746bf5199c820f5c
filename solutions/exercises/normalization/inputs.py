"""Inputs for norms, and cases that look at one of the arrays that are returned."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from coursekit.checks.declare import Case, case
from exercises.draws import FloatArray, halves, weights
from exercises.fast.inputs import different

OUT, MEAN, VAR = 0, 1, 2  # what batch norm returns
GRAD_X, GRAD_GAMMA, GRAD_BETA = 0, 1, 2  # what a backward pass returns
AVERAGES = ["3", "4"]  # where batch norm's running averages are passed


def scale_and_shift(rng: np.random.Generator, *shape: int) -> tuple[FloatArray, ...]:
    """Draw gamma, which is never 1, and beta, which is never 0."""
    return halves(rng, *shape), weights(rng, *shape)


def averages(rng: np.random.Generator, size: int) -> tuple[FloatArray, ...]:
    """Draw a running mean and a running variance."""
    return weights(rng, size), different(rng, size)


def layer(rng: np.random.Generator, *shape: int) -> tuple[FloatArray, ...]:
    """Draw a batch and what batch norm has for its features or channels."""
    x, channels = different(rng, *shape), shape[1]
    return x, *scale_and_shift(rng, channels), *averages(rng, channels)


def look(note: str, part: int, /, *args: Any, of: int = 3, **kwargs: Any) -> Case:
    """Write a case of which one of the returned arrays counts."""
    return replace(case(note, *args, **kwargs), truth={"part": part, "of": of})


def look_at_out(note: str, /, *args: Any, rounds: int = 0, **kwargs: Any) -> Case:
    """Write a case of batch norm of which the output counts.

    Whether the running averages are changed in place is looked at elsewhere. With
    `rounds`, it is the output in evaluation, after so many calls in training.
    """
    found = look(note, OUT, *args, **kwargs)
    truth = {**found.truth, "may_change": AVERAGES}
    return replace(found, truth={**truth, "rounds": rounds} if rounds else truth)


def both_averages(note: str, /, *args: Any, **kwargs: Any) -> list[Case]:
    """Write a case for each running average."""
    names = {MEAN: "running_mean", VAR: "running_var"}
    return [
        look(f"{note}: {name}", part, *args, **kwargs) for part, name in names.items()
    ]
