"""Mistakes in the formula of batch norm, for features and for channels alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.checks.declare import Misconception
from exercises.normalization.recipes import (
    batch_norm_with,
    batch_statistics,
    finished,
    per_channel,
)


def of(norm: Callable[..., Any]) -> list[Misconception]:
    """List the mistakes in the normalised batch; options are passed by name."""

    def mean_not_subtracted(x, gamma, beta, mean, var, training, **options):
        _, *kept = norm(x, gamma, beta, mean, var, training, **options)
        used = batch_statistics(x) if training else (mean, var)
        eps = options.get("eps", 1e-5)
        return finished(x, gamma, beta, 0 * mean, used[1], eps), *kept

    def scaled_first(x, gamma, beta, mean, var, training, **options):
        x = per_channel(gamma, x.ndim) * x + per_channel(beta, x.ndim)
        return norm(x, np.ones_like(gamma), 0 * beta, mean, var, training, **options)

    def cut_off(x, *args, **options):
        out, *kept = norm(x, *args, **options)
        return out.astype(x.dtype), *kept

    def eps_fixed(x, gamma, beta, mean, var, training, eps=1e-5, **options):
        return norm(x, gamma, beta, mean, var, training, **options)

    def overwritten(x, *args, **options):
        out, *kept = norm(x, *args, **options)
        x -= x.mean().astype(x.dtype)
        return out, *kept

    def out_alone(*args, **options):
        return norm(*args, **options)[0]

    return [
        Misconception(
            "unbiased variance in the output",
            "The output is divided by the root of the biased variance: a mean over "
            "all the numbers, not over one fewer.",
            batch_norm_with(statistics=lambda x: batch_statistics(x, ddof=1)),
        ),
        Misconception(
            "eps outside the root",
            "Your output is what comes out if `eps` is added after the root is taken.",
            batch_norm_with(inverse=lambda var, eps: 1 / (np.sqrt(var) + eps)),
        ),
        Misconception(
            "eps forgotten",
            "Your output does not depend on `eps`. To what is it added, and when?",
            batch_norm_with(inverse=lambda var, eps: 1 / np.sqrt(var)),
        ),
        Misconception(
            "eps always 1e-5",
            "Your output is the one for the default of `eps`, whatever the caller "
            "passed.",
            eps_fixed,
        ),
        Misconception(
            "divided by the variance",
            "Your output is divided by the variance, not by its root.",
            batch_norm_with(inverse=lambda var, eps: 1 / (var + eps)),
        ),
        Misconception(
            "eps squared under the root",
            "Your output is divided by the root of the variance plus the square of "
            "`eps`.",
            batch_norm_with(inverse=lambda var, eps: 1 / np.sqrt(var + eps**2)),
        ),
        Misconception(
            "multiplied by the root",
            "Your output grows with the spread of the batch. It should not depend on "
            "it.",
            batch_norm_with(inverse=lambda var, eps: np.sqrt(var + eps)),
        ),
        Misconception(
            "centred, but not divided",
            "The mean is gone from your output, but its spread is still that of `x`.",
            batch_norm_with(inverse=lambda var, eps: np.ones_like(var)),
        ),
        Misconception(
            "mean not subtracted",
            "Your output is divided as it should be, but the mean is still in it.",
            mean_not_subtracted,
        ),
        Misconception(
            "gamma ignored",
            "Your output is not scaled: what is `gamma` for?",
            batch_norm_with(affine=lambda x_hat, gamma, beta: x_hat + beta),
        ),
        Misconception(
            "beta ignored",
            "Your output is not shifted: what is `beta` for?",
            batch_norm_with(affine=lambda x_hat, gamma, beta: gamma * x_hat),
        ),
        Misconception(
            "neither scaled nor shifted",
            "Your output is normalised; `gamma` and `beta` have not been used.",
            batch_norm_with(affine=lambda x_hat, gamma, beta: x_hat),
        ),
        Misconception(
            "gamma and beta swapped",
            "Which of the two is the scale, and which the shift?",
            batch_norm_with(affine=lambda x_hat, gamma, beta: beta * x_hat + gamma),
        ),
        Misconception(
            "shifted before it is scaled",
            "Your output is scaled after the shift, so the shift is scaled too.",
            batch_norm_with(affine=lambda x_hat, gamma, beta: gamma * (x_hat + beta)),
        ),
        Misconception(
            "divided by gamma",
            "Your output is smaller where `gamma` is larger.",
            batch_norm_with(affine=lambda x_hat, gamma, beta: x_hat / gamma + beta),
        ),
        Misconception(
            "beta subtracted",
            "Your shift has the other sign.",
            batch_norm_with(affine=lambda x_hat, gamma, beta: gamma * x_hat - beta),
        ),
        Misconception(
            "scaled and shifted before normalising",
            "You scale and shift `x` first, and normalise then, which takes it all "
            "back but the sign.",
            scaled_first,
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
        Misconception(
            "the output alone is returned",
            "Three arrays are returned: the output and both running averages, out of "
            "training too.",
            out_alone,
        ),
    ]
