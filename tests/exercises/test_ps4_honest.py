"""Right matrices and layers, written in many ways, get full marks."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from convnets.im2col import check_columns
from coursekit.checks import observers
from coursekit.checks.mark import mark
from coursekit.checks.outcome import call


def two(value):
    return value if isinstance(value, tuple) else (value, value)


def steps(stride, padding, dilation):
    return (*two(stride), *two(padding), *two(dilation))


def counts(size, kernel_size, stride, padding, dilation):
    """Count the places of a window along both axes."""
    options = (size, *map(two, (kernel_size, stride, padding, dilation)))
    return [
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, s, p, d in zip(*options, strict=True)
    ]


def pad2d_numpy(x, padding, mode="zeros"):
    p_h, p_w = two(padding)
    name = {"zeros": "constant", "replicate": "edge", "reflect": "reflect"}[mode]
    return np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)), mode=name)


def pad2d_loops(x, padding, mode="zeros"):
    (p_h, p_w), (N, C, H, W) = two(padding), x.shape
    out = np.zeros((N, C, H + 2 * p_h, W + 2 * p_w))
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            row, column = i - p_h, j - p_w
            inside = 0 <= row < H and 0 <= column < W
            if mode == "replicate":
                row, column = min(max(row, 0), H - 1), min(max(column, 0), W - 1)
            if mode == "reflect":
                row = H - 1 - abs(H - 1 - abs(row))
                column = W - 1 - abs(W - 1 - abs(column))
            if inside or mode != "zeros":
                out[:, :, i, j] = x[:, :, row, column]
    return out


def pad2d_indices(x, padding, mode="zeros"):
    (p_h, p_w), (H, W) = two(padding), x.shape[2:]
    rows, columns = np.arange(-p_h, H + p_h), np.arange(-p_w, W + p_w)
    if mode == "zeros":
        out = np.zeros((*x.shape[:2], len(rows), len(columns)), dtype=np.float32)
        out[:, :, p_h : p_h + H, p_w : p_w + W] = x
        return out
    if mode == "replicate":
        rows, columns = rows.clip(0, H - 1), columns.clip(0, W - 1)
    else:
        rows = H - 1 - np.abs(H - 1 - np.abs(rows))
        columns = W - 1 - np.abs(W - 1 - np.abs(columns))
    return x[:, :, rows[:, np.newaxis], columns]


def pad2d_torch(x, padding, mode="zeros"):
    (p_h, p_w), name = two(padding), mode if mode != "zeros" else "constant"
    tensor = torch.from_numpy(x)
    return torch.nn.functional.pad(tensor, (p_w, p_w, p_h, p_h), name).numpy()


def unfold_loops(x, kernel_size, stride=1, padding=0, dilation=1):
    s_h, s_w, _, _, d_h, d_w = steps(stride, padding, dilation)
    K_h, K_w = two(kernel_size)
    H_out, W_out = counts(x.shape[2:], kernel_size, stride, padding, dilation)
    padded = pad2d_numpy(x, padding)
    out = np.zeros((len(x), x.shape[1] * K_h * K_w, H_out * W_out))
    for i, j in np.ndindex(H_out, W_out):
        taps = itertools.product(range(x.shape[1]), range(K_h), range(K_w))
        for row, (c, k, l) in enumerate(taps):
            pixel = padded[:, c, i * s_h + k * d_h, j * s_w + l * d_w]
            out[:, row, i * W_out + j] = pixel
    return out


def unfold_strides(x, kernel_size, stride=1, padding=0, dilation=1):
    s_h, s_w, _, _, d_h, d_w = steps(stride, padding, dilation)
    padded = np.ascontiguousarray(pad2d_numpy(x, padding))
    n, c, h, w = padded.strides
    places = counts(x.shape[2:], kernel_size, stride, padding, dilation)
    shape = (*x.shape[:2], *two(kernel_size), *places)
    view = as_strided(padded, shape, (n, c, h * d_h, w * d_w, h * s_h, w * s_w))
    return view.reshape(len(x), -1, places[0] * places[1])


def unfold_by_taps(x, kernel_size, stride=1, padding=0, dilation=1):
    s_h, s_w, _, _, d_h, d_w = steps(stride, padding, dilation)
    H_out, W_out = counts(x.shape[2:], kernel_size, stride, padding, dilation)
    padded = pad2d_numpy(x, padding)
    ends = (s_h * (H_out - 1) + 1, s_w * (W_out - 1) + 1)
    rows = [
        padded[:, c, k * d_h :, l * d_w :][:, : ends[0] : s_h, : ends[1] : s_w]
        for c in range(x.shape[1])
        for k, l in np.ndindex(two(kernel_size))
    ]
    return np.stack(rows, axis=1).reshape(len(x), len(rows), H_out * W_out)


def unfold_indices(x, kernel_size, stride=1, padding=0, dilation=1):
    s_h, s_w, _, _, d_h, d_w = steps(stride, padding, dilation)
    H_out, W_out = counts(x.shape[2:], kernel_size, stride, padding, dilation)
    k, l = (grid.ravel() for grid in np.indices(two(kernel_size)))
    i, j = (grid.ravel() for grid in np.indices((H_out, W_out)))
    rows = np.tile(k, x.shape[1])[:, np.newaxis] * d_h + i * s_h
    columns = np.tile(l, x.shape[1])[:, np.newaxis] * d_w + j * s_w
    c = np.repeat(np.arange(x.shape[1]), len(k))[:, np.newaxis]
    return pad2d_numpy(x.astype(np.float32), padding)[:, c, rows, columns]


def unfold_windows(x, kernel_size, stride=1, padding=0, dilation=1):
    s_h, s_w, _, _, d_h, d_w = steps(stride, padding, dilation)
    K_h, K_w = two(kernel_size)
    reach = (d_h * (K_h - 1) + 1, d_w * (K_w - 1) + 1)
    found = sliding_window_view(pad2d_numpy(x, padding), reach, axis=(2, 3))
    found = found[:, :, ::s_h, ::s_w, ::d_h, ::d_w]
    found = np.moveaxis(found, (4, 5), (2, 3))
    return found.reshape(len(x), x.shape[1] * K_h * K_w, -1)


def fold_loops(columns, output_size, kernel_size, stride=1, padding=0, dilation=1):
    s_h, s_w, p_h, p_w, d_h, d_w = steps(stride, padding, dilation)
    (H, W), (K_h, K_w) = two(output_size), two(kernel_size)
    H_out, W_out = counts((H, W), kernel_size, stride, padding, dilation)
    check_columns(columns, (K_h, K_w), (H_out, W_out))
    out = np.zeros((len(columns), columns.shape[1] // (K_h * K_w), H, W))
    taps = itertools.product(range(out.shape[1]), range(K_h), range(K_w))
    for row, (c, k, l) in enumerate(taps):
        for i, j in np.ndindex(H_out, W_out):
            y, x = i * s_h + k * d_h - p_h, j * s_w + l * d_w - p_w
            if 0 <= y < H and 0 <= x < W:
                out[:, c, y, x] += columns[:, row, i * W_out + j]
    return out


def fold_add_at(columns, output_size, kernel_size, stride=1, padding=0, dilation=1):
    (H, W), (K_h, K_w) = two(output_size), two(kernel_size)
    p_h, p_w = two(padding)
    places = counts((H, W), kernel_size, stride, padding, dilation)
    check_columns(columns, (K_h, K_w), places)
    C = columns.shape[1] // (K_h * K_w)
    shape = (1, C, H + 2 * p_h, W + 2 * p_w)
    number = np.arange(np.prod(shape)).reshape(shape)
    where = unfold_indices_of(number, kernel_size, stride, dilation)
    out = np.zeros((len(columns), number.size), dtype=np.float32)
    for image, values in zip(out, columns, strict=True):
        np.add.at(image, where, values)
    out = out.reshape(-1, *shape[1:])
    return out[:, :, p_h : p_h + H, p_w : p_w + W]


def unfold_indices_of(number, kernel_size, stride, dilation):
    """Say which pixel each number of the columns comes from."""
    columns = unfold_loops(number.astype(float), kernel_size, stride, 0, dilation)
    return columns[0].astype(int)


def fold_matrix(columns, output_size, kernel_size, stride=1, padding=0, dilation=1):
    (H, W), (K_h, K_w) = two(output_size), two(kernel_size)
    places = counts((H, W), kernel_size, stride, padding, dilation)
    check_columns(columns, (K_h, K_w), places)
    units = np.eye(H * W).reshape(H * W, 1, H, W)
    matrix = unfold_strides(units, kernel_size, stride, padding, dilation)
    per_channel = columns.reshape(len(columns), -1, K_h * K_w * columns.shape[2])
    out = per_channel @ matrix.reshape(H * W, -1).T
    return out.reshape(len(columns), -1, H, W)


def fold_by_taps(columns, output_size, kernel_size, stride=1, padding=0, dilation=1):
    s_h, s_w, p_h, p_w, d_h, d_w = steps(stride, padding, dilation)
    (H, W), (K_h, K_w) = two(output_size), two(kernel_size)
    H_out, W_out = counts((H, W), kernel_size, stride, padding, dilation)
    check_columns(columns, (K_h, K_w), (H_out, W_out))
    taps = columns.reshape(len(columns), -1, K_h, K_w, H_out, W_out)
    out = np.zeros((*taps.shape[:2], H + 2 * p_h, W + 2 * p_w))
    for k, l in np.ndindex(K_h, K_w):
        rows = slice(k * d_h, k * d_h + s_h * (H_out - 1) + 1, s_h)
        cols = slice(l * d_w, l * d_w + s_w * (W_out - 1) + 1, s_w)
        out[:, :, rows, cols] += taps[:, :, k, l]
    return out[:, :, p_h : H + p_h, p_w : W + p_w]


def conv2d_columns(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    size = counts(x.shape[2:], weight.shape[2:], stride, padding, dilation)
    parts = []
    for images, filters in zip(
        np.split(x, groups, axis=1), np.split(weight, groups), strict=True
    ):
        columns = unfold_strides(images, weight.shape[2:], stride, padding, dilation)
        parts.append(filters.reshape(len(filters), -1) @ columns)
    out = np.concatenate(parts, axis=1).reshape(len(x), len(weight), *size)
    return out if bias is None else out + bias.reshape(-1, 1, 1)


def conv2d_taps(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    s_h, s_w, _, _, d_h, d_w = steps(stride, padding, dilation)
    H_out, W_out = counts(x.shape[2:], weight.shape[2:], stride, padding, dilation)
    padded = pad2d_numpy(x, padding)
    padded = padded.reshape(len(x), groups, -1, *padded.shape[2:])
    filters = weight.reshape(groups, -1, *weight.shape[1:])
    out = np.zeros((len(x), groups, filters.shape[1], H_out, W_out))
    for k, l in np.ndindex(weight.shape[2:]):
        rows = k * d_h + s_h * np.arange(H_out)
        columns = l * d_w + s_w * np.arange(W_out)
        seen = padded[:, :, :, rows[:, np.newaxis], columns]
        out += np.einsum("ngcij,gdc->ngdij", seen, filters[..., k, l], optimize=True)
    out = out.reshape(len(x), len(weight), H_out, W_out)
    return out if bias is None else out + bias[:, np.newaxis, np.newaxis]


def conv2d_full_filters(
    x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1
):
    full = np.zeros((len(weight), x.shape[1], *weight.shape[2:]))
    span, each = weight.shape[1], len(weight) // groups
    for f in range(len(weight)):
        first = f // each * span
        full[f, first : first + span] = weight[f]
    s_h, s_w, _, _, d_h, d_w = steps(stride, padding, dilation)
    K_h, K_w = weight.shape[2:]
    reach = (d_h * (K_h - 1) + 1, d_w * (K_w - 1) + 1)
    found = sliding_window_view(pad2d_numpy(x, padding), reach, axis=(2, 3))
    found = found[:, :, ::s_h, ::s_w, ::d_h, ::d_w]
    out = np.tensordot(found, full, axes=([1, 4, 5], [1, 2, 3]))
    return np.moveaxis(out if bias is None else out + bias, 3, 1)


def conv2d_single(x, weight, bias=None, *args, **options):
    single = [None if a is None else a.astype(np.float32) for a in (x, weight, bias)]
    return conv2d_columns(*single, *args, **options)


def conv2d_torch(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    tensors = [
        None if a is None else torch.tensor(a).double() for a in (x, weight, bias)
    ]
    options = (stride, padding, dilation, groups)
    return torch.nn.functional.conv2d(*tensors, *options).numpy()


@pytest.mark.parametrize(
    "style",
    [
        pad2d_numpy,
        pad2d_loops,
        pad2d_indices,
        pad2d_torch,
        unfold_loops,
        unfold_strides,
        unfold_by_taps,
        unfold_indices,
        unfold_windows,
        fold_loops,
        fold_add_at,
        fold_matrix,
        fold_by_taps,
        conv2d_columns,
        conv2d_taps,
        conv2d_full_filters,
        conv2d_single,
        conv2d_torch,
    ],
)
def test_an_honest_style_gets_full_marks(shares, style):
    exercise = f"ps4.{style.__name__.partition('_')[0]}"
    assert shares(exercise, style) == {1.0}


@pytest.mark.parametrize(
    "style", [conv2d_columns, conv2d_taps, conv2d_full_filters, conv2d_single]
)
def test_an_honest_fast_layer_gets_full_marks(keys_of, monkeypatch, style):
    keys = keys_of("ps4.speed")
    # Tests have no clock: what counts here is that the output is right.
    monkeypatch.setattr(observers, "_words", lambda ratio: observers.FAST)
    for key in keys:
        result = mark(key, lambda case: call(style, case))
        assert result.earned == result.points
