"""A small problem set, submissions to it, and a grader."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import convnets.correlation  # noqa: F401  # before a copy of it can be on the path
from coursekit.errors import CourseError
from coursekit.grading.bundle import Bundle, load_bundle
from coursekit.grading.engine import grade, probe
from coursekit.grading.ingest import ingest
from coursekit.grading.level import Limits
from coursekit.grading.result import SubmissionResult
from coursekit.grading.snapshot import Snapshot
from coursekit.grading.submission import Terms, start_student

HERE = Path(__file__).parent
SOLUTIONS = HERE.parents[1] / "solutions"
REFERENCE = (SOLUTIONS / "convnets" / "correlation.py").read_text(encoding="utf-8")
# Enough for honest code on a busy machine, and short enough for endless loops.
QUICK = Limits(case_seconds=2.0, exercise_seconds=8.0, memory_bytes=512 << 20)

Hand = Callable[..., Snapshot]
Grade = Callable[..., SubmissionResult]


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook of the present version."""
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def answer_cell(text: str, **marks: Any) -> dict[str, Any]:
    """Return the written answer's cell."""
    marks = {"grade_id": "ps90.why", "solution": True, "grade": True, **marks}
    return {
        "cell_type": "markdown",
        "id": "why",
        "metadata": {"nbgrader": {"points": 1, "schema_version": 3, **marks}},
        "source": text,
    }


def check_cell(exercise: str = "correlate1d", **marks: Any) -> dict[str, Any]:
    """Return a cell that checks an exercise."""
    marks = {"grade_id": f"ps90.{exercise}", "solution": False, "grade": True, **marks}
    return {
        "cell_type": "code",
        "id": exercise,
        "metadata": {"nbgrader": {"points": 3, "schema_version": 3, **marks}},
        "source": f'check("ps90.{exercise}")',
        "outputs": [],
        "execution_count": None,
    }


RELEASED = notebook(check_cell(), check_cell("correlate2d"), answer_cell("YOUR ANSWER"))


def make_bundle(root: Path) -> Bundle:
    """Write a folder of solutions with the small problem set, and load it."""
    (root / "exercises").mkdir(parents=True)
    shutil.copy(HERE / "small_problem_set.py", root / "exercises" / "ps90.py")
    shutil.copytree(SOLUTIONS / "convnets", root / "convnets")
    path = root / "ps90.ipynb"
    path.write_text(json.dumps(RELEASED), encoding="utf-8")
    return load_bundle(root, path, "ps90")


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bundle]:
    """Load the small problem set."""
    before = list(sys.path)
    yield make_bundle(tmp_path_factory.mktemp("solutions"))
    sys.path[:] = before


@pytest.fixture
def hand_in(tmp_path: Path, bundle: Bundle) -> Hand:
    """Hand in a source file and a notebook, and take the snapshot."""
    store = tmp_path / "store"

    def hand_in(
        source: str | bytes | None, cells: object = None, student: str = "anna"
    ) -> Snapshot:
        folder = tmp_path / "submitted" / student / "ps90"
        (folder / "convnets").mkdir(parents=True, exist_ok=True)
        if source is not None:
            data = source.encode() if isinstance(source, str) else source
            (folder / "convnets" / "correlation.py").write_bytes(data)
        cells = RELEASED if cells is None else cells
        data = cells if isinstance(cells, bytes) else json.dumps(cells).encode()
        (folder / "ps90.ipynb").write_bytes(data)
        snapshots = ingest(tmp_path / "submitted", bundle.problem_set, store)
        return next(item for item in snapshots if item.student == student)

    return hand_in


@pytest.fixture(scope="session")
def level() -> str:
    """Return the best rank that this machine reaches, or skip."""
    try:
        return probe("confined").rank
    except CourseError as err:
        pytest.skip(f"this machine cannot confine students' code: {err}")


@pytest.fixture
def grade_text(bundle: Bundle, hand_in: Hand, level: str) -> Grade:
    """Grade a source file: its text, or what is added to the reference."""

    def grade_text(
        added: str = "", *, source: str | None = None, limits: Limits = QUICK
    ) -> SubmissionResult:
        text = REFERENCE + "\n\n" + dedent(added) if source is None else dedent(source)
        return grade(hand_in(text), bundle, 7, level, limits)

    return grade_text


@pytest.fixture
def found_inside(level: str) -> Callable[[str], str]:
    """Run code inside a student process, and return what it assigns to `found`."""

    def found_inside(code: str) -> str:
        source = f"{dedent(code)}\nraise RuntimeError(repr(found))\n"
        sources = {"convnets/__init__.py": "", "convnets/inside.py": source}
        request = {"module": "convnets.inside", "function": "f", "sources": sources}
        student = start_student(Terms(0, level, QUICK))
        student.wire.send(request)
        report = student.wire.receive(1 << 20, 10)
        student.end()
        kind, _, found = report["message"].partition(": ")
        assert kind == "RuntimeError", report
        return str(found)

    return found_inside
