"""Predictions from the declaration to what a student hands in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from textwrap import dedent

import numpy as np
import pytest

from coursekit.authoring import release
from coursekit.authoring.notebooks import write_notebook
from coursekit.authoring.reference import load_problem_sets, reference_first
from coursekit.checks.testsets import labels_text
from coursekit.errors import CourseError

DECLARED = """
        Predictions(
            "ps1.predictions", "Digits", "mnist", ((0.9, 1), (0.98, 4)), bonus=1,
        ),
        Written("ps1.why", "Why", 1),"""
CELL = """\
```{code-cell}
:nbgrader: {grade_id: ps1.predictions, grade: true}
# Your predictions are right.
check("ps1.predictions")
```

The end.
"""
SAVE = """
import numpy as np
from coursekit.predictions import save_predictions
save_predictions("ps1", np.arange(10_000) % 10, leaderboard=False)
"""
FILE = "ps1-predictions.csv"


@pytest.fixture
def course(course):
    """Add predictions to the small course, and labels for its instructors."""
    declarations = course / "solutions" / "exercises" / "ps1.py"
    text = declarations.read_text(encoding="utf-8")
    text = text.replace("ProblemSet,", "ProblemSet, Predictions,")
    text = text.replace('\n        Written("ps1.why", "Why", 1),', DECLARED)
    declarations.write_text(text, encoding="utf-8")
    notebook = course / "solutions" / "notebooks" / "ps1.md"
    text = notebook.read_text(encoding="utf-8").replace("The end.\n", CELL)
    notebook.write_text(text, encoding="utf-8")
    labels = np.random.default_rng(0).integers(0, 10, 10_000)
    (course / "solutions" / "labels").mkdir()
    path = course / "solutions" / "labels" / "mnist.txt"
    path.write_text(labels_text("mnist", labels), encoding="ascii")
    return course


@pytest.fixture
def student(course, tmp_path):
    """Release the course, and unpack the student edition elsewhere."""
    output = tmp_path / "output"
    release.release(course, output, release.generate(course), force=False)
    return shutil.copytree(output / "convnets-course", tmp_path / "home")


@pytest.fixture
def run(student, tmp_path):
    """Run a line of Python, or `course`, as a student does who has no data."""

    def run(*args, code="from coursekit.cli import main; main()"):
        clean = {k: v for k, v in os.environ.items() if k != "NBGRADER_EXECUTION"}
        paths = {
            "PYTHONPATH": str(student / "src"),
            "CONVNETS_DATA": str(tmp_path / "none"),
        }
        return subprocess.run(
            [sys.executable, "-c", dedent(code), *args],
            cwd=student,
            env={**clean, **paths},
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )

    return run


def test_the_cell_is_locked_and_its_points_are_those_of_the_scale(course):
    text = (course / "solutions" / "notebooks" / "ps1.md").read_text(encoding="utf-8")
    with reference_first(course / "solutions"):
        (problem_set,) = load_problem_sets(course / "solutions")
    (data,) = write_notebook(text, problem_set).values()
    cells = {cell["id"]: cell for cell in json.loads(data)["cells"]}
    mark = cells["ps1-predictions"]["metadata"]["nbgrader"]
    assert (mark["grade"], mark["locked"], mark["points"]) == (True, True, 4)
    wrong = text.replace('check("ps1.predictions")', "check()")
    with pytest.raises(CourseError, match="must hold check"):
        write_notebook(wrong, problem_set)


def test_students_get_the_scale_and_no_labels(student):
    path = student / "src" / "coursekit" / "checks" / "keys" / "ps1.json"
    tree = json.loads(path.read_text(encoding="utf-8"))
    (key,) = [item for item in tree["keys"] if item["exercise"] == "ps1.predictions"]
    scale = [[0.9, 1], [0.98, 4]]
    assert key["predictions"] == {"dataset": "mnist", "scale": scale, "bonus": 1}
    assert not (student / "solutions").exists()


def test_labels_that_get_into_the_edition_stop_the_release(course, tmp_path):
    labels = course / "solutions" / "labels" / "mnist.txt"
    shutil.copy(labels, course / "src" / "coursekit" / "data.txt")
    with pytest.raises(CourseError, match=r"solutions/labels/mnist\.txt"):
        release.release(course, tmp_path / "out", release.generate(course), force=False)


def test_the_terminal_says_how_far_it_is(run):
    assert "to do ps1.predictions" in run("check", "ps1").stdout
    assert run("check", "ps1.predictions").returncode == 1
    assert run(code=SAVE).stdout.startswith("Wrote 10,000 predictions to assignments")
    answer = run("check", "ps1.predictions")
    assert answer.returncode == 0
    assert "MNIST is not on this machine" in " ".join(answer.stdout.split())
    overview = run("check", "ps1").stdout
    assert "open  ps1.predictions" in overview
    line = (
        "0 / 5 points by the visible checks; 4 points are found in grading; 1 point is"
    )
    assert line in overview


def test_the_file_is_handed_in(run, student):
    run(code=SAVE)
    home = student / "assignments" / "ps1"
    answer = run("submit", "ps1")
    assert "4 points are found in grading" in answer.stdout
    with zipfile.ZipFile(home / "ps1-submission.zip") as archive:
        names = ["convnets/sums.py", FILE, "ps1.ipynb", "manifest.json"]
        assert archive.namelist() == names
        assert archive.read(FILE) == (home / FILE).read_bytes()
        manifest = json.loads(archive.read("manifest.json"))
    assert FILE in manifest["files"]


def test_a_missing_file_does_not_stop_the_submission(run, student):
    answer = run("submit", "ps1")
    assert "ps1.predictions" in answer.stdout.partition("Not begun: ")[2]
    with zipfile.ZipFile(student / "assignments/ps1/ps1-submission.zip") as archive:
        assert FILE not in archive.namelist()


def test_a_broken_file_is_handed_in_and_told_of(run, student):
    path = student / "assignments" / "ps1" / FILE
    path.write_bytes(b"7\n" * 10_000)
    answer = run("submit", "ps1")
    assert "Not passing yet: ps1.predictions." in answer.stdout
    with zipfile.ZipFile(path.with_name("ps1-submission.zip")) as archive:
        assert archive.read(FILE) == path.read_bytes()
