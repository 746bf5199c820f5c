"""ps5.linear_backward: the gradients of a fully connected layer."""

from __future__ import annotations

import numpy as np

from convnets.backprop import linear_backward
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case
from exercises.draws import after_given_lines, weights
from exercises.fast.inputs import different


def layer(rng: np.random.Generator, note: str, N: int, wide: int, out: int) -> Case:
    """Draw examples, weights and an upstream gradient of these lengths."""
    grad_out = weights(rng, N, out)
    return case(note, grad_out, different(rng, N, wide), weights(rng, out, wide))


def one_example(rng: np.random.Generator) -> list[Case]:
    return [
        layer(rng, "2 to 2", 1, 2, 2),
        layer(rng, "3 to 2", 1, 3, 2),
        layer(rng, "2 to 4", 1, 2, 4),
        case("too wide", weights(rng, 1, 2), different(rng, 1, 2), weights(rng, 3, 2)),
    ]


def batches(rng: np.random.Generator) -> list[Case]:
    return [
        layer(rng, "2 examples", 2, 3, 2),
        layer(rng, "3 examples", 3, 2, 4),
        layer(rng, "5 examples, 3 to 3", 5, 3, 3),
    ]


def bias_mean(grad_out, x, weight):
    return grad_out @ weight, grad_out.T @ x, grad_out.mean(axis=0)


def weight_mean(grad_out, x, weight):
    return grad_out @ weight, grad_out.T @ x / len(x), grad_out.sum(axis=0)


def all_means(grad_out, x, weight):
    N = len(x)
    return grad_out @ weight, grad_out.T @ x / N, grad_out.mean(axis=0)


def bias_not_summed(grad_out, x, weight):
    return grad_out @ weight, grad_out.T @ x, grad_out


def bias_over_outputs(grad_out, x, weight):
    return grad_out @ weight, grad_out.T @ x, grad_out.sum(axis=1)


def weight_transposed(grad_out, x, weight):
    return grad_out @ weight, x.T @ grad_out, grad_out.sum(axis=0)


def weight_in_columns(grad_out, x, weight):
    return grad_out @ weight.T, grad_out.T @ x, grad_out.sum(axis=0)


def other_order(grad_out, x, weight):
    return grad_out.T @ x, grad_out @ weight, grad_out.sum(axis=0)


def first_example(grad_out, x, weight):
    return grad_out @ weight, grad_out[:1].T @ x[:1], grad_out[0]


def last_example(grad_out, x, weight):
    return grad_out @ weight, grad_out[-1:].T @ x[-1:], grad_out[-1]


def everything_divided(grad_out, x, weight):
    N = len(x)
    return grad_out @ weight / N, grad_out.T @ x / N, grad_out.mean(axis=0)


def one_bias_for_all(grad_out, x, weight):
    total = np.full(len(weight), grad_out.sum())
    return grad_out @ weight, grad_out.T @ x, total


def summed_axis_kept(grad_out, x, weight):
    return grad_out @ weight, grad_out.T @ x, grad_out.sum(axis=0, keepdims=True)


def upstream_ignored(grad_out, x, weight):
    ones = np.ones_like(grad_out)
    return ones @ weight, ones.T @ x, ones.sum(axis=0)


def batch_kept(grad_out, x, weight):
    return grad_out @ weight, grad_out[:, :, None] * x[:, None], grad_out.sum(axis=0)


MISCONCEPTIONS = [
    Misconception(
        "mean for the bias",
        "Your `grad_bias` is the mean over the batch, and should be the sum.",
        bias_mean,
    ),
    Misconception(
        "mean for the weight",
        "Your `grad_weight` is divided by the number of examples. Whatever has to be "
        "averaged, the loss has averaged it already.",
        weight_mean,
    ),
    Misconception(
        "means over the batch",
        "Your gradients of weight and bias are means over the batch. Whatever has to "
        "be averaged, the loss has averaged it already.",
        all_means,
    ),
    Misconception(
        "bias not summed",
        "Your `grad_bias` still has one row for each example. The same bias was added "
        "to all of them.",
        bias_not_summed,
    ),
    Misconception(
        "bias summed over the outputs",
        "Your `grad_bias` has one number for each example. There is one bias for each "
        "output.",
        bias_over_outputs,
    ),
    Misconception(
        "grad_weight transposed",
        "Your `grad_weight` is transposed: it has the shape of `weight`, one row for "
        "each output.",
        weight_transposed,
    ),
    Misconception(
        "the wrong side of the weight",
        "Your `grad_x` reads the weights of the wrong axis: forwards, feature j met "
        "column j of `weight`; so it does on the way back.",
        weight_in_columns,
    ),
    Misconception(
        "another order",
        "The three come in the order `grad_x`, `grad_weight`, `grad_bias`.",
        other_order,
    ),
    Misconception(
        "first example only",
        "Your gradients of weight and bias are those of the first example alone.",
        first_example,
    ),
    Misconception(
        "last example only",
        "Your gradients of weight and bias are those of the last example alone. Does "
        "one example overwrite what another has added?",
        last_example,
    ),
    Misconception(
        "everything divided by N",
        "All three of your gradients are divided by the number of examples. Whatever "
        "has to be averaged, the loss has averaged it already.",
        everything_divided,
    ),
    Misconception(
        "one number for every bias",
        "Your sum runs over the outputs, too. Each has a bias of its own.",
        one_bias_for_all,
    ),
    Misconception(
        "summed axis kept",
        "The numbers of your `grad_bias` are right. The bias has one axis, of length "
        "out_features.",
        summed_axis_kept,
    ),
    Misconception(
        "upstream gradient ignored",
        "Your gradients are those for an upstream gradient of ones.",
        upstream_ignored,
    ),
    Misconception(
        "weight not summed",
        "Your `grad_weight` still has an axis for the examples. All of them used the "
        "same weights, and what each one adds is summed.",
        batch_kept,
    ),
]

EXERCISE = Exercise(
    id="ps5.linear_backward",
    title="The gradients of a fully connected layer",
    reference=linear_backward,
    difficulty=2,
    minutes=20,
    groups=[
        Group("One example", 1, one_example),
        Group("Batches", 1, batches),
    ],
    misconceptions=after_given_lines(linear_backward, MISCONCEPTIONS),
)
