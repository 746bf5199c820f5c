"""Cases for the three gradients of a convolutional layer, and how mistakes make them.

The three share their groups of cases, from a single kernel to every option at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from convnets.arguments import pair
from convnets.im2col import conv2d
from coursekit.checks.declare import Case, case
from exercises.draws import FloatArray, weights
from exercises.fast.inputs import different

Shape = tuple[int, ...]
Pair = tuple[int, int]
ONE = (1, 1)


def layer(
    rng: np.random.Generator, note: str, size: Shape, filters: Shape, **options: Any
) -> Case:
    """Draw images, filters, and an upstream gradient of the output's shape."""
    x, weight = different(rng, *size), weights(rng, *filters)
    shape = conv2d(x, weight, None, **options).shape
    return case(note, weights(rng, *shape), x, weight, **options)


def one_image(rng: np.random.Generator) -> list[Case]:
    return [
        layer(rng, "one filter", (1, 1, 2, 4), (1, 1, 1, 2)),
        layer(rng, "3 filters", (1, 2, 2, 4), (3, 2, 2, 1)),
        layer(rng, "stride 2", (1, 1, 5, 4), (2, 1, 2, 2), stride=2),
    ]


def one_channel(rng: np.random.Generator) -> list[Case]:
    grad_out, x = np.array([[[[1.0, 2.0]]]]), np.array([[[[5.0, 6.0, 7.0]]]])
    too_long = (weights(rng, 1, 1, 1, 4), different(rng, 1, 1, 2, 4))
    return [
        case("worked out on paper", grad_out, x, np.array([[[[3.0, 4.0]]]])),
        layer(rng, "a square kernel", (*ONE, 3, 4), (*ONE, 2, 2)),
        layer(rng, "a wide kernel", (*ONE, 3, 5), (*ONE, 2, 3)),
        layer(rng, "a tall kernel", (*ONE, 5, 3), (*ONE, 3, 2)),
        case("a gradient too long", *too_long, weights(rng, 1, 1, 2, 2)),
    ]


def channels_and_filters(rng: np.random.Generator) -> list[Case]:
    return [
        layer(rng, "2 channels, 3 filters", (1, 2, 2, 4), (3, 2, 2, 2)),
        layer(rng, "3 channels, 2 filters", (1, 3, 4, 3), (2, 3, 2, 2)),
        layer(rng, "2 channels, 2 filters", (1, 2, 3, 2), (2, 2, 2, 1)),
    ]


def batches(rng: np.random.Generator) -> list[Case]:
    return [
        layer(rng, "2 images", (2, 1, 2, 4), (3, 1, 2, 2)),
        layer(rng, "3 images, 2 channels", (3, 2, 3, 2), (2, 2, 2, 1)),
        layer(rng, "5 images", (5, 1, 2, 3), (2, 1, 1, 2)),
    ]


def strides(rng: np.random.Generator) -> list[Case]:
    return [
        layer(rng, "stride 2, which fits", (*ONE, 4, 5), (*ONE, 2, 3), stride=2),
        layer(rng, "stride 2, windows overlap", (*ONE, 5, 7), (*ONE, 3, 3), stride=2),
        layer(rng, "stride 2, does not fit", (*ONE, 5, 6), (*ONE, 2, 3), stride=2),
        layer(rng, "stride 3, does not fit", (*ONE, 6, 7), (*ONE, 2, 2), stride=3),
        layer(rng, "a stride for each axis", (*ONE, 5, 4), (*ONE, 3, 2), stride=(2, 1)),
    ]


def paddings(rng: np.random.Generator) -> list[Case]:
    both = {"stride": 2, "padding": 1}
    return [
        layer(rng, "padding 1", (*ONE, 3, 4), (*ONE, 3, 3), padding=1),
        layer(rng, "a wide kernel", (*ONE, 2, 4), (*ONE, 2, 3), padding=1),
        layer(rng, "stride 2, padding 1", (*ONE, 4, 6), (*ONE, 3, 3), **both),
        layer(
            rng, "a border for each axis", (*ONE, 2, 5), (*ONE, 5, 3), padding=(2, 1)
        ),
        layer(rng, "left and right alone", (*ONE, 4, 3), (*ONE, 2, 3), padding=(0, 2)),
    ]


def dilations(rng: np.random.Generator) -> list[Case]:
    both = {"dilation": 2, "stride": 3}
    return [
        layer(rng, "dilation 2", (*ONE, 4, 5), (*ONE, 2, 2), dilation=2),
        layer(rng, "a pair", (*ONE, 6, 5), (*ONE, 2, 3), dilation=(3, 1)),
        layer(rng, "dilation 2, stride 3", (*ONE, 6, 7), (*ONE, 2, 2), **both),
    ]


def grouped(rng: np.random.Generator) -> list[Case]:
    return [
        layer(rng, "2 groups, 4 filters", (1, 4, 2, 3), (4, 2, 1, 2), groups=2),
        layer(rng, "2 groups, 6 filters", (1, 4, 3, 2), (6, 2, 2, 1), groups=2),
        layer(rng, "3 groups, one channel each", (1, 3, 2, 4), (6, 1, 2, 2), groups=3),
    ]


def everything(rng: np.random.Generator) -> list[Case]:
    options = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2), "groups": 2}
    return [
        layer(rng, "all of it", (2, 4, 3, 4), (4, 2, 2, 3), **options),
        layer(rng, "one image", (1, 2, 4, 3), (4, 1, 3, 2), **options),
    ]


def options_of(
    stride: int | Pair, padding: int | Pair, dilation: int | Pair
) -> tuple[Pair, Pair, Pair]:
    """Return three options as pairs."""
    return pair("stride", stride), pair("padding", padding), pair("dilation", dilation)


def spread(
    grad_out: FloatArray,
    weight: FloatArray,
    size: Shape,
    stride: Pair,
    dilation: Pair,
    groups: int = 1,
) -> FloatArray:
    """Add every number of a gradient, times its filter, to padded images.

    Nothing is cut off but what lies beyond `size`.
    """
    N, C_out, H, W = grad_out.shape
    channels, K_h, K_w = weight.shape[1:]
    (s_h, s_w), (d_h, d_w) = stride, dilation
    height = max(size[0], (H - 1) * s_h + (K_h - 1) * d_h + 1)
    width = max(size[1], (W - 1) * s_w + (K_w - 1) * d_w + 1)
    out = np.zeros((N, groups, channels, height, width))
    maps = grad_out.reshape(N, groups, C_out // groups, H, W)
    filters = weight.reshape(groups, C_out // groups, channels, K_h, K_w)
    for k, l in np.ndindex(K_h, K_w):
        rows = slice(k * d_h, k * d_h + s_h * (H - 1) + 1, s_h)
        columns = slice(l * d_w, l * d_w + s_w * (W - 1) + 1, s_w)
        taps = filters[..., k, l]
        out[..., rows, columns] += np.einsum("ngohw,goc->ngchw", maps, taps)
    return out.reshape(N, groups * channels, height, width)[..., : size[0], : size[1]]


def gathered(
    grad_out: FloatArray,
    padded: FloatArray,
    kernel_size: Shape,
    stride: Pair,
    dilation: Pair,
    groups: int = 1,
) -> FloatArray:
    """Weigh the pixels that every tap of a filter met, and add them up."""
    N, C_out, H, W = grad_out.shape
    (K_h, K_w), (s_h, s_w), (d_h, d_w) = kernel_size, stride, dilation
    images = padded.reshape(N, groups, -1, *padded.shape[2:])
    maps = grad_out.reshape(N, groups, C_out // groups, H, W)
    grad = np.zeros((groups, C_out // groups, images.shape[2], K_h, K_w))
    for k, l in np.ndindex(K_h, K_w):
        rows = slice(k * d_h, k * d_h + s_h * (H - 1) + 1, s_h)
        columns = slice(l * d_w, l * d_w + s_w * (W - 1) + 1, s_w)
        pixels = images[..., rows, columns]
        grad[..., k, l] = np.einsum("ngohw,ngchw->goc", maps, pixels)
    return grad.reshape(C_out, -1, K_h, K_w)
