"""Right layers and template matchers, written in many ways, get full marks."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.signal
from numpy.lib.stride_tricks import sliding_window_view


def padded(x, padding):
    sides = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    return np.pad(x, sides)


def strided_windows(x, weight, stride, padding):
    windows = sliding_window_view(padded(x, padding), weight.shape[2:], axis=(2, 3))
    return windows[:, :, ::stride, ::stride]  # (N, C_in, H_out, W_out, K_h, K_w)


def conv2d_seven_loops(x, weight, bias=None, stride=1, padding=0):
    N, C_in, H_in, W_in = x.shape
    C_out, _, K_h, K_w = weight.shape
    H_out = (H_in + 2 * padding - K_h) // stride + 1
    W_out = (W_in + 2 * padding - K_w) // stride + 1
    larger = np.zeros((N, C_in, H_in + 2 * padding, W_in + 2 * padding))
    larger[:, :, padding : padding + H_in, padding : padding + W_in] = x
    out = np.zeros((N, C_out, H_out, W_out))
    places = itertools.product(*map(range, (N, C_out, H_out, W_out)))
    for n, c, i, j in places:
        total = 0.0 if bias is None else bias[c]
        for d, k, l in itertools.product(*map(range, (C_in, K_h, K_w))):
            total += larger[n, d, i * stride + k, j * stride + l] * weight[c, d, k, l]
        out[n, c, i, j] = total
    return out


def conv2d_without_padding(x, weight, bias=None, stride=1, padding=0):
    N, _, H_in, W_in = x.shape
    C_out, _, K_h, K_w = weight.shape
    H_out = (H_in + 2 * padding - K_h) // stride + 1
    W_out = (W_in + 2 * padding - K_w) // stride + 1
    out = np.zeros((N, C_out, H_out, W_out))
    for i, j, k, l in itertools.product(*map(range, (H_out, W_out, K_h, K_w))):
        row, column = i * stride + k - padding, j * stride + l - padding
        if 0 <= row < H_in and 0 <= column < W_in:
            out[:, :, i, j] += x[:, :, row, column] @ weight[:, :, k, l].T
    return out if bias is None else out + bias.reshape(1, -1, 1, 1)


def conv2d_einsum(x, weight, bias=None, stride=1, padding=0):
    windows = strided_windows(x, weight, stride, padding)
    out = np.einsum("ncijkl,dckl->ndij", windows, weight)
    return out if bias is None else out + bias[:, np.newaxis, np.newaxis]


def conv2d_matmul(x, weight, bias=None, stride=1, padding=0):
    windows = strided_windows(x, weight, stride, padding).transpose(0, 2, 3, 1, 4, 5)
    columns = windows.reshape(*windows.shape[:3], -1)  # (N, H_out, W_out, C_in*K_h*K_w)
    out = columns @ weight.reshape(len(weight), -1).T
    if bias is not None:
        out = out + bias
    return out.transpose(0, 3, 1, 2)


def conv2d_single(x, weight, bias=None, stride=1, padding=0):
    single = [None if a is None else a.astype(np.float32) for a in (x, weight, bias)]
    return conv2d_matmul(*single, stride, padding)


def conv2d_lists(x, weight, bias=None, stride=1, padding=0):
    offsets = [0.0] * len(weight) if bias is None else bias.tolist()
    return np.array(
        [
            [
                sum(map(scipy_valid, image, filter_))[::stride, ::stride] + offset
                for filter_, offset in zip(weight, offsets, strict=True)
            ]
            for image in padded(x, padding)
        ]
    )


def scipy_valid(channel, kernel):
    return scipy.signal.correlate2d(channel, kernel, mode="valid")


def match_template_loops(image, template):
    K_h, K_w = template.shape
    best, place = -np.inf, (0, 0)
    for i in range(image.shape[0] - K_h + 1):
        for j in range(image.shape[1] - K_w + 1):
            window = image[i : i + K_h, j : j + K_w]
            a, b = window - window.mean(), template - template.mean()
            length = np.sqrt((a**2).sum() * (b**2).sum())
            score = (a * b).sum() / length if length > 0 else 0.0
            if score > best:
                best, place = score, (i, j)
    return place


def match_template_windows(image, template):
    windows = sliding_window_view(image, template.shape)
    windows = windows - windows.mean(axis=(2, 3), keepdims=True)
    template = template - template.mean()
    length = np.sqrt(np.sum(windows**2, axis=(2, 3)))
    scores = np.sum(windows * template, axis=(2, 3)) / np.maximum(length, 1e-8)
    return np.unravel_index(scores.argmax(), scores.shape)


def match_template_single(image, template):
    row, column = match_template_windows(
        image.astype(np.float32), template.astype(np.float32)
    )
    return int(row), int(column)


def match_template_standardised(image, template):
    def standard(values):
        spread = values.std()
        return (values - values.mean()) / spread if spread > 1e-6 else 0 * values

    windows = sliding_window_view(image, template.shape)
    scores = np.zeros(windows.shape[:2])
    for place in np.ndindex(*scores.shape):
        scores[place] = np.vdot(standard(windows[place]), standard(template))
    return divmod(int(scores.argmax()), scores.shape[1])


def match_template_scipy(image, template):
    ones = np.ones_like(template)
    centred = template - template.mean()
    top = scipy.signal.correlate2d(image, centred, mode="valid")
    sums = scipy.signal.correlate2d(image, ones, mode="valid")
    squares = scipy.signal.correlate2d(image**2, ones, mode="valid")
    spread = np.sqrt(np.maximum(squares - sums**2 / template.size, 0.0))
    scores = np.where(spread > 1e-6, top / np.maximum(spread, 1e-6), 0.0)
    row, column = np.unravel_index(np.argmax(scores), scores.shape)
    return row, column


@pytest.mark.parametrize(
    "style",
    [
        conv2d_seven_loops,
        conv2d_without_padding,
        conv2d_einsum,
        conv2d_matmul,
        conv2d_single,
        conv2d_lists,
    ],
)
def test_an_honest_layer_gets_full_marks(shares, style):
    assert shares("ps1.conv2d_loops", style) == {1.0}


@pytest.mark.parametrize(
    "style",
    [
        match_template_loops,
        match_template_windows,
        match_template_single,
        match_template_standardised,
        match_template_scipy,
    ],
)
def test_an_honest_matcher_gets_full_marks(shares, style):
    assert shares("ps1.match_template", style) == {1.0}
