"""Every misconception of problem set 2 loses points and is named by its own hint."""

from __future__ import annotations

from kill_matrix import KillMatrix

from convnets.shapes import conv_output_size, conv_parameters
from coursekit.checks.mark import mark
from coursekit.checks.outcome import call


class TestPs2(KillMatrix):
    problem_set = "ps2"
    points = {
        "conv_output_size": 2,
        "fits_exactly": 1,
        "same_padding": 2,
        "conv_transpose_output_size": 2,
        "conv_parameters": 1,
        "conv_macs": 1,
        "separable_parameters": 1,
        "layer_table": 3,
        "numbers": 2,
    }


def test_two_mistakes_in_different_groups_are_both_named(hidden):
    def without_padding_or_dilation(size, kernel_size, stride=1, padding=0, dilation=1):
        conv_output_size(size, kernel_size, stride, padding, dilation)  # refuses
        return (size + padding - kernel_size) // stride + 1

    def with_wrong_biases(in_channels, out_channels, kernel_size, groups=1, bias=True):
        conv_parameters(in_channels, out_channels, kernel_size, groups)  # refuses
        return conv_parameters(in_channels, out_channels, kernel_size, 1)

    for exercise, function, names in [
        ("conv_output_size", without_padding_or_dilation, ["padding counted once"]),
        (
            "conv_parameters",
            with_wrong_biases,
            ["biases counted where there are none", "groups ignored"],
        ),
    ]:
        for key in hidden[f"ps2.{exercise}"]:
            result = mark(key, lambda case, function=function: call(function, case))
            assert result.misconceptions == names
