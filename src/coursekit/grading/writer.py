"""Enter one graded submission: notebook, gradebook, record, in this order.

The record is written last. A run that is killed in between grades the submission again
and arrives at the same state.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursekit.checks.declare import grade_id
from coursekit.checks.mark import ExerciseResult
from coursekit.grading.autograded import autograded_notebook, released_module
from coursekit.grading.classroom import Classroom
from coursekit.grading.judge import NOT_SUBMITTED
from coursekit.grading.pseudonyms import class_secret, pseudonym
from coursekit.grading.records import Record, attention_lines, write_record
from coursekit.grading.result import SubmissionResult
from coursekit.grading.scores import CellScore, write_scores

if TYPE_CHECKING:
    from nbgrader.api import Gradebook


def write_submission(
    room: Classroom,
    gradebook: Gradebook,
    released: dict[str, Any],
    record: Record,
    snapshot: Path | None,
) -> None:
    """Enter one submission.

    Parameters
    ----------
    room : Classroom
        The class.
    gradebook : Gradebook
        Its open gradebook.
    released : dict
        The notebook as students got it, with nbgrader's metadata.
    record : Record
        What grading found.
    snapshot : Path or None
        Folder with what was submitted; None if nothing of it could be kept.
    """
    result = record.result
    cells = cell_scores(released, result)
    _write_notebook(room, released, result, snapshot)
    write_scores(gradebook, result.problem_set, result.student, record.received, cells)
    write_record(room.records(result.problem_set), record)


def cell_scores(
    released: dict[str, Any], result: SubmissionResult
) -> dict[str, CellScore]:
    """Give every graded cell its score; nothing that could not be judged gets a 0."""
    graded = {grade_id(item.exercise): item for item in result.exercises}
    scores = {}
    for cell in released["cells"]:
        mark = cell["metadata"].get("nbgrader", {})
        if not mark.get("grade"):
            continue
        name = mark["grade_id"]
        if mark.get("solution"):
            scores[name] = _answer_score(cell, result.answers.get(name))
        else:
            scores[name] = _exercise_score(graded.get(name))
    return scores


def _exercise_score(result: ExerciseResult | None) -> CellScore:
    """Give the points earned; leave what was not handed in or judged to a person."""
    if result is None or (result.problem and result.problem.reason == NOT_SUBMITTED):
        return CellScore(None)
    return CellScore(float(result.earned))


def _answer_score(cell: Mapping[str, Any], answer: str | None) -> CellScore:
    """Give 0 for an answer left as released; leave every other to a person."""
    released = "".join(cell["source"])
    if answer is not None and answer.strip() == released.strip():
        return CellScore(0.0, "No response.")
    return CellScore(None)


def _write_notebook(
    room: Classroom,
    released: dict[str, Any],
    result: SubmissionResult,
    snapshot: Path | None,
) -> None:
    """Build the graded notebook beside its place, then move it there."""
    place = room.autograded / result.student / result.problem_set
    draft = place.with_name(f".{place.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    sources = {} if snapshot is None else _read_sources(snapshot)
    graded = {grade_id(item.exercise): item for item in result.exercises}
    modules = {released_module(path): text for path, text in sources.items()}
    lines = [*attention_lines(result), *result.remarks]
    notes = _leaderboard_notes(room, result)
    notebook = autograded_notebook(
        released, graded, result.answers, modules, lines, notes
    )
    text = json.dumps(notebook, indent=1, ensure_ascii=False)
    (draft / f"{result.problem_set}.ipynb").write_text(text + "\n", encoding="utf-8")
    for path, source in sources.items():
        (draft / path).parent.mkdir(parents=True, exist_ok=True)
        (draft / path).write_text(source, encoding="utf-8")
    old = place.with_name(f".{place.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    draft.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def _leaderboard_notes(room: Classroom, result: SubmissionResult) -> dict[str, str]:
    """Tell a student under which name to look on the leaderboard."""
    shown = [item for item in result.exercises if item.finding]
    return {
        grade_id(item.exercise): "On the leaderboard, your name is "
        f"{pseudonym(class_secret(room.secret), result.student)}."
        for item in shown
        if item.finding and item.finding.on_leaderboard
    }


def _read_sources(snapshot: Path) -> dict[str, str]:
    """Read the source files of a snapshot, whatever they hold."""
    paths = sorted(snapshot.glob("convnets/*.py"))
    return {
        str(path.relative_to(snapshot)): path.read_text("utf-8", errors="replace")
        for path in paths
    }
