"""How many outputs a row of pixels gives, for a convolution and a transposed one."""

from __future__ import annotations

from typing import Any, ClassVar

import traitlets

from coursekit.errors import ShapeError, check_fits
from coursekit.widgets import axis_pictures
from coursekit.widgets.arguments import check_setting
from coursekit.widgets.base import InteractiveFigure

LIMITS = {
    "size": (1, 12),
    "kernel_size": (1, 5),
    "stride": (1, 4),
    "padding": (0, 4),
    "dilation": (1, 3),
    "output_padding": (0, 3),
}


class ShapeExplorer(InteractiveFigure):
    """Show every place of a kernel on one row of pixels, and the size formula.

    Parameters
    ----------
    size : int, default 7
        Pixels in the row, at most 12.
    kernel_size : int, default 3
        Taps of the kernel, at most 5.
    stride : int, default 1
        Step of the kernel, at most 4.
    padding : int, default 0
        Zeros added on *each* side, at most 4; for a transposed convolution, output
        pixels taken away from each side.
    dilation : int, default 1
        Distance between neighbouring taps, at most 3; 1 is a kernel without gaps.
    transposed : bool, default False
        Whether a transposed convolution is shown.
    output_padding : int, default 0
        Output pixels added at the end by a transposed convolution, at most 3.

    Raises
    ------
    ShapeError
        If a setting is out of range, the kernel is larger than the padded input, or the
        output padding is not smaller than the stride or the dilation.
    """

    script: ClassVar[str] = "shape_explorer"
    helpers: ClassVar[tuple[str, ...]] = ("sizes.js",)
    settings: ClassVar[tuple[str, ...]] = (*LIMITS, "transposed", "step")

    size = traitlets.Int(7, min=1, max=12).tag(sync=True)
    kernel_size = traitlets.Int(3, min=1, max=5).tag(sync=True)
    stride = traitlets.Int(1, min=1, max=4).tag(sync=True)
    padding = traitlets.Int(0, min=0, max=4).tag(sync=True)
    dilation = traitlets.Int(1, min=1, max=3).tag(sync=True)
    output_padding = traitlets.Int(0, min=0, max=3).tag(sync=True)
    transposed = traitlets.Bool(False).tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(
        self,
        size: int = 7,
        kernel_size: int = 3,
        stride: int = 1,
        padding: int = 0,
        dilation: int = 1,
        transposed: bool = False,
        output_padding: int = 0,
    ) -> None:
        given = {
            "size": size,
            "kernel_size": kernel_size,
            "stride": stride,
            "padding": padding,
            "dilation": dilation,
            "output_padding": output_padding,
        }
        for name, value in given.items():
            check_setting(name, value, *LIMITS[name])
        given = {name: int(value) for name, value in given.items()}
        if transposed:
            _check_output_padding(output_padding, stride, dilation)
        else:
            what = "kernel size" if dilation == 1 else "size of the dilated kernel"
            check_fits(what, dilation * (kernel_size - 1) + 1, size, padding)
        super().__init__(**given, transposed=bool(transposed))

    def description(self) -> str:
        """Say in a sentence or two what the figure shows, for readers without it."""
        count = len(axis_pictures.shape_row(**self._settings())[1])
        what = "transposed convolution" if self.transposed else "convolution"
        more = f", output padding {self.output_padding}" if self.transposed else ""
        return (
            f"A {what} on a row of {self.size} pixels: kernel size {self.kernel_size}, "
            f"stride {self.stride}, padding {self.padding}, dilation "
            f"{self.dilation}{more}. It has {count} outputs, and each place of the "
            "kernel is drawn in a line of its own."
        )

    def picture(self) -> bytes:
        """Draw the figure as it is before anyone touches it, as a PNG file."""
        return axis_pictures.shape_explorer(**self._settings())

    def _settings(self) -> dict[str, Any]:
        """Return everything but the step."""
        return {name: getattr(self, name) for name in (*LIMITS, "transposed")}


def _check_output_padding(output_padding: int, stride: int, dilation: int) -> None:
    """Raise if PyTorch would refuse to add so many outputs at the end."""
    if output_padding >= max(stride, dilation):
        msg = (
            "`output_padding` must be smaller than `stride` or than `dilation`, but it "
            f"is {output_padding}, with stride {stride} and dilation {dilation}."
        )
        raise ShapeError(msg)
