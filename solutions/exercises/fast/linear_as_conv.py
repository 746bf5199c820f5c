"""ps4.linear_as_conv: a fully connected layer, written as a convolution."""

from __future__ import annotations

import numpy as np

from convnets.special import linear_as_conv
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines, weights
from exercises.fast.inputs import different


def one_output(rng: np.random.Generator) -> list[Case]:
    row = np.arange(1.0, 7.0).reshape(1, 6)
    return [
        case("worked out on paper", row, np.array([7.0]), (1, 2, 3)),
        case("a tall image", weights(rng, 1, 6), weights(rng, 1), (1, 3, 2)),
        case("an image of 5 pixels", weights(rng, 1, 6), weights(rng, 1), (1, 1, 5)),
    ]


def channels(rng: np.random.Generator) -> list[Case]:
    return [
        case("2 channels", weights(rng, 1, 8), weights(rng, 1), (2, 1, 4)),
        case("3 channels", different(rng, 1, 12), weights(rng, 1), (3, 2, 2)),
        case(
            "3 channels of one column", weights(rng, 1, 6), weights(rng, 1), (3, 2, 1)
        ),
    ]


def several_outputs(rng: np.random.Generator) -> list[Case]:
    return [
        case("2 outputs", different(rng, 2, 6), weights(rng, 2), (1, 2, 3)),
        case("3 outputs, 2 channels", different(rng, 3, 8), weights(rng, 3), (2, 1, 4)),
        case("a bias too many", weights(rng, 2, 3), weights(rng, 3), (1, 1, 3)),
    ]


def biases(rng: np.random.Generator) -> list[Case]:
    return [
        case("no bias", different(rng, 2, 6), None, (1, 3, 2)),
        case("a bias of 3 numbers", different(rng, 3, 4), weights(rng, 3), (2, 1, 2)),
    ]


def channels_last(weight, bias, input_shape):
    C, H, W = input_shape
    return weight.reshape(-1, H, W, C).transpose(0, 3, 1, 2), bias


def left_channels_last(weight, bias, input_shape):
    C, H, W = input_shape
    return weight.reshape(-1, H, W, C), bias


def columns_first(weight, bias, input_shape):
    C, H, W = input_shape
    return weight.reshape(-1, C, W, H).swapaxes(2, 3), bias


def height_and_width_swapped(weight, bias, input_shape):
    C, H, W = input_shape
    return weight.reshape(-1, C, W, H), bias


def fortran_order(weight, bias, input_shape):
    return weight.reshape(len(weight), *input_shape, order="F"), bias


def one_by_one(weight, bias, input_shape):
    return weight[:, :, np.newaxis, np.newaxis], bias


def outputs_second(weight, bias, input_shape):
    return weight.reshape(len(weight), *input_shape).swapaxes(0, 1), bias


def outputs_last(weight, bias, input_shape):
    return weight.T.reshape(*input_shape, len(weight)), bias


def transposed_and_reshaped(weight, bias, input_shape):
    return weight.T.reshape(len(weight), *input_shape), bias


def flipped(weight, bias, input_shape):
    return weight.reshape(len(weight), *input_shape)[:, :, ::-1, ::-1], bias


def without_bias(weight, bias, input_shape):
    return weight.reshape(len(weight), *input_shape), None


def weights_alone(weight, bias, input_shape):
    return weight.reshape(len(weight), *input_shape)


def bias_with_four_axes(weight, bias, input_shape):
    spread = None if bias is None else bias.reshape(1, -1, 1, 1)
    return weight.reshape(len(weight), *input_shape), spread


def bias_of_zeros(weight, bias, input_shape):
    filled = np.zeros(len(weight)) if bias is None else bias
    return weight.reshape(len(weight), *input_shape), filled


MISCONCEPTIONS = [
    Misconception(
        "channels innermost",
        "You read each row of weights as if the channels changed fastest. The image "
        "was flattened channel after channel.",
        channels_last,
    ),
    Misconception(
        "channels at the end of the filters",
        "Your filters have the axes (out_features, H, W, C). The channels are counted "
        "by the second axis.",
        left_channels_last,
    ),
    Misconception(
        "columns before rows",
        "You read each channel downwards first. An image is flattened row after row.",
        columns_first,
    ),
    Misconception(
        "height and width swapped",
        "The last axis of a filter is its width.",
        height_and_width_swapped,
    ),
    Misconception(
        "the first axis fastest",
        "Your reshaping lets the first axis change fastest, as in Fortran. In "
        "`ravel`, the last one does.",
        fortran_order,
    ),
    Misconception(
        "kernels of one pixel",
        "A 1 x 1 convolution would need every pixel to be a channel. A filter has the "
        "size of the image.",
        one_by_one,
    ),
    Misconception(
        "outputs on the second axis",
        "The first axis of the filters counts the outputs, the second one the "
        "channels.",
        outputs_second,
    ),
    Misconception(
        "outputs on the last axis",
        "The first axis of the filters counts the outputs. A row of `weight` belongs "
        "to one output already, so nothing has to be transposed.",
        outputs_last,
    ),
    Misconception(
        "transposed before the reshaping",
        "With several outputs, their weights are mixed up. Each row of `weight` "
        "belongs to one output already.",
        transposed_and_reshaped,
    ),
    Misconception(
        "flipped filters",
        "Your filters are turned by 180 degrees. `conv2d` does not flip, so they need "
        "not be either.",
        flipped,
    ),
    Misconception(
        "no bias",
        "The second thing to return is the bias, as it was.",
        without_bias,
    ),
    Misconception(
        "the filters alone",
        "Return two things, the filters and the bias.",
        weights_alone,
    ),
    Misconception(
        "a bias with four axes",
        "The bias stays as it was, one number for each output; `conv2d` lines it up.",
        bias_with_four_axes,
    ),
    Misconception(
        "zeros for a missing bias",
        "A layer without a bias becomes a convolution without one: None stays None.",
        bias_of_zeros,
    ),
]

EXERCISE = Exercise(
    id="ps4.linear_as_conv",
    title="A fully connected layer as a convolution",
    reference=linear_as_conv,
    difficulty=2,
    minutes=10,
    groups=[
        Group("One output", 0.5, one_output),
        Group("Channels", 0.5, channels),
        Group("Several outputs", 0.5, several_outputs),
        Group("With and without a bias", 0.5, biases),
    ],
    misconceptions=after_given_lines(linear_as_conv, MISCONCEPTIONS),
)
