"""A batch as a block of numbers: which of them share one mean."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import traitlets

from coursekit.errors import ShapeError, check_axes
from coursekit.plots.normalization import NORMS, shared
from coursekit.widgets import normalization_pictures, pictures
from coursekit.widgets.arguments import as_numbers, check_at_most
from coursekit.widgets.base import InteractiveFigure

FloatArray = npt.NDArray[np.floating[Any]]

VIEWS = ("values", "normalised")
MOST = 6
EPS = 1e-5  # that of PyTorch's norms, and of the script


class NormalizationCube(InteractiveFigure):
    """Show which numbers of a batch share mean and variance with a chosen one.

    Parameters
    ----------
    x : array_like, shape (N, C, H * W), optional
        A batch of images with the pixels of a map in one row, at most 6 numbers along
        each axis; if not given, 4 images of 6 channels and 6 pixels, with channels
        around different values.
    norm : {"batch", "layer", "instance", "group"}, default "batch"
        Which norm is shown first.
    num_groups : int, default 2
        Into how many groups group norm cuts the channels; it must divide them.

    Raises
    ------
    ShapeError
        If `x` is not three-dimensional or too large to show, there is no such norm, or
        the groups are not equal.
    """

    script: ClassVar[str] = "normalization_cube"
    helpers: ClassVar[tuple[str, ...]] = ("drawings.js",)
    settings: ClassVar[tuple[str, ...]] = ("x", "norm", "num_groups", "view", "step")

    x: traitlets.List[Any] = traitlets.List().tag(sync=True)
    norm = traitlets.Enum(NORMS, "batch").tag(sync=True)
    num_groups = traitlets.Int(2, min=1, max=MOST).tag(sync=True)
    view = traitlets.Enum(VIEWS, "values").tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(
        self,
        x: npt.ArrayLike | None = None,
        norm: str = "batch",
        num_groups: int = 2,
    ) -> None:
        block = _block(example() if x is None else x)
        shared(norm, np.shape(block), num_groups, (0, 0, 0))
        super().__init__(x=block, norm=norm, num_groups=int(num_groups))

    @traitlets.validate("x")
    def _check_x(self, proposal: dict[str, Any]) -> list[Any]:
        """Refuse a later assignment that is not a block, too."""
        return _block(proposal["value"])

    def description(self) -> str:
        """Say in a sentence or two what the figure shows, for readers without it."""
        x, lit = self._lit()
        mean, var = x[lit].mean(), x[lit].var()
        normalised = (x[0, 0, 0] - mean) / np.sqrt(var + EPS)
        N, C, P = x.shape
        first, centre, std, out = (
            pictures.show(float(value))
            for value in (x[0, 0, 0], mean, var**0.5, normalised)
        )
        return (
            f"A batch of {N} by {C} by {P} numbers: images, channels and pixels. With "
            f"{self.norm} norm, {lit.sum()} of them share one mean with the first, "
            f"{first}: their mean is {centre}, their standard deviation {std}, and the "
            f"first becomes {out}. There are {x.size // lit.sum()} means in all."
        )

    def picture(self) -> bytes:
        """Draw the figure as it is before anyone touches it, as a PNG file."""
        return normalization_pictures.images(*self._lit())

    def _lit(self) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
        """Return the numbers, and where those are that share with the first."""
        x = np.array(self.x)
        return x, shared(self.norm, x.shape, self.num_groups, (0, 0, 0))


def example() -> FloatArray:
    """Make up whole numbers: each channel around its own value, each image brighter.

    Returns
    -------
    ndarray, shape (4, 6, 6)
        Images, channels and pixels.
    """
    n, c, p = np.indices((4, 6, 6))
    around = np.array([0, 12, -8, 30, 4, 18])[c]
    brightness = np.array([0, 3, -3, 6])[n]
    made: FloatArray = around + brightness + (3 * n + 5 * c + 2 * p + n * p) % 7 - 3.0
    return made


def _block(values: npt.ArrayLike) -> list[Any]:
    """Check that the values form a block the figure can show."""
    array = as_numbers("x", values)
    check_axes("x", array, ["N", "C", "H * W"])
    check_at_most("x", array.shape, MOST)
    if array.size < 2:
        msg = "`x` must hold at least 2 numbers to share a mean, but it holds 1."
        raise ShapeError(msg)
    block: list[Any] = array.tolist()
    return block
