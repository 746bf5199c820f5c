"""Values as JSON, and as bytes between two processes; never as pickle.

A value is None, a bool, an int, a float, a string, a NumPy array of a known dtype, or
a list, tuple or string-keyed dictionary of values. Anything else is refused, on both
sides, by name.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

INTEGERS = ("uint8", "int8", "int16", "int32", "int64")
DTYPES = frozenset(("bool", *INTEGERS, "float16", "float32", "float64"))
HEADER = struct.Struct(">II")  # bytes of JSON, bytes of array data

AnyArray = npt.NDArray[Any]


class CodecError(ValueError):
    """A value, or what claims to be one, cannot be carried."""


def to_json(value: Any) -> Any:
    """Turn a value into something `json` can write, arrays as lists of numbers."""
    return _pack(value, lambda array: {"data": array.ravel().tolist()})


def from_json(tree: Any) -> Any:
    """Undo `to_json`."""
    return _unpack(tree, _array_from_list)


def encode(message: Any) -> bytes:
    """Turn a value into bytes: a header, JSON, and the arrays' raw data."""
    buffers: list[bytes] = []

    def store(array: AnyArray) -> dict[str, int]:
        buffers.append(np.ascontiguousarray(array).tobytes())
        return {"bytes": len(buffers[-1])}

    text = json.dumps(_pack(message, store)).encode()
    data = b"".join(buffers)
    return HEADER.pack(len(text), len(data)) + text + data


def decode(text: bytes, data: bytes) -> Any:
    """Undo `encode`, given the two parts that follow the header.

    Raises
    ------
    CodecError
        If the bytes are not what `encode` writes, whatever they are.
    """
    position = 0

    def load(tree: dict[str, Any], dtype: np.dtype[Any], shape: list[int]) -> AnyArray:
        nonlocal position
        count = int(np.prod(shape, dtype=object))
        end = position + count * dtype.itemsize
        if tree.get("bytes") != end - position or end > len(data):
            msg = "An array's data is shorter or longer than its shape says."
            raise CodecError(msg)
        array = np.frombuffer(data[position:end], dtype=dtype).reshape(shape)
        position = end
        return array.copy()

    try:
        value = _unpack(json.loads(text), load)
    except CodecError:
        raise
    except (ValueError, RecursionError, TypeError, KeyError, MemoryError) as err:
        msg = f"A message is not readable: {type(err).__name__}."
        raise CodecError(msg) from err
    if position != len(data):
        msg = "A message carries data that belongs to no array."
        raise CodecError(msg)
    return value


def plain(value: Any) -> Any:
    """Check that a value can be carried, and turn NumPy scalars into Python numbers.

    Raises
    ------
    CodecError
        If it holds anything else; the message names the type.
    """
    if isinstance(value, np.generic) and type(value).__name__ in DTYPES:
        return value.item()
    if type(value) is np.ndarray:
        if value.dtype.name not in DTYPES:
            msg = f"an array of dtype {value.dtype}"
            raise CodecError(msg)
        return value
    if type(value) in (tuple, list):
        return type(value)(plain(item) for item in value)
    if type(value) is dict and all(type(key) is str for key in value):
        return {key: plain(item) for key, item in value.items()}
    if value is None or type(value) in (bool, int, float, str):
        return value
    kind = type(value)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    msg = f"{module}{kind.__qualname__}"
    raise CodecError(msg)


def _pack(value: Any, store: Callable[[AnyArray], dict[str, Any]]) -> Any:
    """Replace arrays, tuples and dictionaries by tagged dictionaries."""
    value = plain(value)
    if isinstance(value, np.ndarray):
        head = {"dtype": value.dtype.name, "shape": list(value.shape)}
        return {"array": {**head, **store(value)}}
    if isinstance(value, tuple):
        return {"tuple": [_pack(item, store) for item in value]}
    if isinstance(value, list):
        return [_pack(item, store) for item in value]
    if isinstance(value, dict):
        return {"dict": {key: _pack(item, store) for key, item in value.items()}}
    return value


def _unpack(tree: Any, load: Callable[..., AnyArray]) -> Any:
    """Undo `_pack`."""
    if isinstance(tree, list):
        return [_unpack(item, load) for item in tree]
    if not isinstance(tree, dict):
        return tree
    if len(tree) != 1:
        msg = "A message holds a dictionary without a tag."
        raise CodecError(msg)
    tag, body = next(iter(tree.items()))
    if tag == "tuple":
        return tuple(_unpack(item, load) for item in body)
    if tag == "dict":
        return {key: _unpack(item, load) for key, item in body.items()}
    if tag != "array" or body["dtype"] not in DTYPES:
        msg = "A message holds a value of an unknown kind."
        raise CodecError(msg)
    shape = body["shape"]
    if len(shape) > 16 or any(type(n) is not int or n < 0 for n in shape):
        msg = "A message holds an array with an impossible shape."
        raise CodecError(msg)
    return load(body, np.dtype(body["dtype"]), shape)


def _array_from_list(
    tree: dict[str, Any], dtype: np.dtype[Any], shape: list[int]
) -> AnyArray:
    """Make an array from the numbers that `to_json` wrote."""
    return np.array(tree["data"], dtype=dtype).reshape(shape)
