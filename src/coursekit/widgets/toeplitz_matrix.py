"""Cross-correlation as a matrix, for a signal or an image."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import traitlets

from coursekit.errors import ShapeError, check_axes, check_fits
from coursekit.widgets import pictures
from coursekit.widgets.arguments import (
    FloatArray,
    as_numbers,
    check_at_most,
    check_setting,
)
from coursekit.widgets.base import InteractiveFigure

MOST = {"x": {1: 12, 2: 6}, "kernel": {1: 5, 2: 4}}  # by the number of axes
AXES = {
    "x": {1: ["W_in"], 2: ["H_in", "W_in"]},
    "kernel": {1: ["K_w"], 2: ["K_h", "K_w"]},
}
MOST_STRIDE = 4


class ToeplitzMatrix(InteractiveFigure):
    """Show a cross-correlation as a matrix whose active row lights up.

    A signal gives a Toeplitz matrix. An image gives a doubly blocked one, which
    multiplies the image read row by row.

    Parameters
    ----------
    x : array_like, shape (W_in,) or (H_in, W_in)
        A signal of at most 12 samples, or an image of at most 6 pixels along each axis.
    kernel : array_like, shape (K_w,) or (K_h, K_w)
        The weights, with as many axes as `x`; at most 5 for a signal, 4 along each
        axis for an image.
    stride : int, default 1
        Step of the kernel along every axis, at most 4; rows it skips are shown as
        dropped.

    Raises
    ------
    ShapeError
        If `x` is neither a signal nor an image or too large to show, `kernel` has
        another number of axes or is larger than `x`, or the stride is out of range.
    """

    script: ClassVar[str] = "toeplitz_matrix"
    settings: ClassVar[tuple[str, ...]] = ("x", "kernel", "stride", "step")

    x: traitlets.List[Any] = traitlets.List().tag(sync=True)
    kernel: traitlets.List[Any] = traitlets.List().tag(sync=True)
    stride = traitlets.Int(1, min=1, max=MOST_STRIDE).tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(
        self, x: npt.ArrayLike, kernel: npt.ArrayLike, stride: int = 1
    ) -> None:
        signal = as_numbers("x", x)
        if signal.ndim not in (1, 2):
            msg = (
                "`x` must have 1 axis (W_in) or 2 axes (H_in, W_in), "
                f"but its shape is {signal.shape}."
            )
            raise ShapeError(msg)
        taps = _grid("kernel", kernel, signal.ndim)
        signal = _grid("x", signal, signal.ndim)
        check_setting("stride", stride, 1, MOST_STRIDE)
        for name, size, length in zip(
            ("height", "width")[-signal.ndim :], taps.shape, signal.shape, strict=True
        ):
            check_fits(f"kernel {name}", size, length)
        super().__init__(x=signal.tolist(), kernel=taps.tolist(), stride=int(stride))

    @traitlets.validate("x", "kernel")
    def _check_grid(self, proposal: dict[str, Any]) -> list[Any]:
        """Refuse a later assignment that changes the number of axes, too."""
        name = proposal["trait"].name
        values: list[Any] = _grid(
            name, proposal["value"], np.ndim(self.x) or 1
        ).tolist()
        return values

    def description(self) -> str:
        """Say in a sentence or two what the figure shows, for readers without it."""
        x, kernel = np.array(self.x), np.array(self.kernel)
        rows = pictures.matrix(x, kernel, self.stride)
        what = "a signal" if x.ndim == 1 else "an image"
        name = "Toeplitz" if x.ndim == 1 else "doubly blocked Toeplitz"
        first = pictures.show(float(rows[0] @ x.ravel()))
        size = f"{rows.shape[0]} by {rows.shape[1]}"
        return (
            f"A {name} matrix of size {size} times {what} of {x.size} numbers, stride "
            f"{self.stride}. Its first row lights up together with the first window; "
            f"the first output is {first}."
        )

    def picture(self) -> bytes:
        """Draw the figure as it is before anyone touches it, as a PNG file."""
        x, kernel = np.array(self.x), np.array(self.kernel)
        return pictures.toeplitz_matrix(x, kernel, self.stride)


def _grid(name: str, values: npt.ArrayLike, axes: int) -> FloatArray:
    """Check that the values form a signal or an image the figure can show."""
    array = as_numbers(name, values)
    check_axes(name, array, AXES[name][axes])
    check_at_most(name, array.shape, MOST[name][axes])
    return array
