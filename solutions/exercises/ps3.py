"""Problem set 3: receptive fields."""

from __future__ import annotations

from coursekit.checks.declare import ProblemSet, Written
from exercises.receptive_field import (
    depth_for,
    effective_receptive_field,
    input_interval,
    receptive_field,
)

PROBLEM_SET = ProblemSet(
    id="ps3",
    title="Receptive fields",
    files=("receptive_field.py",),
    exercises=[
        receptive_field.EXERCISE,
        input_interval.EXERCISE,
        depth_for.EXERCISE,
        effective_receptive_field.EXERCISE,
        Written(
            "ps3.depth", "Why deeper than theory says", 2, difficulty=2, minutes=25
        ),
    ],
)
