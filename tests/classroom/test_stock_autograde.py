"""nbgrader's own `autograde` gives the scores that our grader gives, cell by cell."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from coursekit.authoring.declarations import load_problem_set
from coursekit.checks.declare import Numeric, grade_id
from coursekit.checks.predictions_file import Handed, predictions_text
from coursekit.checks.testsets import all_labels
from coursekit.grading.classroom import init_classroom, nbgrader_api
from coursekit.grading.run import Options, grade_class

ROOT = Path(__file__).resolve().parents[2]
SOLUTIONS = ROOT / "solutions"

# Problem set 1 has a whole class of its own, in tests/demo.
PARTLY_RIGHT = {  # what a student has not understood
    "ps2": ("shapes.py", "2 * padding", "padding"),
    "ps3": ("receptive_field.py", ".abs()", ""),
    "ps4": ("special.py", ", groups=C_in", ""),
    "ps5": ("backprop.py", "grad_out.sum(axis=0)", "grad_out.mean(axis=0)"),
    "ps6": ("normalization.py", "momentum * var * N / (N - 1)", "momentum * var"),
    "ps8": ("explain.py", "weight[label]", "weight.sum(axis=0)"),
    "ps7": ("training.py", " / len(labels)", ""),
}

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::Warning")]


def hand_in(folder, name, change=None):
    """Write a submission: the reference, with one text replaced by another."""
    problem_set = load_problem_set(SOLUTIONS, name)
    (folder / "convnets").mkdir(parents=True)
    for file in problem_set.files:
        text = (SOLUTIONS / "convnets" / file).read_text(encoding="utf-8")
        if change and change[0] == file:
            assert change[1] in text
            text = text.replace(change[1], change[2])
        (folder / "convnets" / file).write_text(text, encoding="utf-8")
    for item in problem_set.predictions:
        predicted = all_labels(SOLUTIONS / "labels")[item.dataset].copy()
        if change:
            predicted[:1000] = (predicted[:1000] + 1) % 10
        text = predictions_text(Handed(item.dataset, predicted))
        (folder / item.file).write_text(text, encoding="utf-8")
    path = ROOT / "assignments" / name / f"{name}.ipynb"
    tree = json.loads(path.read_text(encoding="utf-8"))
    cells = {cell["id"]: cell for cell in tree["cells"]}
    for item in problem_set.exercises:
        if isinstance(item, Numeric):
            right = {answer.name: answer.value for answer in item.answers}
            if change:
                right[item.answers[0].name] += 1
            cells[grade_id(item.cell)]["source"] = f"answers = {right}"
    (folder / f"{name}.ipynb").write_text(json.dumps(tree), encoding="utf-8")


def cells(room, name, student):
    """Return the score of every graded cell, and whether a person has to look."""
    with room.gradebook() as gradebook:
        notebook = gradebook.find_submission_notebook(name, name, student)
        return {
            grade.name: (grade.auto_score, grade.needs_manual_grade)
            for grade in notebook.grades
        }


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    """Make a class for each of the two graders; making one takes seconds."""
    folder = tmp_path_factory.mktemp("classes")
    for name in PARTLY_RIGHT:
        shutil.copytree(ROOT / "assignments" / name, folder / "assignments" / name)
    package = ROOT / "src" / "convnets"
    return [
        init_classroom(folder / name, folder / "assignments", package)
        for name in ("ours", "theirs")
    ]


@pytest.mark.parametrize("name", PARTLY_RIGHT)
def test_scores_are_the_same_cell_by_cell(rooms, name):
    ours, theirs = rooms
    for room in rooms:
        hand_in(room.submitted / "ada" / name, name)
        hand_in(room.submitted / "ben" / name, name, PARTLY_RIGHT[name])
    options = Options(workers=1, seed=1)
    grade_class(ours, name, SOLUTIONS, options, lambda *_: None)
    for student in ("ada", "ben"):
        answer = nbgrader_api(theirs).autograde(name, student)
        assert answer["success"], answer
        assert cells(theirs, name, student) == cells(ours, name, student)
    ada, ben = (cells(ours, name, student) for student in ("ada", "ben"))
    scores = [sum(score or 0 for score, _ in found.values()) for found in (ada, ben)]
    assert 0 < scores[1] < scores[0]
