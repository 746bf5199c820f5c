"""A kernel that slides over a grid, step by step."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import traitlets

from coursekit.errors import check_axes, check_fits
from coursekit.widgets import pictures
from coursekit.widgets.arguments import as_numbers, check_at_most, check_setting
from coursekit.widgets.base import InteractiveFigure

MODES = ("correlation", "convolution")
MOST_INPUT = 8
MOST_KERNEL = 5
MOST_STRIDE = 4
MOST_PADDING = 3


class SlidingKernel(InteractiveFigure):
    """Show a kernel sliding over a grid; numbers and settings can be changed.

    Parameters
    ----------
    x : array_like, shape (H_in, W_in)
        The input, at most 8 numbers along each axis.
    kernel : array_like, shape (K_h, K_w)
        The weights, at most 5 along each axis.
    stride : int, default 1
        Step of the kernel along both axes, at most 4.
    padding : int, default 0
        Zeros added on *each* side, at most 3.
    mode : {"correlation", "convolution"}, default "correlation"
        Whether the kernel is laid on the input as it is, or flipped first.

    Raises
    ------
    ShapeError
        If an array is not two-dimensional or too large to show, the kernel is larger
        than the padded input, or the stride or the padding is out of range.
    ValueError
        If `mode` is not one of the two.
    """

    script: ClassVar[str] = "sliding_kernel"
    settings: ClassVar[tuple[str, ...]] = (
        "x",
        "kernel",
        "stride",
        "padding",
        "mode",
        "step",
    )

    x: traitlets.List[Any] = traitlets.List().tag(sync=True)
    kernel: traitlets.List[Any] = traitlets.List().tag(sync=True)
    stride = traitlets.Int(1, min=1, max=MOST_STRIDE).tag(sync=True)
    padding = traitlets.Int(0, min=0, max=MOST_PADDING).tag(sync=True)
    mode = traitlets.Enum(MODES, "correlation").tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(
        self,
        x: npt.ArrayLike,
        kernel: npt.ArrayLike,
        stride: int = 1,
        padding: int = 0,
        mode: str = "correlation",
    ) -> None:
        x, kernel = _grid("x", x, MOST_INPUT), _grid("kernel", kernel, MOST_KERNEL)
        check_setting("stride", stride, 1, MOST_STRIDE)
        check_setting("padding", padding, 0, MOST_PADDING)
        check_fits("kernel height", len(kernel), len(x), padding)
        check_fits("kernel width", len(kernel[0]), len(x[0]), padding)
        if mode not in MODES:
            msg = f'`mode` must be "correlation" or "convolution", but it is {mode!r}.'
            raise ValueError(msg)
        super().__init__(
            x=x, kernel=kernel, stride=int(stride), padding=int(padding), mode=mode
        )

    @traitlets.validate("x", "kernel")
    def _check_grid(self, proposal: dict[str, Any]) -> list[list[float]]:
        """Refuse a later assignment that is not a grid, too."""
        name = proposal["trait"].name
        most = MOST_INPUT if name == "x" else MOST_KERNEL
        return _grid(name, proposal["value"], most)

    def description(self) -> str:
        """Say in a sentence or two what the figure shows, for readers without it."""
        x, kernel = np.array(self.x), np.array(self.kernel)
        first = pictures.first_window(x, kernel, self.padding, self.mode)
        return (
            f"A {_size(kernel)} kernel lies on the top left corner of a {_size(x)} "
            f"input, stride {self.stride}, padding {self.padding}, {self.mode}. "
            f"The first output is {pictures.sum_of_products(*first)}."
        )

    def picture(self) -> bytes:
        """Draw the figure as it is before anyone touches it, as a PNG file."""
        x, kernel = np.array(self.x), np.array(self.kernel)
        return pictures.sliding_kernel(x, kernel, self.stride, self.padding, self.mode)


def _grid(name: str, values: npt.ArrayLike, most: int) -> list[list[float]]:
    """Check that the values form a grid the figure can show."""
    axes = ["H_in", "W_in"] if name == "x" else ["K_h", "K_w"]
    array = as_numbers(name, values)
    check_axes(name, array, axes)
    check_at_most(name, array.shape, most)
    rows: list[list[float]] = array.tolist()
    return rows


def _size(grid: npt.NDArray[Any]) -> str:
    """Write the size of a grid."""
    return f"{grid.shape[0]} by {grid.shape[1]}"
