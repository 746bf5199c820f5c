"""Cells with numeric answers that are made to break, to leak, or to cost time."""

from __future__ import annotations

import html
import json
from pathlib import Path

import pytest

from coursekit.checks.answers import AnswersError, numeric_key, read_answers
from coursekit.checks.declare import Answer, Numeric, WrongAnswer
from coursekit.checks.record import result_to_json
from coursekit.checks.render import to_html, to_text
from coursekit.checks.student import mark_answers
from coursekit.grading.autograded import autograded_notebook

HIDDEN, WRONG = 712_933, 48_611
EXERCISE = Numeric(
    "ps92.numbers",
    "Numbers",
    [Answer("a", "The first", HIDDEN, 2, [WrongAnswer("off", "Hint.", WRONG)])],
)


@pytest.fixture(scope="module")
def key():
    return numeric_key(EXERCISE)


def written(result):
    """Return all that is written about a result for students and graders."""
    cell = {
        "cell_type": "code",
        "id": "c",
        "metadata": {"nbgrader": {"grade_id": "ps92-numbers"}},
        "source": "",
    }
    released = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    notebook = autograded_notebook(released, {"ps92-numbers": result}, {}, {}, [])
    everything = [to_html(result), to_text(result), json.dumps(result_to_json(result))]
    return html.unescape("\n".join([*everything, json.dumps(notebook)]))


@pytest.mark.parametrize(
    "given", ["None", "1", str(WRONG), str(HIDDEN), "'x'", "1 / 0", "f(1)"]
)
def test_the_right_number_is_nowhere_in_what_is_written(key, given):
    text = written(mark_answers(key, f'answers = {{"a": {given}}}'))
    assert str(HIDDEN) not in text
    assert str(WRONG) not in text


NAMES = ["\\ud800", "\\x1b[31m", "\\u202e", "<script>alert(1)</script>", "a" * 15_000]


@pytest.mark.parametrize("name", NAMES, ids=["half", "escape", "rtl", "script", "long"])
def test_a_strange_name_of_an_answer_can_be_written_down(key, tmp_path: Path, name):
    result = mark_answers(key, f'answers = {{"{name}": "x"}}')
    sentence = result.problem.sentence
    assert sentence.isascii()
    assert sentence.isprintable()
    assert len(sentence) < 300
    assert "<script>" not in to_html(result)
    (tmp_path / "feedback.html").write_text(to_html(result), encoding="utf-8")


DEEP = {
    "signs": "-" * 19_000 + "1",
    "sums": "1+" * 9000 + "1",
    "brackets": "(" * 9000 + "1" + ")" * 9000,
    "dictionaries": '{"a":' * 3000 + "1" + "}" * 3000,
    "attributes": "x." * 9000 + "y",
    "conditions": "1 if 1 else " * 1500 + "1",
    "powers": "1**" * 6000 + "1",
    "digits": "9" * 19_000,
    "hexadecimal": "0x" + "f" * 19_000,
    "infinity": "1e999 - 1e999",
    "complex": "1j",
    "text": "'7'",
    "truth": "True",
    "nothing": "",
    "zero": "0 // 0",
    "shift": "1 << 10 ** 9",
    "call": "__import__('os')._exit(1)",
    "format": "f'{7}'",
    "comprehension": "[0 for _ in range(10 ** 9)]",
}


@pytest.mark.parametrize("given", DEEP.values(), ids=DEEP)
def test_what_is_no_number_is_said_to_be_none(given):
    with pytest.raises(AnswersError):
        read_answers(f'answers = {{"a": {given}}}')


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('answers = {"a": 1}\nanswers = {"a": 2}', 2),  # as Python has it
        ('answers = {"a": 1, "a": 2}', 2),
        ('answers = {"b": 1}', None),
        ("answers = {'a': ...}", None),
    ],
)
def test_the_last_number_counts(text, value):
    assert read_answers(text).get("a") == value


@pytest.mark.parametrize(
    "text", ["answers = {**{'a': 7}}", "answers['a'] = 7", "x = answers = {'a': 7}", ""]
)
def test_what_is_no_dictionary_of_answers_earns_nothing(key, text):
    result = mark_answers(key, text)
    assert result.earned == 0
    assert result.problem.reason == "unreadable-answers"
