"""The package you complete: convolutional networks, one function at a time.

Names are looked up in their module when they are first used, so a mistake in one
module does not stop you from importing the others. A function that bears its module's
name is not exported: `from convnets.receptive_field import receptive_field`.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "avg_pool2d": "pooling",
    "conv2d": "im2col",
    "conv2d_loops": "correlation",
    "conv_macs": "shapes",
    "conv_output_size": "shapes",
    "conv_parameters": "shapes",
    "conv_transpose_output_size": "shapes",
    "convolve2d": "correlation",
    "correlate1d": "correlation",
    "correlate2d": "correlation",
    "correlation_matrix": "correlation",
    "depth_for": "receptive_field",
    "depthwise_separable_conv2d": "special",
    "effective_receptive_field": "receptive_field",
    "fits_exactly": "shapes",
    "fold": "im2col",
    "input_interval": "receptive_field",
    "layer_table": "shapes",
    "linear_as_conv": "special",
    "lp_pool2d": "pooling",
    "match_template": "correlation",
    "max_pool2d": "pooling",
    "pad2d": "im2col",
    "same_padding": "shapes",
    "separable_parameters": "shapes",
    "telling_inputs": "special",
    "toeplitz": "correlation",
    "unfold": "im2col",
}

__all__ = [
    "avg_pool2d",
    "conv2d",
    "conv2d_loops",
    "conv_macs",
    "conv_output_size",
    "conv_parameters",
    "conv_transpose_output_size",
    "convolve2d",
    "correlate1d",
    "correlate2d",
    "correlation_matrix",
    "depth_for",
    "depthwise_separable_conv2d",
    "effective_receptive_field",
    "fits_exactly",
    "fold",
    "input_interval",
    "layer_table",
    "linear_as_conv",
    "lp_pool2d",
    "match_template",
    "max_pool2d",
    "pad2d",
    "same_padding",
    "separable_parameters",
    "telling_inputs",
    "toeplitz",
    "unfold",
]


def __getattr__(name: str) -> Any:
    """Find an exported name in the module that defines it."""
    if name in _HOME:
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    """List the exported names."""
    return sorted(__all__)
