"""The measurement of transfer: what it trains, and what its record holds."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch

from coursekit.records import load_record

ROOT = Path(__file__).parents[1]
RECORD = load_record("transfer")
ROWS = RECORD["accuracies"]


@pytest.fixture
def script(monkeypatch):
    """Import the benchmark."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import transfer

    return transfer


@pytest.fixture
def methods(monkeypatch):
    """Import what the benchmark trains, and shorten the training."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    from methods import transfer

    monkeypatch.setattr(transfer, "STEPS", 3)
    return transfer


@pytest.fixture
def target(methods):
    return methods.digits_of("train", methods.TARGET_DIGITS)


def state(network):
    return copy.deepcopy(network.state_dict())


def test_record_holds_every_setting_with_every_seed(script):
    settings = [(row["examples"], row["method"]) for row in ROWS]
    assert settings == [(n, name) for n in script.EXAMPLES for name in script.METHODS]
    assert all(len(row["test_accuracy"]) == len(RECORD["seeds"]) == 8 for row in ROWS)
    assert all(row["learning_rate"] in script.rates_for(row["method"]) for row in ROWS)
    assert not set(RECORD["seeds"]) & set(script.PILOT_SEEDS)


def test_record_counts_the_test_pictures(methods):
    test = methods.digits_of("test", methods.TARGET_DIGITS)
    assert RECORD["test_images"] == len(test.labels)
    for row in ROWS:
        for value in row["test_accuracy"]:
            assert value * len(test.labels) == pytest.approx(
                round(value * len(test.labels)), abs=0.02
            )


def test_pretrained_networks_had_learnt_their_own_tasks():
    assert [row["seed"] for row in RECORD["pretraining"]] == RECORD["seeds"]
    for row in RECORD["pretraining"]:
        assert row["digits"] > 0.95
        assert row["photographs"] > 0.8


def test_few_takes_as_many_of_each_class(methods, target):
    chosen = methods.few(target, 3, torch.Generator().manual_seed(0))
    assert sorted(chosen.labels.tolist()) == [c for c in range(5) for _ in range(3)]
    other = methods.few(target, 3, torch.Generator().manual_seed(1))
    assert not torch.equal(chosen.images, other.images)


def test_target_digits_are_five_to_nine(methods, target):
    assert set(target.labels.tolist()) == set(range(5))
    assert target.images.shape[1:] == (1, 28, 28)


def test_fine_tuning_leaves_its_start_alone(methods, target):
    start = methods.SmallNet(5)
    before = state(start)
    chosen = methods.few(target, 2, torch.Generator().manual_seed(0))
    tuned = methods.fine_tune(start, chosen, 0.01)
    for name, value in start.state_dict().items():
        torch.testing.assert_close(value, before[name])
    assert not torch.equal(tuned.features[0].weight, start.features[0].weight)


def test_batch_norm_learns_though_the_start_was_evaluated_last(methods, target):
    start = methods.SmallNet(5).eval()
    chosen = methods.few(target, 2, torch.Generator().manual_seed(0))
    norm = methods.fine_tune(start, chosen, 0.01).features[1]
    assert norm.num_batches_tracked == methods.STEPS
    assert norm.running_mean.abs().max() > 0


def test_frozen_features_stay_as_they_are_with_their_averages(methods, target):
    start = methods.SmallNet(5)
    chosen = methods.few(target, 2, torch.Generator().manual_seed(0))
    tuned = methods.fine_tune(start, chosen, 0.1, frozen=True)
    for name, value in start.features.state_dict().items():
        torch.testing.assert_close(tuned.features.state_dict()[name], value)
    torch.manual_seed(0)
    first = methods.fine_tune(start, chosen, 0.1, frozen=True).fc.weight
    torch.manual_seed(0)
    fresh = methods.SmallNet(5).fc.weight
    assert not torch.equal(first, fresh)


def test_a_seed_gives_every_method_the_same_linear_layer(methods, target, monkeypatch):
    monkeypatch.setattr(methods, "train", lambda *_: None)
    layers = []
    for start in (None, methods.SmallNet(5)):
        torch.manual_seed(7)
        layers.append(methods.fine_tune(start, target, 0.01).fc.weight)
    torch.testing.assert_close(*layers)


def test_patches_of_photographs_are_labelled_by_their_photograph(methods):
    pictures = methods.photograph_patches(seed=0)
    assert pictures.images.shape == (700, 1, 28, 28)
    assert pictures.labels.bincount().tolist() == [350, 350]
    assert pictures.images.mean() == pytest.approx(0, abs=1e-4)
