"""Weights for networks that are too large for a case: a seed, and a shape by name.

The same numbers have to come out wherever a check is run, today and in a year. NumPy
promises that of `RandomState` alone.
"""

from __future__ import annotations

import contextlib
import functools
import math
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]
Weights = Mapping[str, Any]
DRAWN = ("kaiming_normal_", "kaiming_uniform_", "normal_", "uniform_")  # by layers


def recipe(seed: int, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    """Describe weights to be drawn where they are used.

    Parameters
    ----------
    seed : int
        At least 0.
    shapes : mapping of str to tuple of int
        Shapes by name, as in a module's `state_dict`, without counters of batches.
    """
    return {"seed": int(seed), "shapes": {name: tuple(shapes[name]) for name in shapes}}


def weight_arrays(weights: Weights) -> dict[str, FloatArray]:
    """Return arrays by name, drawn if there is a recipe in their place.

    Weights of layers are drawn so that numbers stay of one size from layer to layer;
    those of norms, and running variances, lie between 0.5 and 1.5, so that none is
    negative; biases and running means lie between -0.5 and 0.5.

    Parameters
    ----------
    weights : mapping
        Arrays by name, or what `recipe` gives.

    Returns
    -------
    dict of str to ndarray, shape as the recipe says
        Fresh or kept; do not change them.
    """
    if "seed" not in weights:
        return dict(weights)
    seed, shapes = weights["seed"], weights["shapes"]
    return {name: _draw(seed, name, tuple(shapes[name])) for name in shapes}


def drawn_like(shape: tuple[int, ...], name: str) -> FloatArray:
    """Draw numbers between -1 and 1 that are the same for a name every time.

    Parameters
    ----------
    shape : tuple of int
        The shape wanted.
    name : str
        What they are for.

    Returns
    -------
    ndarray, shape `shape`
        The numbers.
    """
    return _source(0, name).uniform(-1, 1, size=shape)


@contextlib.contextmanager
def undrawn_weights() -> Iterator[None]:
    """Let layers of PyTorch be built without drawing their first weights.

    Where a key is drawn, hundreds of networks are built and given weights right away;
    drawing the first ones took most of the time.
    """
    from torch.nn import init

    kept = {name: getattr(init, name) for name in DRAWN}
    for name in DRAWN:
        setattr(init, name, lambda tensor, *args, **kwargs: tensor)
    try:
        yield
    finally:
        for name, function in kept.items():
            setattr(init, name, function)


# A case's weights are asked for by every mistake; ResNet-18 has 122 arrays.
@functools.lru_cache(maxsize=128)
def _draw(seed: int, name: str, shape: tuple[int, ...]) -> FloatArray:
    """Draw one array."""
    source, role = _source(seed, name), name.rpartition(".")[2]
    if len(shape) > 1:
        bound = math.sqrt(6 / math.prod(shape[1:]))
        return source.uniform(-bound, bound, size=shape)
    if role in ("weight", "running_var"):
        return source.uniform(0.5, 1.5, size=shape)
    return source.uniform(-0.5, 0.5, size=shape)


def _source(seed: int, name: str) -> np.random.RandomState:
    """Return a random source for one name."""
    mixed = [seed, zlib.crc32(name.encode())]
    return np.random.RandomState(mixed)
