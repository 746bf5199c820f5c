"""Whether an input shows a bug, and the reasons given where it does not."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from convnets import special
from convnets.im2col import conv2d
from coursekit.checks.bugs import BUGS
from coursekit.checks.codec import decode, encode
from coursekit.checks.telling import SHOWS, read_telling

FLIP, SWAP, PADDING, STRIDE, BIAS, DILATION = BUGS
X = np.array([[[[3.0, 1.0, 4.0, 1.0], [5.0, 9.0, 2.0, 6.0], [5.0, 3.0, 5.0, 8.0]]]])
KERNEL = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])


def read(bug, conv2d=conv2d, **arguments):
    """Read what is said of one bug, given an ordinary input with some changes."""
    return read_telling({bug: {"x": X, "weight": KERNEL, **arguments}}, conv2d)[bug]


def two(weight):
    return np.concatenate([weight, weight])


def test_the_reference_shows_all_six_bugs():
    assert read_telling(special.telling_inputs(), conv2d) == dict.fromkeys(BUGS, SHOWS)


def test_the_docstring_describes_every_bug_in_the_same_words():
    text = " ".join(special.telling_inputs.__doc__.split())
    for name, bug in BUGS.items():
        assert f'``"{name}"`` {bug.sentence}' in text


@pytest.mark.parametrize(
    ("bug", "arguments"),
    [
        (FLIP, {}),
        (FLIP, {"weight": np.array([[[[1.0, 2.0]]]])}),
        (FLIP, {"x": np.ones((1, 1, 3, 4)), "padding": 1}),
        (SWAP, {}),
        (SWAP, {"weight": np.ones((1, 1, 1, 3))}),
        (PADDING, {"padding": 1}),
        (PADDING, {"padding": (0, 1)}),
        (STRIDE, {"stride": 2}),
        (STRIDE, {"stride": (1, 2)}),
        (BIAS, {"weight": two(KERNEL), "bias": np.array([0.0, 1.0])}),
        (BIAS, {"weight": two(KERNEL), "bias": np.array([0, 1])}),
        (DILATION, {"dilation": 2}),
        (DILATION, {"x": np.ones((1, 1, 9, 9), np.float16), "dilation": [1, 3]}),
        (DILATION, {"x": two(X), "weight": KERNEL.astype(np.int8), "dilation": 2}),
    ],
)
def test_a_bug_shows(bug, arguments):
    assert read(bug, **arguments) == SHOWS


def test_a_kernel_that_no_longer_fits_shows_that_it_was_turned_on_its_side():
    assert read(SWAP, weight=np.ones((1, 1, 1, 4))) == SHOWS


@pytest.mark.parametrize(
    ("bug", "arguments", "reason"),
    [
        (FLIP, {"weight": np.ones((1, 1, 3, 3))}, "same when it is turned"),
        (FLIP, {"weight": np.ones((1, 1, 1, 1))}, "same when it is turned"),
        (FLIP, {"x": np.ones((1, 1, 3, 4))}, "all numbers of `x` are equal"),
        (FLIP, {"x": np.zeros((1, 1, 3, 4))}, "`x` is 0 everywhere"),
        (FLIP, {"weight": np.zeros((1, 1, 2, 2))}, "`weight` is 0 everywhere"),
        (FLIP, {"x": X[..., :2, :2] * 0 + [[1, 2], [2, 1]]}, "outputs are equal"),
        (SWAP, {"weight": np.eye(3)[None, None]}, "same with rows and columns"),
        (SWAP, {"x": np.ones((1, 1, 3, 4))}, "all numbers of `x` are equal"),
        (PADDING, {}, "padding is 0"),
        (PADDING, {"x": X * 0, "padding": 1}, "`x` is 0 everywhere"),
        (STRIDE, {}, "stride is 1"),
        (STRIDE, {"stride": (2, 1)}, "stride to the right is 1"),
        (STRIDE, {"x": X[..., :2], "stride": 2}, "too narrow for a second window"),
        (BIAS, {}, "there is no bias"),
        (BIAS, {"bias": np.array([1.0])}, "only one filter"),
        (BIAS, {"weight": two(KERNEL), "bias": np.ones(2)}, "bias are equal"),
        (DILATION, {}, "dilation is 1"),
        (DILATION, {"weight": np.ones((1, 1, 1, 2)), "dilation": (2, 1)}, "single tap"),
    ],
)
def test_a_bug_hides_for_a_reason(bug, arguments, reason):
    assert reason in read(bug, **arguments)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"x": X.tolist()}, "`x` is not a NumPy array"),
        ({"x": None}, "`x` is not a NumPy array"),
        ({"x": X[0]}, "`x` has 3 axes in place of 4"),
        ({"x": X[:0]}, "`x` is empty"),
        ({"x": X * np.nan}, "`x` holds NaN"),
        ({"x": X * 1e6}, "`x` holds NaN or a number beyond a million"),
        ({"x": np.zeros((1, 1, 101, 100))}, "`x` holds more than 10,000 numbers"),
        ({"weight": np.zeros((1, 1, 101, 100))}, "`weight` holds more than 10,000"),
        ({"bias": 1.0}, "`bias` is not a NumPy array"),
        ({"bias": np.ones(3)}, "conv2d refuses"),
        ({"weight": np.ones((1, 2, 2, 2))}, "conv2d refuses"),
        ({"stride": 0}, "conv2d refuses"),
        ({"stride": 1.0}, "`stride` is neither a whole number nor a pair"),
        ({"stride": (1, 2, 3)}, "`stride` is neither a whole number nor a pair"),
        ({"padding": 101}, "`padding` is larger than 100"),
        ({"padding": -1}, "conv2d refuses"),
        ({"groups": "two"}, "`groups` is neither a whole number"),
        ({"mode": "same"}, "an argument is given that conv2d does not have"),
    ],
)
def test_what_is_no_input_is_named(arguments, reason):
    assert reason in read(FLIP, **arguments)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, "no dictionary was returned"),
        ([X, KERNEL], "no dictionary was returned"),
        ({}, "no input is given for this bug"),
        ({FLIP: (X, KERNEL)}, "not a dictionary of conv2d's arguments"),
        ({FLIP: {"x": X}}, "`weight` is missing"),
        ({FLIP: {"weight": KERNEL}}, "`x` is missing"),
    ],
)
def test_what_is_no_answer_is_named(answer, reason):
    assert reason in read_telling(answer, conv2d)[FLIP]


def test_nothing_large_is_computed():
    huge = {"x": np.ones((1, 1, 100, 100)), "weight": np.ones((1, 1, 100, 100))}
    many = {"x": np.ones((10_000, 1, 1, 1)), "weight": np.ones((1, 1, 1, 1))}
    for arguments in (huge, many):
        tracemalloc.start()
        said = read(FLIP, padding=100, **arguments)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert said == "the images and kernels are too large together"
        assert most < 2_000_000


def test_rounding_shows_nothing():
    def shaky(x, **options):
        out = conv2d(x, **options)
        shaky.calls += 1
        return out * (1 + 1e-12 * shaky.calls)

    shaky.calls = 0
    assert read(PADDING, shaky) == "padding is 0"


def test_an_unfinished_conv2d_is_named():
    def stub(x, weight, **options):
        raise NotImplementedError

    assert "your conv2d, which is not written yet" in read(FLIP, stub)


def test_a_conv2d_that_returns_nothing_is_named():
    assert "your conv2d does not return" in read(FLIP, lambda **arguments: None)


def test_an_answer_is_read_the_same_after_it_has_been_carried():
    answer = special.telling_inputs()
    data = encode(answer)
    size = int.from_bytes(data[:4], "big")
    carried = decode(data[8 : 8 + size], data[8 + size :])
    assert read_telling(carried, conv2d) == dict.fromkeys(BUGS, SHOWS)


def test_an_input_is_not_changed():
    answer = special.telling_inputs()
    read_telling(answer, conv2d)
    again = special.telling_inputs()
    for name in BUGS:
        assert np.array_equal(answer[name]["x"], again[name]["x"])
        assert np.array_equal(answer[name]["weight"], again[name]["weight"])
