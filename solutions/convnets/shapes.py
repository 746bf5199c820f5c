"""Shapes, parameters and multiply-adds of layers (problem set 2).

Sizes are counted along one axis of an image, in pixels: height and width follow the
same rule, each with its own numbers. All results are whole numbers, of type `int`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from convnets.arguments import Pair, pair
from convnets.layers import Layer
from convnets.rules import (
    check_chain,
    check_filters,
    check_transposed,
    check_whole,
    check_window,
    window_options,
)

Shape = tuple[int, ...]
Row = tuple[str, Shape, Shape | None, int, int]


def conv_output_size(
    size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """Count the places a kernel has along one axis.

    Parameters
    ----------
    size : int
        Input length along the axis, in pixels.
    kernel_size : int
        Weights of the kernel along the axis.
    stride : int, default 1
        Step between two places, in pixels.
    padding : int, default 0
        Zeros added on *each* side, in pixels.
    dilation : int, default 1
        Step between two neighbouring weights, in pixels; 1 leaves no gap.

    Returns
    -------
    int
        Places inside the padded input; pixels left over at its end are dropped.

    Raises
    ------
    ShapeError
        If a number is not whole or too small, or the kernel spans more than the
        padded input.

    References
    ----------
    .. [1] Dumoulin and Visin (2016), arXiv:1603.07285, Relationship 15.

    Examples
    --------
    >>> conv_output_size(7, kernel_size=3, stride=2)
    3
    """
    check_window(size, kernel_size, stride, padding, dilation)
    ### BEGIN SOLUTION
    span = dilation * (kernel_size - 1) + 1
    return (size + 2 * padding - span) // stride + 1
    ### END SOLUTION


def fits_exactly(
    size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> bool:
    """Say whether the kernel's last place ends with the padded input.

    Parameters
    ----------
    size, kernel_size, stride, padding, dilation : int
        As in `conv_output_size`, in pixels.

    Returns
    -------
    bool
        True if no pixel of the padded input is left over at its end.

    Raises
    ------
    ShapeError
        As in `conv_output_size`.

    Examples
    --------
    >>> fits_exactly(7, kernel_size=3, stride=2)
    True
    >>> fits_exactly(7, kernel_size=3, stride=3)
    False
    """
    check_window(size, kernel_size, stride, padding, dilation)
    ### BEGIN SOLUTION
    span = dilation * (kernel_size - 1) + 1
    return (size + 2 * padding - span) % stride == 0
    ### END SOLUTION


def same_padding(
    size: int, kernel_size: int, stride: int = 1, dilation: int = 1
) -> tuple[int, int]:
    """Find the fewest zeros for "same" mode, as TensorFlow and Keras do.

    With them a kernel has ``ceil(size / stride)`` places; at stride 1, the output is
    as long as the input.

    Parameters
    ----------
    size, kernel_size, stride, dilation : int
        As in `conv_output_size`, in pixels.

    Returns
    -------
    before : int
        Zeros to add before the first pixel.
    after : int
        Zeros to add after the last one: as many, or one more if their sum is odd.

    Raises
    ------
    ShapeError
        If a number is not whole or below 1.

    References
    ----------
    .. [1] TensorFlow, API documentation of the module `tf.nn`, "Notes on padding".

    Examples
    --------
    >>> same_padding(5, kernel_size=4)
    (1, 2)
    """
    check_whole(1, size=size, kernel_size=kernel_size, stride=stride, dilation=dilation)
    ### BEGIN SOLUTION
    places = -(-size // stride)  # rounded up
    needed = (places - 1) * stride + dilation * (kernel_size - 1) + 1
    total = max(needed - size, 0)
    return total // 2, total - total // 2
    ### END SOLUTION


def conv_transpose_output_size(
    size: int,
    kernel_size: int,
    stride: int = 1,
    padding: int = 0,
    output_padding: int = 0,
    dilation: int = 1,
) -> int:
    """Count the output pixels of a transposed convolution along one axis.

    Every input pixel writes a scaled copy of the kernel into the *output*.

    Parameters
    ----------
    size : int
        Input length along the axis, in pixels.
    kernel_size : int
        Weights of the kernel along the axis.
    stride : int, default 1
        Step between two copies, in pixels of the output.
    padding : int, default 0
        Pixels cut off on *each* side of the output.
    output_padding : int, default 0
        Pixels added at the end of the output.
    dilation : int, default 1
        Step between two neighbouring weights, in pixels of the output.

    Returns
    -------
    int
        Output length along the axis, in pixels.

    Raises
    ------
    ShapeError
        If a number is not whole or too small, `output_padding` is as large as `stride`
        and `dilation`, or nothing is left of the output.

    References
    ----------
    .. [1] PyTorch documentation, `torch.nn.ConvTranspose2d`, "Shape".

    Examples
    --------
    >>> conv_transpose_output_size(3, kernel_size=3, stride=2)
    7
    """
    check_transposed(size, kernel_size, stride, padding, output_padding, dilation)
    ### BEGIN SOLUTION
    span = dilation * (kernel_size - 1) + 1
    return (size - 1) * stride + span - 2 * padding + output_padding
    ### END SOLUTION


def conv_parameters(
    in_channels: int,
    out_channels: int,
    kernel_size: int | Pair,
    groups: int = 1,
    bias: bool = True,
) -> int:
    """Count what a convolutional layer learns: its weights and biases.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of the layer's input and output.
    kernel_size : int or (height, width)
        Weights of the kernel along the image axes; one number stands for both.
    groups : int, default 1
        Parts of the channels; a filter spans the input channels of its own part.
    bias : bool, default True
        Whether each filter has a bias.

    Returns
    -------
    int
        Number of weights and biases.

    Raises
    ------
    ShapeError
        If a number is not whole or below 1, or `groups` does not divide both numbers
        of channels.

    Examples
    --------
    >>> conv_parameters(3, 10, kernel_size=5)
    760
    """
    check_filters(in_channels, out_channels, kernel_size, groups)
    ### BEGIN SOLUTION
    K_h, K_w = pair("kernel_size", kernel_size)
    weights = out_channels * (in_channels // groups) * K_h * K_w
    return weights + out_channels if bias else weights
    ### END SOLUTION


def conv_macs(
    in_channels: int,
    out_channels: int,
    kernel_size: int | Pair,
    output_size: Pair,
    groups: int = 1,
) -> int:
    """Count the multiply-adds of a convolutional layer on one image.

    A multiply-add is one use of a weight: a product, and its sum with what is there.
    Zeros of the padding count like other pixels; the bias, added without a product,
    does not count.

    Parameters
    ----------
    in_channels, out_channels, kernel_size, groups
        As in `conv_parameters`.
    output_size : (height, width)
        Size of one feature map, in pixels.

    Returns
    -------
    int
        Number of multiply-adds.

    Raises
    ------
    ShapeError
        As in `conv_parameters`, or if the output has no pixels.

    Examples
    --------
    >>> conv_macs(3, 10, kernel_size=5, output_size=(32, 32))
    768000
    """
    check_filters(in_channels, out_channels, kernel_size, groups)
    H_out, W_out = pair("output_size", output_size)
    check_whole(1, H_out=H_out, W_out=W_out)
    ### BEGIN SOLUTION
    K_h, K_w = pair("kernel_size", kernel_size)
    return out_channels * (in_channels // groups) * K_h * K_w * H_out * W_out
    ### END SOLUTION


def separable_parameters(
    in_channels: int, out_channels: int, kernel_size: int | Pair, bias: bool = False
) -> int:
    """Count what a depthwise separable convolution learns.

    It is two layers: one filter on each channel alone, then a 1 × 1 convolution.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of the input and of the output; between the layers, `in_channels`.
    kernel_size : int or (height, width)
        Weights of the first layer's kernel along the image axes.
    bias : bool, default False
        Whether the filters of *both* layers have biases.

    Returns
    -------
    int
        Number of weights and biases of the two layers.

    Raises
    ------
    ShapeError
        If a number is not whole or below 1.

    References
    ----------
    .. [1] Chollet (2017), arXiv:1610.02357.

    Examples
    --------
    >>> separable_parameters(16, 32, kernel_size=3)
    656
    """
    check_filters(in_channels, out_channels, kernel_size)
    ### BEGIN SOLUTION
    first = conv_parameters(in_channels, in_channels, kernel_size, in_channels, bias)
    return first + conv_parameters(in_channels, out_channels, 1, bias=bias)
    ### END SOLUTION


def layer_table(
    layers: Sequence[Layer], input_shape: tuple[int, int, int]
) -> list[Row]:
    """List shapes, parameters and multiply-adds of a network, layer by layer.

    `window_options` picks what `conv_output_size` takes from a layer's description.

    Parameters
    ----------
    layers : sequence of dict
        The layers in order, as `convnets.layers` describes them.
    input_shape : (C, H, W)
        Channels, height and width of one image.

    Returns
    -------
    list of (type, output_shape, weight_shape, parameters, macs)
        One tuple for each layer: its type, its output's shape, (C, H, W) or
        (features,), its weight's shape or None, the number of its weights and biases,
        and its multiply-adds on one image.

        Weights have PyTorch's shapes: (C_out, C_in / groups, K, K) in Conv2d,
        (C_in, C_out / groups, K, K) in ConvTranspose2d, (out_features, in_features)
        in Linear. Multiply-adds are uses of a weight, as in `conv_macs`; in
        ConvTranspose2d each weight is used once at every *input* pixel.

    Raises
    ------
    ShapeError
        If the layers do not fit each other or the input, or one is of another type.

    Examples
    --------
    >>> from convnets import layers
    >>> layer_table([layers.conv2d(10, 5, padding=2), layers.relu()], (3, 32, 32))[0]
    ('Conv2d', (10, 32, 32), (10, 3, 5, 5), 760, 768000)
    """
    check_chain(layers, input_shape)
    ### BEGIN SOLUTION
    shape: Shape = tuple(input_shape)
    rows: list[Row] = []
    for layer in layers:
        kind, options = layer["type"], window_options(layer)
        C_in, *image = shape
        C_out, K = layer.get("out_channels", C_in), layer.get("kernel_size", 1)
        weight_shape: Shape | None = None
        places = 0  # how often each weight is used
        if kind == "Conv2d":
            shape = (C_out, *(conv_output_size(n, **options) for n in image))
            weight_shape = (C_out, C_in // layer["groups"], K, K)
            places = math.prod(shape[1:])
        elif kind == "ConvTranspose2d":
            shape = (C_out, *(conv_transpose_output_size(n, **options) for n in image))
            weight_shape = (C_in, C_out // layer["groups"], K, K)
            places = math.prod(image)
        elif kind in ("MaxPool2d", "AvgPool2d"):
            shape = (C_in, *(conv_output_size(n, **options) for n in image))
        elif kind == "Flatten":
            shape = (math.prod(shape),)
        elif kind == "Linear":
            shape = (layer["out_features"],)
            weight_shape, places = (*shape, C_in), 1
        weights = 0 if weight_shape is None else math.prod(weight_shape)
        biases = shape[0] if layer.get("bias") else 0
        rows.append((kind, shape, weight_shape, weights + biases, weights * places))
    return rows
    ### END SOLUTION
