"""ps4.pad2d: zeros, replicated pixels or a mirror image round an image."""

from __future__ import annotations

import numpy as np

from convnets.arguments import pair
from convnets.im2col import pad2d
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines
from exercises.fast.inputs import different

NAMES = {"zeros": "constant", "replicate": "edge", "reflect": "reflect"}


def zeros(rng: np.random.Generator) -> list[Case]:
    x = np.arange(1.0, 7.0).reshape(1, 1, 2, 3)
    return [
        case("worked out on paper", x, 1),
        case("other numbers", different(rng, 1, 1, 3, 2), 1),
        case("2 images, 3 channels, padding 2", different(rng, 2, 3, 1, 3), 2),
        case("a padding below 0", different(rng, 1, 1, 2, 3), -1),
    ]


def pairs(rng: np.random.Generator) -> list[Case]:
    return [
        case("more to the left and right", different(rng, 1, 1, 2, 3), (1, 2)),
        case("above and below only", different(rng, 1, 2, 3, 2), (1, 0)),
        case("left and right only", different(rng, 2, 1, 2, 3), (0, 1)),
    ]


def replicated(rng: np.random.Generator) -> list[Case]:
    mode = {"mode": "replicate"}
    return [
        case("padding 1", different(rng, 1, 1, 2, 3), 1, **mode),
        case("a pair, 2 channels", different(rng, 1, 2, 3, 3), (1, 2), **mode),
        case("padding as wide as the image", different(rng, 1, 1, 2, 3), 2, **mode),
    ]


def reflected(rng: np.random.Generator) -> list[Case]:
    mode = {"mode": "reflect"}
    return [
        case("padding 1", different(rng, 1, 1, 2, 3), 1, **mode),
        case("padding 2", different(rng, 1, 1, 4, 3), 2, **mode),
        case("a pair, 2 images", different(rng, 2, 1, 2, 4), (1, 2), **mode),
        case("padding as wide as the image", different(rng, 1, 1, 2, 3), 2, **mode),
    ]


def padded(x, sides, mode="zeros"):
    """Pad with (before, after) pairs for the two image axes."""
    return np.pad(x, [(0, 0), (0, 0), *sides], mode=NAMES[mode])


def above_and_left_only(x, padding, mode="zeros"):
    return padded(x, [(p, 0) for p in pair("padding", padding)], mode)


def below_and_right_only(x, padding, mode="zeros"):
    return padded(x, [(0, p) for p in pair("padding", padding)], mode)


def twice_above_and_left(x, padding, mode="zeros"):
    return padded(x, [(2 * p, 0) for p in pair("padding", padding)], mode)


def height_and_width_swapped(x, padding, mode="zeros"):
    p_h, p_w = pair("padding", padding)
    return padded(x, [(p_w, p_w), (p_h, p_h)], mode)


def first_of_the_pair(x, padding, mode="zeros"):
    p_h, _ = pair("padding", padding)
    return padded(x, [(p_h, p_h)] * 2, mode)


def pair_as_before_and_after(x, padding, mode="zeros"):
    return padded(x, [pair("padding", padding)] * 2, mode)


def every_axis(x, padding, mode="zeros"):
    p_h, p_w = pair("padding", padding)
    sides = [(p_h, p_h)] * 3 + [(p_w, p_w)]
    return np.pad(x, sides, mode=NAMES[mode])


def always_zeros(x, padding, mode="zeros"):
    return pad2d(x, padding)


def border_repeated_in_the_mirror(x, padding, mode="zeros"):
    if mode != "reflect":
        return pad2d(x, padding, mode)
    (p_h, p_w), zero = pair("padding", padding), (0, 0)
    return np.pad(x, [zero, zero, (p_h, p_h), (p_w, p_w)], mode="symmetric")


def replicate_for_reflect(x, padding, mode="zeros"):
    return pad2d(x, padding, "replicate" if mode == "reflect" else mode)


def reflect_for_replicate(x, padding, mode="zeros"):
    sides = [(p, p) for p in pair("padding", padding)]
    return padded(x, sides, "reflect" if mode == "replicate" else mode)


def wrapped_round(x, padding, mode="zeros"):
    if mode == "zeros":
        return pad2d(x, padding)
    (p_h, p_w), zero = pair("padding", padding), (0, 0)
    return np.pad(x, [zero, zero, (p_h, p_h), (p_w, p_w)], mode="wrap")


def empty_corners(x, padding, mode="zeros"):
    p_h, p_w = pair("padding", padding)
    out = pad2d(x, padding, mode)
    for rows in (slice(0, p_h), slice(out.shape[2] - p_h, None)):
        for columns in (slice(0, p_w), slice(out.shape[3] - p_w, None)):
            out[:, :, rows, columns] = 0
    return out


def mirror_not_turned(x, padding, mode="zeros"):
    if mode != "reflect":
        return pad2d(x, padding, mode)
    p_h, p_w = pair("padding", padding)
    x = np.concatenate([x[:, :, 1 : p_h + 1], x, x[:, :, -p_h - 1 : -1]], axis=2)
    return np.concatenate([x[..., 1 : p_w + 1], x, x[..., -p_w - 1 : -1]], axis=3)


MISCONCEPTIONS = [
    Misconception(
        "padding above and to the left only",
        "`padding` pixels are added on each side, so both image axes grow by twice as "
        "many. Nothing was added below and to the right.",
        above_and_left_only,
    ),
    Misconception(
        "padding below and to the right only",
        "`padding` pixels are added on each side. Nothing was added above and to the "
        "left.",
        below_and_right_only,
    ),
    Misconception(
        "all the padding above and to the left",
        "The size is right, but all of the border lies above and to the left. Half of "
        "it belongs below and to the right.",
        twice_above_and_left,
    ),
    Misconception(
        "height and width swapped",
        "The first number of a pair is the padding above and below, the second one "
        "that to the left and right.",
        height_and_width_swapped,
    ),
    Misconception(
        "the first number of a pair for both axes",
        "The second number of a pair is the padding to the left and right.",
        first_of_the_pair,
    ),
    Misconception(
        "a pair read as before and after",
        "A pair is (height, width), and each of its numbers counts on both sides of "
        "its axis. You took it as what comes before an axis and what comes after it.",
        pair_as_before_and_after,
    ),
    Misconception(
        "padding on every axis",
        "Your output has more images and channels than the input. Only the two image "
        "axes grow.",
        every_axis,
    ),
    Misconception(
        "always zeros",
        "The border holds zeros whatever `mode` says.",
        always_zeros,
    ),
    Misconception(
        "the border pixel twice in the mirror",
        "Your mirror stands beside the image, so that its outermost pixels come twice. "
        "It has to stand on them.",
        border_repeated_in_the_mirror,
    ),
    Misconception(
        "replicate in place of reflect",
        "In a mirror one sees further into the image: the second pixel from the "
        "border, then the third. You repeated the outermost one.",
        replicate_for_reflect,
    ),
    Misconception(
        "reflect in place of replicate",
        "To replicate is to repeat the outermost pixel as often as needed. You "
        "continued with the pixels further inside.",
        reflect_for_replicate,
    ),
    Misconception(
        "wrapped round",
        "Your border continues with the opposite side of the image, as on a ring. It "
        "belongs to the side it lies on.",
        wrapped_round,
    ),
    Misconception(
        "corners left empty",
        "The four sides are right, but the corners between them still hold zeros. "
        "Pad one axis first, then the other.",
        empty_corners,
    ),
    Misconception(
        "a mirror image that is not turned round",
        "The right pixels are in the border, in the order in which they stand in the "
        "image. A mirror shows them the other way round.",
        mirror_not_turned,
    ),
]

EXERCISE = Exercise(
    id="ps4.pad2d",
    title="A border round an image",
    reference=pad2d,
    difficulty=1,
    minutes=10,
    groups=[
        Group("Zeros", 0.5, zeros),
        Group("Pairs", 0.5, pairs),
        Group("Replicated pixels", 0.5, replicated),
        Group("A mirror image", 0.5, reflected),
    ],
    misconceptions=after_given_lines(pad2d, MISCONCEPTIONS),
)
