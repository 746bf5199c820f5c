"""The package you complete: convolutional networks, one function at a time.

Names are looked up in their module when they are first used, so a mistake in one
module does not stop you from importing the others. A function that bears its module's
name is not exported: `from convnets.receptive_field import receptive_field`.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "BasicBlock": "resnet",
    "LeNet5": "lenet",
    "ResNet": "resnet",
    "accuracy": "training",
    "avg_pool2d": "pooling",
    "avg_pool2d_backward": "backprop",
    "batch_norm": "normalization",
    "batch_norm2d": "normalization",
    "batch_norm_backward": "normalization",
    "class_activation_map": "explain",
    "confusion_matrix": "training",
    "conv2d": "im2col",
    "conv2d_backward": "backprop",
    "conv2d_loops": "correlation",
    "conv_macs": "shapes",
    "conv_output_size": "shapes",
    "conv_parameters": "shapes",
    "conv_transpose2d": "backprop",
    "conv_transpose_output_size": "shapes",
    "convolve2d": "correlation",
    "correlate1d": "correlation",
    "correlate2d": "correlation",
    "correlation_matrix": "correlation",
    "depth_for": "receptive_field",
    "depthwise_separable_conv2d": "special",
    "effective_receptive_field": "receptive_field",
    "evaluate": "training",
    "fits_exactly": "shapes",
    "fold": "im2col",
    "fold_batch_norm": "normalization",
    "group_norm": "normalization",
    "group_norm_backward": "normalization",
    "input_interval": "receptive_field",
    "instance_norm": "normalization",
    "layer_norm": "normalization",
    "layer_table": "shapes",
    "linear": "backprop",
    "linear_as_conv": "special",
    "linear_backward": "backprop",
    "lp_pool2d": "pooling",
    "match_template": "correlation",
    "max_pool2d": "pooling",
    "max_pool2d_backward": "backprop",
    "numerical_gradient": "gradcheck",
    "one_cycle": "schedule",
    "pad2d": "im2col",
    "relu_backward": "backprop",
    "resnet18": "resnet",
    "resnet20": "resnet",
    "same_padding": "shapes",
    "separable_parameters": "shapes",
    "softmax_cross_entropy": "backprop",
    "telling_inputs": "special",
    "toeplitz": "correlation",
    "train_one_epoch": "training",
    "unfold": "im2col",
}

__all__ = [
    "BasicBlock",
    "LeNet5",
    "ResNet",
    "accuracy",
    "avg_pool2d",
    "avg_pool2d_backward",
    "batch_norm",
    "batch_norm2d",
    "batch_norm_backward",
    "class_activation_map",
    "confusion_matrix",
    "conv2d",
    "conv2d_backward",
    "conv2d_loops",
    "conv_macs",
    "conv_output_size",
    "conv_parameters",
    "conv_transpose2d",
    "conv_transpose_output_size",
    "convolve2d",
    "correlate1d",
    "correlate2d",
    "correlation_matrix",
    "depth_for",
    "depthwise_separable_conv2d",
    "effective_receptive_field",
    "evaluate",
    "fits_exactly",
    "fold",
    "fold_batch_norm",
    "group_norm",
    "group_norm_backward",
    "input_interval",
    "instance_norm",
    "layer_norm",
    "layer_table",
    "linear",
    "linear_as_conv",
    "linear_backward",
    "lp_pool2d",
    "match_template",
    "max_pool2d",
    "max_pool2d_backward",
    "numerical_gradient",
    "one_cycle",
    "pad2d",
    "relu_backward",
    "resnet18",
    "resnet20",
    "same_padding",
    "separable_parameters",
    "softmax_cross_entropy",
    "telling_inputs",
    "toeplitz",
    "train_one_epoch",
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
