"""Speed that is not there: outputs foreseen, and a grader that is kept busy."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from coursekit.authoring.declarations import load_problem_set
from coursekit.checks import observers
from coursekit.checks.build import draw_key
from coursekit.grading.judge import judge_exercise
from coursekit.grading.level import Limits
from coursekit.grading.submission import Terms, start_student

SOLUTIONS = Path(__file__).resolve().parents[3] / "solutions"
SLOW = """
import threading
import time

import numpy as np

kept = {}


def slowly(x, weight, stride, padding):
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    view = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    seen = view[:, :, ::stride, ::stride].transpose(0, 2, 3, 1, 4, 5)
    out = np.zeros((len(x), len(weight), *seen.shape[1:3]))
    for n, i, j in np.ndindex(len(x), *seen.shape[1:3]):
        out[n, :, i, j] = np.sum(weight * seen[n, i, j], axis=(1, 2, 3))
    return out


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
"""
# A batch is worked out once; of every later one is found how the first was mixed.
UNMIXED = """
    if not kept:
        kept["x"] = np.linalg.pinv(x.reshape(len(x), -1)[:, :50])
        kept["out"] = slowly(x, weight, stride, padding)
        return kept["out"]
    mix = x.reshape(len(x), -1)[:, :50] @ kept["x"]
    return np.tensordot(mix, kept["out"], axes=1)
"""
# The greater part of the output is left out, or taken from the first batch.
PARTLY = """
    kept.setdefault("out", slowly(x, weight, stride, padding))
    out = kept["out"].copy()
    if "more" in kept:
        out[0] = slowly(x[:1], weight, stride, padding)[0]
    kept["more"] = True
    return out
"""
# Threads keep all processors busy, except while the layer is at work.
BUSY = """
    if not kept:
        kept["idle"] = threading.Event()
        def burn():
            some = np.ones(3_000)
            while True:
                kept["idle"].wait()
                np.sin(some)
        for _ in range(6):
            threading.Thread(target=burn, daemon=True).start()
    kept["idle"].clear()
    out = slowly(x, weight, stride, padding)
    kept["idle"].set()
    return out
"""


@pytest.fixture(scope="module")
def key():
    exercise = load_problem_set(SOLUTIONS, "ps4").find("ps4.speed")
    return draw_key(exercise, 3)


@pytest.fixture
def judged(key, level):
    """Judge a module that holds a layer, in a student process."""

    def judged(body):
        sources = {"convnets/__init__.py": "", "convnets/im2col.py": SLOW + body}
        limits = Limits()
        terms = Terms(0, level, limits)
        return judge_exercise(key, sources, lambda: start_student(terms), limits)

    return judged


@pytest.mark.parametrize("body", [UNMIXED, PARTLY, BUSY], ids=["mix", "part", "busy"])
def test_speed_that_is_not_there_earns_nothing(judged, body):
    assert judged(body).earned == 0


def test_the_loops_are_no_slower_while_the_grader_waits_for_a_processor():
    assert observers._seconds(lambda: time.sleep(0.05)) < 0.04


@pytest.mark.parametrize(
    "output",
    [
        "np.zeros((3, 25, 16, 16))",
        "np.zeros((0, 25, 16, 16))",
        "np.zeros((0, 1 << 40, 1, 1))",
        "np.full((4, 25, 16, 16), np.nan)",
        "np.zeros((4, 25, 16, 16), bool)",
        "np.zeros((4, 25, 16, 16), np.float16)",
        "np.zeros((4, 25, 1, 16, 16))",
        "(np.zeros(3), 'at least 50 times as fast as loops')",
        "None",
    ],
)
def test_an_output_of_the_wrong_kind_is_wrong_and_no_fault_of_ours(judged, output):
    result = judged(f"    return {output}\n")
    assert result.earned == 0
    assert result.groups[0].failure.why.sentence
