"""Speed is measured from outside the student's process, and cannot be made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.authoring.declarations import load_problem_set
from coursekit.checks import observers
from coursekit.checks.build import draw_key
from coursekit.grading.judge import judge_exercise
from coursekit.grading.level import Limits
from coursekit.grading.submission import Terms, start_student

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
LOOPS = """
import time
import numpy as np

kept = {}


def slowly(x, weight, stride, padding):
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    view = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    seen = view[:, :, ::stride, ::stride].transpose(0, 2, 3, 1, 4, 5)
    out = np.zeros((len(x), len(weight), *seen.shape[1:3]))
    for n, c, i, j in np.ndindex(*out.shape):
        out[n, c, i, j] = np.sum(seen[n, i, j] * weight[c])
    return out


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
"""


@pytest.fixture(scope="module")
def key():
    exercise = load_problem_set(SOLUTIONS, "ps4").find("ps4.speed")
    return draw_key(exercise, 3)


@pytest.fixture
def ratios(monkeypatch):
    """Note how many times as fast as loops a layer is found to be."""
    found = []
    words = observers._words
    monkeypatch.setattr(
        observers, "_words", lambda ratio: found.append(ratio) or words(ratio)
    )
    return found


@pytest.fixture
def judged(key, level):
    """Judge a module that holds a layer, in a student process."""

    def judged(source):
        sources = {"convnets/__init__.py": "", "convnets/im2col.py": source}
        for name in ("arguments", "layers"):
            path = SOLUTIONS / "convnets" / f"{name}.py"
            sources[f"convnets/{name}.py"] = path.read_text(encoding="utf-8")
        limits = Limits()
        terms = Terms(0, level, limits)
        return judge_exercise(key, sources, lambda: start_student(terms), limits)

    return judged


def why(result):
    return result.groups[0].failure.why


def test_the_reference_is_fast_and_loops_are_not(judged, ratios):
    reference = (SOLUTIONS / "convnets" / "im2col.py").read_text(encoding="utf-8")
    assert judged(reference).earned == 2
    slow = judged(LOOPS + "    return slowly(x, weight, stride, padding)\n")
    assert slow.earned == 0
    assert why(slow).reason == "too-slow"
    assert slow.misconceptions == ["a loop for every number of the output"]
    assert ratios[0] > 10 * ratios[1]


@pytest.mark.parametrize(
    "body",
    [
        # Give out again what was worked out once, by shape or by the numbers.
        "    return kept.setdefault(x.shape, slowly(x, weight, stride, padding)"
        " if x.shape not in kept else 0)\n",
        "    key = x.tobytes()\n    if key not in kept:\n"
        "        kept[key] = slowly(x, weight, stride, padding)\n"
        "    return kept[key]\n",
        # Be right once, then give anything.
        "    if kept:\n        return np.zeros(kept['shape'])\n"
        "    out = slowly(x, weight, stride, padding)\n"
        "    kept['shape'] = out.shape\n    return out\n",
        # Turn back the clocks of this process.
        "    time.perf_counter = time.monotonic = lambda: 0.0\n"
        "    return slowly(x, weight, stride, padding)\n",
    ],
    ids=["kept by shape", "kept by numbers", "zeros", "clock"],
)
def test_speed_cannot_be_made_up(judged, body):
    assert judged(LOOPS + body).earned == 0
