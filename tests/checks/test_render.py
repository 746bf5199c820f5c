"""Reports fit 80 columns, and nothing in them can be anything but text."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from coursekit.checks.build import mark_misconception
from coursekit.checks.compare import Difference
from coursekit.checks.declare import case
from coursekit.checks.key import KeyCase, KeyGroup
from coursekit.checks.mark import mark, unmarked
from coursekit.checks.outcome import Outcome, call
from coursekit.checks.render import show_value, to_html, to_text

EVIL = "<script>alert(1)</script>"
LONG = "a_long_word_" * 20


def answered(key, outcome):
    return mark(key, lambda case: outcome)


def results(key):
    """Give results of every kind, with texts and values as long as they get."""
    wide = np.linspace(-1e9, 1e9, 3000).reshape(3, 20, 50)
    for name in key.hints:
        yield mark_misconception(key, name)
    for outcome in [
        Outcome("stub"),
        Outcome("timeout"),
        Outcome("crash"),
        Outcome("bad type", error=LONG),
        Outcome("error", error="ValueError", message=f"{LONG}\n\n{LONG} {LONG}"),
        Outcome("value", wide),
        Outcome("value", wide.astype(np.float32) * 1e-30),
        Outcome("value", [LONG, LONG]),
        Outcome("value", LONG),
        Outcome("value", {LONG: 3}),
    ]:
        yield answered(key, outcome)
    yield unmarked(key, Difference("cannot-import", f"{LONG} cannot be read. {LONG}"))


def lengthened(key):
    """Give a key whose own texts are long too."""
    values = {"x": np.arange(300.0).reshape(3, 100), LONG: np.ones(40)}
    item = KeyCase(case(LONG, LONG, **values), Outcome("value", values["x"]), {})
    group = KeyGroup(f"{LONG} {LONG}", 0.25, (item,))
    return dataclasses.replace(key, title=LONG, groups=(*key.groups, group))


def test_no_line_is_longer_than_eighty_columns(key):
    for result in [*results(key), *results(lengthened(key))]:
        text = to_text(result)
        assert max(map(len, text.splitlines())) <= 80
        assert not [line for line in text.splitlines() if line != line.rstrip()]


def test_a_row_for_each_group_says_what_it_earned(key):
    text = to_text(mark_misconception(key, "factor ignored")).splitlines()
    assert text[0] == f"tiny.scale  Scaling{'1 / 1.5 points':>61}"
    assert text[1] == f"  ok    {'Doubling':58}{'1 / 1':>14}"
    assert text[2] == f"  FAIL  {'Factors':58}{'0 / 0.5':>14}"


def test_a_failure_shows_call_arrays_expected_got_and_the_hint(key):
    text = to_text(mark_misconception(key, "sum for product"))
    assert (
        "Doubling\n"
        "  The smallest case that fails: two numbers\n"
        "  scale(x)\n"
        "  x         [1. 3.]\n"
        "  expected  [2. 6.]\n"
        "  got       [3. 5.]\n"
        "  2 of 2 numbers differ; the largest error is 1.\n"
        "  Likely mistake: sum for product. Multiply by it.\n"
    ) in text
    assert text.count("Likely mistake") == 1


def test_an_error_is_told_once(key):
    error = Outcome("error", error="ValueError", message="too bad")
    result = answered(key, error)
    failing = sum(group.failure is not None for group in result.groups)
    assert failing
    assert to_text(result).count("ValueError: too bad") == 1
    assert to_html(result).count("ValueError: too bad") == 1


def test_full_marks_need_no_explanation(key, exercise):
    text = to_text(mark(key, lambda case: call(exercise.reference, case)))
    assert text.splitlines()[0].endswith("1.5 / 1.5 points")
    assert "More:" not in text
    assert len(text.splitlines()) == 3


def test_an_untouched_stub_says_where_to_write(key):
    text = to_text(answered(key, Outcome("stub")))
    assert "open src/convnets/tiny.py, write `scale`, and check again" in text
    assert "expected" not in text


def test_arguments_of_a_call_are_shown_by_name(key):
    result = answered(key, Outcome("value", 0))
    assert "scale(x, by=5.0)" in to_text(
        dataclasses.replace(result, groups=result.groups[1:])
    )


def test_everything_is_escaped_in_html(key):
    item = KeyCase(case(EVIL, EVIL, np.ones(2)), Outcome("value", EVIL), {})
    group = KeyGroup(EVIL, 1, (item,))
    poisoned = dataclasses.replace(
        key, exercise=EVIL, title=EVIL, function=f"convnets:{EVIL}", groups=(group,)
    )
    for outcome in [
        Outcome("value", EVIL),
        Outcome("error", error=EVIL, message=EVIL),
        Outcome("bad type", error=EVIL),
        Outcome("value", EVIL, changed=(EVIL,)),
        Outcome("stub"),
    ]:
        assert "<script" not in to_html(answered(poisoned, outcome))
    problem = Difference("cannot-import", EVIL)
    assert "<script" not in to_html(unmarked(poisoned, problem))


def test_html_says_what_the_text_says(key):
    result = mark_misconception(key, "sum for product")
    page = to_html(result)
    for words in ["two numbers", "[2. 6.]", "[3. 5.]", "Likely mistake", "0 / 1.5"]:
        assert words in page
    assert 'messages.html#wrong-values">What does this message mean?</a>' in page


def test_words_in_backticks_become_code_in_html(key):
    assert "<code>by</code>" in to_html(mark_misconception(key, "factor ignored"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.array([1.0, -0.0]), "[1. 0.]"),
        (np.array([[1, 2]]), "[[1 2]]  shape (1, 2)  int64"),
        (np.float32([0.5]), "[0.5]  float32"),
        (np.array(2.0), "2.  shape ()"),
        ((1, 2), "(1, 2)"),
        (None, "None"),
        ("two\nlines", r"'two\nlines'"),
    ],
)
def test_a_value_is_shown_with_what_a_student_may_not_see(value, text):
    assert show_value(value) == text


def test_an_array_of_three_axes_has_no_empty_lines(key):
    text = to_text(answered(key, Outcome("value", np.ones((2, 2, 2)))))
    indents = [line.find("[") for line in text.splitlines() if "1. 1." in line]
    assert indents == [12, 14, 13, 14]


def test_an_array_of_thousands_is_told_in_a_few_words():
    assert show_value(np.zeros((4, 3, 31, 31))) == "an array of shape (4, 3, 31, 31)"
