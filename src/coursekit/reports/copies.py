"""Notice equal predictions: a copy, or the same preset with the same seed.

Nothing here takes points away or an entry off the leaderboard, since whoever was copied
from looks the same as whoever copied. It tells an instructor whom to ask.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from coursekit.grading.records import Record

MOST_NAMES = 5  # in a line; a whole class may have run one preset


def equal_predictions(records: Iterable[Record]) -> dict[str, list[str]]:
    """Say of each student who handed in the same predictions, number by number.

    Parameters
    ----------
    records : iterable of Record
        Of one problem set.

    Returns
    -------
    dict of str to list of str
        Lines by student; those whose predictions are their own are not in it.
    """
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for record in records:
        for item in record.result.exercises:
            if item.finding is not None and item.finding.digest:
                groups[item.exercise, item.finding.digest].append(record.student)
    lines: dict[str, list[str]] = defaultdict(list)
    for (exercise, _), students in groups.items():
        for student in students if len(students) > 1 else ():
            others = [name for name in students if name != student]
            lines[student].append(
                f"{exercise}: exactly the same predictions as {_names(others)}."
            )
    return dict(lines)


def _names(students: list[str]) -> str:
    """List a few names, and say how many more there are."""
    shown, more = students[:MOST_NAMES], len(students) - MOST_NAMES
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
