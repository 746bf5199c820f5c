"""The problem sets themselves: the reference earns everything, the stub nothing."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest

from coursekit.authoring.declarations import problem_set_ids
from coursekit.checks.declare import Numeric, Predictions, Written, grade_id
from coursekit.checks.predictions_file import Handed, predictions_text
from coursekit.checks.testsets import all_labels
from coursekit.grading.bundle import Bundle, load_bundle
from coursekit.grading.engine import grade
from coursekit.grading.ingest import ingest
from coursekit.grading.result import SubmissionResult

ROOT = Path(__file__).resolve().parents[2]

each_problem_set = pytest.mark.parametrize(
    "name", problem_set_ids(ROOT / "solutions"), scope="module"
)


@functools.cache
def bundle(name: str) -> Bundle:
    """Load what a problem set is graded with."""
    notebook = ROOT / "assignments" / name / f"{name}.ipynb"
    return load_bundle(ROOT / "solutions", notebook, name)


def answered(name: str) -> bytes:
    """Write the right numbers into a released notebook."""
    tree = json.loads(bundle(name).paths.notebook.read_bytes())
    cells = {cell["id"]: cell for cell in tree["cells"]}
    for item in bundle(name).problem_set.exercises:
        if isinstance(item, Numeric):
            right = {answer.name: answer.value for answer in item.answers}
            cells[grade_id(item.cell)]["source"] = f"answers = {right}"
    return json.dumps(tree).encode()


@pytest.fixture
def graded(tmp_path: Path, level: str):
    """Hand in a package's files with a notebook, and grade them."""

    def graded(
        name: str, package: Path, notebook: bytes, *predictions: Predictions
    ) -> SubmissionResult:
        folder = tmp_path / "submitted" / "anna" / name
        (folder / "convnets").mkdir(parents=True)
        for item in predictions:
            labels = all_labels(ROOT / "solutions" / "labels")[item.dataset]
            text = predictions_text(Handed(item.dataset, labels))
            (folder / item.file).write_text(text, encoding="utf-8")
        (folder / f"{name}.ipynb").write_bytes(notebook)
        for file in bundle(name).problem_set.files:
            (folder / "convnets" / file).write_bytes((package / file).read_bytes())
        source, store = tmp_path / "submitted", tmp_path / "store"
        (snapshot,) = ingest(source, bundle(name).problem_set, store)
        return grade(snapshot, bundle(name), 5, level)

    return graded


@each_problem_set
def test_the_reference_gets_all_points_but_the_written_ones(graded, name):
    problem_set = bundle(name).problem_set
    package = ROOT / "solutions" / "convnets"
    result = graded(name, package, answered(name), *problem_set.predictions)
    written = [item for item in problem_set.exercises if isinstance(item, Written)]
    by_hand = sum(item.points for item in written)
    assert result.earned == problem_set.points - by_hand
    assert not result.needs_attention
    assert {grade_id(item.id) for item in written} <= set(result.answers)


@each_problem_set
def test_the_released_stub_gets_nothing(graded, name):
    notebook = bundle(name).paths.notebook.read_bytes()
    result = graded(name, ROOT / "src" / "convnets", notebook)
    assert result.earned == 0
    assert all(exercise.is_untouched for exercise in result.exercises)
    assert not result.needs_attention
