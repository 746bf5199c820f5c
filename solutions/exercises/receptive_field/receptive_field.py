"""ps3.receptive_field: size, jump and start, from the first layer to the last."""

from __future__ import annotations

import numpy as np

from convnets import layers
from convnets.field_rules import check_path
from convnets.receptive_field import receptive_field
from coursekit.checks.declare import Case, Exercise, Group, case
from exercises.draws import after_given_lines
from exercises.receptive_field.field_mistakes import MISCONCEPTIONS
from exercises.receptive_field.paths import (
    any_conv,
    between,
    conv,
    inception,
    residual,
    up,
)


def one_layer(rng: np.random.Generator) -> list[Case]:
    return [
        case("worked out on paper", [conv(3)]),
        case("a larger kernel", [any_conv(rng, 4)]),
        case("a pool", [layers.max_pool2d(between(rng, 2, 9))]),
        case("an activation", [layers.relu()]),
    ]


def several_layers(rng: np.random.Generator) -> list[Case]:
    wide = any_conv(rng, 4)
    return [
        case("two layers", [conv(3), any_conv(rng)]),
        case("an activation between them", [any_conv(rng), layers.relu(), wide]),
        case("three layers", [any_conv(rng), layers.avg_pool2d(2, 1), any_conv(rng)]),
    ]


def strides(rng: np.random.Generator) -> list[Case]:
    strided = any_conv(rng, 4, stride=between(rng, 2, 3))
    return [
        case("a pool, then a convolution", [layers.max_pool2d(2), any_conv(rng)]),
        case("a stride of its own", [strided, any_conv(rng)]),
        case("pools that overlap", [strided, layers.max_pool2d(3, 2), conv(3)]),
        case("Flatten", [strided, layers.flatten()]),
    ]


def paddings(rng: np.random.Generator) -> list[Case]:
    wide = any_conv(rng, 5, stride=2, padding=1)
    return [
        case("padding 1", [any_conv(rng, 4, padding=1)]),
        case("after a stride", [wide, any_conv(rng, 5, padding=1)]),
        case("twice", [wide, layers.max_pool2d(3, 2, padding=1), any_conv(rng, 4)]),
    ]


def dilations(rng: np.random.Generator) -> list[Case]:
    pool = layers.max_pool2d(between(rng, 2, 5))
    first, second = [any_conv(rng, dilation=between(rng, 2, 4)) for _ in range(2)]
    return [
        case("dilation", [first]),
        case("after a pool", [pool, second]),
    ]


def branches(rng: np.random.Generator) -> list[Case]:
    before = any_conv(rng, 4, stride=2)
    kernel_size = 2 * between(rng, 1, 5) + 1
    moved = layers.branches([conv(7, padding=1)], [conv(5)])
    apart = layers.branches([conv(3)], [conv(1)])
    return [
        case("a shortcut", [before, residual(2, kernel_size)]),
        case("three branches", [before, inception(rng), any_conv(rng)]),
        case("branches that move the start", [before, moved]),
        case("branches that do not align", [before, apart]),
    ]


def transposed(rng: np.random.Generator) -> list[Case]:
    three, five = up(3, 2, padding=1), up(5, 2, padding=1)
    return [
        case("from small to large", [any_conv(rng), three]),
        case("and a convolution after it", [any_conv(rng, 4), five, conv(3)]),
        case("stride 3", [any_conv(rng, 4), up(4, 3, padding=1)]),
        case("a kernel of 4", [any_conv(rng), up(4, 2, padding=1)]),
        case("a pool after it", [any_conv(rng), up(4, 4, 0), layers.max_pool2d(2)]),
    ]


EXERCISE = Exercise(
    id="ps3.receptive_field",
    title="Size, jump and start",
    reference=receptive_field,
    difficulty=3,
    minutes=45,
    groups=[
        Group("One layer", 0.75, one_layer),
        Group("Several layers", 0.75, several_layers),
        Group("Strides", 1, strides),
        Group("Padding", 0.75, paddings),
        Group("Dilation", 0.5, dilations),
        Group("Branches", 0.75, branches),
        Group("Transposed convolutions", 0.5, transposed),
    ],
    misconceptions=after_given_lines(check_path, MISCONCEPTIONS),
)
