"""The formulas and counts on "Residual networks"."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision
from torch import nn
from torch.nn import functional as F

from convnets.resnet import BasicBlock, ResNet, resnet20

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "book" / "resnet.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_a_plain_network_can_pass_on_what_it_gets(page):
    torch.manual_seed(0)
    maps = torch.rand(2, 4, 8, 8)
    deeper = nn.Sequential(*[nn.Conv2d(4, 4, 3, padding=1, bias=False) for _ in "abc"])
    for conv in deeper:
        nn.init.dirac_(conv.weight)
    assert torch.equal(F.relu(deeper(maps)), maps)


@pytest.mark.parametrize("k", [9 * 16, 9 * 64])
def test_pytorchs_weights_have_the_stated_variance(k):
    torch.manual_seed(0)
    weight = nn.Conv2d(k // 9, 500, 3, bias=False).weight
    assert weight.var().item() == pytest.approx(1 / (3 * k), rel=0.02)
    assert weight.abs().max().item() <= k**-0.5


def test_factor_of_a_layer_and_of_fifty():
    a = (1 / 3 * 1 / 2) ** 0.5
    assert a == pytest.approx(0.41, abs=0.005)
    assert 50 * math.log10(a) == pytest.approx(-19.5, abs=0.05)


def test_forward_and_backward_formulas_of_the_sum(rng):
    # Blocks f_i(x) = a_i x², so that everything can be written down.
    a, x = rng.normal(size=4) / 5, torch.tensor(0.7, requires_grad=True)
    signals = [x]
    for each in a:
        signals.append(signals[-1] + each * signals[-1] ** 2)
    added = sum(each * s.item() ** 2 for each, s in zip(a, signals[:-1], strict=True))
    assert signals[-1].item() == pytest.approx(x.item() + added)
    signals[-1].backward()
    product = math.prod(
        1 + 2 * each * s.item() for each, s in zip(a, signals[:-1], strict=True)
    )
    assert x.grad.item() == pytest.approx(product)


def test_the_product_multiplied_out(rng):
    one, (A, B, C) = np.eye(3), rng.normal(size=(3, 3, 3))
    ways = one + A + B + C + B @ A + C @ A + C @ B + C @ B @ A
    np.testing.assert_allclose((one + C) @ (one + B) @ (one + A), ways)


def test_one_number_through_27_blocks(page):
    plain, residual = page["results"]
    assert plain == pytest.approx(1e-27)
    assert residual == pytest.approx(1.1**27)
    assert round(1.1**27, 1) == 13.1


def test_derivatives_of_curved_blocks_are_those_of_autograd(page):
    assert torch.allclose(page["product"], page["by_autograd"])


def test_ways_through_are_counted(page):
    assert sum(page["ways"]) == 2**27
    assert sum(page["ways"][9:19]) / 2**27 > 0.9
    assert sum(page["parts"]) == pytest.approx(1.1**27)
    assert page["share"][:6].sum() > 0.95


def test_the_example_worked_by_hand():
    x = np.array([1.0, 2, 0])
    padded = np.pad(x, 1)
    first = -padded[:-2] + padded[1:-1]
    h = np.pad(np.maximum(first, 0), 1)
    f = h[:-2] - 2 * h[2:]
    assert first.tolist() == [1, 1, -2]
    assert f.tolist() == [-2, 1, 1]
    assert (f + x).tolist() == [-1, 3, 1]
    g = (f + x > 0) * 1.0
    grad_h = np.pad(g, 1)[2:] - 2 * np.pad(g, 1)[:-2]
    assert grad_h.tolist() == [1, 1, -2]
    masked = grad_h * (first > 0)
    back = masked - np.pad(masked, 1)[2:]
    assert back.tolist() == [0, 1, 0]
    assert (g + back).tolist() == [0, 2, 1]


def test_the_block_of_the_page_agrees_with_the_hand(executed):
    assert executed.shows("y.sum().backward()") == "[0.0, 3.0, 1.0] [0.0, 2.0, 1.0]"


def test_parameters_of_a_projection(page):
    count = page["count"]
    for before, after in ((16, 32), (32, 64), (5, 7)):
        more = count(BasicBlock(before, after, 2)) - count(
            BasicBlock(before, after, 2, "padding")
        )
        assert more == before * after + 2 * after
    blocks = ResNet((3, 3, 3), (16, 32, 64))
    assert count(blocks) == 269_722 + 576 + 32 * 64 + 2 * 64 == 272_474


def test_parameters_of_resnet20_as_the_table_sums_them(page):
    rows = re.findall(r"^\| [^|]+\| [^|]*\|[^|]*\| ([\d,]+) \|$", TEXT, re.MULTILINE)
    sums = [int(row.replace(",", "")) for row in rows]
    assert sum(sums[-6:-1]) == sums[-1] == page["count"](resnet20()) == 269_722
    network = resnet20()
    stages = [page["count"](stage) for stage in network.children()]
    assert [stages[0] + stages[1], *stages[3:]] == sums[-6:-1]


def test_products_in_the_table_of_resnet20_are_right():
    terms = {
        "3 · 16 · 9": 432,
        "6 · 16 · 16 · 9": 13_824,
        "16 · 32 · 9 + 5 · 32 · 32 · 9": 50_688,
        "32 · 64 · 9 + 5 · 64 · 64 · 9": 202_752,
        "64 · 10 + 10": 650,
    }
    for term, value in terms.items():
        assert eval(term.replace("·", "*")) == value
        assert f"{term} = {value:,}" in TEXT


@pytest.mark.parametrize("C", [64, 256])
def test_weights_of_a_bottleneck(C):
    block = torchvision.models.resnet.Bottleneck(C, C // 4)
    weights = sum(p.numel() for p in block.parameters() if p.dim() == 4)
    assert weights == 17 * C**2 // 16


def test_our_resnet18_gives_torchvisions_numbers(executed):
    shown = executed.shows("theirs.state_dict()")
    assert "All keys matched" in shown
    assert "11,689,512" in shown
    assert "difference 0.0e+00" in shown


def test_check_yourself():
    assert (-0.5) ** 10 == pytest.approx((1 - 0.5) ** 10) == pytest.approx(0.001, 0.1)
    block = BasicBlock(64, 128, 2)
    assert sum(p.numel() for p in block.parameters()) == 230_144
    assert 221_184 + 512 + 8_448 == 230_144
    value = torch.tensor(3e-9)
    assert value.half() == 0
    assert value.bfloat16().item() == pytest.approx(3e-9, rel=0.005)
    scaled = value * 2**16
    assert scaled.item() == pytest.approx(2e-4, rel=0.02)
    assert scaled.half().float().item() == pytest.approx(scaled.item(), rel=1e-3)


def test_difficulty_and_minutes_are_those_of_the_declarations():
    from exercises.ps8 import PROBLEM_SET

    levels = {"easy": 1, "medium": 2, "hard": 3}
    pattern = r"\*\*`(ps8\.\w+)`\*\* · (\w+) · about (\d+) minutes"
    found = re.findall(pattern, TEXT)
    assert {each[0] for each in found} == {item.id for item in PROBLEM_SET.exercises}
    for exercise_id, level, minutes in found:
        exercise = PROBLEM_SET.find(exercise_id)
        assert (levels[level], int(minutes)) == (exercise.difficulty, exercise.minutes)
