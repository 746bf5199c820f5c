"""Open nbgrader's gradebook, and say in one line why it cannot be used."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.errors import CourseError

if TYPE_CHECKING:
    from nbgrader.api import Gradebook


@contextmanager
def open_gradebook(url: str) -> Iterator[Gradebook]:
    """Open a gradebook, and close it in the end.

    Parameters
    ----------
    url : str
        Where it is, as SQLAlchemy writes it: ``"sqlite:////home/ada/gradebook.db"``.

    Raises
    ------
    CourseError
        If it is locked, damaged, full or out of reach.
    """
    from nbgrader.api import Gradebook, InvalidEntry
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import DatabaseError, OperationalError

    add_scripts_to_path()
    try:
        with Gradebook(url, "") as gradebook:
            yield gradebook
    except (DatabaseError, InvalidEntry) as err:
        fault = err.__context__ if isinstance(err, InvalidEntry) else err
        if type(fault) not in (DatabaseError, OperationalError):
            raise  # a mistake of ours, not of the database
        reason = str(getattr(fault, "orig", fault)).strip().splitlines()[0]
        msg = f"The gradebook {make_url(url).database} cannot be used: {reason}."
        raise CourseError(msg) from err


def entered_students(gradebook: Gradebook, problem_set: str) -> set[str]:
    """List the students who have a submission of a problem set in a gradebook.

    Raises
    ------
    CourseError
        If the gradebook does not know the problem set.
    """
    if not knows(gradebook, problem_set):
        msg = f"The gradebook does not know {problem_set}. Run `course init` again."
        raise CourseError(msg)
    found = gradebook.assignment_submissions(problem_set)
    return {submission.student.id for submission in found}


def knows(gradebook: Gradebook, problem_set: str) -> bool:
    """Whether a gradebook holds a problem set and its notebook."""
    from nbgrader.api import MissingEntry

    try:
        gradebook.find_notebook(problem_set, problem_set)
    except MissingEntry:
        return False
    return True


def add_scripts_to_path() -> None:
    """Let nbgrader find `alembic`, which it starts by name, in this environment."""
    scripts = str(Path(sys.executable).parent)
    if scripts not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", "")])
