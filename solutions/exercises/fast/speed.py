"""ps4.speed: the convolutional layer once more, at least 50 times as fast as loops."""

from __future__ import annotations

import numpy as np

from convnets.im2col import conv2d, pad2d
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import pixels
from exercises.fast.conv2d_mistakes import (
    filters_before_images,
    flipped,
    places_before_filters,
)


def small_pictures(rng: np.random.Generator) -> list[Case]:
    x = pixels(rng, 4, 3, 31, 31)
    weight = rng.integers(-1, 2, size=(25, 3, 3, 3)).astype(float)
    return [case("4 images, 25 filters", x, weight, stride=2, padding=1)]


def windows(x, weight, stride, padding):
    """Return the windows of every image, shape (N, H_out, W_out, C_in, K_h, K_w)."""
    view = np.lib.stride_tricks.sliding_window_view
    found = view(pad2d(x, padding), weight.shape[2:], axis=(2, 3))
    return found[:, :, ::stride, ::stride].transpose(0, 2, 3, 1, 4, 5)


def loop_for_every_number(x, weight, bias=None, stride=1, padding=0):
    seen = windows(x, weight, stride, padding)
    N, H_out, W_out = seen.shape[:3]
    out = np.zeros((N, len(weight), H_out, W_out))
    for n, c, i, j in np.ndindex(*out.shape):
        out[n, c, i, j] = np.sum(seen[n, i, j] * weight[c])
    return out


def sum_for_every_window(x, weight, bias=None, stride=1, padding=0):
    seen = windows(x, weight, stride, padding)
    N, H_out, W_out = seen.shape[:3]
    out = np.zeros((N, len(weight), H_out, W_out))
    for n, i, j in np.ndindex(N, H_out, W_out):
        out[n, :, i, j] = np.sum(weight * seen[n, i, j], axis=(1, 2, 3))
    return out


MISCONCEPTIONS = [
    Misconception(
        "a loop for every number of the output",
        "Your output is right, and hardly faster than loops: Python still takes a turn "
        "for every number of it. Let one product of matrices make them all.",
        loop_for_every_number,
    ),
    Misconception(
        "half-way to a product of matrices",
        "Your output is right, and your layer is faster than loops, but not by enough. "
        "Either a loop over windows or filters is left, or a sum that NumPy takes "
        "number by number, as `np.sum` and a plain `einsum` do. Let one product of "
        "matrices make the whole output of an image.",
        sum_for_every_window,
    ),
    Misconception(
        "flipped kernel",
        "Your layer computes a convolution, which flips. Products of Fourier "
        "transforms do that too.",
        flipped,
    ),
    Misconception(
        "places before filters",
        "Your product counts places before filters, and reshaping does not move "
        "numbers. The filters have to be the second axis before you reshape.",
        places_before_filters,
    ),
    Misconception(
        "filters before images",
        "Your product counts filters before images, and reshaping does not move "
        "numbers. With several images the maps are mixed up.",
        filters_before_images,
    ),
]

EXERCISE = Exercise(
    id="ps4.speed",
    title="Fifty times as fast as loops",
    reference=conv2d,
    difficulty=2,
    minutes=20,
    observer="pace",
    groups=[Group("4 images of 3 x 31 x 31, 25 filters of 3 x 3", 2, small_pictures)],
    misconceptions=MISCONCEPTIONS,
)
