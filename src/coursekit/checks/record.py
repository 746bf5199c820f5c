"""Results as JSON, so that they can be stored and read back without pickle."""

from __future__ import annotations

from typing import Any

from coursekit.checks.codec import from_json, to_json
from coursekit.checks.compare import Difference
from coursekit.checks.declare import Case
from coursekit.checks.mark import ExerciseResult, Failure, Finding, GroupResult
from coursekit.checks.outcome import Outcome


def result_to_json(result: ExerciseResult) -> dict[str, Any]:
    """Turn a result into something `json` can write."""
    return {
        "exercise": result.exercise,
        "title": result.title,
        "function": result.function,
        "parameters": list(result.parameters),
        "groups": [_group_to_json(group) for group in result.groups],
        "problem": _difference_to_json(result.problem),
        **({"finding": vars(result.finding)} if result.finding else {}),
    }


def result_from_json(tree: dict[str, Any]) -> ExerciseResult:
    """Undo `result_to_json`."""
    return ExerciseResult(
        tree["exercise"],
        tree["title"],
        tree["function"],
        tuple(tree["parameters"]),
        tuple(_group_from_json(group) for group in tree["groups"]),
        _difference_from_json(tree["problem"]),
        _finding_from_json(tree.get("finding")),
    )


def _group_to_json(group: GroupResult) -> dict[str, Any]:
    """Turn one group's result into something `json` can write."""
    failure = group.failure
    return {
        "name": group.name,
        "points": group.points,
        "cases": group.cases,
        "failed": group.failed,
        **({} if group.given is None else {"given": group.given}),
        "failure": failure
        and {
            "note": failure.case.note,
            "args": to_json(list(failure.case.args)),
            "kwargs": to_json(failure.case.kwargs),
            "expected": to_json(failure.expected.to_plain()),
            "got": to_json(failure.got.to_plain()),
            "why": _difference_to_json(failure.why),
            "misconception": failure.misconception,
            "hint": failure.hint,
        },
    }


def _group_from_json(tree: dict[str, Any]) -> GroupResult:
    """Undo `_group_to_json`."""
    part = tree["failure"]
    failure = None
    if part is not None:
        why = _difference_from_json(part["why"])
        assert why is not None
        failure = Failure(
            Case(
                part["note"], tuple(from_json(part["args"])), from_json(part["kwargs"])
            ),
            Outcome.from_plain(from_json(part["expected"])),
            Outcome.from_plain(from_json(part["got"])),
            why,
            part["misconception"],
            part["hint"],
        )
    return GroupResult(
        tree["name"],
        tree["points"],
        tree["cases"],
        tree["failed"],
        failure,
        tree.get("given"),
    )


def _finding_from_json(tree: dict[str, Any] | None) -> Finding | None:
    """Read what was found out about predictions."""
    if tree is None:
        return None
    return Finding(**{**tree, "look": tuple(tree["look"])})


def _difference_to_json(why: Difference | None) -> dict[str, str] | None:
    """Turn a difference into something `json` can write."""
    return None if why is None else {"reason": why.reason, "sentence": why.sentence}


def _difference_from_json(tree: dict[str, str] | None) -> Difference | None:
    """Undo `_difference_to_json`."""
    return None if tree is None else Difference(tree["reason"], tree["sentence"])
