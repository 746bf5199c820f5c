"""The formulas on "Normalisation": statistics, gradients, running averages."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from convnets.gradcheck import numerical_gradient
from convnets.normalization import batch_norm, batch_norm_backward

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "book" / "normalization.md"
EPS = 1e-5


@pytest.fixture
def column(rng):
    """Return one feature's batch, upstream gradient, scale and shift."""
    return rng.normal(2, 3, size=7), rng.normal(size=7), 1.7, -0.4


def steps(x, gamma=1.0, beta=0.0, eps=EPS):
    """Go through the graph as the page does."""
    mean = sum(x) / len(x)
    centred = x - mean
    var = sum(centred**2) / len(x)
    std = (var + eps) ** 0.5
    hat = centred / std
    return mean, centred, var, std, hat, gamma * hat + beta


def test_the_example_worked_by_hand(page):
    column = np.array([1.0, 7, 9, 15])
    mean, centred, var, std, hat, out = steps(column, 2.0, eps=0)
    assert (mean, var, std) == (8, 25, 5)
    assert centred.tolist() == [-7, -1, 1, 7]
    np.testing.assert_allclose(hat, [-1.4, -0.2, 0.2, 1.4])
    np.testing.assert_allclose(out, [-2.8, -0.4, 0.4, 2.8])
    np.testing.assert_allclose(page["x_hat"][:, 0], hat)
    second = page["x"][:, 1]
    assert (second.mean(), second.std()) == (800, 500)


@pytest.mark.parametrize("curvature", [1, 100])
def test_formula_of_steps_is_that_of_gradient_descent(rng, curvature):
    inputs = rng.normal(size=2000)
    inputs *= np.sqrt(curvature / np.mean(inputs**2))
    rate, weight, errors = 0.019, 3.0, []
    for _ in range(5):  # mean squared error, halved, of the model with weight 2
        errors.append(weight - 2.0)
        weight -= rate * np.mean((weight - 2.0) * inputs**2)
    want = [(1 - rate * curvature) ** t * errors[0] for t in range(5)]
    np.testing.assert_allclose(errors, want)


def test_best_rate_of_the_page_is_the_best(page):
    # Steps until the slower of two errors is small, over a fine grid of rates.
    def slowest(rate):
        return max(abs(1 - rate), abs(1 - 100 * rate))

    grid = np.linspace(0.001, 0.05, 2000)
    assert slowest(page["learning_rate"]) <= min(map(slowest, grid))


def test_normalised_values_have_mean_0_and_the_stated_square(column):
    x, *_ = column
    eps = 0.3  # large, so that it shows
    _, _, var, _, hat, _ = steps(x, eps=eps)
    assert hat.mean() == pytest.approx(0, abs=1e-12)
    assert np.mean(hat**2) == pytest.approx(var / (var + eps))


def test_output_is_that_of_pytorch(column):
    x, _, gamma, beta = column
    tensors = [torch.tensor([value]).double() for value in (gamma, beta)]
    want = F.batch_norm(torch.tensor(x)[:, None], None, None, *tensors, training=True)
    np.testing.assert_allclose(steps(x, gamma, beta)[-1], want[:, 0])


def test_gamma_and_beta_recover_the_input(column):
    x, *_ = column
    mean, _, _, std, _, _ = steps(x)
    np.testing.assert_allclose(steps(x, std, mean)[-1], x)


def test_scale_and_shift_of_the_input_do_not_count(column):
    x, *_ = column
    np.testing.assert_allclose(steps(3 * x + 8, eps=0)[4], steps(x, eps=0)[4])


def autograd(x, g, gamma, beta):
    """Return PyTorch's gradients of all the steps of the graph, by their names."""
    leaves = {"x": x, "gamma": gamma, "beta": beta}
    named = {name: torch.tensor(v, dtype=torch.double) for name, v in leaves.items()}
    for leaf in named.values():
        leaf.requires_grad_()
    named["mean"] = named["x"].mean()
    named["centred"] = named["x"] - named["mean"]
    named["var"] = (named["centred"] ** 2).mean()
    named["std"] = (named["var"] + EPS).sqrt()
    named["hat"] = named["centred"] / named["std"]
    out = named["gamma"] * named["hat"] + named["beta"]
    grads = torch.autograd.grad(out, list(named.values()), torch.tensor(g))
    return {name: grad.numpy() for name, grad in zip(named, grads, strict=True)}


def test_every_step_of_the_derivation(column):
    x, g, gamma, beta = column
    N = len(x)
    _, centred, _, std, hat, _ = steps(x, gamma, beta)
    want = autograd(x, g, gamma, beta)
    h = gamma * g
    along = np.sum(h * hat)
    by_var = -along / (2 * std**2)
    by_centred = (h - hat * along / N) / std
    got = {
        "gamma": np.sum(g * hat),
        "beta": np.sum(g),
        "hat": h,
        "std": -np.sum(h * centred / std**2),
        "var": by_var,
        "centred": by_centred,
        "mean": -np.sum(h) / std,
        "x": gamma / std * (g - g.mean() - hat * np.mean(g * hat)),
    }
    assert got.keys() == want.keys()
    for name, grad in got.items():
        np.testing.assert_allclose(grad, want[name], rtol=1e-9, err_msg=name)
    np.testing.assert_allclose(got["std"], -along / std)
    np.testing.assert_allclose(h / std + 2 * centred / N * by_var, by_centred)
    np.testing.assert_allclose(-by_centred.sum(), got["mean"])


def test_gradient_worked_by_hand(page):
    got = page["by_hand"].ravel()
    np.testing.assert_allclose(got, [0.052, -0.064, -0.036, 0.048])
    x = torch.tensor([1.0, 7, 9, 15], dtype=torch.float64, requires_grad=True)
    F.batch_norm(x[:, None], None, None, training=True, eps=1e-12)[0].backward()
    np.testing.assert_allclose(got, x.grad, atol=1e-9)


def test_gradients_on_the_page_are_those_of_finite_differences(page):
    x, g = page["features"], page["grad_out"]
    for grad, (f, at) in zip(page["grads"], page["checks"], strict=True):
        assert grad.shape == at.shape
        np.testing.assert_allclose(grad, numerical_gradient(f, at, g), atol=1e-8)
    for grad, tensor in zip(page["grads"], page["tensors"], strict=True):
        np.testing.assert_allclose(grad, tensor.grad)
    assert x.shape[0] != x.shape[1]


def test_gradient_has_no_part_along_shift_and_scale(column):
    x, g, gamma, beta = column
    eps = 0.3
    _, _, var, std, hat, _ = steps(x, gamma, beta, eps)
    arguments = g[:, None], x[:, None], np.array([gamma])
    grad = batch_norm_backward(*arguments, eps=eps)[0][:, 0]
    assert grad.sum() == pytest.approx(0, abs=1e-12)
    want = gamma / std * eps / (var + eps) * np.sum(g * hat)
    assert np.sum(grad * hat) == pytest.approx(want)


def test_forgetful_gradient_is_that_of_evaluation(page):
    x = torch.tensor(page["features"], requires_grad=True)
    mean, var = x.detach().mean(dim=0), x.detach().var(dim=0, correction=0)
    gamma = torch.from_numpy(page["gamma"])
    out = F.batch_norm(x, mean, var, gamma, training=False)
    out.backward(torch.from_numpy(page["grad_out"]))
    np.testing.assert_allclose(page["forgetful"], x.grad)
    assert page["off"] > 0.1


@pytest.mark.parametrize("m", [0.1, 0.3])
def test_formula_of_running_averages_is_what_pytorch_does(rng, m):
    layer = nn.BatchNorm1d(1, momentum=m).double()
    layer.running_mean.fill_(4.0)
    found = []
    for batch in rng.normal(size=(6, 5, 1)):
        layer(torch.from_numpy(batch))
        found.append(batch.mean())
    t = len(found)
    past = sum((1 - m) ** (t - k) * found[k - 1] for k in range(1, t + 1))
    want = (1 - m) ** t * 4.0 + m * past
    assert layer.running_mean.item() == pytest.approx(want)


def test_biased_variance_is_too_small_by_the_stated_factor():
    # All samples of size 3, with replacement, of four numbers: an exact mean.
    values = np.array([0.0, 1, 4, 9])
    samples = np.stack(np.meshgrid(*[values] * 3), axis=-1).reshape(-1, 3)
    assert samples.var(axis=1).mean() == pytest.approx(2 / 3 * values.var())


def test_running_averages_on_the_page_are_those_of_pytorch(page):
    np.testing.assert_allclose(page["new_mean"], page["layer"].running_mean)
    np.testing.assert_allclose(page["new_var"], page["layer"].running_var)


def test_evaluation_uses_the_running_averages(rng):
    x, mean, var = rng.normal(size=(5, 3)), rng.normal(size=3), rng.uniform(1, 2, 3)
    out, *_ = batch_norm(x, np.ones(3), np.zeros(3), mean, var, training=False)
    np.testing.assert_allclose(out, (x - mean) / np.sqrt(var + EPS))


def test_two_examples_keep_only_their_order(rng):
    a, b = rng.normal(size=2)
    hat = steps(np.array([a, b]), eps=0)[4]
    np.testing.assert_allclose(hat, [np.sign(a - b), np.sign(b - a)])
    assert steps(np.array([a, b]), eps=0)[3] == pytest.approx(abs(a - b) / 2)


def test_noise_of_a_mean():
    # Exact: the mean of N fair coins worth -1 or 1, over all outcomes.
    for N in (4, 9):
        coins = np.array(np.meshgrid(*[[-1, 1]] * N)).reshape(N, -1)
        assert coins.mean(axis=0).std() == pytest.approx(N**-0.5)


def test_answer_1_normalises_a_column():
    *_, hat, _ = steps(np.array([2.0, 2, 2, 10]), eps=0)
    np.testing.assert_allclose(hat, [-0.577, -0.577, -0.577, 1.732], atol=5e-4)


def test_answer_2_has_no_gradient(rng):
    grad, *_ = batch_norm_backward(np.ones((5, 2)), rng.normal(size=(5, 2)), np.ones(2))
    np.testing.assert_allclose(grad, 0, atol=1e-12)


def test_answer_4_runs_the_average_both_ways():
    ours, theirs = 0.0, 0.0
    for _ in range(2):
        ours, theirs = 0.9 * ours + 0.1 * 5, 0.1 * theirs + 0.9 * 5
    assert (ours, theirs) == pytest.approx((0.95, 4.95))


def test_difficulty_and_minutes_are_those_of_the_declarations():
    from exercises.ps6 import PROBLEM_SET

    levels = {"easy": 1, "medium": 2, "hard": 3}
    pattern = r"\*\*`(ps6\.\w+)`\*\* · (\w+) · about (\d+) minutes"
    found = re.findall(pattern, PAGE.read_text(encoding="utf-8"))
    assert len(found) == 8
    for exercise_id, level, minutes in found:
        exercise = PROBLEM_SET.find(exercise_id)
        assert (levels[level], int(minutes)) == (exercise.difficulty, exercise.minutes)
