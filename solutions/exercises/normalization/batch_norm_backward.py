"""ps6.batch_norm_backward: gradients through mean and variance of a batch."""

from __future__ import annotations

import numpy as np

from convnets.normalization import batch_norm_backward
from coursekit.checks.declare import Case, Exercise, Group, Misconception
from exercises.draws import after_given_lines, halves, weights
from exercises.fast.inputs import different
from exercises.normalization.gradient_mistakes import of
from exercises.normalization.gradient_recipes import Norm, mean, written
from exercises.normalization.inputs import GRAD_BETA, GRAD_GAMMA, GRAD_X, look

NORM = Norm(batch_norm_backward, lambda x: x, (0,))

PAPER = (
    np.array([[9.0, 0.0], [0.0, 9.0], [0.0, 0.0], [0.0, 0.0]]),
    np.array([[0.0, 1.0], [0.0, 1.0], [4.0, 5.0], [4.0, 5.0]]),  # variances 4
    np.array([2.0, 4.0]),
)


def layer(rng: np.random.Generator, N: int, D: int) -> tuple[np.ndarray, ...]:
    return weights(rng, N, D), different(rng, N, D), halves(rng, D)


def shift(rng: np.random.Generator) -> list[Case]:
    return [
        look("worked out on paper", GRAD_BETA, *PAPER, eps=5.0),
        look("3 examples, 2 features", GRAD_BETA, *layer(rng, 3, 2), eps=0.1),
        look("2 examples, 5 features", GRAD_BETA, *layer(rng, 2, 5), eps=0.1),
    ]


def scale(rng: np.random.Generator) -> list[Case]:
    return [
        look("worked out on paper", GRAD_GAMMA, *PAPER, eps=5.0),
        look("3 examples, 2 features", GRAD_GAMMA, *layer(rng, 3, 2), eps=0.1),
        look("4 examples, 5 features", GRAD_GAMMA, *layer(rng, 4, 5), eps=0.5),
        look("no eps passed", GRAD_GAMMA, *constant(rng, 5, 3)),
    ]


def batch(rng: np.random.Generator) -> list[Case]:
    return [
        look("worked out on paper", GRAD_X, *PAPER, eps=5.0),
        look("3 examples, 2 features", GRAD_X, *layer(rng, 3, 2), eps=0.1),
        look("4 examples, 5 features", GRAD_X, *layer(rng, 4, 5), eps=0.5),
    ]


def spreads(rng: np.random.Generator) -> list[Case]:
    grad_out, x, gamma = layer(rng, 4, 3)
    return [
        look("no eps passed, a constant feature", GRAD_X, *constant(rng, 5, 2)),
        look("the same gradient for all", GRAD_X, *alike(rng, 4, 2), eps=0.5),
        look("a number of gamma too many", GRAD_X, grad_out, x, weights(rng, 4)),
        look("a single example", GRAD_X, grad_out[:1], x[:1], gamma),
    ]


def constant(rng: np.random.Generator, N: int, D: int) -> tuple[np.ndarray, ...]:
    """Draw a batch in which the second feature is the same for all examples."""
    grad_out, x, gamma = layer(rng, N, D)
    x[:, 1] = rng.integers(1, 10)
    grad_out[:, 1] = 0  # without eps, 0 / 0
    return grad_out, x, gamma


def alike(rng: np.random.Generator, N: int, D: int) -> tuple[np.ndarray, ...]:
    """Draw a batch of which one feature's gradient is the same for all examples."""
    grad_out, x, gamma = layer(rng, N, D)
    grad_out[:, 0] = rng.integers(1, 10)
    return grad_out, x, gamma


def each_example(grad_out, x, gamma, eps=1e-5):
    g, centred = grad_out * gamma, x - x.mean(axis=1, keepdims=True)
    std = np.sqrt(x.var(axis=1, keepdims=True) + eps)
    x_hat = centred / std
    grad_x = (g - mean(g, 1) - x_hat * mean(g * x_hat, 1)) / std
    return grad_x, (grad_out * x_hat).sum(axis=0), grad_out.sum(axis=0)


def summed_over_features(grad_out, x, gamma, eps=1e-5):
    grad_x, *_ = batch_norm_backward(grad_out, x, gamma, eps)
    x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    return grad_x, (grad_out * x_hat).sum(axis=1), grad_out.sum(axis=1)


def one_number(grad_out, x, gamma, eps=1e-5):
    grad_x, grad_gamma, grad_beta = batch_norm_backward(grad_out, x, gamma, eps)
    return grad_x, grad_gamma.sum(), grad_beta.sum()


def divided_by_the_features(g, x_hat, inv, axes):
    N, D = g.shape
    return inv * (g - N / D * (mean(g, axes) + x_hat * mean(g * x_hat, axes)))


def paths_without_gamma(grad_out, x, gamma, eps=1e-5):
    _, grad_gamma, grad_beta = batch_norm_backward(grad_out, x, gamma, eps)
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    paths = (grad_beta + x_hat * grad_gamma) / len(x)
    return (gamma * grad_out - paths) / std, grad_gamma, grad_beta


def path_with_x(grad_out, x, gamma, eps=1e-5):
    _, grad_gamma, grad_beta = batch_norm_backward(grad_out, x, gamma, eps)
    std = np.sqrt(x.var(axis=0) + eps)
    grad_x = gamma / std * (grad_out - (grad_beta + x * grad_gamma) / len(x))
    return grad_x, grad_gamma, grad_beta


MISCONCEPTIONS = [
    Misconception(
        "gamma missing in the two paths",
        "You put `grad_beta` and `grad_gamma` into the paths through mean and "
        "variance. They know nothing of `gamma`; what comes in there is scaled.",
        paths_without_gamma,
    ),
    Misconception(
        "x in the path through the variance",
        "In the path through the variance stands `x` itself, in place of the "
        "normalised numbers.",
        path_with_x,
    ),
    Misconception(
        "statistics of each example",
        "You go back through mean and variance of each example. The forward pass took "
        "them for each feature, over the examples.",
        each_example,
    ),
    Misconception(
        "summed over the features",
        "Your `grad_gamma` and `grad_beta` have a number for each example. Each "
        "feature has its scale and shift.",
        summed_over_features,
    ),
    Misconception(
        "one number for all features",
        "Your `grad_gamma` and `grad_beta` are single numbers. Each feature has its "
        "scale and shift.",
        one_number,
    ),
    Misconception(
        "divided by the number of features",
        "The paths through mean and variance are divided by D. Over how many numbers "
        "is a mean taken?",
        written(NORM, divided_by_the_features),
    ),
    *of(NORM),
]

EXERCISE = Exercise(
    id="ps6.batch_norm_backward",
    title="The gradients of batch norm",
    reference=batch_norm_backward,
    difficulty=3,
    minutes=40,
    observer="one part",
    groups=[
        Group("The gradient of the shift", 0.5, shift),
        Group("The gradient of the scale", 1, scale),
        Group("The gradient of the batch", 2, batch),
        Group("Constant features and gradients", 0.5, spreads),
    ],
    misconceptions=after_given_lines(batch_norm_backward, MISCONCEPTIONS),
)
