"""Mark an exercise: run every case, compare, and name the misconception.

`mark` does not know how the function is called. A student's check calls it in the same
process; the grader sends the case to another one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from coursekit.checks.answers import hidden_difference
from coursekit.checks.compare import Difference, difference
from coursekit.checks.declare import Case
from coursekit.checks.key import Key, KeyCase, KeyGroup
from coursekit.checks.observers import Caller, explained, observe
from coursekit.checks.outcome import Outcome, named

NO_PREDICTIONS = "no-predictions"  # the reason where no file was handed in


@dataclass(frozen=True)
class Failure:
    """The smallest case of a group that failed.

    Parameters
    ----------
    case : Case
        The call.
    expected, got : Outcome
        What should have happened, and what did.
    why : Difference
        What differs.
    misconception, hint : str
        The mistake whose outcomes equal the student's on the whole group; empty if
        none does.
    """

    case: Case
    expected: Outcome
    got: Outcome
    why: Difference
    misconception: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Finding:
    """What was found out about handed-in predictions.

    Parameters
    ----------
    sentence : str
        What the student reads: how many are right and what that earns.
    right : int, optional
        How many are right; None if nobody could tell.
    total : int, default 0
        How many there are.
    on_leaderboard : bool, default False
        Whether there is a leaderboard and the student wants to be on it.
    look : tuple of str
        Why an instructor should take a look; students do not see it.
    digest : str, default ""
        The same for equal predictions, and only for those; empty if they cannot be
        marked. Students do not see it either.
    """

    sentence: str
    right: int | None = None
    total: int = 0
    on_leaderboard: bool = False
    look: tuple[str, ...] = ()
    digest: str = ""


@dataclass(frozen=True)
class GroupResult:
    """What a group of cases earned.

    Parameters
    ----------
    name : str
        As in the key.
    points : float
        What the group is worth.
    cases, failed : int
        How many there were, and how many of them failed.
    failure : Failure, optional
        The smallest case that failed.
    given : float, optional
        What was earned, where it is not all or nothing.
    """

    name: str
    points: float
    cases: int
    failed: int
    failure: Failure | None = None
    given: float | None = None

    @property
    def earned(self) -> float:
        """The group's points, or nothing, or the part that was given."""
        if self.given is not None:
            return self.given
        return 0.0 if self.failed else self.points


@dataclass(frozen=True)
class ExerciseResult:
    """What an exercise earned, and what went wrong.

    Parameters
    ----------
    exercise, title, function : str
        As in the key.
    parameters : tuple of str
        Names of the function's parameters.
    groups : tuple of GroupResult
        One for each group of the key.
    problem : Difference, optional
        Why no case could be run at all, such as a file that cannot be imported.
    finding : Finding, optional
        What was found out about predictions; None if it is not about any.
    """

    exercise: str
    title: str
    function: str
    parameters: tuple[str, ...]
    groups: tuple[GroupResult, ...]
    problem: Difference | None = field(default=None)
    finding: Finding | None = None

    @property
    def points(self) -> float:
        """What the exercise is worth."""
        return sum(group.points for group in self.groups)

    @property
    def earned(self) -> float:
        """What the exercise earned."""
        return sum(group.earned for group in self.groups)

    @property
    def is_numeric(self) -> bool:
        """Whether it is about numbers in the notebook and not about a function."""
        return not self.function and self.finding is None

    @property
    def is_open(self) -> bool:
        """Whether its points are found in grading only, and nothing speaks against."""
        found = self.finding is not None and self.finding.right is None
        return found and not any(group.failed for group in self.groups)

    @property
    def misconceptions(self) -> list[str]:
        """Names of the mistakes found, each once."""
        failures = [group.failure for group in self.groups if group.failure]
        names = [failure.misconception for failure in failures]
        return list(dict.fromkeys(name for name in names if name))

    @property
    def is_untouched(self) -> bool:
        """Whether every failure is something that nobody has written yet."""
        if self.problem is not None and self.problem.reason == NO_PREDICTIONS:
            return True
        failures = [group.failure for group in self.groups if group.failure]
        stubs = all(failure.got.kind == "stub" for failure in failures)
        begun = self.is_numeric and self.earned > 0
        return bool(failures) and stubs and not begun


def mark(
    key: Key, caller: Caller, helper: Callable[..., Any] | None = None
) -> ExerciseResult:
    """Run every case of every group, even when one fails.

    Parameters
    ----------
    key : Key
        Inputs and outcomes.
    caller : callable
        Calls the student's function with a case and reports the outcome.
    helper : callable, optional
        The right function that the key's observer needs.
    """

    def seen(case: Case) -> Outcome:
        outcome = observe(key.observer, caller, case, helper)
        return named(outcome, key.parameters)

    outcomes = [[seen(item.case) for item in group.cases] for group in key.groups]
    groups = tuple(
        _mark_group(key, group, got, outcomes)
        for group, got in zip(key.groups, outcomes, strict=True)
    )
    return ExerciseResult(key.exercise, key.title, key.function, key.parameters, groups)


def unmarked(key: Key, problem: Difference) -> ExerciseResult:
    """Give the result of an exercise whose function could not be called at all."""
    counts = [max(len(group.cases), 1) for group in key.groups]
    groups = tuple(
        GroupResult(group.name, group.points, count, count)
        for group, count in zip(key.groups, counts, strict=True)
    )
    head = (key.exercise, key.title, key.function, key.parameters)
    finding = Finding(problem.sentence) if key.predictions is not None else None
    return ExerciseResult(*head, groups, problem, finding)


def _mark_group(
    key: Key, group: KeyGroup, got: list[Outcome], everything: list[list[Outcome]]
) -> GroupResult:
    """Compare a group's outcomes with the expected ones."""
    failures = []
    for item, outcome in zip(group.cases, got, strict=True):
        why = difference(item.expected, outcome, key.tolerance)
        if why is None:
            continue
        why = explained(key.observer, outcome, why)
        if key.is_numeric:
            why = hidden_difference(outcome)
        failures.append(Failure(item.case, item.expected, outcome, why))
    smallest = min(failures, key=_size, default=None)
    if smallest is not None:
        name = _diagnose(key, group, got, everything)
        smallest = Failure(
            smallest.case,
            smallest.expected,
            smallest.got,
            smallest.why,
            name,
            key.hints.get(name, ""),
        )
    return GroupResult(
        group.name, group.points, len(group.cases), len(failures), smallest
    )


def _diagnose(
    key: Key, group: KeyGroup, got: list[Outcome], everything: list[list[Outcome]]
) -> str:
    """Name the misconception that explains a group, or return an empty string.

    It must give the student's outcome on every case of the group, and on half of all
    the cases that it gets wrong: a few small arrays may agree by chance. If several do,
    the one that explains most cases of the whole exercise is named. The same class of
    error may have many causes: where nothing else agrees, the whole exercise has to.
    """
    pairs = [
        pair
        for other, outcomes in zip(key.groups, everything, strict=True)
        for pair in zip(other.cases, outcomes, strict=True)
    ]
    explained = {
        name: sum(_explains(key, name, (item,), [outcome]) for item, outcome in pairs)
        for name in key.hints
        if _explains(key, name, group.cases, got) and _is_likely(key, name, pairs)
    }
    told = [
        name
        for name, count in explained.items()
        if count == len(pairs) or _gives_value(name, group.cases)
    ]
    return max(told, key=lambda name: explained[name], default="")


def _is_likely(key: Key, name: str, pairs: list[tuple[KeyCase, Outcome]]) -> bool:
    """Whether a misconception explains half of the cases that it gets wrong."""
    wrong = [pair for pair in pairs if name in pair[0].wrong]
    right = [pair for pair in wrong if _explains(key, name, (pair[0],), [pair[1]])]
    return 2 * len(right) >= len(wrong)


def _gives_value(name: str, cases: tuple[KeyCase, ...]) -> bool:
    """Whether a misconception gives a wrong value, not only errors, on some case."""
    return any(
        name in item.wrong and item.wrong[name].kind == "value" for item in cases
    )


def _explains(
    key: Key, name: str, cases: tuple[KeyCase, ...], got: list[Outcome]
) -> bool:
    """Whether a misconception gives these outcomes on these cases."""
    return all(
        difference(item.wrong.get(name, item.expected), outcome, key.tolerance) is None
        for item, outcome in zip(cases, got, strict=True)
    )


def _size(failure: Failure) -> int:
    """How much a student has to read to understand a case."""
    values: list[Any] = [*failure.case.args, *failure.case.kwargs.values()]
    return sum(value.size if isinstance(value, np.ndarray) else 1 for value in values)
