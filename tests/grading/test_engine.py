"""Grading one and many: needs attention, grader errors, broken workers."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from coursekit.errors import CourseError
from coursekit.grading import submission, warm
from coursekit.grading.bundle import Bundle, cached_bundle, load_bundle
from coursekit.grading.engine import grade, grade_many
from coursekit.grading.judge import hidden_key
from coursekit.grading.result import SubmissionResult

GRADER = """
import os
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from coursekit.grading.engine import end_with_parent

if __name__ == "__main__":
    pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=end_with_parent)
    print(pool.submit(os.getpid).result(), flush=True)
    time.sleep(60)
"""
IDS = ["ps90.correlate1d", "ps90.correlate2d", "ps90.toeplitz"]


def reference(bundle: Bundle) -> str:
    """Return the reference's text."""
    return (bundle.paths.solutions / "convnets" / "correlation.py").read_text()


@pytest.fixture
def planted(bundle: Bundle):
    """Plant a fault in the cases of one exercise, for one test."""
    path = bundle.paths.solutions / "exercises" / "fault.txt"

    def planted(code: str) -> None:
        hidden_key.cache_clear()
        path.write_text(code)

    yield planted
    path.unlink(missing_ok=True)
    hidden_key.cache_clear()


def test_a_missing_source_scores_nothing_but_keeps_the_answer(hand_in, bundle, level):
    result = grade(hand_in(None), bundle, 7, level)
    assert result.problem == "convnets/correlation.py is missing."
    assert [exercise.earned for exercise in result.exercises] == [0, 0, 0]
    assert result.answers == {"ps90.why": "YOUR ANSWER"}
    assert result.needs_attention
    assert not result.ungraded


def test_a_broken_notebook_does_not_cost_the_code_its_points(hand_in, bundle, level):
    result = grade(hand_in(reference(bundle), b"{"), bundle, 7, level)
    assert result.problem.startswith("ps90.ipynb is not a notebook")
    assert result.earned == 8
    assert result.answers == {}


def test_nothing_handed_in_has_no_score(hand_in, bundle, level):
    refused = replace(hand_in(""), folder=None, digest="", problem="Refused.")
    result = grade(refused, bundle, 7, level)
    assert result.exercises == ()
    assert result.ungraded == dict.fromkeys(IDS, "Refused.")
    assert result.problem == "Refused."
    assert result.grader_error == ""


def test_a_fault_in_our_cases_is_a_grader_error_and_no_zero(
    hand_in, bundle, level, planted
):
    planted("1 / 0")
    result = grade(hand_in(reference(bundle)), bundle, 7, level)
    assert list(result.ungraded) == ["ps90.toeplitz"]
    assert "ZeroDivisionError" in result.grader_error
    assert [exercise.earned for exercise in result.exercises] == [3, 3]


def test_an_unknown_level_is_refused(hand_in, bundle, level, monkeypatch):
    monkeypatch.setattr(submission, "_templates", [])
    monkeypatch.setattr(warm, "WAYS", ((False, False),))
    with pytest.raises(CourseError, match=r"cannot be confined as required \(full\)"):
        grade(hand_in(""), bundle, 7, "full")


@pytest.mark.parametrize("way", [(False, True), (False, False)])
def test_weaker_levels_grade_the_same(hand_in, bundle, level, monkeypatch, way):
    monkeypatch.setattr(submission, "_templates", [])
    monkeypatch.setattr(warm, "WAYS", (way,))
    try:
        result = grade(hand_in(reference(bundle)), bundle, 7, "limits")
    finally:
        submission.close_templates()
    assert result.earned == 8
    assert not result.level.startswith("full")


def earned(results: list[SubmissionResult]) -> dict[str, float]:
    return {result.student: result.earned for result in results}


def test_many_are_graded_in_several_processes(hand_in, bundle, level):
    text = reference(bundle)
    snapshots = [hand_in(text, student=name) for name in ("anna", "bea", "carl")]
    snapshots.append(hand_in("import os; os._exit(1)", student="dora"))
    results = list(grade_many(snapshots, bundle, 7, 2, level))
    assert earned(results) == {"anna": 8, "bea": 8, "carl": 8, "dora": 0}
    assert not any(result.ungraded for result in results)


def test_a_worker_that_dies_once_costs_nobody_anything(hand_in, bundle, level, planted):
    planted("import os; os.remove(fault); os._exit(9)")
    text = reference(bundle)
    snapshots = [hand_in(text, student=name) for name in ("anna", "bea", "carl")]
    results = list(grade_many(snapshots, bundle, 7, 2, level))
    assert earned(results) == {"anna": 8, "bea": 8, "carl": 8}
    assert not any(result.needs_attention for result in results)


def test_a_worker_that_always_dies_is_a_grader_error(hand_in, bundle, level, planted):
    planted("import os; os._exit(9)")
    (result,) = grade_many([hand_in("")], bundle, 7, 2, level)
    assert result.grader_error == "The grading process died twice on this submission."
    assert list(result.ungraded) == IDS
    assert result.exercises == ()


def test_a_bundle_that_changed_is_not_used(bundle: Bundle, tmp_path: Path):
    with pytest.raises(CourseError, match="changed while grading ran"):
        cached_bundle(replace(bundle.paths, digest="another"))


def test_the_digest_covers_what_can_change_a_score(bundle: Bundle):
    paths = bundle.paths
    again = load_bundle(paths.solutions, paths.notebook, "ps90")
    assert again.digest == bundle.digest
    path = paths.solutions / "exercises" / "helpers.py"
    path.write_text("x = 1")
    changed = load_bundle(paths.solutions, paths.notebook, "ps90")
    path.unlink()
    assert changed.digest != bundle.digest


@pytest.mark.parametrize("data", ["", "[]", "{"])
def test_a_released_notebook_that_cannot_be_read_says_so(bundle, tmp_path, data):
    path = tmp_path / "ps90.ipynb"
    path.write_text(data)
    with pytest.raises(CourseError, match="Run `course release`"):
        load_bundle(bundle.paths.solutions, path, "ps90")


def test_workers_end_with_a_grader_that_is_killed(tmp_path):
    script = tmp_path / "grader.py"
    script.write_text(GRADER)
    grader = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE)
    worker = Path("/proc", grader.stdout.readline().decode().strip(), "cmdline")
    assert worker.read_bytes()
    grader.kill()
    grader.communicate()
    end = time.monotonic() + 20
    while worker.exists() and worker.read_bytes():  # empty for one that has ended
        assert time.monotonic() < end
        time.sleep(0.05)
