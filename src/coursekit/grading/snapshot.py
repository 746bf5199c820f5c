"""A submission as it was received: a read-only folder named after what it holds."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coursekit.errors import CourseError


@dataclass(frozen=True)
class Snapshot:
    """One student's submission.

    Parameters
    ----------
    student, problem_set : str
        Whose, and what.
    folder : Path or None
        Holds ``ps1.ipynb`` and ``convnets/…`` as far as they were there; None if
        nothing could be taken.
    digest : str
        A hash of the folder's files; empty if there is no folder.
    received : str
        When it arrived here, as an ISO 8601 time in UTC. A student's own
        ``timestamp.txt`` has no say.
    problem : str
        Why a person has to look, in one line; empty if nobody has to.
    remarks : tuple of str
        What an instructor may want to know.
    """

    student: str
    problem_set: str
    folder: Path | None
    digest: str
    received: str
    problem: str = ""
    remarks: tuple[str, ...] = ()


def contents_digest(files: Mapping[str, bytes]) -> str:
    """Hash files by their names and contents."""
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(name.encode() + b"\0" + hashlib.sha256(files[name]).digest())
    return total.hexdigest()


def store_files(files: Mapping[str, bytes], store: Path) -> tuple[Path, str]:
    """Write files to a read-only folder named after their hash.

    Only the grader's own user can read it: students may have accounts here.

    Parameters
    ----------
    files : mapping of str to bytes
        Contents by relative name; the names are ours, never a student's.
    store : Path
        Where the folders lie.

    Returns
    -------
    folder : Path
        The folder, complete: it is written beside and renamed.
    digest : str
        The hash.
    """
    digest = contents_digest(files)
    folder = store / digest
    if folder.is_dir():
        return folder, digest
    store.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix="incoming-", dir=store))
    for name, data in files.items():
        path = beside / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(0o400)
    for inner in [path for path in beside.rglob("*") if path.is_dir()]:
        inner.chmod(0o500)
    try:
        beside.rename(folder)
    except OSError:  # another grader was faster; what it wrote is the same
        shutil.rmtree(beside, ignore_errors=True)
        if not folder.is_dir():
            raise
    folder.chmod(0o500)
    return folder, digest


def read_files(snapshot: Snapshot) -> dict[str, bytes]:
    """Read a snapshot's files.

    Raises
    ------
    CourseError
        If they are not what was taken in.
    """
    if snapshot.folder is None:
        return {}
    paths = [path for path in snapshot.folder.rglob("*") if path.is_file()]
    files = {
        path.relative_to(snapshot.folder).as_posix(): path.read_bytes()
        for path in paths
    }
    if contents_digest(files) != snapshot.digest:
        msg = f"The snapshot {snapshot.folder} has changed. Delete it and grade again."
        raise CourseError(msg)
    return files


def remove_store(store: Path) -> None:
    """Delete a store, although its folders are read-only."""
    for folder, _, _ in os.walk(store):
        Path(folder).chmod(0o755)
    shutil.rmtree(store, ignore_errors=True)
