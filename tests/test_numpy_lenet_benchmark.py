"""The measurement of LeNet-5 in NumPy: what it does, and what its record holds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from convnets import numpy_lenet
from coursekit.records import FOLDER, load_record

ROOT = Path(__file__).parents[1]
RECORD = load_record("numpy_lenet")
RUNS = RECORD["runs"]


@pytest.fixture
def script(monkeypatch):
    """Import the benchmark."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import numpy_lenet as script

    return script


def test_the_record_was_made_by_the_recipes_of_the_script(script):
    assert RECORD["recipes"] == [vars(recipe) for recipe in script.RECIPES]
    assert RECORD["loss_every"] == script.LOSS_EVERY
    shapes = {name: tuple(shape) for name, shape in RECORD["network"].items()}
    assert shapes == numpy_lenet.SHAPES


def test_every_recipe_has_at_least_three_seeds_once():
    held = [(run["epochs"], run["seed"]) for run in RUNS]
    assert len(held) == len(set(held))
    for epochs in (1, 2):
        assert sum(run["epochs"] == epochs for run in RUNS) >= 3


def test_runs_are_whole():
    steps = -(-RECORD["train_images"] // RECORD["recipes"][0]["batch_size"])
    for run in RUNS:
        for key in ("test_accuracy", "seconds", "processor_seconds"):
            assert len(run[key]) == run["epochs"]
        points = -(-steps * run["epochs"] // RECORD["loss_every"])
        assert len(run["loss"]) == points
        assert run["first_loss"] == pytest.approx(np.log(10), abs=0.15)
        assert run["loss"][-1] < 0.2 < run["loss"][0]


def test_recorded_accuracies_keep_the_aim():
    ends = {row["epochs"]: row["test_accuracy"] for row in RECORD["summary"]}
    assert ends[1] >= 0.983
    assert ends[2] > ends[1]


def test_the_summary_is_that_of_the_runs(script):
    assert RECORD["summary"] == script.summarize(RECORD)


def test_pytorch_takes_the_same_steps(script):
    rng = np.random.default_rng(0)
    train = rng.random((192, 1, 28, 28), np.float32), rng.integers(10, size=192)
    found = script.compare(train, script.RECIPES[0], turns=3)
    assert found["largest_difference_of_losses"] < 1e-4
    assert found["ratio"] > 0
    assert RECORD["compared"]["largest_difference_of_losses"] < 1e-2


def test_parts_are_joined_if_they_agree(script, tmp_path):
    paths = []
    for seed in (1, 0):
        part = {**RECORD, "runs": [run for run in RUNS if run["seed"] == seed]}
        paths.append(tmp_path / f"{seed}.json")
        script.store(paths[-1], part)
    joined = script.merge(paths)
    assert [(run["epochs"], run["seed"]) for run in joined["runs"]] == [
        (1, 0), (1, 1), (2, 0), (2, 1),
    ]  # fmt: skip
    assert [row["seeds"] for row in joined["summary"]] == [2, 2]
    script.store(paths[0], {**RECORD, "threads": 7})
    with pytest.raises(ValueError, match="`threads` differs"):
        script.merge(paths)


def test_the_record_is_written_as_the_script_writes_it(script):
    text = (FOLDER / "numpy_lenet.json").read_text(encoding="utf-8")
    assert text == script.to_json(json.loads(text))
    assert len(text) < 60_000


def test_the_record_says_what_it_was_made_with_and_no_path():
    for key in ("made_by", "processor", "threads", "versions", "time"):
        assert RECORD[key]
    assert (ROOT / RECORD["made_by"]).is_file()
    assert str(ROOT) not in json.dumps(RECORD)
    assert "/home/" not in json.dumps(RECORD)
