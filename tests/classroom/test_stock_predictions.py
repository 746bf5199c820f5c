"""nbgrader's own `autograde` gives predictions the points that our grader gives."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from coursekit.authoring.declarations import load_problem_set
from coursekit.authoring.keys import write_keys
from coursekit.checks.predictions_file import Handed, predictions_text
from coursekit.checks.testsets import all_labels
from coursekit.grading.classroom import init_classroom, nbgrader_api
from coursekit.grading.run import Options, grade_class
from coursekit.reports.write import write_feedback

ROOT = Path(__file__).resolve().parents[2]
LABELS = ROOT / "solutions" / "labels"
DECLARATION = """
from coursekit.checks.declare import *

PROBLEM_SET = ProblemSet(
    "ps93", "Predictions", (),
    [Predictions("ps93.predictions", "D", "mnist", ((0.9, 1), (0.98, 4)), bonus=1)],
)
"""
FIRST = """
from pathlib import Path
import coursekit.checks.key
from coursekit.checks.student import check
coursekit.checks.key.KEYS = Path({keys!r})
"""
NAME = "ps93-predictions.csv"

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::Warning")]


def predicted(wrong):
    labels = all_labels(LABELS)["mnist"].copy()
    labels[:wrong] = (labels[:wrong] + 1) % 10
    return predictions_text(Handed("mnist", labels)).encode()


# What is handed in, and what it earns.
CLASS = {
    "ada": (predicted(130), 4),
    "ben": (predicted(500), 2.87),
    "cleo": (predicted(3000), 0),
    "dan": (None, 0),
    "eve": (b"\x00\xff", 0),
}


def notebook(keys):
    """Return the released notebook, whose first cell says where the key is."""
    graded = {"grade": True, "solution": False, "locked": True, "points": 4}
    marks = {"grade_id": "ps93-predictions", "schema_version": 3, "task": False}
    base = {"cell_type": "code", "outputs": [], "execution_count": None}
    cells = [
        {**base, "id": "a", "metadata": {}, "source": FIRST.format(keys=keys)},
        {
            **base,
            "id": "ps93-predictions",
            "metadata": {"nbgrader": {**marks, **graded}},
            "source": 'check("ps93.predictions")',
        },
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture(scope="module")
def solutions(tmp_path_factory):
    root = tmp_path_factory.mktemp("course") / "solutions"
    for name in ("exercises", "convnets"):
        (root / name).mkdir(parents=True)
    (root / "exercises" / "ps93.py").write_text(DECLARATION, encoding="utf-8")
    (root / "convnets" / "__init__.py").write_text('"""A package."""\n')
    shutil.copytree(LABELS, root / "labels")
    (keys,) = write_keys(load_problem_set(root, "ps93")).values()
    (root / "keys").mkdir()
    (root / "keys" / "ps93.json").write_bytes(keys)
    return root


@pytest.fixture(scope="module")
def classes(solutions, tmp_path_factory):
    """Grade a class twice: with our grader, and with nbgrader's."""
    folder = tmp_path_factory.mktemp("classes")
    target = folder / "assignments" / "ps93" / "ps93.ipynb"
    target.parent.mkdir(parents=True)
    target.write_text(json.dumps(notebook(str(solutions / "keys"))))
    package = ROOT / "src" / "convnets"
    rooms = [
        init_classroom(folder / name, folder / "assignments", package)
        for name in ("ours", "theirs")
    ]
    for room in rooms:
        for student, (data, _) in CLASS.items():
            home = room.submitted / student / "ps93"
            home.mkdir(parents=True)
            shutil.copy(target, home)
            if data is not None:
                (home / NAME).write_bytes(data)
    grade_class(rooms[0], "ps93", solutions, Options(1, 1), lambda *_: None)
    for student in CLASS:
        answer = nbgrader_api(rooms[1]).autograde("ps93", student)
        assert answer["success"], answer
    return rooms


def scores(room):
    """Return each student's points, and whether a person has to give them."""
    found = {}
    with room.gradebook() as gradebook:
        for student in CLASS:
            grade = gradebook.find_grade("ps93-predictions", "ps93", "ps93", student)
            found[student] = (grade.auto_score, bool(grade.needs_manual_grade))
    return found


def test_both_give_the_same_points(classes):
    wanted = {student: (points, False) for student, (_, points) in CLASS.items()}
    assert [scores(room) for room in classes] == [wanted, wanted]


def test_feedback_says_how_many_are_right_and_the_name_on_the_leaderboard(classes):
    page = write_feedback(classes[0], "ps93", "ben").read_text(encoding="utf-8")
    assert "9,500 of 10,000 right: 95 %, 2.87 of 4 points" in page
    assert "On the leaderboard, your name is" in page


def test_feedback_without_a_file_says_what_is_missing(classes):
    page = write_feedback(classes[0], "ps93", "dan").read_text(encoding="utf-8")
    assert f"No file handed in: {NAME} is missing." in page


def test_the_labels_are_not_among_what_nbgrader_hands_out(classes):
    released = classes[1].folder / "release"
    assert released.is_dir()
    assert list(released.rglob("mnist*")) == []
