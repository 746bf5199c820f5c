"""PyTorch networks as plain values, so that a case can hold one.

A network is a list of layers as `convnets.layers` describes them, each with its
weights beside its arguments. It becomes a `torch.nn.Sequential` right before the call,
in the process that calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from coursekit.checks.functions import FUNCTIONS

if TYPE_CHECKING:
    from torch import nn

LayerSpec = dict[str, Any]

WEIGHTS = ("weight", "bias")


def build_network(layers: Sequence[LayerSpec]) -> nn.Sequential:
    """Build a chain of layers with the weights given, in double precision.

    Parameters
    ----------
    layers : sequence of dict
        ``"type"`` is the name of a class in `torch.nn`, such as ``"Conv2d"``; the other
        keys are its arguments. ``"weight"`` and ``"bias"`` are arrays; a layer with
        weights has no bias unless its bias is an array, too.
    """
    from torch import nn

    return nn.Sequential(*(_layer(layer) for layer in layers)).double().eval()


def _layer(layer: LayerSpec) -> nn.Module:
    """Build one layer."""
    import torch
    from torch import nn

    arguments = {name: value for name, value in layer.items() if name != "type"}
    arrays = {
        name: arguments.pop(name)
        for name in WEIGHTS
        if isinstance(arguments.get(name), np.ndarray)
    }
    if "weight" in arrays:
        arguments["bias"] = "bias" in arrays
    module: nn.Module = getattr(nn, layer["type"])(**arguments)
    for name, array in arrays.items():
        setattr(module, name, nn.Parameter(torch.tensor(array, dtype=torch.float64)))
    return module


def network_first(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Turn the first argument into a network."""
    return (build_network(args[0]), *args[1:])


def function_first(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Turn the first argument, a name, into the function of that name."""
    return (FUNCTIONS[args[0]], *args[1:])


def from_sixteenths(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Turn images of bytes from 0 to 16 into brightness from 0 to 1.

    They take little room in a key, and stand for scikit-learn's digits.
    """
    return tuple(
        arg / 16.0 if isinstance(arg, np.ndarray) and arg.dtype == np.uint8 else arg
        for arg in args
    )


PREPARE: dict[str, Callable[[tuple[Any, ...]], tuple[Any, ...]]] = {
    "": lambda args: args,
    "torch network": network_first,
    "named function": function_first,
    "sixteenths": from_sixteenths,
}
