"""Results made by hand, as grading would find them."""

from __future__ import annotations

from datetime import UTC, datetime

from coursekit.checks.compare import Difference
from coursekit.checks.declare import Case
from coursekit.checks.mark import ExerciseResult, Failure, GroupResult
from coursekit.checks.outcome import Outcome
from coursekit.grading.records import Record
from coursekit.grading.result import SubmissionResult

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def group(points: float, passed: bool, kind: str = "value") -> GroupResult:
    if passed:
        return GroupResult("numbers", points, 2, 0)
    why = Difference("wrong-values", "It should be 4, but it is 2.")
    got = Outcome(kind, 2) if kind == "value" else Outcome(kind)
    name = "adds nothing" if kind == "value" else ""
    failure = Failure(Case("two", (2,)), Outcome("value", 4), got, why, name, "Hint.")
    return GroupResult("numbers", points, 2, 1, failure)


def exercise(name: str, *groups: GroupResult) -> ExerciseResult:
    function = f"convnets.sums:{name}"
    return ExerciseResult(f"psx.{name}", name.title(), function, ("x",), groups)


def record(student: str = "ada", **parts: object) -> Record:
    exercises = (
        exercise("double", group(2.0, True)),
        exercise("triple", group(1.0, True), group(2.0, False)),
    )
    given = {"exercises": exercises, "answers": {"psx-why": "Because."}, **parts}
    result = SubmissionResult(student, "psx", "digest", 1, "full", **given)
    return Record("key", NOON, result)
