"""Draw layers for paths through a network, with numbers small enough for paper."""

from __future__ import annotations

import numpy as np

from convnets import layers
from convnets.layers import Layer


def between(rng: np.random.Generator, least: int, most: int) -> int:
    """Draw a whole number, both ends included."""
    return int(rng.integers(least, most + 1))


def conv(rng: np.random.Generator, kernel_size: int, **options: int) -> Layer:
    """Describe a convolution; how many channels it has changes nothing here."""
    return layers.conv2d(between(rng, 4, 64), kernel_size, **options)


def any_conv(rng: np.random.Generator, least: int = 3, **options: int) -> Layer:
    """Describe a convolution with a kernel of some size, at most 7."""
    return conv(rng, between(rng, least, 7), **options)


def up(rng: np.random.Generator, kernel_size: int, stride: int, padding: int) -> Layer:
    """Describe a transposed convolution."""
    return layers.conv_transpose2d(between(rng, 4, 64), kernel_size, stride, padding)


def residual(rng: np.random.Generator, stride: int, kernel_size: int) -> Layer:
    """Describe a block of two convolutions with a shortcut beside them, aligned."""
    half = kernel_size // 2
    main = [
        conv(rng, 3, stride=stride, padding=1),
        layers.relu(),
        conv(rng, kernel_size, padding=half),
    ]
    return layers.branches([conv(rng, 1, stride=stride)], main)


def inception(rng: np.random.Generator) -> Layer:
    """Describe three branches side by side, the widest in the middle."""
    wide = 2 * between(rng, 2, 4) + 1
    return layers.branches(
        [conv(rng, 1), conv(rng, 3, padding=1)],
        [conv(rng, 1), conv(rng, wide, padding=wide // 2)],
        [conv(rng, 1)],
        join="cat",
    )
