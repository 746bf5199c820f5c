"""An image and its unfolded matrix: which pixel stands where."""

from __future__ import annotations

from typing import Any, ClassVar

import traitlets

from coursekit.errors import check_fits
from coursekit.widgets import im2col_pictures
from coursekit.widgets.arguments import as_pair, check_setting
from coursekit.widgets.base import InteractiveFigure

MOST_IMAGE = 6
MOST_KERNEL = 3
MOST_STRIDE = 3
MOST_PADDING = 2
MOST_DILATION = 3
MOST_CHANNELS = 3


class Im2colExplorer(InteractiveFigure):
    """Show an image next to its unfolded matrix; every entry can be traced.

    The pixels are numbered 1, 2, 3, ... through all channels, row after row, so a
    number tells which pixel it is, and 0 is always padding.

    Parameters
    ----------
    height, width : int, default 4 and 5
        Size of the image, in pixels, at most 6 each.
    kernel_size : int or pair of int, default (2, 3)
        Height and width of the kernel, in pixels, at most 3 each.
    stride : int, default 1
        Step of the kernel along both axes, at most 3.
    padding : int, default 0
        Zeros added on *each* side, at most 2.
    dilation : int, default 1
        Distance between two neighbouring taps, at most 3; 1 is contiguous.
    channels : int, default 1
        Number of input channels, at most 3.

    Raises
    ------
    ShapeError
        If a number is out of range, or the kernel, spread by the dilation, is larger
        than the padded image.
    """

    script: ClassVar[str] = "im2col_explorer"
    settings: ClassVar[tuple[str, ...]] = (
        "height",
        "width",
        "kernel_size",
        "stride",
        "padding",
        "dilation",
        "channels",
        "step",
    )

    height = traitlets.Int(4, min=1, max=MOST_IMAGE).tag(sync=True)
    width = traitlets.Int(5, min=1, max=MOST_IMAGE).tag(sync=True)
    kernel_size: traitlets.List[Any] = traitlets.List(
        traitlets.Int(min=1, max=MOST_KERNEL), [2, 3], minlen=2, maxlen=2
    ).tag(sync=True)
    stride = traitlets.Int(1, min=1, max=MOST_STRIDE).tag(sync=True)
    padding = traitlets.Int(0, min=0, max=MOST_PADDING).tag(sync=True)
    dilation = traitlets.Int(1, min=1, max=MOST_DILATION).tag(sync=True)
    channels = traitlets.Int(1, min=1, max=MOST_CHANNELS).tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(
        self,
        height: int = 4,
        width: int = 5,
        kernel_size: int | tuple[int, int] = (2, 3),
        stride: int = 1,
        padding: int = 0,
        dilation: int = 1,
        channels: int = 1,
    ) -> None:
        taps = as_pair("kernel_size", kernel_size)
        check_setting("height", height, 1, MOST_IMAGE)
        check_setting("width", width, 1, MOST_IMAGE)
        check_setting("stride", stride, 1, MOST_STRIDE)
        check_setting("padding", padding, 0, MOST_PADDING)
        check_setting("dilation", dilation, 1, MOST_DILATION)
        check_setting("channels", channels, 1, MOST_CHANNELS)
        for name, tap, size in zip(
            ("height", "width"), taps, (height, width), strict=True
        ):
            check_setting(f"kernel_size ({name})", tap, 1, MOST_KERNEL)
            check_fits(f"kernel {name}", dilation * (tap - 1) + 1, size, padding)
        super().__init__(
            height=int(height),
            width=int(width),
            kernel_size=list(taps),
            stride=int(stride),
            padding=int(padding),
            dilation=int(dilation),
            channels=int(channels),
        )

    def description(self) -> str:
        """Say in a sentence or two what the figure shows, for readers without it."""
        rows, columns = im2col_pictures.unfolded(**self._arguments())[1].shape
        kernel = f"{self.kernel_size[0]} by {self.kernel_size[1]}"
        plural = "" if self.channels == 1 else "s"
        return (
            f"A {self.height} by {self.width} image with {self.channels} "
            f"channel{plural} and its unfolded matrix for a {kernel} kernel, stride "
            f"{self.stride}, padding {self.padding}, dilation {self.dilation}: "
            f"{rows} rows and {columns} columns. The first window of the image lights "
            "up together with the first column of the matrix."
        )

    def picture(self) -> bytes:
        """Draw the figure as it is before anyone touches it, as a PNG file."""
        return im2col_pictures.im2col_explorer(**self._arguments())

    def _arguments(self) -> dict[str, Any]:
        """Return what the figure starts from, without the position."""
        return {name: value for name, value in self.state().items() if name != "step"}
