"""ps3.input_interval: the pixels that one output sees."""

from __future__ import annotations

import numpy as np

from convnets import layers
from convnets.field_rules import check_path
from convnets.layers import Layer
from convnets.receptive_field import input_interval
from convnets.rules import check_whole
from coursekit.checks.declare import Case, Exercise, Group, case
from exercises.draws import after_given_lines
from exercises.receptive_field.interval_mistakes import MISCONCEPTIONS
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
        case("worked out on paper", [conv(3)], 2),
        case("a stride", [any_conv(rng, 4, stride=2)], between(rng, 2, 9)),
        case("a pool", [layers.max_pool2d(between(rng, 2, 9))], between(rng, 2, 9)),
        case("an activation", [layers.relu()], between(rng, 2, 9)),
        case("an index from the end", [any_conv(rng)], -between(rng, 1, 3)),
    ]


def several_layers(rng: np.random.Generator) -> list[Case]:
    strided = any_conv(rng, 4, stride=between(rng, 2, 3))
    deep = [strided, layers.relu(), conv(3, stride=2), layers.avg_pool2d(2, 1)]
    return [
        case("two layers", [any_conv(rng), any_conv(rng, 4)], between(rng, 2, 9)),
        case("a stride first", [strided, any_conv(rng)], between(rng, 2, 9)),
        case("four layers", deep, between(rng, 2, 9)),
    ]


def into_the_padding(rng: np.random.Generator) -> list[Case]:
    strided = conv(5, stride=2, padding=2)
    pool = layers.max_pool2d(3, 2, padding=1)
    path = [strided, pool, any_conv(rng, 5, padding=2)]
    return [
        case("output 0", [conv(2 * between(rng, 3, 9), padding=2)], 0),
        case("output 0 of two layers", [strided, any_conv(rng, 4, padding=1)], 0),
        case("three layers", path, between(rng, 2, 9)),
    ]


def dilations(rng: np.random.Generator) -> list[Case]:
    dilated = any_conv(rng, dilation=between(rng, 2, 4))
    return [
        case("dilation", [dilated], between(rng, 2, 9)),
        case("after a pool", [layers.max_pool2d(3), dilated], between(rng, 2, 9)),
    ]


def branches(rng: np.random.Generator) -> list[Case]:
    before = any_conv(rng, 4, stride=2)
    block = residual(2, 2 * between(rng, 1, 5) + 1)
    wide = [before, inception(rng), any_conv(rng)]
    return [
        case("a shortcut", [before, block], between(rng, 9, 19)),
        case("three branches", wide, between(rng, 9, 19)),
    ]


def transposed(rng: np.random.Generator) -> list[Case]:
    three, five = up(3, 2, padding=1), up(5, 2, padding=1)
    even = 2 * between(rng, 2, 9)
    after: list[Layer] = [any_conv(rng, 4), five, conv(3)]
    return [
        case("an output with one input", [three], even),
        case("an output with two inputs", [three], even + 1),
        case("between convolutions", after, between(rng, 4, 19)),
        case("stride 3", [any_conv(rng, 4), up(4, 3, padding=1)], even),
        case("before the image", [up(2, 2, padding=0), conv(2, padding=2)], 0),
    ]


def check_given(layers: list[Layer], index: int) -> None:
    """Refuse what the stub's given lines refuse."""
    check_path(layers)
    check_whole(0, index=index)


EXERCISE = Exercise(
    id="ps3.input_interval",
    title="What one output sees",
    reference=input_interval,
    difficulty=2,
    minutes=25,
    groups=[
        Group("One layer", 0.5, one_layer),
        Group("Several layers", 0.75, several_layers),
        Group("Into the padding", 0.75, into_the_padding),
        Group("Dilation", 0.25, dilations),
        Group("Branches", 0.25, branches),
        Group("Transposed convolutions", 0.5, transposed),
    ],
    misconceptions=after_given_lines(check_given, MISCONCEPTIONS),
)
