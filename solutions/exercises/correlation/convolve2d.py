"""ps1.convolve2d: convolution as mathematics defines it."""

from __future__ import annotations

import numpy as np

from convnets.correlation import convolve2d, correlate2d
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.correlation.correlate2d import slide
from exercises.draws import after_given_lines, halves, pixels, weights


def worked_example(rng: np.random.Generator) -> list[Case]:
    by_hand = np.arange(9.0).reshape(3, 3), np.array([[0.0, 1.0], [2.0, 3.0]])
    return [
        case("worked out on paper", *by_hand),
        case("other numbers", pixels(rng, 3, 4), weights(rng, 2, 2)),
        case("a larger image", pixels(rng, 4, 3), weights(rng, 2, 2)),
    ]


def not_square(rng: np.random.Generator) -> list[Case]:
    return [
        case("a wide kernel", pixels(rng, 4, 5), weights(rng, 2, 3)),
        case("a tall kernel, halves", pixels(rng, 5, 4), halves(rng, 3, 2)),
        case("a kernel taller than the image", pixels(rng, 2, 4), weights(rng, 3, 2)),
    ]


def not_flipped(x, kernel):
    return correlate2d(x, kernel)


def upside_down_only(x, kernel):
    return correlate2d(x, kernel[::-1])


def left_to_right_only(x, kernel):
    return correlate2d(x, kernel[:, ::-1])


def transposed(x, kernel):
    return slide(x, kernel.T)


def quarter_turn(x, kernel):
    return slide(x, np.rot90(kernel))


def image_flipped(x, kernel):
    return correlate2d(x[::-1, ::-1], kernel)


def hanging_over(x, kernel):
    sides = [(length - 1, length - 1) for length in kernel.shape]
    return convolve2d(np.pad(x, sides), kernel)


def flipped_in_place(x, kernel):
    kernel[:] = kernel[::-1, ::-1]
    return correlate2d(x, kernel)


def output_flipped(x, kernel):
    return correlate2d(x, kernel)[::-1, ::-1]


def wrapped_around(x, kernel):
    H_out, W_out = x.shape[0] - kernel.shape[0] + 1, x.shape[1] - kernel.shape[1] + 1
    out = np.zeros((H_out, W_out))
    for i, j, k, l in np.ndindex(H_out, W_out, *kernel.shape):
        out[i, j] += x[i - k, j - l] * kernel[k, l]
    return out


EXERCISE = Exercise(
    id="ps1.convolve2d",
    title="True convolution",
    reference=convolve2d,
    difficulty=1,
    minutes=5,
    groups=[
        Group("The worked example, and others like it", 0.5, worked_example),
        Group("Images and kernels that are not square", 0.5, not_square),
    ],
    misconceptions=after_given_lines(
        convolve2d,
        [
            Misconception(
                "kernel not flipped",
                "That is cross-correlation. In a convolution the last weight meets "
                "the top left pixel of each window.",
                not_flipped,
            ),
            Misconception(
                "flipped upside down only",
                "The rows of the kernel are in reverse order, but its columns are "
                "not. The last weight has to become the first one.",
                upside_down_only,
            ),
            Misconception(
                "flipped left to right only",
                "The columns of the kernel are in reverse order, but its rows are "
                "not. The last weight has to become the first one.",
                left_to_right_only,
            ),
            Misconception(
                "transposed in place of flipped",
                "Transposing leaves the first weight where it is. Flipping along both "
                "axes moves it to the opposite corner.",
                transposed,
            ),
            Misconception(
                "a quarter turn in place of a half turn",
                "Flipping along both axes is the same as turning the kernel by 180 "
                "degrees; yours is turned by 90.",
                quarter_turn,
            ),
            Misconception(
                "image flipped in place of the kernel",
                "The numbers are right but in reverse order, because the image was "
                "flipped and the kernel was not.",
                image_flipped,
            ),
            Misconception(
                "output flipped in place of the kernel",
                "That is the cross-correlation, read backwards. Turning the kernel "
                "around is not the same as turning the result around.",
                output_flipped,
            ),
            Misconception(
                "indices below 0 wrap around",
                "`x[-1]` is the last pixel, so your first windows reach to the other "
                "side of the image. The window of an output begins at its own pixel.",
                wrapped_around,
            ),
            Misconception(
                "kernel hanging over the border",
                'That is "full" mode, in which one shared pixel is enough for an '
                "output. Here the whole kernel stays inside the image.",
                hanging_over,
            ),
            Misconception(
                "kernel flipped in place",
                "The output is right, but the caller's kernel is flipped afterwards. "
                "Flip a copy or a view and leave the argument as it was.",
                flipped_in_place,
            ),
        ],
    ),
)
