"""Write the visible checks: data that knows each mistake, without anybody's code."""

from __future__ import annotations

import dataclasses
import json
import math
import zlib
from typing import Any

import numpy as np

from coursekit.authoring.files import Files
from coursekit.checks.build import KeyFaultError, build_key, key_faults
from coursekit.checks.declare import (
    Checked,
    Item,
    Numeric,
    Predictions,
    ProblemSet,
    Written,
)
from coursekit.checks.key import Key, KeyCase, key_from_json, key_to_json
from coursekit.checks.outcome import Outcome

FOLDER = "src/coursekit/checks/keys"
DIGITS = 12  # enough for every tolerance, few enough to be the same on every machine


def write_keys(problem_set: ProblemSet) -> Files:
    """Write a problem set's visible checks, and what it asks for.

    Parameters
    ----------
    problem_set : ProblemSet
        The declarations.

    Returns
    -------
    dict of str to bytes
        One JSON file, by its path from the top of the course.

    Raises
    ------
    KeyFaultError
        If a key, as written, does not catch and name every misconception.
    """
    from threadpoolctl import threadpool_limits

    source = f"solutions/exercises/{problem_set.id}.py"
    with threadpool_limits(1):  # small products wait for each other's threads
        keys = [visible_key(item) for item in problem_set.checked]
    tree = {
        "generated": f"by `course release` from {source}; edit that and release again",
        "problem_set": problem_set.id,
        "title": problem_set.title,
        "files": list(problem_set.files),
        "exercises": [_asked(item) for item in problem_set.exercises],
        "keys": [key_to_json(key) for key in keys],
    }
    text = "\n".join(_lay_out(tree)) + "\n"
    for written in json.loads(text)["keys"]:
        faults = key_faults(key_from_json(written))
        if faults:
            msg = f"{written['exercise']}, as written: {faults[0]}"
            raise KeyFaultError(msg)
    return {f"{FOLDER}/{problem_set.id}.json": text.encode()}


def visible_key(exercise: Checked) -> Key:
    """Build the key of an exercise's visible check; it is the same every time."""
    key = build_key(exercise, seed=zlib.crc32(f"visible {exercise.id}".encode()))
    groups = tuple(
        dataclasses.replace(group, cases=tuple(_rounded(item) for item in group.cases))
        for group in key.groups
    )
    return dataclasses.replace(key, groups=groups)


def _asked(item: Item) -> dict[str, Any]:
    """Describe an exercise for the commands that list it."""
    asked = {
        "id": item.id,
        "title": item.title,
        "points": float(item.points),
        "written": isinstance(item, Written),
    }
    if isinstance(item, Predictions):
        return asked | {"file": item.file}
    return asked | ({"numeric": True} if isinstance(item, Numeric) else {})


def _rounded(item: KeyCase) -> KeyCase:
    """Round the outcomes of a case; its inputs stay as they are."""
    return KeyCase(
        item.case,
        _rounded_outcome(item.expected),
        {name: _rounded_outcome(wrong) for name, wrong in item.wrong.items()},
    )


def _rounded_outcome(outcome: Outcome) -> Outcome:
    """Round the value of an outcome."""
    return dataclasses.replace(outcome, value=_round(outcome.value))


def _round(value: Any) -> Any:
    """Round to `DIGITS` significant digits of the largest magnitude.

    The last bits of a sum depend on the processor and the version of NumPy.
    """
    if isinstance(value, list | tuple):
        return type(value)(_round(item) for item in value)
    if isinstance(value, dict):
        return {name: _round(item) for name, item in value.items()}
    if isinstance(value, np.ndarray) and value.dtype.name == "float64":
        size = np.max(np.abs(value[np.isfinite(value)]), initial=0.0)
        return np.round(value, _decimals(float(size))) + 0.0  # + 0.0: no minus zero
    if isinstance(value, float) and math.isfinite(value):
        return round(value, _decimals(abs(value))) + 0.0
    return value


def _decimals(size: float) -> int:
    """Return how many decimals keep `DIGITS` digits of a number of this size."""
    return DIGITS - 1 - math.floor(math.log10(size)) if size > 1e-200 else DIGITS


def _lay_out(tree: Any, indent: str = "") -> list[str]:
    """Write JSON with one line for each case and each short entry."""
    line = json.dumps(tree, ensure_ascii=False)
    if not isinstance(tree, dict | list) or "note" in tree or len(line) <= 100:
        return [indent + line]
    opening, closing = "{}" if isinstance(tree, dict) else "[]"
    entries = tree.items() if isinstance(tree, dict) else [("", item) for item in tree]
    lines = []
    for name, item in entries:
        first, *rest = _lay_out(item, indent + " ")
        label = f"{json.dumps(name)}: " if isinstance(tree, dict) else ""
        lines += [f"{indent} {label}{first.lstrip()}", *rest]
        lines[-1] += ","
    lines[-1] = lines[-1].removesuffix(",")
    return [indent + opening, *lines, indent + closing]
