"""What happened when a function was called."""

from __future__ import annotations

import copy
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from coursekit.checks.codec import CodecError, plain
from coursekit.checks.declare import Case
from coursekit.checks.drivers import drive

KINDS = ("value", "error", "stub", "bad type", "timeout", "crash")
MESSAGE_LIMIT = 400  # characters of a student's error message that we repeat


@dataclass(frozen=True)
class Outcome:
    """The result of one call, in plain values.

    Parameters
    ----------
    kind : str
        One of ``KINDS``. "stub" is a NotImplementedError of the file's own, and not
        one of PyTorch's; "bad type" a value that
        cannot be carried; "timeout" and "crash" are seen from outside only.
    value : object
        What was returned, if `kind` is "value".
    error : str
        Class of the error raised, or the type of a bad value.
    message : str
        The error's text and the line it came from.
    changed : tuple of str
        Positions or names of arguments that the call changed.
    seconds : float
        How long the call took, as whoever called it has measured; it is never part of
        a comparison or of a message.
    """

    kind: str
    value: Any = None
    error: str = ""
    message: str = ""
    changed: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False, repr=False)

    def to_plain(self) -> dict[str, Any]:
        """Return the fields that are not empty, as a dictionary of plain values."""
        tree: dict[str, Any] = {"kind": self.kind}
        if self.kind == "value":
            tree["value"] = self.value
        for name in ("error", "message", "changed"):
            if getattr(self, name):
                tree[name] = getattr(self, name)
        return tree

    @classmethod
    def from_plain(cls, tree: dict[str, Any]) -> Outcome:
        """Undo `to_plain`, refusing anything it would not write."""
        known = {"kind", "value", "error", "message", "changed"}
        if type(tree) is not dict:
            msg = "A message does not describe the outcome of a call."
            raise CodecError(msg)
        texts = [tree.get(name, "") for name in ("kind", "error", "message")]
        changed = tree.get("changed", ())
        if (
            set(tree) - known
            or any(type(text) is not str for text in texts)
            or tree.get("kind") not in KINDS
            or type(changed) is not tuple
            or any(type(name) is not str for name in changed)
        ):
            msg = "A message does not describe the outcome of a call."
            raise CodecError(msg)
        kind, error, message = texts
        names = tuple(printable(name, 40) for name in changed[:20])
        value = plain(tree.get("value"))
        return cls(kind, value, printable(error, 100), printable(message), names)


def call(function: Callable[..., Any], case: Case, prepare: str = "") -> Outcome:
    """Call a function and report what happened, whatever it was.

    The function gets copies, so that a case can be used again. Only an interrupt from
    the keyboard is passed on.

    Parameters
    ----------
    function : callable
        The student's, or one of ours.
    case : Case
        The arguments.
    prepare : str, default ""
        How it is called with plain values: a name in `drivers.DRIVERS` or in
        `networks.PREPARE`.
    """
    args, kwargs = copy.deepcopy((case.args, case.kwargs))
    begin = time.perf_counter()
    try:
        value = drive(prepare, function, args, kwargs)
    except KeyboardInterrupt:
        raise
    except NotImplementedError as err:
        if not _is_from_a_library(err):
            return Outcome("stub", message=error_text(err))
        return Outcome("error", error=error_name(err), message=error_text(err))
    except BaseException as err:
        return Outcome("error", error=error_name(err), message=error_text(err))
    seconds = time.perf_counter() - begin
    try:
        value = plain(value)
    except CodecError as err:
        return Outcome("bad type", error=printable(str(err), 100))
    before = [*enumerate(case.args), *case.kwargs.items()]
    after = [*args, *kwargs.values()]
    changed = tuple(
        str(name)
        for (name, old), new in zip(before, after, strict=True)
        if not _unchanged(old, new)
    )
    return Outcome("value", copy.deepcopy(value), changed=changed, seconds=seconds)


def _is_from_a_library(err: NotImplementedError) -> bool:
    """Whether PyTorch says that it cannot do something, and not a stub."""
    frames = traceback.extract_tb(err.__traceback__)
    in_torch = bool(frames) and "torch" in Path(frames[-1].filename).parts
    return in_torch or "not implemented for" in error_text(err)


def error_name(err: BaseException) -> str:
    """Name an error's class; a subclass of ShapeError counts as one."""
    names = [kind.__name__ for kind in type(err).__mro__]
    return "ShapeError" if "ShapeError" in names else printable(names[0], 100)


def error_text(err: BaseException) -> str:
    """Give an error's text and the last line of the student's file it came from."""
    frames = traceback.extract_tb(err.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).parent.name == "convnets"]
    where = f" ({Path(own[-1].filename).name}, line {own[-1].lineno})" if own else ""
    try:
        text = str(err)
    except (Exception, SystemExit):
        text = "(the error's own message could not be printed)"
    return printable(text, MESSAGE_LIMIT - len(where)) + where


def printable(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """Cut a text that is not ours, and spell out what a terminal would obey."""
    signs = [
        sign if sign.isprintable() or sign == "\n" else f"\\x{ord(sign):02x}"
        for sign in text[:limit]
    ]
    return "".join(signs)[:limit]


def named(outcome: Outcome, parameters: Sequence[str]) -> Outcome:
    """Call the arguments that a call has changed by their names."""
    names = {str(position): name for position, name in enumerate(parameters)}
    changed = tuple(names.get(name, name) for name in outcome.changed)
    return replace(outcome, changed=changed)


def _unchanged(old: Any, new: Any) -> bool:
    """Compare an argument before and after the call."""
    if isinstance(old, np.ndarray):
        same = isinstance(new, np.ndarray) and old.shape == new.shape
        return same and np.array_equal(old, new, equal_nan=old.dtype.kind == "f")
    if isinstance(old, list | tuple):
        return len(old) == len(new) and all(map(_unchanged, old, new))
    if isinstance(old, dict):
        same = isinstance(new, dict) and old.keys() == new.keys()
        return same and all(_unchanged(old[name], new[name]) for name in old)
    return bool(old == new)
