"""Predictions are compared with the labels, and what went wrong is named."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from coursekit.checks.build import build_key, key_faults
from coursekit.checks.declare import Predictions
from coursekit.checks.key import key_from_json, key_to_json
from coursekit.checks.overview import state
from coursekit.checks.predictions import mark_predictions, scale_points
from coursekit.checks.predictions_file import Handed, predictions_text
from coursekit.checks.record import result_from_json, result_to_json
from coursekit.checks.render import to_html, to_text
from coursekit.checks.testsets import TEST_SETS, all_labels, labels_text, read_labels
from coursekit.errors import CourseError

FOLDER = Path(__file__).resolve().parents[2] / "solutions" / "labels"
LABELS = all_labels(FOLDER)
TRUTH = LABELS["mnist"].astype(int)
DIGITS = Predictions("ps7.predictions", "Digits", "mnist", ((0.90, 1), (0.98, 4)))
IMAGES = Predictions("ps8.predictions", "Images", "cifar10", ((0.80, 0), (0.93, 6)), 2)
KEY = build_key(DIGITS, seed=1)


def spoilt(count, labels=TRUTH):
    """Return labels of which so many are wrong."""
    rng = np.random.default_rng(count)
    places = rng.choice(len(labels), count, replace=False)
    predicted = labels.copy()
    predicted[places] = (predicted[places] + rng.integers(1, 10, count)) % 10
    return predicted


def marked(predicted, labels=LABELS, key=KEY):
    text = predictions_text(Handed(key.predictions.dataset, predicted))
    return mark_predictions(key, text.encode(), labels)


@pytest.mark.parametrize(
    ("asked", "right", "points"),
    [
        (DIGITS, 8999, 0),
        (DIGITS, 9000, 1),
        (DIGITS, 9500, 2.87),  # 2.875
        (DIGITS, 9799, 3.99),
        (DIGITS, 9800, 4),
        (DIGITS, 10_000, 4),
        (IMAGES, 7999, 0),
        (IMAGES, 8000, 0),
        (IMAGES, 8650, 3),
        (IMAGES, 9299, 5.99),
        (IMAGES, 9300, 6),
        (IMAGES, 0, 0),
    ],
)
def test_points_lie_on_the_line_and_are_rounded_down(asked, right, points):
    assert scale_points(asked, right, 10_000) == points


def test_points_never_fall_when_more_is_right():
    points = [scale_points(IMAGES, right, 10_000) for right in range(10_001)]
    assert points == sorted(points)


def test_the_result_says_how_many_are_right():
    result = marked(spoilt(129))
    assert (result.earned, state(result)) == (4, "ok")
    sentence = "9,871 of 10,000 right: 98.71 %, full points."
    assert result.finding.sentence == sentence
    assert sentence in to_text(result)
    assert sentence in to_html(result)


def test_a_part_of_the_points_is_called_so():
    result = marked(spoilt(500))
    assert (result.earned, state(result)) == (2.87, "part")
    assert "95 %, 2.87 of 4 points; all of them from 98 %." in to_text(result)
    assert result.misconceptions == []


def test_too_few_earn_nothing_without_a_guess_why():
    result = marked(spoilt(4000))
    assert (result.earned, state(result)) == (0, "FAIL")
    assert "There are points from 90 %" in to_text(result)
    assert result.misconceptions == []


MISTAKES = {
    "test set shuffled": lambda p: np.random.default_rng(0).permutation(p),
    "classes off by one": lambda p: (p + 1) % 10,
    "one image off": lambda p: np.roll(p, 1),
    "in reverse order": lambda p: p[::-1],
    "classes in another order": lambda p: np.array([3, 0, 7, 1, 9, 2, 8, 4, 6, 5])[p],
    "all one class": lambda p: 0 * p + 7,
    "predictions of another data set": lambda p: spoilt(
        900, LABELS["cifar10"].astype(int)
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
@pytest.mark.parametrize("wrong", [100, 1500])
def test_a_likely_mistake_is_named(name, wrong):
    result = marked(MISTAKES[name](spoilt(wrong)))
    assert result.earned == 0
    assert result.misconceptions == [name]
    assert f"Likely mistake: {name}." in " ".join(to_text(result).split())


def test_below_counts_as_off_by_one_too():
    result = marked((spoilt(100) - 1) % 10)
    assert result.misconceptions == ["classes off by one"]
    assert "one below" in to_text(result)


def test_a_broken_file_earns_nothing_and_says_why():
    result = mark_predictions(KEY, b"\x00\xff", LABELS)
    assert (result.earned, result.points, state(result)) == (0, 4, "FAIL")
    assert "ps7-predictions.csv: The file is not UTF-8 text." in to_text(result)


def test_a_mistake_in_the_file_itself_is_named():
    result = marked(np.zeros(60_000, dtype=int))
    assert result.misconceptions == ["predictions of the training set"]


def test_no_file_earns_nothing_and_says_how_to_write_it():
    result = mark_predictions(KEY, None, LABELS)
    assert (result.earned, result.points, state(result)) == (0, 4, "to do")
    text = " ".join(to_text(result).split())
    assert "No file handed in: ps7-predictions.csv is missing." in text
    assert 'save_predictions("ps7", predicted)' in text


def test_without_labels_the_form_is_checked_and_the_points_are_open():
    result = marked(spoilt(129), labels={})
    assert (result.earned, state(result)) == (0, "open")
    text = " ".join(to_text(result).split())
    assert "10,000 predictions" in text
    assert "MNIST is not on this machine" in text
    assert "open" in to_html(result)


def test_without_labels_a_single_class_is_noticed():
    result = marked(0 * TRUTH + 3, labels={})
    assert state(result) == "FAIL"
    assert result.misconceptions == ["all one class"]


@pytest.mark.parametrize(
    "predicted", [spoilt(10), spoilt(500), spoilt(4000), 0 * TRUTH]
)
@pytest.mark.parametrize("labels", [LABELS, {}], ids=["labels", "none"])
def test_a_result_reads_back(predicted, labels):
    result = marked(predicted, labels)
    assert result_from_json(json.loads(json.dumps(result_to_json(result)))) == result


def test_a_key_reads_back_and_holds_no_label():
    written = json.dumps(key_to_json(build_key(IMAGES, seed=3)))
    key = key_from_json(json.loads(written))
    assert (key.predictions, key.points, key.is_numeric) == (IMAGES, 6, False)
    assert key_faults(key) == []
    assert len(written) < 500


@pytest.mark.parametrize(
    ("dataset", "scale", "words"),
    [
        ("imagenet", ((0.5, 1),), "no data set 'imagenet'"),
        ("mnist", ((0.9, 4), (0.8, 2)), "must rise"),
        ("mnist", ((0.9, 4), (0.98, 2)), "must rise"),
        ("mnist", ((98, 4),), "must rise"),
    ],
)
def test_a_declaration_that_cannot_be_meant_is_refused(dataset, scale, words):
    with pytest.raises(CourseError, match=words):
        build_key(Predictions("ps7.predictions", "Digits", dataset, scale), 0)


@pytest.mark.parametrize("name", TEST_SETS)
def test_the_labels_are_those_of_the_test_set(name):
    counts = np.bincount(LABELS[name]).tolist()
    mnist = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert counts == {"mnist": mnist, "cifar10": [1000] * 10}[name]
    beginning = {"mnist": [7, 2, 1, 0, 4, 1], "cifar10": [3, 8, 8, 0, 6, 6]}
    assert LABELS[name][:6].tolist() == beginning[name]


def test_the_labels_have_the_checksums_of_torchvisions():
    # Of the digits, one a label, as `tools/write_labels.py` read them from torchvision.
    digests = {
        "mnist": "9f576456de207ae72c544a30dacce5b3a9a1d151b1389551184edb5d675d70f3",
        "cifar10": "12e65c4ddccee953ba04bd9949e8a84cdd443c97af5cb58ba117961ab7e5e51d",
    }
    for name, digest in digests.items():
        digits = "".join(map(str, LABELS[name].tolist()))
        assert hashlib.sha256(digits.encode()).hexdigest() == digest


@pytest.mark.parametrize("change", ["digit", "head", "cut", "gone", "name"])
def test_damaged_labels_are_refused(tmp_path, change):
    text = labels_text("mnist", TRUTH)
    head, first, *rest = text.split("\n")
    texts = {
        "digit": "\n".join([head, "0" + first[1:], *rest]),
        "head": "\n".join([head.replace("1", "2", 1), first, *rest]),
        "cut": "\n".join([head, first]),
        "name": text.replace("mnist", "cifar10"),
    }
    path = tmp_path / "mnist.txt"
    if change in texts:
        path.write_text(texts[change])
    with pytest.raises(CourseError, match=r"damaged|There are no labels"):
        read_labels(path)
