"""A grading machine without PyTorch, and hidden truths that must stay hidden."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from coursekit.checks.compare import Tolerance
from coursekit.checks.declare import Case
from coursekit.checks.key import Key, KeyCase, KeyGroup
from coursekit.checks.mark import mark
from coursekit.checks.outcome import Outcome
from coursekit.checks.record import result_to_json
from coursekit.checks.render import to_html, to_text
from coursekit.grading import submission, warm
from coursekit.grading.bundle import load_bundle
from coursekit.grading.engine import grade
from coursekit.grading.ingest import ingest

ROOT = Path(__file__).resolve().parents[3]
SOLUTIONS = ROOT / "solutions"
FIELD = "ps3.effective_receptive_field"


@pytest.fixture
def without_torch(monkeypatch):
    """Have no PyTorch, for this process and for the templates it starts."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        warm.importlib.util,
        "find_spec",
        lambda name, *rest: None if name == "torch" else find(name, *rest),
    )
    for name in [name for name in sys.modules if name.partition(".")[0] == "torch"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)  # an import of it fails
    for name in [name for name in sys.modules if name.startswith("exercises")]:
        monkeypatch.delitem(sys.modules, name)
    submission.close_templates()
    submission.hidden_key.cache_clear()
    yield
    submission.close_templates()
    submission.hidden_key.cache_clear()


@pytest.fixture
def handed_in(tmp_path):
    """Hand in the reference of problem set 3."""
    bundle = load_bundle(SOLUTIONS, ROOT / "assignments" / "ps3" / "ps3.ipynb", "ps3")
    folder = tmp_path / "submitted" / "anna" / "ps3"
    (folder / "convnets").mkdir(parents=True)
    for name in bundle.problem_set.files:
        text = (SOLUTIONS / "convnets" / name).read_text(encoding="utf-8")
        (folder / "convnets" / name).write_text(text, encoding="utf-8")
    (folder / "ps3.ipynb").write_text(json.dumps(bundle.released), encoding="utf-8")
    (snapshot,) = ingest(tmp_path / "submitted", bundle.problem_set, tmp_path / "store")
    return snapshot, bundle


@pytest.mark.usefixtures("without_torch")
def test_without_torch_one_exercise_is_left_ungraded_and_nobody_gets_nought(
    handed_in, level
):
    result = grade(*handed_in, 5, level)
    assert list(result.ungraded) == [FIELD]
    assert "torch" in result.ungraded[FIELD]
    assert all(item.earned == item.points for item in result.exercises)
    assert len(result.exercises) == len(handed_in[1].problem_set.checked) - 1
    assert result.needs_attention


def test_a_template_with_torch_that_cannot_start_costs_nobody_a_point(
    handed_in, level, monkeypatch
):
    def start(required, libraries=()):
        if libraries:
            msg = "No template: it ended at once"
            raise warm.GraderFault(msg)
        return warm.start_template(required, libraries)

    submission.close_templates()
    monkeypatch.setattr(submission, "start_template", start)
    result = grade(*handed_in, 5, level)
    assert list(result.ungraded) == [FIELD]
    assert "it ended at once" in result.ungraded[FIELD]
    assert all(item.earned == item.points for item in result.exercises)


def test_the_right_labels_of_a_case_are_nowhere_in_what_is_written():
    truth = np.arange(81_001, 81_041)
    case = Case("forty images", (np.zeros((40, 2)),), {}, truth)
    expected = Outcome("value", "at least 95 % right")
    group = KeyGroup("Images", 1, (KeyCase(case, expected, {}),))
    key = Key(
        "ps93.a", "A", "convnets.a:f", ("x",), Tolerance(), {}, (group,), "accuracy"
    )
    result = mark(key, lambda case: Outcome("value", np.zeros(40, int)))
    assert result.earned == 0
    record = json.dumps(result_to_json(result))
    text = (
        to_html(result) + to_text(result) + record + repr(result.groups[0].failure.got)
    )
    assert not any(str(label) in text for label in truth)
