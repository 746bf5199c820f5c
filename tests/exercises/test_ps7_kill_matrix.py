"""Every misconception of problem set 7 loses points and is named by its own hint."""

from __future__ import annotations

from kill_matrix import KillMatrix


class TestPs7(KillMatrix):
    problem_set = "ps7"
    points = {
        "LeNet5": 5,
        "train_one_epoch": 3,
        "evaluate": 2,
        "accuracy": 1,
        "confusion_matrix": 1,
        "predictions": 4,
        "mistakes": 4,
    }
    unrefused = {"ps7.train_one_epoch", "ps7.evaluate"}
    draws = {"ps7.LeNet5": 2, "ps7.train_one_epoch": 10}
