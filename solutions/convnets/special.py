"""Special convolutions (problem set 4).

Each is an ordinary convolution looked at in another way, so `conv2d` does the work.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from convnets.arguments import Pair, window_pairs
from convnets.im2col import conv2d
from coursekit.errors import ShapeError, check_at_least, check_axes

FloatArray = npt.NDArray[np.floating[Any]]


def depthwise_separable_conv2d(
    x: FloatArray,
    depthwise_weight: FloatArray,
    pointwise_weight: FloatArray,
    bias: FloatArray | None = None,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
) -> FloatArray:
    """Slide one kernel over each channel, then mix the channels pixel by pixel.

    Parameters
    ----------
    x : ndarray, shape (N, C_in, H_in, W_in)
        A batch of images.
    depthwise_weight : ndarray, shape (C_in, 1, K_h, K_w)
        One kernel per input channel; each makes one map.
    pointwise_weight : ndarray, shape (C_out, C_in, 1, 1)
        How much of each of those maps goes into each output channel.
    bias : ndarray, shape (C_out,), optional
        One number per output channel, added at the very end.
    stride : int or pair of int, default 1
        Step of the kernels, in pixels; the mixing has no stride.
    padding : int or pair of int, default 0
        Zeros added on *each* side of the images, in pixels; the mixing has none.
    dilation : int or pair of int, default 1
        Distance between neighbouring taps of the kernels, in pixels.

    Returns
    -------
    ndarray, shape (N, C_out, H_out, W_out)
        The feature maps.

    Raises
    ------
    ShapeError
        If an array has the wrong number of axes, there is not one kernel of one channel
        for each input channel, the mixing is not 1 x 1 over all of them, `bias` does
        not have one number per output channel, an option is too small, or the kernel
        is larger than the padded image.

    References
    ----------
    .. [1] Chollet (2017), arXiv:1610.02357, section 1.2, without its activation.
    """
    check_axes("x", x, ["N", "C_in", "H_in", "W_in"])
    check_axes("depthwise_weight", depthwise_weight, ["C_in", "1", "K_h", "K_w"])
    check_axes("pointwise_weight", pointwise_weight, ["C_out", "C_in", "1", "1"])
    _check_steps(x, depthwise_weight, pointwise_weight, bias)
    _, stride, padding, dilation = window_pairs(
        x.shape[2:], depthwise_weight.shape[2:], stride, padding, dilation
    )
    ### BEGIN SOLUTION
    C_in = x.shape[1]
    maps = conv2d(x, depthwise_weight, None, stride, padding, dilation, groups=C_in)
    return conv2d(maps, pointwise_weight, bias)
    ### END SOLUTION


def linear_as_conv(
    weight: FloatArray, bias: FloatArray | None, input_shape: tuple[int, int, int]
) -> tuple[FloatArray, FloatArray | None]:
    """Write a fully connected layer on flattened images as a convolutional layer.

    The layer reads images that were flattened as `ravel` does it: channel after
    channel, row after row.

    Parameters
    ----------
    weight : ndarray, shape (out_features, C * H * W)
        The layer's weights; it computes ``weight @ image.ravel() + bias``.
    bias : ndarray, shape (out_features,), or None
        One number per output.
    input_shape : tuple of int
        The shape (C, H, W) of one image.

    Returns
    -------
    conv_weight : ndarray, shape (out_features, C, H, W)
        Filters as large as the image, so that ``conv2d(images, conv_weight, bias)`` has
        shape (N, out_features, 1, 1) and holds what the layer computes.
    bias : ndarray, shape (out_features,), or None
        The bias, as it was.

    Raises
    ------
    ShapeError
        If `weight` does not have two axes, does not have one column for each number of
        an image, `bias` does not have one number per output, or `input_shape` is not
        three lengths of at least 1.

    References
    ----------
    .. [1] Long, Shelhamer and Darrell (2015), arXiv:1411.4038, section 3.1.

    Examples
    --------
    >>> conv_weight, _ = linear_as_conv(np.array([[1.0, 2.0, 3.0]]), None, (1, 1, 3))
    >>> conv_weight
    array([[[[1., 2., 3.]]]])
    """
    check_axes("weight", weight, ["out_features", "C * H * W"])
    _check_linear(weight, bias, input_shape)
    ### BEGIN SOLUTION
    return weight.reshape(len(weight), *input_shape), bias
    ### END SOLUTION


def telling_inputs() -> dict[str, dict[str, Any]]:
    """Find, for each of six bugs in a `conv2d`, an input on which the bug shows.

    A bug shows on an input if the output has another shape or other numbers than that
    of a right `conv2d`.

    Returns
    -------
    dict of str to dict
        For each bug's name, the arguments of `conv2d` as a dictionary: ``"x"`` and
        ``"weight"``, and whatever options the bug needs. An array holds at most 10,000
        numbers, none beyond a million; small ones do. The six bugs:

        ``"flipped kernel"``
            The kernel is turned by 180 degrees before it slides.
        ``"height and width swapped"``
            Rows and columns of the kernel are swapped before it slides.
        ``"padding on two sides only"``
            All ``2 * padding`` zeros are put above and to the left, none below and to
            the right.
        ``"stride downwards only"``
            The kernel moves to the right by one pixel at a time, whatever the stride.
        ``"bias of the first filter for all"``
            Every feature map gets the first number of the bias.
        ``"dilation one too small"``
            Taps are one pixel closer to each other than the dilation says, but not
            closer than 1.

    Examples
    --------
    >>> inputs = telling_inputs()
    >>> conv2d(**inputs["flipped kernel"]).ndim
    4
    """
    ### BEGIN SOLUTION
    x = np.array([[[[3.0, 1.0, 4.0, 1.0], [5.0, 9.0, 2.0, 6.0], [5.0, 3.0, 5.0, 8.0]]]])
    weight = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
    two_filters = np.concatenate([weight, weight])
    return {
        "flipped kernel": {"x": x, "weight": weight},
        "height and width swapped": {"x": x, "weight": weight},
        "padding on two sides only": {"x": x, "weight": weight, "padding": 1},
        "stride downwards only": {"x": x, "weight": weight, "stride": 2},
        "bias of the first filter for all": {
            "x": x,
            "weight": two_filters,
            "bias": np.array([0.0, 1.0]),
        },
        "dilation one too small": {"x": x, "weight": weight, "dilation": 2},
    }
    ### END SOLUTION


def _check_steps(
    x: FloatArray,
    depthwise_weight: FloatArray,
    pointwise_weight: FloatArray,
    bias: FloatArray | None,
) -> None:
    """Raise if the two steps of a separable convolution do not fit the images."""
    C_in, C_out = x.shape[1], pointwise_weight.shape[0]
    if depthwise_weight.shape[:2] != (C_in, 1):
        msg = (
            f"`depthwise_weight` must have shape (C_in, 1, K_h, K_w) with C_in = "
            f"{C_in} as in `x`, but its shape is {depthwise_weight.shape}."
        )
        raise ShapeError(msg)
    if pointwise_weight.shape[1:] != (C_in, 1, 1):
        msg = (
            f"`pointwise_weight` must have shape (C_out, C_in, 1, 1) with C_in = "
            f"{C_in} as in `x`, but its shape is {pointwise_weight.shape}."
        )
        raise ShapeError(msg)
    _check_bias("C_out", C_out, bias)


def _check_linear(
    weight: FloatArray, bias: FloatArray | None, input_shape: tuple[int, ...]
) -> None:
    """Raise if a fully connected layer does not read images of this shape."""
    if len(input_shape) != 3:
        msg = f"`input_shape` must be (C, H, W), but it is {input_shape}."
        raise ShapeError(msg)
    check_at_least("input_shape", min(input_shape), 1)
    C, H, W = input_shape
    if weight.shape[1] != C * H * W:
        msg = (
            f"`weight` must have one column for each of the {C} * {H} * {W} = "
            f"{C * H * W} numbers of an image, but it has {weight.shape[1]}."
        )
        raise ShapeError(msg)
    _check_bias("out_features", weight.shape[0], bias)


def _check_bias(name: str, length: int, bias: FloatArray | None) -> None:
    """Raise if a bias does not have one number per output."""
    if bias is not None and bias.shape != (length,):
        msg = (
            f"`bias` must have shape ({name},) = ({length},), "
            f"but its shape is {bias.shape}."
        )
        raise ShapeError(msg)
