"""Work with what `solutions/` holds, whatever was imported before."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from coursekit.authoring.declarations import load_problem_set, problem_set_ids
from coursekit.checks.declare import ProblemSet
from coursekit.errors import CourseError

OURS = ("convnets", "exercises")


@contextlib.contextmanager
def reference_first(solutions: Path) -> Iterator[None]:
    """Let `import convnets` find the reference, and leave no compiled files behind.

    Parameters
    ----------
    solutions : Path
        The instructors' folder.
    """
    others = {name: sys.modules.pop(name) for name in _loaded()}
    path, writes = sys.path[:], sys.dont_write_bytecode
    sys.path.insert(0, str(solutions))
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.path[:], sys.dont_write_bytecode = path, writes
        for name in _loaded():
            del sys.modules[name]
        sys.modules.update(others)


def load_problem_sets(solutions: Path) -> list[ProblemSet]:
    """Import every declaration, and check that it declares this reference.

    Raises
    ------
    CourseError
        If there are no declarations, or one takes its reference from elsewhere.
    """
    names = problem_set_ids(solutions)
    if not names:
        msg = f"No problem set is declared in {solutions / 'exercises'}."
        raise CourseError(msg)
    problem_sets = [load_problem_set(solutions, name) for name in names]
    for exercise in (item for each in problem_sets for item in each.functions):
        home = Path(sys.modules[exercise.reference.__module__].__file__ or "")
        if not home.resolve().is_relative_to(solutions.resolve()):
            msg = f"{exercise.id}: the reference comes from {home}, not from solutions."
            raise CourseError(msg)
    return problem_sets


def _loaded() -> list[str]:
    """List the modules from `solutions/` that are loaded."""
    return [name for name in sys.modules if name.partition(".")[0] in OURS]
