"""Right answers in two dimensions, written in many ways, get full marks."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import scipy.signal
from numpy.lib.stride_tricks import sliding_window_view


def correlate2d_loops(x, kernel):
    H_in, W_in = x.shape
    K_h, K_w = kernel.shape
    out = np.zeros((H_in - K_h + 1, W_in - K_w + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for k in range(K_h):
                for l in range(K_w):
                    out[i, j] += x[i + k, j + l] * kernel[k, l]
    return out


def correlate2d_lists(x, kernel):
    K_h, K_w = kernel.shape
    return np.array(
        [
            [
                float(np.sum(x[i : i + K_h, j : j + K_w] * kernel))
                for j in range(x.shape[1] - K_w + 1)
            ]
            for i in range(x.shape[0] - K_h + 1)
        ]
    )


def correlate2d_einsum(x, kernel):
    return np.einsum("ijkl,kl->ij", sliding_window_view(x, kernel.shape), kernel)


def correlate2d_taps(x, kernel):
    H_out, W_out = np.array(x.shape) - kernel.shape + 1
    out = 0.0
    for (k, l), weight in np.ndenumerate(kernel):
        out = out + weight * x[k : k + H_out, l : l + W_out]
    return out


def correlate2d_matmul(x, kernel):
    windows = sliding_window_view(x, kernel.shape)
    return windows.reshape(*windows.shape[:2], -1) @ kernel.ravel()


def correlate2d_single(x, kernel):
    windows = sliding_window_view(x.astype(np.float32), kernel.shape)
    return np.tensordot(windows, kernel.astype(np.float32), axes=2)


def correlate2d_scipy(x, kernel):
    return scipy.signal.correlate2d(x, kernel, mode="valid")


def convolve2d_flipped(x, kernel):
    return correlate2d_loops(x, np.flip(kernel))


def convolve2d_turned(x, kernel):
    return correlate2d_einsum(x, np.rot90(kernel, 2))


def convolve2d_definition(x, kernel):
    K_h, K_w = kernel.shape
    out = np.zeros((x.shape[0] - K_h + 1, x.shape[1] - K_w + 1), dtype=np.float32)
    for (i, j), (k, l) in (
        (place, tap)
        for place in np.ndindex(*out.shape)
        for tap in np.ndindex(*kernel.shape)
    ):
        out[i, j] += x[i + K_h - 1 - k, j + K_w - 1 - l] * kernel[k, l]
    return out


def convolve2d_both_turned(x, kernel):
    return correlate2d_matmul(x[::-1, ::-1], kernel)[::-1, ::-1]


def convolve2d_scipy(x, kernel):
    return scipy.signal.convolve2d(x, kernel, mode="valid")


def correlation_matrix_loops(kernel, height, width):
    K_h, K_w = kernel.shape
    H_out, W_out = height - K_h + 1, width - K_w + 1
    matrix = np.zeros((H_out * W_out, height * width))
    for i in range(H_out):
        for j in range(W_out):
            for k in range(K_h):
                for l in range(K_w):
                    matrix[i * W_out + j, (i + k) * width + j + l] = kernel[k, l]
    return matrix


def correlation_matrix_unit_images(kernel, height, width):
    units = np.eye(height * width).reshape(-1, height, width)
    return np.array([correlate2d_einsum(unit, kernel).ravel() for unit in units]).T


def correlation_matrix_pasted(kernel, height, width):
    K_h, K_w = kernel.shape
    rows = []
    for i in range(height - K_h + 1):
        for j in range(width - K_w + 1):
            empty = np.zeros((height, width), dtype=np.float32)
            empty[i : i + K_h, j : j + K_w] = kernel
            rows.append(empty.ravel())
    return np.array(rows)


def correlation_matrix_kronecker(kernel, height, width):
    H_out = height - kernel.shape[0] + 1
    blocks = (
        np.kron(np.eye(H_out, height, k), band(row, width))
        for k, row in enumerate(kernel)
    )
    return sum(blocks)


def correlation_matrix_blocks(kernel, height, width):
    W_out = width - kernel.shape[1] + 1
    empty = [np.zeros((W_out, width))]
    bands = [band(row, width) for row in kernel]
    spare = height - len(kernel)
    return np.block([empty * i + bands + empty * (spare - i) for i in range(spare + 1)])


def band(row, width):
    """Call SciPy, which wants the first column and the first row."""
    column = np.zeros(width - len(row) + 1)
    column[0] = row[0]
    return scipy.linalg.toeplitz(column, np.append(row, np.zeros(width - len(row))))


@pytest.mark.parametrize(
    "style",
    [
        correlate2d_loops,
        correlate2d_lists,
        correlate2d_einsum,
        correlate2d_taps,
        correlate2d_matmul,
        correlate2d_single,
        correlate2d_scipy,
        convolve2d_flipped,
        convolve2d_turned,
        convolve2d_definition,
        convolve2d_both_turned,
        convolve2d_scipy,
    ],
)
def test_an_honest_style_gets_full_marks(shares, style):
    exercise = f"ps1.{style.__name__.partition('_')[0]}"
    assert shares(exercise, style) == {1.0}


@pytest.mark.parametrize(
    "style",
    [
        correlation_matrix_loops,
        correlation_matrix_unit_images,
        correlation_matrix_pasted,
        correlation_matrix_kronecker,
        correlation_matrix_blocks,
    ],
)
def test_an_honest_matrix_gets_full_marks(shares, style):
    assert shares("ps1.correlation_matrix", style) == {1.0}
