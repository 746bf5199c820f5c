"""The release: from `solutions/` to what students get, as a list of steps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coursekit.authoring.edition import (
    LEDGER,
    edited_files,
    edition_files,
    write_edition,
)
from coursekit.authoring.files import Files, folder_beside, read_tree, replace_files
from coursekit.authoring.keys import FOLDER as KEYS
from coursekit.authoring.keys import write_keys
from coursekit.authoring.leaks import refuse_leaks
from coursekit.authoring.notebooks import write_notebook
from coursekit.authoring.reference import load_problem_sets, reference_first
from coursekit.authoring.secret_lines import gather_secrets
from coursekit.authoring.strip import write_stubs
from coursekit.errors import CourseError


@dataclass(frozen=True)
class Changes:
    """How the generated files differ from those in the tree.

    Parameters
    ----------
    written : tuple of str
        Files that are new or differ, by path.
    removed : tuple of str
        Files that were released once and no longer are.
    edited : tuple of str
        Those among both that somebody edited by hand since.
    """

    written: tuple[str, ...]
    removed: tuple[str, ...]
    edited: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.written or self.removed)


def find_course(folder: Path) -> Path:
    """Find the top of the course, at a folder or above it.

    Raises
    ------
    CourseError
        If there is none; a student's copy has no `solutions/`.
    """
    for root in (folder, *folder.parents):
        if (root / "solutions").is_dir() and (root / "pyproject.toml").is_file():
            return root
    msg = f"{folder} is not inside a course: there is no folder solutions/ at its top."
    raise CourseError(msg)


def generate(root: Path) -> Files:
    """Run every step that writes a file from `solutions/`, in memory.

    Returns
    -------
    dict of str to bytes
        Stubs, keys, notebooks, and the ledger, by their paths from the top.
    """
    solutions = root / "solutions"
    with reference_first(solutions):
        problem_sets = load_problem_sets(solutions)
        files = write_stubs(solutions, problem_sets)
        for problem_set in problem_sets:
            files |= write_keys(problem_set)
            files |= write_notebook(_text(solutions, problem_set.id), problem_set)
    return files | {LEDGER: _ledger(files)}


def compare(root: Path, files: Mapping[str, bytes]) -> Changes:
    """Compare generated files with those in the tree."""
    released = _read_ledger(root)
    present = _present(root, set(released) | set(files))
    written = [name for name, data in files.items() if present.get(name) != data]
    removed = [name for name in present if name not in files]
    edited = [
        name
        for name in (*written, *removed)
        if name != LEDGER
        and name in present
        and released.get(name) != _hash(present[name])
    ]
    return Changes(tuple(written), tuple(removed), tuple(edited))


def check_edition(root: Path, files: Mapping[str, bytes]) -> None:
    """Look for leaks in the student edition without writing it."""
    refuse_leaks(edition_files(root, files), gather_secrets(root / "solutions"))


def release(root: Path, output: Path, files: Mapping[str, bytes], force: bool) -> None:
    """Write the generated files and the student edition, or nothing at all.

    Parameters
    ----------
    root : Path
        The top of the course.
    output : Path
        Folder for the student edition; one that is there is replaced.
    files : mapping of str to bytes
        From `generate`.
    force : bool
        Whether to replace files that somebody edited by hand.

    Raises
    ------
    CourseError
        If the edition would leak, or a file was edited and `force` is not set.
    """
    changes = compare(root, files)
    edited = [*changes.edited, *(f"{output}/{name}" for name in edited_files(output))]
    if edited and not force:
        msg = (
            "These files were edited by hand: "
            f"{', '.join(edited[:5])}{' ...' if len(edited) > 5 else ''}. "
            "Move the edits into solutions/, or use --force to lose them."
        )
        raise CourseError(msg)
    with folder_beside(output) as beside:
        write_edition(beside, edition_files(root, files))
        refuse_leaks(read_tree(beside), gather_secrets(root / "solutions"))
        replace_files(root, {name: files[name] for name in changes.written})
        for name in changes.removed:
            (root / name).unlink()


def _text(solutions: Path, problem_set: str) -> str:
    """Read a problem set's text."""
    path = solutions / "notebooks" / f"{problem_set}.md"
    if not path.is_file():
        msg = f"{path} is missing: every problem set needs its text."
        raise CourseError(msg)
    return path.read_text(encoding="utf-8")


def _ledger(files: Mapping[str, bytes]) -> bytes:
    """Write down the hash of every generated file."""
    tree = {
        "generated": "by `course release`; it tells which files were edited since",
        "files": {name: _hash(files[name]) for name in sorted(files)},
    }
    return (json.dumps(tree, indent=1) + "\n").encode()


def _read_ledger(root: Path) -> dict[str, str]:
    """Return the hashes of what was released last."""
    try:
        tree = json.loads((root / LEDGER).read_text(encoding="utf-8"))
        return {str(name): str(value) for name, value in tree["files"].items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, AttributeError, TypeError) as err:
        msg = f"{LEDGER} is damaged. Delete it and release with --force."
        raise CourseError(msg) from err


def _present(root: Path, names: set[str]) -> Files:
    """Read the generated files in the tree, also those nobody generates any more."""
    stray = [*(root / "src" / "convnets").rglob("*.py"), *(root / KEYS).glob("*.json")]
    everything = names | {path.relative_to(root).as_posix() for path in stray}
    return {
        name: (root / name).read_bytes()
        for name in sorted(everything)
        if (root / name).is_file()
    }


def _hash(data: bytes) -> str:
    """Return a file's SHA-256."""
    return hashlib.sha256(data).hexdigest()
