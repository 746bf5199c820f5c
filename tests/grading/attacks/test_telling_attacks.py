"""Inputs for a broken layer that are made to cost the judge time or memory."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from coursekit.authoring.declarations import load_problem_set
from coursekit.checks import telling
from coursekit.checks.bugs import BUGS
from coursekit.checks.build import draw_key
from coursekit.checks.codec import decode, encode
from coursekit.checks.mark import mark
from coursekit.checks.outcome import Outcome
from coursekit.grading.judge import judge_exercise
from coursekit.grading.level import Limits
from coursekit.grading.submission import Terms, start_student

SOLUTIONS = Path(__file__).resolve().parents[3] / "solutions"
NAMES = list(BUGS)
MOST_BYTES = 400 << 20


@pytest.fixture(scope="module")
def exercise():
    return load_problem_set(SOLUTIONS, "ps4").find("ps4.telling_inputs")


@pytest.fixture(scope="module")
def key(exercise):
    return draw_key(exercise, 3)


@pytest.fixture
def judged(key, exercise, level):
    """Judge an expression that `telling_inputs` returns."""

    def judged(answer):
        source = f"import numpy as np\n\n\ndef telling_inputs():\n    return {answer}\n"
        sources = {"convnets/__init__.py": "", "convnets/special.py": source}
        limits = Limits()
        terms = Terms(0, level, limits)
        helper = exercise.helper
        return judge_exercise(
            key, sources, lambda: start_student(terms), limits, helper
        )

    return judged


def of_all(arguments):
    return f"dict.fromkeys({NAMES!r}, {arguments})"


@pytest.mark.parametrize(
    "answer",
    [
        of_all("{'x': np.ones((1,) * 16), 'weight': np.ones((1,) * 16)}"),
        of_all("{'x': np.ones((1,) * 33), 'weight': np.ones((1, 1, 1, 1))}"),
        of_all("{'x': np.zeros((0, 1 << 40, 1, 1)), 'weight': np.ones((1, 1, 1, 1))}"),
        of_all("{'x': np.array([[[[object()]]]]), 'weight': np.ones((1, 1, 1, 1))}"),
        of_all("{'x': np.full((1, 1, 3, 3), np.nan), 'weight': np.ones((1, 1, 1, 1))}"),
        of_all("{'x': np.ones((1, 1, 3, 3)), 'weight': np.full((1, 1, 1, 1), 1e300)}"),
        of_all("{'x': np.ones((1, 1, 3, 3)), 'weight': np.ones((1, 1, 1, 1), 'O')}"),
        *(
            of_all(
                f"{{'x': np.ones((1, 1, 9, 9)), 'weight': np.ones((1, 1, 2, 2)), {o}}}"
            )
            for o in (
                "'stride': 0",
                "'stride': -1",
                "'stride': True",
                "'stride': (1, 1.0)",
                "'stride': (1,) * 9000",
                "'padding': -3",
                "'padding': 10 ** 9",
                "'padding': 10 ** 30",
                "'dilation': 0",
                "'groups': 0",
                "'groups': -1",
                "'bias': np.ones(2)",
                "'bias': np.ones((1, 1))",
                "'out': np.ones(1)",
            )
        ),
        of_all("{'x' * n: np.ones(1) for n in range(9000)}"),
        "{str(n): {} for n in range(9000)}",
        "{'a': [[[[[[[[[[]]]]]]]]]]}",
        "[" * 40 + "]" * 40,
        "{1: 2}",
        "type('D', (dict,), {})()",
        "'x' * 900_000",
        "np.ones(10 ** 7)",
        "{'flipped kernel\\ud800': 1}",
    ],
)
def test_a_strange_answer_earns_nothing_and_is_no_fault_of_ours(judged, answer):
    result = judged(answer)
    assert result.earned == 0
    assert all(group.failure.why.sentence for group in result.groups)


CAPS = {
    "many filters": ((1, 1, 31, 31), (10_000, 1, 1, 1), {}),
    "many images": ((10_000, 1, 1, 1), (1000, 1, 1, 1), {}),
    "large kernel": ((1, 1, 100, 100), (1, 1, 31, 32), {}),
    "channels": ((1, 1000, 3, 3), (1, 1000, 3, 3), {}),
    "groups": ((1, 100, 10, 10), (1000, 1, 3, 3), {"groups": 100}),
    "border": ((1, 1, 1, 1), (1, 1, 15, 16), {"padding": 100}),
    "dilation": ((1, 1, 100, 100), (90, 1, 1, 2), {"dilation": (1, 99)}),
}


@pytest.mark.parametrize(("x", "weight", "options"), CAPS.values(), ids=CAPS)
def test_the_largest_inputs_need_little_memory_and_one_reading(
    x, weight, options, key, exercise, monkeypatch
):
    rng = np.random.default_rng(0)
    given = {"x": rng.normal(size=x), "weight": rng.normal(size=weight), **options}
    data = encode(dict.fromkeys(BUGS, given))
    sizes = int.from_bytes(data[:4], "big")
    answer = decode(data[8 : 8 + sizes], data[8 + sizes :])
    calls = []

    def conv2d(**arguments):
        calls.append(1)
        return exercise.helper(**arguments)

    tracemalloc.start()
    mark(key, lambda case: Outcome("value", answer), conv2d)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < MOST_BYTES
    assert len(calls) <= 2 * len(BUGS)


def test_what_is_above_the_cap_is_not_computed():
    large = {"x": np.ones((1, 1, 100, 100)), "weight": np.ones((10, 1, 30, 30))}
    seen = telling.read_bug({"flipped kernel": large}, "flipped kernel", None)
    assert seen == "the images and kernels are too large together"
