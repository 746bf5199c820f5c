"""Values as JSON, and as bytes between two processes; never as pickle.

A value is None, a bool, an int of 64 bits, a float, a string, a NumPy array of a known
dtype, or a list, tuple or string-keyed dictionary of values, nested up to `DEPTH` deep.
Anything else is refused, on both sides, by name.
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
SCALARS = frozenset(np.dtype(name).type for name in DTYPES)
HEADER = struct.Struct(">II")  # bytes of JSON, bytes of array data
DEPTH = 32  # so that no later step runs out of stack
LARGEST = 2**63 - 1  # Python refuses to print integers of thousands of digits

AnyArray = npt.NDArray[Any]


class CodecError(ValueError):
    """A value, or what claims to be one, cannot be carried."""


def to_json(value: Any) -> Any:
    """Turn a value into something `json` can write, arrays as lists of numbers."""
    return _pack(value, lambda array: {"data": _numbers(array)})


def _numbers(array: AnyArray) -> list[Any]:
    """List an array's numbers; whole ones are written short, as 3 and not as 3.0."""
    flat = array.ravel()
    exact = np.abs(flat.astype(float)) < 2**53  # NaN is not
    if flat.dtype.kind == "f" and np.all(exact):
        whole = flat.astype(np.int64)
        if np.array_equal(whole, flat) and not np.any(np.signbit(flat) & (flat == 0)):
            flat = whole
    return list(flat.tolist())


def from_json(tree: Any) -> Any:
    """Undo `to_json`."""
    return _unpack(tree, _array_from_list)


def encode(message: Any) -> bytes:
    """Turn a value into bytes: a header, JSON, and the arrays' raw data."""
    buffers: list[bytes] = []

    def store(array: AnyArray) -> dict[str, int]:
        native = array.dtype.newbyteorder("=")
        buffers.append(np.ascontiguousarray(array, native).tobytes())
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
    except (
        ValueError,
        ArithmeticError,
        AttributeError,
        LookupError,
        MemoryError,
        RecursionError,
        TypeError,
    ) as err:
        msg = f"A message is not readable: {type(err).__name__}."
        raise CodecError(msg) from err
    if position != len(data):
        msg = "A message carries data that belongs to no array."
        raise CodecError(msg)
    return value


def plain(value: Any, depth: int = DEPTH) -> Any:
    """Check that a value can be carried, and turn NumPy scalars into Python numbers.

    Raises
    ------
    CodecError
        If it holds anything else; the message names the type.
    """
    if depth < 0:
        msg = f"a value nested more than {DEPTH} deep"
        raise CodecError(msg)
    if type(value) in SCALARS:
        return value.item()
    if type(value) is np.ndarray:
        if value.dtype.name not in DTYPES:
            msg = f"an array of dtype {value.dtype}"
            raise CodecError(msg)
        return value
    if type(value) in (tuple, list):
        return type(value)([plain(item, depth - 1) for item in value])
    if type(value) is dict and all(type(key) is str for key in value):
        return {key: plain(item, depth - 1) for key, item in value.items()}
    if type(value) is int and not -LARGEST <= value <= LARGEST:
        msg = "an int of more than 64 bits"
        raise CodecError(msg)
    if value is None or type(value) in (bool, int, float, str):
        return value
    kind = type(value)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    msg = f"{module}{kind.__qualname__}"
    raise CodecError(msg)


def _pack(value: Any, store: Callable[[AnyArray], dict[str, Any]]) -> Any:
    """Replace arrays, tuples and dictionaries by tagged dictionaries."""
    return _pack_plain(plain(value), store)


def _pack_plain(value: Any, store: Callable[[AnyArray], dict[str, Any]]) -> Any:
    """Replace them in a value that is known to be plain."""
    if isinstance(value, np.ndarray):
        head = {"dtype": value.dtype.name, "shape": list(value.shape)}
        return {"array": {**head, **store(value)}}
    if isinstance(value, tuple):
        return {"tuple": [_pack_plain(item, store) for item in value]}
    if isinstance(value, list):
        return [_pack_plain(item, store) for item in value]
    if isinstance(value, dict):
        items = {key: _pack_plain(item, store) for key, item in value.items()}
        return {"dict": items}
    return value


def _unpack(tree: Any, load: Callable[..., AnyArray], depth: int = DEPTH) -> Any:
    """Undo `_pack`."""
    if depth < 0:
        msg = f"A message holds a value nested more than {DEPTH} deep."
        raise CodecError(msg)
    if isinstance(tree, list):
        return [_unpack(item, load, depth - 1) for item in tree]
    if not isinstance(tree, dict):
        return tree
    if len(tree) != 1:
        msg = "A message holds a dictionary without a tag."
        raise CodecError(msg)
    tag, body = next(iter(tree.items()))
    if tag == "tuple" and isinstance(body, list):
        return tuple([_unpack(item, load, depth - 1) for item in body])
    if tag == "dict" and isinstance(body, dict):
        return {key: _unpack(item, load, depth - 1) for key, item in body.items()}
    if tag != "array" or body["dtype"] not in DTYPES:
        msg = "A message holds a value of an unknown kind."
        raise CodecError(msg)
    shape = body["shape"]
    lengths = shape if type(shape) is list and len(shape) <= 16 else [-1]
    if any(type(n) is not int or n < 0 for n in lengths):
        msg = "A message holds an array with an impossible shape."
        raise CodecError(msg)
    return load(body, np.dtype(body["dtype"]), shape)


def _array_from_list(
    tree: dict[str, Any], dtype: np.dtype[Any], shape: list[int]
) -> AnyArray:
    """Make an array from the numbers that `to_json` wrote."""
    return np.array(tree["data"], dtype=dtype).reshape(shape)
