"""ps1.correlate1d: slide a kernel along a signal."""

from __future__ import annotations

import numpy as np

from convnets.correlation import correlate1d
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines, first_half, integers, pixels, weights


def worked_example(rng: np.random.Generator) -> list[Case]:
    by_hand = np.array([1.0, 2.0, 4.0, 7.0]), np.array([-1.0, 1.0])
    return [
        case("worked out on paper", *by_hand),
        case("three weights", pixels(rng, 5), weights(rng, 3)),
        case("two weights", pixels(rng, 6), weights(rng, 2)),
    ]


def longest_and_shortest(rng: np.random.Generator) -> list[Case]:
    return [
        case("a kernel as long as the signal", pixels(rng, 3), weights(rng, 3)),
        case("a kernel of one weight", pixels(rng, 5), weights(rng, 1)),
        case("a kernel longer than the signal", pixels(rng, 2), weights(rng, 3)),
    ]


def strides(rng: np.random.Generator) -> list[Case]:
    return [
        case("stride 2, which fits", pixels(rng, 6), weights(rng, 2), stride=2),
        case("stride 3, does not fit", pixels(rng, 8), weights(rng, 3), stride=3),
        case("stride 2, does not fit", pixels(rng, 9), weights(rng, 4), stride=2),
    ]


def whole_number_signals(rng: np.random.Generator) -> list[Case]:
    return [
        case("two weights", integers(rng, 4), first_half(rng, 2)),
        case("three weights", integers(rng, 7), first_half(rng, 3)),
    ]


def flipped(x, kernel, stride=1):
    return np.convolve(x, kernel, mode="valid")[::stride]


def last_window_missed(x, kernel, stride=1):
    K_w = len(kernel)
    starts = range(0, len(x) - K_w, stride)
    return np.array([np.sum(x[start : start + K_w] * kernel) for start in starts])


def one_place_too_few(x, kernel, stride=1):
    return correlate1d(x, kernel, stride)[: (len(x) - len(kernel)) // stride]


def end_never_filled(x, kernel, stride=1):
    out, found = np.zeros(x.shape), correlate1d(x, kernel, stride)
    out[: len(found)] = found
    return out


def same_size(x, kernel, stride=1):
    return np.correlate(x, kernel, mode="same")[::stride]


def hanging_over(x, kernel, stride=1):
    return np.correlate(x, kernel, mode="full")[::stride]


def mean_of_products(x, kernel, stride=1):
    return correlate1d(x, kernel, stride) / len(kernel)


def truncated(x, kernel, stride=1):
    return correlate1d(x, kernel, stride).astype(x.dtype)


def stride_ignored(x, kernel, stride=1):
    return correlate1d(x, kernel)


def stride_in_size_only(x, kernel, stride=1):
    W_out = (len(x) - len(kernel)) // stride + 1
    return correlate1d(x, kernel)[:W_out]


def one_inside_division(x, kernel, stride=1):
    W_out = (len(x) - len(kernel) + 1) // stride
    return correlate1d(x, kernel, stride)[:W_out]


def rounded_up(x, kernel, stride=1):
    missing = -(len(x) - len(kernel)) % stride
    return correlate1d(np.pad(x, (0, missing)), kernel, stride)


def last_product_only(x, kernel, stride=1):
    return x[len(kernel) - 1 :: stride] * kernel[-1]


def first_window_only(x, kernel, stride=1):
    out = correlate1d(x, kernel, stride)
    out[1:] = 0
    return out


def stride_between_weights(x, kernel, stride=1):
    out = np.zeros((len(x) - len(kernel)) // stride + 1)
    for i, k in np.ndindex(len(out), len(kernel)):
        out[i] += x[i + k * stride] * kernel[k]
    return out


EXERCISE = Exercise(
    id="ps1.correlate1d",
    title="Cross-correlation of a signal",
    reference=correlate1d,
    difficulty=1,
    minutes=10,
    groups=[
        Group("The worked example, and others like it", 0.5, worked_example),
        Group("The longest and the shortest kernels", 0.5, longest_and_shortest),
        Group("Strides", 0.5, strides),
        Group("Whole-number signals, fractional weights", 0.5, whole_number_signals),
    ],
    misconceptions=after_given_lines(
        correlate1d,
        [
            Misconception(
                "flipped kernel",
                "That is convolution. In cross-correlation the first weight meets the "
                "leftmost sample of each window.",
                flipped,
            ),
            Misconception(
                "the last window is missed",
                "The kernel stops one window too early. Count by hand how many places "
                "a kernel of 2 weights has on a signal of 3 samples.",
                last_window_missed,
            ),
            Misconception(
                "one place too few",
                "Your output is one number short, at stride 1 and at any other. Count "
                "by hand how many places a kernel of 2 weights has on 3 samples.",
                one_place_too_few,
            ),
            Misconception(
                "zeros at the end",
                "Your output is as long as the signal, and its end was never filled. "
                "How many places does the kernel have?",
                end_never_filled,
            ),
            Misconception(
                "output as long as the signal",
                'That is "same" mode, in which the kernel hangs over both ends and '
                "meets zeros there. Here the kernel stays inside the signal.",
                same_size,
            ),
            Misconception(
                "kernel hanging over the ends",
                'That is "full" mode, in which one shared sample is enough for an '
                "output. Here the whole kernel stays inside the signal.",
                hanging_over,
            ),
            Misconception(
                "mean in place of sum",
                "The products in a window are added up. Nothing divides them by the "
                "number of weights.",
                mean_of_products,
            ),
            Misconception(
                "output made like the signal",
                "The fractions are cut off, because the output has the integer type "
                "of the signal. Which type can hold products with the weights?",
                truncated,
            ),
            Misconception(
                "stride ignored",
                "The kernel moves by one sample at a time, whatever `stride` says.",
                stride_ignored,
            ),
            Misconception(
                "stride in the size only",
                "The number of outputs is right, but neighbouring windows still start "
                "one sample apart. At which sample does window i start?",
                stride_in_size_only,
            ),
            Misconception(
                "the + 1 inside the division",
                "The first window needs no step, so it is counted apart from the "
                "division by the stride. Compare with the formula for W_out.",
                one_inside_division,
            ),
            Misconception(
                "rounded up, not down",
                "Your last window reaches past the end of the signal. Where the "
                "stride does not fit, the samples left over are dropped.",
                rounded_up,
            ),
            Misconception(
                "only the last product is kept",
                "Each product of a window takes the place of the one before it. The "
                "products are added up.",
                last_product_only,
            ),
            Misconception(
                "only the first window",
                "The first output is right and the others are still 0. Does your "
                "function return before its loop has ended?",
                first_window_only,
            ),
            Misconception(
                "stride between the weights",
                "The stride lies between two windows. Inside a window the samples "
                "are neighbours.",
                stride_between_weights,
            ),
        ],
    ),
)
