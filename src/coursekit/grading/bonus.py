"""Enter bonus points as nbgrader's extra credit, without touching anybody's marks.

What was entered is written down, so that a later run can take it back or change it and
knows it from extra credit that a person gave.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.errors import CourseError
from coursekit.grading.scores import one_transaction

if TYPE_CHECKING:
    from nbgrader.api import Gradebook


@dataclass
class Entered:
    """What a run did.

    Parameters
    ----------
    changed : list of str
        Students whose bonus is another one now.
    by_hand : dict of str to float
        Students with extra credit that a person gave, which stays.
    """

    changed: list[str] = field(default_factory=list)
    by_hand: dict[str, float] = field(default_factory=dict)


def enter_bonus(
    gradebook: Gradebook,
    journal: Path,
    place: tuple[str, str],
    wanted: Mapping[str, float],
) -> Entered:
    """Give the bonus to those who have earned it, and to nobody else.

    It may be killed at any moment; the next run arrives at the same state.

    Parameters
    ----------
    gradebook : Gradebook
        Open gradebook that knows the problem set.
    journal : Path
        Where to write down what was entered.
    place : (str, str)
        The problem set, and the id of the graded cell.
    wanted : mapping of str to float
        The bonus of each student who gets one.

    Raises
    ------
    CourseError
        If the journal is damaged.
    """
    problem_set, cell = place
    ours = _read_journal(journal)
    done = Entered()
    grades = {}
    for submission in gradebook.assignment_submissions(problem_set):
        student = submission.student.id
        grade = gradebook.find_grade(cell, problem_set, problem_set, student)
        present, want = grade.extra_credit or 0.0, wanted.get(student, 0.0)
        if present == want:
            ours[student] = [want]
        elif present in (0.0, *ours.get(student, [])):
            grades[student] = grade
            ours[student] = [present, want]  # either, until the commit
        else:
            done.by_hand[student] = present
    _write_journal(journal, ours)
    with one_transaction(gradebook):
        for student, grade in grades.items():
            grade.extra_credit = wanted.get(student, 0.0)
    for student in grades:
        ours[student] = [wanted.get(student, 0.0)]
    _write_journal(journal, ours)
    done.changed = sorted(grades)
    return done


def _read_journal(path: Path) -> dict[str, list[float]]:
    """Read what earlier runs entered, by student."""
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): [float(x) for x in values] for name, values in tree.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError, TypeError) as err:
        msg = f"{path} is damaged. It lists the bonus points entered; put it back."
        raise CourseError(msg) from err


def _write_journal(path: Path, ours: Mapping[str, list[float]]) -> None:
    """Write down what was entered, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("w", encoding="utf-8") as file:
        json.dump(ours, file, indent=1, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
