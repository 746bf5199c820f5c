"""ps5.avg_pool2d_backward: the gradient is shared out equally."""

from __future__ import annotations

import numpy as np

from convnets.backprop import avg_pool2d_backward
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.backprop import pools
from exercises.backprop.pools import as_pairs, cut, places, pool
from exercises.draws import after_given_lines, weights
from exercises.fast.inputs import different

ONE = (1, 1)


def side_by_side(rng: np.random.Generator) -> list[Case]:
    return [
        pool(rng, "two windows", different(rng, *ONE, 2, 4), 2),
        pool(rng, "a column left over", different(rng, *ONE, 3, 5), (1, 2)),
        pool(rng, "images and channels", different(rng, 2, 3, 2, 5), (2, 3)),
        pool(rng, "whole numbers", different(rng, *ONE, 3, 4).astype(np.int64), (3, 2)),
        case("too long", weights(rng, *ONE, 1, 3), different(rng, *ONE, 2, 4), 2),
    ]


def overlaps(rng: np.random.Generator) -> list[Case]:
    return [
        pool(rng, "a row", different(rng, *ONE, 1, 5), (1, 3), stride=(1, 2)),
        pool(rng, "steps of 1", different(rng, *ONE, 3, 4), 2, stride=1),
        pool(rng, "steps of 2", different(rng, *ONE, 6, 5), 3, stride=2),
        pool(rng, "a pair", different(rng, *ONE, 4, 7), (2, 3), stride=(1, 2)),
    ]


def paddings(rng: np.random.Generator) -> list[Case]:
    both = {"stride": 2, "padding": 1}
    return [
        pool(rng, "padding 1", different(rng, *ONE, 2, 4), 2, padding=1),
        pool(rng, "a wide window", different(rng, *ONE, 2, 5), (1, 3), padding=(0, 1)),
        pool(rng, "overlap", different(rng, *ONE, 4, 5), 3, **both),
        pool(rng, "does not fit", different(rng, *ONE, 3, 4), (2, 3), **both),
    ]


def shared_by(share, add=True):
    """Make a gradient out of the share that each pixel of a window gets."""

    def backward(grad_out, x, kernel_size, stride=None, padding=0):
        window, step, padding = as_pairs(kernel_size, stride, padding)
        sides = ((0, 0), (0, 0), *((p, p) for p in padding))
        is_image = np.pad(np.ones(x.shape), sides)
        grad = np.zeros(is_image.shape)
        for (i, j), region in places(grad_out, window, step):
            given = grad_out[:, :, i, j][:, :, None, None] * share(is_image[region], x)
            given = np.broadcast_to(given, is_image[region].shape)
            grad[region] = grad[region] + given if add else given
        return cut(grad, x, padding)

    return backward


def taps(region):
    return region.shape[2] * region.shape[3]


def divided_by_visits(grad_out, x, kernel_size, stride=None, padding=0):
    ones = np.ones_like(grad_out)
    times = avg_pool2d_backward(ones, x, kernel_size, stride, padding)
    window, _, _ = as_pairs(kernel_size, stride, padding)
    visits = np.maximum(times * window[0] * window[1], 1)
    return avg_pool2d_backward(grad_out, x, kernel_size, stride, padding) / visits


def divided_by_places(grad_out, x, kernel_size, stride=None, padding=0):
    window, _, _ = as_pairs(kernel_size, stride, padding)
    places = grad_out.shape[2] * grad_out.shape[3]
    grad = avg_pool2d_backward(grad_out, x, kernel_size, stride, padding)
    return grad * (window[0] * window[1] / places)


def divided_by_step(grad_out, x, kernel_size, stride=None, padding=0):
    (K_h, K_w), (s_h, s_w), _ = as_pairs(kernel_size, stride, padding)
    grad = avg_pool2d_backward(grad_out, x, kernel_size, stride, padding)
    return grad * (K_h * K_w / (s_h * s_w))


def type_kept(grad_out, x, kernel_size, stride=None, padding=0):
    grad = avg_pool2d_backward(grad_out, x, kernel_size, stride, padding)
    return grad.astype(x.dtype)


def times_pixels(grad_out, x, kernel_size, stride=None, padding=0):
    return avg_pool2d_backward(grad_out, x, kernel_size, stride, padding) * x


MISCONCEPTIONS = [
    Misconception(
        "not divided",
        "Every pixel of a window gets the whole gradient. A mean divides by the number "
        "of pixels, on the way back too.",
        shared_by(lambda region, x: 1.0),
    ),
    Misconception(
        "divided by the pixels of the image alone",
        "At the edges you divide by the number of pixels without the border. The pool "
        "has divided by height times width of the window everywhere.",
        shared_by(lambda region, x: 1 / region.sum(axis=(2, 3), keepdims=True)),
    ),
    Misconception(
        "divided by the height squared",
        "You divide by the square of the window's height; it is height times width.",
        shared_by(lambda region, x: 1 / region.shape[2] ** 2),
    ),
    Misconception(
        "divided by the width squared",
        "You divide by the square of the window's width; it is height times width.",
        shared_by(lambda region, x: 1 / region.shape[3] ** 2),
    ),
    Misconception(
        "divided by the height alone",
        "You divide by the window's height; it is height times width.",
        shared_by(lambda region, x: 1 / region.shape[2]),
    ),
    Misconception(
        "divided by the steps",
        "You divide by the product of the strides. A window has height times width "
        "pixels, however far it moves.",
        divided_by_step,
    ),
    Misconception(
        "fractions cut off",
        "Your result has lost what is behind the point: `np.zeros_like(x)` is an array "
        "of whole numbers if x is.",
        type_kept,
    ),
    Misconception(
        "divided by height plus width",
        "You divide by the sum of the window's height and width.",
        shared_by(lambda region, x: 1 / (region.shape[2] + region.shape[3])),
    ),
    Misconception(
        "divided by the size of the image",
        "You divide by the number of pixels of the image. It is the window's.",
        shared_by(lambda region, x: 1 / (x.shape[2] * x.shape[3])),
    ),
    Misconception(
        "divided by the number of windows",
        "You divide by the number of windows. It is the number of pixels in one.",
        divided_by_places,
    ),
    Misconception(
        "overlap overwritten",
        "Where windows overlap, your last one overwrites the others. The shares are "
        "added up.",
        shared_by(lambda region, x: 1 / taps(region), add=False),
    ),
    Misconception(
        "mean over the windows",
        "Your shares are divided by how many windows a pixel lies in. They are "
        "added up.",
        divided_by_visits,
    ),
    Misconception(
        "multiplied by the pixel",
        "Your gradient is multiplied by x. What a mean passes back does not depend on "
        "it.",
        times_pixels,
    ),
    *pools.of(avg_pool2d_backward),
]

EXERCISE = Exercise(
    id="ps5.avg_pool2d_backward",
    title="The gradient of average pooling",
    reference=avg_pool2d_backward,
    difficulty=1,
    minutes=15,
    groups=[
        Group("Windows side by side", 0.5, side_by_side),
        Group("Overlapping windows", 0.75, overlaps),
        Group("Padding", 0.75, paddings),
    ],
    misconceptions=after_given_lines(avg_pool2d_backward, MISCONCEPTIONS),
)
