"""Bytes that `encode` would not write are refused, whatever they are."""

from __future__ import annotations

import json
import struct

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from coursekit.checks.codec import HEADER, CodecError, decode, encode


def message(tree, data=b""):
    return json.dumps(tree).encode(), data


def array(dtype="float64", shape=(2,), size=16):
    return {"array": {"dtype": dtype, "shape": list(shape), "bytes": size}}


def pieces(value):
    whole = encode(value)
    size = HEADER.unpack(whole[: HEADER.size])[0] + HEADER.size
    return whole[HEADER.size : size], whole[size:]


@pytest.mark.parametrize(
    "tree",
    [
        array(shape=[3], size=16),
        array(shape=[2], size=24),
        array(shape=[-2], size=16),
        array(shape=[2.0], size=16),
        array(shape=[True, 2], size=16),
        array(shape=[10**9, 10**9], size=16),
        array(shape=[10**30], size=16),
        array(shape=[0, 10**30], size=0),
        array(shape=[1] * 100, size=8),
        array(shape="ab", size=16),
        {"array": {"dtype": "float64", "shape": 2, "bytes": 16}},
        {"array": {"dtype": "float64", "shape": {}, "bytes": 16}},
        {"array": {"dtype": "float64", "bytes": 16}},
        {"array": {"dtype": "float64", "shape": [2]}},
    ],
)
def test_an_array_whose_shape_is_not_its_data_is_refused(tree):
    with pytest.raises(CodecError):
        decode(*message(tree, bytes(16)))


@pytest.mark.parametrize(
    "dtype",
    [
        "object",
        "O",
        "U4",
        "complex128",
        ">f8",
        "float128",
        "V8",
        "",
        None,
        3,
        ["f"],
        {},
    ],
)
def test_an_array_of_an_unknown_dtype_is_refused(dtype):
    with pytest.raises(CodecError):
        decode(*message(array(dtype=dtype), bytes(16)))


@pytest.mark.parametrize(
    "tree",
    [
        {},
        {"tuple": []} | {"dict": {}},
        {"set": [1]},
        {"tuple": "ab"},
        {"tuple": 3},
        {"tuple": {"dict": {}}},
        {"dict": [1]},
        {"dict": None},
        {"array": None},
        {"array": []},
        {"array": "x"},
    ],
)
def test_an_unknown_tag_or_a_wrong_body_is_refused(tree):
    with pytest.raises(CodecError):
        decode(*message(tree))


@pytest.mark.parametrize("tag", ["[", '{"tuple":[', '{"dict":{"a":'])
@pytest.mark.parametrize("depth", [40, 400, 100_000])
def test_deep_nesting_is_refused(tag, depth):
    closing = {"[": "]", '{"tuple":[': "]}", '{"dict":{"a":': "}}"}[tag]
    inside = "1" if "dict" in tag else ""
    text = tag * depth + inside + closing * depth
    with pytest.raises(CodecError):
        decode(text.encode(), b"")


@pytest.mark.parametrize(
    "text", [b"", b"[1", b"\xff\xfe", b"nul", b"[1] 2", b"9" * 5000, b"\x80\x04K\x01."]
)
def test_what_is_not_json_is_refused(text):
    with pytest.raises(CodecError):
        decode(text, b"")


def test_trailing_data_is_refused():
    text, data = pieces([np.zeros(3)])
    with pytest.raises(CodecError, match="belongs to no array"):
        decode(text, data + b"\0")


def test_data_cut_short_is_refused():
    text, data = pieces([np.zeros(3), np.ones(2)])
    for size in range(len(data)):
        with pytest.raises(CodecError, match="shorter or longer"):
            decode(text, data[:size])


def test_two_arrays_cannot_share_their_data():
    with pytest.raises(CodecError):
        decode(*message([array(), array()], bytes(16)))


def test_a_header_is_eight_bytes_of_two_lengths():
    text, data = pieces([1, np.zeros(2)])
    assert struct.pack(">II", len(text), len(data)) == encode([1, np.zeros(2)])[:8]


@settings(
    max_examples=200,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_a_changed_message_is_refused_or_is_another_message(data):
    text, raw = pieces({"a": (1, 2.5, np.arange(3.0)), "b": [np.ones((2, 2), bool)]})
    place = data.draw(st.integers(0, len(text) - 1))
    byte = data.draw(st.integers(0, 255))
    try:
        value = decode(text[:place] + bytes([byte]) + text[place + 1 :], raw)
    except CodecError:
        return
    assert pieces(decode(*pieces(value))) == pieces(value)
