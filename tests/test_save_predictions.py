"""Students save predictions as an array, a tensor or a list; all else is explained."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import coursekit.checks.key as key_module
import coursekit.checks.released as released_module
from coursekit.checks.build import build_key
from coursekit.checks.declare import Predictions
from coursekit.checks.key import key_to_json, load_keys
from coursekit.checks.predictions_file import read_predictions
from coursekit.checks.student import check
from coursekit.errors import CourseError
from coursekit.predictions import find_predictions, save_predictions

ASKED = Predictions("ps7.predictions", "Digits", "mnist", ((0.90, 1), (0.98, 4)))
PREDICTED = np.random.default_rng(0).integers(0, 10, 10_000)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Go to a course with a problem set that asks for predictions, without data."""
    keys = tmp_path / "keys"
    keys.mkdir()
    for name, items in {"ps7": [key_to_json(build_key(ASKED, 0))], "ps1": []}.items():
        text = json.dumps({"keys": items})
        (keys / f"{name}.json").write_text(text, encoding="utf-8")
    monkeypatch.setattr(key_module, "KEYS", keys)
    monkeypatch.setattr(released_module, "KEYS", keys)
    monkeypatch.setenv("CONVNETS_DATA", str(tmp_path / "no-data"))
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    load_keys.cache_clear()
    folder = tmp_path / "course"
    (folder / "assignments" / "ps7").mkdir(parents=True)
    monkeypatch.chdir(folder)
    yield folder
    load_keys.cache_clear()


@pytest.mark.parametrize(
    "given",
    [
        PREDICTED,
        PREDICTED.astype(np.uint8),
        PREDICTED.tolist(),
        tuple(PREDICTED.tolist()),
        torch.from_numpy(PREDICTED),
        list(torch.from_numpy(PREDICTED)),
        torch.from_numpy(PREDICTED).to(torch.int32),
    ],
    ids=["int64", "uint8", "list", "tuple", "tensor", "tensors", "int32"],
)
def test_what_holds_classes_is_saved(given, home):
    path = save_predictions("ps7", given)
    assert path == home / "assignments" / "ps7" / "ps7-predictions.csv"
    handed = read_predictions(path.read_bytes(), "mnist")
    np.testing.assert_array_equal(handed.labels, PREDICTED)


def test_it_says_where_the_file_is(capsys):
    save_predictions("ps7", PREDICTED)
    where = Path("assignments", "ps7", "ps7-predictions.csv")
    assert capsys.readouterr().out == f"Wrote 10,000 predictions to {where}.\n"


def test_it_goes_beside_the_notebook(home, monkeypatch):
    folder = home / "assignments" / "ps7"
    (folder / "ps7.ipynb").touch()
    monkeypatch.chdir(folder)
    assert save_predictions("ps7", PREDICTED).parent == folder


def test_without_a_course_it_stays_here(tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert save_predictions("ps7", PREDICTED).parent == tmp_path / "elsewhere"


def test_it_is_found_again(home):
    save_predictions("ps7", PREDICTED, leaderboard=False)
    data = find_predictions("ps7-predictions.csv")
    assert not read_predictions(data, "mnist").on_leaderboard
    folder = home / "assignments" / "ps7"
    assert find_predictions("ps7-predictions.csv", folder) == data


def test_an_earlier_file_is_replaced_and_nothing_else_is_left(home):
    save_predictions("ps7", 0 * PREDICTED)
    path = save_predictions("ps7", PREDICTED)
    assert len(set(read_predictions(path.read_bytes(), "mnist").labels)) == 10
    assert list(path.parent.iterdir()) == [path]


WRONG = {
    "logits": (np.zeros((10_000, 10)), r"\(10000, 10\): these look like logits"),
    "logits of a tensor": (torch.zeros(10_000, 10), "look like logits"),
    "column": (PREDICTED[:, None], r"1 axis \(N,\), but its shape is \(10000, 1\)"),
    "floats": (PREDICTED.astype(np.float32), "whole numbers, but its type is float32"),
    "truth": (PREDICTED > 4, "whole numbers, but its type is bool"),
    "texts": (PREDICTED.astype(str), "whole numbers, but its type is <U"),
    "objects": (PREDICTED.astype(object), "whole numbers, but its type is object"),
    "nothing": (None, r"1 axis \(N,\), but its shape is \(\)"),
    "a number": (7, r"1 axis \(N,\)"),
    "short": (PREDICTED[:9_984], "there are 9,984. .* drops a last batch"),
    "training set": (np.zeros(60_000, int), "size of the training set"),
    "flat logits": (np.zeros(100_000, int), "10 for each image"),
    "empty": ([], "whole numbers, but its type is float64"),
    "from 1": (PREDICTED + 1, r"predicted\[\d+\] is 10. Count the classes from 0"),
    "negative": (PREDICTED - 1, r"predicted\[\d+\] is -1"),
    "batches": ([[1, 2], [3]], "join the batches first"),
    "batches of tensors": ([torch.ones(2), torch.ones(3)], "join the batches first"),
}


@pytest.mark.parametrize("name", WRONG)
def test_anything_else_is_explained_and_nothing_is_written(name, home):
    given, words = WRONG[name]
    with pytest.raises(CourseError, match=words):
        save_predictions("ps7", given)
    assert list((home / "assignments" / "ps7").iterdir()) == []


def test_a_problem_set_without_predictions_names_those_with():
    with pytest.raises(CourseError, match=r"ps1 asks for no predictions.*do: ps7"):
        save_predictions("ps1", PREDICTED)


def test_the_visible_check_reads_the_file():
    assert "No file handed in" in repr(check("ps7.predictions"))
    save_predictions("ps7", PREDICTED)
    assert "MNIST is not on this machine" in " ".join(
        repr(check("ps7.predictions")).split()
    )


def test_nbgrader_without_labels_is_told_loudly(monkeypatch):
    save_predictions("ps7", PREDICTED)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(CourseError, match="no class folder"):
        check("ps7.predictions")


def test_while_graded_the_file_that_was_handed_in_stays(monkeypatch):
    path = save_predictions("ps7", PREDICTED)
    before = path.read_bytes()
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert save_predictions("ps7", 0 * PREDICTED) is None
    assert save_predictions("ps7", None) is None
    assert path.read_bytes() == before


def test_nbgrader_needs_no_labels_where_no_file_is(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert repr(check("ps7.predictions")) == "0"


def test_where_the_data_set_is_the_check_tells_the_accuracy(monkeypatch, tmp_path):
    (tmp_path / "no-data" / "MNIST").mkdir(parents=True)
    labels = SimpleNamespace(test_labels=torch.from_numpy(PREDICTED))
    monkeypatch.setattr("coursekit.datasets.load_dataset", lambda name: labels)
    wrong = PREDICTED.copy()
    wrong[:300] = (wrong[:300] + 1) % 10
    save_predictions("ps7", wrong)
    assert "9,700 of 10,000 right: 97 %" in repr(check("ps7.predictions"))


def test_a_broken_data_set_leaves_the_points_open(monkeypatch, tmp_path):
    (tmp_path / "no-data" / "MNIST").mkdir(parents=True)
    save_predictions("ps7", PREDICTED)
    assert "open" in repr(check("ps7.predictions"))
