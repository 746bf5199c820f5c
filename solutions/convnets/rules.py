"""Know which arguments a layer has, and refuse those that no layer can have."""

from __future__ import annotations

import operator
from collections.abc import Sequence

from convnets.arguments import Pair, pair
from convnets.layers import Layer
from coursekit.errors import ShapeError, check_at_least

WINDOW = ("kernel_size", "stride", "padding")
FILTERS = ("out_channels", *WINDOW, "dilation", "groups", "bias")
ARGUMENTS = {  # what each type of layer must say about itself
    "Conv2d": FILTERS,
    "ConvTranspose2d": (*FILTERS, "output_padding"),
    "MaxPool2d": (*WINDOW, "dilation"),
    "AvgPool2d": WINDOW,
    "ReLU": (),
    "Flatten": (),
    "Linear": ("out_features", "bias"),
}
ANY_SHAPE = ("ReLU", "Flatten")


def window_options(layer: Layer) -> dict[str, int]:
    """Pick what the functions for output sizes take from a layer's description.

    Examples
    --------
    >>> from convnets import layers
    >>> window_options(layers.avg_pool2d(3, stride=2))
    {'kernel_size': 3, 'stride': 2, 'padding': 0}
    """
    names = (*WINDOW, "output_padding", "dilation")
    return {name: layer[name] for name in names if name in layer}


def check_whole(least: int, **values: int) -> None:
    """Raise unless every argument is a whole number of at least the least."""
    for name, value in values.items():
        try:
            operator.index(value)
        except TypeError as err:
            msg = f"`{name}` must be a whole number, but it is {value!r}."
            raise ShapeError(msg) from err
        check_at_least(name, value, least)


def check_window(
    size: int, kernel_size: int, stride: int, padding: int, dilation: int
) -> None:
    """Raise if no kernel moves like that, or it does not fit the padded input."""
    check_whole(1, size=size, kernel_size=kernel_size, stride=stride, dilation=dilation)
    check_whole(0, padding=padding)
    reach = dilation * (kernel_size - 1) + 1
    if reach > size + 2 * padding:
        spread = f" at `dilation` {dilation} spans {reach} pixels,"
        msg = (
            f"`kernel_size` ({kernel_size}){spread if dilation > 1 else ' is'} more "
            f"than the padded input ({size} + 2 * {padding} = {size + 2 * padding}). "
            "Use a smaller kernel or more padding."
        )
        raise ShapeError(msg)


def check_transposed(
    size: int,
    kernel_size: int,
    stride: int,
    padding: int,
    output_padding: int,
    dilation: int,
) -> None:
    """Raise if no transposed convolution has these arguments, as PyTorch does."""
    check_whole(1, size=size, kernel_size=kernel_size, stride=stride, dilation=dilation)
    check_whole(0, padding=padding, output_padding=output_padding)
    if output_padding >= max(stride, dilation):
        msg = (
            "`output_padding` must be smaller than `stride` or than `dilation`, but it "
            f"is {output_padding}, with stride {stride} and dilation {dilation}."
        )
        raise ShapeError(msg)
    full = (size - 1) * stride + dilation * (kernel_size - 1) + output_padding + 1
    if full <= 2 * padding:
        msg = (
            f"`padding` ({padding}) takes 2 * {padding} pixels from an output of "
            f"{full}, and nothing is left. Use less padding."
        )
        raise ShapeError(msg)


def check_filters(
    in_channels: int, out_channels: int, kernel_size: int | Pair, groups: int = 1
) -> None:
    """Raise if there are no such filters, or the groups do not share the channels."""
    check_whole(1, in_channels=in_channels, out_channels=out_channels, groups=groups)
    K_h, K_w = pair("kernel_size", kernel_size)
    check_at_least("kernel_size", min(K_h, K_w), 1)
    for name, channels in (
        ("in_channels", in_channels),
        ("out_channels", out_channels),
    ):
        if channels % groups:
            msg = (
                f"`{name}` ({channels}) must be a multiple of `groups` ({groups}), so "
                "that every group gets as many channels."
            )
            raise ShapeError(msg)


def check_chain(layers: Sequence[Layer], input_shape: tuple[int, ...]) -> None:
    """Raise if a list of layers makes no network for images of a shape (C, H, W).

    Sizes of images are left to `conv_output_size` and `conv_transpose_output_size`.
    """
    if len(input_shape) != 3:
        msg = f"`input_shape` must be (C, H, W), but it is {tuple(input_shape)}."
        raise ShapeError(msg)
    C, H, W = input_shape
    check_whole(1, C=C, H=H, W=W)
    channels, is_flat = C, False
    for index, layer in enumerate(layers):
        kind = _check_complete(index, layer)
        if kind not in ANY_SHAPE and is_flat != (kind == "Linear"):
            need = "an image" if is_flat else "a flat input"
            remedy = "after" if is_flat else "before"
            msg = (
                f"Layer {index} ({kind}) needs {need}. Put Flatten {remedy} it, "
                f"and only once."
            )
            raise ShapeError(msg)
        is_flat = is_flat or kind == "Flatten"
        if "Conv" in kind:
            out_channels = layer["out_channels"]
            check_filters(channels, out_channels, layer["kernel_size"], layer["groups"])
            channels = out_channels
        elif kind == "Linear":
            check_whole(1, out_features=layer["out_features"])
        elif "Pool" in kind:
            _check_pool_padding(index, layer)


def _check_complete(index: int, layer: Layer) -> str:
    """Return a layer's type; raise if it is unknown or an argument is missing."""
    kind = str(layer.get("type"))
    if kind not in ARGUMENTS:
        msg = (
            f"Layer {index} is of type {kind!r}, which has no row. "
            f"Known: {', '.join(ARGUMENTS)}."
        )
        raise ShapeError(msg)
    missing = [name for name in ARGUMENTS[kind] if name not in layer]
    if missing:
        msg = f"Layer {index} ({kind}) must have `{missing[0]}`. Use `convnets.layers`."
        raise ShapeError(msg)
    return kind


def _check_pool_padding(index: int, layer: Layer) -> None:
    """Raise if some window of a pool could lie in the padding alone."""
    most = layer["kernel_size"] // 2
    if layer["padding"] > most:
        msg = (
            f"`padding` of layer {index} ({layer['type']}) must be at most half of its "
            f"kernel, {most}, but it is {layer['padding']}."
        )
        raise ShapeError(msg)
