"""ps2.fits_exactly: whether a kernel's last place ends with the padded input."""

from __future__ import annotations

import numpy as np

from convnets.shapes import conv_output_size, fits_exactly
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines
from exercises.shapes.conv_output_size import reach
from exercises.shapes.draws import placed, telling, whole


def size_divides(size, kernel_size, stride=1, padding=0, dilation=1):
    return (size + 2 * padding) % stride == 0


def one_too_many(size, kernel_size, stride=1, padding=0, dilation=1):
    return (size + 2 * padding - reach(kernel_size, dilation) + 1) % stride == 0


def places_divide(size, kernel_size, stride=1, padding=0, dilation=1):
    found = conv_output_size(size, kernel_size, stride, padding, dilation)
    return found % stride == 0


def side_by_side(size, kernel_size, stride=1, padding=0, dilation=1):
    return (size + 2 * padding) % reach(kernel_size, dilation) == 0


def size_kept(size, kernel_size, stride=1, padding=0, dilation=1):
    return conv_output_size(size, kernel_size, stride, padding, dilation) == size


def never(size, kernel_size, stride=1, padding=0, dilation=1):
    return False


def always(size, kernel_size, stride=1, padding=0, dilation=1):
    return True


def the_opposite(size, kernel_size, stride=1, padding=0, dilation=1):
    return not fits_exactly(size, kernel_size, stride, padding, dilation)


def what_is_left(size, kernel_size, stride=1, padding=0, dilation=1):
    return (size + 2 * padding - reach(kernel_size, dilation)) % stride


def padding_counted_once(size, kernel_size, stride=1, padding=0, dilation=1):
    return (size + padding - reach(kernel_size, dilation)) % stride == 0


def padding_ignored(size, kernel_size, stride=1, padding=0, dilation=1):
    return (size - reach(kernel_size, dilation)) % stride == 0


def dilation_ignored(size, kernel_size, stride=1, padding=0, dilation=1):
    return (size + 2 * padding - kernel_size) % stride == 0


def gap_behind_the_last_weight(size, kernel_size, stride=1, padding=0, dilation=1):
    return (size + 2 * padding - dilation * kernel_size) % stride == 0


MISCONCEPTIONS = [
    Misconception(
        "the stride divides the size",
        "The kernel's first place takes pixels too. What has to be a number of whole "
        "strides is the way from the first place to the end.",
        size_divides,
    ),
    Misconception(
        "one pixel too many",
        "You divide the number of places at stride 1. Steps are one fewer than places: "
        "a kernel as long as the input has one place and needs no step.",
        one_too_many,
    ),
    Misconception(
        "the number of places divided",
        "How many places there are says nothing about the end of the input. Which "
        "pixels are left over behind the last place?",
        places_divide,
    ),
    Misconception(
        "places side by side",
        "You ask whether kernels laid side by side fill the input. Here the places lie "
        "`stride` pixels apart, and may overlap.",
        side_by_side,
    ),
    Misconception(
        "whether the size stays",
        "You ask whether the output is as long as the input. The question is whether "
        "pixels are left over behind the last place.",
        size_kept,
    ),
    Misconception(
        "never true",
        "Your function says False whatever it is given. From the first place to the "
        "last there is one step fewer than there are places.",
        never,
    ),
    Misconception(
        "always true",
        "Your function says True whatever it is given. The kernel never reaches past "
        "the padded input, but it may stop before its end.",
        always,
    ),
    Misconception(
        "the opposite",
        "Your function says True where something is left over, and False where the "
        "kernel fits.",
        the_opposite,
    ),
    Misconception(
        "what is left, not whether",
        "You return how many pixels are left over. Compare that with 0.",
        what_is_left,
    ),
    Misconception(
        "padding counted once",
        "`padding` zeros are added on each side, so the axis grows by twice as many.",
        padding_counted_once,
    ),
    Misconception(
        "padding ignored",
        "The kernel may also lie on the zeros of the padding, on both sides.",
        padding_ignored,
    ),
    Misconception(
        "dilation ignored",
        "With a dilation, the same weights span more pixels. How many, from the "
        "first weight to the last?",
        dilation_ignored,
    ),
    Misconception(
        "a gap behind the last weight too",
        "There are gaps between the weights, one fewer than there are weights.",
        gap_behind_the_last_weight,
    ),
]

PADDED = [padding_counted_once, padding_ignored]
DILATED = [dilation_ignored, gap_behind_the_last_weight]


def strides(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        return [
            case("worked out on paper", size=7, kernel_size=3, stride=2),
            case("worked out on paper", size=7, kernel_size=3, stride=3),
            placed(rng, "stride 2", whole(rng, 2, 6), 1, stride=2),
            placed(rng, "stride 3", whole(rng, 2, 6), whole(rng, 0, 2), stride=3),
            placed(rng, "stride 3", whole(rng, 2, 6), whole(rng, 0, 2), stride=3),
            placed(rng, "stride 4", whole(rng, 2, 6), whole(rng, 0, 3), stride=4),
            placed(rng, "stride 5", whole(rng, 2, 6), whole(rng, 0, 1), stride=5),
            placed(rng, "a single weight", 1, 0),
            case(
                "a kernel longer than the input", size=4, kernel_size=whole(rng, 5, 9)
            ),
        ]

    inert = [*PADDED, *DILATED]
    return telling(draw, fits_exactly, MISCONCEPTIONS, inert, distinct=True)


def paddings_and_dilations(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        rest = whole(rng, 0, 1)
        options = {"stride": 4, "padding": whole(rng, 1, 3)}
        return [
            placed(rng, "stride 1", 3, padding=1),
            placed(rng, "padding 1", whole(rng, 2, 6), stride=3, padding=1),
            placed(rng, "padding 2", whole(rng, 2, 6), stride=5, padding=2),
            placed(rng, "padding 1", whole(rng, 2, 6), rest, stride=2, padding=1),
            placed(rng, "dilation 2", whole(rng, 3, 6), stride=3, dilation=2),
            placed(rng, "dilation 3", whole(rng, 3, 6), stride=5, dilation=3),
            placed(rng, "dilation 3", whole(rng, 3, 6), rest, stride=4, dilation=3),
            placed(
                rng, "both", whole(rng, 3, 6), whole(rng, 0, 3), dilation=2, **options
            ),
        ]

    return telling(draw, fits_exactly, MISCONCEPTIONS, distinct=True)


EXERCISE = Exercise(
    id="ps2.fits_exactly",
    title="Does the stride fit?",
    reference=fits_exactly,
    difficulty=1,
    minutes=5,
    groups=[
        Group("Strides", 0.5, strides),
        Group("Padding and dilation", 0.5, paddings_and_dilations),
    ],
    misconceptions=after_given_lines(fits_exactly, MISCONCEPTIONS),
)
