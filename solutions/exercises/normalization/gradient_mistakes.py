"""Mistakes in the gradients of a norm, whichever numbers share statistics."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coursekit.checks.declare import Misconception
from exercises.draws import FloatArray
from exercises.normalization.gradient_recipes import (
    Norm,
    exchanged,
    mean,
    usual,
    written,
)


def of(norm: Norm) -> list[Misconception]:
    """List the mistakes in all three gradients; eps is passed by name."""
    return [*in_grad_x(norm), *in_the_root(norm), *in_the_sums(norm)]


def in_grad_x(norm: Norm) -> list[Misconception]:
    """List the mistakes on the way back to `x`."""

    def count(array: FloatArray, axes: Sequence[int]) -> int:
        return int(np.prod([array.shape[axis] for axis in axes]))

    def without_mean(g, x_hat, inv, axes):
        return inv * (g - x_hat * mean(g * x_hat, axes))

    def without_variance(g, x_hat, inv, axes):
        return inv * (g - mean(g, axes))

    def without_both(g, x_hat, inv, axes):
        return inv * g

    def summed(g, x_hat, inv, axes):
        n = count(g, axes)
        return inv * (g - n * mean(g, axes) - n * x_hat * mean(g * x_hat, axes))

    def mean_summed(g, x_hat, inv, axes):
        n = count(g, axes)
        return inv * (g - n * mean(g, axes) - x_hat * mean(g * x_hat, axes))

    def variance_summed(g, x_hat, inv, axes):
        n = count(g, axes)
        return inv * (g - mean(g, axes) - n * x_hat * mean(g * x_hat, axes))

    def count_too_large(g, x_hat, inv, axes):
        return usual(g, x_hat, inv, axes) * count(g, axes)

    def one_fewer(g, x_hat, inv, axes):
        ratio = count(g, axes) / (count(g, axes) - 1)
        return inv * (g - ratio * (mean(g, axes) + x_hat * mean(g * x_hat, axes)))

    def divided_once_more(g, x_hat, inv, axes):
        return usual(g, x_hat, inv, axes) / count(g, axes)

    def half(g, x_hat, inv, axes):
        return inv * (g - mean(g, axes) - x_hat * mean(g * x_hat, axes) / 2)

    def double(g, x_hat, inv, axes):
        return inv * (g - mean(g, axes) - x_hat * mean(g * x_hat, axes) * 2)

    def mean_added(g, x_hat, inv, axes):
        return inv * (g + mean(g, axes) - x_hat * mean(g * x_hat, axes))

    def variance_added(g, x_hat, inv, axes):
        return inv * (g - mean(g, axes) + x_hat * mean(g * x_hat, axes))

    def centred_in_the_path(g, x_hat, inv, axes):
        return inv * (g - mean(g, axes) - x_hat / inv * mean(g * x_hat, axes))

    def centred_twice(g, x_hat, inv, axes):
        return inv * (g - mean(g, axes) - x_hat / inv**2 * mean(g * x_hat, axes))

    def no_last_x_hat(g, x_hat, inv, axes):
        return inv * (g - mean(g, axes) - mean(g * x_hat, axes))

    def root_missing_in_front(g, x_hat, inv, axes):
        return g - mean(g, axes) - x_hat * mean(g * x_hat, axes)

    def multiplied(g, x_hat, inv, axes):
        return (g - mean(g, axes) - x_hat * mean(g * x_hat, axes)) / inv

    def squared_in_front(g, x_hat, inv, axes):
        return inv**2 * (g - mean(g, axes) - x_hat * mean(g * x_hat, axes))

    return [
        Misconception(
            "the path through the mean is missing",
            "Your `grad_x` treats the mean as a constant. When one number grows, so "
            "does the mean that is subtracted from all.",
            written(norm, without_mean),
        ),
        Misconception(
            "the path through the variance is missing",
            "Your `grad_x` treats the variance as a constant. Which numbers does it "
            "depend on?",
            written(norm, without_variance),
        ),
        Misconception(
            "mean and variance taken as constants",
            "Your `grad_x` is that of evaluation, where mean and variance are given. "
            "Here they depend on `x`.",
            written(norm, without_both),
        ),
        Misconception(
            "sums in place of means in grad_x",
            "The paths through mean and variance come out too large, by the number of "
            "numbers that share them.",
            written(norm, summed),
        ),
        Misconception(
            "the mean's path summed",
            "The path through the mean comes out too large, by the number of numbers "
            "that share it.",
            written(norm, mean_summed),
        ),
        Misconception(
            "the variance's path summed",
            "The path through the variance comes out too large, by the number of "
            "numbers that share it.",
            written(norm, variance_summed),
        ),
        Misconception(
            "multiplied by the count",
            "Your `grad_x` is too large, by the number of numbers that share "
            "statistics. By what is the sum in front divided?",
            written(norm, count_too_large),
        ),
        Misconception(
            "divided by one fewer in grad_x",
            "The paths through mean and variance are divided by one number too few. "
            "Which variance was the forward pass divided by?",
            written(norm, one_fewer),
        ),
        Misconception(
            "divided by the count once more",
            "Your `grad_x` is too small, by the number of numbers that share "
            "statistics. The loss has been averaged, if at all, before `grad_out`.",
            written(norm, divided_once_more),
        ),
        Misconception(
            "half the path through the variance",
            "The path through the variance counts half. What is the derivative of a "
            "square, and that of a root?",
            written(norm, half),
        ),
        Misconception(
            "twice the path through the variance",
            "The path through the variance counts double. What is the derivative of a "
            "square, and that of a root?",
            written(norm, double),
        ),
        Misconception(
            "path through the mean with the wrong sign",
            "The mean is subtracted in the forward pass. Which sign has its path?",
            written(norm, mean_added),
        ),
        Misconception(
            "path through the variance with the wrong sign",
            "A larger variance makes the output smaller. Which sign has its path?",
            written(norm, variance_added),
        ),
        Misconception(
            "centred numbers in place of normalised ones, once",
            "In the path through the variance, one of the two factors is not divided "
            "by the root.",
            written(norm, centred_in_the_path),
        ),
        Misconception(
            "centred numbers in place of normalised ones, twice",
            "The path through the variance is too large by the variance itself. How "
            "often is it divided by the root?",
            written(norm, centred_twice),
        ),
        Misconception(
            "the last factor of the variance's path is missing",
            "The path through the variance is the same for all numbers that share it. "
            "How does the variance change with one of them?",
            written(norm, no_last_x_hat),
        ),
        Misconception(
            "root missing in front",
            "Your `grad_x` is that of the normalised numbers' gradients alone: "
            "the division by the root is missing in front.",
            written(norm, root_missing_in_front),
        ),
        Misconception(
            "multiplied by the root",
            "The forward pass divides by the root. What does the backward pass do?",
            written(norm, multiplied),
        ),
        Misconception(
            "divided by the root twice",
            "Your `grad_x` is too small by the root: it is divided by it once more.",
            written(norm, squared_in_front),
        ),
        Misconception(
            "gamma forgotten in grad_x",
            "Your `grad_x` does not depend on `gamma`.",
            written(norm, scale=False),
        ),
        Misconception(
            "mean, variance and gamma all left out",
            "Your `grad_x` is the upstream gradient, divided by the root.",
            written(norm, without_both, scale=False),
        ),
        Misconception(
            "gamma counted twice",
            "Your `grad_x` grows with the square of `gamma`.",
            written(norm, after=lambda grad, gamma: grad * gamma),
        ),
        Misconception(
            "divided by gamma",
            "Your `grad_x` is smaller where `gamma` is larger.",
            written(norm, scale=False, after=lambda grad, gamma: grad / gamma),
        ),
        Misconception(
            "only the upstream gradient times gamma",
            "Your `grad_x` is `grad_out`, scaled. What has the normalisation done?",
            written(norm, lambda g, x_hat, inv, axes: g),
        ),
    ]


def in_the_root(norm: Norm) -> list[Misconception]:
    """List the mistakes in what is divided by."""

    def eps_fixed(grad_out, x, *args, eps=1e-5):
        return norm.backward(grad_out, x, *args)

    return [
        Misconception(
            "eps forgotten",
            "Your gradients do not depend on `eps`. The forward pass did.",
            written(norm, inverse=lambda var, eps: 1 / np.sqrt(var)),
        ),
        Misconception(
            "eps always 1e-5",
            "Your gradients are those for the default of `eps`.",
            eps_fixed,
        ),
        Misconception(
            "eps outside the root",
            "Your gradients are those of a forward pass that adds `eps` after the "
            "root is taken.",
            written(norm, inverse=lambda var, eps: 1 / (np.sqrt(var) + eps)),
        ),
        Misconception(
            "divided by the variance",
            "You divide by the variance, not by its root.",
            written(norm, inverse=lambda var, eps: 1 / (var + eps)),
        ),
        Misconception(
            "unbiased variance",
            "The forward pass divides by the root of the biased variance, and so has "
            "the backward pass to.",
            written(norm, ddof=1),
        ),
    ]


def in_the_sums(norm: Norm) -> list[Misconception]:
    """List the mistakes in the gradients of scale and shift."""

    def order(grad_out, x, *args, eps=1e-5):
        grad_x, grad_gamma, grad_beta = norm.backward(grad_out, x, *args, eps)
        return grad_x, grad_beta, grad_gamma

    def x_last(grad_out, x, *args, eps=1e-5):
        grad_x, *others = norm.backward(grad_out, x, *args, eps)
        return *others, grad_x

    def alone(grad_out, x, *args, eps=1e-5):
        return norm.backward(grad_out, x, *args, eps)[0]

    def means(grad_out, x, *args, eps=1e-5):
        grad_x, *others = norm.backward(grad_out, x, *args, eps)
        count = x.size // x.shape[1]
        return grad_x, *(each / count for each in others)

    def kept_axes(grad_out, x, *args, eps=1e-5):
        grad_x, *others = norm.backward(grad_out, x, *args, eps)
        return grad_x, *(each[np.newaxis] for each in others)

    def not_summed(grad_out, x, *args, eps=1e-5):
        shift = norm.backward(grad_out, x, *args, eps)
        own = exchanged(norm, 1, lambda grad_out, x_hat, **_: grad_out * x_hat)
        return shift[0], own(grad_out, x, *args, eps=eps)[1], grad_out.copy()

    def overwritten(grad_out, x, *args, eps=1e-5):
        grads = norm.backward(grad_out, x, *args, eps)
        grad_out *= 2
        return grads

    def grad_gamma(change):
        return exchanged(norm, 1, lambda sums, **each: change(**each).sum(axis=sums))

    return [
        Misconception(
            "grad_gamma without the normalised numbers",
            "Your `grad_gamma` is the sum of `grad_out`. What is `gamma` multiplied "
            "by in the forward pass?",
            grad_gamma(lambda grad_out, **_: grad_out),
        ),
        Misconception(
            "grad_gamma with x",
            "In the forward pass `gamma` is multiplied by the normalised numbers, and "
            "not by `x` itself.",
            grad_gamma(lambda grad_out, x, **_: grad_out * x),
        ),
        Misconception(
            "grad_gamma with the centred numbers",
            "In your `grad_gamma` the division by the root is missing.",
            grad_gamma(lambda grad_out, centred, **_: grad_out * centred),
        ),
        Misconception(
            "grad_gamma without eps",
            "Your `grad_gamma` does not depend on `eps`. The normalised numbers do.",
            exchanged(
                norm,
                1,
                lambda grad_out, x_hat, bare, sums, **_: (grad_out * bare).sum(
                    axis=sums
                ),
            ),
        ),
        Misconception(
            "an axis too many in the gradients of scale and shift",
            "Your `grad_gamma` and `grad_beta` have kept axes of length 1. One number "
            "for each is asked for.",
            kept_axes,
        ),
        Misconception(
            "means in place of sums in grad_beta alone",
            "Your `grad_beta` is an average. Every number that is shifted adds to it.",
            exchanged(norm, 2, lambda right, x, **_: right / (x.size // x.shape[1])),
        ),
        Misconception(
            "grad_gamma with gamma",
            "Your `grad_gamma` grows with `gamma`. The derivative of a product by one "
            "factor is the other.",
            exchanged(norm, 1, lambda right, gamma, **_: right * gamma),
        ),
        Misconception(
            "grad_beta with gamma",
            "Your `grad_beta` grows with `gamma`. The shift comes after the scale.",
            exchanged(norm, 2, lambda right, gamma, **_: right * gamma),
        ),
        Misconception(
            "grad_beta is the sum of the normalised numbers' share",
            "Your `grad_beta` holds what belongs into `grad_gamma`.",
            exchanged(
                norm,
                2,
                lambda grad_out, x_hat, sums, **_: (grad_out * x_hat).sum(axis=sums),
            ),
        ),
        Misconception(
            "means in place of sums",
            "Your `grad_gamma` and `grad_beta` are averages. Every number that "
            "`gamma` scales adds to its gradient.",
            means,
        ),
        Misconception(
            "gradients of scale and shift not summed",
            "Your `grad_gamma` and `grad_beta` have the shape of `x`. A number that "
            "was used many times gets the sum.",
            not_summed,
        ),
        Misconception(
            "gradients of scale and shift swapped",
            "The gradient of the scale is returned before that of the shift.",
            order,
        ),
        Misconception(
            "grad_x returned last",
            "The gradient of `x` is returned first.",
            x_last,
        ),
        Misconception(
            "grad_x alone is returned",
            "Three gradients are returned: of `x`, of `gamma` and of `beta`.",
            alone,
        ),
        Misconception(
            "grad_out overwritten",
            "After the call, `grad_out` holds other numbers than before.",
            overwritten,
        ),
    ]
