"""What depth does to the signal and to the gradient, with shortcuts and without."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import traitlets

from coursekit.data import FloatArray
from coursekit.widgets import depth_pictures
from coursekit.widgets.arguments import check_setting
from coursekit.widgets.base import InteractiveFigure

NORMS = ("none", "batch")
DEEPEST = 60
MOST_DRAWS = 99
LEAST_FACTOR, MOST_FACTOR = 0.1, 1.5
STEP = 0.05  # of the slider


class DepthExplorer(InteractiveFigure):
    """Send numbers up through random layers, and a gradient back down.

    A plain layer passes on f(x) = W ReLU(x), one with a shortcut x + f(x). With the
    norm, batch norm stands before the ReLU. All layers have 64 numbers, and 32 examples
    go through together.

    Parameters
    ----------
    depth : int, default 40
        How many layers, at most 60.
    norm : {"none", "batch"}, default "none"
        Whether batch norm stands before each ReLU.
    factor : float, default 1.0
        The standard deviation of the weights, in those of He and others: a multiple of
        0.05 from 0.1 to 1.5.
    draw : int, default 1
        Which random weights, 1 to 99.

    Raises
    ------
    ShapeError
        If `depth` or `draw` is out of range.
    ValueError
        If there is no such norm, or the slider cannot show the factor.
    """

    script: ClassVar[str] = "depth_explorer"
    helpers: ClassVar[tuple[str, ...]] = (
        "drawings.js",
        "curves.js",
        "viewer.js",
        "depth.js",
    )
    settings: ClassVar[tuple[str, ...]] = ("depth", "norm", "factor", "draw", "shown")

    depth = traitlets.Int(40, min=1, max=DEEPEST).tag(sync=True)
    norm = traitlets.Enum(NORMS, "none").tag(sync=True)
    factor = traitlets.Float(1.0, min=LEAST_FACTOR, max=MOST_FACTOR).tag(sync=True)
    draw = traitlets.Int(1, min=1, max=MOST_DRAWS).tag(sync=True)
    shown: traitlets.List[Any] = traitlets.List([True, True]).tag(sync=True)

    def __init__(
        self, depth: int = 40, norm: str = "none", factor: float = 1.0, draw: int = 1
    ) -> None:
        check_setting("depth", depth, 1, DEEPEST)
        check_setting("draw", draw, 1, MOST_DRAWS)
        if norm not in NORMS:
            msg = f"`norm` must be one of {', '.join(NORMS)}, but it is {norm!r}."
            raise ValueError(msg)
        super().__init__(
            depth=int(depth), norm=norm, factor=_factor(factor), draw=int(draw)
        )

    def description(self) -> str:
        """Say in a sentence or two what the figure shows, for readers without it."""
        words = []
        for name, (signals, gradients) in self._results().items():
            signal, gradient = signals[-1] / signals[0], gradients[0] / gradients[-1]
            words.append(
                f"{name}, the signal ends with {signal:.2g} times its size, and the "
                f"gradient with {gradient:.2g} times its size"
            )
        norm = "batch norm" if self.norm == "batch" else "no norm"
        return (
            f"{self.depth} layers with random weights, {self.factor:g} times the size "
            f"of He's, and {norm}. Two plots over the layers: {'; '.join(words)}."
        )

    def picture(self) -> bytes:
        """Draw the figure as it is before anyone touches it, as a PNG file."""
        return depth_pictures.depth_explorer(self._results())

    def _results(self) -> dict[str, tuple[FloatArray, FloatArray]]:
        """Compute the sizes of signals and gradients for both kinds of layers."""
        setting = (self.depth, self.norm, self.factor, self.draw)
        return {
            name: depth_pictures.sizes(*setting, shortcut)
            for name, shortcut in depth_pictures.KINDS.items()
        }


def _factor(value: float) -> float:
    """Check that the slider can stand at a factor."""
    steps = round(float(value) / STEP)
    near = bool(np.isclose(value, steps * STEP))
    if not near or not LEAST_FACTOR <= round(steps * STEP, 2) <= MOST_FACTOR:
        msg = (
            f"`factor` must be a multiple of {STEP} from {LEAST_FACTOR} to "
            f"{MOST_FACTOR}, but it is {value}."
        )
        raise ValueError(msg)
    return round(steps * STEP, 2)
