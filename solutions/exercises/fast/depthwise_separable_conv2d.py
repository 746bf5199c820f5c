"""ps4.depthwise_separable_conv2d: one kernel per channel, then a mixture."""

from __future__ import annotations

from typing import Any

import numpy as np

from convnets.special import depthwise_separable_conv2d
from coursekit.checks.declare import Case, Exercise, Group, case
from exercises.draws import after_given_lines, weights
from exercises.fast.inputs import different
from exercises.fast.separable_mistakes import MISCONCEPTIONS

Shape = tuple[int, ...]


def two_steps(rng: np.random.Generator) -> list[Case]:
    by_hand = np.array([[[[1.0, 2.0]], [[3.0, 4.0]]]])
    depthwise = np.array([[[[1.0, 1.0]]], [[[1.0, -1.0]]]])
    pointwise = np.array([1.0, 0.0, 2.0, 5.0]).reshape(2, 2, 1, 1)
    return [
        case("worked out on paper", by_hand, depthwise, pointwise),
        layer(rng, "2 channels, 3 filters", (1, 2, 2, 3), (2, 2), 3),
        layer(rng, "3 channels, 2 filters", (1, 3, 3, 2), (2, 1), 2),
        layer(rng, "2 images", (2, 2, 2, 3), (1, 2), 2),
    ]


def biases(rng: np.random.Generator) -> list[Case]:
    return [
        layer(rng, "2 channels, 2 filters", (1, 2, 2, 3), (2, 2), 2, weights(rng, 2)),
        layer(rng, "3 channels, 3 filters", (1, 3, 3, 2), (1, 2), 3, weights(rng, 3)),
        layer(rng, "a bias too few", (1, 2, 2, 3), (1, 2), 3, weights(rng, 2)),
    ]


def strides_and_dilation(rng: np.random.Generator) -> list[Case]:
    pairs = {"stride": (1, 2), "dilation": (2, 1)}
    return [
        layer(rng, "stride 2", (1, 2, 3, 5), (1, 2), 2, stride=2),
        layer(rng, "dilation 2", (1, 2, 3, 4), (2, 2), 3, dilation=2),
        layer(rng, "two pairs", (1, 1, 4, 5), (2, 3), 2, **pairs),
    ]


def paddings(rng: np.random.Generator) -> list[Case]:
    more = {"stride": 2, "padding": (1, 2)}
    return [
        layer(rng, "padding 1", (1, 2, 2, 3), (2, 2), 2, padding=1),
        layer(rng, "all of it", (2, 2, 3, 2), (2, 3), 2, weights(rng, 2), **more),
    ]


def layer(
    rng: np.random.Generator,
    note: str,
    size: Shape,
    kernel_size: Shape,
    filters: int,
    *bias: Any,
    **options: Any,
) -> Case:
    """Draw images and the kernels of both steps."""
    depthwise = weights(rng, size[1], 1, *kernel_size)
    pointwise = weights(rng, filters, size[1], 1, 1)
    return case(note, different(rng, *size), depthwise, pointwise, *bias, **options)


EXERCISE = Exercise(
    id="ps4.depthwise_separable_conv2d",
    title="A depthwise separable convolution",
    reference=depthwise_separable_conv2d,
    difficulty=2,
    minutes=15,
    groups=[
        Group("Two steps", 0.5, two_steps),
        Group("Bias", 0.5, biases),
        Group("Strides and dilation", 0.5, strides_and_dilation),
        Group("Padding", 0.5, paddings),
    ],
    misconceptions=after_given_lines(depthwise_separable_conv2d, MISCONCEPTIONS),
)
