"""The benchmarks of training: what they build, and what their records hold."""

from __future__ import annotations

import argparse
import importlib
import json
import statistics
from pathlib import Path

import pytest
import torch

from coursekit.records import FOLDER, load_record
from coursekit.runs import PRESETS, History

ROOT = Path(__file__).parents[1]
NAMES = sorted(path.stem for path in (FOLDER / "training").glob("*.json"))
RUNS = [name for name in NAMES if name.startswith(("lenet-", "resnet"))]


@pytest.fixture
def script(monkeypatch):
    """Import a script of the benchmarks."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module


def make_run(seed, accuracy, loss=0.5):
    epoch = {
        "train_loss": loss,
        "train_accuracy": 0.9,
        "test_loss": 0.4,
        "test_accuracy": accuracy,
        "learning_rate": 0.1,
        "seconds": 10.0,
        "processor_seconds": 5.0,
    }
    history = dict.fromkeys(("preset", "network", "dataset", "precision"), "")
    return {**history, "device": "", "seed": seed, "epochs": [epoch]}


@pytest.mark.parametrize("name", RUNS)
def test_the_summary_of_a_record_is_that_of_its_runs(name):
    record = load_record(f"training/{name}")
    runs = [History.from_dict(run) for run in record["runs"]]
    summary, accuracies = record["summary"], [run.test_accuracy for run in runs]
    assert summary["seeds"] == len({run.seed for run in runs}) == len(runs)
    mean = statistics.fmean(accuracies)
    assert summary["test_accuracy"] == pytest.approx(mean, abs=1e-4)
    assert summary["lowest"] == pytest.approx(min(accuracies), abs=1e-4)
    assert all(len(run.epochs) == record["preset"]["epochs"] for run in runs)


@pytest.mark.parametrize("name", RUNS)
def test_a_record_is_of_the_preset_as_it_is_now(name):
    record = load_record(f"training/{name}")
    assert record["preset"] == PRESETS[record["preset"]["name"]].recipe()
    assert record["made_by"] == "benchmarks/training.py"
    assert {"device", "cores", "threads", "torch"} <= set(record["machine"])


@pytest.mark.parametrize("name", NAMES)
def test_a_record_is_small_and_names_no_folder_of_ours(name):
    text = (FOLDER / "training" / f"{name}.json").read_text(encoding="utf-8")
    assert len(text) < 100_000
    assert str(ROOT) not in text
    assert "/home/" not in text


def test_lenet_reaches_99_percent_of_mnist_in_two_epochs():
    record = load_record("training/lenet-quick-classic")
    assert record["preset"]["epochs"] == 2
    assert record["summary"]["seeds"] >= 5
    assert record["summary"]["test_accuracy"] >= 0.99


def test_one_index_is_quicker_than_a_loader():
    ratio = load_record("training/batches")["ratio"]
    assert ratio["Batches"] == 1
    assert ratio["DataLoader of tensors"] > 1.5
    assert ratio["DataLoader of pictures"] > 10


def test_all_ways_to_make_batches_give_the_same(script):
    module = script("batches")
    loaders = module.make_loaders(examples=300)
    module.check_same(loaders)
    loaders["DataLoader of tensors"] = module.Batches(
        torch.zeros(300, 1, 28, 28), torch.zeros(300).long(), 64
    )
    with pytest.raises(AssertionError, match="DataLoader of tensors"):
        module.check_same(loaders)


@pytest.mark.parametrize(
    ("preset", "parameters"),
    [
        ("lenet-quick", 61_706),
        ("resnet-cpu", 269_722),  # 0.27 M, as in Table 6 of He et al.
        ("resnet18-gpu", 11_173_962),
    ],
)
def test_each_preset_builds_its_network(script, preset, parameters):
    network = script("training").make_network(PRESETS[preset], "classic")
    assert sum(p.numel() for p in network.parameters()) == parameters


def test_mean_and_spread_are_over_the_seeds(script):
    runs = [make_run(0, 0.90), make_run(1, 0.94)]
    machine, preset = {"threads": 1}, {"device": "cpu"}
    record = {"runs": runs, "machine": machine, "preset": preset}
    summary = script("training").summarize(record)
    assert summary["test_accuracy"] == pytest.approx(0.92)
    assert summary["standard_deviation"] == pytest.approx(0.02 * 2**0.5)
    assert (summary["seconds"], summary["processor_seconds"]) == (10.0, 5.0)
    assert summary["machine_was_shared"]
    one = script("training").summarize({**record, "runs": runs[:1]})
    assert one["standard_deviation"] is None


def test_a_record_goes_on_only_where_it_was_made_alike(script, tmp_path):
    module, path = script("training"), tmp_path / "record.json"
    options = argparse.Namespace(variant="classic", record=True, device="cpu")
    fresh = module.start_record(path, PRESETS["lenet-quick"], options)
    path.write_text(json.dumps({**fresh, "runs": [make_run(0, 0.9)]}))
    again = module.start_record(path, PRESETS["lenet-quick"], options)
    other = module.start_record(path, PRESETS["lenet-long"], options)
    assert (len(again["runs"]), len(other["runs"])) == (1, 0)


@pytest.mark.parametrize("depth", [8, 20, 44])
def test_plain_and_residual_have_the_same_weights_and_depth(script, depth):
    module = script("plain_or_residual")
    shapes = []
    for kind in module.SHORTCUTS:
        network = module.make_network(kind, depth)
        shapes.append([tuple(p.shape) for p in network.parameters()])
        convolutions = sum(len(shape) == 4 for shape in shapes[-1])
        assert convolutions + 1 == depth  # and the linear layer
    assert shapes[0] == shapes[1]


def test_plain_and_residual_are_summed_up_apart(script):
    runs = [
        {"kind": kind, "depth": 8, **make_run(seed, 0.5, loss)}
        for kind, seed, loss in [("plain", 0, 1.0), ("plain", 1, 2.0), ("res", 0, 0.5)]
    ]
    rows = script("plain_or_residual").summarize(runs)
    assert [(row["kind"], row["seeds"]) for row in rows] == [("plain", 2), ("res", 1)]
    assert [row["train_loss"] for row in rows] == [1.5, 0.5]


@pytest.mark.parametrize("dataset", ["cifar10", "digits"])
def test_plain_and_residual_were_trained_by_the_recipe_of_their_data(script, dataset):
    recipe = script("plain_or_residual").recipe_for(dataset)
    record = load_record(f"training/{recipe.name}")
    assert record["preset"] == recipe.recipe()
    assert {run["dataset"] for run in record["runs"]} == {recipe.dataset} == {dataset}
    seeds = {run["seed"] for run in record["runs"]}
    assert len(record["runs"]) == 2 * 3 * len(seeds)
    assert len(seeds) >= 3
