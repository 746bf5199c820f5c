"""Mistakes that are the same for layer, instance and group norm: the formula."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checks.declare import Misconception
from exercises.draws import FloatArray
from exercises.normalization.recipes import affine, standardised

Hat = Callable[..., FloatArray]


def of(hat: Hat, wide: Callable[..., FloatArray]) -> list[Misconception]:
    """List the mistakes; eps is passed by name.

    Parameters
    ----------
    hat : callable
        Normalises without scale and shift, given x, the leading arguments, eps, and
        parts of `standardised` to exchange.
    wide : callable
        Gives scale or shift the axes of the batch.
    """

    def written(affine=affine, hat=hat, **parts):
        def function(x, *args, eps=1e-5):
            *lead, gamma, beta = args
            scaled = wide(gamma, x), wide(beta, x)
            return affine(hat(x, *lead, eps=eps, **parts), *scaled)

        return function

    def eps_fixed(x, *args, eps=1e-5):
        return written()(x, *args)

    def scaled_first(x, *args, eps=1e-5):
        *lead, gamma, beta = args
        return hat(affine(x, wide(gamma, x), wide(beta, x)), *lead, eps=eps)

    def cut_off(x, *args, eps=1e-5):
        return written()(x, *args, eps=eps).astype(x.dtype)

    def overwritten(x, *args, eps=1e-5):
        out = written()(x, *args, eps=eps)
        x -= x.min()
        return out

    def twice(x, *args, eps=1e-5):
        return written()(written()(x, *args, eps=eps), *args, eps=eps)

    return [
        Misconception(
            "unbiased variance",
            "Your output is divided by the root of the unbiased variance. Here it is "
            "the biased one: a mean over all the numbers that share it.",
            written(ddof=1),
        ),
        Misconception(
            "squares summed, not averaged",
            "Your variance is a sum of squares, and not their mean.",
            written(
                squares=lambda x, mean, axes: ((x - mean) ** 2).sum(
                    axis=axes, keepdims=True
                )
            ),
        ),
        Misconception(
            "variance around zero",
            "Your variance is the mean of the squares of `x`. From what are "
            "deviations measured?",
            written(
                squares=lambda x, mean, axes: (x * x).mean(axis=axes, keepdims=True)
            ),
        ),
        Misconception(
            "eps outside the root",
            "Your output is what comes out if `eps` is added after the root is taken.",
            written(inverse=lambda var, eps: 1 / (np.sqrt(var) + eps)),
        ),
        Misconception(
            "eps forgotten",
            "Your output does not depend on `eps`. To what is it added, and when?",
            written(inverse=lambda var, eps: 1 / np.sqrt(var)),
        ),
        Misconception(
            "eps always 1e-5",
            "Your output is the one for the default of `eps`.",
            eps_fixed,
        ),
        Misconception(
            "divided by the variance",
            "Your output is divided by the variance, not by its root.",
            written(inverse=lambda var, eps: 1 / (var + eps)),
        ),
        Misconception(
            "multiplied by the root",
            "Your output grows with the spread of `x`. It should not depend on it.",
            written(inverse=lambda var, eps: np.sqrt(var + eps)),
        ),
        Misconception(
            "centred, but not divided",
            "The mean is gone from your output, but its spread is still that of `x`.",
            written(inverse=lambda var, eps: np.ones_like(var)),
        ),
        Misconception(
            "mean not subtracted",
            "Your output is divided as it should be, but the mean is still in it.",
            written(centred=False),
        ),
        Misconception(
            "gamma ignored",
            "Your output is not scaled: what is `gamma` for?",
            written(lambda x_hat, gamma, beta: x_hat + beta),
        ),
        Misconception(
            "beta ignored",
            "Your output is not shifted: what is `beta` for?",
            written(lambda x_hat, gamma, beta: gamma * x_hat),
        ),
        Misconception(
            "neither scaled nor shifted",
            "Your output is normalised; `gamma` and `beta` have not been used.",
            written(lambda x_hat, gamma, beta: x_hat),
        ),
        Misconception(
            "gamma and beta swapped",
            "Which of the two is the scale, and which the shift?",
            written(lambda x_hat, gamma, beta: beta * x_hat + gamma),
        ),
        Misconception(
            "shifted before it is scaled",
            "Your output is scaled after the shift, so the shift is scaled too.",
            written(lambda x_hat, gamma, beta: gamma * (x_hat + beta)),
        ),
        Misconception(
            "beta subtracted",
            "Your shift has the other sign.",
            written(lambda x_hat, gamma, beta: gamma * x_hat - beta),
        ),
        Misconception(
            "divided by gamma",
            "Your output is smaller where `gamma` is larger.",
            written(lambda x_hat, gamma, beta: x_hat / gamma + beta),
        ),
        Misconception(
            "scaled and shifted before normalising",
            "You scale and shift `x` first, and normalise then.",
            scaled_first,
        ),
        Misconception(
            "normalised twice",
            "Your output is what comes out if the layer is used two times over.",
            twice,
        ),
        Misconception(
            "fractions cut off",
            "Your output has the type of `x`. Can a normalised batch of whole numbers "
            "consist of whole numbers?",
            cut_off,
        ),
        Misconception(
            "the batch is overwritten",
            "After the call, `x` holds other numbers than before. The caller still "
            "needs it.",
            overwritten,
        ),
    ]


def over(*axes: int, wide: Callable[..., FloatArray]) -> Callable[..., FloatArray]:
    """Write a norm with statistics over these axes, whatever else it is told."""

    def function(x, *args, eps=1e-5):
        gamma, beta = (wide(each, x) for each in args[-2:])
        return affine(standardised(x, axes, eps), gamma, beta)

    return function
