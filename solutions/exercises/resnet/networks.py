"""Cases that build a network, give it drawn weights, and run it on drawn images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from torch import nn

from coursekit.checks.declare import Case, case
from coursekit.checks.module_weights import recipe
from exercises.draws import FloatArray

Run = Callable[..., Case]


def images(rng: np.random.Generator, *shape: int) -> FloatArray:
    """Draw images of quarters, of both signs."""
    drawn: FloatArray = rng.integers(-8, 9, size=shape) / 4
    return drawn


def runs_of(build: Callable[..., nn.Module], rng: np.random.Generator) -> Run:
    """Return what writes cases of one kind of network.

    Parameters
    ----------
    build : callable
        The right network, whose shapes the weights have.
    rng : Generator
        Where weights and images come from.
    """

    def run(
        note: str,
        *args: Any,
        size: tuple[int, int, int, int],
        look: str = "output",
        mode: str = "eval",
        **kwargs: Any,
    ) -> Case:
        said = {name: kwargs[name] for name in kwargs if name not in LOOKING}
        state = build(*args, **said).state_dict().items()
        shapes = {
            name: tuple(item.shape) for name, item in state if item.is_floating_point()
        }
        given = {
            "weights": recipe(int(rng.integers(1 << 30)), shapes),
            "images": images(rng, *size),
        }
        return case(note, *args, look=look, mode=mode, **given, **kwargs)

    return run


LOOKING = ("method", "stages")  # what a case asks for beside a network's arguments
