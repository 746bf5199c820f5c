"""What a check looks at beside a returned value: speed, and whether a bug shows."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from coursekit.checks import observers
from coursekit.checks.build import build_key
from coursekit.checks.compare import Difference
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from coursekit.checks.key import key_from_json, key_to_json
from coursekit.checks.mark import mark
from coursekit.checks.outcome import Outcome, call
from coursekit.checks.render import to_text

OUTPUT = np.ones((4, 25, 16, 16))
LAYER = case(
    "a layer", np.ones((4, 3, 31, 31)), np.ones((25, 3, 3, 3)), stride=2, padding=1
)


@pytest.fixture
def clock(monkeypatch):
    """Say how long the loops take, and give a layer that takes as long as is said."""
    calls = []

    def set_times(loops, layer, steady=True):
        monkeypatch.setattr(observers, "_loop_seconds", lambda case: loops)

        def caller(case):
            calls.append(case)
            sums = case.args[0].sum(axis=(1, 2, 3)) / (3 * 31 * 31)
            output = OUTPUT * (sums if steady else 1.0 + 0 * sums)[:, None, None, None]
            return Outcome("value", output, seconds=layer)

        return caller, calls

    return set_times


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (51, "at least 50 times as fast as loops"),
        (50, "at least 50 times as fast as loops"),
        (49, "faster than loops, though not 50 times"),
        (3, "faster than loops, though not 50 times"),
        (2, "hardly faster than loops"),
        (0.5, "hardly faster than loops"),
    ],
)
def test_speed_is_told_in_words(clock, times, words):
    caller, _ = clock(loops=1.0, layer=1.0 / times)
    outcome = observers.observe("pace", caller, LAYER)
    assert outcome.value[1] == words
    np.testing.assert_allclose(outcome.value[0], np.full((25, 16, 16), 10.0))


def test_images_of_a_batch_cannot_change_places_unseen():
    output = np.arange(OUTPUT.size, dtype=float).reshape(OUTPUT.shape)
    assert not np.allclose(observers._summed(output), observers._summed(output[::-1]))


def test_a_fast_layer_is_timed_several_times_and_a_slow_one_not(clock):
    caller, calls = clock(loops=1.0, layer=1e-3)
    observers.observe("pace", caller, LAYER)
    assert len(calls) == 1 + observers.ENOUGH_CALLS
    calls.clear()
    caller, calls = clock(loops=1.0, layer=1.0)
    observers.observe("pace", caller, LAYER)
    assert len(calls) == 2


def test_no_two_calls_get_the_same_images(clock):
    caller, calls = clock(loops=1.0, layer=1e-3)
    varied = replace(
        LAYER, args=(np.arange(11532.0).reshape(4, 3, 31, 31), *LAYER.args[1:])
    )
    observers.observe("pace", caller, varied)
    seen = {case.args[0].tobytes() for case in calls}
    assert len(seen) > 1 + observers.ENOUGH_CALLS / 2


def test_a_layer_that_only_seems_slow_is_timed_more_often(clock):
    caller, calls = clock(loops=49.0e-3, layer=1e-3)
    observers.observe("pace", caller, LAYER)
    assert len(calls) == 1 + observers.MOST_CALLS


def test_an_output_kept_from_an_earlier_call_is_noticed(clock):
    caller, _ = clock(loops=1.0, layer=1e-6, steady=False)
    outcome = observers.observe("pace", caller, LAYER)
    assert outcome.value[1] == observers.UNSTEADY
    got = observers.explained(
        "pace",
        outcome,
        Difference("wrong-values", f"It should be {observers.FAST!r}, x"),
    )
    assert got.sentence.startswith("It is not the same function each time")


@pytest.mark.parametrize("kind", ["stub", "error", "timeout", "crash"])
def test_what_returns_nothing_is_not_timed(kind):
    outcome = Outcome(kind)
    assert observers.observe("pace", lambda case: outcome, LAYER) is outcome


def test_the_loop_that_is_compared_with_sums_one_window_for_each_output(monkeypatch):
    def seconds(function):
        function()
        return 1.0

    monkeypatch.setattr(observers, "_seconds", seconds)
    turns = observers._loop_seconds(LAYER) * observers.LOOP_TURNS
    assert turns == OUTPUT.size == np.prod(observers.output_shape(LAYER))


def layer(x, weight):
    return x * weight


layer.__module__ = "convnets.tiny"


def wrong(x, weight):
    return x + weight


def drawn(rng):
    return [case("some", rng.normal(size=3), np.full(3, 3.0))]


@pytest.fixture
def slow_key(monkeypatch):
    """Build the key of an exercise in which one mistake is to be slow."""

    def pace(caller, case, helper=None):
        outcome = caller(case)
        return replace(outcome, value=(outcome.value, observers.FAST))

    monkeypatch.setitem(observers.OBSERVERS, "pace", pace)
    exercise = Exercise(
        "tiny.speed",
        "Speed",
        layer,
        [Group("Fast", 2, drawn)],
        [Misconception("a sum", "Multiply.", wrong)],
        observer="pace",
    )
    return build_key(exercise, 0)


def test_a_right_and_slow_function_hears_that_it_is_right(slow_key, monkeypatch):
    def slow(caller, case, helper=None):
        outcome = caller(case)
        return replace(outcome, value=(outcome.value, observers.SLOW))

    monkeypatch.setitem(observers.OBSERVERS, "pace", slow)
    result = mark(slow_key, lambda case: call(layer, case))
    assert result.earned == 0
    text = " ".join(to_text(result).split())
    assert "It is right, and hardly faster than loops." in text
    assert "expected an array of shape (3,); at least 50 times as fast" in text


def test_a_wrong_and_fast_function_hears_which_mistake_it_is(slow_key):
    result = mark(slow_key, lambda case: call(wrong, case))
    assert result.misconceptions == ["a sum"]
    assert "3 of 3 numbers differ" in to_text(result)


def test_a_bug_that_does_not_show_is_explained():
    got = Outcome("value", "the kernel is symmetric")
    why = Difference("wrong-values", "It should be 'shows', but it is something else.")
    found = observers.explained("telling", got, why)
    assert found.reason == "does-not-show"
    assert found.sentence == "The bug does not show: the kernel is symmetric."


def test_a_bug_is_looked_for_with_the_helper_that_is_given():
    x, weight = np.arange(12.0).reshape(1, 1, 3, 4), np.array([[[[1.0, 2.0]]]])
    seen = []

    def conv2d(x, weight, **options):
        seen.append(x.shape)
        return np.zeros((1, 1, 1, 1))

    def caller(case):
        return Outcome("value", {case.note: {"x": x, "weight": weight}})

    outcome = observers.observe("telling", caller, case("flipped kernel"), conv2d)
    assert outcome.kind == "value"
    assert isinstance(outcome.value, str)
    assert outcome.value != "shows"
    assert seen[0] == x.shape


@pytest.mark.parametrize(
    ("right", "words"),
    [
        (20, "at least 95 % right"),
        (19, "at least 95 % right"),
        (18, "at least 80 % right, but not 95 %"),
        (15, "better than guessing, but not 80 % right"),
        (2, "no better than guessing"),
    ],
)
def test_accuracy_is_told_in_words(right, words):
    labels = np.arange(20) % 10
    predicted = labels + (np.arange(20) >= right)
    asked = Case("twenty digits", (3,), truth=labels)
    outcome = observers.observe(
        "accuracy", lambda case: Outcome("value", predicted), asked
    )
    assert outcome.value == words


@pytest.mark.parametrize("predicted", [np.zeros(19, int), np.zeros(20), None, 3])
def test_what_is_no_list_of_labels_is_left_to_the_comparison(predicted):
    asked = Case("twenty digits", truth=np.arange(20) % 10)
    given = Outcome("value", predicted)
    assert observers.observe("accuracy", lambda case: given, asked) is given


def test_labels_to_compare_with_are_kept_in_a_key_and_not_passed_on():
    def predict(images):
        return images.astype(int)

    predict.__module__ = "convnets.tiny"
    truth = np.arange(20) % 10
    exercise = Exercise(
        "tiny.accuracy",
        "Accuracy",
        predict,
        [Group("Digits", 1, lambda rng: [Case("all", (truth + 0.2,), truth=truth)])],
        [Misconception("shifted", "By one.", lambda images: predict(images) + 1)],
        observer="accuracy",
    )
    key = key_from_json(json.loads(json.dumps(key_to_json(build_key(exercise, 0)))))
    assert mark(key, lambda case: call(predict, case)).earned == 1
    result = mark(key, lambda case: call(lambda images: 1 + predict(images), case))
    assert result.misconceptions == ["shifted"]
    assert "no better than guessing" in to_text(result)
