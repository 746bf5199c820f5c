"""Mark handed-in predictions: the file, the share that is right, and the points."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import pairwise

import numpy as np

from coursekit.checks.compare import Difference, Tolerance
from coursekit.checks.declare import Case, Predictions
from coursekit.checks.key import Key, KeyGroup
from coursekit.checks.mark import (
    NO_PREDICTIONS,
    ExerciseResult,
    Failure,
    Finding,
    GroupResult,
    unmarked,
)
from coursekit.checks.outcome import Outcome
from coursekit.checks.prediction_mistakes import Mistake, find_mistake, one_class
from coursekit.checks.predictions_file import (
    Handed,
    PredictionsError,
    read_predictions,
)
from coursekit.checks.testsets import CLASSES, TEST_SETS, Labels
from coursekit.errors import CourseError

UNREADABLE_PREDICTIONS = "unreadable-predictions"
TOO_FEW_RIGHT = "too-few-right"
CASE = Case("test set")

Inspector = Callable[[str, Labels, Labels], tuple[str, ...]]


def predictions_key(exercise: Predictions) -> Key:
    """Write the key of handed-in predictions; it holds no label.

    Raises
    ------
    CourseError
        If the data set is not known or the scale does not rise.
    """
    if exercise.dataset not in TEST_SETS:
        known = ", ".join(TEST_SETS)
        msg = f"{exercise.id}: no data set {exercise.dataset!r}. Known: {known}."
        raise CourseError(msg)
    corners = exercise.scale
    rises = all(a < c and b <= d for (a, b), (c, d) in pairwise(corners))
    if not rises or not all(0 < a <= 1 and b >= 0 for a, b in corners):
        msg = f"{exercise.id}: `scale` must rise, up to an accuracy of 1: {corners}."
        raise CourseError(msg)
    name = f"Accuracy on the test set of {TEST_SETS[exercise.dataset].name}"
    groups = (KeyGroup(name, exercise.points, ()),)
    head = (exercise.id, exercise.title, "", ())
    return Key(*head, Tolerance(), {}, groups, predictions=exercise)


def scale_points(exercise: Predictions, right: int, total: int) -> float:
    """Return the points for a number of right predictions, down to a hundredth.

    It is worked out in fractions, so that equal counts get equal points everywhere.
    """
    accuracy = Fraction(right, total)
    corners = [(Fraction(str(a)), Fraction(str(p))) for a, p in exercise.scale]
    if accuracy < corners[0][0]:
        return 0.0
    for (low, least), (high, most) in pairwise(corners):
        if accuracy < high:
            exact = least + (accuracy - low) / (high - low) * (most - least)
            return math.floor(100 * exact) / 100
    return float(corners[-1][1])


def mark_predictions(
    key: Key,
    data: bytes | None,
    labels: Mapping[str, Labels],
    inspector: Inspector | None = None,
) -> ExerciseResult:
    """Mark a file of predictions, whatever it holds.

    Parameters
    ----------
    key : Key
        From `predictions_key`.
    data : bytes or None
        The file; None if there is none.
    labels : mapping of str to ndarray, shape (N,)
        The right classes by data set. Without those asked for, only the form of the
        file is looked at, and its points stay open.
    inspector : callable, optional
        Told the data set, the predictions and the labels, it says why an instructor
        should take a look.
    """
    asked = key.predictions
    assert asked is not None
    if data is None:
        sentence = (
            f"No file handed in: {asked.file} is missing. "
            f'`save_predictions("{asked.id.partition(".")[0]}", predicted)` writes it.'
        )
        return unmarked(key, Difference(NO_PREDICTIONS, sentence))
    try:
        handed = read_predictions(data, asked.dataset)
    except PredictionsError as err:
        why = Difference(UNREADABLE_PREDICTIONS, f"{asked.file}: {err}")
        return _result(key, 0.0, why, Mistake(err.name, err.hint))
    if asked.dataset not in labels:
        return _looked_at(key, handed)
    truth = labels[asked.dataset]
    right = int(np.count_nonzero(handed.labels == truth))
    earned = scale_points(asked, right, len(truth))
    sentence = _accuracy_sentence(asked, right, len(truth), earned)
    look = inspector(asked.dataset, handed.labels, truth) if inspector else ()
    on_board = _is_on_board(asked, handed)
    digest = hashlib.sha256(handed.labels.tobytes()).hexdigest()
    finding = Finding(sentence, right, len(truth), on_board, look, digest)
    if earned == asked.points:
        return _result(key, earned, None, None, finding)
    mistake = find_mistake(handed.labels, asked.dataset, labels)
    why = Difference(TOO_FEW_RIGHT, sentence)
    return _result(key, earned, why, mistake, finding)


def _looked_at(key: Key, handed: Handed) -> ExerciseResult:
    """Report on a file without the labels: its form and its histogram."""
    asked = key.predictions
    assert asked is not None
    counts = np.bincount(handed.labels, minlength=CLASSES)
    if counts.max() == len(handed.labels):
        mistake = one_class(int(counts.argmax()))
        why = Difference(TOO_FEW_RIGHT, "All predictions are the same.")
        return _result(key, 0.0, why, mistake)
    numbers = ", ".join(f"{label}: {count:,}" for label, count in enumerate(counts))
    sentence = (
        f"The file is as it should be: {len(handed.labels):,} predictions. How often "
        f"each class is among them: {numbers}. How many are right is found in grading; "
        f"{TEST_SETS[asked.dataset].name} is not on this machine."
    )
    finding = Finding(sentence, None, len(handed.labels), _is_on_board(asked, handed))
    return _result(key, 0.0, None, None, finding)


def _is_on_board(asked: Predictions, handed: Handed) -> bool:
    """Whether there is a leaderboard and the student wants to be on it."""
    return asked.bonus > 0 and handed.on_leaderboard


def _accuracy_sentence(
    asked: Predictions, right: int, total: int, earned: float
) -> str:
    """Say how many are right, and what it earns."""
    counted = f"{right:,} of {total:,} right: {100 * right / total:.4g} %"
    if earned == asked.points:
        return f"{counted}, full points."
    wanted = f"all of them from {100 * asked.scale[-1][0]:g} %"
    if earned == 0:
        least = f"{100 * asked.scale[0][0]:g} %"
        return f"{counted}. There are points from {least}, and {wanted}."
    return f"{counted}, {earned:g} of {asked.points:g} points; {wanted}."


def _result(
    key: Key,
    earned: float,
    why: Difference | None,
    mistake: Mistake | None,
    finding: Finding | None = None,
) -> ExerciseResult:
    """Put a result together, with a failure if anything is left to wish for."""
    (group,) = key.groups
    failure = None
    if why is not None:
        got = Outcome("value", None if finding is None else finding.right)
        name, hint = (mistake.name, mistake.hint) if mistake else ("", "")
        failure = Failure(CASE, Outcome("value"), got, why, name, hint)
    failed = int(failure is not None)
    marked = GroupResult(group.name, group.points, 1, failed, failure, earned)
    finding = finding or Finding(why.sentence if why else "")
    return ExerciseResult(key.exercise, key.title, "", (), (marked,), finding=finding)
