"""The leaderboard: who predicts best, under names that only their owners know."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coursekit.checks.declare import Predictions, ProblemSet
from coursekit.checks.mark import Finding
from coursekit.checks.predictions import scale_points
from coursekit.errors import CourseError
from coursekit.grading.classroom import Classroom
from coursekit.grading.pseudonyms import class_secret, pseudonym
from coursekit.grading.records import Record, read_records
from coursekit.reports.copies import equal_predictions

SHARE = 5  # the best of so many get the bonus, rounded up
OUT, CHECKED = "out", "checked"  # what an instructor can decide about an entry


@dataclass(frozen=True)
class Entry:
    """A place on the leaderboard.

    Parameters
    ----------
    student, pseudonym : str
        Who, and under which name.
    right, total : int
        How many predictions are right, of how many.
    rank : int
        From 1; equal entries share the best rank among them.
    bonus : float
        Points on top; 0 for none.
    """

    student: str
    pseudonym: str
    right: int
    total: int
    rank: int
    bonus: float

    @property
    def accuracy(self) -> str:
        """The share that is right, in percent: ``"91.25"``."""
        return f"{100 * self.right / self.total:.2f}"


@dataclass(frozen=True)
class Board:
    """A leaderboard.

    Parameters
    ----------
    problem_set, title : str
        Which, and what was predicted.
    bonus : float
        What the best fifth gets.
    entries : list of Entry
        The best first.
    left_out : dict of str to str
        Students who are not on it, and why.
    equal : dict of str to list of str
        Whose predictions are the same as somebody else's, ranked or not, and whose.
    """

    problem_set: str
    title: str
    bonus: float
    entries: list[Entry] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    equal: dict[str, list[str]] = field(default_factory=dict)

    @property
    def winners(self) -> dict[str, float]:
        """The bonus of each student who gets one."""
        return {entry.student: entry.bonus for entry in self.entries if entry.bonus}


def asked_for_board(problem_set: ProblemSet) -> Predictions:
    """Return the exercise that a problem set's leaderboard is about.

    Raises
    ------
    CourseError
        If there is none with a bonus.
    """
    for item in problem_set.predictions:
        if item.bonus > 0:
            return item
    msg = f"{problem_set.id} has no leaderboard: none of its exercises has a bonus."
    raise CourseError(msg)


def make_board(
    room: Classroom,
    asked: Predictions,
    late: frozenset[str] = frozenset(),
    decisions: Mapping[str, str] | None = None,
) -> Board:
    """Rank a class by its graded predictions.

    Parameters
    ----------
    room : Classroom
        The class.
    asked : Predictions
        What was handed in.
    late : frozenset of str
        Students whose work came after the deadline; they are not ranked.
    decisions : mapping of str to str, optional
        ``"out"`` keeps a student off the board; ``"checked"`` puts on one whose
        predictions needed a look.
    """
    problem_set = asked.id.partition(".")[0]
    board = Board(problem_set, asked.title, asked.bonus)
    found: dict[str, Finding] = {}
    records = read_records(room.records(problem_set))
    board.equal.update(equal_predictions(records))
    for record in records:
        student, decision = record.student, (decisions or {}).get(record.student, "")
        finding, reason = _place(record, asked.id, decision, student in late)
        if finding is None:
            board.left_out[student] = reason
        else:
            found[student] = finding
    board.entries.extend(_rank(room, asked, found))
    return board


def _place(
    record: Record, exercise: str, decision: str, is_late: bool
) -> tuple[Finding | None, str]:
    """Return what puts a submission on the board, or why it is not there."""
    results = [item for item in record.result.exercises if item.exercise == exercise]
    finding = results[0].finding if results else None
    if finding is None:
        reason = record.result.ungraded.get(exercise, "no result yet")
        return None, f"not graded: {reason}"
    if finding.right is None:
        return None, finding.sentence
    if decision == OUT:
        return None, "left out by you"
    if not finding.on_leaderboard:
        return None, "withdrawn by the student"
    if is_late:
        return None, "handed in late"
    if finding.look and decision != CHECKED:
        return None, f"needs a look: {' '.join(finding.look)}"
    return finding, ""


def _rank(
    room: Classroom, asked: Predictions, found: Mapping[str, Finding]
) -> list[Entry]:
    """Order the entries and give the bonus; a tie at the border is all let in."""
    secret = class_secret(room.secret)
    rights = {name: finding.right or 0 for name, finding in found.items()}
    ordered = sorted(rights.values(), reverse=True)
    border = ordered[math.ceil(len(ordered) / SHARE) - 1] if ordered else 0
    entries = []
    for student, right in rights.items():
        total = found[student].total
        earns = right >= border and scale_points(asked, right, total) > 0
        name, rank = pseudonym(secret, student), ordered.index(right) + 1
        bonus = asked.bonus if earns else 0.0
        entries.append(Entry(student, name, right, total, rank, bonus))
    return sorted(entries, key=lambda entry: (entry.rank, entry.pseudonym))


def decisions_path(room: Classroom, problem_set: str) -> Path:
    """Return where an instructor decides about entries."""
    return room.folder / f"leaderboard-{problem_set}.txt"


def read_decisions(path: Path) -> dict[str, str]:
    """Read an instructor's decisions, one a line: ``ada: out`` or ``ben: checked``.

    Empty lines and lines that begin with ``#`` are passed over; no file means that
    nothing is decided.

    Raises
    ------
    CourseError
        If a line says anything else.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as err:
        msg = f"{path} is not UTF-8 text."
        raise CourseError(msg) from err
    decisions = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        student, colon, word = line.rpartition(":")
        if not colon or word.strip() not in (OUT, CHECKED):
            msg = (
                f"{path}, line {number} must be like `ada: {OUT}` or "
                f"`ada: {CHECKED}`, but it is {line!r}."
            )
            raise CourseError(msg)
        decisions[student.strip()] = word.strip()
    return decisions
