"""What a rule is, and what it says about a place in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from coursekit.authoring.lint.course import Course


@dataclass(frozen=True, order=True)
class Finding:
    """A place that breaks a rule; the message says what to do.

    Parameters
    ----------
    path : Path
        The file, relative to the course.
    line : int
        Counted from 1.
    number : str
        The rule's: ``"C101"``.
    message : str
        A full sentence.
    """

    path: Path
    line: int
    number: str
    message: str

    def __str__(self) -> str:
        """Return one line that an editor can jump from."""
        return f"{self.path.as_posix()}:{self.line}: {self.number} {self.message}"


# What a rule's function finds: where, and what to say. The rule adds its number.
Places = Iterator[tuple[Path, int, str]]


@dataclass(frozen=True)
class Rule:
    """One rule of the course.

    Parameters
    ----------
    number : str
        Never reused: ``"C101"``.
    title : str
        The rule itself, as a sentence without a full stop.
    places : callable
        Yields path, line and message of each place that breaks it.
    """

    number: str
    title: str
    places: Callable[[Course], Places]

    def apply(self, course: Course) -> Iterator[Finding]:
        """Yield what breaks the rule in one course."""
        for path, line, message in self.places(course):
            yield Finding(path, line, self.number, message)
