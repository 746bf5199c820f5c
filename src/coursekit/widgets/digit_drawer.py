"""A field to draw a digit on, and a trained LeNet-5 that reads it in the browser."""

from __future__ import annotations

from typing import Any, ClassVar

import traitlets

from coursekit.widgets import digit_network, digit_pictures, digit_strokes
from coursekit.widgets.arguments import check_setting
from coursekit.widgets.base import InteractiveFigure


class DigitDrawer(InteractiveFigure):
    """Let a reader draw, and show what a trained LeNet-5 makes of the drawing.

    The drawing is brought to the form of MNIST's pictures, if the box for it is ticked,
    and the network's input, its feature maps and its ten probabilities are computed
    anew while it is drawn.

    Parameters
    ----------
    digit : int, default 3
        Which of the ten stored drawings is there first, from 0 to 9.

    Raises
    ------
    ShapeError
        If there is no such drawing.
    """

    script: ClassVar[str] = "digit_drawer"
    helpers: ClassVar[tuple[str, ...]] = ("lenet.js", "strokes.js")
    settings: ClassVar[tuple[str, ...]] = (
        "strokes",
        "is_prepared",
        "step",
        "samples",
        "network",
    )

    strokes: traitlets.List[Any] = traitlets.List().tag(sync=True)
    is_prepared = traitlets.Bool(True).tag(sync=True)
    step = traitlets.Int(0, min=0, max=7).tag(sync=True)
    samples: traitlets.List[Any] = traitlets.List().tag(sync=True)
    network: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)

    def __init__(self, digit: int = 3) -> None:
        check_setting("digit", digit, 0, 9)
        super().__init__(
            strokes=digit_strokes.SAMPLES[int(digit)],
            samples=list(digit_strokes.SAMPLES),
            network=digit_network.read(),
        )

    def description(self) -> str:
        """Say in a sentence or two what the figure shows, for readers without it."""
        read, probability = digit_pictures.answer(self.strokes)
        return (
            "A field to draw on with a digit in white on black, the picture of 28 by "
            "28 pixels that LeNet-5 gets of it, the feature maps of both convolutions "
            "and both pools, and a bar for each of the ten digits: the network reads "
            f"{read}, with probability {digit_pictures.written(probability)}."
        )

    def picture(self) -> bytes:
        """Draw the figure as it is before anyone touches it, as a PNG file."""
        return digit_pictures.digit_drawer(self.strokes)
