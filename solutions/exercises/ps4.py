"""Problem set 4: fast convolution and pooling."""

from __future__ import annotations

from coursekit.checks.declare import ProblemSet
from exercises.fast import (
    avg_pool2d,
    conv2d,
    depthwise_separable_conv2d,
    fold,
    linear_as_conv,
    lp_pool2d,
    max_pool2d,
    pad2d,
    speed,
    telling_inputs,
    unfold,
)

PROBLEM_SET = ProblemSet(
    id="ps4",
    title="Fast convolution and pooling",
    files=("im2col.py", "pooling.py", "special.py"),
    exercises=[
        pad2d.EXERCISE,
        unfold.EXERCISE,
        fold.EXERCISE,
        conv2d.EXERCISE,
        speed.EXERCISE,
        max_pool2d.EXERCISE,
        avg_pool2d.EXERCISE,
        lp_pool2d.EXERCISE,
        depthwise_separable_conv2d.EXERCISE,
        linear_as_conv.EXERCISE,
        telling_inputs.EXERCISE,
    ],
)
