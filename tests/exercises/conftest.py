"""Problem set 1, its keys, and students who keep the stub's given lines."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from coursekit.authoring.declarations import load_problem_set
from coursekit.authoring.keys import write_keys
from coursekit.authoring.strip import strip_source
from coursekit.checks.build import draw_key
from coursekit.checks.declare import ProblemSet
from coursekit.checks.key import Key, key_from_json
from coursekit.checks.mark import ExerciseResult, mark
from coursekit.checks.outcome import call

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
SEEDS = range(3)

Function = Callable[..., Any]


@pytest.fixture(scope="session")
def problem_set() -> ProblemSet:
    return load_problem_set(SOLUTIONS, "ps1")


@pytest.fixture(scope="session")
def visible(problem_set: ProblemSet) -> dict[str, Key]:
    """Read the keys of the visible checks as the release writes them."""
    (text,) = write_keys(problem_set).values()
    keys = [key_from_json(tree) for tree in json.loads(text)["keys"]]
    return {key.exercise: key for key in keys}


@pytest.fixture(scope="session")
def hidden(problem_set: ProblemSet) -> dict[str, list[Key]]:
    """Draw fresh keys, once for each seed, without the redraws of grading."""
    return {
        exercise.id: [draw_key(exercise, seed) for seed in SEEDS]
        for exercise in problem_set.functions
    }


@pytest.fixture(scope="session")
def stubs(problem_set: ProblemSet) -> dict[str, Function]:
    """Strip the functions as for students, by exercise id."""
    path = SOLUTIONS / "convnets" / "correlation.py"
    ids = {item.reference.__name__: item.id for item in problem_set.functions}
    source = strip_source(path.read_text(encoding="utf-8"), path.name, ids)
    module = ModuleType("convnets.correlation")
    exec(compile(source, "convnets/correlation.py", "exec"), vars(module))
    return {exercise: getattr(module, name) for name, exercise in ids.items()}


@pytest.fixture
def results(
    visible: dict[str, Key], hidden: dict[str, list[Key]]
) -> Callable[[str, Function], list[ExerciseResult]]:
    """Mark a function with the visible key and with fresh ones."""

    def results(exercise: str, function: Function) -> list[ExerciseResult]:
        keys = [visible[exercise], *hidden[exercise]]
        return [mark(key, lambda case: call(function, case)) for key in keys]

    return results


@pytest.fixture
def shares(
    results: Callable[[str, Function], list[ExerciseResult]],
    stubs: dict[str, Function],
) -> Callable[[str, Function], set[float]]:
    """Give what a student earns, who wrote below the given lines."""

    def shares(exercise: str, function: Function) -> set[float]:
        def student(*args: Any, **kwargs: Any) -> Any:
            with contextlib.suppress(NotImplementedError):
                stubs[exercise](*args, **kwargs)
            return function(*args, **kwargs)

        marked = results(exercise, student)
        return {result.earned / result.points for result in marked}

    return shares
