"""Right pools, special convolutions and telling inputs get full marks."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.lib.stride_tricks import sliding_window_view

from coursekit.checks.bugs import BUGS


def two(value):
    return value if isinstance(value, tuple) else (value, value)


def windows(x, kernel_size, stride):
    """Return all windows, shape (N, C, H_out, W_out, K_h, K_w)."""
    s_h, s_w = two(kernel_size if stride is None else stride)
    found = sliding_window_view(x, two(kernel_size), axis=(2, 3))
    return found[:, :, ::s_h, ::s_w]


def padded(x, padding, value):
    p_h, p_w = two(padding)
    sides = ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w))
    return np.pad(x.astype(float), sides, constant_values=value)


def by_loops(x, kernel_size, stride, number):
    """Make an output pixel from each window, one after another."""
    (K_h, K_w), (s_h, s_w) = two(kernel_size), two(stride or kernel_size)
    H_out, W_out = (x.shape[2] - K_h) // s_h + 1, (x.shape[3] - K_w) // s_w + 1
    out = np.zeros((*x.shape[:2], H_out, W_out))
    for n, c, i, j in np.ndindex(out.shape):
        top, left = i * s_h, j * s_w
        out[n, c, i, j] = number(x[n, c, top : top + K_h, left : left + K_w])
    return out


def max_pool2d_windows(x, kernel_size, stride=None, padding=0):
    return windows(padded(x, padding, -np.inf), kernel_size, stride).max(axis=(4, 5))


def max_pool2d_loops(x, kernel_size, stride=None, padding=0):
    return by_loops(padded(x, padding, -np.inf), kernel_size, stride, np.max)


def max_pool2d_single(x, kernel_size, stride=None, padding=0):
    lowest = np.finfo(np.float32).min
    low = padded(x, padding, lowest).astype(np.float32)
    found = windows(low, kernel_size, stride)
    return found.reshape(*found.shape[:4], -1).max(axis=-1)


def max_pool2d_torch(x, kernel_size, stride=None, padding=0):
    pool = torch.nn.functional.max_pool2d
    return pool(torch.tensor(x), kernel_size, stride, padding).numpy()


def avg_pool2d_windows(x, kernel_size, stride=None, padding=0):
    return windows(padded(x, padding, 0), kernel_size, stride).mean(axis=(4, 5))


def avg_pool2d_loops(x, kernel_size, stride=None, padding=0):
    return by_loops(padded(x, padding, 0), kernel_size, stride, np.mean)


def avg_pool2d_as_a_convolution(x, kernel_size, stride=None, padding=0):
    kernel = np.full(two(kernel_size), 1 / np.prod(two(kernel_size)), np.float32)
    found = windows(padded(x, padding, 0), kernel_size, stride)
    return np.tensordot(found, kernel, axes=2)


def avg_pool2d_torch(x, kernel_size, stride=None, padding=0):
    pool = torch.nn.functional.avg_pool2d
    return pool(torch.tensor(x).double(), kernel_size, stride, padding).numpy()


def lp_pool2d_windows(x, kernel_size, norm=2, stride=None):
    found = np.abs(windows(x, kernel_size, stride))
    return (found**norm).sum(axis=(4, 5)) ** (1 / norm)


def lp_pool2d_loops(x, kernel_size, norm=2, stride=None):
    def length(window):
        return sum(abs(value) ** norm for value in window.ravel()) ** (1.0 / norm)

    return by_loops(x, kernel_size, stride, length)


def lp_pool2d_norm(x, kernel_size, norm=2, stride=None):
    found = windows(x.astype(np.float32), kernel_size, stride)
    flat = found.reshape(*found.shape[:4], -1)
    return np.linalg.norm(flat, ord=norm, axis=-1)


def lp_pool2d_torch(x, kernel_size, norm=2, stride=None):
    tensor = torch.tensor(np.abs(x)).double()
    return torch.nn.functional.lp_pool2d(tensor, norm, kernel_size, stride).numpy()


def dilated_windows(x, depthwise, stride, padding, dilation):
    (s_h, s_w), (d_h, d_w) = two(stride), two(dilation)
    K_h, K_w = depthwise.shape[2:]
    reach = (d_h * (K_h - 1) + 1, d_w * (K_w - 1) + 1)
    return windows(padded(x, padding, 0), reach, (s_h, s_w))[..., ::d_h, ::d_w]


def separable_einsum(
    x, depthwise, pointwise, bias=None, stride=1, padding=0, dilation=1
):
    found = dilated_windows(x, depthwise, stride, padding, dilation)
    maps = np.einsum("ncijkl,ckl->ncij", found, depthwise[:, 0])
    out = np.einsum("ncij,dc->ndij", maps, pointwise[:, :, 0, 0])
    return out if bias is None else out + bias[:, np.newaxis, np.newaxis]


def separable_loops(
    x, depthwise, pointwise, bias=None, stride=1, padding=0, dilation=1
):
    found = dilated_windows(x, depthwise, stride, padding, dilation)
    shape = (len(x), len(pointwise), *found.shape[2:4])
    out = np.zeros(shape) if bias is None else np.zeros(shape) + bias.reshape(-1, 1, 1)
    for c in range(x.shape[1]):
        seen = np.sum(found[:, c] * depthwise[c, 0], axis=(3, 4))
        for f in range(len(pointwise)):
            out[:, f] += pointwise[f, c, 0, 0] * seen
    return out


def separable_as_one(
    x, depthwise, pointwise, bias=None, stride=1, padding=0, dilation=1
):
    full = (pointwise * depthwise.swapaxes(0, 1)).astype(np.float32)
    found = dilated_windows(x, depthwise, stride, padding, dilation)
    out = np.tensordot(found, full, axes=([1, 4, 5], [1, 2, 3]))
    return np.moveaxis(out if bias is None else out + bias, 3, 1)


def linear_as_conv_reshape(weight, bias, input_shape):
    return np.reshape(weight, (-1, *input_shape)).copy(), bias


def linear_as_conv_loops(weight, bias, input_shape):
    C, H, W = input_shape
    out = np.zeros((len(weight), C, H, W))
    for f, c, i, j in np.ndindex(out.shape):
        out[f, c, i, j] = weight[f, (c * H + i) * W + j]
    return out, bias


def linear_as_conv_lists(weight, bias, input_shape):
    filters = [row.reshape(input_shape) for row in weight]
    return np.stack(filters).astype(np.float32), None if bias is None else bias.copy()


def telling_inputs_random():
    rng = np.random.default_rng(7)
    arguments = {
        "x": rng.normal(size=(2, 3, 8, 9)),
        "weight": rng.normal(size=(4, 3, 3, 3)),
        "bias": rng.normal(size=4),
        "stride": 2,
        "padding": 1,
        "dilation": 2,
    }
    return {bug: dict(arguments) for bug in BUGS}


def telling_inputs_small():
    x, weight = np.arange(12.0).reshape(1, 1, 3, 4), np.zeros((2, 1, 2, 2))
    weight[0, 0, 0, 1] = 1
    base = {"x": x, "weight": weight, "bias": np.arange(2.0)}
    more = {"padding": {"padding": (1, 0)}, "stride": {"stride": (1, 2)}}
    more["dilation"] = {"dilation": (2, 1)}
    return {bug: {**base, **more.get(bug.split()[0], {})} for bug in BUGS}


def telling_inputs_photograph():
    rng = np.random.default_rng(1)
    photograph = rng.integers(0, 256, size=(1, 3, 32, 32), dtype=np.uint8)
    kernel = rng.normal(size=(2, 3, 5, 3)).astype(np.float32)
    options = {"stride": (2, 2), "padding": (2, 1), "dilation": (3, 2)}
    bias = np.array([0.5, -0.5], dtype=np.float32)
    return {
        bug: {"x": photograph, "weight": kernel, "bias": bias, **options}
        for bug in BUGS
    }


@pytest.mark.parametrize(
    "style",
    [
        max_pool2d_windows,
        max_pool2d_loops,
        max_pool2d_single,
        max_pool2d_torch,
        avg_pool2d_windows,
        avg_pool2d_loops,
        avg_pool2d_as_a_convolution,
        avg_pool2d_torch,
        lp_pool2d_windows,
        lp_pool2d_loops,
        lp_pool2d_norm,
        lp_pool2d_torch,
    ],
)
def test_an_honest_pool_gets_full_marks(shares, style):
    exercise = f"ps4.{style.__name__.partition('2d')[0]}2d"
    assert shares(exercise, style) == {1.0}


@pytest.mark.parametrize("style", [separable_einsum, separable_loops, separable_as_one])
def test_an_honest_separable_convolution_gets_full_marks(shares, style):
    assert shares("ps4.depthwise_separable_conv2d", style) == {1.0}


@pytest.mark.parametrize(
    "style", [linear_as_conv_reshape, linear_as_conv_loops, linear_as_conv_lists]
)
def test_an_honest_linear_layer_gets_full_marks(shares, style):
    assert shares("ps4.linear_as_conv", style) == {1.0}


@pytest.mark.parametrize(
    "style", [telling_inputs_random, telling_inputs_small, telling_inputs_photograph]
)
def test_honest_inputs_get_full_marks(shares, style):
    assert shares("ps4.telling_inputs", style) == {1.0}
