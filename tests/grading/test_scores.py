"""Scores: what honest code earns, and what tricks do not."""

from __future__ import annotations

from textwrap import dedent

import numpy as np
import pytest

from coursekit.checks.codec import encode
from coursekit.grading.bundle import Bundle
from coursekit.grading.judge import hidden_key
from coursekit.grading.result import SubmissionResult, from_json, to_json

FULL = {"correlate1d": 3, "correlate2d": 3, "toeplitz": 2}
STUB = """\
def correlate1d(x, kernel, stride=1):
    raise NotImplementedError("Exercise ps90.correlate1d: write correlate1d.")

def correlate2d(x, kernel):
    raise NotImplementedError("Exercise ps90.correlate2d: write correlate2d.")

def toeplitz(kernel, length, stride=1):
    raise NotImplementedError("Exercise ps90.toeplitz: write toeplitz.")
"""
LOUD = """
import logging, sys, warnings
import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib import cm
from coursekit import check
from coursekit.plots import show_grid

print("imported")
warnings.warn("careful")
quiet = correlate1d

def correlate1d(x, kernel, stride=1):
    print("called with", x)
    print("on stderr", file=sys.stderr)
    logging.warning("logged")
    figure, axes = plt.subplots(2, 3)
    for axis in axes.flat:
        axis.plot(x, color=cm.viridis(0.5))
    with plt.style.context("default"):
        plt.savefig("signal.png")
    display(figure)
    open("notes.txt", "a").write("kept a note")
    np.seterr(all="warn")
    np.float64(1) / np.float64(0)
    return quiet(x, kernel, stride)

if __name__ == "__main__":
    check("ps90.correlate1d")
    raise SystemExit
"""


def earned(result: SubmissionResult) -> dict[str, float]:
    """Return the points of every exercise that has a score, by short name."""
    return {item.exercise.partition(".")[2]: item.earned for item in result.exercises}


def reasons(result: SubmissionResult) -> list[str]:
    """Say why the groups of the first exercise failed."""
    groups = result.exercises[0].groups
    return [group.failure.why.reason if group.failure else "" for group in groups]


def test_the_reference_gets_everything_and_needs_no_attention(grade_text):
    result = grade_text()
    assert earned(result) == FULL
    assert not result.needs_attention
    assert result.remarks == ()
    assert result.answers == {"ps90.why": "YOUR ANSWER"}


def test_the_stub_gets_nothing_and_is_called_untouched(grade_text):
    result = grade_text(source=STUB)
    assert earned(result) == {"correlate1d": 0, "correlate2d": 0, "toeplitz": 0}
    assert all(exercise.is_untouched for exercise in result.exercises)
    assert not result.needs_attention


def test_printing_warning_and_plotting_cost_nothing(grade_text):
    result = grade_text(LOUD)
    assert result.exercises[0].problem is None
    assert earned(result) == FULL


def test_single_precision_is_close_enough(grade_text):
    single = """
    exact = correlate2d
    def correlate2d(x, kernel):
        return exact(x.astype(np.float32), kernel.astype(np.float32))
    """
    assert earned(grade_text(single)) == FULL


def test_a_misconception_loses_its_groups_and_is_named(grade_text):
    result = grade_text("""
    right = correlate1d
    def correlate1d(x, kernel, stride=1):
        return right(x, kernel)
    """)
    assert earned(result) == {**FULL, "correlate1d": 2}
    assert result.exercises[0].misconceptions == ["no stride"]


def test_a_result_survives_being_stored(grade_text):
    result = grade_text("def correlate1d(x, kernel, stride=1):\n    return x")
    assert to_json(from_json(to_json(result))) == to_json(result)


def test_equal_seeds_give_equal_results(grade_text):
    added = "def correlate1d(x, kernel, stride=1):\n    return x"
    assert to_json(grade_text(added)) == to_json(grade_text(added))


def test_answers_of_the_visible_cases_are_worth_nothing(grade_text, bundle: Bundle):
    key = hidden_key(bundle.paths, "ps90.toeplitz", 1)
    cases = [item for group in key.groups for item in group.cases]
    known = [(c.case.args[0].tolist(), c.expected.value.tolist()) for c in cases]
    result = grade_text(f"""
    KNOWN = {known!r}
    def toeplitz(kernel, length, stride=1):
        for seen, answer in KNOWN:
            if np.allclose(seen, kernel):
                return np.array(answer)
        return np.zeros((1, length))
    """)
    assert earned(result) == {**FULL, "toeplitz": 0}


SUBCLASS = """
class Agreeable(np.ndarray):
    def __eq__(self, other): return True
    def __sub__(self, other): return np.zeros(self.shape)
    def __array_function__(self, *args): return True
    def __array_ufunc__(self, *args, **kwargs): return np.zeros(self.shape)

def correlate1d(x, kernel, stride=1):
    return np.ones(3).view(Agreeable)
"""
AGREES = """
class Agrees:
    def __eq__(self, other): return True
    def __array__(self, *args, **kwargs): return np.ones(3)

def correlate1d(x, kernel, stride=1):
    return Agrees()
"""
OBJECTS = """
def correlate1d(x, kernel, stride=1):
    return np.array([None, "anything"], dtype=object)
"""


@pytest.mark.parametrize("trick", [SUBCLASS, AGREES, OBJECTS])
def test_values_that_agree_with_everything_are_bad_types(grade_text, trick: str):
    result = grade_text(trick)
    assert earned(result) == {**FULL, "correlate1d": 0}
    assert reasons(result) == ["wrong-type"] * 3


PATCHED = """
import builtins, json, math, sys
import numpy.testing

always = lambda *args, **kwargs: True
for module in [np, np.testing, math]:
    for name in dir(module):
        if "close" in name or "equal" in name or name.startswith("is"):
            try:
                setattr(module, name, always)
            except (AttributeError, TypeError):
                pass
from coursekit.checks import codec, outcome
codec.plain = lambda value: value
builtins.isinstance = always
def correlate1d(x, kernel, stride=1):
    return np.zeros(1)
"""


def test_patching_libraries_changes_no_score(grade_text):
    assert earned(grade_text(PATCHED))["correlate1d"] == 0


FORGER = """
import ctypes, sys, time, traceback
libc = ctypes.CDLL(None)
FRAME = {frame!r}
for number in range(3, 64):
    libc.write(number, FRAME * 200, len(FRAME) * 200)
def correlate1d(x, kernel, stride=1):
    return np.zeros(1)
"""
FRAMES = {
    "a value": encode({"kind": "value", "value": np.zeros(3)}),
    "an empty report": encode({}),
    "a crash": encode({"kind": "crash"}),
    "a pass": encode({"kind": "pass", "earned": 3.0}),
    "a list": encode([[]]),
    "ready": encode("ready"),
    "a huge header": b"\xff" * 8,
    "a huge array": encode(
        {"kind": "value", "value": np.zeros(1, dtype=np.int8)}
    ).replace(b'"shape": [1]', b'"shape": [0, 9e99]'),
    "garbage": b"\x00\x00\x00\x04\x00\x00\x00\x00{[}]",
    "deep": b"\x00\x00\x40\x00\x00\x00\x00\x00" + b"[" * 0x4000,
    "nan": b"\x00\x00\x00\x03\x00\x00\x00\x00NaN",
}


@pytest.mark.parametrize("name", FRAMES)
def test_forged_messages_earn_nothing(grade_text, name: str):
    frame = FRAMES[name]
    result = grade_text(FORGER.format(frame=frame))
    assert not result.ungraded
    assert sum(earned(result).values()) < sum(FULL.values())
    assert earned(result)["correlate1d"] == 0


SURPRISES = {
    "a huge int": "10 ** 4000",
    "a larger int": "2 ** 64",
    "deep lists": "__import__('functools').reduce(lambda a, _: [a], range(900), 1)",
    "a list in itself": "(lambda a: a.append(a) or a)([])",
    "a broken text": "'\\ud800 \\x00 <script>'",
    "a long text": "'x' * 10 ** 6",
    "many items": "list(range(20_000))",
    "a large array": "np.zeros(10 ** 6)",
    "many axes": "np.zeros((1,) * 30)",
    "no items": "np.zeros((0, 2))",
    "nan": "float('nan')",
    "infinity": "np.full(3, np.inf)",
    "complex": "np.ones(3) * 1j",
    "a date": "np.datetime64('2020-01-01')",
    "structured": "np.zeros(2, dtype=[('a', int)])",
    "strange keys": "{1: 2}",
    "a generator": "(i for i in [1])",
    "an error class": "ValueError",
    "bytes": "b'bytes'",
    "a masked array": "np.ma.ones(3)",
    "a matrix": "np.asmatrix(np.ones(3))",
    "nothing": "None",
}


@pytest.mark.parametrize("name", SURPRISES)
def test_no_returned_value_surprises_the_judge(grade_text, name: str):
    body = f"def correlate1d(x, kernel, stride=1):\n    return {SURPRISES[name]}"
    result = grade_text(body)
    assert not result.ungraded
    assert earned(result) == {**FULL, "correlate1d": 0}
    assert str(to_json(result)).encode()


def test_an_error_message_is_cut_and_cleaned(grade_text):
    body = """
    def correlate1d(x, kernel, stride=1):
        raise ValueError(chr(0xd800) + chr(27) + "[31m" + "x" * 10 ** 6)
    """
    failure = grade_text(body).exercises[0].groups[0].failure
    assert len(failure.got.message) <= 400
    assert failure.got.message.encode()
    assert chr(27) not in failure.got.message


def test_a_changed_argument_is_seen(grade_text):
    body = dedent("""
    right = correlate1d
    def correlate1d(x, kernel, stride=1):
        out = right(x, kernel, stride)
        x += 1
        return out
    """)
    assert reasons(grade_text(body))[0] == "changed-argument"
