"""What each problem set asks for, as `course release` wrote it down for students."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass

from coursekit.checks.key import KEYS
from coursekit.errors import CourseError


@dataclass(frozen=True)
class Asked:
    """One exercise of a released problem set.

    Parameters
    ----------
    id, title : str
        As declared; the id is also the `grade_id` of its cell in the notebook.
    points : float
        What it is worth.
    is_written : bool
        Whether it is an answer in prose, marked by a person.
    is_numeric : bool, default False
        Whether it is about numbers in the notebook.
    file : str, default ""
        The file of predictions that it asks for.
    """

    id: str
    title: str
    points: float
    is_written: bool
    is_numeric: bool = False
    file: str = ""


@dataclass(frozen=True)
class Released:
    """A released problem set.

    Parameters
    ----------
    id, title : str
        As declared.
    files : tuple of str
        Source files that students edit, relative to the folder of `convnets`.
    exercises : tuple of Asked
        In the order of the notebook.
    """

    id: str
    title: str
    files: tuple[str, ...]
    exercises: tuple[Asked, ...]

    @property
    def checked(self) -> list[Asked]:
        """The exercises that have visible checks."""
        return [item for item in self.exercises if not item.is_written]

    @property
    def visible_points(self) -> float:
        """What the visible checks can give."""
        return sum(item.points for item in self.checked)

    @property
    def hand_points(self) -> float:
        """What a person marks."""
        return sum(item.points for item in self.exercises) - self.visible_points


def known_problem_sets() -> list[str]:
    """List the released problem sets, in the order of their numbers."""
    names = [path.stem for path in KEYS.glob("ps*.json")]
    return sorted(names, key=lambda name: (len(name), name))


@functools.cache
def load_released(problem_set: str) -> Released:
    """Return what a problem set asks for.

    Raises
    ------
    CourseError
        If it is not known.
    """
    if problem_set not in known_problem_sets():
        known = ", ".join(known_problem_sets()) or "none"
        msg = f"No problem set {problem_set!r}. Known: {known}."
        raise CourseError(msg)
    tree = json.loads((KEYS / f"{problem_set}.json").read_text(encoding="utf-8"))
    exercises = tuple(
        Asked(
            item["id"],
            item["title"],
            item["points"],
            item["written"],
            item.get("numeric", False),
            item.get("file", ""),
        )
        for item in tree["exercises"]
    )
    return Released(problem_set, tree["title"], tuple(tree["files"]), exercises)
