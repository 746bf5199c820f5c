"""Take from a submission the text that is the student's to write, and nothing else.

The notebook that is graded is ours. From the student's come only the texts of known
solution cells, found by `grade_id`; sources come from the listed files. What students
do to any other cell, to metadata or to outputs cannot reach a score, so it is only
remarked on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from coursekit.grading.bundle import Bundle
from coursekit.grading.collect import clean
from coursekit.grading.snapshot import Snapshot, read_files

SOURCE_BYTES = 1 << 20  # the largest source file
ANSWER_CHARACTERS = 20_000  # the longest written answer
REMARKS = 20  # how many remarks one notebook can cause
NAME = 60  # characters of a cell's name that a remark repeats

Cell = dict[str, Any]


class NotebookError(Exception):
    """A notebook cannot be read; the message says why."""


@dataclass
class Transplant:
    """What was taken from one submission.

    Parameters
    ----------
    sources : dict of str to str
        Text of every source file that could be read, by name.
    answers : dict of str to str
        Text of every solution cell found, by `grade_id`.
    predictions : dict of str to bytes
        Files of predictions as they came, by name; nobody has read them yet.
    problems : list of str
        Why something could not be taken.
    remarks : list of str
        What differs from the released notebook without mattering.
    """

    sources: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    predictions: dict[str, bytes] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def transplant(snapshot: Snapshot, bundle: Bundle) -> Transplant:
    """Take sources and answers; what cannot be read does not cost the rest.

    Parameters
    ----------
    snapshot : Snapshot
        What the student handed in. A file that is missing was reported there.
    bundle : Bundle
        What the problem set asks for.

    Raises
    ------
    CourseError
        If the snapshot is not what was taken in.
    """
    taken = Transplant()
    files = read_files(snapshot)
    for name in bundle.source_names:
        if name in files:
            _take_source(taken, name, files[name])
    for item in bundle.problem_set.predictions:
        if item.file in files:
            taken.predictions[item.file] = files[item.file]
    if bundle.notebook_name in files:
        try:
            cells = read_cells(files[bundle.notebook_name])
            _take_answers(taken, cells, bundle.released["cells"])
        except NotebookError as err:
            taken.problems.append(f"{bundle.notebook_name} {err}")
    return taken


def read_cells(data: bytes) -> list[Cell]:
    """Return the cells of a notebook of any version that are cells at all.

    Raises
    ------
    NotebookError
        If the data is not a notebook.
    """
    if not data.strip():
        msg = "is empty."
        raise NotebookError(msg)
    try:
        tree = json.loads(data)
    except RecursionError as err:
        msg = "is nested too deeply to be read."
        raise NotebookError(msg) from err
    except (ValueError, MemoryError) as err:
        msg = "is not a notebook: it is damaged or is not JSON."
        raise NotebookError(msg) from err
    cells = _cells_of(tree)
    if cells is None:
        msg = "is not a notebook: it has no cells."
        raise NotebookError(msg)
    return [cell for cell in cells if isinstance(cell, dict)]


def grade_id(cell: Cell) -> str:
    """Return a cell's name for grading, or an empty string."""
    name = nbgrader_metadata(cell).get("grade_id")
    return name if isinstance(name, str) else ""


def nbgrader_metadata(cell: Cell) -> dict[str, Any]:
    """Return what a cell's metadata says to nbgrader."""
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return marks if isinstance(marks, dict) else {}


def cell_text(cell: Cell) -> str:
    """Return a cell's source as one string, free of what cannot be written down."""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return _printable(source) if isinstance(source, str) else ""


def _cells_of(tree: Any) -> list[Any] | None:
    """Find the list of cells; before version 4 it lay in a worksheet."""
    if not isinstance(tree, dict):
        return None
    sheets = tree.get("worksheets")
    if isinstance(sheets, list) and sheets and isinstance(sheets[0], dict):
        tree = sheets[0]
    cells = tree.get("cells")
    return cells if isinstance(cells, list) else None


def _take_source(taken: Transplant, name: str, data: bytes) -> None:
    """Take one source file."""
    if len(data) > SOURCE_BYTES:
        taken.problems.append(f"{name} is larger than {SOURCE_BYTES >> 20} MiB.")
        return
    try:
        taken.sources[name] = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        taken.problems.append(f"{name} is not UTF-8 text.")


def _take_answers(taken: Transplant, cells: list[Cell], released: list[Cell]) -> None:
    """Take the solution cells and remark on every difference."""
    found: dict[str, Cell] = {}
    for cell in cells:
        name = grade_id(cell)
        if name in found:
            taken.remarks.append(
                f"Cell {_name(name)} is there twice; the first is used."
            )
        elif name:
            found[name] = cell
    unnamed = {
        str(cell["id"]): cell for cell in cells if "id" in cell and not grade_id(cell)
    }
    for ours in released:
        name = grade_id(ours)
        if not name:
            continue
        theirs: Cell | None
        theirs = found.pop(name) if name in found else unnamed.get(str(ours.get("id")))
        taken.remarks += _differences(name, ours, theirs)
        if theirs is not None and nbgrader_metadata(ours).get("solution") is True:
            _take_answer(taken, name, cell_text(theirs))
    taken.remarks += [f"Cell {_name(name)} is not ours." for name in found]
    if len(taken.remarks) > REMARKS:
        more = len(taken.remarks) - REMARKS
        taken.remarks[REMARKS:] = [f"There are {more} more remarks like these."]


def _take_answer(taken: Transplant, name: str, text: str) -> None:
    """Take one answer, up to the longest length."""
    if len(text) > ANSWER_CHARACTERS:
        taken.remarks.append(
            f"The answer {name} was cut to its first {ANSWER_CHARACTERS} characters."
        )
    taken.answers[name] = text[:ANSWER_CHARACTERS]


def _differences(name: str, ours: Cell, cell: Cell | None) -> Iterator[str]:
    """Say how a student's cell differs from ours, apart from its text."""
    if cell is None:
        yield f"Cell {name} is missing."
        return
    if not grade_id(cell):
        yield f"Cell {name} has lost its metadata; its id was known."
        return
    if cell.get("cell_type") != ours.get("cell_type"):
        yield f"Cell {name} was turned into another kind of cell."
    theirs, wanted = nbgrader_metadata(cell), nbgrader_metadata(ours)
    if theirs.get("schema_version") != wanted.get("schema_version"):
        yield f"Cell {name} has another nbgrader schema version."
    keys = ("grade", "solution", "task", "locked", "points")
    if any(theirs.get(key) != wanted.get(key) for key in keys):
        yield f"The grading metadata of cell {name} was changed."


def _name(name: str) -> str:
    """Make a cell's name fit for a remark."""
    return repr(clean(name, NAME))


def _printable(text: str) -> str:
    """Drop control characters and halves of characters, keep line ends and tabs."""
    text = text.encode("utf-8", "replace").decode()
    return "".join(char for char in text if char in "\n\t" or ord(char) >= 32)
