"""Formulas and numbers of the page "Special convolutions": dilation and channels.

What the page says about transposed and fully connected layers is in the file beside.
"""

import re
from itertools import product
from math import gcd
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import conv2d
from torch.utils.flop_counter import FlopCounterMode

from exercises.ps4 import PROBLEM_SET

PAGE = Path(__file__).parents[2] / "book" / "special_convolutions.md"


def by_torch(x, weight, *bias, **options):
    tensors = [torch.from_numpy(array) for array in (x, weight, *bias)]
    return conv2d(*tensors, **options).numpy()


def find_holes(dilations, kernel_size=3):
    """Find pixels inside the span that no path of taps comes to, by brute force."""
    steps = [[d * k for k in range(kernel_size)] for d in dilations]
    read = {sum(path) for path in product(*steps)}
    return set(range(max(read) + 1)) - read


def test_the_signal_worked_by_hand(page):
    signal = page["signal"].ravel()
    np.testing.assert_array_equal(np.diff(signal), [1, 2, 3, 4, 5])
    got = by_torch(page["signal"], page["difference"], dilation=2).ravel()
    np.testing.assert_array_equal(got, signal[2:] - signal[:-2])
    np.testing.assert_array_equal(got, [3, 5, 7, 9])


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_formula_of_dilation_and_of_the_kernel_with_holes(rng, d, stride):
    x, w = rng.normal(size=(9, 11)), rng.normal(size=(3, 2))
    want = by_torch(x[None, None], w[None, None], dilation=d, stride=stride)[0, 0]
    got = np.zeros(want.shape)
    for i, j, k, l in np.ndindex(*want.shape, 3, 2):
        got[i, j] += x[i * stride + k * d, j * stride + l * d] * w[k, l]
    np.testing.assert_allclose(got, want)
    holes = np.zeros((d * 2 + 1, d + 1))
    for m, n in np.ndindex(holes.shape):
        holes[m, n] = w[m // d, n // d] if m % d == 0 and n % d == 0 else 0
    np.testing.assert_allclose(
        by_torch(x[None, None], holes[None, None], stride=stride)[0, 0], want
    )


def test_the_kernel_with_holes_on_the_page(page):
    weights = np.arange(1.0, 10.0).reshape(3, 3)
    want = np.kron(weights, [[1, 0], [0, 0]])[:5, :5]
    np.testing.assert_array_equal(page["holes"], want)


@pytest.mark.parametrize("d", [1, 2, 4, 8])
def test_span_and_cost_of_a_dilated_kernel(d):
    layer = nn.Conv2d(1, 1, 3, dilation=d, bias=False)
    x = torch.zeros(1, 1, 2 * d + 1, 2 * d + 1)
    with FlopCounterMode(display=False) as counter:
        assert layer(x).shape[2:] == (1, 1)  # it just fits, so this is its span
    assert counter.get_total_flops() // 2 == 9


@pytest.mark.parametrize("dilations", [(2, 2, 2), (3, 3), (2, 4), (1, 2, 3)])
def test_a_unit_reads_sums_of_dilated_taps(dilations):
    x = torch.zeros(1, 1, 1, 2 * sum(dilations) + 1, requires_grad=True)
    out = x
    for d in dilations:
        out = conv2d(out, torch.ones(1, 1, 1, 3), dilation=d)
    out.sum().backward()
    unread = set(np.flatnonzero(x.grad.numpy().ravel() == 0).tolist())
    assert unread == find_holes(dilations)


def test_counts_of_paths_are_gradients(page):
    for dilations in [(2, 2, 2), (1, 2, 3)]:
        x = torch.zeros(1, 1, 13, 13, requires_grad=True)
        out = x
        for d in dilations:
            out = conv2d(out, torch.ones(1, 1, 3, 3), dilation=d)
        out.sum().backward()  # a single unit is left
        counts = page["count_paths"](dilations)
        np.testing.assert_array_equal(counts, x.grad[0, 0].numpy())


def test_the_grid_misses_120_of_169_pixels(page):
    counts = page["count_paths"]((2, 2, 2))
    assert (counts.size, np.sum(counts == 0), counts.max()) == (169, 120, 49)
    assert (page["count_paths"]((1, 2, 3)) > 0).all()


def test_the_chequerboard_survives_or_turns_grey(page):
    before, gridded, mixed = page["boards"]
    np.testing.assert_allclose(gridded, before)
    assert np.abs(mixed - 0.5).max() < 0.01


def test_a_shared_divisor_leaves_holes_and_the_rule_leaves_none():
    for dilations in product(range(1, 7), repeat=3):
        holes = find_holes(dilations)
        field, obeys = 1, True
        for d in sorted(dilations):
            obeys, field = obeys and d <= field, field + 2 * d
        if gcd(*dilations) > 1:
            assert holes
        if obeys:
            assert not holes


@pytest.mark.parametrize("kernel_size", [2, 3, 5])
def test_rule_without_holes_for_other_kernels(kernel_size):
    for dilations in product(range(1, 8), repeat=2):
        first, second = sorted(dilations)
        if first == 1 and second <= kernel_size:
            assert not find_holes(dilations, kernel_size)
        else:
            assert find_holes(dilations, kernel_size)


def test_holes_that_the_page_prints():
    counts = [len(find_holes(d)) for d in [(1, 2, 4), (1, 3, 9), (2, 1, 3)]]
    assert counts == [0, 0, 0]
    assert [len(find_holes(d)) for d in [(2, 3, 5), (1, 4)]] == [2, 2]
    assert gcd(2, 3, 5) == 1


@pytest.mark.parametrize(("C_in", "C_out", "groups"), [(4, 6, 2), (6, 9, 3), (3, 6, 3)])
def test_formula_of_groups(rng, C_in, C_out, groups):
    x, b = rng.normal(size=(C_in, 5, 6)), rng.normal(size=C_out)
    w = rng.normal(size=(C_out, C_in // groups, 2, 3))
    got = np.zeros((C_out, 4, 4)) + b[:, None, None]
    for o, i, j, c, k, l in np.ndindex(C_out, 4, 4, *w.shape[1:]):
        q = o * groups // C_out
        assert q == o // (C_out // groups)
        got[o, i, j] += w[o, c, k, l] * x[q * C_in // groups + c, i + k, j + l]
    np.testing.assert_allclose(got, by_torch(x[None], w, b, groups=groups)[0])


def test_weights_of_alexnets_second_layer():
    layers = [nn.Conv2d(96, 256, 5, groups=g, bias=False) for g in (1, 2)]
    assert [layer.weight.numel() for layer in layers] == [614_400, 307_200]


def test_groups_never_meet(page):
    one, other = page["outputs"]
    np.testing.assert_array_equal(one[:, :2], other[:, :2])
    assert (np.abs(one - other).max(axis=(0, 2, 3))[2:] > 1).all()


def test_formula_of_separable_layers_and_of_their_factors(rng):
    x, b = rng.normal(size=(3, 6, 5)), rng.normal(size=4)
    v, p = rng.normal(size=(3, 2, 3)), rng.normal(size=(4, 3))
    steps = by_torch(by_torch(x[None], v[:, None], groups=3), p[..., None, None], b)[0]
    got = np.zeros((4, 5, 3)) + b[:, None, None]
    for o, i, j, c, k, l in np.ndindex(4, 5, 3, 3, 2, 3):
        got[o, i, j] += p[o, c] * v[c, k, l] * x[c, i + k, j + l]
    np.testing.assert_allclose(got, steps)
    w = p[:, :, None, None] * v[None]
    np.testing.assert_allclose(by_torch(x[None], w, b)[0], steps)


@pytest.mark.parametrize("kernel_size", [1, 3, (3, 5)])
@pytest.mark.parametrize(("C_in", "C_out"), [(16, 32), (5, 7), (64, 8)])
def test_formula_of_the_ratio_of_weights_and_of_work(C_in, C_out, kernel_size):
    full = nn.Conv2d(C_in, C_out, kernel_size, bias=False)
    first = nn.Conv2d(C_in, C_in, kernel_size, groups=C_in, bias=False)
    both = nn.Sequential(first, nn.Conv2d(C_in, C_out, 1, bias=False))
    work = []
    for layer in (both, full):
        with FlopCounterMode(display=False) as counter:
            layer(torch.zeros(1, C_in, 9, 8))
        work.append(counter.get_total_flops())
    weights = [sum(a.numel() for a in layer.parameters()) for layer in (both, full)]
    ratio = 1 / C_out + 1 / np.prod(full.kernel_size)
    assert weights[0] / weights[1] == pytest.approx(ratio)
    assert work[0] / work[1] == pytest.approx(ratio)


def test_separable_numbers_of_the_page(page):
    first = nn.Conv2d(16, 16, 3, groups=16, bias=False)
    second = nn.Conv2d(16, 32, 1, bias=False)
    assert first.weight.numel() + second.weight.numel() == page["separable"] == 656
    assert nn.Conv2d(16, 32, 3, bias=False).weight.numel() == page["full"] == 4608
    assert page["steps"] == 656 * 14 * 14


def test_mobilenets_need_between_8_and_9_times_less_work(page):
    """The published factor, for the widths of MobileNets."""
    factors = [1 / (1 / C_out + 1 / 9) for C_out in (128, 256, 512, 1024)]
    assert all(8 < factor < 9 for factor in factors)


def test_two_edges_of_one_channel_are_no_multiples_of_one_kernel(page):
    table = page["table"]
    assert np.linalg.matrix_rank(table) == 2
    largest, second = np.linalg.svd(table, compute_uv=False)
    assert largest**2 == pytest.approx(second**2) == pytest.approx((table**2).sum() / 2)


def test_answers_1_to_4_count():
    assert 8 * (3 - 1) + 1 == 17
    assert not find_holes((1, 3, 6))
    assert not find_holes((1, 5, 2))
    assert (1 + 2 * (1 + 3 + 6), 1 + 2 * (1 + 2 + 5)) == (21, 17)
    possible = [g for g in range(1, 13) if 12 % g == 0 and 18 % g == 0]
    counts = [
        nn.Conv2d(12, 18, 3, groups=g, bias=False).weight.numel() for g in possible
    ]
    assert dict(zip(possible, counts, strict=True)) == {1: 1944, 2: 972, 3: 648, 6: 324}
    assert all(1 / C_out + 1 / 1**2 > 1 for C_out in (1, 8, 1000))


def test_difficulty_and_minutes_are_those_of_the_declarations():
    levels = {"easy": 1, "medium": 2, "hard": 3}
    pattern = r"\*\*`(ps4\.\w+)`\*\* · (\w+) · about (\d+) minutes"
    found = re.findall(pattern, PAGE.read_text(encoding="utf-8"))
    assert len(found) == 3
    for exercise_id, level, minutes in found:
        exercise = PROBLEM_SET.find(exercise_id)
        assert (levels[level], int(minutes)) == (exercise.difficulty, exercise.minutes)
