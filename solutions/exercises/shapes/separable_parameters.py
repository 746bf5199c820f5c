"""ps2.separable_parameters: what a depthwise separable convolution learns."""

from __future__ import annotations

import numpy as np

from convnets.arguments import pair
from convnets.shapes import conv_parameters, separable_parameters
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines
from exercises.shapes.conv_parameters import area
from exercises.shapes.draws import different, telling, whole


def weights(in_channels, out_channels, kernel_size):
    """Count the weights of both layers."""
    return in_channels * area(kernel_size) + in_channels * out_channels


def ordinary_convolution(in_channels, out_channels, kernel_size, bias=False):
    return conv_parameters(in_channels, out_channels, kernel_size, bias=bias)


def depthwise_only(in_channels, out_channels, kernel_size, bias=False):
    return in_channels * area(kernel_size) + (in_channels if bias else 0)


def pointwise_only(in_channels, out_channels, kernel_size, bias=False):
    return conv_parameters(in_channels, out_channels, 1, bias=bias)


def first_layer_without_groups(in_channels, out_channels, kernel_size, bias=False):
    first = conv_parameters(in_channels, in_channels, kernel_size, bias=bias)
    return first + conv_parameters(in_channels, out_channels, 1, bias=bias)


def a_filter_for_each_output(in_channels, out_channels, kernel_size, bias=False):
    first = out_channels * area(kernel_size) + (out_channels if bias else 0)
    return first + conv_parameters(in_channels, out_channels, 1, bias=bias)


def one_filter_for_all(in_channels, out_channels, kernel_size, bias=False):
    first = area(kernel_size) + int(bias)
    return first + conv_parameters(in_channels, out_channels, 1, bias=bias)


def second_layer_with_the_kernel(in_channels, out_channels, kernel_size, bias=False):
    first = in_channels * area(kernel_size) + (in_channels if bias else 0)
    return first + conv_parameters(in_channels, out_channels, kernel_size, bias=bias)


def rows_then_columns(in_channels, out_channels, kernel_size, bias=False):
    K_h, K_w = pair("kernel_size", kernel_size)
    first = conv_parameters(in_channels, out_channels, (K_h, 1), bias=bias)
    return first + conv_parameters(out_channels, out_channels, (1, K_w), bias=bias)


def only_square_kernels(in_channels, out_channels, kernel_size, bias=False):
    K_h, _ = pair("kernel_size", kernel_size)
    return separable_parameters(in_channels, out_channels, K_h, bias)


def biases_forgotten(in_channels, out_channels, kernel_size, bias=False):
    return weights(in_channels, out_channels, kernel_size)


def biases_always(in_channels, out_channels, kernel_size, bias=False):
    return weights(in_channels, out_channels, kernel_size) + in_channels + out_channels


def biases_of_the_second_layer(in_channels, out_channels, kernel_size, bias=False):
    count = weights(in_channels, out_channels, kernel_size)
    return count + out_channels if bias else count


def biases_of_the_first_layer(in_channels, out_channels, kernel_size, bias=False):
    count = weights(in_channels, out_channels, kernel_size)
    return count + in_channels if bias else count


def as_many_biases_twice(in_channels, out_channels, kernel_size, bias=False):
    count = weights(in_channels, out_channels, kernel_size)
    return count + 2 * out_channels if bias else count


MISCONCEPTIONS = [
    Misconception(
        "an ordinary convolution",
        "That is what one convolution over all channels learns. Here two smaller "
        "layers follow each other.",
        ordinary_convolution,
    ),
    Misconception(
        "only the first layer",
        "You count the filters on the single channels. A second layer mixes what they "
        "find.",
        depthwise_only,
    ),
    Misconception(
        "only the second layer",
        "You count the 1 × 1 convolution. A layer with the kernel comes before it.",
        pointwise_only,
    ),
    Misconception(
        "a first layer that mixes channels",
        "A filter of your first layer spans all channels. Here it spans one.",
        first_layer_without_groups,
    ),
    Misconception(
        "a kernel for every output channel",
        "The first layer knows nothing of the output channels: it has one filter for "
        "every channel of the input.",
        a_filter_for_each_output,
    ),
    Misconception(
        "one kernel for all channels",
        "Every channel of the input has a kernel of its own in the first layer.",
        one_filter_for_all,
    ),
    Misconception(
        "the kernel in both layers",
        "The second layer looks at single pixels: its kernel is 1 × 1.",
        second_layer_with_the_kernel,
    ),
    Misconception(
        "a column, then a row",
        "You split the kernel in height and width. Depthwise separable means split in "
        "places and channels.",
        rows_then_columns,
    ),
    Misconception(
        "only square kernels",
        "The height of the kernel is used as its width too. Try a kernel of 2 rows and "
        "3 columns.",
        only_square_kernels,
    ),
    Misconception(
        "biases forgotten",
        "You count the weights only. What else do the layers learn where `bias` is "
        "true?",
        biases_forgotten,
    ),
    Misconception(
        "biases counted where there are none",
        "The biases are counted even where `bias` is false.",
        biases_always,
    ),
    Misconception(
        "biases of the second layer only",
        "The filters of the first layer have biases as well where `bias` is true.",
        biases_of_the_second_layer,
    ),
    Misconception(
        "biases of the first layer only",
        "The filters of the second layer have biases as well where `bias` is true.",
        biases_of_the_first_layer,
    ),
    Misconception(
        "as many biases in both layers",
        "Each filter has one bias. How many filters are in the first layer?",
        as_many_biases_twice,
    ),
]

BIASED = [
    biases_forgotten,
    biases_of_the_second_layer,
    biases_of_the_first_layer,
    as_many_biases_twice,
]


def worked_example(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        refused = case("a kernel of no weight", *different(rng, 2, 9), kernel_size=0)
        return [
            case("worked out on paper", 16, 32, kernel_size=3),
            case("more channels", *sorted(different(rng, 2, 20)), whole(rng, 2, 5)),
            case("fewer", *sorted(different(rng, 2, 20))[::-1], whole(rng, 2, 5)),
            refused,
        ]

    return telling(
        draw, separable_parameters, MISCONCEPTIONS, [only_square_kernels, *BIASED]
    )


def shapes_of_kernels(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        tall, wide = (sorted(different(rng, 2, 7)) for _ in range(2))
        return [
            case("a tall kernel", *different(rng, 2, 20), tuple(tall[::-1])),
            case("a wide kernel", *different(rng, 2, 20), tuple(wide)),
        ]

    return telling(draw, separable_parameters, MISCONCEPTIONS, BIASED)


def with_biases(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        wide = tuple(sorted(different(rng, 2, 7)))
        return [
            case("biases", *different(rng, 2, 20), whole(rng, 2, 5), bias=True),
            case("a wide kernel", *different(rng, 2, 20), wide, bias=True),
        ]

    return telling(draw, separable_parameters, MISCONCEPTIONS, [biases_always])


EXERCISE = Exercise(
    id="ps2.separable_parameters",
    title="Parameters of a separable convolution",
    reference=separable_parameters,
    difficulty=1,
    minutes=10,
    groups=[
        Group("The worked example, and others like it", 0.5, worked_example),
        Group("Tall and wide kernels", 0.25, shapes_of_kernels),
        Group("Layers with biases", 0.25, with_biases),
    ],
    misconceptions=after_given_lines(separable_parameters, MISCONCEPTIONS),
)
