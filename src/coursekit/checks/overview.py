"""A problem set's visible checks at a glance, for a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from coursekit.checks.compare import Difference
from coursekit.checks.mark import NO_PREDICTIONS, ExerciseResult
from coursekit.checks.released import Asked, Released
from coursekit.checks.render import WIDTH, points_text, to_text
from coursekit.links import MESSAGES_URL

Results = Mapping[str, ExerciseResult]

ID_WIDTH = 32  # the longest exercise id fits
INDENT = 8  # where ids begin


def overview(released: Released, results: Results) -> str:
    """Lay out a row for each exercise, then the reports of those begun but failing.

    Parameters
    ----------
    released : Released
        What the problem set asks for.
    results : mapping of str to ExerciseResult
        By exercise id.
    """
    lines = [f"{released.id}  {released.title}", ""]
    common = common_problem(results)
    for asked in released.exercises:
        lines += _rows(asked, results.get(asked.id), with_notes=common is None)
    if common is not None:
        lines += ["", *textwrap.wrap(common.sentence, WIDTH, break_on_hyphens=False)]
        return "\n".join([*lines, "", f"More: {MESSAGES_URL}"])
    for result in results.values():
        if state(result) in ("FAIL", "part", "open"):
            lines += ["", "-" * WIDTH, to_text(result)]
    return "\n".join([*lines, "", score_line(released, results)])


def common_problem(results: Results) -> Difference | None:
    """Return what stops every exercise alike, such as a file that is not Python."""
    first, *others = [result.problem for result in results.values()] or [None]
    return first if all(problem == first for problem in others) else None


def score_line(released: Released, results: Results) -> str:
    """Say what the visible checks give, and what a person marks."""
    earned = sum(result.earned for result in results.values())
    later = sum(result.points for result in results.values() if result.is_open)
    points = released.visible_points - later
    line = f"{points_text(earned, points)} points by the visible checks"
    if later:
        noun = "point is" if later == 1 else "points are"
        line += f"; {later:g} {noun} found in grading"
    if released.hand_points:
        noun = "point is" if released.hand_points == 1 else "points are"
        line += f"; {released.hand_points:g} {noun} marked by hand"
    return f"{line}."


def state(result: ExerciseResult) -> str:
    """Say in a word how far an exercise is.

    "ok", "FAIL" or "to do"; and for predictions also "part" of the points, or "open"
    until they are graded.
    """
    if result.problem is not None:
        return "to do" if result.problem.reason == NO_PREDICTIONS else "FAIL"
    if result.is_untouched:
        return "to do"
    if result.is_open:
        return "open"
    if result.finding is not None and 0 < result.earned < result.points:
        return "part"
    return "ok" if result.earned == result.points else "FAIL"


def _rows(
    asked: Asked, result: ExerciseResult | None, *, with_notes: bool
) -> list[str]:
    """Lay out one exercise, and its likely mistakes below it."""
    if result is None:
        points = f"{asked.points:g}"
        return [_row("write", asked, points)]
    earned = points_text(result.earned, result.points)
    points = f"{asked.points:g}" if result.is_open else earned
    row = _row(state(result), asked, points)
    notes = _notes(result) if with_notes else []
    return [row, *(line for note in notes for line in _note(note))]


def _row(word: str, asked: Asked, points: str) -> str:
    """Lay out one row."""
    room = WIDTH - INDENT - ID_WIDTH - len(points) - 1
    title = textwrap.shorten(asked.title, room, placeholder=" ...")
    head = f"  {word:<{INDENT - 2}}{asked.id:<{ID_WIDTH}}{title}"
    return f"{head:<{WIDTH - len(points)}}{points}"


def _notes(result: ExerciseResult) -> list[str]:
    """Say briefly what is wrong."""
    if state(result) not in ("FAIL", "part"):
        return []
    if result.problem is not None:
        return [result.problem.sentence]
    notes = [f"Likely mistake: {name}." for name in result.misconceptions]
    failures = [group.failure for group in result.groups if group.failure]
    others = [failure for failure in failures if not failure.misconception]
    return notes + [failure.why.sentence for failure in others[:1]]


def _note(text: str) -> list[str]:
    """Break a note into lines below the id."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * INDENT,
        subsequent_indent=" " * INDENT,
        break_on_hyphens=False,
    )
