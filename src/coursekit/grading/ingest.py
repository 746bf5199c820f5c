"""Take in what students handed in: folders or zip files, whatever is in them.

Nothing here trusts a name, a size or a time that a student could have chosen. Of every
submission only the listed files are read, whole or not at all, and copied to a
read-only folder. Something wrong with one submission is a line in its snapshot and
never stops the others.
"""

from __future__ import annotations

import os
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from coursekit.checks.declare import ProblemSet
from coursekit.errors import CourseError
from coursekit.grading.collect import Files, RefusedError, read_folder, read_zip
from coursekit.grading.snapshot import Snapshot, store_files

PACKAGE = "convnets"


def ingest(source: Path, problem_set: ProblemSet, store: Path) -> list[Snapshot]:
    """Make a snapshot of every submission of a problem set.

    Parameters
    ----------
    source : Path
        Holds ``<student>/ps1/`` folders, as nbgrader collects them, or
        ``<student>.zip`` files, as students' ``course submit`` writes them, or both.
        That zip may also lie in the folder: ``<student>/ps1-submission.zip``.
    problem_set : ProblemSet
        Which one; its `files` are looked for.
    store : Path
        Where the snapshots go; equal submissions share a folder.

    Returns
    -------
    list of Snapshot
        In the order of the students' names; one each, also where nothing could be
        taken.

    Raises
    ------
    CourseError
        If `source` is not a folder.
    """
    if not source.is_dir():
        msg = f"There is no folder {source} with submissions."
        raise CourseError(msg)
    found: dict[str, Snapshot] = {}
    for path in sorted(source.iterdir(), key=lambda path: path.name):
        if path.name.startswith("."):
            continue
        snapshot = _take(path, problem_set, store)
        if snapshot is None:
            continue
        if snapshot.student in found:
            first = found[snapshot.student]
            found[snapshot.student] = _with_problem(
                first, f"{path.name} is a second submission and was left out."
            )
            continue
        found[snapshot.student] = snapshot
    return [found[student] for student in sorted(found)]


def wanted_names(problem_set: ProblemSet) -> tuple[str, ...]:
    """List the files of a submission: the notebook and the sources."""
    sources = [f"{PACKAGE}/{name}" for name in problem_set.files]
    return (f"{problem_set.id}.ipynb", *sources)


def optional_names(problem_set: ProblemSet) -> tuple[str, ...]:
    """List what a submission may lack: predictions, which then earn nothing."""
    return tuple(item.file for item in problem_set.predictions)


def _take(path: Path, asked: ProblemSet, store: Path) -> Snapshot | None:
    """Make one snapshot; None if the entry holds no submission of this problem set."""
    problem_set = asked.id
    names = wanted_names(asked), optional_names(asked)
    is_zip = path.suffix.lower() == ".zip" and not path.is_dir()
    student = path.stem if is_zip else path.name
    received = ""
    try:
        _check_student(student)
        if is_zip:
            received = _received(path)
            files = read_zip(path, *names)
        elif path.is_symlink():
            msg = "The student's folder is a symbolic link."
            raise RefusedError(msg)
        elif (packed := _packed(path, problem_set)) is not None:
            received = _received(packed)
            files = read_zip(packed, *names)
        elif not os.path.lexists(path / problem_set):
            return None  # a stray file, or a student who handed in something else
        else:
            received = _received(path / problem_set)
            files = read_folder(path / problem_set, *names)
    except Exception as err:  # whatever it is, the others must be taken in
        line = str(err) if isinstance(err, RefusedError) else _error_line(err)
        name = student.encode("utf-8", "replace").decode()
        return Snapshot(name, problem_set, None, "", received or _now(), line)
    return _store(student, problem_set, received, files, store)


def _packed(path: Path, problem_set: str) -> Path | None:
    """Find the zip of ``course submit`` in a student's folder, if nothing else is.

    A learning management system keeps one folder for each student, and nbgrader's
    exchange takes a zip as it is.
    """
    name = f"{problem_set}-submission.zip"
    for folder in (path / problem_set, path):
        if folder.is_dir() and not folder.is_symlink():
            found = {item.name for item in folder.iterdir()} - {"timestamp.txt"}
            return folder / name if found == {name} else None
    return None


def _store(
    student: str, problem_set: str, received: str, files: Files, store: Path
) -> Snapshot:
    """Write what was taken and say what was not."""
    problem = " ".join(files.problems)
    remarks = tuple(files.remarks)
    if not files.contents:
        return Snapshot(student, problem_set, None, "", received, problem, remarks)
    folder, digest = store_files(files.contents, store)
    return Snapshot(student, problem_set, folder, digest, received, problem, remarks)


def _with_problem(snapshot: Snapshot, line: str) -> Snapshot:
    """Add a line to what needs attention."""
    return replace(snapshot, problem=f"{snapshot.problem} {line}".strip())


def _check_student(student: str) -> None:
    """Refuse a name that cannot be written in a report or a file name."""
    try:
        student.encode()
    except UnicodeEncodeError as err:
        msg = "The student's name is not valid Unicode."
        raise RefusedError(msg) from err
    if any(unicodedata.category(char) == "Cc" for char in student):
        msg = "The student's name holds a control character."
        raise RefusedError(msg)


def _received(path: Path) -> str:
    """Return when a file or folder came to lie here."""
    stamp = path.lstat().st_mtime
    return datetime.fromtimestamp(stamp, UTC).isoformat(timespec="seconds")


def _now() -> str:
    """Return the present time."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _error_line(err: Exception) -> str:
    """Put an error that nobody foresaw in a sentence."""
    reason = err.strerror if isinstance(err, OSError) else None
    return f"The submission cannot be read: {reason or type(err).__name__}."
