"""Right answers to problem set 3, written in many ways, get full marks."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import torch

from convnets.field_rules import (
    check_aligned,
    image_of_ones,
    plain_number,
    repeats_after,
)


def kernels(layers):
    return [layer for layer in layers if layer["type"] != "ReLU"]


def receptive_field_by_intervals(layers):
    """Look at enough neighbouring outputs, and do no arithmetic on sizes."""
    for layer in layers:
        if layer["type"] == "Branches":
            check_aligned([*map(receptive_field_by_intervals, layer["branches"])])
    count = repeats_after(layers)
    ends = [input_interval_ends(layers, i) for i in range(count + 1)]
    size = max(b - a + 1 for a, b in ends)
    jump = (ends[count][0] - ends[0][0]) / count
    if count == 1:
        return size, int(jump), (ends[0][0] + ends[0][1]) / 2
    return size, jump, place(layers)


def place(layers):
    """Follow the middle of output 0 back to the image, without its size."""
    middle = 0.0
    for layer in reversed(kernels(layers)):
        half = layer["dilation"] * (layer["kernel_size"] - 1) / 2
        if layer["type"] == "ConvTranspose2d":
            middle = (middle + layer["padding"] - half) / layer["stride"]
        else:
            middle = middle * layer["stride"] - layer["padding"] + half
    return middle


def receptive_field_floats(layers):
    size, jump, start = 1, 1, 0
    for layer in layers:
        if layer["type"] == "Branches":
            fields = [receptive_field_floats(branch) for branch in layer["branches"]]
            check_aligned(fields)
            widest = max(fields)
            size += (widest[0] - 1) * jump
            start += widest[2] * jump
            jump *= widest[1]
        elif layer["type"] == "ConvTranspose2d":
            jump /= layer["stride"]
            reach = layer["dilation"] * (layer["kernel_size"] - 1)
            size += reach * jump
            start -= (reach / 2 - layer["padding"]) * jump
        elif layer["type"] != "ReLU":
            reach = layer.get("dilation", 1) * (layer["kernel_size"] - 1)
            size += reach * jump
            start += (reach / 2 - layer["padding"]) * jump
            jump *= layer["stride"]
    if repeats_after(layers) > 1:
        size = receptive_field_by_intervals(layers)[0]
    return math.floor(size + 1e-9), jump, start


def receptive_field_recursive(layers):
    """Take off the first layer, and put it before the field of the others."""
    if not layers:
        return 1, 1, Fraction(0)
    first, *others = layers
    size, jump, start = receptive_field_recursive(others)
    if first["type"] == "Branches":
        fields = [receptive_field_recursive(branch) for branch in first["branches"]]
        check_aligned(fields)
        own, stride, shift = max(fields)
    elif first["type"] == "ReLU":
        own, stride, shift = 1, 1, Fraction(0)
    elif first["type"] == "ConvTranspose2d":
        return receptive_field_by_intervals(layers)
    else:
        reach = first.get("dilation", 1) * (first["kernel_size"] - 1)
        own, stride = reach + 1, first["stride"]
        shift = Fraction(reach, 2) - first["padding"]
    if repeats_after(others) > 1:
        return receptive_field_by_intervals(layers)
    return (size - 1) * stride + own, jump * stride, float(shift + start * stride)


def receptive_field_numpy(layers):
    for layer in layers:
        if layer["type"] == "Branches":
            check_aligned([*map(receptive_field_numpy, layer["branches"])])
    flat = []
    for layer in layers:
        branches = layer.get("branches", [[layer]])
        flat += max(branches, key=lambda branch: receptive_field_floats(branch)[0])
    flat = kernels(flat)
    if repeats_after(flat) > 1:
        return receptive_field_by_intervals(layers)
    reach = np.array([k.get("dilation", 1) * (k["kernel_size"] - 1) for k in flat])
    shift = reach / 2 - np.array([layer["padding"] for layer in flat])
    jumps = np.cumprod([1, *(layer["stride"] for layer in flat)])
    size = 1 + np.sum(reach * jumps[:-1])
    return np.int64(size), jumps[-1], np.sum(shift * jumps[:-1])


def receptive_field_table(layers):
    """Keep every row of the table, and return the last."""
    rows = [(1, 1, 0.0)]
    for number, layer in enumerate(layers, start=1):
        if repeats_after(layers[:number]) > 1:
            rows.append(receptive_field_by_intervals(layers[:number]))
        elif layer["type"] == "Branches":
            rows.append(receptive_field_floats(layers[:number]))
        elif layer["type"] == "ReLU":
            rows.append(rows[-1])
        else:
            size, jump, start = rows[-1]
            taps = np.arange(layer["kernel_size"]) * layer.get("dilation", 1)
            size += int(taps[-1]) * jump
            start += (taps.mean() - layer["padding"]) * jump
            rows.append((size, jump * layer["stride"], start))
    return rows[-1]


def input_interval_ends(layers, index):
    return ends_of(layers, index, index)


def ends_of(layers, first, last):
    for layer in reversed(layers):
        if layer["type"] == "Branches":
            ends = [ends_of(branch, first, last) for branch in layer["branches"]]
            first, last = min(a for a, _ in ends), max(b for _, b in ends)
        elif layer["type"] == "ConvTranspose2d":
            stride, padding = layer["stride"], layer["padding"]
            first = math.ceil((first + padding - layer["kernel_size"] + 1) / stride)
            last = math.floor((last + padding) / stride)
        elif layer["type"] != "ReLU":
            reach = layer.get("dilation", 1) * (layer["kernel_size"] - 1)
            first = first * layer["stride"] - layer["padding"]
            last = last * layer["stride"] - layer["padding"] + reach
    return first, last


def input_interval_recursive(layers, index):
    """Ask for every unit in turn that the last layer reads."""
    if not layers:
        return index, index
    *others, last = layers
    if last["type"] == "Branches":
        seen = [
            input_interval_recursive([*others, *p], index) for p in last["branches"]
        ]
    elif last["type"] == "ReLU":
        seen = [input_interval_recursive(others, index)]
    elif last["type"] == "ConvTranspose2d":
        K, stride, padding = (last[n] for n in ("kernel_size", "stride", "padding"))
        near = range(index // stride - K, index // stride + K + 1)
        read = [i for i in near if 0 <= index + padding - i * stride < K]
        seen = [input_interval_recursive(others, i) for i in (read[0], read[-1])]
    else:
        begin = index * last["stride"] - last["padding"]
        end = begin + last.get("dilation", 1) * (last["kernel_size"] - 1)
        seen = [input_interval_recursive(others, i) for i in (begin, end)]
    return min(a for a, _ in seen), max(b for _, b in seen)


def input_interval_arrays(layers, index):
    """Carry all units as an array."""
    return bounds(units(layers, np.array([index])))


def units(layers, found):
    for layer in reversed(layers):
        if layer["type"] == "Branches":
            found = np.concatenate([units(b, found) for b in layer["branches"]])
        elif layer["type"] != "ReLU":
            taps = np.arange(layer["kernel_size"]) * layer.get("dilation", 1)
            stride, padding = layer["stride"], layer["padding"]
            if layer["type"] == "ConvTranspose2d":
                places = np.add.outer(found + padding, -taps).ravel()
                found = places[places % stride == 0] // stride
            else:
                found = np.add.outer(found * stride - padding, taps).ravel()
        found = np.unique(found)
    return found


def bounds(found):
    return found.min(), found.max()


def depth_for_formula(size, kernel_size, stride=1):
    if size == 1:
        return 0
    steps = math.ceil((size - 1) / (kernel_size - 1))
    if stride == 1:
        return steps
    depth = 0
    while (stride**depth - 1) // (stride - 1) < steps:
        depth += 1
    return depth


def depth_for_recursive(size, kernel_size, stride=1):
    """Ask how many outputs of the first layer the others must see."""
    if size == 1:
        return 0
    needed = max(math.ceil((size - kernel_size) / stride) + 1, 1)
    return 1 + depth_for_recursive(needed, kernel_size, stride)


def depth_for_fields(size, kernel_size, stride=1):
    layer = {"type": "AvgPool2d", "kernel_size": kernel_size, "padding": 0}
    depth = 0
    while receptive_field_floats([{**layer, "stride": stride}] * depth)[0] < size:
        depth += 1
    return np.int64(depth)


def effective_receptive_field_backward(network, input_shape):
    image = image_of_ones(network, input_shape)
    image.requires_grad = True
    output = network(image)
    H_out, W_out = output.shape[-2:]
    output[:, :, H_out // 2, W_out // 2].sum().backward()
    return image.grad.abs().sum(dim=(0, 1)).numpy()


def effective_receptive_field_numpy(network, input_shape):
    image = torch.nn.Parameter(image_of_ones(network, input_shape))
    output = network(image)[0]
    upstream = torch.zeros_like(output)
    upstream[:, output.shape[1] // 2, output.shape[2] // 2] = 1
    output.backward(upstream)
    return np.abs(image.grad.numpy()[0]).sum(axis=0)


def effective_receptive_field_single(network, input_shape):
    network = network.float()
    image = image_of_ones(network, input_shape).requires_grad_()
    chosen = network(image).mean(dim=0)
    unit = chosen[:, chosen.size(1) // 2, chosen.size(2) // 2].sum()
    (gradient,) = torch.autograd.grad(unit, [image])
    return gradient.squeeze(0).abs().sum(0).detach().numpy()


def effective_receptive_field_functional(network, input_shape):
    def unit(image):
        output = network(image)
        return output[0, :, output.shape[2] // 2, output.shape[3] // 2].sum()

    image = image_of_ones(network, input_shape)
    gradient = torch.autograd.functional.jacobian(unit, image)
    return np.asarray(gradient[0].abs().sum(axis=0))


@pytest.mark.parametrize(
    "style",
    [
        receptive_field_by_intervals,
        receptive_field_floats,
        receptive_field_recursive,
        receptive_field_numpy,
        receptive_field_table,
        input_interval_ends,
        input_interval_recursive,
        input_interval_arrays,
        depth_for_formula,
        depth_for_recursive,
        depth_for_fields,
    ],
)
def test_an_honest_style_gets_full_marks(shares, style):
    names = ("receptive_field", "input_interval", "depth_for")
    exercise = next(name for name in names if style.__name__.startswith(name))
    assert shares(f"ps3.{exercise}", style) == {1.0}


@pytest.mark.parametrize(
    "style",
    [
        effective_receptive_field_backward,
        effective_receptive_field_numpy,
        effective_receptive_field_single,
        effective_receptive_field_functional,
    ],
)
def test_an_honest_measurement_gets_full_marks(shares, style):
    assert shares("ps3.effective_receptive_field", style) == {1.0}


def test_plain_numbers_may_be_made_with_the_helper(shares):
    def style(layers):
        size, jump, start = receptive_field_floats(layers)
        return size, plain_number(Fraction(jump)), float(start)

    assert shares("ps3.receptive_field", style) == {1.0}
