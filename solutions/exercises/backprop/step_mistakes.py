"""Plausible wrong finite differences, for ps5.numerical_gradient."""

from __future__ import annotations

import numpy as np

from convnets.gradcheck import numerical_gradient
from coursekit.checks.declare import Misconception

EPS = 1e-5


def measured(f, x, grad_out, up, down, width):
    """Weigh the change of f from `down` steps below to `up` steps above."""
    x = np.asarray(x, np.float64)
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = 1.0
        change = f(x + up * step) - f(x - down * step)
        grad[index] = np.sum(change * grad_out) / width
    return grad


def one_sided(f, x, grad_out, eps=EPS):
    return measured(f, x, grad_out, eps, 0, eps)


def one_sided_below(f, x, grad_out, eps=EPS):
    return measured(f, x, grad_out, 0, eps, eps)


def not_halved(f, x, grad_out, eps=EPS):
    return measured(f, x, grad_out, eps, eps, eps)


def one_sided_but_halved(f, x, grad_out, eps=EPS):
    return measured(f, x, grad_out, eps, 0, 2 * eps)


def not_divided(f, x, grad_out, eps=EPS):
    return measured(f, x, grad_out, eps, eps, 1)


def multiplied_by_the_step(f, x, grad_out, eps=EPS):
    return measured(f, x, grad_out, eps, eps, 2 / eps)


def half_a_step(f, x, grad_out, eps=EPS):
    return measured(f, x, grad_out, eps / 2, eps / 2, eps)


def sign_reversed(f, x, grad_out, eps=EPS):
    return -numerical_gradient(f, x, grad_out, eps)


def step_of_its_own(f, x, grad_out, eps=EPS):
    return numerical_gradient(f, x, grad_out)


def step_too_small(f, x, grad_out, eps=EPS):
    return numerical_gradient(f, x, grad_out, 1e-14)


def step_too_large(f, x, grad_out, eps=EPS):
    return numerical_gradient(f, x, grad_out, 0.1)


def upstream_ignored(f, x, grad_out, eps=EPS):
    return numerical_gradient(f, x, np.ones(np.shape(grad_out)), eps)


def upstream_added_up(f, x, grad_out, eps=EPS):
    total = np.full(np.shape(grad_out), np.sum(grad_out))
    return numerical_gradient(f, x, total, eps)


def mean_of_outputs(f, x, grad_out, eps=EPS):
    return numerical_gradient(f, x, grad_out, eps) / np.size(grad_out)


def all_at_once(f, x, grad_out, eps=EPS):
    x = np.asarray(x, np.float64)
    change = np.sum((f(x + eps) - f(x - eps)) * grad_out)
    return np.full(x.shape, change / (2 * eps))


def all_at_once_apart(f, x, grad_out, eps=EPS):
    x = np.asarray(x, np.float64)
    return (f(x + eps) - f(x - eps)) * grad_out / (2 * eps)


def never_put_back(f, x, grad_out, eps=EPS):
    x = np.asarray(x, np.float64)
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        x[index] += eps
        above = f(x).copy()
        x[index] -= 2 * eps
        grad[index] = np.sum((above - f(x)) * grad_out) / (2 * eps)
    return grad


def copy_not_put_back(f, x, grad_out, eps=EPS):
    return never_put_back(f, np.array(x, np.float64), grad_out, eps)


def whole_rows(f, x, grad_out, eps=EPS):
    x = np.asarray(x, np.float64)
    grad = np.zeros(x.shape)
    for index in range(len(x)):
        step = np.zeros(x.shape)
        step[index] = eps
        change = f(x + step) - f(x - step)
        grad[index] = np.sum(change * grad_out) / (2 * eps)
    return grad


def type_kept(f, x, grad_out, eps=EPS):
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += eps  # a whole number stays as it is
        below[index] = below[index] - eps  # and here it is rounded down
        grad[index] = np.sum((f(above) - f(below)) * grad_out) / (2 * eps)
    return grad


def result_rounded(f, x, grad_out, eps=EPS):
    return numerical_gradient(f, x, grad_out, eps).astype(x.dtype)


def single_precision(f, x, grad_out, eps=EPS):
    if x.dtype != np.float32:
        return numerical_gradient(f, x, grad_out, eps)
    grad = np.zeros(x.shape, np.float32)
    for index in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[index] = eps
        grad[index] = np.sum((f(x + step) - f(x - step)) * grad_out) / (2 * eps)
    return grad


def whole_numbers_kept(f, x, grad_out, eps=EPS):
    if x.dtype.kind == "f":
        return numerical_gradient(f, x, grad_out, eps)
    return np.zeros(x.shape)  # the step is rounded to 0


def flat(f, x, grad_out, eps=EPS):
    return numerical_gradient(f, x, grad_out, eps).ravel()


MISCONCEPTIONS = [
    Misconception(
        "a step to one side",
        "You compare f a step above with f at x itself. That difference is off by "
        "about the step; with a step to both sides the error is of the order of its "
        "square.",
        one_sided,
    ),
    Misconception(
        "a step to one side, below",
        "You compare f at x itself with f a step below. Step to both sides.",
        one_sided_below,
    ),
    Misconception(
        "twice the gradient",
        "Your result is twice the gradient: from `x - eps` to `x + eps` is further "
        "than `eps`.",
        not_halved,
    ),
    Misconception(
        "half the gradient",
        "Your result is about half the gradient: how far apart are the two places at "
        "which you call f?",
        one_sided_but_halved,
    ),
    Misconception(
        "not divided",
        "Your result is the change of f, and not the change per step.",
        not_divided,
    ),
    Misconception(
        "multiplied by the step",
        "Your result is smaller by the square of the step. In `a / 2 * eps`, Python "
        "divides by 2 and then multiplies.",
        multiplied_by_the_step,
    ),
    Misconception(
        "half a step to each side",
        "You go half a step to each side; the docstring asks for a whole one.",
        half_a_step,
    ),
    Misconception(
        "sign reversed",
        "Your signs are reversed: it is f above minus f below.",
        sign_reversed,
    ),
    Misconception(
        "a step of its own",
        "Your result is the same whatever `eps` is.",
        step_of_its_own,
    ),
    Misconception(
        "a step too small",
        "Your step is so small that the difference drowns in the rounding of f: of 16 "
        "digits hardly any is left. Use the `eps` that is given.",
        step_too_small,
    ),
    Misconception(
        "a step too large",
        "You step 0.1 to each side, whatever `eps` is; over such a distance, a curve "
        "is not straight.",
        step_too_large,
    ),
    Misconception(
        "upstream gradient ignored",
        "Your outputs all count the same. Each has a weight of its own in `grad_out`.",
        upstream_ignored,
    ),
    Misconception(
        "upstream gradient added up",
        "You weigh every output with the sum of `grad_out`. Multiply first, then sum.",
        upstream_added_up,
    ),
    Misconception(
        "mean over the outputs",
        "Your result is divided by the number of outputs. The weighted changes are "
        "added up.",
        mean_of_outputs,
    ),
    Misconception(
        "all numbers moved at once",
        "All your numbers are equal: everything in x is moved at once. Which one made "
        "the difference?",
        all_at_once,
    ),
    Misconception(
        "all moved at once, output by output",
        "You move everything in x at once and look at each output alone. That is right "
        "only if each output depends on one number.",
        all_at_once_apart,
    ),
    Misconception(
        "x not put back",
        "You move a number of x in place and leave it there, so that the next ones are "
        "measured at another x, and the caller's array has changed.",
        never_put_back,
    ),
    Misconception(
        "a copy not put back",
        "You move a number of your copy and leave it there, so that the next ones are "
        "measured at another x. With a large step that shows.",
        copy_not_put_back,
    ),
    Misconception(
        "a whole row moved at once",
        "All numbers of a row of your result are equal: `x[i]` is a whole row if x has "
        "two axes, and all of it moves.",
        whole_rows,
    ),
    Misconception(
        "the type of x kept",
        "Your copy has the type of x. Whole numbers cannot hold a step of 0.00001, and "
        "single precision hardly can: what has the type to be?",
        type_kept,
    ),
    Misconception(
        "a result of whole numbers",
        "Your gradient has lost what is behind the point: it is kept in an array of "
        "whole numbers, as x is.",
        result_rounded,
    ),
    Misconception(
        "single precision kept",
        "In single precision, a step of 0.00001 is rounded away, or nearly.",
        single_precision,
    ),
    Misconception(
        "whole numbers kept",
        "An array of whole numbers cannot hold a step of 0.00001: it becomes 0.",
        whole_numbers_kept,
    ),
    Misconception(
        "flattened",
        "The gradient has the shape of x.",
        flat,
    ),
]
