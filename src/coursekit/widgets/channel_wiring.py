"""Which weights meet which channels: dilation, groups, depthwise separable layers."""

from __future__ import annotations

import math
from typing import ClassVar

import traitlets

from coursekit.errors import ShapeError
from coursekit.widgets import wiring_pictures
from coursekit.widgets.arguments import check_setting
from coursekit.widgets.base import InteractiveFigure

KINDS = ("dilation", "groups", "separable")
MOST_CHANNELS = 32
MOST_DILATION = 4
MOST_KERNEL = 5


class ChannelWiring(InteractiveFigure):
    """Show which pixels and which channels the weights of a convolution meet.

    Parameters
    ----------
    kind : {"groups", "separable", "dilation"}, default "groups"
        What is shown first: a convolution in groups; a depthwise convolution followed
        by a pointwise one; or the weights spread over a patch of pixels by dilation.
    in_channels, out_channels : int, default 4
        Numbers of channels, at most 32 each.
    groups : int, default 1
        Number of groups; it divides both numbers of channels.
    dilation : int, default 1
        Distance between two neighbouring taps, at most 4; 1 is contiguous.
    kernel_size : int, default 3
        Height and width of the kernel, in pixels, at most 5.

    Raises
    ------
    ShapeError
        If a number is out of range, or `groups` does not divide both numbers of
        channels.
    ValueError
        If `kind` is not one of the three.
    """

    script: ClassVar[str] = "channel_wiring"
    helpers: ClassVar[tuple[str, ...]] = ("drawings.js", "wires.js", "taps.js")
    settings: ClassVar[tuple[str, ...]] = (
        "kind",
        "in_channels",
        "out_channels",
        "groups",
        "dilation",
        "kernel_size",
        "step",
    )

    kind = traitlets.Enum(KINDS, "groups").tag(sync=True)
    in_channels = traitlets.Int(4, min=1, max=MOST_CHANNELS).tag(sync=True)
    out_channels = traitlets.Int(4, min=1, max=MOST_CHANNELS).tag(sync=True)
    groups = traitlets.Int(1, min=1, max=MOST_CHANNELS).tag(sync=True)
    dilation = traitlets.Int(1, min=1, max=MOST_DILATION).tag(sync=True)
    kernel_size = traitlets.Int(3, min=1, max=MOST_KERNEL).tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(
        self,
        kind: str = "groups",
        in_channels: int = 4,
        out_channels: int = 4,
        groups: int = 1,
        dilation: int = 1,
        kernel_size: int = 3,
    ) -> None:
        if kind not in KINDS:
            msg = (
                '`kind` must be "groups", "separable" or "dilation", '
                f"but it is {kind!r}."
            )
            raise ValueError(msg)
        check_setting("in_channels", in_channels, 1, MOST_CHANNELS)
        check_setting("out_channels", out_channels, 1, MOST_CHANNELS)
        check_setting("dilation", dilation, 1, MOST_DILATION)
        check_setting("kernel_size", kernel_size, 1, MOST_KERNEL)
        _check_groups(groups, in_channels, out_channels)
        super().__init__(
            kind=kind,
            in_channels=int(in_channels),
            out_channels=int(out_channels),
            groups=int(groups),
            dilation=int(dilation),
            kernel_size=int(kernel_size),
        )

    def description(self) -> str:
        """Say in a sentence or two what the figure shows, for readers without it."""
        size = self.kernel_size
        if self.kind == "dilation":
            extent = self.dilation * (size - 1) + 1
            return (
                f"The {size * size} weights of a {size} by {size} kernel, spread over "
                f"{extent} by {extent} pixels by dilation {self.dilation}."
            )
        into, out = self.in_channels, self.out_channels
        if self.kind == "separable":
            depthwise, pointwise = into * size * size, out * into
            return (
                f"A depthwise convolution of {into} channels with {depthwise:,} "
                f"weights, followed by a pointwise one to {out} channels with "
                f"{pointwise:,}. "
                f"An ordinary convolution has {out * into * size * size:,} weights."
            )
        each = into // self.groups
        return (
            f"{out} filters in {self.groups} group{'s' * (self.groups > 1)}, each of "
            f"which reads {each} of {into} input channels: "
            f"{out * each * size * size:,} weights in an array of shape "
            f"({out}, {each}, {size}, {size})."
        )

    def picture(self) -> bytes:
        """Draw the figure as it is before anyone touches it, as a PNG file."""
        if self.kind == "dilation":
            return wiring_pictures.taps(self.kernel_size, self.dilation)
        size, into, out = self.kernel_size, self.in_channels, self.out_channels
        if self.kind == "groups":
            return wiring_pictures.wires([(into, out, self.groups, size)])
        return wiring_pictures.wires([(into, into, into, size), (into, out, 1, 1)])


def _check_groups(groups: int, in_channels: int, out_channels: int) -> None:
    """Refuse groups that would split a channel."""
    common = math.gcd(in_channels, out_channels)
    if groups < 1 or common % groups:
        allowed = [str(n) for n in range(1, common + 1) if common % n == 0]
        msg = (
            f"`groups` must divide `in_channels` ({in_channels}) and `out_channels` "
            f"({out_channels}), but it is {groups}. Use one of {', '.join(allowed)}."
        )
        raise ShapeError(msg)
