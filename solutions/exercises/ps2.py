"""Problem set 2: shapes and cost."""

from __future__ import annotations

from coursekit.checks.declare import ProblemSet
from exercises.shapes import (
    conv_macs,
    conv_output_size,
    conv_parameters,
    conv_transpose_output_size,
    fits_exactly,
    layer_table,
    numbers,
    same_padding,
    separable_parameters,
)

PROBLEM_SET = ProblemSet(
    id="ps2",
    title="Shapes and cost",
    files=("shapes.py",),
    exercises=[
        conv_output_size.EXERCISE,
        fits_exactly.EXERCISE,
        same_padding.EXERCISE,
        conv_transpose_output_size.EXERCISE,
        conv_parameters.EXERCISE,
        conv_macs.EXERCISE,
        separable_parameters.EXERCISE,
        layer_table.EXERCISE,
        numbers.EXERCISE,
    ],
)
