"""Values survive the way into JSON or bytes and back; other things are refused."""

from __future__ import annotations

import json

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings

from coursekit.checks.codec import (
    DEPTH,
    DTYPES,
    HEADER,
    CodecError,
    decode,
    encode,
    from_json,
    plain,
    to_json,
)

ARRAYS = st.sampled_from(sorted(DTYPES)).flatmap(
    lambda dtype: hnp.arrays(
        dtype, hnp.array_shapes(min_dims=0, min_side=0, max_side=4)
    )
)
INTEGERS = st.integers(-(2**63) + 1, 2**63 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | st.floats() | st.text() | ARRAYS,
    lambda parts: (
        st.lists(parts, max_size=3)
        | st.lists(parts, max_size=3).map(tuple)
        | st.dictionaries(st.text(), parts, max_size=3)
    ),
    max_leaves=6,
)
quick = settings(
    max_examples=100,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def same(one, other):
    """Compare two values with their types; NaN equals NaN."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        equal_nan = one.dtype.kind == "f"
        same_kind = one.dtype == other.dtype and one.shape == other.shape
        return same_kind and np.array_equal(one, other, equal_nan=equal_nan)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    return one == other or one != one


def carried(value):
    message = encode(value)
    size = HEADER.unpack(message[: HEADER.size])[0] + HEADER.size
    return decode(message[HEADER.size : size], message[size:])


@quick
@given(VALUES)
def test_a_value_survives_as_bytes(value):
    assert same(carried(value), value)


@quick
@given(VALUES)
def test_a_value_survives_as_json(value):
    assert same(from_json(json.loads(json.dumps(to_json(value)))), value)


def test_the_other_byte_order_is_put_right():
    array = np.array([1.0, 256.0], dtype=">f8")
    np.testing.assert_array_equal(carried(array), array)


def test_an_array_in_column_order_keeps_its_numbers():
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(carried(array), array)


def test_a_decoded_array_can_be_written():
    array = carried(np.zeros(3))
    array[0] = 1.0
    assert array[0] == 1.0


@pytest.mark.parametrize(
    "scalar", [np.float32(0.5), np.int64(3), np.True_, np.uint8(7)]
)
def test_numpy_scalars_become_python_numbers(scalar):
    number = plain(scalar)
    assert number == scalar
    assert type(number) in (float, int, bool)


class Agreeable(np.ndarray):
    """Claims to equal anything."""

    def __eq__(self, other):
        return np.ones(self.shape, dtype=bool)

    __hash__ = None


class float64(np.float64):
    """Bears the name of a type that is allowed."""


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (np.array([None, "x"]), "an array of dtype object"),
        (np.array(["text"]), "an array of dtype <U4"),
        (np.zeros(2, dtype=complex), "an array of dtype complex128"),
        (np.zeros(2, dtype=[("a", float)]), "an array of dtype"),
        (np.zeros(3).view(Agreeable), "Agreeable"),
        (np.ma.zeros(3), "MaskedArray"),
        (torch.zeros(3), "torch.Tensor"),
        (float64(1.0), "float64"),
        (1j, "complex"),
        ({1, 2}, "set"),
        (b"bytes", "bytes"),
        ({1: "one"}, "dict"),
        ([object()], "object"),
        (map(abs, [1]), "map"),
        pytest.param(10**5000, "an int of more than 64 bits", id="a huge int"),
    ],
)
def test_anything_else_is_refused_by_name(value, name):
    for refuse in (plain, encode, to_json):
        with pytest.raises(CodecError, match=name):
            refuse(value)


def test_a_list_that_holds_itself_is_refused():
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(CodecError, match=f"nested more than {DEPTH} deep"):
        plain(endless)


@pytest.mark.parametrize(
    "numbers", [[1.0, -2.0, 3.0], [0.5, 2.0], [0.0, -0.0], [1.0, np.inf], [np.nan], []]
)
def test_whole_numbers_are_written_short_and_read_back_as_they_were(numbers):
    array = np.array(numbers)
    text = json.dumps(to_json(array))
    again = from_json(json.loads(text))
    assert again.dtype == array.dtype
    np.testing.assert_array_equal(again, array)
    np.testing.assert_array_equal(np.signbit(again), np.signbit(array))
    assert ("1.0" in text) == (numbers == [1.0, np.inf])
