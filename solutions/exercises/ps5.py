"""Problem set 5: backpropagation."""

from __future__ import annotations

from coursekit.checks.declare import ProblemSet
from exercises.backprop import (
    avg_pool2d_backward,
    conv2d_backward,
    conv_transpose2d,
    linear,
    linear_backward,
    max_pool2d_backward,
    numerical_gradient,
    numpy_net,
    relu_backward,
    softmax_cross_entropy,
)

PROBLEM_SET = ProblemSet(
    id="ps5",
    title="Backpropagation",
    files=("backprop.py", "gradcheck.py", "numpy_net.py", "im2col.py", "pooling.py"),
    exercises=[
        numerical_gradient.EXERCISE,
        linear.EXERCISE,
        linear_backward.EXERCISE,
        relu_backward.EXERCISE,
        conv2d_backward.EXERCISE,
        conv_transpose2d.EXERCISE,
        max_pool2d_backward.EXERCISE,
        avg_pool2d_backward.EXERCISE,
        softmax_cross_entropy.EXERCISE,
        numpy_net.FORWARD,
        numpy_net.GRADIENTS,
        numpy_net.LEARN,
    ],
)
