"""A small network with a mistake that the reader chooses climbs the ladder."""

from __future__ import annotations

from typing import Any, ClassVar

import traitlets

from coursekit.widgets import sanity_network, sanity_pictures
from coursekit.widgets.arguments import check_setting
from coursekit.widgets.base import InteractiveFigure

RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
MOST_SEED = 9

# What the reader chooses from, and what it means.
MISTAKES = {
    "none": ("none", "Nothing is broken."),
    "large": (
        "Start: last layer too large",
        "The first weights of the last layer are 15 times too large.",
    ),
    "zero": ("Start: all weights 0", "All first weights are 0."),
    "summed": (
        "Loss: summed",
        "The loss is summed over the batch, where it should be averaged.",
    ),
    "flipped": (
        "Backward: kernels flipped",
        "The gradient of the kernels is turned by half a turn.",
    ),
    "relu": (
        "Backward: ReLU left out",
        "On the way back, the ReLU lets everything through.",
    ),
    "sign": ("Backward: wrong sign", "All gradients have the wrong sign."),
    "added": ("Step: added", "The step is added, where it should be subtracted."),
    "kept": (
        "Step: old gradients kept",
        "Every gradient is added to those of all steps before.",
    ),
    "biases": ("Step: biases left out", "The step leaves the biases as they are."),
    "labels": (
        "Data: labels not shuffled",
        "The images are shuffled, and their labels are not.",
    ),
    "inverted": (
        "Data: training inverted",
        "Training digits are black on white, the others white on black.",
    ),
    "kink": (
        "Check: on the kink",
        "The network is right, but its gradients are checked with biases of 0.",
    ),
}


class SanityLadder(InteractiveFigure):
    """Show which rung of the ladder first shows a mistake, and which let it pass.

    Parameters
    ----------
    learning_rate : float, default 0.3
        Which learning rate is shown first, one of those in `RATES`.
    seed : int, default 0
        Which first weights are shown first, from 0 to 9.

    Raises
    ------
    ValueError
        If the figure does not offer the learning rate.
    ShapeError
        If the seed is out of range.
    """

    script: ClassVar[str] = "sanity_ladder"
    helpers: ClassVar[tuple[str, ...]] = (
        "drawings.js",
        "curves.js",
        "sanity_network.js",
    )
    settings: ClassVar[tuple[str, ...]] = (
        "digits",
        "mistakes",
        "rates",
        "mistake",
        "rate",
        "seed",
    )

    digits = traitlets.Unicode().tag(sync=True)
    mistakes: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    rates: traitlets.List[Any] = traitlets.List().tag(sync=True)
    mistake = traitlets.Enum(tuple(MISTAKES), "none").tag(sync=True)
    rate = traitlets.Float(0.3).tag(sync=True)
    seed = traitlets.Int(0, min=0, max=MOST_SEED).tag(sync=True)

    def __init__(self, learning_rate: float = 0.3, seed: int = 0) -> None:
        if learning_rate not in RATES:
            offered = ", ".join(f"{rate:g}" for rate in RATES)
            msg = (
                f"`learning_rate` must be one of {offered}, but it is {learning_rate}."
            )
            raise ValueError(msg)
        check_setting("seed", seed, 0, MOST_SEED)
        super().__init__(
            digits=sanity_network.packed(),
            mistakes={key: list(words) for key, words in MISTAKES.items()},
            rates=list(RATES),
            rate=float(learning_rate),
            seed=int(seed),
        )

    def description(self) -> str:
        """Say in a sentence or two what the figure shows, for readers without it."""
        losses = sanity_network.by_heart(self.seed, self.rate)
        return (
            f"The loss of a small network without a mistake that learns ten digits at "
            f"learning rate {self.rate:g}: in {len(losses)} steps it goes from "
            f"{losses[0]:.3g} to {losses[-1]:.2g}."
        )

    def picture(self) -> bytes:
        """Draw the loss with ten digits before anyone touches the figure, as PNG."""
        losses = sanity_network.by_heart(self.seed, self.rate)
        return sanity_pictures.curve(losses, self.rate)
