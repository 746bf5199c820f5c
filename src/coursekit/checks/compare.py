"""Decide whether an outcome is the expected one, and say what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from coursekit.checks.codec import AnyArray
from coursekit.checks.outcome import Outcome

LONGEST_TEXT = 40  # of a text that is told in a sentence
MOST_NAMES = 30  # of a dictionary, in a sentence; a student's may hold thousands


@dataclass(frozen=True)
class Tolerance:
    """Largest error allowed: `rtol` times the largest expected magnitude, or `atol`."""

    rtol: float = 1e-5
    atol: float = 1e-6


@dataclass(frozen=True)
class Difference:
    """Why an outcome is not the expected one.

    Parameters
    ----------
    reason : str
        Anchor on the page "I see this message, what now?".
    sentence : str
        What the student reads.
    """

    reason: str
    sentence: str


def difference(
    expected: Outcome, got: Outcome, tolerance: Tolerance
) -> Difference | None:
    """Return what differs, or None if the outcome is the expected one."""
    if expected.kind == "error":
        return _error_difference(expected, got)
    if got.kind != expected.kind:
        return _kind_difference(got)
    if got.kind != "value":
        return None
    if set(got.changed) != set(expected.changed):
        names = ", ".join(got.changed) or "nothing"
        return Difference(
            "changed-argument",
            f"The call changed its own arguments ({names}). Work on a copy.",
        )
    return _value_difference(expected.value, got.value, tolerance)


def _error_difference(expected: Outcome, got: Outcome) -> Difference | None:
    """Compare with an expected error: the class decides, the text does not."""
    if got.kind == "error" and got.error == expected.error:
        return None
    if got.kind == "error":
        return Difference(
            "raised-an-error",
            f"It should raise {expected.error} here, but it raised {got.error}: "
            f"{got.message}",
        )
    if got.kind == "value":
        return Difference(
            "shape-error",
            f"It should raise {expected.error} here, but it returned a value.",
        )
    return _kind_difference(got)


def _kind_difference(got: Outcome) -> Difference:
    """Say what came instead of a value."""
    match got.kind:
        case "stub":
            return Difference("not-implemented", "Not written yet.")
        case "error":
            return Difference("raised-an-error", f"{got.error}: {got.message}")
        case "bad type":
            return Difference(
                "wrong-type",
                f"It returned {with_article(got.error)}, which a check cannot compare. "
                "Return a plain NumPy array or plain numbers, as the docstring says.",
            )
        case "timeout":
            return Difference("took-too-long", "It took too long and was stopped.")
        case "crash":
            return Difference(
                "crashed", "The Python process ended in the middle of the call."
            )
    return Difference("wrong-type", "It returned a value.")


def _value_difference(want: Any, got: Any, tolerance: Tolerance) -> Difference | None:
    """Compare two plain values: type, then shape, then finiteness, then numbers."""
    if got is want:
        return None
    if isinstance(want, np.ndarray):
        return _array_difference(want, got, tolerance)
    if isinstance(want, tuple | list):
        if type(got) is not type(want) or len(got) != len(want):
            wanted = f"a {type(want).__name__} of {len(want)}"
            return _wrong_type(wanted, _describe(got))
        return _parts_difference(want, got, tolerance)
    if isinstance(want, dict):
        return _entries_difference(want, got, tolerance)
    if isinstance(want, float) and type(got) in (int, float):
        close = np.isclose(got, want, tolerance.rtol, tolerance.atol, equal_nan=True)
        return None if close else _wrong_values(f"{want:g}", f"{got:g}")
    if type(got) is not type(want):
        wanted = "None" if want is None else _describe(want)
        return _wrong_type(wanted, _describe(got))
    return None if got == want else _wrong_values(repr(want), repr(got))


def _parts_difference(
    want: Sequence[Any], got: Sequence[Any], tolerance: Tolerance
) -> Difference | None:
    """Compare the parts of a tuple or list; numbers are shown together."""
    pairs = zip(want, got, strict=True)
    parts = (_value_difference(a, b, tolerance) for a, b in pairs)
    first = next((part for part in parts if part is not None), None)
    if first is None or any(isinstance(part, np.ndarray | dict) for part in want):
        return first
    values = first.reason == "wrong-values"
    return _wrong_values(repr(want), repr(got)) if values else first


def _entries_difference(
    want: dict[str, Any], got: Any, tolerance: Tolerance
) -> Difference | None:
    """Compare a dictionary, in whatever order, and name the entry that differs."""
    if type(got) is not dict:
        return _wrong_type("a dictionary", _describe(got))
    if got.keys() != want.keys():
        missing, more = want.keys() - got.keys(), got.keys() - want.keys()
        texts = [
            f"{what} {_some(names)}"
            for what, names in (("lacks", missing), ("should not have", more))
            if names
        ]
        return Difference("wrong-type", f"The dictionary {' and '.join(texts)}.")
    for name, value in want.items():
        why = _value_difference(value, got[name], tolerance)
        if why is not None:
            return Difference(why.reason, f"{name!r}: {why.sentence}")
    return None


def _some(names: set[Any]) -> str:
    """List names, and say how many more there are."""
    shown = sorted(map(repr, names))[:MOST_NAMES]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def _array_difference(
    want: AnyArray, got: Any, tolerance: Tolerance
) -> Difference | None:
    """Compare an array with the expected one."""
    if type(got) is not np.ndarray:
        return _wrong_type("a NumPy array", _describe(got))
    if (got.dtype.kind == "b") != (want.dtype.kind == "b"):
        return _wrong_type(f"dtype {want.dtype}", f"dtype {got.dtype}")
    if got.shape != want.shape:
        return Difference(
            "wrong-shape",
            f"The shape should be {want.shape}, but it is {got.shape}.",
        )
    finite = np.isfinite(want)
    if not np.array_equal(np.isfinite(got), finite):
        return Difference("not-finite", "The output holds NaN or infinity.")
    size = float(np.max(np.abs(want[finite]), initial=0.0))
    allowed = max(tolerance.atol, tolerance.rtol * size)
    error = np.abs(got[finite].astype(float) - want[finite].astype(float))
    if np.any(error > allowed):
        return Difference(
            "wrong-values",
            f"{np.count_nonzero(error > allowed)} of {want.size} numbers differ; "
            f"the largest error is {error.max():.3g}.",
        )
    infinite = np.array_equal(got[~finite], want[~finite], equal_nan=True)
    return None if infinite else Difference("not-finite", "NaN or infinity differ.")


def _wrong_type(want: str, got: str) -> Difference:
    """Say which type was wanted."""
    return Difference("wrong-type", f"It should return {want}, but it returned {got}.")


def _wrong_values(want: str, got: str) -> Difference:
    """Say which number was wanted."""
    return Difference("wrong-values", f"It should be {want}, but it is {got}.")


def _describe(value: Any) -> str:
    """Name a value's type for a sentence."""
    if value is None:
        return "None (is the `return` missing?)"
    if isinstance(value, np.ndarray):
        return f"a NumPy array of shape {value.shape}"
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, str) and len(value) <= LONGEST_TEXT:
        return f"the text {value!r}"
    return with_article(type(value).__name__)


def with_article(noun: str) -> str:
    """Put "a" or "an" before a noun, unless the words say it already."""
    if noun.startswith(("a ", "an ", "something ")):
        return noun
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
