"""A window that pools a grid, step by step."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import traitlets

from coursekit.errors import ShapeError, check_axes, check_fits
from coursekit.widgets import pooling_pictures
from coursekit.widgets.arguments import as_numbers, check_at_most, check_setting
from coursekit.widgets.base import InteractiveFigure

KINDS = ("max", "average", "L2")
MOST_INPUT = 8
MOST_WINDOW = 4
MOST_STRIDE = 4
MOST_PADDING = 2


class PoolingExplorer(InteractiveFigure):
    """Show a window that pools a grid; numbers and settings can be changed.

    Parameters
    ----------
    x : array_like, shape (H_in, W_in)
        The input, at most 8 numbers along each axis.
    kernel_size : int, default 2
        Height and width of the window, in pixels, at most 4.
    stride : int, optional
        Step of the window, in pixels, at most 4; `kernel_size` if not given.
    padding : int, default 0
        Border on *each* side, in pixels, at most half the window; zeros, or minus
        infinity for the maximum. L2 pooling has none.
    kind : {"max", "average", "L2"}, default "max"
        What is made of the numbers in a window.

    Raises
    ------
    ShapeError
        If `x` is not two-dimensional or too large to show, a setting is out of range,
        or the window is larger than the padded input.
    ValueError
        If `kind` is not one of the three.
    """

    script: ClassVar[str] = "pooling_explorer"
    settings: ClassVar[tuple[str, ...]] = (
        "x",
        "kernel_size",
        "stride",
        "padding",
        "kind",
        "step",
    )

    x: traitlets.List[Any] = traitlets.List().tag(sync=True)
    kernel_size = traitlets.Int(2, min=1, max=MOST_WINDOW).tag(sync=True)
    stride = traitlets.Int(2, min=1, max=MOST_STRIDE).tag(sync=True)
    padding = traitlets.Int(0, min=0, max=MOST_PADDING).tag(sync=True)
    kind = traitlets.Enum(KINDS, "max").tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(
        self,
        x: npt.ArrayLike,
        kernel_size: int = 2,
        stride: int | None = None,
        padding: int = 0,
        kind: str = "max",
    ) -> None:
        x = _grid(x)
        stride = kernel_size if stride is None else stride
        check_setting("kernel_size", kernel_size, 1, MOST_WINDOW)
        check_setting("stride", stride, 1, MOST_STRIDE)
        check_setting("padding", padding, 0, MOST_PADDING)
        if kind not in KINDS:
            msg = f'`kind` must be "max", "average" or "L2", but it is {kind!r}.'
            raise ValueError(msg)
        _check_padding(padding, kernel_size, kind)
        check_fits("window's height", kernel_size, len(x), padding)
        check_fits("window's width", kernel_size, len(x[0]), padding)
        super().__init__(
            x=x,
            kernel_size=int(kernel_size),
            stride=int(stride),
            padding=int(padding),
            kind=kind,
        )

    @traitlets.validate("x")
    def _check_x(self, proposal: dict[str, Any]) -> list[list[float]]:
        """Refuse a later assignment that is not a grid, too."""
        return _grid(proposal["value"])

    def description(self) -> str:
        """Say in a sentence or two what the figure shows, for readers without it."""
        x = np.array(self.x)
        _, words = pooling_pictures.first(x, self.kernel_size, self.padding, self.kind)
        return (
            f"A window of {self.kernel_size} by {self.kernel_size} lies on the top "
            f"left corner of a {x.shape[0]} by {x.shape[1]} input, stride "
            f"{self.stride}, padding {self.padding}, {self.kind} pooling. The first "
            f"output is {words}."
        )

    def picture(self) -> bytes:
        """Draw the figure as it is before anyone touches it, as a PNG file."""
        x = np.array(self.x)
        return pooling_pictures.pooling_explorer(
            x, self.kernel_size, self.stride, self.padding, self.kind
        )


def _grid(values: npt.ArrayLike) -> list[list[float]]:
    """Check that the values form a grid the figure can show."""
    array = as_numbers("x", values)
    check_axes("x", array, ["H_in", "W_in"])
    check_at_most("x", array.shape, MOST_INPUT)
    rows: list[list[float]] = array.tolist()
    return rows


def _check_padding(padding: int, kernel_size: int, kind: str) -> None:
    """Refuse a border in which a window could lie, or one that L2 does not have."""
    most = 0 if kind == "L2" else kernel_size // 2
    if padding > most:
        why = "L2 pooling has none" if kind == "L2" else "at most half the window"
        msg = f"`padding` must be at most {most} here ({why}), but it is {padding}."
        raise ShapeError(msg)
