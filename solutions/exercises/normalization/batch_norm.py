"""ps6.batch_norm: every feature normalised over the batch."""

from __future__ import annotations

import numpy as np

from convnets.normalization import batch_norm
from coursekit.checks.declare import Case, Exercise, Group, Misconception
from exercises.draws import after_given_lines, integers
from exercises.normalization import batch_mistakes, running_mistakes
from exercises.normalization.inputs import (
    averages,
    both_averages,
    layer,
    look,
    look_at_out,
    scale_and_shift,
)
from exercises.normalization.recipes import batch_norm_with, blend


def output_in_training(rng: np.random.Generator) -> list[Case]:
    x = np.array([[0.0, 2.0, 6.0], [4.0, 6.0, 2.0]])  # all variances are 4
    gamma, beta = np.array([3.0, 6.0, -3.0]), np.array([1.0, 2.0, 3.0])
    start = np.zeros(3), np.ones(3)
    options = {"momentum": 0.25, "eps": 0.1}
    constant = layer(rng, 5, 3)
    constant[0][:, 1] = 7  # without eps, 0 / 0
    return [
        look_at_out("worked out on paper", x, gamma, beta, *start, True, eps=5.0),
        look_at_out("3 examples, 2 features", *layer(rng, 3, 2), True, eps=0.1),
        look_at_out("4 examples, 5 features", *layer(rng, 4, 5), True, **options),
        look_at_out("no eps passed, a constant feature", *constant, True),
    ]


def running(rng: np.random.Generator) -> list[Case]:
    x = np.array([[0.0, 2.0, 6.0], [4.0, 6.0, 2.0]])  # unbiased variances of 8
    start = np.array([10.0, 20.0, 30.0]), np.array([8.0, 18.0, 28.0])
    paper, few = (x, np.ones(3), np.zeros(3), *start), layer(rng, 2, 3)
    options = {"momentum": 0.25, "eps": 0.5}
    return [
        *both_averages("worked out on paper", *paper, True),
        *both_averages("4 examples", *layer(rng, 4, 3), True, **options),
        *both_averages("in evaluation", *few, False, **options),
    ]


def output_in_evaluation(rng: np.random.Generator) -> list[Case]:
    one = layer(rng, 1, 3)
    options = {"momentum": 0.25, "eps": 0.1}
    return [
        look_at_out("a single example", *one, False, eps=0.1),
        look_at_out("4 examples, 2 features", *layer(rng, 4, 2), False, **options),
        look("3 averages for 2 features", 0, *mixed(rng), False),
    ]


def mixed(rng: np.random.Generator) -> list[np.ndarray]:
    """Draw a batch of 2 features and averages of 3."""
    x, gamma, beta, *_ = layer(rng, 4, 2)
    return [x, gamma, beta, *averages(rng, 3)]


def evaluation_after_training(rng: np.random.Generator) -> list[Case]:
    note = "trained on this batch {}, then evaluated on it"
    once, twice = note.format("once"), note.format("twice")
    options = {"momentum": 0.25, "eps": 0.1}
    return [
        look_at_out(once, *layer(rng, 3, 2), True, rounds=1, eps=0.1),
        look_at_out(twice, *layer(rng, 4, 3), True, rounds=2, **options),
    ]


def whole_numbers(rng: np.random.Generator) -> list[Case]:
    x = integers(rng, 3, 2)
    x[:, 1] = [1, 2, 4]
    x[:, 0] = rng.permutation([2, 3, 7])
    parts = (*scale_and_shift(rng, 2), *averages(rng, 2))
    return [
        look_at_out("an integer batch in training", x, *parts, True, eps=0.1),
        look_at_out("an integer batch in evaluation", x, *parts, False, eps=0.1),
        look("a single example to train on", 0, x[:1], *parts, True),
    ]


def each_example(x, gamma, beta, mean, var, training, momentum=0.1, eps=1e-5):
    if not training:
        return batch_norm(x, gamma, beta, mean, var, training, momentum, eps)
    own, spread = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    out = gamma * (x - own) / np.sqrt(spread + eps) + beta
    unbiased = spread * len(x) / (len(x) - 1)
    return out, blend(mean, own, momentum), blend(var, unbiased, momentum)


def one_for_all(x):
    ones = np.ones(x.shape[1])
    return x.mean() * ones, x.var() * ones


def around_zero(x):
    return x.mean(axis=0), (x * x).mean(axis=0)


def absolute(x):
    mean = x.mean(axis=0)
    return mean, np.abs(x - mean).mean(axis=0)


def sums(x):
    mean = x.sum(axis=0)
    return mean, ((x - mean) ** 2).mean(axis=0)


def not_averaged(x):
    return x.mean(axis=0), x.var(axis=0) * len(x)


def whole_batch(mean_of_all, var_of_all):
    """Write a batch norm in which mean or variance is a single number."""

    def function(x, gamma, beta, mean, var, training, momentum=0.1, eps=1e-5):
        if not training:
            return batch_norm(x, gamma, beta, mean, var, training, momentum, eps)
        new = x.mean() if mean_of_all else x.mean(axis=0)
        spread = x.var() if var_of_all else x.var(axis=0)
        out = gamma * (x - new) / np.sqrt(spread + eps) + beta
        unbiased = spread * len(x) / (len(x) - 1)
        return out, blend(mean, new, momentum), blend(var, unbiased, momentum)

    return function


def range_to_one(x, gamma, beta, mean, var, training, momentum=0.1, eps=1e-5):
    out, *kept = batch_norm(x, gamma, beta, mean, var, training, momentum, eps)
    if training:
        low, high = x.min(axis=0), x.max(axis=0)
        out = gamma * (x - low) / (high - low + eps) + beta
    return out, *kept


def root_twice(x, gamma, beta, mean, var, training, momentum=0.1, eps=1e-5):
    out, *kept = batch_norm(x, gamma, beta, mean, var, training, momentum, eps)
    if training:
        std = x.std(axis=0)
        out = gamma * (x - x.mean(axis=0)) / np.sqrt(std + eps) + beta
        kept[1] = blend(var, std * len(x) / (len(x) - 1), momentum)
    return out, *kept


def averages_of_all(x, gamma, beta, mean, var, training, momentum=0.1, eps=1e-5):
    out, *kept = batch_norm(x, gamma, beta, mean, var, training, momentum, eps)
    if training:
        kept = [
            blend(mean, x.mean() * np.ones_like(mean), momentum),
            blend(var, x.var(ddof=1) * np.ones_like(var), momentum),
        ]
    return out, *kept


MISCONCEPTIONS = [
    Misconception(
        "each example normalised on its own",
        "You average over the features of an example. The mean of a feature is taken "
        "over the examples.",
        each_example,
    ),
    Misconception(
        "one mean for the whole batch",
        "Your features share one mean and one variance. Each feature has its own.",
        batch_norm_with(statistics=one_for_all),
    ),
    Misconception(
        "running averages over all features",
        "Your running averages take in one mean and one variance for all features.",
        averages_of_all,
    ),
    Misconception(
        "one variance for the whole batch",
        "Your features share a variance. Each feature has its own.",
        whole_batch(mean_of_all=False, var_of_all=True),
    ),
    Misconception(
        "one mean, and a variance for each feature",
        "Your features share a mean. Each feature has its own.",
        whole_batch(mean_of_all=True, var_of_all=False),
    ),
    Misconception(
        "scaled to the range from 0 to 1",
        "You bring the smallest number to 0 and the largest to 1. A norm subtracts "
        "the mean and divides by the root of the variance.",
        range_to_one,
    ),
    Misconception(
        "standard deviation taken for the variance",
        "You take the root of a standard deviation, which is a root already.",
        root_twice,
    ),
    Misconception(
        "variance around zero",
        "Your variance is the mean of the squares of `x`. From what are deviations "
        "measured?",
        batch_norm_with(statistics=around_zero),
    ),
    Misconception(
        "mean absolute deviation",
        "You average the absolute deviations. Variance averages their squares.",
        batch_norm_with(statistics=absolute),
    ),
    Misconception(
        "sum in place of the mean",
        "You subtract the sum of each feature, and not its mean.",
        batch_norm_with(statistics=sums, running_ddof=1),
    ),
    Misconception(
        "squares summed, not averaged",
        "Your variance is N times too large: the sum of the squares, not their mean.",
        batch_norm_with(statistics=not_averaged),
    ),
    *batch_mistakes.of(batch_norm),
    *running_mistakes.of(batch_norm),
]

EXERCISE = Exercise(
    id="ps6.batch_norm",
    title="Batch norm, in training and in evaluation",
    reference=batch_norm,
    difficulty=2,
    minutes=35,
    observer="one part",
    groups=[
        Group("The output in training", 1, output_in_training),
        Group("The running averages", 1, running),
        Group("The output in evaluation", 0.75, output_in_evaluation),
        Group("First training, then evaluation", 0.75, evaluation_after_training),
        Group("Whole numbers", 0.5, whole_numbers),
    ],
    misconceptions=after_given_lines(batch_norm, MISCONCEPTIONS),
)
