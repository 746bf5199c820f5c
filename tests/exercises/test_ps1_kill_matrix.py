"""Every misconception of problem set 1 loses points and is named by its own hint."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from coursekit.authoring.declarations import load_problem_set
from coursekit.checks.build import draw_key, key_faults
from coursekit.checks.mark import mark
from coursekit.checks.outcome import Outcome, call

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
EXERCISES = {item.id: item for item in load_problem_set(SOLUTIONS, "ps1").functions}
MISTAKES = {
    f"{exercise.id}: {item.name}": (exercise.id, item)
    for exercise in EXERCISES.values()
    for item in exercise.misconceptions
}

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # 0 / 0 in mistakes


def nothing_like(value):
    """Return zeros where the right answer has numbers."""
    return (0, 0) if isinstance(value, tuple) else np.zeros_like(value, dtype=float)


each_exercise = pytest.mark.parametrize("exercise", EXERCISES)
each_mistake = pytest.mark.parametrize(
    ("exercise", "mistake"), MISTAKES.values(), ids=MISTAKES
)


@each_mistake
def test_a_mistake_loses_points_and_is_named_by_its_own_hint(
    results, exercise, mistake
):
    for result in results(exercise, mistake.function):
        assert result.earned < result.points
        assert result.misconceptions == [mistake.name]
        failures = [group.failure for group in result.groups if group.failure]
        assert {failure.hint for failure in failures} == {mistake.hint}


@pytest.mark.parametrize(
    ("exercise", "mistake"),
    # Where a template is looked for, a wrong place may be the right one by chance.
    [pair for pair in MISTAKES.values() if pair[0] != "ps1.match_template"],
)
def test_a_mistake_breaks_the_same_groups_with_every_key(results, exercise, mistake):
    broken = {
        tuple(group.name for group in result.groups if group.failed)
        for result in results(exercise, mistake.function)
    }
    assert len(broken) == 1


@each_mistake
def test_a_mistake_shows_in_values_not_only_in_errors(hidden, exercise, mistake):
    wrong = [
        item.wrong[mistake.name]
        for key in hidden[exercise]
        for group in key.groups
        for item in group.cases
        if mistake.name in item.wrong
    ]
    assert "value" in {outcome.kind for outcome in wrong}


@each_exercise
def test_the_reference_gets_all_points(results, exercise):
    for result in results(exercise, EXERCISES[exercise].reference):
        assert result.earned == result.points


@each_exercise
def test_an_untouched_stub_gets_none(results, stubs, exercise):
    for result in results(exercise, stubs[exercise]):
        assert result.earned == 0
        assert result.is_untouched


@each_exercise
def test_refusing_everything_gets_none(hidden, exercise):
    for key in hidden[exercise]:
        assert mark(key, lambda case: Outcome("error", error="ShapeError")).earned == 0


@each_exercise
def test_nothing_but_zeros_gets_none(hidden, exercise):
    for key in hidden[exercise]:
        zeros = {
            id(item.case): Outcome("value", nothing_like(item.expected.value))
            for group in key.groups
            for item in group.cases
        }
        assert mark(key, lambda case, zeros=zeros: zeros[id(case)]).earned == 0


@each_exercise
def test_answers_learnt_from_the_visible_check_get_none(visible, hidden, exercise):
    learnt = {
        repr((item.case.args, item.case.kwargs)): item.expected
        for group in visible[exercise].groups
        for item in group.cases
    }
    nothing = Outcome("value")

    def by_heart(case):
        return learnt.get(repr((case.args, case.kwargs)), nothing)

    assert mark(visible[exercise], by_heart).earned == visible[exercise].points
    assert {mark(key, by_heart).earned for key in hidden[exercise]} == {0}


@pytest.mark.slow
@each_exercise
def test_cases_need_no_second_draw(exercise):
    faults = [key_faults(draw_key(EXERCISES[exercise], seed)) for seed in range(50)]
    assert [seed for seed, found in enumerate(faults) if found] == []


@each_exercise
def test_some_case_is_refused_in_a_group_with_others(hidden, exercise):
    for group in hidden[exercise][0].groups:
        kinds = {item.expected.kind for item in group.cases}
        assert "value" in kinds
    expected = [i.expected for g in hidden[exercise][0].groups for i in g.cases]
    assert "ShapeError" in {outcome.error for outcome in expected}


@each_exercise
def test_an_exercise_has_at_least_four_mistakes_with_names_of_their_own(exercise):
    names = [item.name for item in EXERCISES[exercise].misconceptions]
    assert len(set(names)) == len(names) >= 4


def test_the_problem_set_is_worth_twenty_points_and_knows_forty_mistakes(problem_set):
    points = {item.id.partition(".")[2]: item.points for item in problem_set.exercises}
    assert points == {
        "correlate1d": 2,
        "correlate2d": 3,
        "convolve2d": 1,
        "toeplitz": 3,
        "correlation_matrix": 3,
        "conv2d_loops": 5,
        "match_template": 2,
        "equivariance": 1,
    }
    assert problem_set.points == 20
    assert len(MISTAKES) >= 40


def test_two_mistakes_in_different_groups_are_both_named(hidden):
    layer = EXERCISES["ps1.conv2d_loops"].reference

    def without_bias_or_stride(x, weight, bias=None, stride=1, padding=0):
        layer(x, weight, bias, stride, padding)  # refuses bad shapes
        return layer(x, weight, padding=padding)

    for key in hidden["ps1.conv2d_loops"]:
        result = mark(key, lambda case: call(without_bias_or_stride, case))
        assert result.misconceptions[:2] == ["bias ignored", "stride ignored"]
