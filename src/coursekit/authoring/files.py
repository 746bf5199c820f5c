"""Files by their paths, as release steps hand them on, and writing them safely."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from coursekit.errors import CourseError

# Contents by path, relative to some folder and with forward slashes.
Files = dict[str, bytes]

# Folders that tools leave behind and that are never copied.
LEFT_BEHIND = frozenset(("__pycache__", ".ipynb_checkpoints", ".DS_Store"))


def read_tree(folder: Path) -> Files:
    """Read every file below a folder, except what tools leave behind.

    Raises
    ------
    CourseError
        If there is a symbolic link, which could bring in a file from elsewhere.
    """
    files = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if LEFT_BEHIND.intersection(parts):
            continue
        if path.is_symlink():
            msg = f"{path} is a symbolic link. Put the file itself there."
            raise CourseError(msg)
        if path.is_file():
            files["/".join(parts)] = path.read_bytes()
    return files


def write_tree(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files below a folder that nobody else uses yet."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def replace_files(root: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder that is in use: all beside their places, then rename.

    A full disk or a missing permission shows before any file is replaced.
    """
    waiting: list[tuple[Path, Path]] = []
    try:
        for name, data in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f".{path.name}.{os.getpid()}.part")
            waiting.append((beside, path))
            beside.write_bytes(data)
        for beside, path in waiting:
            beside.replace(path)
    except OSError as err:
        msg = f"Cannot write {err.filename}: {err.strerror}."
        raise CourseError(msg) from err
    finally:
        for beside, _ in waiting:
            beside.unlink(missing_ok=True)


@contextlib.contextmanager
def folder_beside(target: Path) -> Iterator[Path]:
    """Give an empty folder beside `target` that takes its place if all goes well.

    If the block raises, the folder is removed and `target` stays as it was.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as err:
        msg = f"Cannot write {err.filename}: {err.strerror}."
        raise CourseError(msg) from err
    try:
        yield beside
        beside.chmod(0o755)  # mkdtemp lets nobody else in
        _swap(beside, target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _swap(beside: Path, target: Path) -> None:
    """Put a folder in another's place."""
    old = beside.with_name(f"{beside.name}.old")
    if target.exists():
        target.rename(old)
    try:
        beside.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
