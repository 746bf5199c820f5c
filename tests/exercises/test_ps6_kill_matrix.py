"""Every misconception of problem set 6 loses points and is named by its own hint."""

from __future__ import annotations

import numpy as np
from kill_matrix import KillMatrix

from convnets.normalization import (
    batch_norm,
    batch_norm2d,
    batch_norm_backward,
    fold_batch_norm,
    group_norm_backward,
)
from coursekit.checks.mark import mark
from coursekit.checks.outcome import call


class TestPs6(KillMatrix):
    problem_set = "ps6"
    points = {
        "batch_norm": 4,
        "batch_norm_backward": 4,
        "batch_norm2d": 2,
        "layer_norm": 1.5,
        "instance_norm": 1.5,
        "group_norm": 2,
        "group_norm_backward": 3,
        "fold_batch_norm": 2,
    }


def earned(keys, exercise, function):
    """Return what a function earns with each key, which has to be the same."""
    (points,) = {
        mark(key, lambda case: call(function, case)).earned for key in keys[exercise]
    }
    return points


def test_averages_that_never_move_cost_their_points_alone(hidden):
    def never(x, gamma, beta, mean, var, *args, **options):
        out, *_ = batch_norm(x, gamma, beta, mean, var, *args, **options)
        return out, mean, var

    assert earned(hidden, "ps6.batch_norm", never) == 4 - 1 - 0.75


def test_averages_changed_in_place_cost_their_points_alone(hidden):
    def in_place(x, gamma, beta, mean, var, *args, **options):
        out, *new = batch_norm(x, gamma, beta, mean, var, *args, **options)
        mean[:], var[:] = new
        return out, mean, var

    assert earned(hidden, "ps6.batch_norm", in_place) == 4 - 1


def test_an_unfinished_evaluation_leaves_the_points_of_training(hidden):
    def training_alone(x, gamma, beta, mean, var, training, **options):
        return batch_norm(x, gamma, beta, mean, var, True, **options)

    assert earned(hidden, "ps6.batch_norm", training_alone) == 1
    # of images, the averages have a case in evaluation, and so has each other group

    def images(x, gamma, beta, mean, var, training, **options):
        return batch_norm2d(x, gamma, beta, mean, var, True, **options)

    assert earned(hidden, "ps6.batch_norm2d", images) == 0.5


def test_gradients_of_scale_and_shift_count_without_that_of_the_batch(hidden):
    def easy_ones(grad_out, x, *args, **options):
        _, *easy = batch_norm_backward(grad_out, x, *args, **options)
        return np.zeros_like(x), *easy

    def of_groups(grad_out, x, *args, **options):
        _, *easy = group_norm_backward(grad_out, x, *args, **options)
        return np.zeros_like(x), *easy

    assert earned(hidden, "ps6.batch_norm_backward", easy_ones) == 1.5
    assert earned(hidden, "ps6.group_norm_backward", of_groups) == 1


def test_filters_count_without_the_bias(hidden):
    def filters_alone(weight, *args, **options):
        weight, bias = fold_batch_norm(weight, *args, **options)
        return weight, np.zeros_like(bias)

    assert earned(hidden, "ps6.fold_batch_norm", filters_alone) == 1


def test_two_mistakes_in_different_arrays_are_both_named(hidden):
    def no_root_and_reversed(x, gamma, *args, momentum=0.1, eps=1e-5):
        out, *_ = batch_norm(x, gamma, *args, momentum=momentum, eps=eps)
        _, *kept = batch_norm(x, gamma, *args, momentum=1 - momentum, eps=eps)
        return out - args[0], *kept

    for key in hidden["ps6.batch_norm"]:
        result = mark(key, lambda case: call(no_root_and_reversed, case))
        assert "momentum reversed" in result.misconceptions
        assert "beta ignored" in result.misconceptions
