"""Every misconception of problem set 4 loses points and is named by its own hint."""

from __future__ import annotations

import numpy as np
from kill_matrix import KillMatrix

from convnets.im2col import conv2d
from convnets.special import telling_inputs
from coursekit.checks.mark import mark
from coursekit.checks.outcome import Outcome, call


class TestPs4(KillMatrix):
    problem_set = "ps4"
    points = {
        "pad2d": 2,
        "unfold": 4,
        "fold": 3,
        "conv2d": 5,
        "speed": 2,
        "max_pool2d": 1,
        "avg_pool2d": 1,
        "lp_pool2d": 1,
        "depthwise_separable_conv2d": 2,
        "linear_as_conv": 2,
        "telling_inputs": 2,
    }


def test_two_mistakes_in_different_groups_are_both_named(hidden):
    def without_bias_or_dilation(x, weight, bias=None, stride=1, padding=0, **options):
        conv2d(x, weight, bias, stride, padding, **options)  # refuses bad shapes
        return conv2d(x, weight, None, stride, padding, groups=options.get("groups", 1))

    for key in hidden["ps4.conv2d"]:
        result = mark(key, lambda case: call(without_bias_or_dilation, case))
        assert result.misconceptions[:2] == ["bias ignored", "dilation ignored"]


def test_one_untelling_input_costs_its_own_points_alone(hidden):
    def without_padding():
        inputs = telling_inputs()
        inputs["padding on two sides only"]["padding"] = 0
        return inputs

    for key in hidden["ps4.telling_inputs"]:
        result = mark(key, lambda case: call(without_padding, case), conv2d)
        assert result.earned == 1.5
        assert result.misconceptions == ["no padding"]


def test_fast_zeros_are_not_fast_enough(hidden):
    (key, *_) = hidden["ps4.speed"]
    zeros = Outcome("value", np.zeros((4, 25, 16, 16)))
    assert mark(key, lambda case: zeros).earned == 0
