"""Right gradients of layers, written in many ways, get full marks."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import conv2d as torch_conv2d
from torch.nn.functional import conv_transpose2d as torch_transposed

from convnets import backprop, gradcheck, im2col
from convnets.arguments import pair


def two(value):
    return pair("", value)


def in_place(f, x, grad_out, eps=1e-5):
    x = np.array(x, float)
    flat, grad = x.reshape(-1), np.zeros(x.size)
    for i in range(x.size):
        old = flat[i]
        flat[i] = old + eps
        above = f(x)
        flat[i] = old - eps
        below = f(x)
        flat[i] = old
        grad[i] = ((above - below) * grad_out).sum() / (2 * eps)
    return grad.reshape(x.shape)


def one_hot_steps(f, x, grad_out, eps=1e-5):
    x = np.asarray(x, float)
    units = np.eye(x.size).reshape(-1, *x.shape) * eps
    weighted = [np.vdot((f(x + u) - f(x - u)) / (2 * eps), grad_out) for u in units]
    return np.array(weighted).reshape(x.shape)


def scalar_function(f, x, grad_out, eps=1e-5):
    def loss(array):
        return float(np.sum(np.asarray(f(array)) * grad_out))

    x = np.asarray(x).astype("float64")
    grad, walk = np.empty_like(x), np.nditer(x, flags=["multi_index"])
    for _ in walk:
        up, down = x.copy(), x.copy()
        up[walk.multi_index] += eps
        down[walk.multi_index] -= eps
        grad[walk.multi_index] = (loss(up) - loss(down)) / eps / 2
    return grad


def linear_einsum(x, weight, bias):
    return np.einsum("ni,oi->no", x, weight) + bias[None]


def linear_rows(x, weight, bias):
    return np.stack([weight.dot(row) + bias for row in x])


def linear_single(x, weight, bias):
    x, weight, bias = (a.astype(np.float32) for a in (x, weight, bias))
    return np.inner(x, weight) + bias


def linear_backward_einsum(grad_out, x, weight):
    return (
        np.einsum("no,oi->ni", grad_out, weight),
        np.einsum("no,ni->oi", grad_out, x),
        np.einsum("no->o", grad_out),
    )


def linear_backward_loops(grad_out, x, weight):
    grads = np.zeros(x.shape), np.zeros(weight.shape), np.zeros(len(weight))
    for n, o in np.ndindex(*grad_out.shape):
        grads[0][n] += grad_out[n, o] * weight[o]
        grads[1][o] += grad_out[n, o] * x[n]
        grads[2][o] += grad_out[n, o]
    return grads


def by_autograd(forward, grad_out, *arrays):
    tensors = [torch.from_numpy(a).requires_grad_() for a in arrays]
    forward(*tensors).backward(torch.from_numpy(grad_out))
    return tuple(t.grad.numpy() for t in tensors)


def linear_backward_torch(grad_out, x, weight):
    zeros = np.zeros(len(weight))
    return by_autograd(torch.nn.functional.linear, grad_out, x, weight, zeros)


def relu_mask(grad_out, x):
    return grad_out * (x > 0)


def relu_copy(grad_out, x):
    grad = grad_out.copy()
    grad[x <= 0] = 0
    return grad


def relu_heaviside(grad_out, x):
    return grad_out * np.heaviside(x, 0.0)


def layer_torch(grad_out, x, weight, stride=1, padding=0, dilation=1, groups=1):
    options = (two(stride), two(padding), two(dilation), groups)
    bias = np.zeros(len(weight))
    return by_autograd(
        lambda *tensors: torch_conv2d(*tensors, *options), grad_out, x, weight, bias
    )


def layer_loops(grad_out, x, weight, stride=1, padding=0, dilation=1, groups=1):
    (s_h, s_w), (p_h, p_w), (d_h, d_w) = map(two, (stride, padding, dilation))
    padded = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    grad, grad_weight = np.zeros(padded.shape), np.zeros(weight.shape)
    C, C_out = weight.shape[1], len(weight)
    for o, i, j in np.ndindex(*grad_out.shape[1:]):
        first = o // (C_out // groups) * C
        rows = slice(i * s_h, i * s_h + d_h * (weight.shape[2] - 1) + 1, d_h)
        columns = slice(j * s_w, j * s_w + d_w * (weight.shape[3] - 1) + 1, d_w)
        for n, g in enumerate(grad_out[:, o, i, j]):
            grad_weight[o] += g * padded[n, first : first + C, rows, columns]
            grad[n, first : first + C, rows, columns] += g * weight[o]
    H, W = x.shape[2:]
    grad_x = grad[:, :, p_h : p_h + H, p_w : p_w + W]
    return grad_x, grad_weight, grad_out.sum((0, 2, 3))


def layer_columns(grad_out, x, weight, stride=1, padding=0, dilation=1, groups=1):
    options = (weight.shape[2:], stride, padding, dilation)
    grads = []
    for images, maps, filters in zip(
        np.split(x, groups, 1), np.split(grad_out, groups, 1), np.split(weight, groups),
        strict=True,
    ):  # fmt: skip
        columns = im2col.unfold(images, *options)  # (N, taps, places)
        flat = maps.reshape(*maps.shape[:2], -1)
        rows = filters.reshape(len(filters), -1)
        back = im2col.fold(rows.T @ flat, x.shape[2:], *options)
        grad = np.einsum("nop,ntp->ot", flat, columns).reshape(filters.shape)
        grads.append((back, grad, flat.sum(axis=(0, 2))))
    backs, weights, biases = zip(*grads, strict=True)
    return np.concatenate(backs, 1), np.concatenate(weights), np.concatenate(biases)


def layer_single(grad_out, x, weight, **options):
    arrays = (a.astype(np.float32) for a in (grad_out, x, weight))
    return backprop.conv2d_backward(*arrays, **options)


def transposed_torch(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    arrays = [None if a is None else torch.from_numpy(a) for a in (x, weight, bias)]
    options = [two(each) for each in (stride, padding, output_padding)]
    return torch_transposed(*arrays, *options).numpy()


def transposed_loops(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (s_h, s_w), (p_h, p_w), (e_h, e_w) = map(two, (stride, padding, output_padding))
    (N, _, H, W), (_, C_out, K_h, K_w) = x.shape, weight.shape
    size = ((H - 1) * s_h + K_h + e_h, (W - 1) * s_w + K_w + e_w)
    out = np.zeros((N, C_out, *size))
    for i, j in np.ndindex(H, W):
        part = np.tensordot(x[:, :, i, j], weight, axes=1)
        out[:, :, i * s_h : i * s_h + K_h, j * s_w : j * s_w + K_w] += part
    out = out[:, :, p_h : size[0] - p_h, p_w : size[1] - p_w]
    return out if bias is None else out + bias.reshape(-1, 1, 1)


def transposed_zeros(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (s_h, s_w), (p_h, p_w), (e_h, e_w) = map(two, (stride, padding, output_padding))
    (N, C_in, H, W), (K_h, K_w) = x.shape, weight.shape[2:]
    wide = np.zeros((N, C_in, (H - 1) * s_h + 1, (W - 1) * s_w + 1))
    wide[:, :, ::s_h, ::s_w] = x
    rows, columns = (K_h - 1, K_h - 1 + e_h), (K_w - 1, K_w - 1 + e_w)
    wide = np.pad(wide, ((0, 0), (0, 0), rows, columns))
    turned = weight[:, :, ::-1, ::-1].swapaxes(0, 1)
    out = im2col.conv2d(wide, turned, bias)
    return out[:, :, p_h : out.shape[2] - p_h, p_w : out.shape[3] - p_w]


RIGHT = {
    "ps5.numerical_gradient": [
        in_place, one_hot_steps, scalar_function, gradcheck.numerical_gradient,
    ],
    "ps5.linear": [linear_einsum, linear_rows, linear_single],
    "ps5.linear_backward": [
        linear_backward_einsum, linear_backward_loops, linear_backward_torch,
    ],
    "ps5.relu_backward": [relu_mask, relu_copy, relu_heaviside],
    "ps5.conv2d_backward": [layer_torch, layer_loops, layer_columns, layer_single],
    "ps5.conv_transpose2d": [transposed_torch, transposed_loops, transposed_zeros],
}  # fmt: skip


@pytest.mark.parametrize(
    ("exercise", "function"),
    [
        pytest.param(exercise, function, id=f"{exercise}: {function.__name__}")
        for exercise, functions in RIGHT.items()
        for function in functions
    ],
)
def test_a_right_function_gets_full_marks(shares, exercise, function):
    assert shares(exercise, function) == {1.0}
