"""What the figures accept, and what they say when they do not."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from coursekit.errors import ShapeError
from coursekit.widgets import SlidingKernel, ToeplitzMatrix

X, KERNEL = [[0, 1, 2], [3, 4, 5]], [[1, 0]]


@pytest.mark.parametrize("kind", [list, np.array, torch.tensor])
def test_lists_and_arrays_are_the_same(kind):
    figure = SlidingKernel(kind(X), kind(KERNEL))
    assert figure.x == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    assert figure.kernel == [[1.0, 0.0]]


def test_numpy_integers_are_fine_for_stride_and_padding():
    figure = SlidingKernel(X, KERNEL, stride=np.int64(2), padding=np.int64(1))
    assert (figure.stride, figure.padding) == (2, 1)


SLIDING = {
    "one axis": (([1, 2], KERNEL), r"`x` must have 2 axes \(H_in, W_in\)"),
    "ragged": (
        ([[1, 2], [3]], KERNEL),
        "`x` must hold numbers in rows of equal length",
    ),
    "words": (([["a"]], KERNEL), "`x` must hold numbers"),
    "not finite": (([[np.nan, 1.0]], KERNEL), "`x` must hold finite numbers"),
    "empty": ((np.ones((0, 3)), KERNEL), r"`x` must have 1 to 8 numbers .* \(0, 3\)"),
    "large input": ((np.ones((9, 2)), KERNEL), r"1 to 8 numbers .* \(9, 2\)"),
    "large kernel": ((X, np.ones((1, 6))), r"`kernel` must have 1 to 5 .* \(1, 6\)"),
    "no fit": (
        (X, np.ones((3, 1))),
        r"kernel height \(3\) is larger than the input \(2",
    ),
    "stride 0": ((X, KERNEL, 0), "`stride` must be at least 1, but it is 0"),
    "stride 9": ((X, KERNEL, 9), "`stride` must be at most 4 in this figure"),
    "padding": ((X, KERNEL, 1, -1), "`padding` must be at least 0, but it is -1"),
}


@pytest.mark.parametrize("case", SLIDING)
def test_sliding_kernel_names_what_is_wrong(case):
    arguments, message = SLIDING[case]
    with pytest.raises(ShapeError, match=message):
        SlidingKernel(*arguments)


def test_padding_can_make_a_kernel_fit():
    assert SlidingKernel(X, np.ones((3, 1)), padding=1).padding == 1


def test_an_unknown_mode_is_named():
    with pytest.raises(ValueError, match=r'"correlation" or "convolution".*\'flip\''):
        SlidingKernel(X, KERNEL, mode="flip")


TOEPLITZ = {
    "three axes": ((np.ones((2, 2, 2)), [1]), r"`x` must have 1 axis .* \(2, 2, 2\)"),
    "axes differ": (([1, 2, 3], KERNEL), r"`kernel` must have 1 axis \(K_w\)"),
    "long signal": ((np.ones(13), [1]), r"`x` must have 1 to 12 numbers"),
    "large image": ((np.ones((2, 7)), KERNEL), r"`x` must have 1 to 6 numbers"),
    "long kernel": (
        ([1, 2], [1, 2, 3]),
        r"kernel width \(3\) is larger than the input",
    ),
    "tall kernel": ((X, np.ones((3, 1))), r"kernel height \(3\) is larger"),
    "stride": (([1, 2], [1], 0), "`stride` must be at least 1"),
}


@pytest.mark.parametrize("case", TOEPLITZ)
def test_toeplitz_matrix_names_what_is_wrong(case):
    arguments, message = TOEPLITZ[case]
    with pytest.raises(ShapeError, match=message):
        ToeplitzMatrix(*arguments)


def test_a_later_assignment_is_checked_too():
    figure = ToeplitzMatrix([1, 2, 3], [1])
    figure.x = (4, 5)
    assert figure.x == [4.0, 5.0]
    with pytest.raises(ShapeError, match="1 axis"):
        figure.x = X
