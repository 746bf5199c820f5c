"""Make a class's leaderboard: read, rank, write the files, enter the bonus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.authoring.declarations import load_problem_set
from coursekit.checks.declare import grade_id
from coursekit.errors import CourseError
from coursekit.grading.bonus import Entered, enter_bonus
from coursekit.grading.classroom import Classroom, released_path
from coursekit.grading.gradebook import entered_students
from coursekit.grading.run import only_grader
from coursekit.reports.leaderboard import (
    Board,
    asked_for_board,
    decisions_path,
    make_board,
    read_decisions,
)
from coursekit.reports.leaderboard_files import write_board

if TYPE_CHECKING:
    from nbgrader.api import Gradebook


def run_leaderboard(
    room: Classroom, problem_set: str, solutions: Path, dry_run: bool = False
) -> tuple[Board, list[Path], Entered | None]:
    """Rank a class, write the leaderboard, and enter the bonus.

    A second run changes nothing; after new submissions are graded, it moves the bonus.

    Parameters
    ----------
    room : Classroom
        The class.
    problem_set : str
        Such as ``"ps8"``.
    solutions : Path
        The instructors' folder.
    dry_run : bool, default False
        Whether to leave the gradebook as it is.

    Returns
    -------
    board : Board
        Who is where.
    paths : list of Path
        The files.
    entered : Entered or None
        What was changed in the gradebook; None in a dry run.

    Raises
    ------
    CourseError
        If the problem set has no leaderboard, another grader is at work, or an
        instructor's decision names a student without a submission.
    """
    released_path(room, problem_set)
    asked = asked_for_board(load_problem_set(solutions, problem_set))
    path = decisions_path(room, problem_set)
    decisions = read_decisions(path)
    with only_grader(room), room.gradebook() as gradebook:
        strangers = decisions.keys() - entered_students(gradebook, problem_set)
        if strangers:
            msg = f"{path} names {', '.join(sorted(strangers))}, who handed in nothing."
            raise CourseError(msg)
        board = make_board(room, asked, _late(gradebook, problem_set), decisions)
        paths = write_board(room, board)
        if dry_run:
            return board, paths, None
        journal = room.folder / "grading" / "bonus" / f"{problem_set}.json"
        place = (problem_set, grade_id(asked.id))
        entered = enter_bonus(gradebook, journal, place, board.winners)
    return board, paths, entered


def _late(gradebook: Gradebook, problem_set: str) -> frozenset[str]:
    """List the students whose work came after nbgrader's due date and any extension."""
    return frozenset(
        submission.student.id
        for submission in gradebook.assignment_submissions(problem_set)
        if submission.total_seconds_late > 0
    )
