"""The page "Receptive fields": its cells and numbers, against another source."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision
from scipy import signal
from torch import nn

from convnets.receptive_field import input_interval, receptive_field
from exercises.ps3 import PROBLEM_SET

PAGE = Path(__file__).parents[2] / "book" / "receptive_fields.md"


def seen(network, width, index):
    """Return the pixels that a unit depends on, by PyTorch's derivative."""
    for parameter in network.parameters():
        nn.init.ones_(parameter)
    x = torch.ones(1, 1, width, requires_grad=True)
    network(x)[0, 0, index].backward()
    return x.grad[0, 0].nonzero().flatten().tolist()


def test_two_layers_by_hand(page):
    moved_by = page["moved_by"]
    for stride in (1, 2):
        first = nn.Conv1d(1, 1, 3, stride, bias=False)
        network = nn.Sequential(first, nn.Conv1d(1, 1, 3, bias=False))
        for unit in (0, 1):
            assert moved_by(stride, unit) == seen(network, 12, unit)
    assert moved_by(stride=1, unit=0) == [0, 1, 2, 3, 4]
    assert moved_by(stride=2, unit=1) == [2, 3, 4, 5, 6, 7, 8]


def test_lenet_row_by_row(page):
    sizes = [receptive_field(page["lenet"][:depth])[0] for depth in range(5)]
    assert sizes == [1, 5, 6, 14, 16]
    network = nn.Sequential(
        *(nn.Conv1d(1, 1, 5, padding=2), nn.AvgPool1d(2)),
        *(nn.Conv1d(1, 1, 5, padding=2), nn.AvgPool1d(2)),
    )
    assert len(seen(network, 28, 3)) == 16


def test_full_convolution_of_the_page(page, rng):
    a, b = rng.normal(size=(3, 3)), rng.normal(size=(3, 3))
    np.testing.assert_allclose(page["full"](a, b), signal.convolve2d(a, b))
    np.testing.assert_allclose(
        page["full"](page["small"], page["small"]), page["large"]
    )


def closest(target, rng, rounds=200):
    """Return how near two kernels of 3 by 3 come, each fitted in turn."""
    a, units = rng.normal(size=(3, 3)), np.eye(9).reshape(9, 3, 3)
    for _ in range(rounds):
        matrix = np.stack([signal.convolve2d(a, u).ravel() for u in units], axis=1)
        a = np.linalg.lstsq(matrix, target.ravel(), rcond=None)[0].reshape(3, 3)
    return np.linalg.norm(matrix @ a.ravel() - target.ravel())


def test_the_far_kernel_is_out_of_reach_and_the_blur_is_not(page, rng):
    assert min(closest(page["far"], rng) for _ in range(10)) > 0.4
    assert min(closest(page["large"], rng) for _ in range(10)) < 0.01


def test_ranks_of_the_page(page):
    assert np.linalg.matrix_rank(page["far"]) == 2
    assert np.linalg.matrix_rank(page["made"]) == 5


def test_only_the_linear_layer_is_odd(page):
    assert np.abs(page["linear"]).max() < 1e-12
    assert np.abs(page["nonlinear"]).max() > 1


def test_paths_of_the_page(page):
    ends = [sum(taps) for taps in itertools.product(range(3), repeat=4)]
    counts = np.bincount(ends)
    assert page["paths"].tolist() == counts.tolist()
    assert (counts[4], counts[0], counts[-1]) == (19, 1, 1)


def test_measured_spreads_follow_the_square_root(page):
    for depth, field in page["fields"].items():
        want = np.sqrt(depth * (3**2 - 1) / 12)
        assert page["spread"](field) == pytest.approx(want, rel=0.05)
        assert page["spread"](field.T) == pytest.approx(want, rel=0.05)


def test_measured_fields_lie_inside_the_theoretical_ones(page):
    for depth, field in page["fields"].items():
        margin = (45 - (1 + 2 * depth)) // 2
        inside = field[margin : 45 - margin, margin : 45 - margin]
        assert inside.sum() == pytest.approx(field.sum())


def test_three_designs_with_one_receptive_field(page):
    plain, strided, dilated = page["measured"]
    assert page["spread"](plain) == pytest.approx(np.sqrt(15 * 8 / 12), rel=0.05)
    want = np.sqrt((1 + 4 + 16 + 64) * 8 / 12)
    assert page["spread"](strided) == pytest.approx(want, rel=0.05)
    np.testing.assert_allclose(strided, dilated, atol=1e-6)


def test_published_values_as_the_table_states_them(page):
    for name, (network, _, size, padding) in page["published"].items():
        assert receptive_field(network)[0] == size, name
        assert -input_interval(network, 0)[0] == padding, name


def test_end_points_of_vgg(page):
    vgg16 = page["vgg16"]
    found = [receptive_field(part)[0] for part in (vgg16[:-1], vgg16)]
    assert found == [196, 212]
    assert receptive_field([*vgg16, page["head"]])[0] == 212 + 6 * 32 == 404


def test_torchvision_gives_427_by_formula_and_by_gradient(page):
    assert receptive_field(page["moved"]) == (427, 32, 0.0)
    model = torchvision.models.resnet50(weights=None)
    traced = page["layers_of"](model, (3, 224, 224), end="layer4")
    assert receptive_field(traced) == (427, 32, 0.0)
    assert len(page["seen"]) == 427
    assert page["seen"][0] == 15 * 32 - (427 - 1) // 2
    border = page["gradient"][page["seen"][0]]
    assert border > 0
    assert border.float() == 0


def test_stage_ends_of_the_paper(page):
    network = page["published"]["resnet_v1_50"][0]
    ends = [receptive_field(network[:end])[:2] for end in (5, 9, 15, 18)]
    assert ends == [(35, 4), (99, 8), (291, 16), (483, 32)]


def test_transposed_figure_and_its_numbers(page):
    for index in (4, 5, 6):
        pixels = seen(page["network"], 13, index)
        assert input_interval(page["down_up"], index) == (pixels[0], pixels[-1])
    assert [len(seen(page["network"], 13, index)) for index in (4, 5)] == [3, 5]
    assert receptive_field(page["down_up"])[:2] == (5, 1)


def test_difficulty_and_minutes_are_those_of_the_declarations():
    levels = {"easy": 1, "medium": 2, "hard": 3}
    pattern = r"\*\*`(ps3\.\w+)`\*\* · (?:written · )?(\w+) · about (\d+) minutes"
    found = re.findall(pattern, PAGE.read_text(encoding="utf-8"))
    assert len(found) == 5
    for exercise_id, level, minutes in found:
        exercise = PROBLEM_SET.find(exercise_id)
        assert (levels[level], int(minutes)) == (exercise.difficulty, exercise.minutes)
