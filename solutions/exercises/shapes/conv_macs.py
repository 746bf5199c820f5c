"""ps2.conv_macs: multiply-adds of a convolutional layer."""

from __future__ import annotations

import numpy as np

from convnets.arguments import pair
from convnets.shapes import conv_macs
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines
from exercises.shapes.conv_parameters import area, weights
from exercises.shapes.draws import different, telling, whole


def places_forgotten(in_channels, out_channels, kernel_size, output_size, groups=1):
    return weights(in_channels, out_channels, kernel_size, groups)


def only_square_outputs(in_channels, out_channels, kernel_size, output_size, groups=1):
    H_out, _ = output_size
    return conv_macs(in_channels, out_channels, kernel_size, (H_out, H_out), groups)


def biases_counted(in_channels, out_channels, kernel_size, output_size, groups=1):
    macs = conv_macs(in_channels, out_channels, kernel_size, output_size, groups)
    return macs + out_channels * area(output_size)


def biases_counted_once(in_channels, out_channels, kernel_size, output_size, groups=1):
    macs = conv_macs(in_channels, out_channels, kernel_size, output_size, groups)
    return macs + out_channels


def two_for_each(in_channels, out_channels, kernel_size, output_size, groups=1):
    return 2 * conv_macs(in_channels, out_channels, kernel_size, output_size, groups)


def input_channels_forgotten(
    in_channels, out_channels, kernel_size, output_size, groups=1
):
    return conv_macs(1, out_channels, kernel_size, output_size)


def a_single_filter(in_channels, out_channels, kernel_size, output_size, groups=1):
    return conv_macs(in_channels // groups, 1, kernel_size, output_size)


def kernel_forgotten(in_channels, out_channels, kernel_size, output_size, groups=1):
    return conv_macs(in_channels, out_channels, 1, output_size, groups)


def only_square_kernels(in_channels, out_channels, kernel_size, output_size, groups=1):
    K_h, _ = pair("kernel_size", kernel_size)
    return conv_macs(in_channels, out_channels, K_h, output_size, groups)


def groups_ignored(in_channels, out_channels, kernel_size, output_size, groups=1):
    return conv_macs(in_channels, out_channels, kernel_size, output_size)


def a_single_group(in_channels, out_channels, kernel_size, output_size, groups=1):
    part = in_channels // groups, out_channels // groups
    return conv_macs(*part, kernel_size, output_size)


def groups_multiply(in_channels, out_channels, kernel_size, output_size, groups=1):
    return groups * conv_macs(in_channels, out_channels, kernel_size, output_size)


def a_float(in_channels, out_channels, kernel_size, output_size, groups=1):
    macs = conv_macs(in_channels, out_channels, kernel_size, output_size, groups)
    return float(macs)


MISCONCEPTIONS = [
    Misconception(
        "places forgotten",
        "That is the number of weights. Each of them is used once for every pixel of "
        "a feature map.",
        places_forgotten,
    ),
    Misconception(
        "only square outputs",
        "The height of the output is used as its width too.",
        only_square_outputs,
    ),
    Misconception(
        "biases counted",
        "A bias is added without a product, so it is no multiply-add.",
        biases_counted,
    ),
    Misconception(
        "biases counted once",
        "Your result is too large by the number of filters. A bias is no multiply-add.",
        biases_counted_once,
    ),
    Misconception(
        "two for each multiply-add",
        "You count products and sums one by one. A multiply-add is both together.",
        two_for_each,
    ),
    Misconception(
        "input channels forgotten",
        "A filter spans the input channels, with a kernel for each of them.",
        input_channels_forgotten,
    ),
    Misconception(
        "a single filter",
        "That is the work of one filter. The layer has one for each output channel.",
        a_single_filter,
    ),
    Misconception(
        "kernel forgotten",
        "For every pixel of a feature map, all weights of the kernel are used.",
        kernel_forgotten,
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
        "That is the work of one of the groups. There are `groups` of them.",
        a_single_group,
    ),
    Misconception(
        "groups multiply",
        "Groups make a layer cheaper: each filter spans fewer input channels.",
        groups_multiply,
    ),
    Misconception(
        "a float in place of an int",
        "Your number is right, but it is a float. Divide with `//`, which keeps whole "
        "numbers.",
        a_float,
    ),
]

GROUPED = [groups_ignored, a_single_group, groups_multiply]


def worked_example(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        channels = different(rng, 2, 16)
        drawn = {"kernel_size": whole(rng, 2, 5), "output_size": size(rng)}
        return [
            case("worked out on paper", 3, 10, kernel_size=5, output_size=(32, 32)),
            case("other numbers", *channels, **drawn),
        ]

    return telling(draw, conv_macs, MISCONCEPTIONS, [only_square_kernels, *GROUPED])


def shapes_of_kernels(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        tall, wide = (sorted(different(rng, 2, 7)) for _ in range(2))
        return [
            case("a tall kernel", *different(rng, 2, 12), tuple(tall[::-1]), size(rng)),
            case("a wide kernel", *different(rng, 2, 12), tuple(wide), size(rng)),
        ]

    return telling(draw, conv_macs, MISCONCEPTIONS, GROUPED)


def groups(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        two = [2 * channels for channels in different(rng, 2, 9)]
        three = [3 * channels for channels in different(rng, 2, 9)]
        return [
            case("2 groups", *two, 3, size(rng), groups=2),
            case("3 groups", *three, (5, 3), size(rng), groups=3),
            case("groups that do not divide", *two, 3, size(rng), groups=max(two) + 1),
        ]

    return telling(draw, conv_macs, MISCONCEPTIONS)


def size(rng: np.random.Generator) -> tuple[int, int]:
    """Draw the size of a feature map that is not square."""
    H_out, W_out = different(rng, 3, 20)
    return H_out, W_out


EXERCISE = Exercise(
    id="ps2.conv_macs",
    title="Multiply-adds of a convolution",
    reference=conv_macs,
    difficulty=1,
    minutes=5,
    groups=[
        Group("The worked example, and another", 0.25, worked_example),
        Group("Tall and wide kernels", 0.25, shapes_of_kernels),
        Group("Groups", 0.5, groups),
    ],
    misconceptions=after_given_lines(conv_macs, MISCONCEPTIONS),
)
