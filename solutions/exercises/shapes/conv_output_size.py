"""ps2.conv_output_size: how many places a kernel has along one axis."""

from __future__ import annotations

import numpy as np

from convnets.shapes import conv_output_size
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines
from exercises.shapes.draws import placed, telling, whole


def reach(kernel_size, dilation):
    """Count the pixels from the first weight of a kernel to its last."""
    return dilation * (kernel_size - 1) + 1


def places(spare, stride):
    """Count the places of a kernel that may move by so many pixels."""
    return spare // stride + 1


def plus_one_missing(size, kernel_size, stride=1, padding=0, dilation=1):
    return (size + 2 * padding - reach(kernel_size, dilation)) // stride


def one_inside_division(size, kernel_size, stride=1, padding=0, dilation=1):
    return (size + 2 * padding - reach(kernel_size, dilation) + 1) // stride


def rounded_up(size, kernel_size, stride=1, padding=0, dilation=1):
    return -(-(size + 2 * padding - reach(kernel_size, dilation)) // stride) + 1


def rounded_to_nearest(size, kernel_size, stride=1, padding=0, dilation=1):
    return round((size + 2 * padding - reach(kernel_size, dilation)) / stride) + 1


def last_place_left_out(size, kernel_size, stride=1, padding=0, dilation=1):
    return len(range(0, size + 2 * padding - reach(kernel_size, dilation), stride))


def one_pixel_too_many(size, kernel_size, stride=1, padding=0, dilation=1):
    return places(size + 2 * padding - dilation * (kernel_size - 1), stride)


def brackets_missing(size, kernel_size, stride=1, padding=0, dilation=1):
    return size + 2 * padding - dilation * (kernel_size - 1) - 1 // stride + 1


def not_rounded(size, kernel_size, stride=1, padding=0, dilation=1):
    return (size + 2 * padding - reach(kernel_size, dilation)) / stride + 1


def rounded_to_a_float(size, kernel_size, stride=1, padding=0, dilation=1):
    return float(np.floor(not_rounded(size, kernel_size, stride, padding, dilation)))


def stride_ignored(size, kernel_size, stride=1, padding=0, dilation=1):
    return size + 2 * padding - reach(kernel_size, dilation) + 1


def only_size_divided(size, kernel_size, stride=1, padding=0, dilation=1):
    return (size + 2 * padding) // stride - reach(kernel_size, dilation) + 1


def padding_counted_once(size, kernel_size, stride=1, padding=0, dilation=1):
    return places(size + padding - reach(kernel_size, dilation), stride)


def padding_ignored(size, kernel_size, stride=1, padding=0, dilation=1):
    return places(size - reach(kernel_size, dilation), stride)


def padding_on_the_output(size, kernel_size, stride=1, padding=0, dilation=1):
    return places(size - reach(kernel_size, dilation), stride) + 2 * padding


def dilation_ignored(size, kernel_size, stride=1, padding=0, dilation=1):
    return places(size + 2 * padding - kernel_size, stride)


def gap_behind_the_last_weight(size, kernel_size, stride=1, padding=0, dilation=1):
    return places(size + 2 * padding - dilation * kernel_size, stride)


def dilation_from_zero(size, kernel_size, stride=1, padding=0, dilation=1):
    return places(size + 2 * padding - reach(kernel_size, dilation + 1), stride)


def a_single_gap(size, kernel_size, stride=1, padding=0, dilation=1):
    return places(size + 2 * padding - (kernel_size + dilation - 1), stride)


def only_odd_kernels(size, kernel_size, stride=1, padding=0, dilation=1):
    half = reach(kernel_size, dilation) // 2
    return places(size + 2 * padding - 2 * half - 1, stride)


MISCONCEPTIONS = [
    Misconception(
        "the + 1 is missing",
        "You count the steps of the kernel. The place before the first step counts as "
        "well.",
        plus_one_missing,
    ),
    Misconception(
        "the + 1 inside the division",
        "The first place needs no step, so it is counted apart from the division by "
        "the stride.",
        one_inside_division,
    ),
    Misconception(
        "rounded up, not down",
        "Your last place reaches past the padded input. Pixels that are left over at "
        "the end are dropped.",
        rounded_up,
    ),
    Misconception(
        "rounded to the nearest",
        "Where more than half a step is left over, you count a place that is not "
        "there. Steps are counted whole, so the division is rounded down.",
        rounded_to_nearest,
    ),
    Misconception(
        "the last place left out",
        "Where the kernel fits exactly, its last place is missing. A `range` stops "
        "before the number where it ends.",
        last_place_left_out,
    ),
    Misconception(
        "one pixel too many",
        "You take away the steps from weight to weight, one pixel less than the kernel "
        "covers. How far can a kernel of one weight move?",
        one_pixel_too_many,
    ),
    Misconception(
        "brackets missing",
        "`//` is worked out before `+` and `-`, so the stride divides the last number "
        "only. Put what is divided in brackets.",
        brackets_missing,
    ),
    Misconception(
        "not rounded",
        "A kernel cannot have half a place. Divide with `//`, which rounds down and "
        "keeps whole numbers.",
        not_rounded,
    ),
    Misconception(
        "a float in place of an int",
        "Your number is right, but it is a float, and no array has 3.0 rows. Divide "
        "with `//`, or turn the result into an `int`.",
        rounded_to_a_float,
    ),
    Misconception(
        "stride ignored",
        "The kernel moves by one pixel at a time, whatever `stride` says.",
        stride_ignored,
    ),
    Misconception(
        "only the size divided by the stride",
        "The stride divides the way that the kernel can move, which is what is left of "
        "the input beside the kernel. Yours divides before the kernel is taken away.",
        only_size_divided,
    ),
    Misconception(
        "padding counted once",
        "`padding` zeros are added on each side, so the axis grows by twice as many.",
        padding_counted_once,
    ),
    Misconception(
        "padding ignored",
        "The kernel never leaves the input, whatever `padding` says.",
        padding_ignored,
    ),
    Misconception(
        "padding added to the output",
        "The zeros lie around the input, and the kernel strides over them like over "
        "other pixels. Yours are counted behind the division.",
        padding_on_the_output,
    ),
    Misconception(
        "dilation ignored",
        "With a dilation, the same weights span more pixels. How many, from the "
        "first weight to the last?",
        dilation_ignored,
    ),
    Misconception(
        "a gap behind the last weight too",
        "There are gaps between the weights, one fewer than there are weights. Draw a "
        "kernel of 2 weights with dilation 3.",
        gap_behind_the_last_weight,
    ),
    Misconception(
        "dilation counted from 0",
        "In your formula dilation 1 leaves a gap. Here, as in PyTorch, it is the step "
        "from one weight to the next, and 1 leaves none.",
        dilation_from_zero,
    ),
    Misconception(
        "a single gap",
        "Your kernel grows by one gap only. There is one between every two "
        "neighbouring weights.",
        a_single_gap,
    ),
    Misconception(
        "only odd kernels",
        "You take half a kernel away on each side, rounded, which is right where the "
        "kernel has a middle. Try an even one.",
        only_odd_kernels,
    ),
]

STRIDED = [
    one_inside_division,
    rounded_up,
    rounded_to_nearest,
    stride_ignored,
    only_size_divided,
    brackets_missing,
]
PADDED = [padding_counted_once, padding_ignored, padding_on_the_output]
DILATED = [dilation_ignored, gap_behind_the_last_weight, a_single_gap]


def worked_example(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        even, odd = 2 * whole(rng, 1, 4), 2 * whole(rng, 1, 4) + 1
        return [
            case("worked out on paper", size=7, kernel_size=3),
            placed(rng, "an even kernel", even),
            placed(rng, "an odd kernel", odd),
            case("a kernel longer than the input", size=even, kernel_size=even + odd),
        ]

    inert = [*STRIDED, *PADDED, *DILATED]
    return telling(draw, conv_output_size, MISCONCEPTIONS, inert)


def strides(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        return [
            placed(rng, "stride 2, which fits", 2 * whole(rng, 1, 3), stride=2),
            placed(rng, "stride 2, does not fit", whole(rng, 3, 5), 1, stride=2),
            placed(rng, "stride 3, a pixel left", whole(rng, 2, 6), 1, stride=3),
            placed(rng, "stride 3, 2 pixels left", whole(rng, 2, 6), 2, stride=3),
        ]

    inert = [*PADDED, *DILATED]
    return telling(draw, conv_output_size, MISCONCEPTIONS, inert)


def paddings(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        odd = 2 * whole(rng, 1, 3) + 1
        padding = whole(rng, 2, 3)
        return [
            placed(rng, "padding 1", odd, padding=1),
            placed(rng, "more padding", 3, padding=padding),
            placed(rng, "with stride 2", 5, 0, stride=2, padding=padding),
        ]

    inert = [rounded_up, rounded_to_nearest, *DILATED, only_odd_kernels]
    return telling(draw, conv_output_size, MISCONCEPTIONS, inert)


def dilations(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        wide = whole(rng, 4, 6)
        return [
            placed(rng, "dilation 2", 3, dilation=2),
            placed(rng, "dilation 3", 4, dilation=3),
            placed(rng, "a single weight", 1, dilation=wide),
            placed(rng, "everything at once", 3, 0, stride=2, padding=1, dilation=2),
            placed(rng, "everything at once", 4, 2, stride=3, padding=2, dilation=3),
        ]

    return telling(draw, conv_output_size, MISCONCEPTIONS)


EXERCISE = Exercise(
    id="ps2.conv_output_size",
    title="Output size of a convolution",
    reference=conv_output_size,
    difficulty=1,
    minutes=10,
    groups=[
        Group("The worked example, and others like it", 0.5, worked_example),
        Group("Strides", 0.5, strides),
        Group("Padding", 0.5, paddings),
        Group("Dilation, and everything at once", 0.5, dilations),
    ],
    misconceptions=after_given_lines(conv_output_size, MISCONCEPTIONS),
)
