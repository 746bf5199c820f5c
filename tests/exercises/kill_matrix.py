"""What must hold for every problem set; each has a test module that inherits this.

A class names its problem set. `conftest.py` runs the tests that ask for an `exercise`
once for each function, and those that ask for a `mistake` once for each mistake.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import ClassVar

import numpy as np
import pytest

from coursekit.authoring.keys import visible_key
from coursekit.checks.build import draw_key, key_faults
from coursekit.checks.mark import mark
from coursekit.checks.outcome import Outcome

COMPARED = {"value": 50, "one part": 5}  # draws, where what is returned is looked at


def nothing_like(value):
    """Return zeros where the right answer has numbers."""
    if isinstance(value, np.ndarray):
        return np.zeros_like(value, dtype=float)
    if isinstance(value, dict):
        return {name: nothing_like(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(nothing_like(item) for item in value)
    return None if value is None or isinstance(value, str) else type(value)(0)


def nothing_for(observer, item):
    """Return what a student who hands in zeros returns in a case."""
    value = item.expected.value
    if observer == "one part":
        return (nothing_like(value),) * item.case.truth["of"]
    if observer == "accuracy":
        return np.zeros_like(item.case.truth)
    if observer == "telling":
        return {}
    return nothing_like(value)[0] if observer == "pace" else nothing_like(value)


def call_of(case):
    """Write down a call, to look it up again."""
    return repr((case.args, case.kwargs, case.truth))


def kinds_of(key, group):
    """Return what is expected in a group: values, errors, or both."""
    return {item.expected.kind for item in group.cases}


# In a mistake, 0 / 0 and overflows are no surprise.
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
class KillMatrix:
    """The tests; `problem_set` is the id of the problem set to run them on."""

    problem_set: ClassVar[str]
    points: ClassVar[dict[str, float]]
    by_chance: ClassVar[set[str]] = set()
    unrefused: ClassVar[set[str]] = set()  # whose contract refuses nothing
    draws: ClassVar[dict[str, int]] = {}  # fewer, for networks, which take long

    def test_a_mistake_loses_points_and_is_named_by_its_own_hint(
        self, keys_of, marked, mistake
    ):
        exercise, name = mistake
        for key, result in zip(keys_of(exercise), marked(*mistake), strict=True):
            assert result.earned < result.points
            assert result.misconceptions == [name]
            failures = [group.failure for group in result.groups if group.failure]
            assert {failure.hint for failure in failures} == {key.hints[name]}

    def test_a_mistake_breaks_the_same_groups_with_every_key(self, marked, mistake):
        if mistake[0] in self.by_chance:
            pytest.skip("a wrong answer may be the right one by chance")
        broken = {
            tuple(group.name for group in result.groups if group.failed)
            for result in marked(*mistake)
        }
        assert len(broken) == 1

    def test_a_mistake_shows_in_values_not_only_in_errors(self, keys_of, mistake):
        exercise, name = mistake
        wrong = [
            item.wrong[name].kind
            for key in keys_of(exercise)
            for group in key.groups
            for item in group.cases
            if name in item.wrong
        ]
        assert "value" in wrong

    def test_the_reference_gets_all_points(self, declared, results, exercise):
        for result in results(exercise, declared[exercise].reference):
            assert result.earned == result.points

    def test_an_untouched_stub_gets_none(self, results, stubs, exercise):
        for result in results(exercise, stubs[exercise]):
            assert result.earned == 0
            assert result.is_untouched

    def test_refusing_everything_gets_none(self, hidden, exercise):
        refused = Outcome("error", error="ShapeError")
        for key in hidden[exercise]:
            assert mark(key, lambda case: refused).earned == 0

    def test_nothing_but_zeros_gets_none(self, declared, hidden, exercise):
        observer = declared[exercise].observer
        for key in hidden[exercise]:
            items = [item for group in key.groups for item in group.cases]
            zeros = {id(item.case): nothing_for(observer, item) for item in items}
            later = {item.case.note: zeros[id(item.case)] for item in items}

            def caller(case, zeros=zeros, later=later):
                return Outcome("value", zeros.get(id(case), later[case.note]))

            assert mark(key, caller, declared[exercise].helper).earned == 0

    def test_answers_learnt_from_the_visible_check_get_none(
        self, declared, visible, hidden, exercise
    ):
        observer = declared[exercise].observer
        if observer not in COMPARED:
            pytest.skip("it is not asked for an output that can be learnt")
        learnt = {
            call_of(item.case): item.expected
            for group in visible[exercise].groups
            for item in group.cases
        }
        calls = [
            item.case for group in visible[exercise].groups for item in group.cases
        ]

        def by_heart(case):
            outcome = learnt.get(call_of(case), Outcome("value"))
            if observer == "one part" and outcome.kind == "value":
                return replace(outcome, value=(outcome.value,) * case.truth["of"])
            return outcome

        if not any("rounds" in (item.truth or {}) for item in calls):
            assert mark(visible[exercise], by_heart).earned == visible[exercise].points
        assert {mark(key, by_heart).earned for key in hidden[exercise]} == {0}

    @pytest.mark.slow
    def test_cases_need_no_second_draw(self, declared, hidden, exercise):
        usual = COMPARED.get(declared[exercise].observer, 2)
        number = self.draws.get(exercise, usual)
        drawn = hidden[exercise][:number]
        more = range(len(drawn), number)
        keys = chain(drawn, (draw_key(declared[exercise], seed) for seed in more))
        assert [seed for seed, key in enumerate(keys) if key_faults(key)] == []

    def test_some_case_is_refused_in_a_group_with_others(
        self, declared, hidden, exercise
    ):
        key = hidden[exercise][0]
        assert all("value" in kinds_of(key, group) for group in key.groups)
        expected = [item.expected for g in key.groups for item in g.cases]
        if declared[exercise].observer in COMPARED and exercise not in self.unrefused:
            assert "ShapeError" in {outcome.error for outcome in expected}

    def test_an_exercise_has_at_least_four_mistakes_with_names_of_their_own(
        self, declared, exercise
    ):
        names = [item.name for item in declared[exercise].misconceptions]
        assert len(set(names)) == len(names) >= 4

    def test_the_points_are_those_of_the_curriculum(self, problem_set):
        points = {
            item.id.partition(".")[2]: item.points for item in problem_set.exercises
        }
        assert points == self.points

    def test_the_visible_check_is_drawn_the_same_every_time(
        self, declared, built, exercise
    ):
        again = visible_key(declared[exercise])
        assert repr(again.groups) == repr(built[exercise].groups)
