"""Inputs for cases: small numbers that a student can read and check by hand."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.checks.declare import Misconception

FloatArray = npt.NDArray[np.floating[Any]]

NOT_ZERO = (*range(-5, 0), *range(1, 6))


def pixels(rng: np.random.Generator, *shape: int) -> FloatArray:
    """Draw whole numbers from 0 to 9."""
    return rng.integers(0, 10, size=shape).astype(float)


def weights(rng: np.random.Generator, *shape: int) -> FloatArray:
    """Draw whole numbers other than 0; up to ten of them are all different."""
    size = int(np.prod(shape))
    drawn = rng.choice(NOT_ZERO, size, replace=size > len(NOT_ZERO))
    return drawn.reshape(shape).astype(float)


def halves(rng: np.random.Generator, *shape: int) -> FloatArray:
    """Draw numbers that lie halfway between two whole ones."""
    return weights(rng, *shape) + 0.5


def integers(rng: np.random.Generator, *shape: int) -> npt.NDArray[np.int64]:
    """Draw whole numbers of an integer type, the first of them odd.

    With a kernel whose first weight alone has a half, the first output has one too.
    """
    drawn = rng.integers(0, 10, size=shape)
    drawn.flat[0] |= 1
    return drawn


def first_half(rng: np.random.Generator, *shape: int) -> FloatArray:
    """Draw weights of which only the first is not a whole number."""
    drawn = weights(rng, *shape)
    drawn.flat[0] += 0.5
    return drawn


def after_given_lines(
    reference: Callable[..., Any], mistakes: Sequence[Misconception]
) -> list[Misconception]:
    """Make every mistake refuse bad shapes first, as the stub's given lines do."""
    return [replace(item, function=_checked(reference, item)) for item in mistakes]


def _checked(reference: Callable[..., Any], item: Misconception) -> Callable[..., Any]:
    """Call the reference for its refusals before the wrong implementation."""

    @functools.wraps(item.function)
    def function(*args: Any, **kwargs: Any) -> Any:
        reference(*args, **kwargs)
        return item.function(*args, **kwargs)

    return function
