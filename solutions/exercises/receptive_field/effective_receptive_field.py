"""ps3.effective_receptive_field: how strongly an output depends on each pixel."""

from __future__ import annotations

import numpy as np

from convnets import layers
from convnets.field_rules import image_of_ones
from convnets.receptive_field import effective_receptive_field
from coursekit.checks.declare import Case, Exercise, Group, case
from exercises.draws import after_given_lines, weights
from exercises.receptive_field.effective_mistakes import MISCONCEPTIONS
from exercises.receptive_field.networks import linear_stack, tanh, weighted


def one_channel(rng: np.random.Generator) -> list[Case]:
    (by_hand,) = linear_stack(rng, 1, 1)
    by_hand["weight"] = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)
    return [
        case("worked out on paper", [by_hand], (1, 3, 5)),
        case("a kernel with signs", linear_stack(rng, 1, 1), (1, 5, 7)),
        case("two convolutions", linear_stack(rng, 1, 1, 1), (1, 7, 5)),
    ]


def several_channels(rng: np.random.Generator) -> list[Case]:
    return [
        case("2 channels in, 1 out", linear_stack(rng, 2, 1), (2, 3, 5)),
        case("1 channel in, 3 out", linear_stack(rng, 1, 3), (1, 5, 3)),
        case("3 channels in, 2 out", linear_stack(rng, 3, 2), (3, 3, 5)),
        case("an image without channels", linear_stack(rng, 1, 2), (3, 5)),
    ]


def other_sizes(rng: np.random.Generator) -> list[Case]:
    small = weighted(rng, layers.conv2d(1, 3), 1)
    strided = weighted(rng, layers.conv2d(1, 3, stride=2, padding=1), 1)
    return [
        case("even sizes", linear_stack(rng, 1, 1), (1, 4, 6)),
        case("no padding", [small], (1, 5, 8)),
        case("a stride", [strided], (1, 6, 8)),
        case("a pool", [small, layers.avg_pool2d(2)], (1, 6, 10)),
    ]


def activations(rng: np.random.Generator) -> list[Case]:
    # Some sums are negative at ones and positive at zeros, and the other way round.
    first = layers.conv2d(2, 3, padding=1)
    bias = np.array([0.5, -0.5])
    smooth = weighted(rng, first, 1, bias, scale=1 / 64)
    last = weighted(rng, layers.conv2d(1, 3, padding=1), 2, scale=1 / 8)
    return [
        case("tanh", [smooth, tanh(), last], (1, 5, 7)),
        case("tanh at the end", [last_of(rng), tanh()], (1, 3, 5)),
        case("no maps come out", [smooth, layers.flatten()], (1, 3, 5)),
    ]


def last_of(rng: np.random.Generator) -> dict[str, object]:
    """Draw a convolution whose sums stay where tanh is not flat."""
    bias = weights(rng, 2) / 8
    return weighted(rng, layers.conv2d(2, 3, padding=1), 1, bias, scale=1 / 32)


EXERCISE = Exercise(
    id="ps3.effective_receptive_field",
    title="The effective receptive field",
    reference=effective_receptive_field,
    difficulty=2,
    minutes=30,
    groups=[
        Group("One channel", 1, one_channel),
        Group("Several channels", 1, several_channels),
        Group("Even sizes, strides and pools", 1, other_sizes),
        Group("Activations", 1, activations),
    ],
    misconceptions=after_given_lines(image_of_ones, MISCONCEPTIONS),
    libraries=("torch",),
    prepare="torch network",
)
