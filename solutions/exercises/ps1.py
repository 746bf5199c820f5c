"""Problem set 1: cross-correlation."""

from __future__ import annotations

from coursekit.checks.declare import ProblemSet, Written
from exercises.correlation import (
    conv2d_loops,
    convolve2d,
    correlate1d,
    correlate2d,
    correlation_matrix,
    match_template,
    toeplitz,
)

PROBLEM_SET = ProblemSet(
    id="ps1",
    title="Cross-correlation",
    files=("correlation.py",),
    exercises=[
        correlate1d.EXERCISE,
        correlate2d.EXERCISE,
        convolve2d.EXERCISE,
        toeplitz.EXERCISE,
        correlation_matrix.EXERCISE,
        conv2d_loops.EXERCISE,
        match_template.EXERCISE,
        Written(
            "ps1.equivariance",
            "Shift equivariance, proved",
            1,
            difficulty=2,
            minutes=20,
        ),
    ],
)
