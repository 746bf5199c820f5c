"""What a check compares, where that is not simply what the function returns.

An observer has the function called with a case and reports an outcome in plain values.
Everything after that is as usual: outcomes are compared with the expected ones, and a
mistake is named when the outcomes are those that it gives.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.checks.compare import Difference
from coursekit.checks.declare import Case
from coursekit.checks.outcome import Outcome
from coursekit.checks.parts import one_part

Caller = Callable[[Case], Outcome]
FloatArray = npt.NDArray[np.floating[Any]]
Observer = Callable[[Caller, Case, Callable[..., Any] | None], Outcome]

TIMES = 50  # how many times as fast as loops a layer has to be
FAST = f"at least {TIMES} times as fast as loops"
FASTER = f"faster than loops, though not {TIMES} times"
SLOW = "hardly faster than loops"
HARDLY = 3  # times as fast as loops; below that, no loop has been saved
UNSTEADY = "not the same function each time that it is called"
NO_BATCH = (
    "The output is not a NumPy array of numbers of shape (N, C_out, H_out, W_out)."
)
SHARES = (  # of labels that are right, and how a student hears of it
    (0.95, "at least 95 % right"),
    (0.80, "at least 80 % right, but not 95 %"),
    (0.20, "better than guessing, but not 80 % right"),
    (0.0, "no better than guessing"),
)
NO_LAYER = "there is no conv2d of yours to try it on"
NO_LABELS = "The output is not a NumPy array of whole numbers, one for each example."
ENOUGH_CALLS = 20  # of a layer that is fast
MOST_CALLS = 100  # of one that may only seem slow, on a machine that is busy
PATIENCE = 0.3  # seconds after which a slow function is not called again
SPOTS = 64  # numbers of an output that are worked out again
# Elsewhere this clock is too coarse; students' own checks run there, and no grading.
CLOCK = time.thread_time if sys.platform == "linux" else time.perf_counter
LOOP_TURNS = 200  # windows summed at a time, to see how long a loop takes


def observe(
    name: str, caller: Caller, case: Case, helper: Callable[..., Any] | None = None
) -> Outcome:
    """Call a function with a case and report what is to be compared.

    Parameters
    ----------
    name : str
        One of `OBSERVERS`.
    caller : callable
        Calls the function and reports the outcome.
    case : Case
        The call.
    helper : callable, optional
        The right function that some observers need.
    """
    return OBSERVERS[name](caller, case, helper)


def value(
    caller: Caller, case: Case, helper: Callable[..., Any] | None = None
) -> Outcome:
    """Report what the function returns."""
    return caller(case)


def pace(
    caller: Caller, case: Case, helper: Callable[..., Any] | None = None
) -> Outcome:
    """Report what a convolutional layer returns, and how fast it is, in words.

    It is compared with a loop that cuts out, multiplies and sums one window for every
    number of the output, in this process and between the same calls. The loop's time is
    the processor's, so that threads of a student's that run on do not make it slow. No
    two calls get the same images, and every output is looked at, so that an output that
    was kept from an earlier call, or a hasty one, is of no use. Of the output, which is
    large, a weighted sum is kept.
    """
    outcome = caller(case)
    if outcome.kind != "value" or not _is_batch(outcome.value, output_shape(case)):
        return _not_a_report(outcome, NO_BATCH)
    rng = np.random.default_rng()  # not to be foreseen
    loops, layer, spent = np.inf, np.inf, 0.0
    for turn in range(1, MOST_CALLS + 1):
        loops = min(loops, _loop_seconds(case))
        again, right = _other_images(case, outcome.value, rng)
        timed = caller(again)
        if not right(timed.value):
            return replace(outcome, value=(_summed(outcome.value), UNSTEADY))
        layer, spent = min(layer, timed.seconds), spent + timed.seconds
        fast = loops >= TIMES * layer
        if spent > PATIENCE or (fast and turn >= ENOUGH_CALLS):
            break
    words = _words(loops / max(layer, 1e-9))
    return replace(outcome, value=(_summed(outcome.value), words))


def telling(
    caller: Caller, case: Case, helper: Callable[..., Any] | None = None
) -> Outcome:
    """Report whether an input shows the bug that the case is named after.

    A student's conv2d, which is the helper in the visible check, may be unfinished.
    """
    from coursekit.checks.telling import read_bug

    outcome = caller(case)
    if outcome.kind != "value" or helper is None:
        return _not_a_report(outcome, NO_LAYER)
    return replace(outcome, value=read_bug(outcome.value, case.note, helper))


def accuracy(
    caller: Caller, case: Case, helper: Callable[..., Any] | None = None
) -> Outcome:
    """Report in words how many of the predicted labels are right.

    The right labels are the case's truth, which the function is not told.
    """
    outcome = caller(case)
    labels, predicted = np.asarray(case.truth), outcome.value
    if outcome.kind != "value" or not isinstance(predicted, np.ndarray):
        return _not_a_report(outcome, NO_LABELS)
    if predicted.shape != labels.shape or predicted.dtype.kind not in "iu":
        return outcome
    share = float(np.mean(predicted == labels))
    return replace(
        outcome, value=next(words for least, words in SHARES if share >= least)
    )


def _not_a_report(outcome: Outcome, words: str) -> Outcome:
    """Leave what a function returned as it is, unless it looks like a report of ours.

    A function that returned the very words which an observer has for a right one, or a
    tuple that holds them, would be taken for right.
    """
    if outcome.kind != "value" or type(outcome.value) not in (str, tuple):
        return outcome
    return replace(outcome, value=words)


OBSERVERS: dict[str, Observer] = {
    "one part": one_part,
    "value": value,
    "pace": pace,
    "telling": telling,
    "accuracy": accuracy,
}


def explained(name: str, got: Outcome, why: Difference) -> Difference:
    """Put a difference into the words of what an observer looks at.

    Parameters
    ----------
    name : str
        The observer.
    got : Outcome
        What it saw.
    why : Difference
        What differs from the expected outcome.
    """
    if name == "pace" and got.kind == "value" and type(got.value) is not tuple:
        return Difference("wrong-shape", NO_BATCH)
    if name == "one part" and got.kind == "value" and type(got.value) is str:
        return Difference("wrong-type", got.value)
    is_told = type(got.value) is str and got.value != NO_LABELS
    if name == "accuracy" and got.kind == "value" and not is_told:
        return Difference("wrong-type", NO_LABELS)
    if got.kind != "value" or why.reason != "wrong-values":
        return why
    if name == "accuracy":
        sentence = f"It should be {SHARES[0][1]}, but it is {got.value}."
        return Difference("not-accurate", sentence)
    if name == "telling":
        return Difference("does-not-show", f"The bug does not show: {got.value}.")
    if name == "pace" and why.sentence.startswith(f"It should be {FAST!r}"):
        right = "" if got.value[1] == UNSTEADY else "right, and "
        sentence = f"It is {right}{got.value[1]}. It should be {FAST}."
        return Difference("too-slow", sentence)
    return why


def _is_batch(output: Any, shape: tuple[int, ...]) -> bool:
    """Whether an output is a batch of feature maps of numbers, in the right shape."""
    is_array = isinstance(output, np.ndarray) and output.shape == shape
    return is_array and output.dtype.kind in "biuf"


def _summed(output: FloatArray) -> FloatArray:
    """Add up the images of a batch, each with a weight of its own."""
    return np.tensordot(np.arange(1.0, len(output) + 1), output, axes=1)


def _other_images(
    case: Case, output: FloatArray, rng: np.random.Generator
) -> tuple[Case, Callable[[Any], bool]]:
    """Make new images for a case, and a test of what a layer makes of them.

    A right layer gets the pixels in another order, which says nothing about the output,
    and is tested at places that are drawn. Another one gets images that are mixed, and,
    having no bias, has to mix its outputs alike.
    """
    x, *others = case.args
    if _right_somewhere(case, output, rng):
        fresh = replace(
            case, args=(rng.permutation(x.ravel()).reshape(x.shape), *others)
        )
        return fresh, lambda got: _right_somewhere(fresh, got, rng)
    mix = rng.integers(-3, 4, size=(len(x), len(x))) + 7.0 * np.eye(len(x))
    wanted = np.tensordot(mix, output, axes=1)
    mixed = replace(case, args=(np.tensordot(mix, x, axes=1), *others))
    return mixed, lambda got: _is_close(got, wanted)


def _right_somewhere(case: Case, output: Any, rng: np.random.Generator) -> bool:
    """Whether some numbers of an output, drawn at random, are right.

    Each is the sum over one window; a layer that leaves out a tenth of its output
    passes for right once in 1000 calls.
    """
    x, weight = case.args[0], case.args[1]
    shape = output_shape(case)
    if not _is_batch(output, shape):
        return False
    stride, p = case.kwargs.get("stride", 1), case.kwargs.get("padding", 0)
    framed = np.pad(x, [(0, 0)] * 2 + [(p, p)] * 2)
    n, c, i, j = (rng.integers(size, size=SPOTS) for size in shape)
    windows = [
        framed[image, :, row : row + weight.shape[2], column : column + weight.shape[3]]
        for image, row, column in zip(n, i * stride, j * stride, strict=True)
    ]
    wanted = np.sum(weight[c] * np.array(windows), axis=(1, 2, 3))
    return _is_near(output[n, c, i, j], wanted)


def _is_close(output: Any, wanted: FloatArray) -> bool:
    """Whether an output is as wanted."""
    return _is_batch(output, wanted.shape) and _is_near(output, wanted)


def _is_near(output: FloatArray, wanted: FloatArray) -> bool:
    """Whether numbers are as wanted, with room for single precision."""
    allowed = 1e-4 * float(np.max(np.abs(wanted), initial=1.0))
    return bool(np.all(np.abs(output - wanted) <= allowed))


def output_shape(case: Case) -> tuple[int, int, int, int]:
    """Return the shape of the output of a layer, from the case it is called with."""
    x, weight = case.args[0], case.args[1]
    stride, padding = case.kwargs.get("stride", 1), case.kwargs.get("padding", 0)
    height, width = (
        (size + 2 * padding - kernel) // stride + 1
        for size, kernel in zip(x.shape[2:], weight.shape[2:], strict=True)
    )
    return x.shape[0], weight.shape[0], height, width


def _words(ratio: float) -> str:
    """Say how fast a layer is, given how many times as fast as loops."""
    if ratio >= TIMES:
        return FAST
    return FASTER if ratio >= HARDLY else SLOW


def _loop_seconds(case: Case) -> float:
    """Return how long a loop takes over all numbers of a layer's output."""
    x, weight = case.args[0], case.args[1]
    taps, numbers = weight.shape[2:], math.prod(output_shape(case))
    sums, kernel = np.zeros(LOOP_TURNS), weight[0]

    def turns() -> None:
        for turn in range(LOOP_TURNS):
            at = turn % 7
            sums[turn] = np.sum(x[0, :, at : at + taps[0], at : at + taps[1]] * kernel)

    return _seconds(turns) * numbers / LOOP_TURNS


def _seconds(function: Callable[[], object]) -> float:
    """Return how much of the processor's time a call takes, where that is measured."""
    begin = CLOCK()
    function()
    return CLOCK() - begin
