"""The numbers asked for in problem set 2, found by trying."""

from __future__ import annotations

import re
from pathlib import Path

import torch

from coursekit.checks.answers import read_answers
from exercises.ps2 import PROBLEM_SET

TEXT = Path(__file__).parents[2] / "solutions" / "notebooks" / "ps2.md"
VALUES = {item.name: item.value for item in PROBLEM_SET.find("ps2.numbers").answers}


def test_the_width_is_that_of_an_output():
    layer = torch.nn.Conv1d(1, 1, 7, stride=2, padding=4)
    assert layer(torch.zeros(1, 1, 50)).shape[2] == VALUES["width"]


def test_the_multiply_adds_are_uses_of_weights():
    weight = torch.nn.Conv2d(8, 12, (5, 3), groups=4).weight
    assert weight.numel() * 20 * 30 == VALUES["macs"]


def test_the_upsampled_row_is_as_long_as_an_output():
    layer = torch.nn.ConvTranspose1d(1, 1, 5, stride=3, padding=1, output_padding=2)
    assert layer(torch.zeros(1, 1, 6)).shape[2] == VALUES["upsampled"]


def test_no_smaller_input_gives_as_large_an_output():
    network = torch.nn.Sequential(
        torch.nn.Conv1d(1, 1, 5, stride=2), torch.nn.MaxPool1d(3, stride=2)
    )
    outputs = {n: network(torch.zeros(1, 1, n)).shape[2] for n in range(9, 50)}
    assert min(n for n, size in outputs.items() if size == 6) == VALUES["smallest"]


def test_the_notebook_asks_for_these_numbers_and_answers_none():
    text = TEXT.read_text(encoding="utf-8")
    (cell,) = re.findall(r"answers = \{.*?\}", text, re.DOTALL)
    assert read_answers(cell) == dict.fromkeys(VALUES)
    assert re.findall(r'^- `"(\w+)"`:', text, re.MULTILINE) == list(VALUES)
