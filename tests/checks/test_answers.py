"""Numeric answers are read without being run, and compared under seal."""

from __future__ import annotations

import json

import pytest

from coursekit.checks.answers import AnswersError, answer_outcome, read_answers
from coursekit.checks.build import build_key, key_faults
from coursekit.checks.declare import Answer, Numeric, WrongAnswer
from coursekit.checks.key import key_from_json, key_to_json
from coursekit.checks.mark import mark
from coursekit.checks.render import to_html, to_text
from coursekit.checks.student import mark_answers

NUMBERS = Numeric(
    "tiny.numbers",
    "By hand",
    [
        Answer(
            "height",
            "Height of the output",
            23.0,
            0.5,
            [
                WrongAnswer("one too few", "Count the first place, too.", 22),
                WrongAnswer("rounded up", "The last window hangs over.", 24),
            ],
        ),
        Answer("share", "Share of the pixels", 1 / 3, 1.5, []),
    ],
)


@pytest.fixture
def key():
    return build_key(NUMBERS, seed=3)


def marked(key, **answers):
    """Mark answers that are given as numbers."""
    return mark(key, lambda case: answer_outcome(key.exercise, answers, case))


def test_right_numbers_get_all_points(key):
    assert marked(key, height=23, share=1 / 3).earned == 2
    assert marked(key, height=23.0, share=0.333333).earned == 2


def test_each_answer_earns_its_own_points(key):
    assert marked(key, height=23, share=0.33).earned == 0.5
    assert marked(key, height=21, share=1 / 3).earned == 1.5


def test_a_mistake_is_named(key):
    result = marked(key, height=24, share=1 / 3)
    assert result.misconceptions == ["rounded up"]
    assert "The last window hangs over." in to_text(result)


def test_a_number_that_shows_no_mistake_is_wrong_without_a_name(key):
    result = marked(key, height=7, share=1 / 3)
    assert result.misconceptions == []
    assert "That is not the number asked for." in to_text(result)


def test_the_key_does_its_work(key):
    assert key_faults(key) == []


def test_neither_the_key_nor_a_report_tells_the_right_number(key):
    written = json.dumps(key_to_json(key))
    assert "0.333" not in written
    assert '"value": 23' not in written
    for text in (to_text(marked(key, height=7)), to_html(marked(key, height=7))):
        assert "23" not in text
    values = [item.expected.value for group in key.groups for item in group.cases]
    assert all(len(value) == 32 for value in values)


def test_a_key_reads_back(key):
    again = key_from_json(json.loads(json.dumps(key_to_json(key))))
    assert again == key


def test_nothing_written_yet_is_no_mistake(key):
    result = marked(key, height=None, share=...)
    assert result.is_untouched
    assert "write your numbers in the place of `None`" in " ".join(
        to_text(result).split()
    )


@pytest.mark.parametrize("given", ["23", True, float("nan"), float("inf"), [23]])
def test_what_is_no_number_is_said_so(key, given):
    result = marked(key, height=given, share=1 / 3)
    assert result.earned == 1.5
    assert "The answer is a" in to_text(result)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("23", 23),
        ("-2.5", -2.5),
        ("(224 + 2 * 3 - 7) // 2 + 1", 112),
        ("7 / 2 % 2 - +1", 0.5),
        ("None", None),
        ("...", None),
        ("3 * 5 * 5 * 10 + 10  # weights and biases", 760),
    ],
)
def test_arithmetic_is_worked_out(text, number):
    assert read_answers(f'answers = {{"a": {text}\n}}') == {"a": number}


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "9 ** 9 ** 9",
        "abs(-3)",
        "x",
        "True",
        "'23'",
        "1e300 * 10",
        "1 / 0",
        "[1][0]",
        "3 if 1 else 2",
        "1j",
        "-" * 3000 + "1",
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(AnswersError):
        read_answers(f'answers = {{"a": {text}}}')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("answers = {", r"not Python \(line 1\)"),
        ("height = 3", "does not assign `answers"),
        ("answers = dict(height=3)", "does not assign"),
        ("answers = {height: 3}", "names of your answers"),
        ("answers = {\n 'height': print()}", r'"height" \(line 2\): write a number'),
        ("\0", "not Python"),
    ],
)
def test_a_cell_that_is_not_as_it_came_is_refused_in_a_sentence(text, words):
    with pytest.raises(AnswersError, match=words):
        read_answers(text)


def test_the_last_assignment_counts():
    assert read_answers('answers = {"a": 1}\nanswers = {"a": 2}') == {"a": 2}


def test_the_text_of_a_cell_is_marked(key):
    assert mark_answers(key, 'answers = {"height": 20 + 3, "share": 1 / 3}').earned == 2
    unreadable = mark_answers(key, 'answers = {"height": len("x")}')
    assert unreadable.problem.reason == "unreadable-answers"
    assert unreadable.earned == 0
