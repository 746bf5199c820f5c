"""Draw layers for paths through a network, with numbers small enough for paper."""

from __future__ import annotations

import numpy as np

from convnets import layers
from convnets.layers import Layer


def between(rng: np.random.Generator, least: int, most: int) -> int:
    """Draw a whole number, both ends included."""
    return int(rng.integers(least, most + 1))


def bare(layer: Layer) -> Layer:
    """Leave out what changes nothing about a field, so that a case is short to read."""
    without = ("out_channels", "groups", "bias", "output_padding")
    return {name: value for name, value in layer.items() if name not in without}


def conv(kernel_size: int, **options: int) -> Layer:
    """Describe a convolution."""
    return bare(layers.conv2d(1, kernel_size, **options))


def any_conv(rng: np.random.Generator, least: int = 3, **options: int) -> Layer:
    """Describe a convolution with a kernel of some size, at most 12."""
    return conv(between(rng, least, 12), **options)


def up(kernel_size: int, stride: int, padding: int) -> Layer:
    """Describe a transposed convolution."""
    return bare(layers.conv_transpose2d(1, kernel_size, stride, padding))


def residual(stride: int, kernel_size: int) -> Layer:
    """Describe a block of two convolutions with a shortcut beside them, aligned."""
    half = kernel_size // 2
    first = conv(3, stride=stride, padding=1)
    main = [first, layers.relu(), conv(kernel_size, padding=half)]
    shortcut = [conv(1, stride=stride)]
    return layers.branches(shortcut, main)


def inception(rng: np.random.Generator) -> Layer:
    """Describe three branches side by side, the widest in the middle."""
    wide = 2 * between(rng, 2, 6) + 1
    paths = [
        [conv(1), conv(3, padding=1)],
        [conv(1), conv(wide, padding=wide // 2)],
        [conv(1)],
    ]
    return layers.branches(*paths, join="cat")
