"""Mark one exercise by asking a student process, without running a line of its code.

The judge draws the hidden cases, sends arguments, and gets bytes back. Whatever comes
back or does not come back is an outcome of that case; only a fault on our own side is
an error of the judge.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from coursekit.checks.build import build_key
from coursekit.checks.codec import CodecError
from coursekit.checks.compare import Difference
from coursekit.checks.declare import Case, Written
from coursekit.checks.key import Key
from coursekit.checks.libraries import libraries_sentence
from coursekit.checks.mark import ExerciseResult, mark, unmarked
from coursekit.checks.observers import output_shape
from coursekit.checks.outcome import Outcome
from coursekit.checks.student import import_sentence
from coursekit.grading.bundle import BundlePaths, cached_bundle
from coursekit.grading.level import Limits
from coursekit.grading.reply import read_outcome, readable_text
from coursekit.grading.warm import GraderFault, StudentProcess
from coursekit.grading.wire import ClosedError, LateError

Starter = Callable[[], StudentProcess]
LATE = Outcome("timeout")
CRASHED = Outcome("crash")
WIRE_TRIALS = 40
LEAST_SHARE = 1 / 3  # of the time of an exchange that a call is taken to need
UNREADABLE = Outcome("bad type", error="something too large or unreadable")


@functools.lru_cache(maxsize=256)
def hidden_key(paths: BundlePaths, exercise_id: str, seed: int) -> Key:
    """Draw the hidden cases of an exercise, once in each process.

    Raises
    ------
    Exception
        Whatever the declaration raises; the fault is ours.
    """
    exercise = cached_bundle(paths).problem_set.find(exercise_id)
    assert not isinstance(exercise, Written)
    return build_key(exercise, seed)


NOT_SUBMITTED = "not-submitted"


def judge_exercise(
    key: Key,
    sources: Mapping[str, str],
    start: Starter,
    limits: Limits,
    helper: Callable[..., Any] | None = None,
) -> ExerciseResult:
    """Mark an exercise.

    Parameters
    ----------
    key : Key
        The hidden cases.
    sources : mapping of str to str
        Text of the package's files by name, ours and the student's.
    start : callable
        Gives a fresh student process.
    limits : Limits
        How long to wait.
    helper : callable, optional
        Our own right function, where the exercise's observer needs one.
    """
    module = key.function.partition(":")[0]
    file = module.replace(".", "/") + ".py"
    if file not in sources:
        sentence = f"{file} is missing or cannot be read."
        return unmarked(key, Difference(NOT_SUBMITTED, sentence))
    with Examination(key, sources, start, limits) as examination:
        problem = examination.begin()
        if problem is not None:
            return unmarked(key, problem)
        return mark(key, examination.ask, helper)


class Examination:
    """The conversation with one student about one exercise.

    After a case that ends its process or takes too long, the rest of the case's group,
    which is lost anyway, is given the same outcome, and the next group gets a process
    of its own.
    """

    def __init__(
        self, key: Key, sources: Mapping[str, str], start: Starter, limits: Limits
    ) -> None:
        self.key, self.limits, self._start = key, limits, start
        self._module, _, self._function = key.function.partition(":")
        self._file = self._module.rpartition(".")[2] + ".py"
        self._sources = dict(sources)
        self._group_of = {
            id(item.case): number
            for number, group in enumerate(key.groups)
            for item in group.cases
        }
        self._reply_bytes = {
            id(item.case): limits.reply_bytes + 2 * _size(item.expected.value)
            for group in key.groups
            for item in group.cases
        }
        self._student: StudentProcess | None = None
        self._wire_seconds = 0.0  # what carrying a call and its answer takes
        self._known = 0  # the key's case that was asked about last
        self._deadline = 0.0
        self._lost: dict[int, Outcome] = {}

    def __enter__(self) -> Examination:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the student process."""
        self._end()

    def begin(self) -> Difference | None:
        """Start the clock and import the student's function, or say why not."""
        self._deadline = time.monotonic() + self.limits.exercise_seconds
        return self._import()

    def ask(self, case: Case) -> Outcome:
        """Have the student's function called, and report the outcome.

        A case that the key does not hold is a variation of the one before.
        """
        self._known = id(case) if id(case) in self._group_of else self._known
        group = self._group_of[self._known]
        if group in self._lost:
            return self._lost[group]
        if time.monotonic() >= self._deadline:
            return self._lose(group, LATE)
        if self._student is None:
            problem = self._import()
            if problem is not None:
                late = problem.reason == "took-too-long"
                return self._lose(group, LATE if late else CRASHED)
        try:
            arguments = (case.args, case.kwargs)
            begin = time.perf_counter()
            reply = self._exchange(arguments, self._reply_bytes[self._known])
            taken = time.perf_counter() - begin
            seconds = max(taken - self._wire_seconds, LEAST_SHARE * taken)
            return replace(read_outcome(reply), seconds=seconds)
        except LateError:
            return self._lose(group, LATE)
        except ClosedError:
            assert self._student is not None
            late = self._student.ran_out_of_time()
            return self._lose(group, LATE if late else CRASHED)
        except CodecError:
            return self._lose(group, UNREADABLE)

    def _import(self) -> Difference | None:
        """Start a process and have it import the student's module."""
        self._end()
        begin = time.monotonic()
        self._student = self._start()
        try:
            if self.key.observer == "pace":
                self._wire_seconds = self._time_wire()
            self._deadline += time.monotonic() - begin  # our time, not the student's
            request = {
                "module": self._module,
                "function": self._function,
                "sources": self._sources,
                "prepare": self.key.prepare,
            }
            report = self._exchange(request, self.limits.reply_bytes)
        except (LateError, ClosedError, CodecError) as err:
            ended = isinstance(err, ClosedError)
            late = isinstance(err, LateError)
            if late or (ended and self._student.ran_out_of_time()):
                sentence = f"Importing {self._file} took too long and was stopped."
                return Difference("took-too-long", sentence)
            sentence = f"Importing {self._file} ended the Python process."
            return Difference("crashed", sentence)
        return None if report == {} else self._import_problem(report)

    def _time_wire(self) -> float:
        """Return how long a call and an answer to it are on their way, at least.

        The process has not seen any of the student's code yet.
        """
        case = self.key.groups[0].cases[0].case
        shape = output_shape(case)
        message = {"try": (case.args, case.kwargs), "answer": list(shape)}
        times = []
        for _ in range(WIRE_TRIALS):
            begin = time.perf_counter()
            read_outcome(self._exchange(message, self.limits.reply_bytes))
            times.append(time.perf_counter() - begin)
        return min(times)

    def _import_problem(self, report: Any) -> Difference:
        """Put a student process's report on its import in the words of the check."""
        report = report if type(report) is dict else {}
        message, line = readable_text(report.get("message")), report.get("line")
        match report.get("kind"):
            case "stub":
                sentence = f"The file calls a stub: {message}"
                return Difference("not-implemented", sentence)
            case "absent":
                sentence = f"{self._file} has no function `{self._function}`."
            case "syntax":
                err = SyntaxError(message)
                err.msg, err.lineno = message, line if type(line) is int else None
                sentence = import_sentence(self._module, err, self.key.libraries)
            case _:
                sentence = f"{self._file} cannot be imported: {message}"
                if message.startswith("ModuleNotFoundError"):
                    sentence += f". {libraries_sentence(self.key.libraries)}"
        return Difference("cannot-import", sentence)

    def _exchange(self, message: Any, reply_bytes: int) -> Any:
        """Send a message and wait for the answer, as long as there is time."""
        assert self._student is not None
        left = min(self.limits.case_seconds, self._deadline - time.monotonic())
        if left <= 0:
            raise LateError
        until = time.monotonic() + left
        try:
            self._student.wire.send(message, left)
        except CodecError as err:
            msg = f"A case cannot be sent to a student process: {err}."
            raise GraderFault(msg) from err
        return self._student.wire.receive(
            reply_bytes, max(until - time.monotonic(), 1e-3)
        )

    def _lose(self, group: int, outcome: Outcome) -> Outcome:
        """Give up a group, and the process with it."""
        self._lost[group] = outcome
        self._end()
        return outcome

    def _end(self) -> None:
        """End the student process, if there is one."""
        if self._student is not None:
            self._student.end()
            self._student = None


def _size(value: Any) -> int:
    """Return how many bytes of array data a value has, roughly."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, tuple | list):
        return sum(_size(item) for item in value)
    return 16
