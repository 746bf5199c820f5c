"""Build an answer key from a declaration, and prove that the key does its work.

A key is used only if every misconception loses points on it and is named by its own
hint. That is checked each time one is built, for the visible checks and for the fresh
cases of every grading run alike.
"""

from __future__ import annotations

import dataclasses
import inspect
import warnings
import zlib
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np

from coursekit.checks.answers import numeric_key
from coursekit.checks.compare import Tolerance, difference
from coursekit.checks.declare import (
    Case,
    Checked,
    Exercise,
    Group,
    Numeric,
    Predictions,
)
from coursekit.checks.key import Key, KeyCase, KeyGroup
from coursekit.checks.mark import ExerciseResult, mark
from coursekit.checks.module_weights import undrawn_weights
from coursekit.checks.observers import observe
from coursekit.checks.outcome import Outcome, call, named
from coursekit.checks.predictions import predictions_key
from coursekit.errors import CourseError

ATTEMPTS = 20


class KeyFaultError(CourseError):
    """A declaration whose cases do not catch or do not name a misconception."""


def build_key(exercise: Checked, seed: int) -> Key:
    """Draw cases until every misconception is caught and named.

    Parameters
    ----------
    exercise : Exercise, Numeric or Predictions
        The declaration. Of all but functions there is one key only.
    seed : int
        Start of the random source; equal seeds give equal keys.

    Raises
    ------
    KeyFaultError
        If `ATTEMPTS` draws do not give a key that does its work.
    """
    faults: list[str] = []
    for attempt in range(ATTEMPTS):
        key = draw_key(exercise, seed, attempt)
        faults = key_faults(key)
        if not faults:
            return key
    msg = f"{exercise.id}: {ATTEMPTS} draws gave no sound key. {faults[0]}"
    raise KeyFaultError(msg)


def draw_key(exercise: Checked, seed: int, attempt: int = 0) -> Key:
    """Draw the cases once and run the reference and every misconception on them."""
    if isinstance(exercise, Numeric):
        return numeric_key(exercise)
    if isinstance(exercise, Predictions):
        return predictions_key(exercise)
    source = [seed, attempt, zlib.crc32(exercise.id.encode())]
    rng = np.random.default_rng(source)
    tolerance = Tolerance(exercise.rtol, exercise.atol)
    with undrawn_weights() if exercise.prepare == "module" else nullcontext():
        groups = tuple(_draw_group(exercise, group, rng) for group in exercise.groups)
    parameters = tuple(inspect.signature(exercise.reference).parameters)
    hints = {item.name: item.hint for item in exercise.misconceptions}
    return Key(
        exercise.id,
        exercise.title,
        exercise.function,
        parameters,
        tolerance,
        hints,
        groups,
        exercise.observer,
        exercise.helper_function,
        exercise.prepare,
        tuple(exercise.libraries),
    )


def key_faults(key: Key) -> list[str]:
    """Say which misconceptions a key does not catch, or names wrongly."""
    faults = []
    for name in key.hints:
        result = mark_misconception(key, name)
        if result.earned == result.points:
            faults.append(f"{name!r} gets all points.")
        elif result.misconceptions != [name]:
            faults.append(f"{name!r} is named {result.misconceptions}.")
        elif any(g.failure and g.failure.misconception != name for g in result.groups):
            faults.append(f"{name!r} is not named in every group it breaks.")
    return faults


def mark_misconception(key: Key, name: str) -> ExerciseResult:
    """Mark what a misconception gives, as the key has recorded it."""
    key = dataclasses.replace(key, observer="value")  # it has been observed
    recorded = {
        id(item.case): item.wrong.get(name, item.expected)
        for group in key.groups
        for item in group.cases
    }
    return mark(key, lambda case: recorded[id(case)])


def _draw_group(exercise: Exercise, group: Group, rng: np.random.Generator) -> KeyGroup:
    """Draw one group's cases and record the outcomes."""
    tolerance = Tolerance(exercise.rtol, exercise.atol)
    parameters = tuple(inspect.signature(exercise.reference).parameters)
    cases = []
    for case in group.cases(rng):
        expected = _observed(exercise, exercise.reference, case)
        if expected.kind != "value" and expected.error != "ShapeError":
            msg = f"{exercise.id}: the reference fails on {case.note!r}: {expected}"
            raise KeyFaultError(msg)
        wrong = {}
        for item in exercise.misconceptions:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                outcome = _observed(exercise, item.function, case)
                outcome = named(outcome, parameters)
            if difference(expected, outcome, tolerance) is not None:
                wrong[item.name] = _without_message(outcome)
        cases.append(KeyCase(case, _without_message(expected), wrong))
    return KeyGroup(group.name, group.points, tuple(cases))


def _observed(exercise: Exercise, function: Callable[..., Any], case: Case) -> Outcome:
    """Report what a function does with a case, as the exercise looks at it."""

    def caller(case: Case) -> Outcome:
        return call(function, case, exercise.prepare)

    return observe(exercise.observer, caller, case, exercise.helper)


def _without_message(outcome: Outcome) -> Outcome:
    """Drop an error's text, which may quote the code that raised it."""
    if not outcome.message:
        return outcome
    return Outcome(outcome.kind, outcome.value, outcome.error)
