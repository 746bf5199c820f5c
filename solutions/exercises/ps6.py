"""Problem set 6: normalisation."""

from __future__ import annotations

from coursekit.checks.declare import ProblemSet
from exercises.normalization import (
    batch_norm,
    batch_norm2d,
    batch_norm_backward,
    fold_batch_norm,
    group_norm,
    group_norm_backward,
    instance_norm,
    layer_norm,
)

PROBLEM_SET = ProblemSet(
    id="ps6",
    title="Normalisation",
    files=("normalization.py",),
    exercises=[
        batch_norm.EXERCISE,
        batch_norm_backward.EXERCISE,
        batch_norm2d.EXERCISE,
        layer_norm.EXERCISE,
        instance_norm.EXERCISE,
        group_norm.EXERCISE,
        group_norm_backward.EXERCISE,
        fold_batch_norm.EXERCISE,
    ],
)
"""Exercises on `convnets.normalization`."""
