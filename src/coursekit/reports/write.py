"""Write a class's report and its students' feedback to disk."""

from __future__ import annotations

from pathlib import Path

from coursekit.errors import CourseError
from coursekit.grading.classroom import Classroom, nbgrader_api
from coursekit.reports.page import report_page
from coursekit.reports.rows import class_report
from coursekit.reports.table import report_csv


def write_report(room: Classroom, problem_set: str) -> list[Path]:
    """Write the class report as ``report.html`` and ``report.csv``.

    Returns
    -------
    list of Path
        The two files.
    """
    report = class_report(room, problem_set)
    folder = room.reports(problem_set)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"report.html": report_page(report), "report.csv": report_csv(report)}
    for name, text in texts.items():
        draft = folder / f".{name}"
        draft.write_text(text, encoding="utf-8")
        draft.replace(folder / name)
    return [folder / name for name in texts]


def write_feedback(room: Classroom, problem_set: str, student: str) -> Path:
    """Have nbgrader write one student's feedback.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    CourseError
        If nbgrader cannot, such as for a student without a submission.
    """
    graded = room.autograded / student / problem_set / f"{problem_set}.ipynb"
    if not graded.is_file():
        msg = (
            f"No feedback for {student!r}: there is no graded {problem_set} of theirs."
        )
        raise CourseError(msg)
    api = nbgrader_api(room)
    answer = api.generate_feedback(problem_set, student, force=True)
    page = room.folder / "feedback" / student / problem_set / f"{problem_set}.html"
    if not answer["success"] or not page.exists():
        reason = answer.get("error") or "there is nothing graded to write about"
        msg = f"No feedback for {student!r}: {reason.strip().splitlines()[-1]}"
        raise CourseError(msg)
    return page
