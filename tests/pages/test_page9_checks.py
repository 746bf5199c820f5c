"""What the page on backpropagation says about other layers, checks and costs."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from convnets.backprop import relu_backward, softmax_cross_entropy
from convnets.gradcheck import numerical_gradient
from coursekit.records import load_record
from exercises.ps5 import PROBLEM_SET

PAGE = Path(__file__).parents[2] / "book" / "backpropagation.md"


def numbers(text):
    return [float(word) for word in re.findall(r"-?\d+\.?\d*(?:e[+-]\d+)?", text)]


def autograd(function, x, upstream=None):
    tensor = torch.tensor(x, requires_grad=True)
    out = function(tensor)
    grad_out = torch.ones_like(out) if upstream is None else torch.tensor(upstream)
    return torch.autograd.grad(out, tensor, grad_out)[0].numpy()


def test_formula_of_relu(executed):
    x = np.array([-2.0, -0.5, 0, 0.5, 2])
    g = np.arange(1.0, 6)
    got = [g_m if x_m > 0 else 0 for g_m, x_m in zip(g, x, strict=True)]
    assert autograd(F.relu, x, g).tolist() == got
    assert numbers(executed.shows("5.0]), x)")) == got


def test_output_of_relu_is_positive_where_its_input_is(rng):
    x = rng.normal(size=50)
    np.testing.assert_array_equal(np.maximum(x, 0) > 0, x > 0)


def test_max_pool_on_the_page(executed):
    routed = executed.names["routed"][0, 0]
    x = np.array([[1.0, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]])
    g = np.array([[1.0, 2], [3, 4]])
    want = autograd(lambda a: F.max_pool2d(a[None, None], 2)[0, 0], x, g)
    np.testing.assert_array_equal(routed, want)
    assert np.argwhere(routed).tolist() == [[1, 1], [1, 3], [2, 0], [3, 3]]
    assert (routed[1, 3], x[1, 3]) == (2, 8)


@pytest.mark.parametrize("s", [1, 2, 3])
def test_formula_of_max_pooling_along_a_row(rng, s):
    x = rng.permutation(11).astype(float)
    places = range((11 - 3) // s + 1)
    g = rng.normal(size=len(places))
    got = np.zeros(11)
    for i in places:
        got[i * s + np.argmax(x[i * s : i * s + 3])] += g[i]
    want = autograd(lambda a: F.max_pool1d(a[None], 3, s)[0], x, g)
    np.testing.assert_allclose(got, want)


def test_overlaps_are_added(executed):
    shown = numbers(executed.shows("print(max_pool2d(row, (1, 3), stride=1)"))
    assert shown == [9, 9, 9, 4, 0, 0, 111, 0, 0, 1000]


def test_ties_go_to_the_first_as_in_pytorch(executed):
    shown = executed.shows("tied, 2), tensor.grad)").replace("torch.float64", "")
    assert numbers(shown) == [1, 0, 0, 0] * 2


@pytest.mark.parametrize(("s", "p"), [(1, 0), (2, 1), (3, 1)])
def test_formula_of_average_pooling(rng, s, p):
    shape = F.avg_pool2d(torch.zeros(1, 7, 8), (3, 2), s, p).shape[1:]
    g, got = rng.normal(size=shape), np.zeros((7, 8))
    for i, j, k, l in np.ndindex(*shape, 3, 2):
        r, t = i * s + k - p, j * s + l - p
        if 0 <= r < 7 and 0 <= t < 8:
            got[r, t] += g[i, j] / 6
    x = rng.normal(size=(7, 8))
    want = autograd(lambda a: F.avg_pool2d(a[None], (3, 2), s, p)[0], x, g)
    np.testing.assert_allclose(got, want)


def test_average_pool_on_the_page(executed):
    shown = numbers(executed.shows("avg_pool2d_backward(threes"))
    assert shown == [1, 3, 6, 9, 7, 4, *[3] * 6, 24, 18]


def test_formulas_of_softmax_and_cross_entropy(rng):
    z, y = rng.normal(size=(5, 4)), rng.integers(0, 4, size=5)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(p, F.softmax(torch.tensor(z), 1))
    labels = torch.tensor(y)
    want = F.cross_entropy(torch.tensor(z), labels).item()
    rows = np.arange(5)
    assert np.mean(-np.log(p[rows, y])) == pytest.approx(want)
    second = np.log(np.exp(z).sum(axis=1)) - z[rows, y]
    assert np.mean(second) == pytest.approx(want)
    got = (p - (np.arange(4) == y[:, None])) / 5
    np.testing.assert_allclose(got, autograd(lambda a: F.cross_entropy(a, labels), z))
    np.testing.assert_allclose(got.sum(axis=1), 0, atol=1e-15)
    found = numerical_gradient(
        lambda a: F.cross_entropy(torch.tensor(a), labels).numpy(), z, np.array(1.0)
    )
    np.testing.assert_allclose(got, found, atol=1e-9)


def test_shares_do_not_change_when_logits_are_shifted(rng):
    z = rng.normal(size=6)
    shares = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
    np.testing.assert_allclose(shares, np.exp(z) / np.exp(z).sum())


def test_softmax_on_the_page(executed):
    loss, *grad = numbers(executed.shows("loss, grad = softmax_cross_entropy(logits,"))
    z, y = torch.tensor([[2.0, 1, 0], [0, 0, 0]]), torch.tensor([0, 2])
    assert loss == pytest.approx(F.cross_entropy(z, y).item(), abs=1e-4)
    want = autograd(lambda a: F.cross_entropy(a, y), z.numpy())
    np.testing.assert_allclose(grad, want.ravel(), atol=1e-4)
    assert softmax_cross_entropy(np.zeros((1, 3)), np.array([2]))[0] == pytest.approx(
        np.log(3)
    )


def test_overflow_happens_on_the_page_and_the_shift_prevents_it(executed):
    assert executed.shows("print(np.exp(z), np.exp(z) /").split("\n") == [
        "[inf inf  1.] [nan nan  0.]"
    ]
    single, double = executed.shows("np.log(np.finfo(dtype).max)").split("\n")
    assert 88 < float(single.split()[1]) < 89
    assert float(double.split()[1]) < 1000
    shares, shown = executed.shows("shares = np.exp(z - z.max())").split("\n")
    want = torch.softmax(torch.tensor([1000.0, 999, 0], dtype=torch.float64), 0)
    np.testing.assert_allclose(numbers(shares), want, atol=1e-4)
    assert want[2] == 0
    assert numbers(shown)[0] == pytest.approx(1000.31, abs=0.005)


@pytest.mark.parametrize("eps", [1e-2, 1e-3])
def test_truncation_errors_of_the_two_differences(eps):
    a = 0.3  # of sin: f'' = -sin, f''' = -cos
    one_sided = (np.sin(a + eps) - np.sin(a)) / eps - np.cos(a)
    central = (np.sin(a + eps) - np.sin(a - eps)) / (2 * eps) - np.cos(a)
    assert one_sided == pytest.approx(-eps / 2 * np.sin(a), rel=0.02)
    assert central == pytest.approx(-(eps**2) / 6 * np.cos(a), rel=0.01)


@pytest.mark.parametrize(("f", "third"), [(1.0, 1.0), (2.0, 0.05)])
def test_best_steps(f, third):
    u = np.finfo(float).eps / 2
    assert u == pytest.approx(1.1e-16, rel=0.02)
    assert np.finfo(np.float32).eps / 2 == pytest.approx(6e-8, rel=0.02)
    eps = np.logspace(-9, -1, 100_001)
    central = eps[np.argmin(eps**2 / 6 * third + u * f / eps)]
    assert central == pytest.approx(np.cbrt(3 * u * f / third), rel=1e-3)
    one_sided = eps[np.argmin(eps / 2 * third + 2 * u * f / eps)]
    assert one_sided == pytest.approx(2 * np.sqrt(u * f / third), rel=1e-3)
    if f == third:
        assert central == pytest.approx(7e-6, rel=0.05)
        assert one_sided == pytest.approx(2e-8, rel=0.06)


def test_the_valleys_on_the_page(executed):
    steps, errors = executed.names["steps"], executed.names["errors"]
    best = {name: steps[np.argmin(row)] for name, row in errors.items()}
    least = {name: min(row) for name, row in errors.items()}
    assert 7e-6 < best["central"] < 5e-4
    assert 2e-8 < best["one-sided"] < 1e-5
    assert 1e-3 < best["central, in single precision"] < 0.2
    assert 100 * least["central"] < least["one-sided"]
    assert 1e-5 < least["central, in single precision"] < 1e-3
    usual = errors["central"][int(np.argmin(np.abs(np.log(steps / 1e-5))))]
    assert 1e-10 < usual < 1e-8
    level = np.array(errors["central, in single precision"])[steps < 1e-8]
    np.testing.assert_allclose(level, 1)


def test_why_the_valleys_lie_to_the_right(executed):
    z = torch.tensor(executed.names["logits"])
    p = torch.softmax(z, 1).numpy()
    loss = F.cross_entropy(z, torch.tensor(executed.names["labels"])).item()
    third = np.sqrt(np.mean((p * (1 - p) * (1 - 2 * p) / 8) ** 2))
    assert loss > 20 * third
    u = np.finfo(float).eps / 2
    row = executed.names["errors"]["central"]
    best = executed.names["steps"][np.argmin(row)]
    assert 1 / 4 < np.cbrt(3 * u * loss / third) / best < 4


@pytest.mark.parametrize(
    ("name", "low", "high", "slope"),
    [
        ("central", 1e-3, 1e-1, 2),
        ("one-sided", 1e-5, 1e-1, 1),
        ("central", 1e-12, 1e-6, -1),
        ("one-sided", 1e-12, 1e-8, -1),
    ],
)
def test_slopes_of_the_figure(executed, name, low, high, slope):
    steps = executed.names["steps"]
    part = (steps >= 0.9 * low) & (steps <= 1.1 * high)
    row = np.array(executed.names["errors"][name])[part]
    fitted = np.polyfit(np.log(steps[part]), np.log(row), 1)[0]
    assert fitted == pytest.approx(slope, abs=0.2)


def test_a_linear_map_wants_a_large_step(executed):
    lines = executed.shows("for eps in (1e-8, 1e-5, 1.0)").splitlines()
    tiny, usual, large = (float(line.split()[-1]) for line in lines)
    assert tiny > usual > large
    assert large < 1e-13


def test_kinks_that_a_check_stumbles_over(executed):
    chord, ours, tie = executed.shows("np.array([-1.0, -4e-6, 0.0, 2.0])").split("\n")
    assert numbers(chord) == [0, 0.3, 0.5, 1]
    assert numbers(ours) == [0, 0, 0, 1]
    assert numbers(tie) == [0.5, 0.5]
    assert np.isclose((-4e-6 + 1e-5) / 2e-5, 0.3)


def test_bugs_that_a_check_misses(executed):
    assert executed.shows("conv2d_backward(grad_out, x, flipped)") == "True False"
    assert executed.shows("g[..., ::-1], x, weight)") == "True\nFalse"


def test_adjoint_on_the_page(executed):
    three = numbers(executed.shows("np.vdot(weight, grad_weight), sep"))
    assert len(three) == 3
    np.testing.assert_allclose(three, three[0])
    right, wrong = numbers(executed.shows("np.vdot(x, wrong), sep"))
    assert right == three[0]
    assert abs(right - wrong) > 100
    pooled = numbers(executed.shows("# full of ties"))
    assert pooled[0] == pytest.approx(pooled[1], abs=1e-9)


def test_adjoint_test_names_a_pool_that_pays_every_winner():
    x, g = np.array([5.0, 5.0, 1.0]), 2.0
    both = np.where(x == x.max(), g, 0)
    assert x.max() * g != np.vdot(x, both)
    first = np.array([g, 0, 0])
    paper = np.zeros(3)  # where all tie at 0, nothing is noticed
    assert np.vdot(paper, np.full(3, g)) == paper.max() * g
    assert x.max() * g == np.vdot(x, first)


@pytest.mark.parametrize("function", [F.relu, lambda a: F.max_pool2d(a, 3, 2)])
def test_adjoint_holds_for_layers_that_pick_numbers(rng, function):
    x = rng.normal(size=(2, 3, 9, 8))
    y = function(torch.tensor(x)).numpy()
    g = rng.normal(size=y.shape)
    assert np.vdot(y, g) == pytest.approx(np.vdot(x, autograd(function, x, g)))


def test_the_same_number_comes_out_three_times(rng):
    x, w = rng.normal(size=(2, 4, 9, 8)), rng.normal(size=(6, 2, 3, 2))
    options = (None, 2, 1, 2, 2)
    y = F.conv2d(torch.tensor(x), torch.tensor(w), *options).numpy()
    g = rng.normal(size=y.shape)
    grad_x = autograd(lambda a: F.conv2d(a, torch.tensor(w), *options), x, g)
    grad_w = autograd(lambda a: F.conv2d(torch.tensor(x), a, *options), w, g)
    assert np.vdot(y, g) == pytest.approx(np.vdot(x, grad_x))
    assert np.vdot(y, g) == pytest.approx(np.vdot(w, grad_w))


def test_the_way_back_takes_twice_the_products(executed):
    shown = numbers(executed.shows("count_macs(True), count_macs(False))"))
    M = 8 * 32 * 16 * 16 * 16 * 9
    assert shown == [M, M, 2 * M, M, M]


@pytest.mark.parametrize("stride", [1, 2])
def test_formula_of_the_work(stride):
    layer = nn.Conv2d(6, 9, (3, 2), stride, padding=1)
    x = torch.zeros(4, 6, 11, 10, requires_grad=True)
    with FlopCounterMode(display=False) as counter:
        out = layer(x)
    M = 4 * 9 * out.shape[2] * out.shape[3] * 6 * 3 * 2
    assert counter.get_total_flops() == 2 * M
    with FlopCounterMode(display=False) as counter:
        out.sum().backward()
    assert counter.get_total_flops() == 2 * 2 * M


def test_memory_that_lenet_keeps(executed):
    inputs = [784, *[20 * 784] * 2, 20 * 196, *[50 * 196] * 2, 2450, 500, 500]
    assert executed.names["kept"] == 64 * sum(inputs)
    weights = 20 * 26 + 50 * (20 * 25 + 1) + 500 * 2451 + 10 * 501
    assert executed.names["weights"] == weights
    shown = numbers(executed.shows("kept += maps.numel()"))
    want = [4 * 64 * sum(inputs) / 2**20, 4 * weights / 2**20]
    np.testing.assert_allclose(shown, want, atol=0.05)


def test_add_at_is_the_slowest_in_every_layer_of_the_record():
    for row in load_record("backward")["layers"].values():
        ratios = {
            way: entry["ratio"] for way, entry in row["forward_and_backward"].items()
        }
        assert max(ratios, key=ratios.get) == "np.add.at"


def test_answers_1_and_2():
    x = torch.zeros(8, 3, 32, 32)
    layer = nn.Conv2d(3, 16, 5, padding=2)
    assert layer(x).shape == (8, 16, 32, 32)
    shapes = [parameter.shape for parameter in layer.parameters()]
    assert shapes == [(16, 3, 5, 5), (16,)]
    signal, w = np.arange(1.0, 5), np.array([1.0, -1])
    g = np.array([5.0, 7])

    def forward(x, w):
        return F.conv1d(x[None, None], w[None, None], stride=2)[0, 0]

    back = autograd(lambda a: forward(a, torch.tensor(w)), signal, g)
    assert back.tolist() == [5, -5, 7, -7]
    assert autograd(lambda a: forward(torch.tensor(signal), a), w, g).tolist() == [
        26,
        38,
    ]


def test_answer_3_adds_up():
    assert F.conv2d(torch.zeros(1, 1, 8, 8), torch.zeros(1, 1, 3, 3), None, 2, 1).shape[
        2:
    ] == (4, 4)
    border, spare = 2 - 1, (8 + 2 - 2 - 1) % 2
    assert (border, spare) == (1, 1)
    length = 2 * (4 - 1) + 1 + spare + 2 * border
    assert (length, length - 3 + 1) == (10, 8)


def test_answer_4_sends_four_times_the_gradient_back():
    x = np.zeros((2, 2))
    assert (x == x.max()).sum() == 4


def test_a_relu_stops_what_its_zeros_are_sent():
    x = np.array([[[[-1.0, -3.0, 2.0, 2.0]]]])  # zeros tie, and so do twos
    tied = np.array([[[[5.0, 5.0, 7.0, 7.0]]]])  # every winner gets all of it
    got = relu_backward(tied, x)
    assert got.ravel().tolist() == [0, 0, 7, 7]
    want = autograd(lambda a: F.max_pool2d(F.relu(a), (1, 2)), x, tied[..., ::2])
    assert want.ravel().tolist() == [0, 0, 7, 0]


def test_answers_5_and_6(rng):
    z, y = torch.tensor(rng.normal(size=(5, 4))), torch.tensor([0, 1, 2, 3, 0])
    summed = autograd(lambda a: F.cross_entropy(a, y, reduction="sum"), z.numpy())
    np.testing.assert_allclose(
        summed, 5 * autograd(lambda a: F.cross_entropy(a, y), z.numpy())
    )
    x, w, b, g = (rng.normal(size=n) for n in (3, (2, 3), 2, 2))
    gap = np.vdot(w @ x + b, g) - np.vdot(x, w.T @ g)
    assert gap == pytest.approx(np.vdot(b, g))


def test_difficulty_and_minutes_are_those_of_the_declarations():
    levels = {"easy": 1, "medium": 2, "hard": 3}
    pattern = r"\*\*`(ps5\.\w+)`\*\* · (\w+) · about (\d+) minutes"
    found = re.findall(pattern, PAGE.read_text(encoding="utf-8"))
    assert [row[0] for row in found] == [item.id for item in PROBLEM_SET.checked]
    for exercise_id, level, minutes in found:
        exercise = PROBLEM_SET.find(exercise_id)
        assert (levels[level], int(minutes)) == (exercise.difficulty, exercise.minutes)
