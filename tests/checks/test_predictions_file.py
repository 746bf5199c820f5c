"""The file of predictions: what is written reads back, and nothing else is believed."""

from __future__ import annotations

import re

import numpy as np
import pytest

from coursekit.checks.predictions_file import (
    LARGEST,
    Handed,
    PredictionsError,
    predictions_text,
    read_predictions,
)

LABELS = np.random.default_rng(0).integers(0, 10, 10_000)
TEXT = predictions_text(Handed("mnist", LABELS))
LINES = TEXT.splitlines()


def changed(number, line):
    """Return the file with another line in place of one, counted from 1."""
    lines = list(LINES)
    lines[number - 1] = line
    return "\n".join(lines).encode()


def refused(data, dataset="mnist"):
    """Return the error that a file is refused with; it fits one line of a report."""
    with pytest.raises(PredictionsError) as caught:
        read_predictions(data, dataset)
    text = str(caught.value)
    assert text.isascii()
    assert text.isprintable()
    assert len(text) < 300
    return caught.value


def test_what_is_written_reads_back():
    handed = read_predictions(TEXT.encode(), "mnist")
    assert handed.dataset == "mnist"
    assert handed.on_leaderboard
    np.testing.assert_array_equal(handed.labels, LABELS)


def test_the_first_line_says_format_data_set_and_count():
    assert LINES[0] == "convnets-predictions-1,mnist,10000"
    assert len(TEXT) == 20_035


def test_a_student_can_stay_off_the_leaderboard():
    text = predictions_text(Handed("mnist", LABELS, on_leaderboard=False))
    assert text.startswith("convnets-predictions-1,mnist,10000,no-leaderboard\n")
    assert not read_predictions(text.encode(), "mnist").on_leaderboard


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.replace("\n", " \t\n").encode(),
        TEXT.rstrip("\n").encode(),
        TEXT.encode() + b"\r\n \n\n",
    ],
    ids=["mark", "windows", "old mac", "blanks", "no last end", "empty lines"],
)
def test_what_an_editor_does_to_a_text_is_no_matter(data):
    np.testing.assert_array_equal(read_predictions(data, "mnist").labels, LABELS)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\n\n", "is empty"),
        (TEXT.encode("utf-16"), "not UTF-8"),
        (b"\xff" * 100, "not UTF-8"),
        (b"\x80\x04K\x01.", "not UTF-8"),  # a pickle
        (b"\x00" * 20_000, "first line must be like"),
        (b"PK\x03\x04", "first line must be like"),
        ("\n".join(LINES[1:]).encode(), "first line must be like"),
        (b"5" * 1_000_000, "1,000,000 bytes"),
        (b"\n" * (LARGEST + 1), "bytes"),
        (changed(1, "convnets-predictions-2,mnist,10000"), "first line must be"),
        (changed(1, "convnets-predictions-1,mnist,10000,yes"), "first line must be"),
        (changed(1, "convnets-predictions-1,mnist,1" + "0" * 200_000), "characters"),
        (changed(1, "convnets-predictions-1,mnist,-1"), "first line must be"),
        (changed(1, "convnets-predictions-1,mnist,٩"), "first line must be"),
        (changed(1, "convnets-predictions-1,mnist,9999"), "promises 9,999"),
        (changed(7, "10"), r"Line 7 must hold one class, 0 to 9, but it is '10'"),
        (changed(7, "-1"), "Line 7"),
        (changed(7, ""), "Line 7"),
        (changed(7, "1e0"), "Line 7"),
        (changed(7, "3,5"), "Line 7"),
        (changed(7, "٣"), "Line 7"),  # a digit, though not one of ours
        (changed(7, "²"), "Line 7"),
        (changed(7, "\x00"), "Line 7"),
        (changed(7, "=cmd()"), "Line 7"),
        (changed(7, "\u202e\x1b[31m"), "Line 7"),
        (changed(7, "9" * 200_000), r"\(200,000 characters\)"),
        (changed(7, "1\x0b2"), "Line 7"),
        (changed(7, "1\u20282"), "Line 7"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(data, words):
    assert re.search(words, str(refused(data)))


@pytest.mark.parametrize(
    ("count", "name"),
    [
        (60_000, "predictions of the training set"),
        (100_000, "logits in place of classes"),
        (9_984, "last batch dropped"),
        (5_000, ""),
        (10_001, ""),
        (0, ""),
    ],
)
def test_a_wrong_number_of_predictions_is_explained(count, name):
    text = predictions_text(Handed("mnist", np.zeros(count, dtype=int)))
    error = refused(text.encode())
    assert f"there are {count:,}" in str(error)
    assert error.name == name


def test_predictions_of_another_data_set_are_told_by_the_first_line():
    error = refused(TEXT.encode(), "cifar10")
    assert error.name == "predictions of another data set"
    assert "holds predictions for MNIST" in str(error)
    strange = refused(changed(1, "convnets-predictions-1,imagenet,10000"))
    assert "'imagenet'" in str(strange)


@pytest.mark.parametrize("line", ["0.0", "-1.25", "0.1,0.9", "1.0e-3; 2.5"])
def test_logits_are_told_by_their_points(line):
    assert refused(changed(2, line)).name == "logits in place of classes"
