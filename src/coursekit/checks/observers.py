"""What a check compares, where that is not simply what the function returns.

An observer has the function called with a case and reports an outcome in plain values.
Everything after that is as usual: outcomes are compared with the expected ones, and a
mistake is named when the outcomes are those that it gives.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.checks.compare import Difference
from coursekit.checks.declare import Case
from coursekit.checks.outcome import Outcome

Caller = Callable[[Case], Outcome]
FloatArray = npt.NDArray[np.floating[Any]]
Observer = Callable[[Caller, Case, Callable[..., Any] | None], Outcome]

TIMES = 50  # how many times as fast as loops a layer has to be
FAST = f"at least {TIMES} times as fast as loops"
FASTER = f"faster than loops, though not {TIMES} times"
SLOW = "hardly faster than loops"
HARDLY = 3  # times as fast as loops; below that, no loop has been saved
UNSTEADY = "not the same function each time that it is called"
SHARES = (  # of labels that are right, and how a student hears of it
    (0.95, "at least 95 % right"),
    (0.80, "at least 80 % right, but not 95 %"),
    (0.20, "better than guessing, but not 80 % right"),
    (0.0, "no better than guessing"),
)
MOST_CALLS = 20
PATIENCE = 0.3  # seconds after which a slow function is not called again
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
    number of the output, in this process and between the same calls, so that whatever
    else the machine is doing slows down both. No two calls get the same images, and
    every output is looked at, so that an output that was kept from an earlier call, or
    a hasty one, is of no use. Of the output, which is large, a weighted sum is kept.
    """
    outcome = caller(case)
    if outcome.kind != "value" or not _is_batch(outcome.value):
        return outcome
    rng = np.random.default_rng()  # not to be foreseen
    loops, layer, spent = np.inf, np.inf, 0.0
    for _ in range(MOST_CALLS):
        loops = min(loops, _loop_seconds(case))
        again, wanted = _other_images(case, outcome.value, rng)
        timed = caller(again)
        if not _is_close(timed.value, wanted):
            return replace(outcome, value=(_summed(outcome.value), UNSTEADY))
        layer, spent = min(layer, timed.seconds), spent + timed.seconds
        if spent > PATIENCE:
            break
    words = _words(loops / max(layer, 1e-9))
    return replace(outcome, value=(_summed(outcome.value), words))


def telling(
    caller: Caller, case: Case, helper: Callable[..., Any] | None = None
) -> Outcome:
    """Report whether an input shows the bug that the case is named after.

    A student's conv2d, which is the helper in the visible check, may be unfinished.
    """
    from coursekit.checks.telling import read_telling

    outcome = caller(case)
    if outcome.kind != "value" or helper is None:
        return outcome
    return replace(outcome, value=read_telling(outcome.value, helper)[case.note])


def accuracy(
    caller: Caller, case: Case, helper: Callable[..., Any] | None = None
) -> Outcome:
    """Report in words how many of the predicted labels are right.

    The right labels are the case's truth, which the function is not told.
    """
    outcome = caller(case)
    labels, predicted = np.asarray(case.truth), outcome.value
    if outcome.kind != "value" or not isinstance(predicted, np.ndarray):
        return outcome
    if predicted.shape != labels.shape or predicted.dtype.kind not in "iu":
        return outcome
    share = float(np.mean(predicted == labels))
    return replace(
        outcome, value=next(words for least, words in SHARES if share >= least)
    )


OBSERVERS: dict[str, Observer] = {
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


def _is_batch(output: Any) -> bool:
    """Whether an output is a batch of feature maps of numbers."""
    is_array = isinstance(output, np.ndarray) and output.ndim == 4
    return is_array and output.dtype.kind in "biuf"


def _summed(output: FloatArray) -> FloatArray:
    """Add up the images of a batch, each with a weight of its own."""
    return np.tensordot(np.arange(1.0, len(output) + 1), output, axes=1)


def _other_images(
    case: Case, output: FloatArray, rng: np.random.Generator
) -> tuple[Case, FloatArray]:
    """Mix the images of a case; a layer without a bias has to mix its outputs alike."""
    x, *others = case.args
    mix = rng.integers(-3, 4, size=(len(x), len(x))) + 7.0 * np.eye(len(x))
    mixed = np.tensordot(mix, x, axes=1)
    return replace(case, args=(mixed, *others)), np.tensordot(mix, output, axes=1)


def _is_close(output: Any, wanted: FloatArray) -> bool:
    """Whether an output is as wanted, with room for single precision."""
    if not _is_batch(output) or output.shape != wanted.shape:
        return False
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
    """Return how long a call takes."""
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin
