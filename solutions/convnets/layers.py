"""Describe a network as a list of layers, for tables and receptive fields.

A layer is a plain dictionary: ``"type"`` is the name of PyTorch's class, the other keys
are that class's arguments. Nothing is computed here, so nothing is left for you to
write; use it as in ``[layers.conv2d(20, 5, padding=2), layers.relu()]``.

Kernels are square, given by one length in pixels. Images need not be.
"""

from __future__ import annotations

from typing import Any

Layer = dict[str, Any]


def conv2d(
    out_channels: int,
    kernel_size: int,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
    bias: bool = True,
) -> Layer:
    """Describe a convolutional layer; the arguments are those of `torch.nn.Conv2d`."""
    return {
        "type": "Conv2d",
        "out_channels": out_channels,
        "kernel_size": kernel_size,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "groups": groups,
        "bias": bias,
    }


def conv_transpose2d(
    out_channels: int,
    kernel_size: int,
    stride: int = 1,
    padding: int = 0,
    output_padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
    bias: bool = True,
) -> Layer:
    """Describe a transposed convolution, with `torch.nn.ConvTranspose2d`'s names."""
    layer = conv2d(out_channels, kernel_size, stride, padding, dilation, groups, bias)
    return {**layer, "type": "ConvTranspose2d", "output_padding": output_padding}


def max_pool2d(
    kernel_size: int, stride: int | None = None, padding: int = 0, dilation: int = 1
) -> Layer:
    """Describe max pooling; without a stride, windows lie side by side."""
    return {
        "type": "MaxPool2d",
        "kernel_size": kernel_size,
        "stride": kernel_size if stride is None else stride,
        "padding": padding,
        "dilation": dilation,
    }


def avg_pool2d(kernel_size: int, stride: int | None = None, padding: int = 0) -> Layer:
    """Describe average pooling; without a stride, windows lie side by side."""
    return {
        "type": "AvgPool2d",
        "kernel_size": kernel_size,
        "stride": kernel_size if stride is None else stride,
        "padding": padding,
    }


def relu() -> Layer:
    """Describe the activation that keeps what is positive."""
    return {"type": "ReLU"}


def flatten() -> Layer:
    """Describe the step from (C, H, W) to one row of C * H * W numbers."""
    return {"type": "Flatten"}


def linear(out_features: int, bias: bool = True) -> Layer:
    """Describe a fully connected layer, as `torch.nn.Linear`."""
    return {"type": "Linear", "out_features": out_features, "bias": bias}


def branches(*chains: list[Layer], join: str = "add") -> Layer:
    """Describe chains of layers that read the same input and meet again.

    Parameters
    ----------
    *chains : list of Layer
        One list for each branch; an empty list is a shortcut that changes nothing.
    join : str, default "add"
        ``"add"`` sums the branches (a residual block), ``"cat"`` puts their channels
        one after another (an inception block).
    """
    return {"type": "Branches", "branches": list(chains), "join": join}
