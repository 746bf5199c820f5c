"""Code that crashes, hangs, or floods costs its own points only."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from coursekit.grading import submission
from coursekit.grading.level import Limits
from coursekit.grading.result import SubmissionResult

FULL = {"correlate1d": 3, "correlate2d": 3, "toeplitz": 2}
NONE = dict.fromkeys(FULL, 0)
ONE_LOST = {**FULL, "correlate1d": 0}
HASTY = Limits(case_seconds=1.0, exercise_seconds=4.0, cpu_seconds=2)


def earned(result: SubmissionResult) -> dict[str, float]:
    """Return the points of every exercise that has a score, by short name."""
    return {item.exercise.partition(".")[2]: item.earned for item in result.exercises}


def kinds(result: SubmissionResult) -> set[str]:
    """Return the kinds of outcome in the first exercise."""
    groups = result.exercises[0].groups
    return {group.failure.got.kind for group in groups if group.failure}


CRASHES = {
    "exit at once": "import os; os._exit(0)",
    "segmentation fault": "import ctypes; ctypes.string_at(0)",
    "abort": "import os; os.abort()",
    "own exception": "raise type('Odd', (BaseException,), {})",
    "keyboard": "raise KeyboardInterrupt",
    "close everything": "import os; os.closerange(0, 100)",
    "deep recursion": (
        "import json, sys; sys.setrecursionlimit(10 ** 9); json.loads('[' * 10 ** 7)"
    ),
}


@pytest.mark.parametrize("name", CRASHES)
def test_a_crash_costs_its_exercise_only(grade_text, name: str):
    body = f"def correlate1d(x, kernel, stride=1):\n    {CRASHES[name]}"
    result = grade_text(body)
    assert earned(result) == ONE_LOST
    assert kinds(result) <= {"crash", "error"}
    assert not result.ungraded


def test_leaving_politely_is_an_error(grade_text):
    result = grade_text("def correlate1d(*args, **kwargs):\n    raise SystemExit(0)")
    assert earned(result) == ONE_LOST
    assert kinds(result) == {"error"}


def test_a_crash_on_one_group_leaves_the_others_their_points(grade_text):
    result = grade_text("""
    right = correlate1d
    def correlate1d(x, kernel, stride=1):
        if stride > 1:
            import os
            os._exit(3)
        return right(x, kernel, stride)
    """)
    assert earned(result) == {**FULL, "correlate1d": 2}


LOOPS = {
    "busy": "while True: pass",
    "asleep": "import time; time.sleep(1000)",
    "deaf": (
        "import signal\n    for number in range(1, 32):\n        try:\n"
        "            signal.signal(number, signal.SIG_IGN)\n"
        "        except (OSError, ValueError):\n            pass\n"
        "    while True: pass"
    ),
    "catching": (
        "while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass"
    ),
    "printing": "while True: print('x' * 10 ** 5)",
    "allocating": (
        "parts = []\n    while True:\n        try:\n"
        "            parts.append(bytearray(1 << 20))\n"
        "        except MemoryError: pass"
    ),
}


@pytest.mark.parametrize("name", LOOPS)
def test_an_endless_loop_costs_its_groups_only(grade_text, name: str):
    result = grade_text(
        f"""
right = correlate1d
def correlate1d(x, kernel, stride=1):
    if stride == 1:
        return right(x, kernel, stride)
    {LOOPS[name]}
""",
        limits=HASTY,
    )
    assert earned(result) == {**FULL, "correlate1d": 2}
    assert kinds(result) == {"timeout"}


def test_an_endless_loop_everywhere_ends_at_the_deadline(grade_text):
    begin = time.monotonic()
    result = grade_text("def correlate1d(*a, **k):\n    while True: pass", limits=HASTY)
    assert time.monotonic() - begin < 60
    assert earned(result) == ONE_LOST


def test_a_module_that_hangs_is_waited_for_once(grade_text):
    result = grade_text(source="while True: pass", limits=HASTY)
    assert earned(result) == NONE
    sentences = {exercise.problem.sentence for exercise in result.exercises}
    assert sentences == {"Importing correlation.py took too long and was stopped."}


IMPORTS = {
    "syntax": ("def broken(:", "correlation.py cannot be read as Python"),
    "error": ("1 / 0", "cannot be imported: ZeroDivisionError: division by zero"),
    "torch": ("import torch", "No module named 'torch'. Grading has NumPy and"),
    "exit": ("import sys; sys.exit(0)", "cannot be imported: SystemExit: 0"),
    "crash": ("import os; os._exit(0)", "Importing correlation.py ended the Python"),
    "stub": ("raise NotImplementedError('later')", "The file calls a stub: later"),
    "empty": ("", "correlation.py has no function `correlate1d`."),
    "not a function": ("correlate1d = 3", "has no function `correlate1d`."),
    "null": ("\0", "correlation.py cannot be"),
    "nested": ("(" * 5000, "correlation.py cannot be read as Python"),
}


@pytest.mark.parametrize("name", IMPORTS)
def test_a_file_that_cannot_be_imported_says_why(grade_text, name: str):
    source, sentence = IMPORTS[name]
    result = grade_text(source=source)
    assert earned(result) == NONE
    assert sentence in result.exercises[0].problem.sentence
    assert "\n" not in result.exercises[0].problem.sentence


def test_threads_left_running_end_with_the_process(grade_text):
    result = grade_text("""
    import threading, time
    def spin():
        while True:
            time.sleep(0.01)
    for _ in range(5):
        threading.Thread(target=spin).start()
    """)
    assert earned(result) == FULL
    assert children_are_gone()


def children_are_gone() -> bool:
    """Whether the template has no children left, soon."""
    template = submission._template("limits")
    number = template.process.pid
    path = Path(f"/proc/{number}/task/{number}/children")
    for _ in range(100):
        if not path.read_text().strip():
            return True
        time.sleep(0.05)
    return False


def test_a_dead_template_is_replaced(grade_text):
    grade_text()
    template = submission._template("limits")
    template.process.kill()
    template.process.wait()
    result = grade_text()
    assert earned(result) == FULL
    assert not result.ungraded
