"""Right gradients of pools and losses, and right networks, get full marks."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from convnets import backprop, im2col, numpy_net
from convnets.arguments import pair


def sizes(kernel_size, stride, padding):
    step = kernel_size if stride is None else stride
    return pair("", kernel_size), pair("", step), pair("", padding)


def by_autograd(forward, grad_out, x):
    tensor = torch.from_numpy(x).double().requires_grad_()
    forward(tensor).backward(torch.from_numpy(grad_out))
    return tensor.grad.numpy()


def max_torch(grad_out, x, kernel_size, stride=None, padding=0):
    options = sizes(kernel_size, stride, padding)
    return by_autograd(lambda t: F.max_pool2d(t, *options), grad_out, x)


def max_loops(grad_out, x, kernel_size, stride=None, padding=0):
    (K_h, K_w), (s_h, s_w), (p_h, p_w) = sizes(kernel_size, stride, padding)
    grad, (H, W) = np.zeros(x.shape), x.shape[2:]
    for n, c, i, j in np.ndindex(*grad_out.shape):
        top, left = i * s_h - p_h, j * s_w - p_w
        best = None
        for row in range(max(top, 0), min(top + K_h, H)):
            for column in range(max(left, 0), min(left + K_w, W)):
                if best is None or x[n, c, row, column] > x[(n, c, *best)]:
                    best = (row, column)
        grad[(n, c, *best)] += grad_out[n, c, i, j]
    return grad


def max_columns(grad_out, x, kernel_size, stride=None, padding=0):
    window, step, border = sizes(kernel_size, stride, padding)
    (N, C), (p_h, p_w) = x.shape[:2], border
    sides = ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w))
    padded = np.pad(x, sides, constant_values=-np.inf)
    columns = im2col.unfold(padded, window, step)
    columns = columns.reshape(N, C, window[0] * window[1], -1)
    routed = np.zeros(columns.shape)
    winners = columns.argmax(axis=2)[:, :, None]
    np.put_along_axis(routed, winners, grad_out.reshape(N, C, 1, -1), axis=2)
    routed = routed.reshape(N, -1, routed.shape[-1])
    return im2col.fold(routed, x.shape[2:], window, step, border)


def mean_torch(grad_out, x, kernel_size, stride=None, padding=0):
    options = sizes(kernel_size, stride, padding)
    return by_autograd(lambda t: F.avg_pool2d(t, *options), grad_out, x)


def mean_loops(grad_out, x, kernel_size, stride=None, padding=0):
    (K_h, K_w), (s_h, s_w), (p_h, p_w) = sizes(kernel_size, stride, padding)
    (N, C, H, W) = x.shape
    grad = np.zeros((N, C, H + 2 * p_h, W + 2 * p_w))
    for i, j in np.ndindex(*grad_out.shape[2:]):
        share = grad_out[:, :, i, j] / (K_h * K_w)
        region = (..., slice(i * s_h, i * s_h + K_h), slice(j * s_w, j * s_w + K_w))
        grad[region] += share[:, :, None, None]
    return grad[:, :, p_h : H + p_h, p_w : W + p_w]


def mean_convolution(grad_out, x, kernel_size, stride=None, padding=0):
    window, *options = sizes(kernel_size, stride, padding)
    C = x.shape[1]
    weight = np.full((C, 1, *window), 1 / (window[0] * window[1]))
    return backprop.conv2d_backward(grad_out, x, weight, *options, groups=C)[0]


def loss_torch(logits, labels):
    tensor = torch.from_numpy(logits).requires_grad_()
    loss = F.cross_entropy(tensor, torch.from_numpy(labels))
    loss.backward()
    return loss.item(), tensor.grad.numpy()


def loss_one_hot(logits, labels):
    hot = np.eye(logits.shape[1])[labels]
    shifted = logits - logits.max(axis=1, keepdims=True)
    powers = np.exp(shifted)
    total = powers.sum(axis=1, keepdims=True)
    loss = float(np.mean(np.log(total)[:, 0] - (shifted * hot).sum(axis=1)))
    return loss, (powers / total - hot) / len(logits)


def loss_loops(logits, labels):
    loss, grad = 0.0, np.zeros(logits.shape)
    for n, (row, label) in enumerate(zip(logits, labels, strict=True)):
        total = np.logaddexp.reduce(row)
        loss += total - row[label]
        grad[n] = np.exp(row - total)
        grad[n, label] -= 1
    return np.float64(loss / len(logits)), grad / len(logits)


def tensors_of(parameters):
    return {
        name: torch.from_numpy(a).requires_grad_() for name, a in parameters.items()
    }


def maps_of(p, images):
    maps, entering = {}, images
    for i in "12":
        weight, bias = p[f"conv{i}.weight"], p[f"conv{i}.bias"]
        maps[f"conv{i}"] = F.conv2d(entering, weight, bias, padding=1)
        maps[f"relu{i}"] = F.relu(maps[f"conv{i}"])
        entering = maps[f"pool{i}"] = F.max_pool2d(maps[f"relu{i}"], 2)
    maps["flat"] = entering.flatten(1)
    maps["logits"] = F.linear(maps["flat"], p["fc.weight"], p["fc.bias"])
    return maps


def forward_torch(parameters, images):
    maps = maps_of(tensors_of(parameters), torch.from_numpy(images))
    return {name: tensor.detach().numpy() for name, tensor in maps.items()}


def forward_backwards_order(parameters, images):
    maps = numpy_net.forward(parameters, images)
    return dict(reversed(maps.items()))


def forward_single(parameters, images):
    small = {name: array.astype(np.float32) for name, array in parameters.items()}
    return numpy_net.forward(small, images.astype(np.float32))


def gradients_torch(parameters, images, labels):
    p = tensors_of(parameters)
    logits = maps_of(p, torch.from_numpy(images))["logits"]
    loss = F.cross_entropy(logits, torch.from_numpy(labels))
    loss.backward()
    return loss.item(), {name: tensor.grad.numpy() for name, tensor in p.items()}


def gradients_image_by_image(parameters, images, labels):
    pairs = [
        numpy_net.loss_and_gradients(parameters, images[n : n + 1], labels[n : n + 1])
        for n in range(len(images))
    ]
    means = {
        name: np.mean([grads[name] for _, grads in pairs], axis=0)
        for name in parameters
    }
    return float(np.mean([loss for loss, _ in pairs])), means


def gradients_single(parameters, images, labels):
    small = {name: array.astype(np.float32) for name, array in parameters.items()}
    return numpy_net.loss_and_gradients(small, images.astype(np.float32), labels)


RIGHT = {
    "ps5.max_pool2d_backward": [max_torch, max_loops, max_columns],
    "ps5.avg_pool2d_backward": [mean_torch, mean_loops, mean_convolution],
    "ps5.softmax_cross_entropy": [loss_torch, loss_one_hot, loss_loops],
    "ps5.forward": [forward_torch, forward_backwards_order, forward_single],
    "ps5.loss_and_gradients": [
        gradients_torch,
        gradients_image_by_image,
        gradients_single,
    ],
}


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
