"""Look at what a student process sent before anything else does.

The bytes may come from an honest call or from code that writes to the socket itself.
What passes here can be compared, stored, and printed without surprises.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.checks.codec import CodecError
from coursekit.checks.outcome import MESSAGE_LIMIT, Outcome

FROM_INSIDE = ("value", "error", "stub", "bad type")  # the others are seen from here
LARGEST = 2**63
ITEMS = 10_000
DEPTH = 6
TEXT = 2000


def read_outcome(reply: Any) -> Outcome:
    """Return the outcome that a reply describes.

    Raises
    ------
    CodecError
        If it describes none.
    """
    if type(reply) is not dict or reply.get("kind") not in FROM_INSIDE:
        msg = "A reply does not describe the outcome of a call."
        raise CodecError(msg)
    outcome = Outcome.from_plain(reply)
    fault = _fault(outcome.value)
    if fault:
        return Outcome("bad type", error=fault)
    return Outcome(
        outcome.kind,
        _readable(outcome.value),
        readable_text(outcome.error, 100),
        readable_text(outcome.message),
        tuple(readable_text(name, 40) for name in outcome.changed),
    )


def readable_text(text: Any, limit: int = MESSAGE_LIMIT) -> str:
    """Make a text fit to be written anywhere: no control or broken characters."""
    if type(text) is not str:
        return ""
    text = text[:limit].encode("utf-8", "replace").decode()
    return "".join(char if char.isprintable() or char == "\n" else " " for char in text)


def _fault(value: Any, depth: int = 0) -> str:
    """Say why a value cannot be compared, or return an empty string."""
    if depth > DEPTH:
        return "something nested too deeply"
    if type(value) is int and not -LARGEST <= value < LARGEST:
        return "an int that is too large"
    if type(value) is np.ndarray and value.ndim > 16:
        return "an array with too many axes"
    items: list[Any] = []
    if type(value) in (tuple, list):
        items = list(value)
    elif type(value) is dict:
        items = list(value.values())
    if len(items) > ITEMS:
        return f"a {type(value).__name__} of {len(items)}"
    return next(filter(None, (_fault(item, depth + 1) for item in items)), "")


def _readable(value: Any) -> Any:
    """Clean the texts in a value."""
    if type(value) is str:
        return readable_text(value, TEXT)
    if type(value) in (tuple, list):
        return type(value)(_readable(item) for item in value)
    if type(value) is dict:
        return {readable_text(key, 100): _readable(value[key]) for key in value}
    return value
