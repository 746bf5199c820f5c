"""What an upstream gradient sends back through a convolution."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import traitlets

from coursekit.errors import ShapeError, check_axes, check_fits
from coursekit.widgets import backward_pictures
from coursekit.widgets.arguments import (
    FloatArray,
    as_numbers,
    check_at_most,
    check_setting,
)
from coursekit.widgets.base import InteractiveFigure

MOST_INPUT = 6
MOST_KERNEL = 3
MOST_STRIDE = 3
MOST_PADDING = 2
MOST_DILATION = 3
MOST_NUMBER = 9

AXES = {"x": ["H_in", "W_in"], "kernel": ["K_h", "K_w"], "grad_out": ["H_out", "W_out"]}
MOST = {"x": MOST_INPUT, "kernel": MOST_KERNEL}
MODES = ("one", "several")


class BackwardExplorer(InteractiveFigure):
    """Show what each number of an upstream gradient sends to pixels and weights.

    Parameters
    ----------
    x : array_like, shape (H_in, W_in)
        The input, at most 6 numbers along each axis.
    kernel : array_like, shape (K_h, K_w)
        The weights, at most 3 along each axis.
    grad_out : array_like, shape (H_out, W_out), optional
        The upstream gradient: whole numbers from -9 to 9. If not given, it has a 1 in
        the first place and is 0 elsewhere.
    stride : int, default 1
        Step of the kernel along both axes, at most 3.
    padding : int, default 0
        Zeros added on *each* side, at most 2.
    dilation : int, default 1
        Distance between two neighbouring taps, at most 3; 1 is contiguous.

    Raises
    ------
    ShapeError
        If an array is not two-dimensional or too large to show, a setting is out of
        range, the kernel, spread by the dilation, is larger than the padded input, or
        `grad_out` does not have the shape of the output.
    ValueError
        If `grad_out` holds anything but whole numbers from -9 to 9.
    """

    script: ClassVar[str] = "backward_explorer"
    helpers: ClassVar[tuple[str, ...]] = ("backward.js",)
    settings: ClassVar[tuple[str, ...]] = (
        "x",
        "kernel",
        "grad_out",
        "stride",
        "padding",
        "dilation",
        "mode",
        "number",
        "place",
    )

    x: traitlets.List[Any] = traitlets.List().tag(sync=True)
    kernel: traitlets.List[Any] = traitlets.List().tag(sync=True)
    grad_out: traitlets.List[Any] = traitlets.List().tag(sync=True)
    stride = traitlets.Int(1, min=1, max=MOST_STRIDE).tag(sync=True)
    padding = traitlets.Int(0, min=0, max=MOST_PADDING).tag(sync=True)
    dilation = traitlets.Int(1, min=1, max=MOST_DILATION).tag(sync=True)
    mode = traitlets.Enum(MODES, "one").tag(sync=True)
    number = traitlets.Int(1, min=-MOST_NUMBER, max=MOST_NUMBER).tag(sync=True)
    place: traitlets.List[Any] = traitlets.List(
        traitlets.Int(min=0), [0, 0], minlen=2, maxlen=2
    ).tag(sync=True)

    def __init__(
        self,
        x: npt.ArrayLike,
        kernel: npt.ArrayLike,
        grad_out: npt.ArrayLike | None = None,
        stride: int = 1,
        padding: int = 0,
        dilation: int = 1,
    ) -> None:
        x, kernel = _grid("x", x), _grid("kernel", kernel)
        check_setting("stride", stride, 1, MOST_STRIDE)
        check_setting("padding", padding, 0, MOST_PADDING)
        check_setting("dilation", dilation, 1, MOST_DILATION)
        shape = _output_shape(x.shape, kernel.shape, stride, padding, dilation)
        if grad_out is None:
            grad_out = np.zeros(shape)
            grad_out[0, 0] = 1
        upstream = _upstream(grad_out, shape)
        place = backward_pictures.first(upstream)
        super().__init__(
            x=x.tolist(),
            kernel=kernel.tolist(),
            grad_out=upstream.tolist(),
            stride=int(stride),
            padding=int(padding),
            dilation=int(dilation),
            mode="one" if np.count_nonzero(upstream) == 1 else "several",
            number=int(upstream[place]) or 1,
            place=list(place),
        )

    @traitlets.validate("x", "kernel")
    def _check_grid(self, proposal: dict[str, Any]) -> list[list[float]]:
        """Refuse a later assignment that is not a grid, too."""
        rows: list[list[float]] = _grid(
            proposal["trait"].name, proposal["value"]
        ).tolist()
        return rows

    def description(self) -> str:
        """Say in a sentence or two what the figure shows, for readers without it."""
        arrays = self._arrays()
        x, kernel, grad_out = arrays
        grad_x, grad_weight = backward_pictures.gradients(*arrays, *self._options())
        rows = backward_pictures.in_rows
        return (
            f"A {_size(kernel)} kernel on a {_size(x)} input, stride {self.stride}, "
            f"padding {self.padding}, dilation {self.dilation}. The rows of the "
            f"upstream gradient are {rows(grad_out)}. The gradient of the input is "
            f"{rows(grad_x)}, and that of the weights {rows(grad_weight)}."
        )

    def picture(self) -> bytes:
        """Draw the figure as it is before anyone touches it, as a PNG file."""
        return backward_pictures.backward_explorer(*self._arrays(), *self._options())

    def _arrays(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the input, the weights and the upstream gradient."""
        x, kernel, grad_out = map(np.array, (self.x, self.kernel, self.grad_out))
        return x, kernel, grad_out

    def _options(self) -> tuple[int, int, int]:
        """Return stride, padding and dilation."""
        return self.stride, self.padding, self.dilation


def _grid(name: str, values: npt.ArrayLike) -> FloatArray:
    """Check that the values form a grid the figure can show."""
    array = as_numbers(name, values)
    check_axes(name, array, AXES[name])
    check_at_most(name, array.shape, MOST[name])
    return array


def _output_shape(
    size: tuple[int, ...],
    taps: tuple[int, ...],
    stride: int,
    padding: int,
    dilation: int,
) -> tuple[int, int]:
    """Return the shape of the layer's output, or say that the kernel does not fit."""
    spans = [dilation * (tap - 1) + 1 for tap in taps]
    for axis, span, pixels in zip(("height", "width"), spans, size, strict=True):
        check_fits(f"kernel {axis}", span, pixels, padding)
    rows, columns = (
        (pixels + 2 * padding - span) // stride + 1
        for pixels, span in zip(size, spans, strict=True)
    )
    return rows, columns


def _upstream(values: npt.ArrayLike, shape: tuple[int, int]) -> FloatArray:
    """Check that the values can be the upstream gradient of this layer."""
    array = as_numbers("grad_out", values)
    check_axes("grad_out", array, AXES["grad_out"])
    if array.shape != shape:
        msg = (
            f"`grad_out` must have the shape of the output, {shape}, but its shape "
            f"is {array.shape}."
        )
        raise ShapeError(msg)
    wrong = array[(array != np.round(array)) | (np.abs(array) > MOST_NUMBER)]
    if wrong.size:
        msg = (
            f"`grad_out` must hold whole numbers from -{MOST_NUMBER} to "
            f"{MOST_NUMBER}, but one of them is {wrong[0]:g}."
        )
        raise ValueError(msg)
    return array


def _size(grid: FloatArray) -> str:
    """Write the size of a grid."""
    return f"{grid.shape[0]} by {grid.shape[1]}"
