"""The formulas on "Normalisation": images, groups, folding, the length of weights."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from convnets.gradcheck import numerical_gradient
from convnets.normalization import fold_batch_norm, group_norm, group_norm_backward

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "book" / "normalization.md"
TINY = 1e-12  # PyTorch's batch norm refuses 0
NORMS = {
    "batch": lambda x, G: F.batch_norm(x, None, None, training=True, eps=TINY),
    "layer": lambda x, G: F.layer_norm(x, x.shape[1:], eps=TINY),
    "instance": lambda x, G: F.instance_norm(x, eps=TINY),
    "group": lambda x, G: F.group_norm(x, G, eps=TINY),
}


def shares(norm, here, there, C, G):
    """Tell by the page's formula whether two numbers share their statistics."""
    same_image, same_channel = here[0] == there[0], here[1] == there[1]
    group, other = (place[1] * G // C for place in (here, there))
    return {
        "batch": same_channel,
        "layer": same_image,
        "instance": same_image and same_channel,
        "group": same_image and group == other,
    }[norm]


@pytest.fixture
def maps(rng):
    return rng.normal(2, 3, size=(2, 6, 3, 4))


@pytest.mark.parametrize("norm", NORMS)
def test_formula_of_the_sets_gives_every_norm(maps, norm):
    C, G = 6, 3
    got = np.zeros(maps.shape)
    for here in np.ndindex(maps.shape):
        chosen = [
            maps[there]
            for there in np.ndindex(maps.shape)
            if shares(norm, here, there, C, G)
        ]
        got[here] = (maps[here] - np.mean(chosen)) / np.std(chosen)
    want = NORMS[norm](torch.from_numpy(maps), G)
    np.testing.assert_allclose(got, want)


def test_mean_of_a_channel(maps):
    N, C, H, W = maps.shape
    layer = nn.BatchNorm2d(C, momentum=1.0).double()
    layer(torch.from_numpy(maps))
    means = np.array([sum(maps[:, c].ravel()) / (N * H * W) for c in range(C)])
    np.testing.assert_allclose(layer.running_mean, means)
    squares = ((maps - means[:, None, None]) ** 2).sum(axis=(0, 2, 3))
    np.testing.assert_allclose(layer.running_var, squares / (N * H * W - 1))


def test_images_on_the_page_are_lists_of_pixels(page):
    want = F.batch_norm(
        torch.from_numpy(page["maps"]),
        None,
        None,
        torch.from_numpy(page["gamma"]),
        torch.from_numpy(page["beta"]),
        training=True,
    )
    np.testing.assert_allclose(page["back"], want)
    np.testing.assert_allclose(page["by_maps"][0], want)


def test_one_group_is_layer_norm_and_all_groups_instance_norm(page):
    x = torch.from_numpy(page["maps"])
    np.testing.assert_allclose(page["as_layer"], F.layer_norm(x, x.shape[1:]))
    np.testing.assert_allclose(page["as_instance"], F.instance_norm(x))


@pytest.mark.parametrize("G", [1, 2, 6])
def test_formula_of_the_groups_gradient(maps, rng, G):
    gamma, g = rng.normal(size=6), rng.normal(size=maps.shape)
    shape, axes = (2, G, -1), 2
    x, h = maps.reshape(shape), (gamma[:, None, None] * g).reshape(shape)
    std = np.sqrt(x.var(axis=axes, keepdims=True) + 1e-5)
    hat = (x - x.mean(axis=axes, keepdims=True)) / std
    along = (h * hat).mean(axis=axes, keepdims=True)
    grad = (h - h.mean(axis=axes, keepdims=True) - hat * along) / std
    measured = numerical_gradient(
        lambda a: group_norm(a, G, gamma, np.zeros(6)), maps, g
    )
    np.testing.assert_allclose(grad.reshape(maps.shape), measured, atol=1e-8)
    got, *_ = group_norm_backward(g, maps, G, gamma)
    np.testing.assert_allclose(grad.reshape(maps.shape), got)


def test_formula_of_folding(rng):
    W, b = rng.normal(size=(4, 3, 3, 2)), rng.normal(size=4)
    gamma, beta, mean = rng.normal(size=(3, 4))
    var = rng.uniform(0.5, 2, size=4)
    x = torch.from_numpy(rng.normal(size=(2, 3, 6, 7)))
    norm = [torch.from_numpy(a) for a in (mean, var, gamma, beta)]
    conv = F.conv2d(x, torch.from_numpy(W), torch.from_numpy(b))
    want = F.batch_norm(conv, *norm, training=False)
    std = np.sqrt(var + 1e-5)
    weight = W * (gamma / std)[:, None, None, None]
    bias = gamma / std * (b - mean) + beta
    got = F.conv2d(x, torch.from_numpy(weight), torch.from_numpy(bias))
    np.testing.assert_allclose(got, want)
    ours = fold_batch_norm(W, b, gamma, beta, mean, var)
    for mine, formula in zip(ours, (weight, bias), strict=True):
        np.testing.assert_allclose(mine, formula)


def test_two_layers_on_the_page_agree_with_one(page):
    np.testing.assert_allclose(page["two_layers"], page["one_layer"], atol=1e-10)
    for mine, theirs in zip(page["ours"], page["theirs"], strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-6)


def test_a_bias_before_batch_norm_has_no_gradient(rng):
    conv = nn.Conv2d(3, 4, 3).double()
    x = torch.from_numpy(rng.normal(size=(2, 3, 6, 7)))
    out = F.batch_norm(conv(x), None, None, training=True)
    out.backward(torch.from_numpy(rng.normal(size=out.shape)))
    np.testing.assert_allclose(conv.bias.grad, 0, atol=1e-12)
    assert conv.weight.grad.abs().max() > 0.1


def test_outputs_on_the_page_are_the_same_with_a_bias(page):
    np.testing.assert_allclose(*page["outputs"])
    assert np.abs(page["with_bias"] - page["before"]).max() > 0.1


def test_gradient_is_at_a_right_angle_and_shrinks_with_the_weights(page):
    w, gradient = page["w"], page["loss_gradient"]
    assert w @ gradient(w) == pytest.approx(0, abs=1e-9)
    for factor in (0.5, 3.0):
        np.testing.assert_allclose(gradient(factor * w), gradient(w) / factor)


def test_a_step_makes_the_weights_longer_by_pythagoras(page):
    w, rate = page["w"], 0.3
    gradient = page["loss_gradient"](w)
    after = np.sum((w - rate * gradient) ** 2)
    assert after == pytest.approx(w @ w + rate**2 * gradient @ gradient)


def test_direction_moves_by_the_effective_learning_rate(page):
    w, gradient = 4 * page["w"], page["loss_gradient"]
    length, rate = np.linalg.norm(w), 1e-6
    u = w / length
    after = w - rate * gradient(w)
    moved = after / np.linalg.norm(after) - u
    want = -rate / length**2 * gradient(u)
    np.testing.assert_allclose(moved, want, rtol=1e-4, atol=1e-12)


def test_answer_3_counts_numbers_and_means():
    N, C, P, G = 8, 16, 25, 4
    numbers = {"batch": N * P, "layer": C * P, "instance": P, "group": C // G * P}
    means = {norm: N * C * P // count for norm, count in numbers.items()}
    assert numbers == {"batch": 200, "layer": 400, "instance": 25, "group": 100}
    assert means == {"batch": 16, "layer": 8, "instance": 128, "group": 32}


@pytest.mark.parametrize("padding", [0, 1])
def test_answer_6_folds_into_the_next_layer_without_padding_only(rng, padding):
    norm = nn.BatchNorm2d(3).double().eval()
    conv = nn.Conv2d(3, 4, 3, padding=padding).double()
    for tensor in (norm.weight.data, norm.bias.data, norm.running_mean):
        tensor.copy_(torch.from_numpy(rng.normal(size=3)))
    x = torch.from_numpy(rng.normal(size=(2, 3, 6, 7)))
    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
    shift = norm.bias - norm.running_mean * scale
    weight = conv.weight * scale[:, None, None]
    bias = conv.bias + (conv.weight * shift[:, None, None]).sum(dim=(1, 2, 3))
    got = F.conv2d(x, weight, bias, padding=padding)
    same = torch.isclose(got, conv(norm(x))).all(dim=1).all(dim=0)
    inside = same[padding : same.shape[0] - padding, padding : same.shape[1] - padding]
    assert inside.all()
    assert same.all() == (padding == 0)
