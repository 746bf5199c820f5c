"""Know which layers have a receptive field, and refuse those that have none.

A path is a list of layers, described as in `convnets.layers`, that images go through.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from convnets.layers import Layer
from convnets.rules import WINDOW, check_whole
from coursekit.errors import ShapeError, check_axes

if TYPE_CHECKING:
    from torch import Tensor, nn

Number = int | float | Fraction
Field = tuple[int, int | float, float]

KERNELS = ("Conv2d", "ConvTranspose2d", "MaxPool2d", "AvgPool2d")
POINTWISE = (  # each output depends on the input pixel in the same place
    *("ReLU", "ReLU6", "LeakyReLU", "ELU", "GELU", "SiLU", "Sigmoid", "Tanh"),
    *("BatchNorm2d", "Dropout", "Dropout2d", "Identity"),
)
WHOLE_IMAGE = ("Flatten", "Linear")
AT_LEAST = {"kernel_size": 1, "stride": 1, "padding": 0, "dilation": 1}
NEARLY = 1e-9  # of a pixel; so much may rounding change


def check_path(layers: Sequence[Layer]) -> None:
    """Raise unless every layer leaves images as images and has all its arguments."""
    if isinstance(layers, dict):
        msg = (
            "`layers` must be a list of layers, but it is a single one. Write [layer]."
        )
        raise ShapeError(msg)
    for index, layer in enumerate(layers):
        kind = str(layer.get("type"))
        if kind == "Branches":
            if not layer.get("branches"):
                msg = f"Layer {index} (Branches) must have at least one branch."
                raise ShapeError(msg)
            for branch in layer["branches"]:
                check_path(branch)
        elif kind in KERNELS:
            _check_window(f"layer {index} ({kind})", layer)
        elif kind in WHOLE_IMAGE:
            msg = (
                f"The path must end before layer {index} ({kind}), from which every "
                "output sees the whole image."
            )
            raise ShapeError(msg)
        elif kind not in POINTWISE:
            known = ", ".join((*KERNELS, *POINTWISE, "Branches"))
            msg = f"Layer {index} is of unknown type {kind!r}. Known: {known}."
            raise ShapeError(msg)


def check_aligned(fields: Sequence[Field]) -> None:
    """Raise unless the branches that meet have the same jump and the same start.

    Parameters
    ----------
    fields : sequence of (size, jump, start)
        The receptive field at the end of each branch, in pixels of their input.
    """
    _, jump, start = fields[0]
    for _, other_jump, other_start in fields[1:]:
        if max(abs(jump - other_jump), abs(start - other_start)) > NEARLY:
            msg = (
                "Branches that meet must be aligned, but one has jump "
                f"{jump:g} and start {start:g}, and another has jump {other_jump:g} "
                f"and start {other_start:g}. Change a stride or a padding."
            )
            raise ShapeError(msg)


def repeats_after(layers: Sequence[Layer]) -> int:
    """Count the neighbouring outputs whose receptive fields may differ in size.

    Without a transposed convolution this is 1, since all are equally large. Outputs of
    a transposed convolution are not: those that lie as many places apart as its stride
    are.

    Examples
    --------
    >>> from convnets import layers
    >>> repeats_after([layers.conv2d(1, 3), layers.conv_transpose2d(1, 4, stride=2)])
    2
    """
    count = 1
    for layer in layers:
        if layer["type"] == "ConvTranspose2d":
            count *= layer["stride"]
        elif layer["type"] == "Branches":
            count *= math.prod(map(repeats_after, layer["branches"]))
    return count


def plain_number(value: Number) -> int | float:
    """Return an int if a number is whole, and a float if it is not.

    Examples
    --------
    >>> plain_number(2.0), plain_number(0.5)
    (2, 0.5)
    """
    nearest = round(value)
    return nearest if abs(float(value) - nearest) < NEARLY else float(value)


def image_of_ones(network: nn.Module, input_shape: Sequence[int]) -> Tensor:
    """Make an image of ones that fits a network, and check that maps come out.

    Parameters
    ----------
    network : torch.nn.Module
        Its weights say of which number type the image is, and on which device.
    input_shape : (C_in, H_in, W_in)
        Shape of one image.

    Returns
    -------
    Tensor, shape (1, C_in, H_in, W_in)
        The image; its gradient is not recorded yet.

    Raises
    ------
    ShapeError
        If `input_shape` has no three axes, or the network's output has no four.
    """
    import torch

    if len(input_shape) != 3:
        msg = f"`input_shape` must be (C_in, H_in, W_in), but it is {input_shape}."
        raise ShapeError(msg)
    like = next(network.parameters(), torch.empty(0))
    image = torch.ones(1, *input_shape, dtype=like.dtype, device=like.device)
    with torch.no_grad():
        output = network(image)
    check_axes("network's output", output, ["N", "C_out", "H_out", "W_out"])
    return image


def _check_window(name: str, layer: Layer) -> None:
    """Raise if an argument of a sliding window is missing or impossible."""
    missing = [key for key in WINDOW if key not in layer]
    if missing:
        msg = f"`{missing[0]}` of {name} is missing. Use `convnets.layers`."
        raise ShapeError(msg)
    for key, least in AT_LEAST.items():
        if key in layer:
            check_whole(least, **{f"{key} of {name}": layer[key]})
