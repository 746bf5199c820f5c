"""ps2.conv_transpose_output_size: output pixels of a transposed convolution."""

from __future__ import annotations

import numpy as np

from convnets.shapes import conv_transpose_output_size
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines
from exercises.shapes.conv_output_size import places, reach
from exercises.shapes.draws import telling, whole


def full(size, kernel_size, stride, dilation):
    """Count the pixels that the copies of the kernel cover."""
    return (size - 1) * stride + reach(kernel_size, dilation)


def forwards(size, kernel_size, stride=1, padding=0, output_padding=0, dilation=1):
    return places(size + 2 * padding - reach(kernel_size, dilation), stride)


def one_step_too_many(
    size, kernel_size, stride=1, padding=0, output_padding=0, dilation=1
):
    return full(size + 1, kernel_size, stride, dilation) - 2 * padding + output_padding


def size_times_stride(
    size, kernel_size, stride=1, padding=0, output_padding=0, dilation=1
):
    return size * stride - 2 * padding + output_padding


def plus_one_missing(
    size, kernel_size, stride=1, padding=0, output_padding=0, dilation=1
):
    covered = full(size, kernel_size, stride, dilation) - 1
    return covered - 2 * padding + output_padding


def stride_ignored(
    size, kernel_size, stride=1, padding=0, output_padding=0, dilation=1
):
    return full(size, kernel_size, 1, dilation) - 2 * padding + output_padding


def stride_between_pixels(
    size, kernel_size, stride=1, padding=0, output_padding=0, dilation=1
):
    return full(size, kernel_size, stride + 1, dilation) - 2 * padding + output_padding


def padding_added(size, kernel_size, stride=1, padding=0, output_padding=0, dilation=1):
    return full(size, kernel_size, stride, dilation) + 2 * padding + output_padding


def padding_cut_once(
    size, kernel_size, stride=1, padding=0, output_padding=0, dilation=1
):
    return full(size, kernel_size, stride, dilation) - padding + output_padding


def padding_ignored(
    size, kernel_size, stride=1, padding=0, output_padding=0, dilation=1
):
    return full(size, kernel_size, stride, dilation) + output_padding


def padding_around_the_input(
    size, kernel_size, stride=1, padding=0, output_padding=0, dilation=1
):
    return full(size + 2 * padding, kernel_size, stride, dilation) + output_padding


def output_padding_ignored(
    size, kernel_size, stride=1, padding=0, output_padding=0, dilation=1
):
    return full(size, kernel_size, stride, dilation) - 2 * padding


def output_padding_twice(
    size, kernel_size, stride=1, padding=0, output_padding=0, dilation=1
):
    covered = full(size, kernel_size, stride, dilation)
    return covered - 2 * padding + 2 * output_padding


def output_padding_taken_away(
    size, kernel_size, stride=1, padding=0, output_padding=0, dilation=1
):
    return full(size, kernel_size, stride, dilation) - 2 * padding - output_padding


def dilation_ignored(
    size, kernel_size, stride=1, padding=0, output_padding=0, dilation=1
):
    return full(size, kernel_size, stride, 1) - 2 * padding + output_padding


def gap_behind_the_last_weight(
    size, kernel_size, stride=1, padding=0, output_padding=0, dilation=1
):
    covered = full(size, dilation * kernel_size, stride, 1)
    return covered - 2 * padding + output_padding


MISCONCEPTIONS = [
    Misconception(
        "the size of a convolution",
        "That is how a convolution shrinks its input. A transposed convolution goes "
        "the other way: every input pixel writes a copy of the kernel.",
        forwards,
    ),
    Misconception(
        "one step too many",
        "Between the first copy and the last there is one step fewer than there are "
        "input pixels.",
        one_step_too_many,
    ),
    Misconception(
        "the size times the stride",
        "The last copy of the kernel spans more than one stride, or less. Where "
        "does it begin, and where does it end?",
        size_times_stride,
    ),
    Misconception(
        "the + 1 is missing",
        "You count from the first pixel of the output to the last without one of the "
        "two. Try a single input pixel and a kernel of one weight.",
        plus_one_missing,
    ),
    Misconception(
        "stride ignored",
        "The copies of the kernel begin one pixel apart, whatever `stride` says.",
        stride_ignored,
    ),
    Misconception(
        "as many zeros as the stride",
        "Your copies lie one pixel too far apart: at stride 2, one pixel lies between "
        "the beginnings of two neighbouring copies, and not two.",
        stride_between_pixels,
    ),
    Misconception(
        "padding added",
        "Here padding makes the output smaller: it is cut off where the convolution "
        "that goes the other way has added zeros.",
        padding_added,
    ),
    Misconception(
        "padding cut off once",
        "`padding` pixels are cut off on each side of the output.",
        padding_cut_once,
    ),
    Misconception(
        "padding ignored",
        "Nothing is cut off the output, whatever `padding` says.",
        padding_ignored,
    ),
    Misconception(
        "padding around the input",
        "You add zeros around the input, as a convolution does. Here `padding` says "
        "what is cut off the output.",
        padding_around_the_input,
    ),
    Misconception(
        "output_padding ignored",
        "Several input sizes of a convolution give the same output size. "
        "`output_padding` says which of them to go back to.",
        output_padding_ignored,
    ),
    Misconception(
        "output_padding on both sides",
        "`output_padding` counts the pixels that are added at the end only.",
        output_padding_twice,
    ),
    Misconception(
        "output_padding taken away",
        "`padding` makes the output smaller, but `output_padding` makes it larger.",
        output_padding_taken_away,
    ),
    Misconception(
        "dilation ignored",
        "With a dilation, each copy of the kernel spans more pixels. How many, "
        "from the first weight to the last?",
        dilation_ignored,
    ),
    Misconception(
        "a gap behind the last weight too",
        "There are gaps between the weights, one fewer than there are weights.",
        gap_behind_the_last_weight,
    ),
]

PADDED = [padding_added, padding_cut_once, padding_ignored, padding_around_the_input]
END_PADDED = [output_padding_ignored, output_padding_twice, output_padding_taken_away]
DILATED = [dilation_ignored, gap_behind_the_last_weight]


def strides(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        return [
            case("worked out on paper", size=3, kernel_size=3, stride=2),
            drawn(rng, "stride 1", whole(rng, 2, 7)),
            drawn(rng, "stride 2", whole(rng, 3, 7), stride=2),
            drawn(rng, "stride longer than the kernel", 2, stride=whole(rng, 3, 5)),
        ]

    inert = [*PADDED, *END_PADDED, *DILATED]
    return telling(draw, conv_transpose_output_size, MISCONCEPTIONS, inert)


def paddings(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        padding = whole(rng, 2, 4)
        return [
            drawn(rng, "padding 1", whole(rng, 3, 6), padding=1),
            drawn(rng, "with stride 2", whole(rng, 3, 6), stride=2, padding=padding),
            case("nothing is left", size=2, kernel_size=3, padding=padding),
        ]

    inert = [*END_PADDED, *DILATED]
    return telling(draw, conv_transpose_output_size, MISCONCEPTIONS, inert)


def output_paddings(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        size = whole(rng, 4, 15)
        return [
            drawn(rng, "one pixel more", whole(rng, 3, 6), stride=2, output_padding=1),
            drawn(rng, "two more", whole(rng, 3, 6), stride=3, output_padding=2),
            case("too many", size=size, kernel_size=3, stride=2, output_padding=2),
        ]

    inert = [*PADDED, *DILATED]
    return telling(draw, conv_transpose_output_size, MISCONCEPTIONS, inert)


def dilations(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        everything = {"stride": 3, "padding": whole(rng, 1, 3), "output_padding": 2}
        return [
            drawn(rng, "dilation 2", whole(rng, 2, 5), dilation=2),
            drawn(rng, "dilation 3", whole(rng, 2, 5), stride=2, dilation=3),
            drawn(rng, "everything at once", 4, dilation=2, **everything),
        ]

    return telling(draw, conv_transpose_output_size, MISCONCEPTIONS)


def drawn(
    rng: np.random.Generator, note: str, kernel_size: int, **options: int
) -> Case:
    """Draw an input of any length."""
    return case(note, size=whole(rng, 4, 20), kernel_size=kernel_size, **options)


EXERCISE = Exercise(
    id="ps2.conv_transpose_output_size",
    title="Output size of a transposed convolution",
    reference=conv_transpose_output_size,
    difficulty=2,
    minutes=15,
    groups=[
        Group("The worked example, and strides", 0.5, strides),
        Group("Padding", 0.5, paddings),
        Group("Output padding", 0.5, output_paddings),
        Group("Dilation, and everything at once", 0.5, dilations),
    ],
    misconceptions=after_given_lines(conv_transpose_output_size, MISCONCEPTIONS),
)
