"""Right norms, written in many ways, get full marks."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from torch.nn import functional as F


def batch_norm_steps(x, gamma, beta, mean, var, training, momentum=0.1, eps=1e-5):
    if not training:
        return gamma * (x - mean) / np.sqrt(var + eps) + beta, mean, var
    mu, sigma2 = np.mean(x, axis=0), np.var(x, axis=0)
    x_hat = (x - mu) / np.sqrt(sigma2 + eps)
    mean = mean * (1 - momentum) + mu * momentum
    var = var * (1 - momentum) + np.var(x, axis=0, ddof=1) * momentum
    return x_hat * gamma + beta, mean, var


def batch_norm_loops(x, gamma, beta, mean, var, training, momentum=0.1, eps=1e-5):
    out, mean, var = np.zeros(x.shape), mean.copy(), var.copy()
    for j in range(x.shape[1]):
        mu, sigma2 = mean[j], var[j]
        if training:
            mu = sum(x[:, j]) / len(x)
            squares = sum((value - mu) ** 2 for value in x[:, j])
            sigma2 = squares / len(x)
            mean[j] += momentum * (mu - mean[j])
            var[j] += momentum * (squares / (len(x) - 1) - var[j])
        out[:, j] = (x[:, j] - mu) / (sigma2 + eps) ** 0.5 * gamma[j] + beta[j]
    return out, mean, var


def batch_norm_squares(x, gamma, beta, mean, var, training, momentum=0.1, eps=1e-5):
    if training:
        N = x.shape[0]
        mu = x.sum(axis=0, keepdims=True) / N
        sigma2 = (x**2).sum(axis=0, keepdims=True) / N - mu**2
        mean = np.average([mean, mu[0]], axis=0, weights=[1 - momentum, momentum])
        var = var + momentum * (sigma2[0] * N / (N - 1) - var)
    else:
        mu, sigma2 = mean, var
    scale = gamma / np.sqrt(sigma2 + eps)
    return x * scale + (beta - mu * scale), mean, var


def batch_norm_single(x, *arrays_and_flags, **options):
    singles = [
        each.astype(np.float32) if isinstance(each, np.ndarray) else each
        for each in (x, *arrays_and_flags)
    ]
    return batch_norm_steps(*singles, **options)


def batch_norm_torch(x, gamma, beta, mean, var, training, momentum=0.1, eps=1e-5):
    given = [torch.tensor(each).double() for each in (x, mean, var, gamma, beta)]
    out = F.batch_norm(*given, training, momentum, eps)
    return out.numpy(), given[1].numpy(), given[2].numpy()


def batch_norm_backward_short(grad_out, x, gamma, eps=1e-5):
    N, std = len(x), np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    grad_beta, grad_gamma = grad_out.sum(axis=0), (grad_out * x_hat).sum(axis=0)
    grad_x = gamma / (N * std) * (N * grad_out - grad_beta - x_hat * grad_gamma)
    return grad_x, grad_gamma, grad_beta


def batch_norm_backward_graph(grad_out, x, gamma, eps=1e-5):
    N = x.shape[0]
    mu = x.mean(axis=0)
    centred = x - mu
    var = (centred**2).mean(axis=0)
    std = np.sqrt(var + eps)
    grad_x_hat = grad_out * gamma
    grad_centred = grad_x_hat / std
    grad_std = -(grad_x_hat * centred).sum(axis=0) / std**2
    grad_var = grad_std / (2 * std)
    grad_centred = grad_centred + 2 * centred * grad_var / N
    grad_x = grad_centred - grad_centred.sum(axis=0) / N
    return grad_x, (grad_out * centred / std).sum(axis=0), grad_out.sum(axis=0)


def batch_norm_backward_paper(grad_out, x, gamma, eps=1e-5):
    m, mu, var = x.shape[0], x.mean(axis=0), x.var(axis=0)
    grad_x_hat = grad_out * gamma
    grad_var = (grad_x_hat * (x - mu) * -0.5 * (var + eps) ** -1.5).sum(axis=0)
    grad_mean = (-grad_x_hat / np.sqrt(var + eps)).sum(axis=0)
    grad_mean = grad_mean + grad_var * (-2 * (x - mu)).sum(axis=0) / m
    grad_x = grad_x_hat / np.sqrt(var + eps)
    grad_x = grad_x + grad_var * 2 * (x - mu) / m + grad_mean / m
    x_hat = (x - mu) / np.sqrt(var + eps)
    return grad_x, np.einsum("nd,nd->d", grad_out, x_hat), grad_out.sum(0)


def batch_norm_backward_matrix(grad_out, x, gamma, eps=1e-5):
    N, D = x.shape
    grad_x, grad_gamma = np.zeros((N, D)), np.zeros(D)
    for j in range(D):
        std = np.sqrt(x[:, j].var() + eps)
        x_hat = (x[:, j] - x[:, j].mean()) / std
        jacobian = (np.eye(N) - 1 / N - np.outer(x_hat, x_hat) / N) / std
        grad_x[:, j] = jacobian @ grad_out[:, j] * gamma[j]
        grad_gamma[j] = grad_out[:, j] @ x_hat
    return grad_x, grad_gamma, np.ones(N) @ grad_out


def batch_norm_backward_single(grad_out, x, gamma, eps=1e-5):
    singles = (each.astype(np.float32) for each in (grad_out, x, gamma))
    return batch_norm_backward_short(*singles, eps)


def batch_norm2d_rows(x, *others, **options):
    N, C, H, W = x.shape
    rows = x.transpose(0, 2, 3, 1).reshape(-1, C)
    out, *averages = batch_norm_steps(rows, *others, **options)
    return out.reshape(N, H, W, C).transpose(0, 3, 1, 2), *averages


def batch_norm2d_axes(x, gamma, beta, mean, var, training, momentum=0.1, eps=1e-5):
    mu, sigma2 = mean.reshape(1, -1, 1, 1), var.reshape(1, -1, 1, 1)
    if training:
        mu, sigma2 = (f(x, axis=(0, 2, 3), keepdims=True) for f in (np.mean, np.var))
        n = x.size / x.shape[1]
        mean = (1 - momentum) * mean + momentum * mu.squeeze((0, 2, 3))
        var = (1 - momentum) * var + momentum * n / (n - 1) * sigma2.ravel()
    x_hat = (x - mu) / np.sqrt(sigma2 + eps)
    return gamma[None, :, None, None] * x_hat + beta[None, :, None, None], mean, var


def batch_norm2d_channels(x, gamma, beta, mean, var, training, momentum=0.1, eps=1e-5):
    out, averages = np.zeros(x.shape, np.float32), [mean.copy(), var.copy()]
    for c in range(x.shape[1]):
        own = (each[c : c + 1] for each in (gamma, beta, mean, var))
        options = {"momentum": momentum, "eps": eps}
        flat = x[:, c].reshape(-1, 1)
        found, *new = batch_norm_steps(flat, *own, training, **options)
        out[:, c] = found.reshape(x[:, c].shape)
        averages[0][c], averages[1][c] = new[0][0], new[1][0]
    return out, *averages


def layer_norm_flat(x, gamma, beta, eps=1e-5):
    flat = x.reshape(len(x), -1)
    centred = flat - flat.mean(axis=1)[:, np.newaxis]
    std = np.sqrt((centred**2).mean(axis=1)[:, np.newaxis] + eps)
    return (centred / std * gamma.ravel() + beta.ravel()).reshape(x.shape)


def layer_norm_loop(x, gamma, beta, eps=1e-5):
    rows = [gamma * (row - row.mean()) / (row.var() + eps) ** 0.5 + beta for row in x]
    return np.stack(rows).astype(np.float32)


def layer_norm_torch(x, gamma, beta, eps=1e-5):
    x, gamma, beta = (torch.tensor(each).double() for each in (x, gamma, beta))
    return F.layer_norm(x, x.shape[1:], gamma, beta, eps).numpy()


def instance_norm_axes(x, gamma, beta, eps=1e-5):
    mean, var = (f(x, axis=(-2, -1), keepdims=True) for f in (np.mean, np.var))
    x_hat = (x - mean) * (var + eps) ** -0.5
    return np.einsum("c,nchw->nchw", gamma, x_hat) + beta.reshape(-1, 1, 1)


def instance_norm_loops(x, gamma, beta, eps=1e-5):
    out = np.empty(x.shape)
    for n, c in np.ndindex(x.shape[:2]):
        image = x[n, c]
        out[n, c] = (image - image.mean()) / np.hypot(image.std(), np.sqrt(eps))
        out[n, c] = out[n, c] * gamma[c] + beta[c]
    return out


def instance_norm_single(x, gamma, beta, eps=1e-5):
    x, gamma, beta = (each.astype(np.float32) for each in (x, gamma, beta))
    return instance_norm_axes(x, gamma, beta, eps)


def group_norm_split(x, num_groups, gamma, beta, eps=1e-5):
    parts = np.split(x, num_groups, axis=1)
    x_hat = [
        (part - part.mean(axis=(1, 2, 3), keepdims=True))
        / np.sqrt(part.var(axis=(1, 2, 3), keepdims=True) + eps)
        for part in parts
    ]
    return np.concatenate(x_hat, axis=1) * gamma[:, None, None] + beta[:, None, None]


def group_norm_rows(x, num_groups, gamma, beta, eps=1e-5):
    rows = x.reshape(x.shape[0] * num_groups, -1).astype(np.float32)
    rows = rows - rows.mean(axis=1, keepdims=True)
    rows = rows / np.sqrt((rows**2).mean(axis=1, keepdims=True) + eps)
    return rows.reshape(x.shape) * gamma.reshape(1, -1, 1, 1) + beta.reshape(
        1, -1, 1, 1
    )


def group_norm_loops(x, num_groups, gamma, beta, eps=1e-5):
    out, size = np.zeros(x.shape), x.shape[1] // num_groups
    for n, g in itertools.product(range(len(x)), range(num_groups)):
        mine = slice(g * size, (g + 1) * size)
        group = x[n, mine]
        x_hat = (group - group.mean()) / np.sqrt(group.var() + eps)
        for c in range(size):
            out[n, g * size + c] = gamma[mine][c] * x_hat[c] + beta[mine][c]
    return out


def group_norm_backward_loops(grad_out, x, num_groups, gamma, eps=1e-5):
    grad_x, grad_gamma = np.zeros(x.shape), np.zeros(len(gamma))
    size = len(gamma) // num_groups
    for n, g in itertools.product(range(len(x)), range(num_groups)):
        mine = slice(g * size, (g + 1) * size)
        group = x[n, mine]
        std = np.sqrt(group.var() + eps)
        x_hat = (group - group.mean()) / std
        upstream = grad_out[n, mine] * gamma[mine].reshape(-1, 1, 1)
        inner = upstream - upstream.mean() - x_hat * (upstream * x_hat).mean()
        grad_x[n, mine] = inner / std
        grad_gamma[mine] += (grad_out[n, mine] * x_hat).sum(axis=(1, 2))
    return grad_x, grad_gamma, grad_out.sum(axis=(0, 2, 3))


def group_norm_backward_rows(grad_out, x, num_groups, gamma, eps=1e-5):
    rows = x.reshape(len(x) * num_groups, -1)
    scaled = (grad_out * gamma[:, None, None]).reshape(rows.shape)
    ones = np.ones(len(rows))
    grad_rows, *_ = batch_norm_backward_paper(scaled.T, rows.T, ones, eps)
    x_hat = (rows - rows.mean(1, keepdims=True)) / np.sqrt(rows.var(1) + eps)[:, None]
    grad_gamma = np.einsum("nchw,nchw->c", grad_out, x_hat.reshape(x.shape))
    return grad_rows.T.reshape(x.shape), grad_gamma, grad_out.sum(axis=(0, 2, 3))


def group_norm_backward_single(grad_out, x, num_groups, gamma, eps=1e-5):
    grad_out, x, gamma = (each.astype(np.float32) for each in (grad_out, x, gamma))
    return group_norm_backward_rows(grad_out, x, num_groups, gamma, eps)


def group_norm_backward_autograd(grad_out, x, num_groups, gamma, eps=1e-5):
    x, gamma = (torch.tensor(each, requires_grad=True) for each in (x, gamma))
    beta = torch.zeros_like(gamma, requires_grad=True)
    out = F.group_norm(x, num_groups, gamma, beta, eps)
    out.backward(torch.from_numpy(grad_out))
    return x.grad.numpy(), gamma.grad.numpy(), beta.grad.numpy()


def fold_batch_norm_einsum(weight, bias, gamma, beta, mean, var, eps=1e-5):
    scale = gamma / np.sqrt(var + eps)
    shift = beta - scale * mean
    if bias is not None:
        shift = shift + scale * bias
    return np.einsum("o,oikl->oikl", scale, weight), shift


def fold_batch_norm_loop(weight, bias, gamma, beta, mean, var, eps=1e-5):
    new, shift = np.zeros(weight.shape, np.float32), np.zeros(len(weight), np.float32)
    for f in range(len(weight)):
        std = np.sqrt(var[f] + eps)
        new[f] = gamma[f] * weight[f] / std
        shift[f] = gamma[f] * ((0 if bias is None else bias[f]) - mean[f]) / std
        shift[f] += beta[f]
    return new, shift


def fold_batch_norm_diagonal(weight, bias, gamma, beta, mean, var, eps=1e-5):
    matrix = np.diag(gamma) @ np.linalg.inv(np.sqrt(np.diag(var + eps)))
    new = (matrix @ weight.reshape(len(weight), -1)).reshape(weight.shape)
    bias = np.zeros(len(weight)) if bias is None else bias
    return new, matrix @ (bias - mean) + beta


STYLES = {
    "batch_norm": [
        batch_norm_steps,
        batch_norm_loops,
        batch_norm_squares,
        batch_norm_single,
        batch_norm_torch,
    ],
    "batch_norm_backward": [
        batch_norm_backward_short,
        batch_norm_backward_graph,
        batch_norm_backward_paper,
        batch_norm_backward_matrix,
        batch_norm_backward_single,
    ],
    "batch_norm2d": [batch_norm2d_rows, batch_norm2d_axes, batch_norm2d_channels],
    "layer_norm": [layer_norm_flat, layer_norm_loop, layer_norm_torch],
    "instance_norm": [instance_norm_axes, instance_norm_loops, instance_norm_single],
    "group_norm": [group_norm_split, group_norm_rows, group_norm_loops],
    "group_norm_backward": [
        group_norm_backward_loops,
        group_norm_backward_rows,
        group_norm_backward_single,
        group_norm_backward_autograd,
    ],
    "fold_batch_norm": [
        fold_batch_norm_einsum,
        fold_batch_norm_loop,
        fold_batch_norm_diagonal,
    ],
}


@pytest.mark.parametrize(
    ("exercise", "style"),
    [(name, style) for name, styles in STYLES.items() for style in styles],
)
def test_an_honest_style_gets_full_marks(shares, exercise, style):
    assert shares(f"ps6.{exercise}", style) == {1.0}
