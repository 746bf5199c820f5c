"""ps5.relu_backward: the gradient of a ReLU."""

from __future__ import annotations

import numpy as np

from convnets.backprop import relu_backward
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import FloatArray, after_given_lines, weights


def signs(rng: np.random.Generator, *shape: int) -> FloatArray:
    """Draw numbers of both signs, one of them 0 and one halfway to 1."""
    flat = np.abs(weights(rng, *shape)).ravel()
    order = rng.permutation(flat.size)
    flat[order[: flat.size // 2]] *= -1
    flat[order[0]], flat[order[-1]] = 0, 0.5
    return flat.reshape(shape)


def vectors(rng: np.random.Generator) -> list[Case]:
    at_zero = np.array([0.0, -2.0, 0.5, 0.0])
    return [
        case("4 numbers", rng.permutation([-3.0, -2.0, 4.0, 5.0]), at_zero),
        case("6 numbers", weights(rng, 6), signs(rng, 6)),
        case("a number too few", weights(rng, 2), signs(rng, 3)),
    ]


def images(rng: np.random.Generator) -> list[Case]:
    maps = signs(rng, 2, 3, 2, 4)
    return [
        case("a table", weights(rng, 3, 5), signs(rng, 3, 5)),
        case("feature maps", weights(rng, *maps.shape), maps),
    ]


def passes_at_zero(grad_out, x):
    return np.where(x >= 0, grad_out, 0)


def half_at_zero(grad_out, x):
    return np.where(x == 0, grad_out / 2, relu_backward(grad_out, x))


def sign_of_upstream(grad_out, x):
    return np.maximum(grad_out, 0)


def both_signs(grad_out, x):
    return np.where(x > 0, np.maximum(grad_out, 0), 0)


def mask(grad_out, x):
    return (x > 0).astype(float)


def times_output(grad_out, x):
    return grad_out * np.maximum(x, 0)


def other_side(grad_out, x):
    return np.where(x < 0, grad_out, 0)


def other_side_and_zero(grad_out, x):
    return np.where(x > 0, 0, grad_out)


def forwards(grad_out, x):
    return np.maximum(x, 0)


def from_one_on(grad_out, x):
    return np.where(x >= 1, grad_out, 0)


def magnitude(grad_out, x):
    return grad_out * np.sign(x)


def passed_through(grad_out, x):
    return grad_out.copy()


MISCONCEPTIONS = [
    Misconception(
        "passes at 0",
        "Where x is exactly 0, your gradient passes; the docstring says that it does "
        "not.",
        passes_at_zero,
    ),
    Misconception(
        "half at 0",
        "Where x is exactly 0, half of your gradient passes. By the docstring, nothing "
        "does.",
        half_at_zero,
    ),
    Misconception(
        "sign of the upstream gradient",
        "You look at the sign of `grad_out`. The gate was opened or shut by x.",
        sign_of_upstream,
    ),
    Misconception(
        "both have to be positive",
        "You let nothing pass where `grad_out` is negative. Only x matters.",
        both_signs,
    ),
    Misconception(
        "the mask alone",
        "Your result is 1 and 0: the slopes, without the upstream gradient.",
        mask,
    ),
    Misconception(
        "multiplied by the output",
        "Your gradient is multiplied by the output; where the gate is open, the slope "
        "is 1.",
        times_output,
    ),
    Misconception(
        "the other side",
        "Your gradient passes where x is negative.",
        other_side,
    ),
    Misconception(
        "the other side, and 0",
        "Your gradient passes where x is at most 0, and is 0 elsewhere. In "
        "`np.where`, what holds comes first.",
        other_side_and_zero,
    ),
    Misconception(
        "the forward pass",
        "Your result is the output of the ReLU. Asked for is what becomes of "
        "`grad_out`.",
        forwards,
    ),
    Misconception(
        "passes from 1 on",
        "Where x is between 0 and 1, your gradient does not pass.",
        from_one_on,
    ),
    Misconception(
        "multiplied by the sign",
        "Where x is negative, your gradient is reversed: that is the slope of |x|.",
        magnitude,
    ),
    Misconception(
        "everything passes",
        "You return the upstream gradient as it came.",
        passed_through,
    ),
]

EXERCISE = Exercise(
    id="ps5.relu_backward",
    title="The gradient of a ReLU",
    reference=relu_backward,
    difficulty=1,
    minutes=5,
    groups=[
        Group("Vectors", 0.5, vectors),
        Group("Tables and feature maps", 0.5, images),
    ],
    misconceptions=after_given_lines(relu_backward, MISCONCEPTIONS),
)
