"""Write one submission's scores into nbgrader's gradebook, all of them or none."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbgrader.api import Gradebook


@dataclass(frozen=True)
class CellScore:
    """What one graded cell earned.

    Parameters
    ----------
    points : float or None
        The score; None where a person has to decide.
    comment : str
        What nbgrader shows the student beside an answer; empty for nothing.
    """

    points: float | None
    comment: str = ""


def write_scores(
    gradebook: Gradebook,
    problem_set: str,
    student: str,
    received: datetime,
    cells: Mapping[str, CellScore],
) -> None:
    """Enter a submission in one transaction; marks given by a person stay.

    Parameters
    ----------
    gradebook : Gradebook
        Open gradebook that knows the problem set.
    problem_set, student : str
        Whose submission of what.
    received : datetime
        When it arrived, by our clock.
    cells : mapping of str to CellScore
        One entry for each graded cell.
    """
    from sqlalchemy.exc import SAWarning

    with one_transaction(gradebook), warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # from inside nbgrader
        gradebook.update_or_create_student(student)
        submission = gradebook.update_or_create_submission(
            problem_set, student, timestamp=received
        )
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                score = cells[grade.name]
                grade.auto_score = score.points
                has_manual = grade.manual_score is not None
                grade.needs_manual_grade = has_manual or score.points is None
            for comment in notebook.comments:
                text = cells[comment.name].comment if comment.name in cells else ""
                comment.auto_comment = text or None


@contextmanager
def one_transaction(gradebook: Gradebook) -> Iterator[None]:
    """Hold back the commits that nbgrader makes on every step, and make one at the end.

    nbgrader's own methods commit each time. A grader killed between two of them would
    leave a submission without its scores.
    """
    session = gradebook.db
    commit = session.commit
    session.commit = session.flush
    try:
        yield
    except BaseException:
        session.rollback()
        raise
    else:
        commit()
    finally:
        session.commit = commit
