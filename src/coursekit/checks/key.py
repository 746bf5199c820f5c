"""Answer keys: what a check needs to know, as data.

A key holds inputs, the expected outcomes and the outcome of every misconception, so it
can name a mistake without holding anybody's code. The keys in `checks/keys/` are
written by `course release`; the grader builds fresh ones for every run.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursekit.checks.codec import from_json, to_json
from coursekit.checks.compare import Tolerance
from coursekit.checks.declare import Case, Predictions
from coursekit.checks.outcome import Outcome
from coursekit.errors import CourseError

KEYS = Path(__file__).parent / "keys"


@dataclass(frozen=True)
class KeyCase:
    """A case, what should happen, and what happens under each misconception.

    Parameters
    ----------
    case : Case
        The call.
    expected : Outcome
        What the reference did.
    wrong : dict of str to Outcome
        What each misconception did, where that differs from `expected`.
    """

    case: Case
    expected: Outcome
    wrong: dict[str, Outcome]


@dataclass(frozen=True)
class KeyGroup:
    """Cases that earn their points together."""

    name: str
    points: float
    cases: tuple[KeyCase, ...]


@dataclass(frozen=True)
class Key:
    """Everything needed to mark one exercise.

    Parameters
    ----------
    exercise, title : str
        The exercise's id and title.
    function : str
        Where students find it, such as ``"convnets.correlation:correlate1d"``.
    parameters : tuple of str
        Names of the function's parameters, in order.
    tolerance : Tolerance
        Largest error allowed.
    hints : dict of str to str
        The hint of every misconception, by its name, in declared order.
    groups : tuple of KeyGroup
        What earns points.
    observer, helper, prepare : str
        As declared; the helper as ``"convnets.im2col:conv2d"``.
    libraries : tuple of str
        Packages beside NumPy that the function may use.
    predictions : Predictions, optional
        The declaration, where predictions are handed in and nothing is called.
    """

    exercise: str
    title: str
    function: str
    parameters: tuple[str, ...]
    tolerance: Tolerance
    hints: dict[str, str]
    groups: tuple[KeyGroup, ...]
    observer: str = "value"
    helper: str = ""
    prepare: str = ""
    libraries: tuple[str, ...] = ()
    predictions: Predictions | None = None

    @property
    def is_numeric(self) -> bool:
        """Whether it is about numbers in the notebook and not about a function."""
        return not self.function and self.predictions is None

    @property
    def points(self) -> float:
        """What the exercise is worth."""
        return sum(group.points for group in self.groups)


def key_to_json(key: Key) -> dict[str, Any]:
    """Turn a key into something `json` can write."""
    return {
        "exercise": key.exercise,
        "title": key.title,
        "function": key.function,
        "parameters": list(key.parameters),
        "rtol": key.tolerance.rtol,
        "atol": key.tolerance.atol,
        "hints": key.hints,
        **_rare_fields(key),
        "groups": [
            {
                "name": group.name,
                "points": group.points,
                "cases": [_case_to_json(item) for item in group.cases],
            }
            for group in key.groups
        ],
    }


def key_from_json(tree: dict[str, Any]) -> Key:
    """Undo `key_to_json`."""
    groups = tuple(
        KeyGroup(
            group["name"],
            group["points"],
            tuple(_case_from_json(item) for item in group["cases"]),
        )
        for group in tree["groups"]
    )
    return Key(
        tree["exercise"],
        tree["title"],
        tree["function"],
        tuple(tree["parameters"]),
        Tolerance(tree["rtol"], tree["atol"]),
        tree["hints"],
        groups,
        tree.get("observer", "value"),
        tree.get("helper", ""),
        tree.get("prepare", ""),
        tuple(tree.get("libraries", ())),
        _predictions_from_json(tree),
    )


def _rare_fields(key: Key) -> dict[str, Any]:
    """Return the fields that few exercises use, where they are not as usual."""
    fields = {
        "observer": "" if key.observer == "value" else key.observer,
        "helper": key.helper,
        "prepare": key.prepare,
        "libraries": list(key.libraries),
        "predictions": key.predictions and _predictions_to_json(key.predictions),
    }
    return {name: value for name, value in fields.items() if value}


def _predictions_to_json(asked: Predictions) -> dict[str, Any]:
    """Turn what a file of predictions earns into something `json` can write."""
    scale = [list(corner) for corner in asked.scale]
    return {"dataset": asked.dataset, "scale": scale, "bonus": asked.bonus}


def _predictions_from_json(tree: dict[str, Any]) -> Predictions | None:
    """Undo `_predictions_to_json`."""
    part = tree.get("predictions")
    if part is None:
        return None
    scale = tuple(tuple(corner) for corner in part["scale"])
    head = (tree["exercise"], tree["title"], part["dataset"])
    return Predictions(*head, scale, part["bonus"])


@functools.cache
def load_keys(problem_set: str) -> dict[str, Key]:
    """Return the keys of a problem set's visible checks, by exercise id.

    Raises
    ------
    CourseError
        If there is no such problem set.
    """
    path = KEYS / f"{problem_set}.json"
    if not path.is_file():
        known = ", ".join(sorted(item.stem for item in KEYS.glob("*.json")))
        msg = f"No problem set {problem_set!r}. Known: {known}."
        raise CourseError(msg)
    trees = json.loads(path.read_text(encoding="utf-8"))["keys"]
    return {tree["exercise"]: key_from_json(tree) for tree in trees}


def load_key(exercise_id: str) -> Key:
    """Return the key of one exercise's visible check.

    Raises
    ------
    CourseError
        If there is no such exercise.
    """
    keys = load_keys(exercise_id.partition(".")[0])
    if exercise_id not in keys:
        msg = f"No exercise {exercise_id!r}. Known: {', '.join(keys)}."
        raise CourseError(msg)
    return keys[exercise_id]


def _case_to_json(item: KeyCase) -> dict[str, Any]:
    """Turn one case into something `json` can write."""
    return {
        "note": item.case.note,
        "args": to_json(list(item.case.args)),
        "kwargs": to_json(item.case.kwargs),
        **({} if item.case.truth is None else {"truth": to_json(item.case.truth)}),
        "expected": to_json(item.expected.to_plain()),
        "wrong": {
            name: to_json(outcome.to_plain()) for name, outcome in item.wrong.items()
        },
    }


def _case_from_json(tree: dict[str, Any]) -> KeyCase:
    """Undo `_case_to_json`."""
    case = Case(
        tree["note"],
        tuple(from_json(tree["args"])),
        from_json(tree["kwargs"]),
        from_json(tree["truth"]) if "truth" in tree else None,
    )
    return KeyCase(
        case,
        Outcome.from_plain(from_json(tree["expected"])),
        {
            name: Outcome.from_plain(from_json(outcome))
            for name, outcome in tree["wrong"].items()
        },
    )
