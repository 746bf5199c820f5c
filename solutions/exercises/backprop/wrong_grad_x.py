"""Wrong gradients of the images, which `grad_x_mistakes` names.

A mistake gets the upstream gradient, the images and the options as pairs, and returns
the gradient of the images alone.
"""

from __future__ import annotations

import numpy as np

from convnets.backprop import conv2d_backward
from convnets.im2col import conv2d
from exercises.backprop.layers import options_of, spread


def alone(function):
    """Make a mistake about the images into a mistake about all three."""

    def backward(grad_out, x, weight, stride=1, padding=0, dilation=1, groups=1):
        both = conv2d_backward(grad_out, x, weight, stride, padding, dilation, groups)
        options = options_of(stride, padding, dilation)
        return function(grad_out, x, weight, *options, groups), *both[1:]

    return backward


def right(grad_out, x, weight, stride, padding, dilation, groups):
    options = (stride, padding, dilation, groups)
    return conv2d_backward(grad_out, x, weight, *options)[0]


def padded_size(x, padding):
    return x.shape[2] + 2 * padding[0], x.shape[3] + 2 * padding[1]


def cut(grad_padded, x, padding):
    (p_h, p_w), (H, W) = padding, x.shape[2:]
    return grad_padded[:, :, p_h : p_h + H, p_w : p_w + W]


def spread_and_cut(grad_out, x, weight, stride, padding, dilation, groups):
    size = padded_size(x, padding)
    return cut(spread(grad_out, weight, size, stride, dilation, groups), x, padding)


def not_turned(grad_out, x, weight, *rest):
    return right(grad_out, x, weight[:, :, ::-1, ::-1], *rest)


def kernel_transposed(grad_out, x, weight, *rest):
    return spread_and_cut(grad_out, x, weight.swapaxes(2, 3), *rest)


def channels_not_swapped(grad_out, x, weight, *rest):
    return right(grad_out, x, weight.swapaxes(0, 1), *rest)


def channels_reshaped(grad_out, x, weight, stride, padding, dilation, groups):
    C_out, channels, *taps = weight.shape
    filters = weight.reshape(groups, C_out // groups, channels, *taps)
    wrong = filters.reshape(groups, channels, C_out // groups, *taps).swapaxes(1, 2)
    wrong = wrong.reshape(weight.shape)
    return right(grad_out, x, wrong, stride, padding, dilation, groups)


def not_full(grad_out, x, weight, stride, padding, dilation, groups):
    turned = weight[:, :, ::-1, ::-1]
    filters = np.concatenate([part.swapaxes(0, 1) for part in np.split(turned, groups)])
    return conv2d(grad_out, filters, None, stride, padding, dilation, groups)


def overwritten(grad_out, x, weight, stride, padding, dilation, groups):
    out = np.zeros((*x.shape[:2], *padded_size(x, padding)))
    (s_h, s_w), (d_h, d_w), (K_h, K_w) = stride, dilation, weight.shape[2:]
    for i, j in np.ndindex(*grad_out.shape[2:]):
        here = grad_out[:, :, i : i + 1, j : j + 1]
        reach = (d_h * (K_h - 1) + 1, d_w * (K_w - 1) + 1)
        window = spread(here, weight, reach, (1, 1), dilation, groups)[
            ..., ::d_h, ::d_w
        ]
        rows = slice(i * s_h, i * s_h + reach[0], d_h)
        out[:, :, rows, j * s_w : j * s_w + reach[1] : d_w] = window
    return cut(out, x, padding)


def taps_overwritten(grad_out, x, weight, stride, padding, dilation, groups):
    size, kernel = padded_size(x, padding), weight.shape[2:]
    out = np.zeros((*x.shape[:2], *size))
    for tap in np.ndindex(*kernel):
        single = np.zeros_like(weight)
        single[:, :, tap[0], tap[1]] = weight[:, :, tap[0], tap[1]]
        part = spread(grad_out, single, size, stride, dilation, groups)
        met = spread(
            np.ones_like(grad_out), (single != 0) * 1.0, size, stride, dilation, groups
        )
        out = np.where(met > 0, part, out)
    return cut(out, x, padding)


def divided_by_visits(grad_out, x, weight, stride, padding, dilation, groups):
    size = padded_size(x, padding)
    ones = np.ones((1, 1, *grad_out.shape[2:])), np.ones((1, 1, *weight.shape[2:]))
    visits = np.maximum(spread(*ones, size, stride, dilation), 1)
    grad = spread(grad_out, weight, size, stride, dilation, groups) / visits
    return cut(grad, x, padding)


def mean_over_batch(grad_out, x, *rest):
    return right(grad_out, x, *rest) / len(x)


def mean_over_filters(grad_out, x, weight, *rest):
    return right(grad_out, x, weight, *rest) / len(weight)


def first_filter(grad_out, x, weight, *rest):
    first = np.zeros_like(weight)
    first[0] = weight[0]
    return right(grad_out, x, first, *rest)


def channels_mixed(grad_out, x, weight, *rest):
    mixed = np.repeat(weight.sum(axis=1, keepdims=True), weight.shape[1], axis=1)
    return right(grad_out, x, mixed, *rest)


def first_image_for_all(grad_out, x, *rest):
    return right(np.repeat(grad_out[:1], len(x), axis=0), x, *rest)


def summed_over_batch(grad_out, x, *rest):
    return np.repeat(right(grad_out, x, *rest).sum(axis=0, keepdims=True), len(x), 0)


def upstream_ignored(grad_out, x, *rest):
    return right(np.ones_like(grad_out), x, *rest)


def times_pixels(grad_out, x, *rest):
    return right(grad_out, x, *rest) * x


def stride_ignored(grad_out, x, weight, stride, padding, dilation, groups):
    return spread_and_cut(grad_out, x, weight, (1, 1), padding, dilation, groups)


def stride_too_long(grad_out, x, weight, stride, padding, dilation, groups):
    longer = tuple(s + 1 if s > 1 else s for s in stride)
    return spread_and_cut(grad_out, x, weight, longer, padding, dilation, groups)


def left_over_dropped(grad_out, x, weight, stride, padding, dilation, groups):
    grad = right(grad_out, x, weight, stride, padding, dilation, groups)
    shapes = (x.shape[2:], grad_out.shape[2:], weight.shape[2:])
    kept = [
        min(size, s * (places - 1) + d * (taps - 1) + 1 - p)
        for size, places, taps, s, p, d in zip(
            *shapes, stride, padding, dilation, strict=True
        )
    ]
    return grad[:, :, : kept[0], : kept[1]]


def left_over_above(grad_out, x, weight, stride, padding, dilation, groups):
    reached = left_over_dropped(grad_out, x, weight, stride, padding, dilation, groups)
    H, W = x.shape[2:]
    sides = ((H - reached.shape[2], 0), (W - reached.shape[3], 0))
    return np.pad(reached, ((0, 0), (0, 0), *sides))


def stride_down_for_both(grad_out, x, weight, stride, padding, dilation, groups):
    stride = (stride[0], stride[0])
    return spread_and_cut(grad_out, x, weight, stride, padding, dilation, groups)


def border_left_on(grad_out, x, weight, stride, padding, dilation, groups):
    return spread(grad_out, weight, padded_size(x, padding), stride, dilation, groups)


def border_cut_below(grad_out, x, weight, stride, padding, dilation, groups):
    return spread(grad_out, weight, x.shape[2:], stride, dilation, groups)


def border_cut_above(grad_out, x, weight, stride, padding, dilation, groups):
    grad = border_left_on(grad_out, x, weight, stride, padding, dilation, groups)
    return grad[:, :, 2 * padding[0] :, 2 * padding[1] :]


def border_cut_to_nothing(grad_out, x, weight, stride, padding, dilation, groups):
    grad = border_left_on(grad_out, x, weight, stride, padding, dilation, groups)
    p_h, p_w = padding
    return grad[:, :, p_h:-p_h, p_w:-p_w]


def last_filter(grad_out, x, weight, *rest):
    alone = np.zeros_like(grad_out)
    alone[:, -1] = grad_out[:, -1]
    return right(alone, x, weight, *rest)


def grad_weight_instead(grad_out, x, weight, stride, padding, dilation, groups):
    options = (stride, padding, dilation, groups)
    return conv2d_backward(grad_out, x, weight, *options)[1]


def border_kept_in_sums(grad_out, x, weight, stride, padding, dilation, groups):
    grad = border_left_on(grad_out, x, weight, stride, padding, dilation, groups)
    (p_h, p_w), (H, W) = padding, x.shape[2:]
    rows = np.clip(np.arange(H + 2 * p_h) - p_h, 0, H - 1)
    columns = np.clip(np.arange(W + 2 * p_w) - p_w, 0, W - 1)
    out = np.zeros(x.shape)
    np.add.at(out, (slice(None), slice(None), rows[:, None], columns), grad)
    return out


def border_swapped(grad_out, x, weight, stride, padding, dilation, groups):
    p_h, p_w = padding
    grad = border_left_on(grad_out, x, weight, stride, padding, dilation, groups)
    return grad[:, :, p_w : p_w + x.shape[2], p_h : p_h + x.shape[3]]


def dilation_ignored(grad_out, x, weight, stride, padding, dilation, groups):
    return spread_and_cut(grad_out, x, weight, stride, padding, (1, 1), groups)


def dilation_and_stride_swapped(grad_out, x, weight, stride, padding, dilation, groups):
    return spread_and_cut(grad_out, x, weight, dilation, padding, stride, groups)


def dilation_off_by_one(grad_out, x, weight, stride, padding, dilation, groups):
    wider = tuple(d + 1 if max(dilation) > 1 else d for d in dilation)
    return spread_and_cut(grad_out, x, weight, stride, padding, wider, groups)


def groups_ignored(grad_out, x, weight, stride, padding, dilation, groups):
    wide = np.tile(weight, (1, groups, 1, 1))
    return spread_and_cut(grad_out, x, wide, stride, padding, dilation, 1)


def first_group_for_all(grad_out, x, weight, stride, padding, dilation, groups):
    grad = np.zeros(x.shape)
    channels = spread_and_cut(grad_out, x, weight, stride, padding, dilation, 1)
    grad[:, : weight.shape[1]] = channels
    return grad


def groups_dealt_out(grad_out, x, *rest):
    groups = rest[-1]
    order = np.arange(x.shape[1]).reshape(groups, -1).T.ravel()
    return right(grad_out, x, *rest)[:, order]
