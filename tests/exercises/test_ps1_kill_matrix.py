"""Every misconception of problem set 1 loses points and is named by its own hint."""

from __future__ import annotations

from kill_matrix import KillMatrix

from coursekit.checks.mark import mark
from coursekit.checks.outcome import call


class TestPs1(KillMatrix):
    problem_set = "ps1"
    points = {
        "correlate1d": 2,
        "correlate2d": 3,
        "convolve2d": 1,
        "toeplitz": 3,
        "correlation_matrix": 3,
        "conv2d_loops": 5,
        "match_template": 2,
        "equivariance": 1,
    }
    by_chance = {"ps1.match_template"}


def test_two_mistakes_in_different_groups_are_both_named(declared, hidden):
    layer = declared["ps1.conv2d_loops"].reference

    def without_bias_or_stride(x, weight, bias=None, stride=1, padding=0):
        layer(x, weight, bias, stride, padding)  # refuses bad shapes
        return layer(x, weight, padding=padding)

    for key in hidden["ps1.conv2d_loops"]:
        result = mark(key, lambda case: call(without_bias_or_stride, case))
        assert result.misconceptions[:2] == ["bias ignored", "stride ignored"]
