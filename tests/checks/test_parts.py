"""One of the arrays that a function returns is looked at, whatever the others are."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.checks.declare import Case
from coursekit.checks.outcome import Outcome, call
from coursekit.checks.parts import one_part

BATCH = (np.array([[1.0], [3.0]]), np.ones(1), np.zeros(1), np.zeros(1), np.ones(1))


def seen(function, truth, *args):
    case = Case("a case", args, {}, truth)
    return one_part(lambda case: call(function, case), case)


def three(x):
    x += 1
    return x, 2 * x, 3 * x


def layer(x, gamma, beta, mean, var, training, step=1):
    """Count the calls in training in the averages, and say in which call it is."""
    return x + mean, mean + training, var * (2 if training else 100)


@pytest.mark.parametrize(("part", "value"), [(0, 2.0), (1, 4.0), (2, 6.0)])
def test_the_array_at_that_position_is_reported(part, value):
    outcome = seen(three, {"part": part, "of": 3}, np.ones(2))
    assert outcome.value.tolist() == [value, value]
    assert outcome.changed == ("0",)


def test_a_change_that_another_case_looks_at_does_not_count():
    truth = {"part": 0, "of": 3, "may_change": ["0"]}
    assert seen(three, truth, np.ones(2)).changed == ()


@pytest.mark.parametrize("rounds", [1, 2, 5])
def test_what_was_returned_in_training_is_handed_on_and_then_evaluated(rounds):
    truth = {"part": 0, "of": 3, "rounds": rounds}
    outcome = seen(layer, truth, *BATCH, True)
    assert outcome.value.ravel().tolist() == [1.0 + rounds, 3.0 + rounds]
    variance = seen(layer, {**truth, "part": 2}, *BATCH, True)
    assert variance.value.tolist() == [100.0 * 2**rounds]


def test_without_rounds_the_case_is_called_as_it_is():
    outcome = seen(layer, {"part": 2, "of": 3}, *BATCH, False)
    assert outcome.value.tolist() == [100.0]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.ones(2), "but it returned something else."),
        ((np.ones(2), np.ones(2)), "but it returned a tuple of 2."),
        (None, "but it returned None (is the `return` missing?)."),
    ],
)
@pytest.mark.parametrize("rounds", [0, 1])
def test_an_array_that_is_missing_is_told_in_words(value, words, rounds):
    truth = {"part": 0, "of": 3, "rounds": rounds}
    outcome = seen(lambda *args: value, truth, *BATCH, True)
    assert outcome.value == f"It should return a tuple of 3, {words}"


@pytest.mark.parametrize("rounds", [0, 2])
def test_an_error_is_reported_as_it_is(rounds):
    def fails(*args):
        raise ValueError

    outcome = seen(fails, {"part": 0, "of": 3, "rounds": rounds}, *BATCH, True)
    assert (outcome.kind, outcome.error) == ("error", "ValueError")


def test_a_stub_is_reported_as_one():
    def stub(*args):
        raise NotImplementedError

    outcome = seen(stub, {"part": 0, "of": 3, "rounds": 2}, *BATCH, True)
    assert outcome == Outcome("stub", message="")
