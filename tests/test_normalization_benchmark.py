"""The measurement of norms: its networks, and that its record holds what it says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from coursekit.records import FOLDER, load_record

ROOT = Path(__file__).parents[1]
RECORD = load_record("normalization")
CURVES, ABLATION = RECORD["curves"], RECORD["ablation"]
SETTING = ("norm", "learning_rate", "batch_size", "position", "scale")
STEPS = RECORD["train_images"] // RECORD["baseline"]["batch_size"] * RECORD["epochs"]


@pytest.fixture
def script(monkeypatch):
    """Import the benchmark."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import normalization

    return normalization


@pytest.fixture
def methods(monkeypatch):
    """Import what the benchmark trains."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    from methods import normalization

    return normalization


@pytest.mark.parametrize("norm", ["none", "batch", "layer", "instance", "group"])
def test_a_seed_gives_every_norm_the_same_filters(methods, norm):
    convolutions = []
    for kind in ("none", norm):
        torch.manual_seed(3)
        network = methods.make_network(methods.Setting(norm=kind))
        convolutions.append([m.weight for m in network if isinstance(m, nn.Conv2d)])
    assert len(convolutions[0]) == 6
    for first, second in zip(*convolutions, strict=True):
        torch.testing.assert_close(first, second)


def test_the_norm_stands_where_the_setting_says(methods):
    for position, where in (("before ReLU", -1), ("after ReLU", 1)):
        network = methods.make_network(methods.Setting(position=position))
        relus = [i for i, layer in enumerate(network) if isinstance(layer, nn.ReLU)]
        assert len(relus) == 6
        assert all(isinstance(network[i + where], nn.BatchNorm2d) for i in relus)


def test_first_weights_are_scaled(methods):
    networks = []
    for scale in (1.0, 0.25):
        torch.manual_seed(0)
        networks.append(methods.make_network(methods.Setting(scale=scale)))
    torch.testing.assert_close(networks[0][0].weight / 4, networks[1][0].weight)


def test_held_out_images_are_not_trained_on(methods):
    images, labels, test_images, test_labels = methods.load_images()
    assert (len(images), len(test_images)) == (
        RECORD["train_images"],
        RECORD["test_images"],
    )
    assert len(labels) + len(test_labels) == 1797
    assert images.mean().abs() < 1e-5
    rows = {tuple(image.flatten().tolist()) for image in images}
    assert not any(tuple(i.flatten().tolist()) in rows for i in test_images)


def test_a_run_is_the_same_again(methods):
    data = [tensor[:128] for tensor in methods.load_images()]
    first, second = (methods.train(methods.Setting(), 5, data) for _ in range(2))
    assert first.loss == second.loss
    assert len(first.loss) == 2 * methods.EPOCHS
    assert first.loss[-1] < first.loss[0]


def test_accuracy_is_measured_in_evaluation_mode(methods):
    images, labels, *_ = methods.load_images()
    network = methods.make_network(methods.Setting())
    before = [buffer.clone() for buffer in network.buffers()]
    methods.accuracy(network, images[:50], labels[:50])
    for old, new in zip(before, network.buffers(), strict=True):
        torch.testing.assert_close(old, new)


def test_settings_differ_from_the_baseline_in_one_factor_and_the_norm(script):
    from dataclasses import asdict

    for factor, settings in script.factors().items():
        for setting in settings:
            changed = {
                key
                for key, value in asdict(setting).items()
                if value != RECORD["baseline"][key]
            }
            assert changed <= {factor, "norm"}


def test_the_record_holds_every_setting_of_the_script(script):
    wanted = [
        (factor, *(getattr(setting, key) for key in SETTING))
        for factor, settings in script.factors().items()
        for setting in settings
    ]
    held = [(row["factor"], *(row[key] for key in SETTING)) for row in ABLATION]
    assert held == wanted
    assert script.describe()["network"] == RECORD["network"]


def test_every_row_has_one_accuracy_for_each_seed():
    assert len(RECORD["seeds"]) >= 8
    for row in ABLATION:
        assert len(row["test_accuracy"]) == len(RECORD["seeds"])
        assert all(0 <= value <= 1 for value in row["test_accuracy"])


def test_curves_cover_rates_norms_and_seeds_once():
    held = [(run["norm"], run["learning_rate"], run["seed"]) for run in CURVES]
    rates = {run["learning_rate"] for run in CURVES}
    assert len(rates) >= 5
    assert len(held) == len(set(held)) == 2 * len(rates) * len(RECORD["seeds"])


def test_curves_are_whole_unless_they_diverged():
    for run in CURVES:
        points, epochs = len(run["loss"]), len(run["test_accuracy"])
        assert len(run["train_accuracy"]) == epochs
        assert np.isfinite(run["loss"]).all()
        if run["diverged"]:
            assert points < STEPS // RECORD["loss_every"]
        else:
            assert points == STEPS // RECORD["loss_every"]
            assert epochs == RECORD["epochs"]


def test_curves_end_where_the_ablation_says():
    for row in ABLATION:
        if row["factor"] == "learning_rate":
            ends = [
                run["test_accuracy"][-1]
                for run in CURVES
                if all(run[key] == row[key] for key in ("norm", "learning_rate"))
            ]
            np.testing.assert_allclose(ends, row["test_accuracy"], atol=6e-4)


def test_losses_of_a_curve_are_means_of_steps(script, methods):
    run = methods.Run(loss=[4.0, 2.0, 1.0, 0.5, float("nan")], test_accuracy=[0.1])
    entry = script.curve(methods.Setting(), 0, run)
    assert entry["loss"] == [3.0, 0.75]
    assert entry["diverged"]


def test_record_is_written_one_entry_a_line(script):
    assert json.loads(script.to_json(RECORD)) == RECORD
    text = (FOLDER / "normalization.json").read_text(encoding="utf-8")
    assert text == script.to_json(RECORD)
    assert len(text) < 200_000


def test_the_record_says_what_it_was_made_with_and_no_path():
    for key in ("made_by", "processor", "threads", "versions", "seeds"):
        assert RECORD[key]
    assert (ROOT / RECORD["made_by"]).is_file()
    assert str(ROOT) not in json.dumps(RECORD)
    assert "/home/" not in json.dumps(RECORD)
