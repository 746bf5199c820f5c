"""Layers one above the other, and the part of the input each output unit sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import traitlets

from coursekit.errors import ShapeError
from coursekit.widgets import axis_pictures
from coursekit.widgets.arguments import check_setting
from coursekit.widgets.base import InteractiveFigure

MOST_LAYERS = 5
MOST_SIZE = 32
KINDS = ("Conv2d", "MaxPool2d", "AvgPool2d")
LIMITS = {
    "kernel_size": (1, 7),
    "stride": (1, 4),
    "padding": (0, 3),
    "dilation": (1, 4),
}
DEFAULTS = {"stride": 1, "padding": 0, "dilation": 1}
THREE_LAYERS = (
    {"type": "Conv2d", "kernel_size": 3, "padding": 1},
    {"type": "MaxPool2d", "kernel_size": 2, "stride": 2},
    {"type": "Conv2d", "kernel_size": 3, "padding": 1},
)

Layer = dict[str, Any]


class ReceptiveFieldExplorer(InteractiveFigure):
    """Show what each output unit of a stack of layers sees, along one image axis.

    Parameters
    ----------
    layers : list of dict, optional
        Layers as `convnets.layers` describes them: ``Conv2d``, ``MaxPool2d`` and
        ``AvgPool2d``, 1 to 5 of them. ``ReLU`` may stand between them and is left out,
        because it looks at one unit only. By default two convolutions with max pooling
        in between.
    size : int, default 12
        Pixels along the axis, at most 32.

    Raises
    ------
    ShapeError
        If there are no layers or too many, a setting is out of range, or a pool has
        more padding than half its kernel.
    ValueError
        If a layer is of another type.
    """

    script: ClassVar[str] = "receptive_field_explorer"
    helpers: ClassVar[tuple[str, ...]] = (
        "sizes.js",
        "receptive_fields.js",
        "layer_list.js",
    )
    settings: ClassVar[tuple[str, ...]] = ("layers", "size", "step")

    layers: traitlets.List[Any] = traitlets.List().tag(sync=True)
    size = traitlets.Int(12, min=1, max=MOST_SIZE).tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(self, layers: Sequence[Layer] | None = None, size: int = 12) -> None:
        check_setting("size", size, 1, MOST_SIZE)
        chosen = _checked(THREE_LAYERS if layers is None else layers)
        _check_pools(chosen)
        super().__init__(layers=chosen, size=int(size))

    @traitlets.validate("layers")
    def _check_layers(self, proposal: dict[str, Any]) -> list[Layer]:
        """Refuse a later assignment that the figure cannot show, too."""
        return _checked(proposal["value"])

    def description(self) -> str:
        """Say in a sentence or two what the figure shows, for readers without it."""
        names = ", then ".join(_name(layer) for layer in self.layers)
        first, last = axis_pictures.seen(self.layers)[0]
        return (
            f"On {self.size} pixels: {names}. Each layer is a row of units; lines lead "
            f"from the first output unit back to the input it sees, {first} to {last}."
        )

    def picture(self) -> bytes:
        """Draw the figure as it is before anyone touches it, as a PNG file."""
        return axis_pictures.receptive_field_explorer(self.layers, self.size)


def _checked(layers: Sequence[Layer]) -> list[Layer]:
    """Return what the figure needs to know of each layer, or say what is wrong."""
    chosen = [layer for layer in layers if layer.get("type") != "ReLU"]
    if not 1 <= len(chosen) <= MOST_LAYERS:
        msg = (
            f"`layers` must have 1 to {MOST_LAYERS} convolutions and pools, "
            f"but it has {len(chosen)}."
        )
        raise ShapeError(msg)
    return [_layer(f"layers[{n}]", layer) for n, layer in enumerate(chosen)]


def _layer(name: str, layer: Layer) -> Layer:
    """Check one layer and fill in PyTorch's defaults."""
    kind = layer.get("type")
    if kind not in KINDS:
        msg = f"`{name}` must be one of {', '.join(KINDS)}, but it is {kind!r}."
        raise ValueError(msg)
    stride = {} if kind == "Conv2d" else {"stride": layer["kernel_size"]}
    full = {**DEFAULTS, **stride, **layer}
    for setting, (least, most) in LIMITS.items():
        check_setting(f"{name} {setting}", full[setting], least, most)
    return {"type": kind, **{setting: int(full[setting]) for setting in LIMITS}}


def _check_pools(layers: list[Layer]) -> None:
    """Raise if PyTorch would refuse a pool; the figure itself tells its readers."""
    for n, layer in enumerate(layers):
        kernel_size, padding = layer["kernel_size"], layer["padding"]
        if layer["type"] != "Conv2d" and 2 * padding > kernel_size:
            msg = (
                "The padding of a pool must be at most half its kernel size "
                f"({kernel_size}), but that of `layers[{n}]` is {padding}."
            )
            raise ShapeError(msg)


def _name(layer: Layer) -> str:
    """Say what a layer is."""
    kinds = ("convolution", "max pooling", "average pooling")
    kind = dict(zip(KINDS, kinds, strict=True))[layer["type"]]
    settings = [
        f"{name} {layer[name]}"
        for name, default in DEFAULTS.items()
        if layer[name] != default
    ]
    return f"{kind} {', '.join([str(layer['kernel_size']), *settings])}"
