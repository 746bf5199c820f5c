"""The instructors' side of a grading run: declarations, released notebook, digest."""

from __future__ import annotations

import functools
import hashlib
import json
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import coursekit
from coursekit.authoring.declarations import load_problem_set
from coursekit.checks.declare import ProblemSet
from coursekit.errors import CourseError

PACKAGE = "convnets"
MARKER = "### BEGIN SOLUTION"


@dataclass(frozen=True)
class BundlePaths:
    """Where a bundle is read from; it can be sent to another process.

    Parameters
    ----------
    solutions : Path
        The instructors' folder.
    notebook : Path
        The released notebook, such as ``assignments/ps1/ps1.ipynb``.
    problem_set : str
        Such as ``"ps1"``.
    digest : str
        What `Bundle.digest` must be when the bundle is read, or an empty string.
    """

    solutions: Path
    notebook: Path
    problem_set: str
    digest: str = ""

    @property
    def labels(self) -> Path:
        """The folder with the labels that predictions are compared with."""
        return self.solutions / "labels"


@dataclass(frozen=True)
class Bundle:
    """Everything of ours that grading a problem set needs.

    Parameters
    ----------
    paths : BundlePaths
        Where it came from, with the digest filled in.
    problem_set : ProblemSet
        The declaration.
    released : dict
        The released notebook, as JSON.
    given : dict of str to str
        Text of the files of the package that hold nothing to complete, by name. They
        are ours, and students do not replace them: ``"convnets/__init__.py"``.
    """

    paths: BundlePaths
    problem_set: ProblemSet
    released: dict[str, Any]
    given: dict[str, str]

    @property
    def digest(self) -> str:
        """A hash of everything of ours that can change a score."""
        return self.paths.digest

    @property
    def notebook_name(self) -> str:
        """Name of the notebook in a submission: ``"ps1.ipynb"``."""
        return f"{self.problem_set.id}.ipynb"

    @property
    def source_names(self) -> tuple[str, ...]:
        """Source files of a submission, such as ``"convnets/correlation.py"``."""
        return tuple(f"{PACKAGE}/{name}" for name in self.problem_set.files)


def load_bundle(solutions: Path, notebook: Path, problem_set: str) -> Bundle:
    """Read the declaration and the released notebook of a problem set.

    Parameters
    ----------
    solutions : Path
        The instructors' folder.
    notebook : Path
        The released notebook.
    problem_set : str
        Such as ``"ps1"``.

    Raises
    ------
    CourseError
        If one of them is missing or cannot be used.
    """
    declared = load_problem_set(solutions, problem_set)
    try:
        released = json.loads(notebook.read_text(encoding="utf-8"))
        _ = released["cells"]
    except (OSError, ValueError, KeyError, TypeError) as err:
        msg = f"The released notebook {notebook} cannot be read. Run `course release`."
        raise CourseError(msg) from err
    digest = _digest(solutions, notebook)
    paths = BundlePaths(solutions, notebook, problem_set, digest)
    return Bundle(paths, declared, released, _given_files(solutions))


def _given_files(solutions: Path) -> dict[str, str]:
    """Read the files of the package without a solution; students' code can read them.

    Raises
    ------
    CourseError
        If the package itself holds one.
    """
    files = sorted((solutions / PACKAGE).glob("*.py"))
    texts = {f"{PACKAGE}/{path.name}": path.read_text("utf-8") for path in files}
    if MARKER in texts[f"{PACKAGE}/__init__.py"]:
        msg = (
            f"{PACKAGE}/__init__.py must hold no solution; students' code can read it."
        )
        raise CourseError(msg)
    return {name: text for name, text in texts.items() if MARKER not in text}


@functools.lru_cache(maxsize=4)
def cached_bundle(paths: BundlePaths) -> Bundle:
    """Read a bundle once in each process, and only if it is still the same.

    Raises
    ------
    CourseError
        If a file has changed since the digest was taken.
    """
    bundle = load_bundle(paths.solutions, paths.notebook, paths.problem_set)
    if paths.digest and paths.digest != bundle.digest:
        msg = "The solutions or the released notebook changed while grading ran."
        raise CourseError(msg)
    return bundle


def _digest(solutions: Path, notebook: Path) -> str:
    """Hash the declarations, the reference, the notebook and the code that marks."""
    course = Path(coursekit.__file__).parent
    files = [
        *sorted((solutions / "exercises").rglob("*.py")),
        *sorted((solutions / PACKAGE).glob("*.py")),
        *sorted((solutions / "labels").glob("*.txt")),
        notebook,
        course / "errors.py",
        *sorted((course / "checks").glob("*.py")),
        *sorted((course / "grading").glob("*.py")),
    ]
    total = hashlib.sha256(f"{platform.python_version()} {np.__version__}".encode())
    for path in files:
        total.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
