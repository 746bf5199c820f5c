"""Find the notebook that is handed in, and see whether its graded cells are whole."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursekit import colab
from coursekit.checks.declare import ANSWERS, grade_id
from coursekit.checks.released import Asked, Released
from coursekit.errors import CourseError

NOT_ANSWERED = "YOUR ANSWER HERE"
FRESH = 60  # seconds since saving that need no word
UNPACKED = 20 * 365 * 86400  # seconds; the course's zip dates its files to 1980


@dataclass(frozen=True)
class HandedIn:
    """A notebook as it is handed in.

    Parameters
    ----------
    data : bytes
        Its text.
    path : Path or None
        Where it lies; None for a notebook that only Colab holds.
    """

    data: bytes
    path: Path | None


def find_notebook(problem_set: str, folder: Path | None) -> HandedIn:
    """Find a problem set's notebook.

    Parameters
    ----------
    problem_set : str
        Such as ``"ps1"``.
    folder : Path, optional
        Where it lies. Without it, it is looked for here, in ``assignments/ps1`` here
        and in the folders above, and among what Colab has open.

    Raises
    ------
    CourseError
        If it is not there or cannot be read.
    """
    name = f"{problem_set}.ipynb"
    here = Path.cwd()
    places = [here, *(top / "assignments" / problem_set for top in _upwards(here))]
    if folder is not None:
        places = [folder]
    elif colab.on_colab():
        opened = colab.current_notebook()
        if opened is not None:
            return HandedIn(json.dumps(opened, indent=1).encode(), None)
        places.append(colab.DRIVE / "MyDrive" / "Colab Notebooks")
    for place in places:
        if (place / name).is_file():
            return HandedIn((place / name).read_bytes(), place / name)
    where = places[0] if folder else f"{here} or in assignments/{problem_set}"
    msg = f"There is no {name} in {where}. Say where with --folder or `folder=`."
    if colab.on_colab():
        msg = (
            f"Colab does not hand out its notebook, and there is no {name} in {here}. "
            "Download it (File, Download), drop it on the file pane and run this again."
        )
    raise CourseError(msg)


def read_cells(notebook: HandedIn, name: str) -> list[dict[str, Any]]:
    """Return the cells of a notebook.

    Raises
    ------
    CourseError
        If it is not a notebook.
    """
    if not notebook.data.strip():
        msg = f"{name} is empty. Save it again, or start from a fresh copy."
        raise CourseError(msg)
    try:
        cells = json.loads(notebook.data)["cells"]
        return [cell for cell in cells if isinstance(cell, dict)]
    except (ValueError, KeyError, TypeError, RecursionError) as err:
        msg = f"{name} is damaged: it is not a notebook any more. Save it again."
        raise CourseError(msg) from err


def saved_cells(problem_set: str) -> list[dict[str, Any]]:
    """Return the cells of a problem set's notebook, as it is saved.

    Raises
    ------
    CourseError
        If it is not there or cannot be read.
    """
    return read_cells(find_notebook(problem_set, None), f"{problem_set}.ipynb")


def answers_text(exercise: str, cells: list[dict[str, Any]]) -> str:
    """Return the text of the cell with an exercise's numbers.

    Raises
    ------
    CourseError
        If there is no such cell.
    """
    problem_set = exercise.partition(".")[0]
    mark = grade_id(exercise + ANSWERS)
    for cell in cells:
        if _grade_id(cell) == mark:
            return _text(cell)
    msg = f"The cell {mark} is missing. Copy it from a fresh {problem_set}.ipynb."
    raise CourseError(msg)


def cell_warnings(cells: list[dict[str, Any]], released: Released) -> list[str]:
    """Say which graded cells are missing, doubled, of another kind, or unanswered."""
    marks = [(_grade_id(cell), cell) for cell in cells]
    count = Counter(mark for mark, _ in marks)
    found = dict(reversed(marks))  # the first of each counts
    lines = []
    for asked in released.exercises:
        mark = grade_id(asked.id)
        if count[mark] > 1:
            lines.append(f"Cell {mark} is there {count[mark]} times; the first counts.")
        lines += _cell_warning(asked, mark, found.get(mark), released.id)
        cell = grade_id(asked.id + ANSWERS)
        if asked.is_numeric and cell not in found:
            lines.append(
                f"The cell {cell} is missing, so {asked.id} has no answers. "
                f"Copy it from a fresh {released.id}.ipynb."
            )
    return lines


def saved_line(notebook: HandedIn) -> str:
    """Remind of saving; empty if the notebook was saved just now."""
    if notebook.path is None:
        return ""
    seconds = time.time() - notebook.path.stat().st_mtime
    if seconds < FRESH:
        return ""
    if seconds > UNPACKED:
        return f"{notebook.path.name} has not been saved since you got it."
    units = [("day", 86400), ("hour", 3600), ("minute", 60)]
    unit, size = next(pair for pair in units if seconds >= pair[1])
    number = int(seconds // size)
    return (
        f"{notebook.path.name} was saved {number} {unit}{'s' * (number > 1)} ago. "
        "If you have changed it since, save it and hand in again."
    )


def _upwards(folder: Path) -> list[Path]:
    """Return a folder and those above it."""
    return [folder, *folder.parents]


def _grade_id(cell: dict[str, Any]) -> str:
    """Return a cell's name for grading, or an empty string."""
    metadata = cell.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = mark.get("grade_id") if isinstance(mark, dict) else None
    return name if isinstance(name, str) else ""


def _cell_warning(
    asked: Asked, mark: str, cell: dict[str, Any] | None, problem_set: str
) -> list[str]:
    """Say what is wrong with one graded cell, if anything is."""
    if cell is None and asked.is_written:
        return [
            f"The answer cell {mark} is missing, so nobody can mark {asked.id}. "
            f"Copy it from a fresh {problem_set}.ipynb."
        ]
    if cell is None:
        return [f"The check cell {mark} is missing; your code is graded all the same."]
    kind = "markdown" if asked.is_written else "code"
    if cell.get("cell_type") != kind:
        return [f"Cell {mark} should be a {kind} cell. Turn it back into one."]
    text = _text(cell)
    if asked.is_written and (NOT_ANSWERED in text or not text.strip()):
        return [f"{asked.id} is not answered yet."]
    return []


def _text(cell: dict[str, Any]) -> str:
    """Return a cell's source as one string."""
    source = cell.get("source")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)
