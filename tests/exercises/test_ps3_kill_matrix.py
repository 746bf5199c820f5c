"""Every misconception of problem set 3 loses points and is named by its own hint."""

from __future__ import annotations

from kill_matrix import KillMatrix

from convnets.receptive_field import receptive_field
from coursekit.checks.mark import mark
from coursekit.checks.outcome import call


class TestPs3(KillMatrix):
    problem_set = "ps3"
    points = {
        "receptive_field": 5,
        "input_interval": 3,
        "depth_for": 1,
        "effective_receptive_field": 4,
        "depth": 2,
    }


def test_two_mistakes_in_different_groups_are_both_named(hidden):
    def without_dilation_or_second_branch(layers):
        receptive_field(layers)  # refuses what has no field
        path = []
        for layer in layers:
            path += layer["branches"][0] if "branches" in layer else [layer]
        near = [{**layer, "dilation": 1} for layer in path if "kernel_size" in layer]
        return receptive_field(near)

    for key in hidden["ps3.receptive_field"]:
        result = mark(key, lambda case: call(without_dilation_or_second_branch, case))
        assert result.misconceptions == ["dilation ignored", "only the first branch"]
