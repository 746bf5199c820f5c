"""Predictions from the submission to the points, and what an instructor is told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from coursekit.checks.predictions_file import Handed, predictions_text
from coursekit.checks.testsets import all_labels
from coursekit.grading.bundle import load_bundle
from coursekit.grading.engine import grade
from coursekit.grading.ingest import ingest
from coursekit.grading.plausible import BEYOND, MISLABELLED, reasons_to_look
from coursekit.grading.records import attention_lines, look_lines

LABELS = all_labels(Path(__file__).resolve().parents[2] / "solutions" / "labels")
DECLARATION = """
from coursekit.checks.declare import *

PROBLEM_SET = ProblemSet(
    "ps93",
    "Predictions",
    (),
    [
        Predictions(
            "ps93.predictions", "Digits", "mnist", ((0.90, 1), (0.98, 4)), bonus=1
        ),
    ],
)
"""
NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "id": "ps93-predictions",
            "metadata": {
                "nbgrader": {
                    "grade_id": "ps93-predictions",
                    "schema_version": 3,
                    "grade": True,
                    "solution": False,
                    "points": 4,
                }
            },
            "source": 'check("ps93.predictions")',
            "outputs": [],
            "execution_count": None,
        }
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}
NAME = "ps93-predictions.csv"


def spoilt(count, dataset="mnist", seed=0):
    """Return a test set's labels of which so many are wrong."""
    rng = np.random.default_rng(seed)
    predicted = LABELS[dataset].astype(int)
    places = rng.choice(len(predicted), count, replace=False)
    predicted[places] = (predicted[places] + rng.integers(1, 10, count)) % 10
    return predicted


def like_a_network(count):
    """Return predictions of which so many are wrong, the mislabelled images first."""
    predicted = LABELS["mnist"].astype(int)
    wrong = [*MISLABELLED["mnist"], *range(count - len(MISLABELLED["mnist"]))]
    predicted[wrong] = (predicted[wrong] + 1) % 10
    return predicted


def text(predicted, **options):
    return predictions_text(Handed("mnist", predicted, **options)).encode()


@pytest.fixture(scope="module")
def solutions(tmp_path_factory):
    root = tmp_path_factory.mktemp("solutions")
    (root / "exercises").mkdir()
    (root / "convnets").mkdir()
    (root / "exercises" / "ps93.py").write_text(DECLARATION, encoding="utf-8")
    (root / "convnets" / "__init__.py").write_text('"""A package."""\n')
    (root / "ps93.ipynb").write_text(json.dumps(NOTEBOOK), encoding="utf-8")
    home = Path(__file__).resolve().parents[2] / "solutions" / "labels"
    shutil.copytree(home, root / "labels")
    return root


@pytest.fixture
def handed_in(tmp_path, solutions):
    """Hand in a notebook and a file of predictions, and take the snapshot."""
    bundle = load_bundle(solutions, solutions / "ps93.ipynb", "ps93")
    folder = tmp_path / "submitted" / "anna" / "ps93"

    def handed_in(data, name=NAME):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "ps93.ipynb").write_text(json.dumps(NOTEBOOK), encoding="utf-8")
        if data is not None:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(data)
        (snapshot,) = ingest(
            tmp_path / "submitted", bundle.problem_set, tmp_path / "store"
        )
        return snapshot, bundle

    return handed_in


@pytest.fixture
def graded(handed_in, level):
    """Hand in a file of predictions, and grade it."""
    return lambda *args: grade(*handed_in(*args), 5, level)


def test_predictions_earn_points_by_the_share_that_is_right(graded):
    result = graded(text(like_a_network(129)))
    assert result.earned == 4
    assert result.exercises[0].finding.right == 9871
    assert not result.needs_attention
    assert look_lines(result) == []


def test_a_part_of_the_points_stays_in_the_record(graded):
    assert graded(text(like_a_network(500))).earned == 2.87


def test_a_missing_file_earns_nothing_and_needs_nobody(graded):
    result = graded(None)
    assert result.earned == 0
    assert result.exercises[0].problem.reason == "no-predictions"
    assert f"{NAME} was not handed in." in result.remarks
    assert not result.needs_attention
    assert attention_lines(result) == []


def test_a_file_in_another_folder_is_found(graded):
    result = graded(text(like_a_network(129)), f"results/{NAME}")
    assert result.earned == 4
    assert f"results/{NAME} was taken as {NAME}." in result.remarks


def test_without_labels_there_is_no_score_and_a_grader_error(graded, solutions):
    path = solutions / "labels" / "mnist.txt"
    kept = path.read_bytes()
    path.unlink()
    from coursekit.checks.testsets import read_labels

    read_labels.cache_clear()
    try:
        result = graded(text(like_a_network(129)))
    finally:
        path.write_bytes(kept)
    assert result.exercises == ()
    assert "There are no labels" in result.grader_error
    assert list(result.ungraded) == ["ps93.predictions"]


def test_labels_are_part_of_what_decides_on_a_new_grading(solutions):
    load = lambda: load_bundle(solutions, solutions / "ps93.ipynb", "ps93").digest  # noqa: E731
    before = load()
    path = solutions / "labels" / "mnist.txt"
    kept = path.read_bytes()
    path.write_bytes(kept + b"\n")
    after = load()
    path.write_bytes(kept)
    assert (before == load(), before == after) == (True, False)


def test_a_students_file_may_import_what_saves_predictions(found_inside):
    code = """
    from coursekit.predictions import save_predictions

    save_predictions("ps7", [1, 2])
    found = callable(save_predictions)
    """
    assert found_inside(code) == "True"


@pytest.mark.parametrize("module", ["batches", "datasets", "runs", "submission"])
def test_a_students_file_may_import_what_the_course_gives(found_inside, module):
    code = f"import coursekit.{module} as given\nfound = bool(given)"
    assert found_inside(code) == "True"


def test_copied_labels_earn_their_points_and_a_look(graded):
    result = graded(text(LABELS["mnist"]))
    assert result.earned == 4
    first, second = look_lines(result)
    assert first.startswith("ps93.predictions needs a look: ")
    assert "100 % right is more than such a network reaches (up to 99.85 %)." in first
    assert "On 15 of the 15 test images whose label is known to be wrong" in second
    assert attention_lines(result) == []  # those are for students' notebooks too


@pytest.mark.parametrize(("dataset", "count"), [("mnist", 150), ("cifar10", 700)])
def test_copied_labels_that_are_spoilt_get_a_look_nearly_always(dataset, count):
    looks = [
        bool(reasons_to_look(dataset, spoilt(count, dataset, seed), LABELS[dataset]))
        for seed in range(100)
    ]
    assert sum(looks) >= 95


def test_the_mislabelled_images_are_as_many_as_the_paper_found():
    counts = {name: len(set(places)) for name, places in MISLABELLED.items()}
    assert counts == {"mnist": 15, "cifar10": 54}
    assert BEYOND.keys() == LABELS.keys()


def test_known_wrong_labels_are_as_they_were_found():
    # From the answers of the study: image 947 is labelled 8 and shows a 9.
    labels = LABELS["mnist"]
    assert labels[[947, 2462, 2597, 6651]].tolist() == [8, 2, 5, 0]
    # 2405 is labelled cat and shows a frog, 6877 airplane and ship, 8058 deer, horse.
    assert LABELS["cifar10"][[2405, 6877, 8058]].tolist() == [3, 0, 4]
