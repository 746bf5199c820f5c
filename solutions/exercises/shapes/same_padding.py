"""ps2.same_padding: the zeros of "same" mode, before and after."""

from __future__ import annotations

import numpy as np

from convnets.shapes import same_padding
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines
from exercises.shapes.conv_output_size import reach
from exercises.shapes.draws import telling, whole


def zeros(size, places, stride, span):
    """Count the zeros that a kernel needs to have so many places."""
    return max((places - 1) * stride + span - size, 0)


def split(total):
    """Share zeros out, with an odd one at the end."""
    return total // 2, total - total // 2


def needed(size, kernel_size, stride, dilation):
    """Count the zeros on both sides together."""
    return zeros(size, -(-size // stride), stride, reach(kernel_size, dilation))


def sum_on_each_side(size, kernel_size, stride=1, dilation=1):
    total = needed(size, kernel_size, stride, dilation)
    return total, total


def odd_one_before(size, kernel_size, stride=1, dilation=1):
    before, after = split(needed(size, kernel_size, stride, dilation))
    return after, before


def all_after(size, kernel_size, stride=1, dilation=1):
    return 0, needed(size, kernel_size, stride, dilation)


def halves_with_fractions(size, kernel_size, stride=1, dilation=1):
    half = needed(size, kernel_size, stride, dilation) / 2
    return half, half


def odd_one_lost(size, kernel_size, stride=1, dilation=1):
    half = needed(size, kernel_size, stride, dilation) // 2
    return half, half


def a_single_number(size, kernel_size, stride=1, dilation=1):
    return needed(size, kernel_size, stride, dilation) // 2


def half_a_kernel(size, kernel_size, stride=1, dilation=1):
    half = reach(kernel_size, dilation) // 2
    return half, half


def stride_ignored(size, kernel_size, stride=1, dilation=1):
    return split(reach(kernel_size, dilation) - 1)


def as_long_as_the_input(size, kernel_size, stride=1, dilation=1):
    return split(zeros(size, size, stride, reach(kernel_size, dilation)))


def rounded_down(size, kernel_size, stride=1, dilation=1):
    places = max(size // stride, 1)
    return split(zeros(size, places, stride, reach(kernel_size, dilation)))


def places_not_steps(size, kernel_size, stride=1, dilation=1):
    places = -(-size // stride)
    return split(max(places * stride + reach(kernel_size, dilation) - size, 0))


def fewer_than_none(size, kernel_size, stride=1, dilation=1):
    places = -(-size // stride)
    return split((places - 1) * stride + reach(kernel_size, dilation) - size)


def dilation_ignored(size, kernel_size, stride=1, dilation=1):
    return split(needed(size, kernel_size, stride, 1))


def gap_behind_the_last_weight(size, kernel_size, stride=1, dilation=1):
    return split(needed(size, dilation * kernel_size, stride, 1))


def dilation_from_zero(size, kernel_size, stride=1, dilation=1):
    return split(needed(size, kernel_size, stride, dilation + 1))


MISCONCEPTIONS = [
    Misconception(
        "the sum on each side",
        "You add all the zeros on each side, twice as many as needed. Share them out.",
        sum_on_each_side,
    ),
    Misconception(
        "the odd one before",
        "Where the zeros cannot be shared equally, the extra one comes after the last "
        "pixel.",
        odd_one_before,
    ),
    Misconception(
        "all zeros after the last pixel",
        "Half of the zeros belong before the first pixel, so that the middle of the "
        "output lies over the middle of the input.",
        all_after,
    ),
    Misconception(
        "half a zero",
        "There is no half zero. Share the zeros out in whole numbers, of type `int`.",
        halves_with_fractions,
    ),
    Misconception(
        "the odd one lost",
        "Where the number of zeros is odd, you add one too few, and the output is too "
        "short. Do the two numbers add up to what is needed?",
        odd_one_lost,
    ),
    Misconception(
        "a single number",
        "The zeros before and after may differ in number: return both.",
        a_single_number,
    ),
    Misconception(
        "half a kernel on each side",
        "That is right for odd kernels at stride 1. Work out how many zeros are needed "
        "in all, then share them out.",
        half_a_kernel,
    ),
    Misconception(
        "stride ignored",
        "At stride 1 the zeros make up for what the kernel takes away. With a stride, "
        "fewer may do: where does the last of the places begin?",
        stride_ignored,
    ),
    Misconception(
        "an output as long as the input",
        'With a stride, the output in "same" mode has `ceil(size / stride)` pixels.',
        as_long_as_the_input,
    ),
    Misconception(
        "rounded down, not up",
        "Where the stride does not divide the size, the output has one place more than "
        "the whole strides in it.",
        rounded_down,
    ),
    Misconception(
        "places taken for steps",
        "From the first of the places to the last there is one step fewer than there "
        "are places.",
        places_not_steps,
    ),
    Misconception(
        "fewer zeros than none",
        "Where the stride is longer than the kernel, pixels may be left over. Then no "
        "zero is needed, and no pixel is taken away.",
        fewer_than_none,
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
    Misconception(
        "dilation counted from 0",
        "In your formula dilation 1 leaves a gap. Here, as in PyTorch, it is the step "
        "from one weight to the next, and 1 leaves none.",
        dilation_from_zero,
    ),
]

STRIDED = [stride_ignored, as_long_as_the_input, rounded_down, fewer_than_none]
DILATED = [dilation_ignored, gap_behind_the_last_weight]


def stride_one(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        return [
            case("worked out on paper", size=5, kernel_size=4),
            drawn(rng, "an odd kernel", 2 * whole(rng, 1, 4) + 1),
            drawn(rng, "an even kernel", 2 * whole(rng, 1, 4)),
            case("a kernel of no weight", size=whole(rng, 4, 20), kernel_size=0),
        ]

    inert = [*STRIDED, *DILATED]
    return telling(draw, same_padding, MISCONCEPTIONS, inert)


def strides(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        return [
            drawn(rng, "stride 2", whole(rng, 3, 6), stride=2),
            drawn(rng, "stride 3", whole(rng, 4, 7), stride=3),
            drawn(rng, "stride 3", whole(rng, 4, 7), stride=3),
        ]

    inert = [fewer_than_none, *DILATED]
    return telling(draw, same_padding, MISCONCEPTIONS, inert)


def short_kernels(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        stride = whole(rng, 4, 6)
        kernel_size = stride - 1
        fits, few = (stride * whole(rng, 2, 6) + more for more in (0, 1))
        return [
            drawn(rng, "a kernel of 2", 2, stride=whole(rng, 4, 6)),
            case("a few", size=few, kernel_size=kernel_size, stride=stride),
            case("none", size=fits, kernel_size=kernel_size, stride=stride),
        ]

    return telling(draw, same_padding, MISCONCEPTIONS, DILATED)


def dilations(rng: np.random.Generator) -> list[Case]:
    def draw() -> list[Case]:
        return [
            drawn(rng, "dilation 2", whole(rng, 2, 5), dilation=2),
            drawn(rng, "dilation 3", whole(rng, 2, 5), dilation=3),
            drawn(rng, "with stride 2", 4, stride=2, dilation=3),
        ]

    inert = [rounded_down, fewer_than_none]
    return telling(draw, same_padding, MISCONCEPTIONS, inert)


def drawn(
    rng: np.random.Generator, note: str, kernel_size: int, **options: int
) -> Case:
    """Draw an input of any length."""
    return case(note, size=whole(rng, 8, 30), kernel_size=kernel_size, **options)


EXERCISE = Exercise(
    id="ps2.same_padding",
    title='Padding for "same" mode',
    reference=same_padding,
    difficulty=2,
    minutes=15,
    groups=[
        Group("Stride 1", 0.5, stride_one),
        Group("Strides", 0.5, strides),
        Group("Kernels shorter than the stride", 0.5, short_kernels),
        Group("Dilation", 0.5, dilations),
    ],
    misconceptions=after_given_lines(same_padding, MISCONCEPTIONS),
)
