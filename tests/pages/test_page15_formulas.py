"""The formulas and the reader's code of "What the network sees", on random networks."""

import copy
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import stats
from torch import nn
from torch.nn import functional as F
from torchvision import models

from convnets import layers, resnet
from convnets.explain import class_activation_map
from convnets.receptive_field import receptive_field
from coursekit.records import load_record
from exercises.ps8 import PROBLEM_SET

PAGE = Path(__file__).parents[2] / "book" / "what_the_network_sees.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```\{code-block\} python\n(.*?)```", TEXT, re.DOTALL)
TRANSFER = load_record("transfer")
K, C, H, W = 4, 6, 3, 5


@pytest.fixture
def parts(rng):
    """Return random features, weights and biases."""
    return rng.normal(size=(C, H, W)), rng.normal(size=(K, C)), rng.normal(size=K)


def logits(features, weight, bias):
    """Return the logits as PyTorch's pool and linear layer give them."""
    pooled = F.adaptive_avg_pool2d(torch.from_numpy(features)[None], 1).flatten(1)
    layer = F.linear(pooled, torch.from_numpy(weight), torch.from_numpy(bias))
    return layer[0].numpy()


def all_maps(features, weight):
    return np.stack([class_activation_map(features, weight, k) for k in range(K)])


def test_the_mean_of_a_map_is_the_logit_less_the_bias(parts):
    features, weight, bias = parts
    means = all_maps(features, weight).mean(axis=(1, 2))
    np.testing.assert_allclose(means + bias, logits(*parts))


def test_the_map_is_a_1_by_1_convolution_with_the_weights(parts):
    features, weight, _ = map(torch.from_numpy, parts)
    maps = F.conv2d(features[None], weight[:, :, None, None])[0].numpy()
    np.testing.assert_allclose(maps, all_maps(*parts[:2]))


def test_a_shift_shared_by_all_classes_changes_maps_and_no_probability(parts, rng):
    features, weight, bias = parts
    v = rng.normal(size=C)
    raised = logits(features, weight + v, bias) - logits(*parts)
    np.testing.assert_allclose(raised, raised[0])
    before, after = all_maps(features, weight), all_maps(features, weight + v)
    np.testing.assert_allclose(after - before, [np.tensordot(v, features, 1)] * K)
    centred = [maps - maps.mean(axis=0) for maps in (before, after)]
    np.testing.assert_allclose(*centred, atol=1e-12)


def test_the_mean_derivative_is_the_weight_but_for_a_factor(parts):
    features = torch.from_numpy(parts[0]).requires_grad_()
    weight, bias = map(torch.from_numpy, parts[1:])
    for k in range(K):
        logit = F.linear(features.mean(dim=(1, 2)), weight, bias)[k]
        (gradient,) = torch.autograd.grad(logit, features)
        torch.testing.assert_close(gradient.mean(dim=(1, 2)), weight[k] / (H * W))


def test_the_table_worked_by_hand():
    features = np.array([[[1.0, 0, 2]], [[0, 3.0, 1]]])
    assert features.mean(axis=(1, 2)).tolist() == [1, pytest.approx(4 / 3)]
    map_ = class_activation_map(features, np.array([[2.0, 5]]), 0)
    assert map_.tolist() == [[2, 15, 9]]
    assert map_.mean() == pytest.approx(2 + 20 / 3) == pytest.approx(26 / 3)


def test_answer_5_without_the_second_pool():
    chain = [nn.Conv2d(1, 1, 7), nn.AvgPool2d(2), nn.Conv2d(1, 1, 3)]
    network = nn.Sequential(*chain, nn.Conv2d(1, 1, 3))
    for parameter in network.parameters():
        nn.init.ones_(parameter)
    x = torch.ones(1, 1, 40, 40, requires_grad=True)
    network(x)[0, 0, 3, 3].backward()
    seen = x.grad[0, 0].nonzero()
    assert (seen.max(dim=0).values - seen.min(dim=0).values + 1).tolist() == [16, 16]
    last = layers.conv2d(1, 3, dilation=2)
    stages = [layers.conv2d(1, 7), layers.max_pool2d(2), layers.conv2d(1, 3)]
    assert receptive_field([*stages, last])[0] == 12 + 4 * 2 == 20
    assert receptive_field(stages)[0] == 12


@pytest.fixture
def gains():
    """Return what each start gains over that from scratch, as mean and half width."""
    shares = {(row["examples"], row["method"]): row for row in TRANSFER["accuracies"]}
    found = {}
    for (examples, method), row in shares.items():
        scratch = shares[examples, "from scratch"]["test_accuracy"]
        gain = 100 * np.subtract(row["test_accuracy"], scratch)
        half = stats.t.ppf(0.975, len(gain) - 1) * stats.sem(gain)
        found[examples, method] = float(gain.mean()), float(half)
    return found


def test_a_start_from_other_digits_gains_nothing_that_could_be_told(gains):
    assert stats.t.ppf(0.975, 7) == pytest.approx(2.365, abs=5e-4)
    for examples in (1, 10, 100):
        mean, half = gains[examples, "fine-tuned"]
        assert abs(mean) < half
    mean, half = gains[3, "fine-tuned"]
    assert mean < -half
    assert all(
        abs(gains[n, "from photographs"][0]) < gains[n, "from photographs"][1]
        for n in (1, 3, 10, 100)
    )


def test_freezing_costs_what_the_page_says(gains):
    means = [gains[n, "last layer only"] for n in (1, 3, 10, 100)]
    assert all(mean < -half for mean, half in means)
    assert means[0][0] == pytest.approx(-15, abs=0.5)
    assert max(mean for mean, _ in means[1:]) < -25


def test_how_the_transfer_was_measured():
    assert (TRANSFER["steps"], len(TRANSFER["seeds"])) == (100, 8)
    tried = TRANSFER["rates_tried"]["last layer only"]
    rows = [r for r in TRANSFER["accuracies"] if r["method"] == "last layer only"]
    largest = [row["learning_rate"] == max(tried) for row in rows]
    assert (len(tried), sum(largest), len(largest)) == (3, 3, 4)


def test_the_words_for_the_picture_of_transfer():
    means = {}
    for row in TRANSFER["accuracies"]:
        means.setdefault(row["method"], []).append(np.mean(row["test_accuracy"]))
    frozen = means.pop("last layer only")
    ends = [f(each[n] for each in means.values()) for n in (0, 3) for f in (min, max)]
    ends += [min(frozen), max(frozen)]
    assert np.round(ends, 2).tolist() == [0.52, 0.61, 0.97, 0.98, 0.43, 0.72]


def test_difficulty_and_minutes_are_those_of_the_declaration():
    ((exercise_id, level, minutes),) = re.findall(
        r"\*\*`(ps8\.\w+)`\*\* · (\w+) · about (\d+) minutes", TEXT
    )
    exercise = PROBLEM_SET.find(exercise_id)
    assert exercise_id == "ps8.class_activation_map"
    assert {"easy": 1, "medium": 2, "hard": 3}[level] == exercise.difficulty
    assert int(minutes) == exercise.minutes


@pytest.fixture
def folder(tmp_path, rng, monkeypatch):
    """Lay out photographs as the reader should, and be there."""
    from PIL import Image

    for name in ("chanterelle", "morel", "truffle"):
        place = tmp_path / "mushrooms" / "train" / name
        place.mkdir(parents=True)
        pixels = rng.integers(0, 256, size=(40, 50, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(place / "1.png")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def offline(monkeypatch):
    """Give a network of random weights where the reader's one is downloaded."""
    real = models.resnet18

    def without_download(weights):
        assert weights is models.ResNet18_Weights.DEFAULT
        return real(weights=None)

    monkeypatch.setattr(models, "resnet18", without_download)


@pytest.mark.usefixtures("folder", "offline")
@pytest.mark.parametrize("frozen", [False, True])
def test_the_code_for_the_reader_runs_and_learns_what_it_says(frozen):
    names = {"F": F, "torch": torch, "nn": nn}
    exec(BLOCKS[1], names)
    exec(BLOCKS[2].replace("frozen = False", f"frozen = {frozen}"), names)
    before = copy.deepcopy(names["network"].state_dict())
    exec(BLOCKS[3].replace("range(10)", "range(1)"), names)
    after = names["network"].cpu().state_dict()
    changed = {key for key in before if not torch.equal(before[key], after[key])}
    assert names["network"].fc.out_features == 3
    assert {"fc.weight", "fc.bias"} <= changed
    assert (changed == {"fc.weight", "fc.bias"}) == frozen
    rates = [group["lr"] for group in names["optimizer"].param_groups]
    assert rates == [0.001, 0.01]


@pytest.mark.usefixtures("offline")
def test_the_code_for_the_reader_shows_64_filters():
    shown = []
    names = {"show_filters": lambda weight, columns: shown.append(weight.shape)}
    exec(BLOCKS[0], names)
    assert shown == [(64, 3, 7, 7)]
    assert len(BLOCKS) == 4


def test_the_courses_network_takes_the_state_of_torchvisions():
    state = models.resnet18(weights=None).state_dict()
    resnet.resnet18().load_state_dict(state, strict=True)
    assert "network.load_state_dict(weights.get_state_dict(check_hash=True))" in TEXT
