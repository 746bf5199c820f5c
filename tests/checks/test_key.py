"""Keys and results are data: they survive as JSON and hold nobody's code."""

from __future__ import annotations

import inspect
import json

import pytest

from coursekit.checks.build import mark_misconception
from coursekit.checks.key import key_from_json, key_to_json, load_key, load_keys
from coursekit.checks.mark import mark, unmarked
from coursekit.checks.outcome import Outcome, call
from coursekit.checks.record import result_from_json, result_to_json
from coursekit.checks.render import to_text
from coursekit.checks.student import load_function
from coursekit.errors import CourseError


def as_text(tree):
    return json.dumps(tree, sort_keys=True)


def test_a_key_survives_as_json(key):
    text = as_text(key_to_json(key))
    assert as_text(key_to_json(key_from_json(json.loads(text)))) == text


def test_a_key_from_json_names_the_same_mistakes(key):
    again = key_from_json(json.loads(as_text(key_to_json(key))))
    for name in key.hints:
        assert mark_misconception(again, name).misconceptions == [name]


def test_a_key_from_json_keeps_what_the_tolerance_and_parameters_are(key):
    again = key_from_json(json.loads(as_text(key_to_json(key))))
    assert (again.tolerance, again.parameters) == (key.tolerance, key.parameters)
    assert (again.points, again.function) == (1.5, "convnets.tiny:scale")


def test_a_key_holds_no_line_of_anybodys_code(key, exercise):
    text = as_text(key_to_json(key))
    functions = [exercise.reference, *(m.function for m in exercise.misconceptions)]
    for function in functions:
        lines = [line.strip() for line in inspect.getsource(function).splitlines()]
        assert not [line for line in lines if len(line) > 5 and line in text]
    assert "lambda" not in text
    assert "conftest" not in text


def test_the_keys_leaves_are_plain(key):
    def leaves(tree):
        if isinstance(tree, dict | list):
            parts = tree.values() if isinstance(tree, dict) else tree
            return set().union(*map(leaves, parts)) if parts else set()
        return {type(tree)}

    assert leaves(key_to_json(key)) <= {str, int, float, bool, type(None)}


@pytest.mark.parametrize("mistake", ["sum for product", "changed in place"])
def test_a_result_survives_as_json(key, mistake):
    result = mark_misconception(key, mistake)
    again = result_from_json(json.loads(as_text(result_to_json(result))))
    assert to_text(again) == to_text(result)
    assert as_text(result_to_json(again)) == as_text(result_to_json(result))


def test_a_result_with_an_error_or_without_failures_survives_too(key, exercise):
    for function in (exercise.reference, lambda x, by=2.0: x[99]):
        result = mark(key, lambda case, function=function: call(function, case))
        again = result_from_json(json.loads(as_text(result_to_json(result))))
        assert to_text(again) == to_text(result)


def test_a_result_without_a_function_survives_too(key, submission):
    submission("")
    problem = load_function(key.function)
    result = unmarked(key, problem)
    assert result_from_json(result_to_json(result)) == result


def test_an_unknown_exercise_is_refused_with_those_that_exist(submission):
    with pytest.raises(
        CourseError, match=r"No exercise 'tiny\.other'\. Known: tiny\.scale\."
    ):
        load_key("tiny.other")


def test_an_unknown_problem_set_is_refused_with_those_that_exist(submission):
    with pytest.raises(CourseError, match=r"No problem set 'ps99'\. Known: tiny\."):
        load_keys("ps99")


def test_outcomes_that_were_cut_survive(key):
    result = mark(key, lambda case: Outcome("timeout"))
    assert result_from_json(result_to_json(result)).groups[0].failure.got.kind == (
        "timeout"
    )
