"""ps2.conv_parameters: weights and biases of a convolutional layer."""

from __future__ import annotations

import numpy as np

from convnets.arguments import pair
from convnets.shapes import conv_parameters
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines
from exercises.shapes.draws import different, telling, whole


def area(kernel_size):
    """Count the weights of one slice of a filter."""
    K_h, K_w = pair("kernel_size", kernel_size)
    return K_h * K_w


def weights(in_channels, out_channels, kernel_size, groups=1):
    """Count the weights alone."""
    return out_channels * (in_channels // groups) * area(kernel_size)


def bias_for_every_input_channel(
    in_channels, out_channels, kernel_size, groups=1, bias=True
):
    count = weights(in_channels, out_channels, kernel_size, groups)
    return count + in_channels if bias else count


def bias_for_every_slice(in_channels, out_channels, kernel_size, groups=1, bias=True):
    count = weights(in_channels, out_channels, kernel_size, groups)
    return count + out_channels * (in_channels // groups) if bias else count


def one_bias_for_all(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return weights(in_channels, out_channels, kernel_size, groups) + int(bias)


def biases_forgotten(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return weights(in_channels, out_channels, kernel_size, groups)


def biases_always(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return weights(in_channels, out_channels, kernel_size, groups) + out_channels


def input_channels_forgotten(
    in_channels, out_channels, kernel_size, groups=1, bias=True
):
    return out_channels * area(kernel_size) + (out_channels if bias else 0)


def a_single_filter(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return in_channels // groups * area(kernel_size) + int(bias)


def kernel_counted_as_a_line(
    in_channels, out_channels, kernel_size, groups=1, bias=True
):
    K_h, _ = pair("kernel_size", kernel_size)
    count = out_channels * (in_channels // groups) * K_h
    return count + out_channels if bias else count


def only_square_kernels(in_channels, out_channels, kernel_size, groups=1, bias=True):
    K_h, _ = pair("kernel_size", kernel_size)
    return conv_parameters(in_channels, out_channels, K_h, groups, bias)


def groups_ignored(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return conv_parameters(in_channels, out_channels, kernel_size, 1, bias)


def a_single_group(in_channels, out_channels, kernel_size, groups=1, bias=True):
    part = in_channels // groups, out_channels // groups
    return conv_parameters(*part, kernel_size, 1, bias)


def groups_multiply(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return conv_parameters(in_channels * groups, out_channels, kernel_size, 1, bias)


def biases_of_one_group(in_channels, out_channels, kernel_size, groups=1, bias=True):
    count = weights(in_channels, out_channels, kernel_size, groups)
    return count + out_channels // groups if bias else count


def a_float(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return float(conv_parameters(in_channels, out_channels, kernel_size, groups, bias))


MISCONCEPTIONS = [
    Misconception(
        "a bias for every input channel",
        "A bias belongs to a filter, and every filter makes one output channel.",
        bias_for_every_input_channel,
    ),
    Misconception(
        "a bias for every slice",
        "A filter has a slice for every input channel, but adds them up into one map. "
        "The map gets one bias.",
        bias_for_every_slice,
    ),
    Misconception(
        "one bias for all",
        "Your layer has a single bias. Every filter has its own.",
        one_bias_for_all,
    ),
    Misconception(
        "biases forgotten",
        "You count the weights only. What else does the layer learn where `bias` is "
        "true?",
        biases_forgotten,
    ),
    Misconception(
        "biases counted where there are none",
        "The biases are counted even where `bias` is false.",
        biases_always,
    ),
    Misconception(
        "input channels forgotten",
        "A filter spans the input channels, with a kernel for each of them.",
        input_channels_forgotten,
    ),
    Misconception(
        "a single filter",
        "That is what one filter learns. The layer has one for each output channel.",
        a_single_filter,
    ),
    Misconception(
        "the kernel as a line",
        "A kernel has rows and columns of weights, also where a single number gives "
        "its size.",
        kernel_counted_as_a_line,
    ),
    Misconception(
        "only square kernels",
        "The height of the kernel is used as its width too. Try a kernel of 2 rows and "
        "3 columns.",
        only_square_kernels,
    ),
    Misconception(
        "groups ignored",
        "With groups, a filter spans the input channels of its own group only.",
        groups_ignored,
    ),
    Misconception(
        "a single group",
        "That is what one of the groups learns. There are `groups` of them.",
        a_single_group,
    ),
    Misconception(
        "groups multiply",
        "Groups make a layer smaller: each filter spans fewer input channels.",
        groups_multiply,
    ),
    Misconception(
        "biases of one group only",
        "The weights are right. There are as many filters with groups as without, and "
        "each has a bias.",
        biases_of_one_group,
    ),
    Misconception(
        "a float in place of an int",
        "Your number is right, but it is a float. Divide with `//`, which keeps whole "
        "numbers.",
        a_float,
    ),
]

GROUPED = [groups_ignored, a_single_group, groups_multiply, biases_of_one_group]


def worked_example(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        return [
            case("worked out on paper", 3, 10, kernel_size=5),
            case("other numbers", *different(rng, 2, 20), kernel_size=whole(rng, 2, 6)),
            case("a 1 × 1 kernel", *different(rng, 3, 20), kernel_size=1),
        ]

    inert = [biases_always, only_square_kernels, *GROUPED]
    return telling(draw, conv_parameters, MISCONCEPTIONS, inert)


def shapes_of_kernels(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        tall, wide = (different(rng, 2, 7) for _ in range(2))
        return [
            case("a tall kernel", *different(rng, 2, 20), tuple(sorted(tall)[::-1])),
            case("a wide kernel", *different(rng, 2, 20), tuple(sorted(wide))),
        ]

    return telling(draw, conv_parameters, MISCONCEPTIONS, [biases_always, *GROUPED])


def without_biases(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        size = whole(rng, 2, 6)
        return [
            case("no bias", *different(rng, 2, 20), size, bias=False),
            case("no bias", *different(rng, 2, 20), (size, 7), bias=False),
        ]

    inert = [
        bias_for_every_input_channel,
        bias_for_every_slice,
        one_bias_for_all,
        biases_forgotten,
        *GROUPED,
    ]
    return telling(draw, conv_parameters, MISCONCEPTIONS, inert)


def groups(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        two = [2 * channels for channels in different(rng, 2, 9)]
        three = [3 * channels for channels in different(rng, 2, 9)]
        channels = whole(rng, 4, 20)
        return [
            case("2 groups", *two, kernel_size=3, groups=2),
            case("3 groups", *three, kernel_size=(5, 3), groups=3),
            case("a group for each channel", channels, channels, 3, groups=channels),
            case("groups that do not divide", *two, kernel_size=3, groups=max(two) + 1),
        ]

    return telling(draw, conv_parameters, MISCONCEPTIONS, [biases_always])


EXERCISE = Exercise(
    id="ps2.conv_parameters",
    title="Parameters of a convolution",
    reference=conv_parameters,
    difficulty=1,
    minutes=5,
    groups=[
        Group("The worked example, and others like it", 0.25, worked_example),
        Group("Tall and wide kernels", 0.25, shapes_of_kernels),
        Group("Layers without biases", 0.25, without_biases),
        Group("Groups", 0.25, groups),
    ],
    misconceptions=after_given_lines(conv_parameters, MISCONCEPTIONS),
)
