"""Right solutions of problem set 8, each in its own style, get all points."""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest


def as_numpy(
    step, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    top = pct_start * total_steps - 1
    marks = np.array(
        [max_lr / div_factor, max_lr, max_lr / div_factor / final_div_factor]
    )
    rising = step <= top
    start, end = marks[:2] if rising else marks[1:]
    way = step / top if rising else (step - top) / (total_steps - 1 - top)
    return end + (start - end) / 2.0 * (np.cos(np.pi * way) + 1)


def as_pytorch_loops(
    step, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    first = max_lr / div_factor
    ends = [0.0, pct_start * total_steps - 1, float(total_steps - 1)]
    rates = [first, max_lr, first / final_div_factor]
    phase = 1 if step <= ends[1] else 2
    share = (step - ends[phase - 1]) / (ends[phase] - ends[phase - 1])
    low, high = rates[phase - 1], rates[phase]
    weight = math.sin(math.pi * share / 2) ** 2
    return low * (1 - weight) + high * weight


def as_whole_curve(
    step, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    top = pct_start * total_steps - 1
    steps = np.arange(total_steps)
    up = np.clip(steps / top, 0, 1)
    down = np.clip((steps - top) / (total_steps - 1 - top), 0, 1)
    first = max_lr / div_factor
    middle = first + (max_lr - first) * (1 - np.cos(np.pi * up)) / 2
    fall = (max_lr - first / final_div_factor) * (1 - np.cos(np.pi * down)) / 2
    return float((middle - fall)[step])


def as_turning_number(
    step, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    top = pct_start * total_steps - 1
    first = max_lr / div_factor
    low, begin, length = (
        (first, 0.0, top)
        if step < top
        else (first / final_div_factor, top, total_steps - 1 - top)
    )
    turn = cmath.exp(1j * math.pi * (step - begin) / length).real
    return (max_lr + low) / 2 - (1 if step < top else -1) * turn * (max_lr - low) / 2


def by_loops(features, weight, label):
    C, H, W = features.shape
    out = np.zeros((H, W))
    for c in range(C):
        for i in range(H):
            for j in range(W):
                out[i, j] += weight[label, c] * features[c, i, j]
    return out


def by_matrices(features, weight, label):
    C, H, W = features.shape
    return (weight @ features.reshape(C, H * W)).reshape(-1, H, W)[label]


def by_broadcasting(features, weight, label):
    return np.sum(weight[label][:, None, None] * features, axis=0)


def in_single_precision(features, weight, label):
    row = weight[label].astype(np.float32)
    return np.einsum("c,cij->ij", row, features.astype(np.float32))


def channels_last(features, weight, label):
    return np.moveaxis(features, 0, -1) @ weight[label]


@pytest.mark.parametrize(
    "function", [as_numpy, as_pytorch_loops, as_whole_curve, as_turning_number]
)
def test_one_cycle(shares, function):
    assert shares("ps8.one_cycle", function) == {1.0}


@pytest.mark.parametrize(
    "function",
    [by_loops, by_matrices, by_broadcasting, in_single_precision, channels_last],
)
def test_class_activation_map(shares, function):
    assert shares("ps8.class_activation_map", function) == {1.0}
