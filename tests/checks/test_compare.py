"""Each way in which an outcome is not the expected one has a reason and a sentence."""

from __future__ import annotations

import re

import numpy as np
import pytest

from coursekit.checks.compare import Tolerance, difference
from coursekit.checks.outcome import Outcome

WANT = np.array([[1.0, -2.0, 4.0]])


def compared(want, got):
    """Compare two values."""
    return difference(Outcome("value", want), Outcome("value", got), Tolerance())


def reason(why):
    return why and why.reason


@pytest.mark.parametrize(
    "got", [WANT, WANT.astype(np.float32), WANT.astype(int), WANT.astype(">f8")]
)
def test_equal_numbers_of_another_type_are_right(got):
    assert compared(WANT, got) is None


def test_room_for_rounding_is_a_share_of_the_largest_number():
    want = np.array([1000.0, 0.0])
    assert compared(want, want + 0.009) is None
    assert reason(compared(want, want + 0.011)) == "wrong-values"
    assert reason(compared(np.zeros(2), np.full(2, 2e-6))) == "wrong-values"


@pytest.mark.parametrize(
    ("got", "want_reason", "words"),
    [
        (WANT.T, "wrong-shape", r"should be \(1, 3\), but it is \(3, 1\)"),
        (WANT[0], "wrong-shape", r"but it is \(3,\)"),
        (
            WANT + np.array([0, 0, 0.5]),
            "wrong-values",
            "1 of 3 numbers differ.* error is 0.5",
        ),
        (WANT + np.array([np.nan, 0, 0]), "not-finite", "NaN or infinity"),
        (WANT > 0, "wrong-type", "dtype float64, but it returned dtype bool"),
        (WANT.tolist(), "wrong-type", "a NumPy array, but it returned a list of 1"),
        (None, "wrong-type", r"returned None \(is the `return` missing\?\)"),
        (3.0, "wrong-type", "returned a float"),
        ((WANT, WANT), "wrong-type", "returned a tuple of 2"),
    ],
)
def test_a_wrong_array_has_its_reason(got, want_reason, words):
    why = compared(WANT, got)
    assert reason(why) == want_reason
    assert re.search(words, why.sentence)


def test_expected_infinities_have_to_be_the_same():
    want = np.array([np.inf, 1.0, np.nan])
    assert compared(want, want.copy()) is None
    assert reason(compared(want, np.array([-np.inf, 1.0, np.nan]))) == "not-finite"


@pytest.mark.parametrize("got", [(1, 2), (np.int64(1).item(), 2)])
def test_an_equal_tuple_is_right(got):
    assert compared((1, 2), got) is None


@pytest.mark.parametrize(
    ("got", "sentence"),
    [
        ((2, 1), "It should be (1, 2), but it is (2, 1)."),
        ((1, 3), "It should be (1, 2), but it is (1, 3)."),
        ((1.0, 2), "It should return an int, but it returned a float."),
        ((True, 2), "It should return an int, but it returned a bool."),
        ([1, 2], "It should return a tuple of 2, but it returned a list of 2."),
        ((1, 2, 3), "It should return a tuple of 2, but it returned a tuple of 3."),
    ],
)
def test_a_wrong_tuple_is_shown_whole(got, sentence):
    assert compared((1, 2), got).sentence == sentence


def test_a_number_may_be_an_int_where_a_float_is_expected():
    assert compared(2.0, 2) is None
    assert compared(2.0, 2.5).sentence == "It should be 2, but it is 2.5."
    assert reason(compared(2.0, "2")) == "wrong-type"


def test_one_array_of_several_says_what_is_wrong_with_it():
    assert reason(compared((WANT, 1), (WANT, 1))) is None
    assert reason(compared((WANT, 1), (WANT[0], 1))) == "wrong-shape"


@pytest.mark.parametrize(
    ("got", "want_reason"),
    [
        (Outcome("stub"), "not-implemented"),
        (Outcome("error", error="IndexError", message="9"), "raised-an-error"),
        (Outcome("bad type", error="torch.Tensor"), "wrong-type"),
        (Outcome("timeout"), "took-too-long"),
        (Outcome("crash"), "crashed"),
        (Outcome("value", WANT, changed=("x",)), "changed-argument"),
    ],
)
def test_another_kind_of_outcome_has_its_reason(got, want_reason):
    assert reason(difference(Outcome("value", WANT), got, Tolerance())) == want_reason


@pytest.mark.parametrize(
    ("got", "want_reason"),
    [
        (Outcome("error", error="ShapeError", message="in other words"), None),
        (Outcome("error", error="ValueError"), "raised-an-error"),
        (Outcome("value", WANT), "shape-error"),
        (Outcome("stub"), "not-implemented"),
        (Outcome("timeout"), "took-too-long"),
    ],
)
def test_an_expected_error_is_known_by_its_class(got, want_reason):
    expected = Outcome("error", error="ShapeError")
    assert reason(difference(expected, got, Tolerance())) == want_reason


def test_a_changed_argument_is_named():
    got = Outcome("value", WANT, changed=("kernel",))
    why = difference(Outcome("value", WANT), got, Tolerance())
    assert why.sentence == (
        "The call changed its own arguments (kernel). Work on a copy."
    )


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("torch.Tensor", "returned a torch.Tensor, which"),
        ("object", "returned an object, which"),
        ("an array of dtype object", "returned an array of dtype object, which"),
        ("something unreadable", "returned something unreadable, which"),
    ],
)
def test_what_cannot_be_compared_is_named_with_one_article(error, words):
    got = Outcome("bad type", error=error)
    assert words in difference(Outcome("value", 1), got, Tolerance()).sentence


def test_none_is_asked_for_without_a_question():
    found = difference(Outcome("value", None), Outcome("value", 3), Tolerance())
    assert found.sentence == "It should return None, but it returned an int."


def dictionary_difference(got):
    want = {"weight": np.array([1.0, 2.0]), "bias": np.array([3.0])}
    return difference(Outcome("value", want), Outcome("value", got), Tolerance())


def test_the_entry_of_a_dictionary_that_differs_is_named():
    got = {"bias": np.array([4.0]), "weight": np.array([1.0, 2.0])}
    found = dictionary_difference(got)
    assert found.reason == "wrong-values"
    assert found.sentence.startswith("'bias': ")
    got["bias"] = np.array([3.0])
    assert dictionary_difference(got) is None


@pytest.mark.parametrize(
    ("got", "sentence"),
    [
        ({"weight": WANT}, "The dictionary lacks 'bias'."),
        ({"weight": WANT, 2: WANT, "b": 1}, "lacks 'bias' and should not have 'b', 2."),
        ([WANT], "It should return a dictionary"),
    ],
)
def test_a_dictionary_with_other_entries_is_described(got, sentence):
    found = dictionary_difference(got)
    assert found.reason == "wrong-type"
    assert sentence in found.sentence


def test_a_dictionary_of_thousands_of_names_is_told_in_a_short_sentence():
    want, got = Outcome("value", {}), {f"{n:04}": 1 for n in range(1500)}
    why = difference(want, Outcome("value", got), Tolerance())
    assert why.sentence.endswith("'0028', '0029' and 1,470 more.")
    assert len(why.sentence) < 400


def test_of_a_number_and_a_dictionary_only_the_entry_that_differs_is_told():
    want = (1.5, {"a": np.zeros(99), "b": np.arange(99.0)})
    got = (1.5, {"a": np.zeros(99), "b": np.arange(99.0) + 1})
    why = difference(Outcome("value", want), Outcome("value", got), Tolerance())
    assert why.sentence.startswith("'b': 99 of 99 numbers differ")
    assert len(why.sentence) < 90
