"""Functions that return what an observer would report about a right one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from coursekit.authoring.declarations import load_problem_set
from coursekit.checks import observers
from coursekit.checks.build import draw_key
from coursekit.checks.compare import Tolerance, difference
from coursekit.checks.declare import Case, case
from coursekit.checks.outcome import Outcome
from coursekit.checks.render import to_text
from coursekit.checks.telling import SHOWS
from coursekit.grading.judge import judge_exercise
from coursekit.grading.level import Limits
from coursekit.grading.submission import Terms, start_student

SOLUTIONS = Path(__file__).resolve().parents[3] / "solutions"
LABELS = np.arange(20) % 10
BEST = observers.SHARES[0][1]
LAYER = case("a layer", np.ones((2, 1, 5, 5)), np.ones((3, 1, 3, 3)))
SUMS = np.full((3, 3, 3), 27.0)  # of an output that is 9 everywhere


def earns(observer, asked, returned, right):
    """Whether a returned value is taken for the outcome of a right function."""
    got = observers.observe(observer, lambda case: Outcome("value", returned), asked)
    return difference(Outcome("value", right), got, Tolerance()) is None


def test_who_says_that_the_labels_are_right_has_none_right():
    asked = Case("twenty digits", truth=LABELS)
    assert earns("accuracy", asked, LABELS, BEST)
    assert not earns("accuracy", asked, BEST, BEST)


def test_who_says_that_a_layer_is_fast_has_not_shown_it():
    right = (SUMS, observers.FAST)
    assert not earns("pace", LAYER, right, right)


def test_who_says_that_a_bug_shows_has_given_no_input():
    assert not earns("telling", case("flipped kernel"), SHOWS, SHOWS)


def test_without_a_layer_to_try_it_on_no_bug_shows():
    answer = dict.fromkeys(("flipped kernel",), SHOWS)
    assert not earns("telling", case("flipped kernel"), answer, SHOWS)


def test_a_part_is_no_report_either():
    asked = Case("three", truth={"part": 0, "of": 3})
    sentence = "It should return a tuple of 3, but it returned something else."
    got = observers.observe("one part", lambda case: Outcome("value", sentence), asked)
    assert got.value == sentence
    assert earns("one part", asked, (SUMS, SUMS, SUMS), SUMS)
    assert not earns("one part", asked, SUMS, SUMS)


@pytest.fixture(scope="module")
def digits_key():
    exercise = load_problem_set(SOLUTIONS, "ps5").find("ps5.learn_digits")
    return draw_key(exercise, 3)


@pytest.mark.parametrize("said", [BEST, "no better than guessing", ""])
def test_words_in_the_place_of_digits_are_judged_as_words(level, digits_key, said):
    body = f"def learn_digits(images, labels, held_out):\n    return {said!r}\n"
    sources = {"convnets/__init__.py": "", "convnets/numpy_net.py": body}
    limits = Limits()
    terms = Terms(0, level, limits)
    result = judge_exercise(digits_key, sources, lambda: start_student(terms), limits)
    assert result.earned == 0
    assert observers.NO_LABELS in " ".join(to_text(result).split())
