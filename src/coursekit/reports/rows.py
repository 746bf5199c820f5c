"""Collect what is known about a graded class, from our records and the gradebook."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from coursekit.errors import CourseError
from coursekit.grading.classroom import Classroom, released_path
from coursekit.grading.gradebook import entered_students
from coursekit.grading.records import read_records
from coursekit.reports.copies import equal_predictions


@dataclass(frozen=True)
class Row:
    """One submission in the class report.

    Parameters
    ----------
    student : str
        Whose.
    scores : dict of str to float or None
        Points for each graded cell; None while a person has to decide.
    misconceptions : list of str
        Mistakes named, as ``"ps1.correlate1d: stride ignored"``.
    attention : list of str
        Reasons why a person should look; empty if there is none.
    remarks : list of str
        What was noticed and cannot change a score.
    """

    student: str
    scores: dict[str, float | None]
    misconceptions: list[str]
    attention: list[str]
    remarks: list[str]

    @property
    def total(self) -> float | None:
        """Sum of the points given so far; None if there are none at all."""
        given = [score for score in self.scores.values() if score is not None]
        return sum(given) if given else None

    @property
    def is_complete(self) -> bool:
        """Whether every cell has its points."""
        return all(score is not None for score in self.scores.values())


@dataclass(frozen=True)
class ClassReport:
    """A graded problem set.

    Parameters
    ----------
    problem_set : str
        Which.
    points : dict of str to float
        What each graded cell is worth, in the notebook's order.
    rows : list of Row
        One for each submission, by student.
    """

    problem_set: str
    points: dict[str, float]
    rows: list[Row]

    @property
    def misconceptions(self) -> list[tuple[str, int]]:
        """How many submissions hold each misconception, the most common first."""
        counts = Counter(name for row in self.rows for name in row.misconceptions)
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def class_report(room: Classroom, problem_set: str) -> ClassReport:
    """Put together records and gradebook; points given by a person count."""
    released_path(room, problem_set)
    records = read_records(room.records(problem_set))
    copies = equal_predictions(records)
    with room.gradebook() as gradebook:
        entered = entered_students(gradebook, problem_set)
        notebook = gradebook.find_notebook(problem_set, problem_set)
        known = {cell.name: float(cell.max_score) for cell in notebook.grade_cells}
        points = {name: known[name] for name in _order(room, problem_set, known)}
        rows = []
        for record in records:
            if record.student not in entered:
                msg = f"The gradebook has no {record.student!r}. Run `course grade`."
                raise CourseError(msg)
            submission = gradebook.find_submission_notebook(
                problem_set, problem_set, record.student
            )
            grades = {grade.name: grade for grade in submission.grades}
            scores = {
                name: None
                if grades[name].auto_score is None and grades[name].manual_score is None
                else float(grades[name].score)
                for name in points
            }
            remarks = [*record.result.remarks, *copies.get(record.student, [])]
            found = record.misconceptions, record.attention, remarks
            rows.append(Row(record.student, scores, *found))
    return ClassReport(problem_set, points, rows)


def _order(room: Classroom, problem_set: str, known: dict[str, float]) -> list[str]:
    """Order graded cells as the notebook does."""
    text = Path(room.released(problem_set)).read_text(encoding="utf-8")
    cells = json.loads(text)["cells"]
    names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells]
    return [name for name in names if name in known]
