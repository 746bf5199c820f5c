"""Marking runs every case, gives points by group, and names mistakes."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.checks.compare import Difference, Tolerance
from coursekit.checks.declare import case
from coursekit.checks.key import Key, KeyCase, KeyGroup
from coursekit.checks.mark import mark, unmarked
from coursekit.checks.outcome import Outcome


def value(number):
    return Outcome("value", number)


def key_case(size, expected, **wrong):
    outcomes = {
        name: Outcome("error", error=what) if isinstance(what, str) else value(what)
        for name, what in wrong.items()
    }
    return KeyCase(case(f"size {size}", np.ones(size)), value(expected), outcomes)


def make_key(*groups):
    cases = tuple(
        KeyGroup(f"group {number}", 0.5, tuple(items))
        for number, items in enumerate(groups)
    )
    hints = {"first": "Hint 1.", "second": "Hint 2.", "third": "Hint 3."}
    function = "convnets.tiny:scale"
    return Key("tiny.scale", "Scaling", function, ("x",), Tolerance(), hints, cases)


def marked(key, *answers):
    """Mark a student who gives these answers, one after the other."""
    left = iter(answers)

    def caller(_):
        answer = next(left)
        return answer if isinstance(answer, Outcome) else value(answer)

    return mark(key, caller)


def names(result):
    return [group.failure and group.failure.misconception for group in result.groups]


def test_every_case_is_run_even_when_one_fails():
    key = make_key([key_case(1, 10), key_case(2, 20)], [key_case(3, 30)])
    seen = []
    mark(key, lambda item: seen.append(item.note) or value(0))
    assert seen == ["size 1", "size 2", "size 3"]


def test_a_group_earns_its_points_together_or_not_at_all():
    key = make_key([key_case(1, 10), key_case(2, 20)], [key_case(3, 30)])
    result = marked(key, 10, 21, 30)
    assert [group.earned for group in result.groups] == [0.0, 0.5]
    assert (result.earned, result.points) == (0.5, 1.0)
    assert [group.failed for group in result.groups] == [1, 0]


def test_the_smallest_failing_case_is_shown():
    key = make_key([key_case(5, 50), key_case(1, 10), key_case(2, 20)])
    assert marked(key, 0, 10, 0).groups[0].failure.case.note == "size 2"


def test_a_mistake_is_named_where_it_explains_the_whole_group():
    key = make_key([key_case(1, 10, first=11), key_case(2, 20, first=21)])
    assert names(marked(key, 11, 21)) == ["first"]
    assert names(marked(key, 11, 20)) == [""]
    assert names(marked(key, 11, 22)) == [""]


def test_the_hint_is_the_mistakes_own():
    key = make_key([key_case(1, 10, second=11)])
    assert marked(key, 11).groups[0].failure.hint == "Hint 2."
    assert marked(key, 12).groups[0].failure.hint == ""


def test_two_mistakes_in_different_groups_are_both_named():
    key = make_key(
        [key_case(1, 10, first=11)], [key_case(2, 20, second=22)], [key_case(3, 30)]
    )
    result = marked(key, 11, 22, 30)
    assert result.misconceptions == ["first", "second"]


def test_of_two_mistakes_the_one_that_explains_more_is_named():
    key = make_key([key_case(1, 10, first=11, second=11)], [key_case(2, 20, second=22)])
    assert names(marked(key, 11, 22)) == ["second", "second"]
    assert names(marked(key, 11, 20)) == ["first", None]


def test_of_two_mistakes_that_explain_as_much_the_first_declared_is_named():
    key = make_key([key_case(1, 10, second=11, third=11)])
    assert names(marked(key, 11)) == ["second"]


def test_a_mistake_that_explains_too_little_of_what_it_breaks_is_not_named():
    cases = [[key_case(size, 10 * size, first=size)] for size in (1, 2, 3)]
    assert names(marked(make_key(*cases), 1, 0, 0)) == ["", "", ""]
    assert names(marked(make_key(*cases), 1, 2, 0)) == ["first", "first", ""]


def test_an_errors_class_alone_names_nobody():
    key = make_key(
        [key_case(1, 10, first="ValueError")], [key_case(2, 20, first=21, second=22)]
    )
    failed = Outcome("error", error="ValueError", message="for another reason")
    assert names(marked(key, failed, 20)) == ["", None]
    assert names(marked(key, failed, 22)) == ["", "second"]
    assert names(marked(key, failed, 21)) == ["first", "first"]


def test_an_error_counts_next_to_a_value_in_the_same_group():
    key = make_key(
        [key_case(1, 10, first="ValueError"), key_case(2, 20, first=21)],
        [key_case(3, 30)],
    )
    failed = Outcome("error", error="ValueError")
    assert names(marked(key, failed, 21, 0)) == ["first", ""]


def test_a_changed_argument_is_called_by_its_name():
    key = make_key([key_case(1, 10)])
    failure = marked(key, Outcome("value", 10, changed=("0",))).groups[0].failure
    assert "(x)" in failure.why.sentence


@pytest.mark.parametrize(
    ("answers", "untouched"),
    [
        ((Outcome("stub"), Outcome("stub")), True),
        ((Outcome("stub"), 20), True),
        ((Outcome("stub"), 21), False),
        ((10, 20), False),
    ],
)
def test_untouched_means_that_all_that_fails_is_a_stub(answers, untouched):
    key = make_key([key_case(1, 10)], [key_case(2, 20)])
    assert marked(key, *answers).is_untouched == untouched


def test_what_could_not_be_called_earns_nothing_and_says_why():
    problem = Difference("cannot-import", "tiny.py cannot be imported.")
    result = unmarked(make_key([key_case(1, 10)], [key_case(2, 20)]), problem)
    assert (result.earned, result.points, result.problem) == (0.0, 1.0, problem)
    assert not result.is_untouched
