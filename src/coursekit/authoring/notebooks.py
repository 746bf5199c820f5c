"""Turn a problem set's text into the notebook that students open."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import Any

from coursekit.authoring.files import Files
from coursekit.checks.answers import AnswersError, read_answers
from coursekit.checks.declare import (
    ANSWERS,
    Item,
    Numeric,
    ProblemSet,
    Written,
    grade_id,
)
from coursekit.errors import CourseError
from coursekit.submission_notebook import NOT_ANSWERED

SCHEMA_VERSION = 3  # of nbgrader's cell metadata

# Notebooks show plain Markdown; these forms are for the book's pages alone.
ONLY_IN_PAGES = re.compile(r"^\s*(?:`{3,}|:{3,})\{[\w:-]+\}|\{[\w:-]+\}`", re.MULTILINE)

# What nbformat gives: nested dictionaries with attributes.
Notebook = Any
Cell = Any


def write_notebook(text: str, problem_set: ProblemSet) -> Files:
    """Build the released notebook of a problem set.

    Parameters
    ----------
    text : str
        The problem set's text, a MyST Markdown notebook.
    problem_set : ProblemSet
        Its declaration, from which points come.

    Returns
    -------
    dict of str to bytes
        The notebook, by its path from the top of the course.

    Raises
    ------
    CourseError
        If an exercise has not exactly one graded cell, or a cell is not as it must be.
    """
    import jupytext
    import nbformat

    source = f"solutions/notebooks/{problem_set.id}.md"
    notebook = jupytext.reads(text, fmt="md:myst")
    notebook.metadata = _notebook_metadata(source, notebook.metadata)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells, start=1):
        _check_text(cell, f"{source}, cell {number}")
        _fill_metadata(cell, problem_set, f"{source}, cell {number}")
    _check_exercises(notebook, problem_set, source)
    _set_ids(notebook)
    nbformat.validate(notebook)
    written = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    path = f"assignments/{problem_set.id}/{problem_set.id}.ipynb"
    return {path: (written.rstrip("\n") + "\n").encode()}


def _notebook_metadata(source: str, header: Notebook) -> Notebook:
    """Return the metadata of the whole notebook; nothing pairs it with its source.

    The text's header may ask Colab for a GPU: ``accelerator: GPU``, and its type below
    ``colab``.
    """
    from nbformat import NotebookNode

    accelerator = header.get("accelerator")
    return NotebookNode(  # type: ignore[no-untyped-call]
        {
            **({"accelerator": accelerator} if accelerator else {}),
            "colab": {"provenance": [], "toc_visible": True, **header.get("colab", {})},
            "coursekit": {"generated": f"by `course release` from {source}"},
            "kernelspec": {
                "display_name": "Python 3",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
        }
    )


def _check_text(cell: Cell, place: str) -> None:
    """Refuse what a notebook cannot show."""
    found = ONLY_IN_PAGES.search(cell.source)
    if cell.cell_type == "markdown" and found:
        msg = f"{place}: `{found[0].strip()}` works in pages, not in notebooks."
        raise CourseError(msg)
    if not cell.source.strip():
        msg = f"{place} is empty."
        raise CourseError(msg)


def _fill_metadata(cell: Cell, problem_set: ProblemSet, place: str) -> None:
    """Complete nbgrader's metadata from the short mark and the declaration."""
    mark = cell.metadata.get("nbgrader")
    tags = cell.metadata.get("tags")
    cell.metadata = type(cell.metadata)({"tags": tags} if tags else {})
    if mark is None:
        return
    if str(mark.get("grade_id", "")).endswith(ANSWERS):
        _fill_answers_cell(cell, mark, problem_set, place)
        return
    exercise = problem_set.find(mark.get("grade_id", ""))
    is_written = isinstance(exercise, Written)
    _check_mark(mark, exercise, cell, place)
    cell.metadata.deletable = False
    if not is_written:
        cell.metadata.editable = False
    cell.metadata.nbgrader = {
        "cell_type": cell.cell_type,
        "checksum": checksum(cell, exercise, is_written),
        "grade": True,
        "grade_id": grade_id(exercise.id),
        "locked": not is_written,
        "points": _whole(exercise.points),
        "schema_version": SCHEMA_VERSION,
        "solution": is_written,
        "task": False,
    }


def _fill_answers_cell(
    cell: Cell, mark: dict[str, Any], problem_set: ProblemSet, place: str
) -> None:
    """Complete the metadata of the cell into which students write numbers."""
    name = str(mark["grade_id"])
    exercise = problem_set.find(name.removesuffix(ANSWERS))
    wanted = {"grade_id": name, "solution": True}
    if not isinstance(exercise, Numeric) or mark != wanted:
        msg = f"{place}: the mark of numeric answers must be {wanted}."
        raise CourseError(msg)
    try:
        answers = read_answers(cell.source)
    except AnswersError as err:
        msg = f"{place} ({name}): {err}"
        raise CourseError(msg) from err
    if answers != dict.fromkeys([item.name for item in exercise.answers]):
        names = ", ".join(item.name for item in exercise.answers)
        msg = f"{place} ({name}) must set each of these to None: {names}."
        raise CourseError(msg)
    cell.metadata.deletable = False
    cell.metadata.nbgrader = {
        "cell_type": cell.cell_type,
        "grade": False,
        "grade_id": grade_id(name),
        "locked": False,
        "schema_version": SCHEMA_VERSION,
        "solution": True,
        "task": False,
    }


def _check_mark(mark: dict[str, Any], exercise: Item, cell: Cell, place: str) -> None:
    """Refuse a mark that contradicts the declaration."""
    is_written = isinstance(exercise, Written)
    truth = {
        "grade_id": exercise.id,
        "grade": True,
        "solution": is_written,
        "locked": not is_written,
        "points": exercise.points,
    }
    for name in {**mark, "grade": None}:
        if name not in truth:
            msg = f"{place} ({exercise.id}): `{name}` must not stand in its mark."
            raise CourseError(msg)
        if mark.get(name) != truth[name]:
            meant = f"`{name}` must be {truth[name]}, not {mark.get(name)}"
            msg = f"{place} ({exercise.id}): in its mark, {meant}."
            raise CourseError(msg)
    wanted = "markdown" if is_written else "code"
    if cell.cell_type != wanted:
        msg = f"{place} ({exercise.id}) must be a {wanted} cell."
        raise CourseError(msg)
    holds = NOT_ANSWERED if is_written else f'check("{exercise.id}")'
    if isinstance(exercise, Numeric):
        holds = f'check("{exercise.id}", answers)'
    if holds not in cell.source:
        msg = f"{place} ({exercise.id}) must hold {holds}."
        raise CourseError(msg)


def checksum(cell: Cell, exercise: Item, is_written: bool) -> str:
    """Return nbgrader's checksum of a graded cell.

    nbgrader sees by it whether a student has written anything into the cell.
    """
    parts = [cell.source, cell.cell_type, "True", str(is_written), str(not is_written)]
    parts += [grade_id(exercise.id), str(float(exercise.points))]
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def _check_exercises(notebook: Notebook, problem_set: ProblemSet, source: str) -> None:
    """Raise unless every exercise has exactly one graded cell."""
    marks = [cell.metadata.get("nbgrader") for cell in notebook.cells]
    count = Counter(mark["grade_id"] for mark in marks if mark)
    for exercise in problem_set.exercises:
        number = count[grade_id(exercise.id)]
        if number != 1:
            many = f"{number or 'no'} graded cells for {exercise.id}"
            msg = f"{source} has {many}; it needs one."
            raise CourseError(msg)
        cells = count[grade_id(exercise.id + ANSWERS)]
        if isinstance(exercise, Numeric) and cells != 1:
            msg = f"{source} needs one cell {exercise.cell}, but it has {cells}."
            raise CourseError(msg)


def _set_ids(notebook: Notebook) -> None:
    """Give every cell an id that stays the same while its text does."""
    seen: Counter[str] = Counter()
    for cell in notebook.cells:
        mark = cell.metadata.get("nbgrader")
        if mark:
            cell.id = mark["grade_id"][:64]
            continue
        text = f"{cell.cell_type}\n{cell.source}"
        seen[text] += 1
        digest = hashlib.sha256(f"{text}\n{seen[text]}".encode()).hexdigest()
        cell.id = f"cell-{digest[:12]}"


def _whole(points: float) -> float:
    """Write 3 for 3.0."""
    return int(points) if points == int(points) else points
