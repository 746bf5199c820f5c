"""Every misconception of problem set 8 loses points and is named by its own hint."""

from __future__ import annotations

from kill_matrix import KillMatrix


class TestPs8(KillMatrix):
    problem_set = "ps8"
    points = {
        "BasicBlock": 6,
        "ResNet": 4,
        "resnet20": 2,
        "resnet18": 2,
        "plain_or_residual": 4,
        "one_cycle": 2,
        "predictions": 6,
        "class_activation_map": 4,
    }
