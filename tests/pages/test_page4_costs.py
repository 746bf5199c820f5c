"""Costs, networks and answers on the page "Padding, stride and shapes"."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from convnets.shapes import (
    conv_macs,
    conv_parameters,
    layer_table,
    separable_parameters,
)
from exercises.ps2 import PROBLEM_SET

PAGE = Path(__file__).parents[2] / "book" / "padding_and_stride.md"


def macs_of(layer, shape):
    """Let PyTorch count; it takes a multiply-add for two operations."""
    with FlopCounterMode(display=False) as counter:
        layer(torch.zeros(shape))
    return counter.get_total_flops() // 2


def parameters_of(layer):
    return sum(p.numel() for p in layer.parameters())


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("has_bias", [True, False])
def test_formulas_of_parameters_and_work(groups, has_bias):
    layer = nn.Conv2d(8, 12, (3, 5), 2, 1, groups=groups, bias=has_bias)
    parameters = 12 * (8 // groups * 3 * 5 + has_bias)
    assert parameters_of(layer) == parameters
    assert conv_parameters(8, 12, (3, 5), groups, has_bias) == parameters
    H_out, W_out = layer(torch.zeros(1, 8, 9, 10)).shape[2:]
    macs = 12 * H_out * W_out * 8 // groups * 3 * 5
    assert macs_of(layer, (1, 8, 9, 10)) == macs
    assert conv_macs(8, 12, (3, 5), (H_out, W_out), groups) == macs


def test_ten_filters_of_five_by_five():
    layer = nn.Conv2d(3, 10, 5, padding=2)
    assert layer(torch.zeros(1, 3, 32, 32)).shape == (1, 10, 32, 32)
    assert parameters_of(layer) == 10 * (3 * 5 * 5 + 1) == 10 * 76 == 760
    assert macs_of(layer, (1, 3, 32, 32)) == 10_240 * 75 == 768_000


def test_twelve_filters_of_six_by_six(page):
    assert page["layer"](torch.zeros(1, 3, 32, 32)).shape == (1, 12, 14, 14)
    assert page["side"] == (32 - 6) / 2 + 1 == 14
    assert parameters_of(page["layer"]) == 1308
    assert macs_of(page["layer"], (1, 3, 32, 32)) == 254_016


def test_separable_weights_are_those_of_two_layers():
    depthwise = nn.Conv2d(16, 16, 3, groups=16, bias=False)
    pointwise = nn.Conv2d(16, 32, 1, bias=False)
    want = parameters_of(depthwise) + parameters_of(pointwise)
    assert want == separable_parameters(16, 32, 3) == 16 * 3 * 3 + 16 * 32 == 656
    assert parameters_of(nn.Conv2d(16, 32, 3, bias=False)) == 4608


def test_lenet_is_the_table_of_pytorch(page):
    x = torch.zeros(1, 1, 28, 28)
    for module, row in zip(page["network"], page["rows"], strict=True):
        kind, shape, weight_shape, parameters, macs = row
        assert (kind, parameters) == (type(module).__name__, parameters_of(module))
        assert macs == macs_of(module, x.shape)
        weight = getattr(module, "weight", None)
        assert weight_shape == (None if weight is None else tuple(weight.shape))
        x = module(x)
        assert shape == tuple(x.shape[1:])


def test_lenet_holds_the_numbers_of_the_course(page):
    assert [row[1] for row in page["rows"]] == [
        *[(20, 28, 28)] * 2,
        (20, 14, 14),
        *[(50, 14, 14)] * 2,
        (50, 7, 7),
        (2450,),
        *[(500,)] * 2,
        (10,),
    ]
    weights = [row[2] for row in page["rows"] if row[2]]
    assert weights == [(20, 1, 5, 5), (50, 20, 5, 5), (500, 2450), (10, 500)]


def test_parameters_and_work_sit_where_the_page_says(page):
    rows, weights, work = page["rows"], page["weights"], page["work"]
    assert rows[7][3] / weights > 0.95
    assert rows[3][4] / work > 0.7
    assert (weights, work) == (1_256_080, 6_522_000)


def test_answer_2_ends_in_one_pixel():
    convolve, halve = nn.Conv2d(1, 1, 5), nn.AvgPool2d(2)
    x, sizes = torch.zeros(1, 1, 32, 32), []
    for layer in (convolve, halve, convolve, halve, convolve):
        x = layer(x)
        sizes.append(x.shape[-1])
    assert sizes == [28, 14, 10, 5, 1]


def test_answer_4_darkens_edges_and_corners():
    out = F.conv2d(torch.ones(1, 1, 5, 6), torch.full((1, 1, 3, 3), 1 / 9), padding=1)
    got = [out[0, 0, 2, 2], out[0, 0, 0, 2], out[0, 0, 0, 0]]
    np.testing.assert_allclose(got, [1, 2 / 3, 4 / 9], rtol=1e-6)


def test_answer_5_grows_fourfold(page):
    small, large = page["rows"], layer_table(page["lenet"], (1, 56, 56))
    for index in (0, 3):
        assert large[index][3] == small[index][3]
        assert large[index][4] == 4 * small[index][4]
    assert large[7][4] == 4 * small[7][4]


def test_difficulty_and_minutes_are_those_of_the_declarations():
    levels = {"easy": 1, "medium": 2, "hard": 3}
    pattern = r"\*\*`(ps2\.\w+)`\*\* · (\w+) · about (\d+) minutes"
    found = re.findall(pattern, PAGE.read_text(encoding="utf-8"))
    assert len(found) == len(PROBLEM_SET.exercises) == 9
    for exercise_id, level, minutes in found:
        exercise = PROBLEM_SET.find(exercise_id)
        assert (levels[level], int(minutes)) == (exercise.difficulty, exercise.minutes)
