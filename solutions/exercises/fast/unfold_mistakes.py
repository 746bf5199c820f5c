"""Plausible wrong ways to write windows into columns, for ps4.unfold."""

from __future__ import annotations

import numpy as np

from convnets.arguments import pair, window_pairs
from convnets.im2col import pad2d, unfold
from coursekit.checks.declare import Misconception


def windows(x, kernel_size, stride=1, padding=0, dilation=1):
    """Return all windows, shape (N, C, H_out, W_out, K_h, K_w)."""
    kernel_size, stride, padding, dilation = window_pairs(
        x.shape[2:], kernel_size, stride, padding, dilation
    )
    (K_h, K_w), (s_h, s_w), (d_h, d_w) = kernel_size, stride, dilation
    reach = (1 + (K_h - 1) * d_h, 1 + (K_w - 1) * d_w)
    view = np.lib.stride_tricks.sliding_window_view
    found = view(pad2d(x, padding), reach, axis=(2, 3))
    return found[:, :, ::s_h, ::s_w, ::d_h, ::d_w]


def in_columns(found, axes=(0, 1, 4, 5, 2, 3)):
    """Make a matrix of windows, with their axes in this order."""
    moved = found.transpose(axes)
    N, C = found.shape[:2]
    K_h, K_w = found.shape[4:]
    return moved.reshape(N, C * K_h * K_w, -1)


def one_row_for_every_place(x, kernel_size, stride=1, padding=0, dilation=1):
    return unfold(x, kernel_size, stride, padding, dilation).swapaxes(1, 2)


def reshaped_without_moving(x, kernel_size, stride=1, padding=0, dilation=1):
    found = windows(x, kernel_size, stride, padding, dilation)
    return in_columns(found, (0, 1, 2, 3, 4, 5))


def channels_moved_innermost(x, kernel_size, stride=1, padding=0, dilation=1):
    found = windows(x, kernel_size, stride, padding, dilation)
    return in_columns(found, (0, 4, 5, 1, 2, 3))


def taps_down_first(x, kernel_size, stride=1, padding=0, dilation=1):
    found = windows(x, kernel_size, stride, padding, dilation)
    return in_columns(found, (0, 1, 5, 4, 2, 3))


def places_down_first(x, kernel_size, stride=1, padding=0, dilation=1):
    found = windows(x, kernel_size, stride, padding, dilation)
    return in_columns(found, (0, 1, 4, 5, 3, 2))


def taps_turned_round(x, kernel_size, stride=1, padding=0, dilation=1):
    found = windows(x, kernel_size, stride, padding, dilation)
    return in_columns(found[..., ::-1, ::-1])


def channels_on_an_axis_of_their_own(x, kernel_size, stride=1, padding=0, dilation=1):
    columns = unfold(x, kernel_size, stride, padding, dilation)
    N, C = x.shape[:2]
    return columns.reshape(N, C, -1, columns.shape[2])


def channels_side_by_side(x, kernel_size, stride=1, padding=0, dilation=1):
    each = [
        unfold(x[:, [c]], kernel_size, stride, padding, dilation) for c in channels(x)
    ]
    return np.concatenate(each, axis=2)


def first_channel_only(x, kernel_size, stride=1, padding=0, dilation=1):
    return unfold(x[:, :1], kernel_size, stride, padding, dilation)


def channels(x):
    """Count the channels of a batch of images."""
    return range(x.shape[1])


def images_side_by_side(x, kernel_size, stride=1, padding=0, dilation=1):
    return np.concatenate(list(unfold(x, kernel_size, stride, padding, dilation)), 1)


def first_image_only(x, kernel_size, stride=1, padding=0, dilation=1):
    return unfold(x[:1], kernel_size, stride, padding, dilation)


def stride_ignored(x, kernel_size, stride=1, padding=0, dilation=1):
    return unfold(x, kernel_size, 1, padding, dilation)


def stride_swapped(x, kernel_size, stride=1, padding=0, dilation=1):
    return unfold(x, kernel_size, pair("stride", stride)[::-1], padding, dilation)


def stride_down_for_both(x, kernel_size, stride=1, padding=0, dilation=1):
    return unfold(x, kernel_size, pair("stride", stride)[0], padding, dilation)


def padding_above_for_both(x, kernel_size, stride=1, padding=0, dilation=1):
    return unfold(x, kernel_size, stride, pair("padding", padding)[0], dilation)


def dilation_down_for_both(x, kernel_size, stride=1, padding=0, dilation=1):
    return unfold(x, kernel_size, stride, padding, pair("dilation", dilation)[0])


def stride_in_size_only(x, kernel_size, stride=1, padding=0, dilation=1):
    H_out, W_out = windows(x, kernel_size, stride, padding, dilation).shape[2:4]
    found = windows(x, kernel_size, 1, padding, dilation)
    return in_columns(found[:, :, :H_out, :W_out])


def rounded_up(x, kernel_size, stride=1, padding=0, dilation=1):
    kernel, step, border, gap = window_pairs(
        x.shape[2:], kernel_size, stride, padding, dilation
    )
    sides = [(0, 0), (0, 0)]
    for size, k, s, p, d in zip(x.shape[2:], kernel, step, border, gap, strict=True):
        left_over = (size + 2 * p - 1 - (k - 1) * d) % s
        sides.append((p, p + -left_over % s))
    return unfold(np.pad(x, sides), kernel_size, stride, 0, dilation)


def padding_ignored(x, kernel_size, stride=1, padding=0, dilation=1):
    return unfold(x, kernel_size, stride, 0, dilation)


def padding_above_and_left(x, kernel_size, stride=1, padding=0, dilation=1):
    sides = [(0, 0), (0, 0), *((p, 0) for p in pair("padding", padding))]
    return unfold(np.pad(x, sides), kernel_size, stride, 0, dilation)


def all_padding_above_and_left(x, kernel_size, stride=1, padding=0, dilation=1):
    sides = [(0, 0), (0, 0), *((2 * p, 0) for p in pair("padding", padding))]
    return unfold(np.pad(x, sides), kernel_size, stride, 0, dilation)


def one_place_too_few(x, kernel_size, stride=1, padding=0, dilation=1):
    found = windows(x, kernel_size, stride, padding, dilation)
    return in_columns(found[:, :, :-1, :-1])


def padding_swapped(x, kernel_size, stride=1, padding=0, dilation=1):
    return unfold(x, kernel_size, stride, pair("padding", padding)[::-1], dilation)


def border_replicated(x, kernel_size, stride=1, padding=0, dilation=1):
    return unfold(pad2d(x, padding, "replicate"), kernel_size, stride, 0, dilation)


def dilation_ignored(x, kernel_size, stride=1, padding=0, dilation=1):
    return unfold(x, kernel_size, stride, padding)


def dilation_as_gap(x, kernel_size, stride=1, padding=0, dilation=1):
    more = tuple(d + 1 for d in pair("dilation", dilation))
    return unfold(x, kernel_size, stride, padding, more)


def dilation_swapped(x, kernel_size, stride=1, padding=0, dilation=1):
    return unfold(x, kernel_size, stride, padding, pair("dilation", dilation)[::-1])


def reach_without_dilation(x, kernel_size, stride=1, padding=0, dilation=1):
    H_out, W_out = windows(x, kernel_size, stride, padding).shape[2:4]
    sides = [(0, 0), (0, 0), *((0, size) for size in x.shape[2:])]
    found = windows(np.pad(pad2d(x, padding), sides), kernel_size, stride, 0, dilation)
    return in_columns(found[:, :, :H_out, :W_out])


def kernel_swapped(x, kernel_size, stride=1, padding=0, dilation=1):
    return unfold(x, pair("kernel_size", kernel_size)[::-1], stride, padding, dilation)


def only_square_kernels(x, kernel_size, stride=1, padding=0, dilation=1):
    return unfold(x, pair("kernel_size", kernel_size)[0], stride, padding, dilation)


MISCONCEPTIONS = [
    Misconception(
        "one row for every place",
        "Your matrix is the right one, transposed: there has to be one *column* for "
        "each place of the window.",
        one_row_for_every_place,
    ),
    Misconception(
        "reshaped without moving the axes",
        "All the right numbers are there, in the wrong places. Reshaping never moves a "
        "number: the axes of the taps have to come before those of the places first.",
        reshaped_without_moving,
    ),
    Misconception(
        "channels innermost",
        "Your rows go through the channels fastest. All taps of the first channel come "
        "first, then all taps of the second one.",
        channels_moved_innermost,
    ),
    Misconception(
        "taps read downwards first",
        "The taps of a window are read like text: along its first row, then its "
        "second one.",
        taps_down_first,
    ),
    Misconception(
        "places read downwards first",
        "The windows come in the order of text: along the first row of the output, "
        "then along the second one.",
        places_down_first,
    ),
    Misconception(
        "windows turned round",
        "The rows of your matrix come in reverse order within each channel. Nothing "
        "is flipped: the first row holds the top left pixels.",
        taps_turned_round,
    ),
    Misconception(
        "an axis for the channels",
        "The matrix of an image has two axes. The taps of all channels stand below "
        "each other in one column.",
        channels_on_an_axis_of_their_own,
    ),
    Misconception(
        "channels side by side",
        "A window reaches through all channels, so that its column is longer; you made "
        "more columns.",
        channels_side_by_side,
    ),
    Misconception(
        "only the first channel",
        "A window reaches through all channels; your columns hold the first one only.",
        first_channel_only,
    ),
    Misconception(
        "no axis for the images",
        "Each image of the batch has a matrix of its own, counted by the first axis, "
        "even if there is only one.",
        images_side_by_side,
    ),
    Misconception(
        "only the first image",
        "There is one matrix for each image of the batch.",
        first_image_only,
    ),
    Misconception(
        "stride ignored",
        "The window moves by one pixel at a time, whatever `stride` says.",
        stride_ignored,
    ),
    Misconception(
        "stride swapped",
        "The first number of a stride is the step downwards, the second one the step "
        "to the right.",
        stride_swapped,
    ),
    Misconception(
        "the step downwards for both axes",
        "The second number of a stride is the step to the right.",
        stride_down_for_both,
    ),
    Misconception(
        "the padding above for all sides",
        "The second number of a padding counts to the left and right.",
        padding_above_for_both,
    ),
    Misconception(
        "the dilation downwards for both axes",
        "The second number of a dilation is the distance to the right.",
        dilation_down_for_both,
    ),
    Misconception(
        "stride in the size only",
        "There is the right number of columns, but neighbouring windows still begin "
        "one pixel apart.",
        stride_in_size_only,
    ),
    Misconception(
        "rounded up, not down",
        "Your last windows reach past the padded image. Where the stride does not "
        "fit, the pixels left over are dropped.",
        rounded_up,
    ),
    Misconception(
        "padding ignored",
        "The window never leaves the image, whatever `padding` says.",
        padding_ignored,
    ),
    Misconception(
        "padding above and to the left only",
        "`padding` zeros are added on each side; the windows at the bottom and at the "
        "right are missing.",
        padding_above_and_left,
    ),
    Misconception(
        "all the padding above and to the left",
        "The size is right, but the image is shifted: half of the zeros belong below "
        "and to the right.",
        all_padding_above_and_left,
    ),
    Misconception(
        "one place too few",
        "The last place of each axis is missing. How many places has a window of 2 "
        "along 3 pixels?",
        one_place_too_few,
    ),
    Misconception(
        "padding swapped",
        "The first number of a padding counts above and below, the second one to the "
        "left and right.",
        padding_swapped,
    ),
    Misconception(
        "padding with the border's values",
        "Your padding repeats the pixels at the border. Here the padding is zeros.",
        border_replicated,
    ),
    Misconception(
        "dilation ignored",
        "The taps of your window always touch, whatever `dilation` says.",
        dilation_ignored,
    ),
    Misconception(
        "dilation as the gap",
        "You left out `dilation` pixels between two taps. It is the distance from one "
        "tap to the next: 1 if they touch.",
        dilation_as_gap,
    ),
    Misconception(
        "dilation swapped",
        "The first number of a dilation is the distance downwards, the second one the "
        "distance to the right.",
        dilation_swapped,
    ),
    Misconception(
        "places counted without the dilation",
        "A dilated window reaches further, so there are fewer places for it. Your last "
        "windows hang over the edge.",
        reach_without_dilation,
    ),
    Misconception(
        "height and width of the window swapped",
        "The first number of `kernel_size` is the height of the window.",
        kernel_swapped,
    ),
    Misconception(
        "only square windows",
        "The height of the window is used as its width too.",
        only_square_kernels,
    ),
]
