"""Observe one of the arrays that a function returns, so that each earns its points.

A batch norm returns an output and two averages, a backward pass three gradients. Who
has one of them wrong gets the points for the others. What to look at stands in a case's
truth, a dictionary:

- ``"part"``: the position of the array, ``"of"``: how many there are;
- ``"may_change"``: positions of arguments whose change another case looks at;
- ``"rounds"``: train a batch norm so many times on the batch, each time with the
  averages that the last call returned, and look at what it returns in evaluation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from coursekit.checks.declare import Case
from coursekit.checks.outcome import Outcome

Caller = Callable[[Case], Outcome]


def one_part(
    caller: Caller, case: Case, helper: Callable[..., Any] | None = None
) -> Outcome:
    """Report one of the arrays that a function returns, or a sentence if there is none.

    Parameters
    ----------
    caller : callable
        Calls the function and reports the outcome.
    case : Case
        The call, and what to look at.
    helper : callable, optional
        Not used.
    """
    wanted = case.truth
    for _ in range(wanted.get("rounds", 0)):
        trained = caller(case)
        if _missing(trained, wanted["of"]):
            return _told(trained, wanted["of"])
        case = _handed_on(case, trained.value, training=True)
    if wanted.get("rounds", 0):
        case = _handed_on(case, case.args[2:5], training=False)
    outcome = caller(case)
    if _missing(outcome, wanted["of"]):
        return _told(outcome, wanted["of"])
    allowed = wanted.get("may_change", ())
    changed = tuple(name for name in outcome.changed if name not in allowed)
    return replace(outcome, value=outcome.value[wanted["part"]], changed=changed)


def _handed_on(case: Case, returned: tuple[Any, ...], training: bool) -> Case:
    """Call batch norm again, with the averages that it has returned."""
    averages = returned[1:]
    return replace(case, args=(*case.args[:3], *averages, training))


def _missing(outcome: Outcome, count: int) -> bool:
    """Whether a call has not returned all its arrays."""
    is_tuple = type(outcome.value) is tuple
    return outcome.kind != "value" or not is_tuple or len(outcome.value) != count


def _told(outcome: Outcome, count: int) -> Outcome:
    """Say what was returned in place of the arrays; leave errors as they are."""
    if outcome.kind != "value":
        return outcome
    came = "something else"
    if type(outcome.value) in (tuple, list):
        came = f"a {type(outcome.value).__name__} of {len(outcome.value)}"
    elif outcome.value is None:
        came = "None (is the `return` missing?)"
    sentence = f"It should return a tuple of {count}, but it returned {came}."
    return replace(outcome, value=sentence)
