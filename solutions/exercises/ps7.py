"""Problem set 7: LeNet-5."""

from __future__ import annotations

from coursekit.checks.declare import Predictions, ProblemSet, Written
from exercises.lenet import lenet5
from exercises.training import accuracy, confusion_matrix, evaluate, train_one_epoch

PROBLEM_SET = ProblemSet(
    id="ps7",
    title="LeNet-5",
    files=("lenet.py", "training.py"),
    exercises=[
        lenet5.EXERCISE,
        train_one_epoch.EXERCISE,
        evaluate.EXERCISE,
        accuracy.EXERCISE,
        confusion_matrix.EXERCISE,
        Predictions(
            "ps7.predictions",
            "Predictions on MNIST",
            "mnist",
            scale=((0.90, 1), (0.98, 4)),
            difficulty=2,
            minutes=30,
        ),
        Written("ps7.mistakes", "Three mistakes explained", 4, minutes=30),
    ],
)
