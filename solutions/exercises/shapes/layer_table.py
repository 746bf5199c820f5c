"""ps2.layer_table: shapes, parameters and multiply-adds, layer by layer."""

from __future__ import annotations

import numpy as np

from convnets.layers import (
    avg_pool2d,
    conv2d,
    conv_transpose2d,
    flatten,
    linear,
    max_pool2d,
    relu,
)
from convnets.shapes import layer_table
from coursekit.checks.declare import Case, Exercise, Group, case
from exercises.draws import after_given_lines
from exercises.shapes.draws import different, whole
from exercises.shapes.table_mistakes import MISCONCEPTIONS

Image = tuple[int, int, int]


def convolutions(rng: np.random.Generator) -> list[Case]:
    by_hand = [conv2d(10, 5, padding=2)]
    out, more = different(rng, 5, 9)
    strided = conv2d(out, 5, stride=2, padding=1)
    return [
        case("worked out on paper", by_hand, (3, 32, 32)),
        case("stride 2 and padding 1", [strided], image(rng)),
        case("no bias", [conv2d(more, 3, bias=False)], image(rng)),
        case("an activation", [conv2d(out, 4, padding=1), relu()], image(rng)),
    ]


def pools(rng: np.random.Generator) -> list[Case]:
    return [
        case("windows side by side", [max_pool2d(2)], image(rng)),
        case("windows that overlap", [max_pool2d(3, stride=2)], image(rng)),
        case("with padding", [avg_pool2d(4, stride=3, padding=2)], image(rng)),
    ]


def flat_layers(rng: np.random.Generator) -> list[Case]:
    out, more, most = different(rng, 5, 30, count=3)
    small = image(rng, 5, 8)
    return [
        case("Flatten", [flatten()], small),
        case("Linear", [flatten(), linear(out)], image(rng, 5, 8)),
        case("two of them", [flatten(), linear(more), linear(most, bias=False)], small),
        case("Linear on an image", [relu(), linear(out)], small),
    ]


def rows(rng: np.random.Generator) -> list[Case]:
    first, second, third = different(rng, 5, 9, count=3)
    net = [conv2d(first, 3), max_pool2d(2), conv2d(second, 3)]
    return [
        case("two convolutions", [conv2d(first, 3), conv2d(third, 2)], image(rng)),
        case("a pool between them", net, image(rng)),
        case(
            "an image, then a row",
            [conv2d(third, 3), flatten(), linear(first)],
            image(rng, 5, 8),
        ),
    ]


def groups_and_dilations(rng: np.random.Generator) -> list[Case]:
    out, more = (int(3 * part) for part in different(rng, 2, 6))
    wide = conv2d(more, 3, padding=1, dilation=3)
    both = conv2d(out, 3, dilation=2, groups=3, bias=False)
    three = (3, *image(rng)[1:])
    return [
        case("3 groups", [conv2d(out, 3, groups=3)], three),
        case("dilation 3", [wide], image(rng)),
        case("both", [wide, both], image(rng, 12, 20)),
        case("a pool with gaps", [max_pool2d(3, stride=2, dilation=2)], image(rng)),
    ]


def transposed_convolutions(rng: np.random.Generator) -> list[Case]:
    out, more = (int(2 * part) for part in different(rng, 3, 6))
    four = (4, *image(rng)[1:])
    fourth = conv_transpose2d(more, 3, stride=2, groups=2, dilation=2, bias=False)
    longer = conv_transpose2d(out, 4, stride=3, padding=1, output_padding=2)
    return [
        case("stride 2", [conv_transpose2d(out, 3, stride=2)], image(rng)),
        case("output padding", [longer], image(rng)),
        case("groups and dilation", [fourth], four),
        case("down and up again", [conv2d(more, 3, stride=2), longer], image(rng)),
    ]


def image(rng: np.random.Generator, low: int = 8, high: int = 15) -> Image:
    """Draw the shape of an image whose three lengths all differ."""
    H, W = different(rng, low, high)
    return whole(rng, 2, 4), H, W


EXERCISE = Exercise(
    id="ps2.layer_table",
    title="The table of a network",
    reference=layer_table,
    difficulty=3,
    minutes=30,
    groups=[
        Group("Convolutions and activations", 0.5, convolutions),
        Group("Pools", 0.5, pools),
        Group("Flatten and Linear", 0.5, flat_layers),
        Group("Layers in a row", 0.5, rows),
        Group("Groups and dilation", 0.5, groups_and_dilations),
        Group("Transposed convolutions", 0.5, transposed_convolutions),
    ],
    misconceptions=after_given_lines(layer_table, MISCONCEPTIONS),
)
