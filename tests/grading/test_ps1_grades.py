"""Problem set 1 itself: the reference earns everything, the released stub nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.grading.bundle import Bundle, load_bundle
from coursekit.grading.engine import grade
from coursekit.grading.ingest import ingest
from coursekit.grading.result import SubmissionResult

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "assignments" / "ps1" / "ps1.ipynb"


@pytest.fixture(scope="module")
def ps1() -> Bundle:
    return load_bundle(ROOT / "solutions", NOTEBOOK, "ps1")


@pytest.fixture
def graded(ps1: Bundle, tmp_path: Path, level: str):
    """Hand in a package's files with the released notebook, and grade them."""

    def graded(package: Path) -> SubmissionResult:
        folder = tmp_path / "submitted" / "anna" / "ps1"
        (folder / "convnets").mkdir(parents=True)
        (folder / "ps1.ipynb").write_bytes(NOTEBOOK.read_bytes())
        for name in ps1.problem_set.files:
            (folder / "convnets" / name).write_bytes((package / name).read_bytes())
        source, store = tmp_path / "submitted", tmp_path / "store"
        (snapshot,) = ingest(source, ps1.problem_set, store)
        return grade(snapshot, ps1, 5, level)

    return graded


def test_the_reference_gets_all_points_but_the_written_ones(graded, ps1: Bundle):
    result = graded(ROOT / "solutions" / "convnets")
    assert result.earned == ps1.problem_set.points - 1 == 19
    assert not result.needs_attention
    assert list(result.answers) == ["ps1-equivariance"]


def test_the_released_stub_gets_nothing(graded):
    result = graded(ROOT / "src" / "convnets")
    assert result.earned == 0
    assert all(exercise.is_untouched for exercise in result.exercises)
    assert not result.needs_attention
