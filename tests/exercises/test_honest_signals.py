"""Right answers in one dimension, written in many ways, get full marks."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import scipy.signal
from numpy.lib.stride_tricks import sliding_window_view


def correlate1d_loops(x, kernel, stride=1):
    W_out = (len(x) - len(kernel)) // stride + 1
    out = np.zeros(W_out)
    for i in range(W_out):
        for k in range(len(kernel)):
            out[i] += x[i * stride + k] * kernel[k]
    return out


def correlate1d_list(x, kernel, stride=1):
    out = []
    start = 0
    while start + len(kernel) <= len(x):
        pairs = zip(x[start : start + len(kernel)], kernel, strict=True)
        out.append(sum(a * b for a, b in pairs))
        start += stride
    return np.array(out)


def correlate1d_windows(x, kernel, stride=1):
    return sliding_window_view(x, len(kernel))[::stride] @ kernel


def correlate1d_taps(x, kernel, stride=1):
    last = len(x) - len(kernel) + 1
    return sum(w * x[k : k + last : stride] for k, w in enumerate(kernel))


def correlate1d_single(x, kernel, stride=1):
    windows = sliding_window_view(x.astype(np.float32), len(kernel))[::stride]
    return np.einsum("ik,k->i", windows, kernel.astype(np.float32))


def correlate1d_numpy(x, kernel, stride=1):
    return np.correlate(x, kernel, mode="valid")[::stride]


def correlate1d_scipy(x, kernel, stride=1):
    return scipy.signal.convolve(x, kernel[::-1], mode="valid")[::stride]


def toeplitz_loops(kernel, length, stride=1):
    W_out = (length - len(kernel)) // stride + 1
    matrix = np.zeros((W_out, length))
    for i in range(W_out):
        for k in range(len(kernel)):
            matrix[i, i * stride + k] = kernel[k]
    return matrix


def toeplitz_unit_signals(kernel, length, stride=1):
    columns = [correlate1d_list(row, kernel, stride) for row in np.eye(length)]
    return np.array(columns).T


def toeplitz_rolled(kernel, length, stride=1):
    first = np.concatenate([kernel, np.zeros(length - len(kernel))])
    starts = range(0, length - len(kernel) + 1, stride)
    return np.stack([np.roll(first, start) for start in starts])


def toeplitz_lists(kernel, length, stride=1):
    K_w = len(kernel)
    rows = []
    for start in range(0, length - K_w + 1, stride):
        rows.append([0.0] * start + list(kernel) + [0.0] * (length - K_w - start))
    return np.array(rows)


def toeplitz_scipy(kernel, length, stride=1):
    column = np.zeros(length - len(kernel) + 1)
    column[0] = kernel[0]
    row = np.zeros(length)
    row[: len(kernel)] = kernel
    return scipy.linalg.toeplitz(column, row)[::stride]


def toeplitz_single(kernel, length, stride=1):
    W_out = (length - len(kernel)) // stride + 1
    matrix = np.zeros((W_out, length), dtype=np.float32)
    at = np.arange(W_out)[:, np.newaxis] * stride + np.arange(len(kernel))
    matrix[np.arange(W_out)[:, np.newaxis], at] = kernel
    return matrix


@pytest.mark.parametrize(
    "style",
    [
        correlate1d_loops,
        correlate1d_list,
        correlate1d_windows,
        correlate1d_taps,
        correlate1d_single,
        correlate1d_numpy,
        correlate1d_scipy,
        toeplitz_loops,
        toeplitz_unit_signals,
        toeplitz_rolled,
        toeplitz_lists,
        toeplitz_scipy,
        toeplitz_single,
    ],
)
def test_an_honest_style_gets_full_marks(shares, style):
    exercise = f"ps1.{style.__name__.partition('_')[0]}"
    assert shares(exercise, style) == {1.0}
