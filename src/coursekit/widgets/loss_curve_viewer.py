"""Recorded training runs, with and without a norm, read point by point."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np
import traitlets

from coursekit.errors import ShapeError, check_at_least
from coursekit.intervals import T_VALUES
from coursekit.widgets import normalization_pictures
from coursekit.widgets.base import InteractiveFigure

QUANTITIES = ("loss", "accuracy")
MIDDLES = ("median", "mean")
MOST_NORMS = 2

Run = Mapping[str, Any]


class LossCurveViewer(InteractiveFigure):
    """Show recorded runs at one learning rate after another, and read their values.

    Parameters
    ----------
    runs : iterable of dict
        Runs as `records/normalization.json` holds them under ``"curves"``: every norm,
        two at most, with every learning rate and every seed.
    loss_every : int
        How many steps a recorded loss stands for.
    learning_rate : float, optional
        Which learning rate is shown first; the smallest if not given.

    Raises
    ------
    ShapeError
        If there is no run, a run is missing, there are more than two norms, or fewer
        than 3 or more than 15 seeds.
    ValueError
        If no run has the learning rate.
    """

    script: ClassVar[str] = "loss_curve_viewer"
    helpers: ClassVar[tuple[str, ...]] = ("drawings.js", "curves.js", "viewer.js")
    settings: ClassVar[tuple[str, ...]] = (
        "names",
        "rates",
        "seeds",
        "losses",
        "accuracies",
        "loss_every",
        "t_value",
        "rate",
        "quantity",
        "middle",
        "logarithmic",
        "shown",
        "step",
    )

    names: traitlets.List[Any] = traitlets.List().tag(sync=True)
    rates: traitlets.List[Any] = traitlets.List().tag(sync=True)
    seeds: traitlets.List[Any] = traitlets.List().tag(sync=True)
    losses: traitlets.List[Any] = traitlets.List().tag(sync=True)
    accuracies: traitlets.List[Any] = traitlets.List().tag(sync=True)
    loss_every = traitlets.Int(1, min=1).tag(sync=True)
    t_value = traitlets.Float().tag(sync=True)
    rate = traitlets.Int(0, min=0).tag(sync=True)
    quantity = traitlets.Enum(QUANTITIES, "loss").tag(sync=True)
    middle = traitlets.Enum(MIDDLES, "median").tag(sync=True)
    logarithmic = traitlets.Bool(True).tag(sync=True)
    shown: traitlets.List[Any] = traitlets.List().tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(
        self,
        runs: Iterable[Run],
        loss_every: int,
        learning_rate: float | None = None,
    ) -> None:
        runs = list(runs)
        check_at_least("number of runs", len(runs), 1)
        check_at_least("loss_every", loss_every, 1)
        norms = list(dict.fromkeys(run["norm"] for run in runs))
        rates = sorted({run["learning_rate"] for run in runs})
        seeds = sorted({run["seed"] for run in runs})
        _check_runs(runs, norms, rates, seeds)
        found = {(run["learning_rate"], run["norm"], run["seed"]): run for run in runs}

        def packed(key: str) -> list[Any]:
            """Write every run as one line, by learning rate, norm and seed."""
            return [
                [
                    [_line(found[rate, norm, seed], key) for seed in seeds]
                    for norm in norms
                ]
                for rate in rates
            ]

        super().__init__(
            names=["no norm" if norm == "none" else f"{norm} norm" for norm in norms],
            rates=rates,
            seeds=seeds,
            losses=packed("loss"),
            accuracies=packed("test_accuracy"),
            loss_every=int(loss_every),
            t_value=T_VALUES[len(seeds) - 1],
            rate=_place(rates, learning_rate),
            shown=[True] * len(norms),
            step=max(len(run["loss"]) for run in runs) // 3,
        )

    def description(self) -> str:
        """Say in a sentence or two what the figure shows, for readers without it."""
        words = []
        for name, losses in self._losses().items():
            last = [run[-1] for run in losses]
            ended = sum(math.isinf(value) for value in last)
            middle = float(np.median(last))
            end = f"a median of {middle:.3g}" if math.isfinite(middle) else "no median"
            diverged = f"; {ended} of {len(last)} runs diverged" if ended else ""
            words.append(f"{name} ends with {end}{diverged}")
        return (
            f"Training loss at learning rate {self.rates[self.rate]:g}, "
            f"{len(self.seeds)} seeds each: {', '.join(words)}."
        )

    def picture(self) -> bytes:
        """Draw the losses at the first learning rate shown, as a PNG file."""
        losses = self._losses()
        middles = {name: np.median(runs, axis=0) for name, runs in losses.items()}
        title = f"learning rate {self.rates[self.rate]:g}"
        return normalization_pictures.curves(losses, middles, self.loss_every, title)

    def _losses(self) -> dict[str, list[Any]]:
        """Read back the losses shown first, infinite once a run has diverged."""
        at = self.losses[self.rate]
        read = [[[float(word) for word in run.split()] for run in runs] for runs in at]
        points = max(len(run) for runs in read for run in runs)
        return {
            name: [np.array(run + [math.inf] * (points - len(run))) for run in runs]
            for name, runs in zip(self.names, read, strict=True)
        }


def _check_runs(
    runs: list[Run], norms: list[str], rates: list[float], seeds: list[int]
) -> None:
    """Refuse runs that the figure cannot lay side by side."""
    if len(norms) > MOST_NORMS:
        msg = f"`runs` must be of at most 2 norms, but they are of {', '.join(norms)}."
        raise ShapeError(msg)
    if len(seeds) - 1 not in T_VALUES:
        msg = f"`runs` must have 3 to 15 seeds, but there are {len(seeds)}."
        raise ShapeError(msg)
    wanted = len(norms) * len(rates) * len(seeds)
    if len(runs) != wanted:
        msg = (
            f"`runs` must hold each norm with each learning rate and seed, "
            f"{wanted} runs, but it holds {len(runs)}."
        )
        raise ShapeError(msg)


def _place(rates: list[float], learning_rate: float | None) -> int:
    """Find a learning rate among those that were recorded."""
    if learning_rate is None:
        return 0
    if learning_rate not in rates:
        recorded = ", ".join(f"{rate:g}" for rate in rates)
        msg = f"`learning_rate` must be one of {recorded}, but it is {learning_rate}."
        raise ValueError(msg)
    return rates.index(learning_rate)


def _line(run: Run, key: str) -> str:
    """Write a run's numbers into one short line; a loss that diverged ends in inf."""
    words = [f"{value:g}" for value in run[key]]
    ended = ["inf"] if key == "loss" and run["diverged"] else []
    return " ".join([*words, *ended])
