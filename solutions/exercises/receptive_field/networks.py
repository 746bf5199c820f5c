"""Draw small networks whose weights are whole numbers."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from convnets import layers
from convnets.layers import Layer
from exercises.draws import FloatArray, weights

NetworkLayer = dict[str, Any]


def weighted(
    rng: np.random.Generator,
    layer: Layer,
    in_channels: int,
    bias: FloatArray | None = None,
    scale: float = 1.0,
) -> NetworkLayer:
    """Give weights to a convolution, and a bias if there is one."""
    K = layer["kernel_size"]
    shape = layer["out_channels"], in_channels, K, K
    drawn = {"weight": weights(rng, *shape) * scale}
    if bias is not None:
        drawn["bias"] = bias
    needed = ("type", "out_channels", "kernel_size", "stride", "padding")
    said = {name: layer[name] for name in needed}
    return {**said, "in_channels": in_channels, **drawn}


def tanh() -> Layer:
    """Describe an activation that is steep at 0 and flat elsewhere."""
    return {"type": "Tanh"}


def linear_stack(rng: np.random.Generator, *channels: int) -> list[NetworkLayer]:
    """Draw 3 × 3 convolutions with padding 1, one after another."""
    pairs = itertools.pairwise(channels)
    return [weighted(rng, layers.conv2d(out, 3, padding=1), c) for c, out in pairs]
