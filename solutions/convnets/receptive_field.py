"""Receptive fields: what one output of a network can see (problem set 3).

Everything is along one axis, height or width: kernels are square, so both are alike.
Pixel i has the coordinate i. The image is thought of as endless: a field may reach into
the padding, and a zero of the padding counts like a pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from convnets.field_rules import (
    check_aligned,
    check_path,
    image_of_ones,
    plain_number,
    repeats_after,
)
from convnets.layers import Layer
from convnets.rules import check_whole
from coursekit.errors import ShapeError

if TYPE_CHECKING:
    from torch import nn

FloatArray = npt.NDArray[np.floating[Any]]


def receptive_field(layers: Sequence[Layer]) -> tuple[int, int | float, float]:
    """Say how many pixels an output sees, and where the outputs stand in the image.

    Parameters
    ----------
    layers : sequence of dict
        The layers in order, as `convnets.layers` describes them. Of branches that meet,
        the widest decides.

    Returns
    -------
    size : int
        Pixels from the first that an output sees to the last. After a transposed
        convolution with a stride, some outputs see more than others; this is the most
        that any of them sees.
    jump : int or float
        Distance between two neighbouring outputs, in pixels; an int if it is whole. A
        transposed convolution divides it by its stride.
    start : float
        Coordinate of output 0, in pixels: the middle of its receptive field. After a
        transposed convolution with a stride, a field may lie to one side, and the
        coordinate is where the middles of the kernels lie.

    Raises
    ------
    ShapeError
        If a layer has no receptive field along an axis (Flatten, Linear), or branches
        that meet differ in jump or start.

    References
    ----------
    .. [1] Araujo, Norris and Sim (2019), Computing Receptive Fields of Convolutional
       Neural Networks, doi:10.23915/distill.00021. They give a padding in place of the
       start, and have no transposed convolutions.

    Examples
    --------
    >>> from convnets import layers
    >>> receptive_field([layers.conv2d(8, 3, padding=1), layers.max_pool2d(2)])
    (4, 2, 0.5)
    """
    check_path(layers)
    ### BEGIN SOLUTION
    size, jump, start = Fraction(1), Fraction(1), Fraction(0)
    for layer in layers:
        if layer["type"] == "Branches":
            fields = [receptive_field(branch) for branch in layer["branches"]]
            check_aligned(fields)
            reach = max(field[0] for field in fields) - 1
            stride, shift = (Fraction(x).limit_denominator() for x in fields[0][1:])
        elif "kernel_size" in layer:
            reach = layer.get("dilation", 1) * (layer["kernel_size"] - 1)
            stride = Fraction(layer["stride"])
            shift = Fraction(reach, 2) - layer["padding"]
            if layer["type"] == "ConvTranspose2d":
                stride, shift = 1 / stride, -shift / stride
        else:
            continue
        size += reach * jump
        start += shift * jump
        jump *= stride
    outputs = repeats_after(layers)
    if outputs > 1:
        intervals = [input_interval(layers, index) for index in range(outputs)]
        size = Fraction(max(last - first + 1 for first, last in intervals))
    return int(size), plain_number(jump), float(start)
    ### END SOLUTION


def input_interval(layers: Sequence[Layer], index: int) -> tuple[int, int]:
    """Find the pixels that one output sees, from the last layer back to the image.

    Parameters
    ----------
    layers : sequence of dict
        As in `receptive_field`.
    index : int
        Which output along the axis, counted from 0.

    Returns
    -------
    first : int
        Coordinate of the first pixel that the output sees. It is negative if that lies
        in the padding before the image.
    last : int
        Coordinate of the last one, which may lie in the padding after the image. If a
        transposed convolution leaves an output without any pixel, because its kernel is
        shorter than its stride, this is -1 and `first` is 0.

    Raises
    ------
    ShapeError
        If a layer has no receptive field along an axis (Flatten, Linear), or the index
        is not a whole number of at least 0.

    Examples
    --------
    >>> from convnets import layers
    >>> input_interval([layers.conv2d(8, 3, padding=1), layers.max_pool2d(2)], index=1)
    (1, 4)
    """
    check_path(layers)
    check_whole(0, index=index)
    ### BEGIN SOLUTION

    def seen(layers: Sequence[Layer], units: set[int]) -> set[int]:
        for layer in reversed(layers):
            if layer["type"] == "Branches":
                units = set().union(*(seen(path, units) for path in layer["branches"]))
            elif "kernel_size" in layer:
                padding, stride = layer["padding"], layer["stride"]
                taps = [
                    k * layer.get("dilation", 1) for k in range(layer["kernel_size"])
                ]
                if layer["type"] == "ConvTranspose2d":
                    places = {unit + padding - tap for unit in units for tap in taps}
                    units = {n // stride for n in places if n % stride == 0}
                else:
                    places = {unit * stride - padding for unit in units}
                    units = {n + tap for n in places for tap in taps}
        return units

    pixels = seen(layers, {index})
    return (min(pixels), max(pixels)) if pixels else (0, -1)
    ### END SOLUTION


def depth_for(size: int, kernel_size: int, stride: int = 1) -> int:
    """Count the layers that it takes to see so many pixels.

    Parameters
    ----------
    size : int
        How many pixels an output should see, at least.
    kernel_size : int
        Weights of every layer's kernel along the axis.
    stride : int, default 1
        Stride of every layer.

    Returns
    -------
    int
        The smallest number of equal layers whose receptive field is at least `size`; 0
        if a single pixel is enough.

    Raises
    ------
    ShapeError
        If a number is not whole or below 1, or kernels of one weight should see more
        than one pixel.

    Examples
    --------
    >>> depth_for(224, kernel_size=3), depth_for(224, kernel_size=3, stride=2)
    (112, 7)
    """
    check_whole(1, size=size, kernel_size=kernel_size, stride=stride)
    if kernel_size == 1 < size:
        msg = (
            f"`kernel_size` must be at least 2 to see {size} pixels, but it is 1, and "
            "layers of one weight see one pixel however many there are."
        )
        raise ShapeError(msg)
    ### BEGIN SOLUTION
    depth, seen, jump = 0, 1, 1
    while seen < size:
        seen += (kernel_size - 1) * jump
        jump *= stride
        depth += 1
    return depth
    ### END SOLUTION


def effective_receptive_field(
    network: nn.Module, input_shape: tuple[int, int, int]
) -> FloatArray:
    """Measure how strongly the central output depends on each pixel, by autograd.

    The network looks at an image of ones, which `image_of_ones` makes with the right
    shape and number type. Another image may give another result, unless the network
    is linear. Evaluation mode, if it matters, is set by the caller.

    Parameters
    ----------
    network : torch.nn.Module
        It turns images into feature maps.
    input_shape : (C_in, H_in, W_in)
        Shape of one image.

    Returns
    -------
    ndarray, shape (H_in, W_in)
        The absolute gradient, summed over the input channels. What is differentiated
        is the output at row ``H_out // 2`` and column ``W_out // 2``, its channels
        added up.

    Raises
    ------
    ShapeError
        If `input_shape` has no three axes, or the network's output has no four.

    References
    ----------
    .. [1] Luo, Li, Urtasun and Zemel (2016), Understanding the Effective Receptive
       Field in Deep Convolutional Neural Networks, NIPS 29, pages 4898-4906.
    """
    import torch

    image = image_of_ones(network, input_shape)  # (1, C_in, H_in, W_in)
    ### BEGIN SOLUTION
    image.requires_grad_()
    output = network(image)  # (1, C_out, H_out, W_out)
    row, column = output.shape[2] // 2, output.shape[3] // 2
    (gradient,) = torch.autograd.grad(output[0, :, row, column].sum(), image)
    strength: FloatArray = gradient[0].abs().sum(dim=0).cpu().numpy()  # (H_in, W_in)
    return strength
    ### END SOLUTION
