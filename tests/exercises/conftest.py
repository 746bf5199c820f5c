"""Keys of all problem sets, and a student who writes below the stubs' given lines."""

from __future__ import annotations

import contextlib
import functools
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from coursekit.authoring.declarations import load_problem_set, problem_set_ids
from coursekit.authoring.keys import visible_key
from coursekit.authoring.strip import strip_source
from coursekit.checks.build import draw_key, mark_misconception
from coursekit.checks.declare import Checked, Exercise, Numeric, ProblemSet
from coursekit.checks.key import Key, key_from_json, key_to_json
from coursekit.checks.mark import ExerciseResult, mark
from coursekit.checks.outcome import call

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
SEEDS = range(3)

Function = Callable[..., Any]


@functools.cache
def load(problem_set: str) -> ProblemSet:
    """Read a problem set's declarations once."""
    return load_problem_set(SOLUTIONS, problem_set)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a problem set's tests on each of its exercises, or on each mistake."""
    name = getattr(metafunc.cls, "problem_set", None)
    if name is None:
        return
    checked = load(name).checked
    if "mistake" in metafunc.fixturenames:
        pairs = [(item.id, mistake) for item in checked for mistake in _mistakes(item)]
        ids = [f"{exercise}: {mistake}" for exercise, mistake in pairs]
        metafunc.parametrize("mistake", pairs, ids=ids)
    if "exercise" in metafunc.fixturenames:
        names = [item.id for item in load(name).functions]
        metafunc.parametrize("exercise", names)


def _mistakes(item: Checked) -> list[str]:
    """List the names of an exercise's misconceptions."""
    if isinstance(item, Exercise):
        return [mistake.name for mistake in item.misconceptions]
    if not isinstance(item, Numeric):
        return []  # of predictions: tests/checks/test_predictions.py
    return [mistake.name for answer in item.answers for mistake in answer.mistakes]


class Lazy(Mapping[str, Any]):
    """A dictionary by exercise id whose values are made when first asked for."""

    def __init__(self, make: Callable[[Any], Any], items: list[Any]) -> None:
        self._items = {item.id: item for item in items}
        self._make = functools.cache(lambda name: make(self._items[name]))

    def __getitem__(self, name: str) -> Any:
        """Make a value, or return the one made before."""
        return self._make(name)

    def __iter__(self) -> Iterator[str]:
        """Go through the ids."""
        return iter(self._items)

    def __len__(self) -> int:
        """Count the exercises."""
        return len(self._items)


@pytest.fixture(scope="session")
def problem_sets() -> list[ProblemSet]:
    return [load(name) for name in problem_set_ids(SOLUTIONS)]


@pytest.fixture
def problem_set(request: pytest.FixtureRequest) -> ProblemSet:
    return load(request.cls.problem_set)


@pytest.fixture(scope="session")
def declared(problem_sets: list[ProblemSet]) -> dict[str, Exercise]:
    """Return all functions by exercise id."""
    return {item.id: item for each in problem_sets for item in each.functions}


@pytest.fixture(scope="session")
def built(problem_sets: list[ProblemSet]) -> Lazy:
    """Build the keys of the visible checks."""
    return Lazy(visible_key, [item for each in problem_sets for item in each.checked])


@pytest.fixture(scope="session")
def visible(problem_sets: list[ProblemSet], built: Lazy) -> Lazy:
    """Read the keys of the visible checks as the release writes them."""

    def written(exercise: Checked) -> Key:
        text = json.dumps(key_to_json(built[exercise.id]))
        return key_from_json(json.loads(text))

    return Lazy(written, [item for each in problem_sets for item in each.checked])


@pytest.fixture(scope="session")
def hidden(problem_sets: list[ProblemSet]) -> Lazy:
    """Draw fresh keys, once for each seed, without the redraws of grading."""

    def drawn(exercise: Checked) -> list[Key]:
        return [draw_key(exercise, seed) for seed in SEEDS]

    return Lazy(drawn, [item for each in problem_sets for item in each.checked])


@pytest.fixture(scope="session")
def keys_of(visible: Lazy, hidden: Lazy) -> Callable[[str], list[Key]]:
    """Give the visible key of an exercise and the fresh ones."""
    return lambda exercise: [visible[exercise], *hidden[exercise]]


@pytest.fixture(scope="class")
def marked(
    keys_of: Callable[[str], list[Key]],
) -> Callable[[str, str], list[ExerciseResult]]:
    """Mark a mistake with each key of an exercise, once for all tests of a class."""

    @functools.cache
    def marked(exercise: str, mistake: str) -> list[ExerciseResult]:
        return [mark_misconception(key, mistake) for key in keys_of(exercise)]

    return marked


@pytest.fixture(scope="session")
def stubs(declared: dict[str, Exercise]) -> Lazy:
    """Strip the functions as for students, by exercise id."""
    ids: dict[str, dict[str, str]] = {}
    for item in reversed(declared.values()):
        home = ids.setdefault(item.reference.__module__, {})
        home[item.reference.__name__] = item.id

    @functools.cache
    def module(name: str) -> ModuleType:
        path = (SOLUTIONS / name.replace(".", "/")).with_suffix(".py")
        source = strip_source(path.read_text(encoding="utf-8"), path.name, ids[name])
        stripped = ModuleType(name)
        exec(compile(source, f"convnets/{path.name}", "exec"), vars(stripped))
        return stripped

    def stub(item: Exercise) -> Any:
        return getattr(module(item.reference.__module__), item.reference.__name__)

    return Lazy(stub, list(declared.values()))


@pytest.fixture
def results(
    declared: dict[str, Exercise], keys_of: Callable[[str], list[Key]]
) -> Callable[[str, Function], list[ExerciseResult]]:
    """Mark a function with the visible key and with fresh ones."""

    def results(exercise: str, function: Function) -> list[ExerciseResult]:
        item = declared[exercise]
        return [
            mark(key, lambda case: call(function, case, item.prepare), item.helper)
            for key in keys_of(exercise)
        ]

    return results


@pytest.fixture
def shares(
    results: Callable[[str, Function], list[ExerciseResult]], stubs: Lazy
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
