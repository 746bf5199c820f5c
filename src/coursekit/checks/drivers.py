"""How a student's function is called, where it takes or gives what no case can hold.

A case holds plain values. Most functions are called with them as they are. Where a
class is to be built and run, a network trained, or tensors compared, a *driver* does
so, in the process that holds the student's code, and reports arrays, numbers, shapes
and names. It never reports whether something is right, since the student's code could
say so just as well: what it reports is compared somewhere else with what the reference
gives. An exercise names its driver in `prepare`:

- ``"module"``: build a class of networks, give it weights, run it; see `run_module`;
- ``"training"``: train or measure a small network; see `run_training`;
- ``"tensors"``: hand arrays over as tensors, and take tensors back as arrays.

Everything else in `prepare` changes the arguments only: see `networks.PREPARE`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from coursekit.checks.module_driver import run_module
from coursekit.checks.networks import PREPARE
from coursekit.checks.training_driver import run_training

Function = Callable[..., Any]


def drive(
    name: str, function: Function, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Call a function with a case's arguments, as an exercise's `prepare` says.

    Parameters
    ----------
    name : str
        A name in `DRIVERS` or in `networks.PREPARE`.
    function : callable
        The student's, or one of ours.
    args, kwargs
        Those of the case; they are handed on and may be changed.
    """
    if name in DRIVERS:
        with _one_thread(), _recording_kept():
            return DRIVERS[name](function, *args, **kwargs)
    return function(*PREPARE[name](args), **kwargs)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Let PyTorch use one thread: with more, small networks mostly wait for each other.

    On a busy machine with two cores, a small block took twelve times as long with two.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextlib.contextmanager
def _recording_kept() -> Iterator[None]:
    """Switch on again what a call has left switched off: the recording of gradients."""
    import torch

    before = torch.is_grad_enabled()
    try:
        yield
    finally:
        torch.set_grad_enabled(before)


def run_on_tensors(
    function: Function, *args: Any, look: str = "value", **kwargs: Any
) -> Any:
    """Call a function with tensors in the place of arrays, and return arrays.

    A tensor that holds a single number and has no axes becomes a number. Arrays share
    their memory with the tensors, so that it is seen when a call changes its arguments.

    Parameters
    ----------
    function : callable
        The student's, or one of ours.
    args, kwargs
        Its arguments.
    look : {"value", "dtype"}, default "value"
        What is reported: what is returned, or of which type its numbers are, where
        those with a point count as one type.

    Raises
    ------
    TypeError
        If something with parts is returned, such as a list.
    """
    import torch

    def tensor(value: Any) -> Any:
        return torch.from_numpy(value) if isinstance(value, np.ndarray) else value

    named = {name: tensor(value) for name, value in kwargs.items()}
    returned = function(*map(tensor, args), **named)
    if isinstance(returned, list | tuple | dict):
        kind = type(returned).__name__
        msg = f"It should return a tensor, but it returned a {kind}."
        raise TypeError(msg)
    if look == "dtype":
        return _number_type(returned)
    if isinstance(returned, torch.Tensor):
        array = returned.detach().cpu().numpy()
        return array if array.ndim else array.item()
    return returned


def _number_type(returned: Any) -> str:
    """Name the type of a tensor's numbers, or of what came in its place."""
    import torch

    if not isinstance(returned, torch.Tensor):
        return f"no tensor but an object of type {type(returned).__name__}"
    if returned.is_floating_point():
        return "floating-point numbers"
    return str(returned.dtype).removeprefix("torch.")


DRIVERS: dict[str, Callable[..., Any]] = {
    "module": run_module,
    "training": run_training,
    "tensors": run_on_tensors,
}
