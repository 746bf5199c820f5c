"""How many submissions our grader handles while nbgrader's own grades one.

Both grade copies of the reference solution of problem set 1, in this run, one at a
time, and must give the same scores. Ours is timed from the submitted files to the
gradebook and the graded notebook, its worker's start included; nbgrader is used through
its Python interface, so the start of its command is not counted against it.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from coursekit.grading.classroom import Classroom, init_classroom, nbgrader_api
from coursekit.grading.run import Options, grade_class

ROOT = Path(__file__).resolve().parents[1]
PROBLEM_SET = "ps1"
OURS, THEIRS = 24, 2  # submissions; nbgrader takes seconds for each
SCORE = 19.0  # all points but the written answer's


def main() -> None:
    """Print one line."""
    with tempfile.TemporaryDirectory() as folder:
        ours = make_class(Path(folder) / "ours", OURS)
        theirs = make_class(Path(folder) / "theirs", THEIRS)
        our_seconds = timed(lambda: grade_with_ours(ours)) / OURS
        their_seconds = timed(lambda: grade_with_nbgrader(theirs)) / THEIRS
        check_scores(ours, OURS)
        check_scores(theirs, THEIRS)
    print(
        f"a correct {PROBLEM_SET}, against stock nbgrader: "
        f"{their_seconds / our_seconds:.0f} submissions in the time of one "
        f"({1 / our_seconds:.1f} a second here, in one process)"
    )


def make_class(folder: Path, students: int) -> Classroom:
    """Make a class in which everybody hands in the reference solution."""
    room = init_classroom(folder, ROOT / "assignments", ROOT / "src" / "convnets")
    for number in range(students):
        place = room.submitted / f"student{number:02}" / PROBLEM_SET
        (place / "convnets").mkdir(parents=True)
        notebook = Path(PROBLEM_SET) / f"{PROBLEM_SET}.ipynb"
        shutil.copy(ROOT / "assignments" / notebook, place)
        source = ROOT / "solutions" / "convnets" / "correlation.py"
        shutil.copy(source, place / "convnets")
    return room


def grade_with_ours(room: Classroom) -> None:
    """Grade the class as `course grade` does."""
    options = Options(workers=1, seed=1, required_level="limits")
    grade_class(room, PROBLEM_SET, ROOT / "solutions", options, lambda *_: None)


def grade_with_nbgrader(room: Classroom) -> None:
    """Grade the class as `nbgrader autograde` does."""
    api = nbgrader_api(room)
    for student in sorted(path.name for path in room.submitted.iterdir()):
        answer = api.autograde(PROBLEM_SET, student)
        if not answer["success"]:
            raise RuntimeError(answer["error"])


def check_scores(room: Classroom, students: int) -> None:
    """Stop if somebody's score is not the right one."""
    with room.gradebook() as gradebook:
        found = gradebook.assignment_submissions(PROBLEM_SET)
        scores = [submission.score for submission in found]
    if scores != [SCORE] * students:
        msg = f"The scores should all be {SCORE:g}, but they are {scores}."
        raise RuntimeError(msg)


def timed(work: Callable[[], None]) -> float:
    """Return how many seconds a call took."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
