"""Grade a class: take in, skip what is known, judge in parallel, write one by one."""

from __future__ import annotations

import fcntl
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from coursekit.errors import CourseError
from coursekit.grading.bundle import load_bundle
from coursekit.grading.classroom import Classroom, released_path
from coursekit.grading.engine import grade_many
from coursekit.grading.gradebook import entered_students
from coursekit.grading.ingest import ingest
from coursekit.grading.records import Record, read_key, read_records, record_key
from coursekit.grading.snapshot import Snapshot
from coursekit.grading.writer import write_submission


@dataclass(frozen=True)
class Options:
    """How to grade.

    Parameters
    ----------
    workers : int
        Submissions judged at a time.
    seed : int or None
        Source of the hidden cases; None draws one for this run.
    force : bool
        Grade again what has been graded already.
    required_level : str
        The least that must stand between student code and the machine.
    """

    workers: int = 2
    seed: int | None = None
    force: bool = False
    required_level: str = "confined"


@dataclass
class Summary:
    """What a run did.

    Parameters
    ----------
    submissions : int
        How many there are.
    level : str
        What stood between student code and the machine; empty if nothing was run.
    graded : list of str
        Students graded in this run.
    attention : dict of str to list of str
        Why a person should look, for each submission that needs it, old ones too.
    """

    submissions: int = 0
    level: str = ""
    graded: list[str] = field(default_factory=list)
    attention: dict[str, list[str]] = field(default_factory=dict)


def grade_class(
    room: Classroom,
    problem_set: str,
    solutions: Path,
    options: Options,
    progress: Callable[[str, int, int], None],
) -> Summary:
    """Grade every submission of a problem set that is new or has changed.

    Parameters
    ----------
    room : Classroom
        The class.
    problem_set : str
        Such as ``"ps1"``.
    solutions : Path
        The instructors' folder.
    options : Options
        How.
    progress : callable
        Told the student, how many are done, and how many there are to do.

    Raises
    ------
    CourseError
        If another grader is at work in this class, or the class has not been given
        this problem set.
    """
    path = released_path(room, problem_set)
    released = json.loads(path.read_text(encoding="utf-8"))
    bundle = load_bundle(solutions, path, problem_set)
    seed = secrets.randbits(32) if options.seed is None else options.seed
    with only_grader(room), room.gradebook() as gradebook:
        snapshots = ingest(room.submitted, bundle.problem_set, room.snapshots)
        keys = {s.student: _key(s, bundle.digest) for s in snapshots}
        summary = Summary(submissions=len(snapshots))
        entered = entered_students(gradebook, problem_set)
        todo = [
            s
            for s in snapshots
            if options.force or s.student not in entered or not _known(room, s, keys)
        ]
        known = {s.student: s for s in todo}
        results = grade_many(
            todo, bundle, seed, options.workers, options.required_level
        )
        for result in results:
            snapshot = known[result.student]
            received = datetime.fromisoformat(snapshot.received)
            record = Record(keys[result.student], received, result)
            write_submission(room, gradebook, released, record, snapshot.folder)
            summary.graded.append(result.student)
            summary.level = result.level or summary.level
            progress(result.student, len(summary.graded), len(todo))
    for entry in read_records(room.records(problem_set)):
        if entry.attention and entry.student in keys:
            summary.attention[entry.student] = entry.attention
    return summary


def _key(snapshot: Snapshot, bundle: str) -> str:
    """Hash a submission, also one of which nothing could be taken."""
    return record_key(f"{snapshot.digest}\n{snapshot.problem}", bundle)


def _known(room: Classroom, snapshot: Snapshot, keys: dict[str, str]) -> bool:
    """Whether this very submission has been graded and its notebook is in place."""
    problem_set = snapshot.problem_set
    notebook = room.autograded / snapshot.student / problem_set / f"{problem_set}.ipynb"
    key = read_key(room.records(problem_set), snapshot.student)
    return key == keys[snapshot.student] and notebook.exists()


@contextmanager
def only_grader(room: Classroom) -> Iterator[None]:
    """Hold the class's lock; the system lets go of it if we are killed.

    Raises
    ------
    CourseError
        If another process holds it.
    """
    folder = room.folder / "grading"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as err:
            msg = f"Another grader is at work in {room.folder}. Wait for it to end."
            raise CourseError(msg) from err
        yield
