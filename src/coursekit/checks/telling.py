"""Whether an input shows a bug of a convolutional layer, and if not, why not."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from coursekit.checks.bugs import BUGS, Arguments, FloatArray

SHOWS = "shows"
MOST_NUMBERS = 10_000  # in an array
LARGEST_NUMBER = 1e6
LARGEST_OPTION = 100
MOST_PRODUCTS = 10_000_000  # that a right conv2d would have to add up, or a bit less
SMALLEST_SHARE = 1e-6  # of the largest product; a smaller difference is rounding
AXES = {"x": 4, "weight": 4, "bias": 1}
OPTIONS = {"stride": 1, "padding": 0, "dilation": 1}


class HiddenError(Exception):
    """Why a bug does not show on an input."""


def read_telling(answer: Any, conv2d: Callable[..., Any]) -> dict[str, str]:
    """Say for each bug that it shows on the input given for it, or why it does not.

    Parameters
    ----------
    answer : object
        What `telling_inputs` returned, in plain values.
    conv2d : callable
        A right convolutional layer.

    Returns
    -------
    dict of str to str
        For each bug's name, ``"shows"`` or the reason why it does not show.
    """
    return {name: read_bug(answer, name, conv2d) for name in BUGS}


def read_bug(answer: Any, name: str, conv2d: Callable[..., Any]) -> str:
    """Say that one bug shows, or why it does not.

    Parameters
    ----------
    answer : object
        What `telling_inputs` returned, in plain values.
    name : str
        The bug's.
    conv2d : callable
        A right convolutional layer.
    """
    try:
        if type(answer) is not dict:
            _hide("no dictionary was returned")
        if name not in answer:
            _hide("no input is given for this bug")
        arguments = _arguments(answer[name])
        right = _output(conv2d, arguments)
    except HiddenError as err:
        return str(err)
    bug = BUGS[name]
    try:
        wrong = _output(conv2d, bug.alter(arguments))
    except HiddenError:
        return SHOWS  # an error where there should be none
    if _differ(right, wrong, arguments):
        return SHOWS
    return _zeros(arguments) or bug.explain(arguments) or _no_contrast(arguments)


def _arguments(given: Any) -> Arguments:
    """Check the arguments, and complete them: every option as a pair."""
    if type(given) is not dict:
        _hide("the input is not a dictionary of conv2d's arguments")
    for key in ("x", "weight"):
        if key not in given:
            _hide(f"`{key}` is missing")
    for key in given:
        if key not in {*AXES, *OPTIONS, "groups"}:
            _hide("an argument is given that conv2d does not have")
    arrays = {key: _array(key, given.get(key)) for key in AXES}
    options = {
        key: _pair(key, given.get(key, default)) for key, default in OPTIONS.items()
    }
    groups = _count("groups", given.get("groups", 1))
    arguments = {**arrays, **options, "groups": groups}
    _check_work(arguments)
    return arguments


def _array(key: str, value: Any) -> FloatArray | None:
    """Check an array, and make it double precision."""
    if value is None and key == "bias":
        return None
    if type(value) is not np.ndarray or value.dtype.kind not in "biuf":
        _hide(f"`{key}` is not a NumPy array of numbers")
    if value.ndim != AXES[key]:
        _hide(f"`{key}` has {value.ndim} axes in place of {AXES[key]}")
    if value.size > MOST_NUMBERS:
        _hide(f"`{key}` holds more than {MOST_NUMBERS:,} numbers")
    if value.size == 0:
        _hide(f"`{key}` is empty")
    array = value.astype(float)
    if not np.all(np.abs(array) <= LARGEST_NUMBER):  # NaN is not either
        _hide(f"`{key}` holds NaN or a number beyond a million")
    return array


def _pair(key: str, value: Any) -> tuple[int, int]:
    """Check an option, and make it a pair."""
    both = value if type(value) in (tuple, list) else (value, value)
    if len(both) != 2:
        _hide(f"`{key}` is neither a whole number nor a pair of them")
    return _count(key, both[0]), _count(key, both[1])


def _count(key: str, value: Any) -> int:
    """Check that an option is a whole number, and not a large one."""
    if type(value) is not int:
        _hide(f"`{key}` is neither a whole number nor a pair of them")
    if abs(value) > LARGEST_OPTION:
        _hide(f"`{key}` is larger than {LARGEST_OPTION}")
    return value


def _check_work(arguments: Arguments) -> None:
    """Refuse what would take much time or memory, before anything is computed."""
    x, weight, padding = (arguments[key] for key in ("x", "weight", "padding"))
    sides = (size + 2 * p for size, p in zip(x.shape[2:], padding, strict=True))
    pixels = math.prod(sides)
    if pixels * x.shape[0] * max(x.shape[1], weight.size) > MOST_PRODUCTS:
        _hide("the images and kernels are too large together")


def _output(conv2d: Callable[..., FloatArray], arguments: Arguments) -> FloatArray:
    """Call the layer; in a student's check it is the student's own."""
    try:
        out = conv2d(**arguments)
    except NotImplementedError:
        _hide("the check needs your conv2d, which is not written yet")
    except Exception:
        _hide("conv2d refuses these arguments")
    if type(out) is not np.ndarray or out.ndim != 4:
        _hide("your conv2d does not return an array with four axes")
    return out


def _differ(right: FloatArray, wrong: FloatArray, arguments: Arguments) -> bool:
    """Whether two outputs differ by more than rounding."""
    if right.shape != wrong.shape:
        return True
    largest = np.abs(arguments["x"]).max() * np.abs(arguments["weight"]).max()
    if arguments["bias"] is not None:
        largest = max(largest, np.abs(arguments["bias"]).max())
    error = np.abs(right - wrong).max(initial=0.0)
    return bool(error > SMALLEST_SHARE * largest)


def _zeros(arguments: Arguments) -> str:
    """Say that nothing can show because everything is 0."""
    for key in ("x", "weight"):
        if not np.any(arguments[key]):
            return f"`{key}` is 0 everywhere"
    return ""


def _no_contrast(arguments: Arguments) -> str:
    """Say why a bug hides where its own argument is well chosen."""
    if np.ptp(arguments["x"]) == 0:
        return "all numbers of `x` are equal"
    return "the outputs are equal"


def _hide(reason: str) -> NoReturn:
    """Stop, because the bug cannot show."""
    raise HiddenError(reason)
