"""Write the call that failed as its author would: short, with arrays by name."""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.checks.declare import Case

LOOKS = {  # what a driver reports, as a student hears of it
    "parameters": "the shapes of what it learns and remembers",
    "count": "how many numbers it trains",
    "output": "its output",
    "gradients": "its gradients",
    "stages": "the shapes between its stages",
    "loss": "the mean loss",
    "accuracy": "the accuracy",
    "rate": "the learning rate afterwards",
    "dtype": "of which type its numbers are",
    "recording": "whether gradients are recorded, and parameters take any, afterwards",
    "modes": "which layers are in training mode afterwards",
}
STATES = {"images": "what it remembers afterwards"}
STATE = "the network's numbers afterwards"
MODES = {"train": "in training mode", "eval": "in evaluation mode"}


def call_text(function: str, parameters: tuple[str, ...], case: Case) -> str:
    """Write a call, with arrays by name: ``f(x, kernel, stride=2)``.

    Parameters
    ----------
    function : str
        Its place, such as ``"convnets.correlation:correlate1d"``.
    parameters : tuple of str
        Names of its parameters.
    case : Case
        What it is called with. What is meant for a driver alone is left out.
    """
    positional = zip(parameters, case.args, strict=False)
    parts = [name if _is_named(item) else repr(item) for name, item in positional]
    parts += [
        f"{name}={name if _is_named(item) else repr(item)}"
        for name, item in case.kwargs.items()
        if name in parameters or not is_driven(parameters, case)
    ]
    return f"{function.rpartition(':')[2]}({', '.join(parts)})"


def is_driven(parameters: tuple[str, ...], case: Case) -> bool:
    """Whether a driver makes the call, and reports something else than its value."""
    return "look" in case.kwargs and "look" not in parameters


def looked_at(case: Case) -> str:
    """Say what a driver reports: ``"its output, in evaluation mode"``."""
    look, mode = case.kwargs["look"], case.kwargs.get("mode", "eval")
    if look == "state":
        return STATES["images"] if "images" in case.kwargs else STATE
    if look == "output" and mode in MODES:
        return f"{LOOKS[look]}, {MODES[mode]}, with given weights"
    return LOOKS[look]


def named_values(parameters: tuple[str, ...], case: Case) -> list[tuple[str, Any]]:
    """Return the arguments that the call has by name, and images for a network.

    Arrays stay as they are; lists and dictionaries that hold arrays become words.
    """
    pairs = [*zip(parameters, case.args, strict=False), *case.kwargs.items()]
    found: list[tuple[str, Any]] = []
    for name, item in pairs:
        if isinstance(item, np.ndarray):
            found.append((name, item))
        elif name in parameters and _is_named(item):
            found.append((name, in_words(item)))
    return found


def in_words(item: Any) -> str:
    """Describe a list or dictionary that holds arrays, in a few words."""
    if isinstance(item, np.ndarray):
        return f"an array of shape {item.shape}"
    if isinstance(item, dict) and "type" in item:
        return f"{item['type']}({', '.join(map(repr, item.get('args', [])))})"
    if isinstance(item, dict):
        return "; ".join(f"{name}: {in_words(part)}" for name, part in item.items())
    if isinstance(item, list | tuple):
        return (
            ", ".join(f"({in_words(part)})" for part in item)
            if _is_deep(item)
            else (", ".join(map(in_words, item)))
        )
    return repr(item)


def _is_deep(item: list[Any] | tuple[Any, ...]) -> bool:
    """Whether there are lists in a list."""
    return any(isinstance(part, list | tuple) for part in item)


def _is_named(item: Any) -> bool:
    """Whether an argument is too long for a call: an array, or what holds some."""
    if isinstance(item, dict):
        return any(map(_is_named, item.values())) or "lr" in item
    if isinstance(item, list | tuple):
        return any(map(_is_named, item)) or any(
            isinstance(part, dict) and "arrays" in part for part in item
        )
    return isinstance(item, np.ndarray)
