"""Find the declarations of the problem sets."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from coursekit.checks.declare import ProblemSet
from coursekit.errors import CourseError


def problem_set_ids(solutions: Path) -> list[str]:
    """List the problem sets that are declared, in the order of their numbers."""
    names = [path.stem for path in (solutions / "exercises").glob("ps*.py")]
    return sorted(names, key=lambda name: int(name.removeprefix("ps")))


def load_problem_set(solutions: Path, problem_set: str) -> ProblemSet:
    """Import the declaration of one problem set.

    The reference package beside it is put first on the path, because that is what the
    declaration imports.

    Parameters
    ----------
    solutions : Path
        The instructors' folder.
    problem_set : str
        Such as ``"ps1"``.

    Raises
    ------
    CourseError
        If there is no such problem set.
    """
    path = solutions / "exercises" / f"{problem_set}.py"
    if not path.is_file():
        known = ", ".join(problem_set_ids(solutions))
        msg = f"No problem set {problem_set!r}. Known: {known or 'none'}."
        raise CourseError(msg)
    if str(solutions) not in sys.path:
        sys.path.insert(0, str(solutions))
    spec = importlib.util.spec_from_file_location(f"exercises_{problem_set}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    declared: ProblemSet = module.PROBLEM_SET
    return declared
