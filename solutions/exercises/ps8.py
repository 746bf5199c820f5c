"""Problem set 8: residual networks."""

from __future__ import annotations

from coursekit.checks.declare import Predictions, ProblemSet, Written
from exercises.explain import class_activation_map
from exercises.resnet import basic_block, named, one_cycle, stages

PROBLEM_SET = ProblemSet(
    id="ps8",
    title="Residual networks",
    files=("resnet.py", "schedule.py", "explain.py"),
    exercises=[
        basic_block.EXERCISE,
        stages.EXERCISE,
        named.RESNET20,
        named.RESNET18,
        Written(
            "ps8.plain_or_residual", "Plain or residual", 4, difficulty=2, minutes=30
        ),
        one_cycle.EXERCISE,
        Predictions(
            "ps8.predictions",
            "Predictions on CIFAR-10",
            "cifar10",
            scale=((0.80, 0), (0.93, 6)),
            bonus=1,
            difficulty=2,
            minutes=60,
        ),
        class_activation_map.EXERCISE,
    ],
)
