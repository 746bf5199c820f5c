"""Right answers about costs, written in many ways, get full marks."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from convnets.shapes import conv_output_size, conv_transpose_output_size

EXERCISES = ["conv_parameters", "conv_macs", "separable_parameters", "layer_table"]


def conv_parameters_numpy(in_channels, out_channels, kernel_size, groups=1, bias=True):
    size = np.broadcast_to(kernel_size, 2)
    weights = np.prod([out_channels, in_channels // groups, *size])
    return weights + out_channels * bias


def conv_parameters_by_group(
    in_channels, out_channels, kernel_size, groups=1, bias=True
):
    if isinstance(kernel_size, int):
        kernel_size = (kernel_size, kernel_size)
    total = 0
    for _ in range(groups):
        filters = out_channels // groups
        total += filters * in_channels // groups * math.prod(kernel_size)
    if bias:
        total += out_channels
    return total


def conv_parameters_torch(in_channels, out_channels, kernel_size, groups=1, bias=True):
    layer = torch.nn.Conv2d(
        in_channels, out_channels, kernel_size, groups=groups, bias=bias
    )
    return sum(parameter.numel() for parameter in layer.parameters())


def conv_macs_parameters(in_channels, out_channels, kernel_size, output_size, groups=1):
    weights = conv_parameters_by_group(
        in_channels, out_channels, kernel_size, groups, bias=False
    )
    return weights * output_size[0] * output_size[1]


def conv_macs_at_once(in_channels, out_channels, kernel_size, output_size, groups=1):
    K_h, K_w = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
    H_out, W_out = output_size
    return in_channels * out_channels * K_h * K_w * H_out * W_out // groups


def conv_macs_numpy(in_channels, out_channels, kernel_size, output_size, groups=1):
    per_output = in_channels // groups * np.prod(np.broadcast_to(kernel_size, 2))
    return per_output * out_channels * np.prod(output_size)


def separable_parameters_sum(in_channels, out_channels, kernel_size, bias=False):
    K_h, K_w = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
    count = in_channels * K_h * K_w + in_channels * out_channels
    if bias:
        count += in_channels + out_channels
    return count


def separable_parameters_factored(in_channels, out_channels, kernel_size, bias=False):
    area = int(np.prod(np.broadcast_to(kernel_size, 2)))
    return in_channels * (area + bias) + (in_channels + bias) * out_channels


def separable_parameters_torch(in_channels, out_channels, kernel_size, bias=False):
    return conv_parameters_torch(
        in_channels, in_channels, kernel_size, in_channels, bias
    ) + conv_parameters_torch(in_channels, out_channels, 1, bias=bias)


def layer_table_torch(layers, input_shape):
    x, rows = torch.zeros(1, *input_shape), []
    for layer in layers:
        options = {name: value for name, value in layer.items() if name != "type"}
        size = options.pop("out_channels", options.pop("out_features", None))
        sizes = [] if size is None else [x.shape[1], size]
        module = getattr(torch.nn, layer["type"])(*sizes, **options)
        y = module(x)
        weight = getattr(module, "weight", None)
        uses = math.prod((x if "Transpose" in layer["type"] else y).shape[2:])
        rows.append(
            (
                layer["type"],
                tuple(y.shape[1:]),
                None if weight is None else tuple(weight.shape),
                sum(parameter.numel() for parameter in module.parameters()),
                0 if weight is None else weight.numel() * uses,
            )
        )
        x = y
    return rows


def layer_table_match(layers, input_shape):
    table, shape = [], input_shape
    for layer in layers:
        row, shape = one_row(layer, shape)
        table.append(row)
    return table


def one_row(layer, shape):
    """Make a row with pattern matching; give the next shape as well."""
    match layer:
        case {"type": "Conv2d" | "ConvTranspose2d" as kind}:
            C, H, W = shape
            K, out = layer["kernel_size"], layer["out_channels"]
            names = ["kernel_size", "stride", "padding", "dilation"]
            function, first, second = conv_output_size, out, C
            if kind == "ConvTranspose2d":
                names.append("output_padding")
                function, first, second = conv_transpose_output_size, C, out
            options = {name: layer[name] for name in names}
            new = (out, function(H, **options), function(W, **options))
            weight = (first, second // layer["groups"], K, K)
            seen = new if kind == "Conv2d" else shape
            count = first * (second // layer["groups"]) * K * K
            learnt = count + (out if layer["bias"] else 0)
            return (kind, new, weight, learnt, count * seen[1] * seen[2]), new
        case {"type": "MaxPool2d" | "AvgPool2d" as kind, "kernel_size": K}:
            s, p, d = layer["stride"], layer["padding"], layer.get("dilation", 1)
            sizes = [(n + 2 * p - d * (K - 1) - 1) // s + 1 for n in shape[1:]]
            new = (shape[0], *sizes)
            return (kind, new, None, 0, 0), new
        case {"type": "Linear", "out_features": out, "bias": bias}:
            (features,) = shape
            new = (out,)
            learnt = out * features + (out if bias else 0)
            return ("Linear", new, (out, features), learnt, out * features), new
    new = (int(np.prod(shape)),) if layer["type"] == "Flatten" else tuple(shape)
    return (layer["type"], new, None, 0, 0), new


def layer_table_recursive(layers, input_shape):
    if not layers:
        return []
    *before, last = layers
    rows = layer_table_recursive(before, input_shape)
    shape = rows[-1][1] if rows else input_shape
    return [*rows, one_row(last, shape)[0]]


def layer_table_numpy_numbers(layers, input_shape):
    return [
        (kind, shape, weight, np.int64(learnt), np.int64(macs))
        for kind, shape, weight, learnt, macs in layer_table_match(layers, input_shape)
    ]


@pytest.mark.parametrize(
    "style",
    [
        conv_parameters_numpy,
        conv_parameters_by_group,
        conv_parameters_torch,
        conv_macs_parameters,
        conv_macs_at_once,
        conv_macs_numpy,
        separable_parameters_sum,
        separable_parameters_factored,
        separable_parameters_torch,
        layer_table_torch,
        layer_table_match,
        layer_table_recursive,
        layer_table_numpy_numbers,
    ],
)
def test_an_honest_style_gets_full_marks(shares, style):
    (exercise,) = [name for name in EXERCISES if style.__name__.startswith(f"{name}_")]
    assert shares(f"ps2.{exercise}", style) == {1.0}
