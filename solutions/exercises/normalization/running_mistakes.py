"""Mistakes with training, evaluation and running averages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.checks.declare import Misconception
from exercises.normalization.recipes import (
    batch_norm_with,
    batch_statistics,
    blend,
    finished,
)


def of(norm: Callable[..., Any]) -> list[Misconception]:
    """List the mistakes; momentum and eps are passed by name."""

    def reversed_(*args, momentum=0.1, **options):
        return norm(*args, momentum=1 - momentum, **options)

    def momentum_fixed(*args, momentum=0.1, **options):
        return norm(*args, **options)

    def replaced(*args, momentum=0.1, **options):
        return norm(*args, momentum=1.0, **options)

    def never(x, gamma, beta, mean, var, training, **options):
        out, *_ = norm(x, gamma, beta, mean, var, training, **options)
        return out, mean.copy(), var.copy()

    def variance_alone(x, gamma, beta, mean, var, training, **options):
        out, _, new_var = norm(x, gamma, beta, mean, var, training, **options)
        return out, mean.copy(), new_var

    def all_corrected(x, gamma, beta, mean, var, training, **options):
        out, new, new_var = norm(x, gamma, beta, mean, var, training, **options)
        if training:
            count = x.size // x.shape[1]
            biased = batch_statistics(x)[1]
            new_var = blend(var, biased, options.get("momentum", 0.1))
            new_var = new_var * count / (count - 1)
        return out, new, new_var

    def no_eps_in_training(x, gamma, beta, mean, var, training, eps=1e-5, **options):
        eps = 0.0 if training else eps
        return norm(x, gamma, beta, mean, var, training, eps=eps, **options)

    def no_shift_in_evaluation(x, gamma, beta, mean, var, training, **options):
        beta = beta if training else np.zeros_like(beta)
        return norm(x, gamma, beta, mean, var, training, **options)

    def not_centred_in_evaluation(x, gamma, beta, mean, var, training, **options):
        out, *new = norm(x, gamma, beta, mean, var, training, **options)
        if not training:
            eps = options.get("eps", 1e-5)
            out = finished(x, gamma, beta, np.zeros_like(mean), var, eps)
        return out, *new

    def nothing_in_evaluation(x, gamma, beta, mean, var, training, **options):
        out, *new = norm(x, gamma, beta, mean, var, training, **options)
        return (out if training else x.copy()), *new

    def batch_variance_in_evaluation(x, gamma, beta, mean, var, training, **options):
        out, *new = norm(x, gamma, beta, mean, var, training, **options)
        if not training:
            eps = options.get("eps", 1e-5)
            out = finished(x, gamma, beta, mean, batch_statistics(x)[1], eps)
        return out, *new

    def one_more_axis(x, gamma, beta, mean, var, training, **options):
        out, *new = norm(x, gamma, beta, mean, var, training, **options)
        return out, *(each[np.newaxis] if training else each for each in new)

    def mean_alone(x, gamma, beta, mean, var, training, **options):
        out, new, _ = norm(x, gamma, beta, mean, var, training, **options)
        return out, new, var.copy()

    def in_place(x, gamma, beta, mean, var, training, **options):
        out, *new = norm(x, gamma, beta, mean, var, training, **options)
        mean[:], var[:] = new
        return out, mean, var

    def in_evaluation_too(x, gamma, beta, mean, var, training, **options):
        out, *_ = norm(x, gamma, beta, mean, var, training, **options)
        return out, *norm(x, gamma, beta, mean, var, True, **options)[1:]

    def before_evaluation(x, gamma, beta, mean, var, training, **options):
        out, *new = norm(x, gamma, beta, mean, var, True, **options)
        if not training:
            out, *_ = norm(x, gamma, beta, *new, False, **options)
        return out, *new

    def batch_in_evaluation(x, gamma, beta, mean, var, training, **options):
        out, *new = norm(x, gamma, beta, mean, var, True, **options)
        return out, *(new if training else (mean.copy(), var.copy()))

    def flag_ignored(x, gamma, beta, mean, var, training, **options):
        return norm(x, gamma, beta, mean, var, True, **options)

    def averages_in_training(x, gamma, beta, mean, var, training, **options):
        out, *_ = norm(x, gamma, beta, mean, var, False, **options)
        return out, *norm(x, gamma, beta, mean, var, training, **options)[1:]

    def new_averages_in_training(x, gamma, beta, mean, var, training, **options):
        _, *new = norm(x, gamma, beta, mean, var, training, **options)
        return norm(x, gamma, beta, *new, False, **options)[0], *new

    def flag_reversed(x, gamma, beta, mean, var, training, **options):
        return norm(x, gamma, beta, mean, var, not training, **options)

    def no_eps_in_evaluation(x, gamma, beta, mean, var, training, eps=1e-5, **options):
        eps = eps if training else 0.0
        return norm(x, gamma, beta, mean, var, training, eps=eps, **options)

    def bare_in_evaluation(x, gamma, beta, mean, var, training, **options):
        if not training:
            gamma, beta = np.ones_like(gamma), np.zeros_like(beta)
        return norm(x, gamma, beta, mean, var, training, **options)

    def no_root_in_evaluation(x, gamma, beta, mean, var, training, **options):
        out, *new = norm(x, gamma, beta, mean, var, training, **options)
        if not training:
            parts = (x, gamma, beta, mean, var, options.get("eps", 1e-5))
            out = finished(*parts, inverse=lambda var, eps: 1 / (var + eps))
        return out, *new

    def squared_again(x, gamma, beta, mean, var, training, **options):
        if training:
            kept_as_std = batch_norm_with(spread=np.sqrt)
            return kept_as_std(x, gamma, beta, mean, var, training, **options)
        return norm(x, gamma, beta, mean, var * var, training, **options)[0], mean, var

    def averages_swapped(*args, **options):
        out, mean, var = norm(*args, **options)
        return out, var, mean

    def statistics_returned(x, gamma, beta, mean, var, training, **options):
        out, *new = norm(x, gamma, beta, mean, var, training, **options)
        return out, *(batch_statistics(x) if training else new)

    def variance_with_eps(x, gamma, beta, mean, var, training, **options):
        out, new, new_var = norm(x, gamma, beta, mean, var, training, **options)
        share = options.get("momentum", 0.1) * options.get("eps", 1e-5)
        return out, new, new_var + share if training else new_var

    def correction_reversed(x, gamma, beta, mean, var, training, **options):
        out, new, new_var = norm(x, gamma, beta, mean, var, training, **options)
        if training:
            count = x.size // x.shape[1]
            smaller = batch_statistics(x)[1] * (count - 1) / count
            new_var = blend(var, smaller, options.get("momentum", 0.1))
        return out, new, new_var

    def averages_missing_in_evaluation(x, gamma, beta, mean, var, training, **options):
        out, *new = norm(x, gamma, beta, mean, var, training, **options)
        return (out, *new) if training else (out, None, None)

    def summed(x, gamma, beta, mean, var, training, **options):
        out, *_ = norm(x, gamma, beta, mean, var, training, **options)
        if not training:
            return out, mean.copy(), var.copy()
        m = options.get("momentum", 0.1)
        new, new_var = batch_statistics(x, ddof=1)
        return out, mean + m * new, var + m * new_var

    def eps_twice(x, gamma, beta, mean, var, training, **options):
        out, *new = norm(x, gamma, beta, mean, var, training, **options)
        if not training:
            doubled = {**options, "eps": 2 * options.get("eps", 1e-5)}
            out, *_ = norm(x, gamma, beta, mean, var, training, **doubled)
        return out, *new

    return [
        Misconception(
            "biased variance in the running average",
            "The output is divided by the biased variance, but the running variance "
            "takes in the unbiased one, as in PyTorch.",
            batch_norm_with(running_ddof=0),
        ),
        Misconception(
            "the two variances the wrong way round",
            "One of the two variances is a mean over all the numbers, the other over "
            "one fewer. You have them the wrong way round.",
            batch_norm_with(
                running_ddof=0, statistics=lambda x: batch_statistics(x, ddof=1)
            ),
        ),
        Misconception(
            "momentum reversed, and biased variance",
            "Two things at once: `momentum` is the share of the *new* statistics, and "
            "the running variance takes in the unbiased variance.",
            batch_norm_with(
                running_ddof=0, blend=lambda old, new, m: blend(new, old, m)
            ),
        ),
        Misconception(
            "the whole running variance corrected",
            "You make the whole running variance larger, the old one too. It is this "
            "batch's variance alone that is to be unbiased.",
            all_corrected,
        ),
        Misconception(
            "unbiased correction upside down",
            "Your running variance takes in less than the biased variance. The "
            "unbiased one is larger.",
            correction_reversed,
        ),
        Misconception(
            "standard deviation in the running average",
            "The root of the variance goes into your running average. The root is "
            "taken later, when the average is used.",
            batch_norm_with(spread=np.sqrt),
        ),
        Misconception(
            "running standard deviation in place of the variance",
            "You keep a standard deviation where the caller passes a variance and "
            "expects one.",
            squared_again,
        ),
        Misconception(
            "eps in the running variance",
            "Your running variance takes in `eps` too. It is added when a root is "
            "taken, and is kept nowhere.",
            variance_with_eps,
        ),
        Misconception(
            "momentum reversed",
            "Here `momentum` is the share of the *new* statistics, as in PyTorch.",
            reversed_,
        ),
        Misconception(
            "momentum always 0.1",
            "Your running averages are those for the default of `momentum`.",
            momentum_fixed,
        ),
        Misconception(
            "running averages replaced",
            "Your running averages hold nothing but the last batch; the old ones do "
            "not count.",
            replaced,
        ),
        Misconception(
            "statistics of the batch returned",
            "You return mean and variance of this batch where the running averages "
            "should be.",
            statistics_returned,
        ),
        Misconception(
            "old averages not faded",
            "You add to the old averages without making them smaller first, so they "
            "grow and grow.",
            summed,
        ),
        Misconception(
            "running averages never updated",
            "You return the running averages as they came, in training too.",
            never,
        ),
        Misconception(
            "running mean never updated",
            "The running variance moves in training, and the running mean does not.",
            variance_alone,
        ),
        Misconception(
            "running averages with an axis of length 1",
            "Your running averages have an axis too many after training. One number "
            "for each is asked for.",
            one_more_axis,
        ),
        Misconception(
            "running variance never updated",
            "The running mean moves in training, and the running variance does not.",
            mean_alone,
        ),
        Misconception(
            "running averages changed in place",
            "After the call, the caller's own arrays of running averages hold other "
            "numbers. Return new arrays.",
            in_place,
        ),
        Misconception(
            "running averages updated in evaluation",
            "The running averages move in evaluation too. There they stay as they "
            "are, or what is tested would leak into the network.",
            in_evaluation_too,
        ),
        Misconception(
            "running averages updated before they are used in evaluation",
            "In evaluation, your running averages take in the batch first, and are "
            "then used. They should stay as they are.",
            before_evaluation,
        ),
        Misconception(
            "statistics of the batch in evaluation",
            "In evaluation you normalise by mean and variance of the batch. A single "
            "image would have no neighbours to be compared with.",
            batch_in_evaluation,
        ),
        Misconception(
            "training ignored",
            "You do the same in training and in evaluation. What does `training` "
            "change?",
            flag_ignored,
        ),
        Misconception(
            "running averages used in training",
            "In training you normalise by the running averages. What is used there is "
            "mean and variance of this batch.",
            averages_in_training,
        ),
        Misconception(
            "new running averages used in training",
            "In training you normalise by the running averages that you have just "
            "updated. What is used there is mean and variance of this batch alone.",
            new_averages_in_training,
        ),
        Misconception(
            "training and evaluation swapped",
            "You do in training what is to be done in evaluation, and the reverse.",
            flag_reversed,
        ),
        Misconception(
            "no eps in evaluation",
            "In training `eps` is added; in evaluation it is missing.",
            no_eps_in_evaluation,
        ),
        Misconception(
            "no eps in training",
            "In evaluation `eps` is added; in training it is missing.",
            no_eps_in_training,
        ),
        Misconception(
            "no shift in evaluation",
            "In evaluation your output is scaled, but not shifted.",
            no_shift_in_evaluation,
        ),
        Misconception(
            "not centred in evaluation",
            "In evaluation the running mean is not subtracted.",
            not_centred_in_evaluation,
        ),
        Misconception(
            "nothing done in evaluation",
            "In evaluation you return `x`. The layer is there then, too.",
            nothing_in_evaluation,
        ),
        Misconception(
            "the batch's variance in evaluation",
            "In evaluation you subtract the running mean, and divide by the root of "
            "the batch's own variance.",
            batch_variance_in_evaluation,
        ),
        Misconception(
            "eps added twice in evaluation",
            "In evaluation `eps` counts twice. Is it in what you divide by, and in "
            "the variance too?",
            eps_twice,
        ),
        Misconception(
            "no scale and shift in evaluation",
            "In evaluation your output is normalised, but neither scaled nor shifted.",
            bare_in_evaluation,
        ),
        Misconception(
            "divided by the running variance",
            "In evaluation you divide by the running variance, not by its root.",
            no_root_in_evaluation,
        ),
        Misconception(
            "running averages returned in the wrong order",
            "The running mean is returned before the running variance.",
            averages_swapped,
        ),
        Misconception(
            "no running averages returned in evaluation",
            "Out of training the running averages are returned too, equal to those "
            "that came in.",
            averages_missing_in_evaluation,
        ),
    ]
