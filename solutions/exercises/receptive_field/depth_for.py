"""ps3.depth_for: how many layers it takes to see so many pixels."""

from __future__ import annotations

import math

import numpy as np

from convnets.receptive_field import depth_for
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines
from exercises.receptive_field.paths import between


def stride_1(rng: np.random.Generator) -> list[Case]:
    layers, kernel_size = between(rng, 6, 40), between(rng, 4, 7)
    exact = 1 + layers * (kernel_size - 1)
    return [
        case("worked out on paper", 7, 3),
        case("a field that fits exactly", exact, kernel_size),
        case("one pixel more", exact + 1, kernel_size),
        case("one pixel less", exact - 1, kernel_size),
    ]


def strides(rng: np.random.Generator) -> list[Case]:
    stride, kernel_size = between(rng, 2, 3), between(rng, 4, 7)
    layers = between(rng, 3, 5)
    exact = 1 + (kernel_size - 1) * sum(stride**n for n in range(layers))
    return [
        case("stride 2, a whole photograph", between(rng, 180, 250), 3, stride=2),
        case("a field that fits exactly", exact, kernel_size, stride=stride),
        case("one pixel more", exact + 1, kernel_size, stride=stride),
    ]


def ones(rng: np.random.Generator) -> list[Case]:
    kernel_size, size = between(rng, 5, 90), between(rng, 2, 90)
    return [
        case("a single pixel", 1, kernel_size),
        case("less than one kernel", kernel_size - 1, kernel_size),
        case("kernels of one weight", size, 1),
    ]


def rounded_down(size, kernel_size, stride=1):
    depth = depth_for(size, kernel_size, stride)
    seen, jump = 1, 1
    for _ in range(depth):
        seen += (kernel_size - 1) * jump
        jump *= stride
    return depth if seen == size else max(depth - 1, 0)


def strictly_more(size, kernel_size, stride=1):
    return depth_for(size + 1, kernel_size, stride)


def kernel_not_one_less(size, kernel_size, stride=1):
    return depth_for(size, kernel_size + 1, stride)


def stride_ignored(size, kernel_size, stride=1):
    return depth_for(size, kernel_size)


def own_stride(size, kernel_size, stride=1):
    depth, seen, jump = 0, 1, 1
    while seen < size:
        jump *= stride
        seen += (kernel_size - 1) * jump
        depth += 1
    return depth


def stride_once(size, kernel_size, stride=1):
    return math.ceil((size - 1) / ((kernel_size - 1) * stride))


def fields_side_by_side(size, kernel_size, stride=1):
    depth, seen = 0, 1
    while seen < size:
        seen *= kernel_size
        depth += 1
    return depth


def at_least_one_layer(size, kernel_size, stride=1):
    return max(depth_for(size, kernel_size, stride), 1)


def pixels_returned(size, kernel_size, stride=1):
    seen, jump = 1, 1
    while seen < size:
        seen += (kernel_size - 1) * jump
        jump *= stride
    return seen


EXERCISE = Exercise(
    id="ps3.depth_for",
    title="How deep a network must be",
    reference=depth_for,
    difficulty=1,
    minutes=10,
    groups=[
        Group("Stride 1", 0.5, stride_1),
        Group("Strides", 0.25, strides),
        Group("Single pixels and single weights", 0.25, ones),
    ],
    misconceptions=after_given_lines(
        depth_for,
        [
            Misconception(
                "rounded down",
                "The field of so many layers is still smaller than `size`. It should "
                "be at least as large.",
                rounded_down,
            ),
            Misconception(
                "one layer too many where it fits",
                "Where the field is exactly `size`, that is enough.",
                strictly_more,
            ),
            Misconception(
                "the kernel's whole size counts",
                "A layer widens the field by one pixel less than its kernel has.",
                kernel_not_one_less,
            ),
            Misconception(
                "stride ignored",
                "The layers have the stride given, so that later ones widen the field "
                "by more than the first.",
                stride_ignored,
            ),
            Misconception(
                "the layer's own stride comes too early",
                "The first layer reads the image itself, whatever its stride is. Its "
                "stride counts from the second layer on.",
                own_stride,
            ),
            Misconception(
                "growth by the same amount in each layer",
                "With a stride, the growth itself grows: jumps are multiplied from "
                "layer to layer.",
                stride_once,
            ),
            Misconception(
                "fields multiplied",
                "Fields of neighbouring outputs overlap, so they do not lie side by "
                "side.",
                fields_side_by_side,
            ),
            Misconception(
                "never without a layer",
                "To see a single pixel it takes no layer at all.",
                at_least_one_layer,
            ),
            Misconception(
                "the field in place of the depth",
                "That is how many pixels are seen. How many layers did it take?",
                pixels_returned,
            ),
        ],
    ),
)
