"""Grade submissions: a pure function, and a way to run it in many processes."""

from __future__ import annotations

import atexit
import itertools
import multiprocessing
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from coursekit.checks.compare import Difference
from coursekit.checks.declare import Exercise
from coursekit.checks.key import Key
from coursekit.checks.mark import ExerciseResult, unmarked
from coursekit.errors import CourseError
from coursekit.grading.bundle import Bundle, BundlePaths, cached_bundle
from coursekit.grading.judge import hidden_key, judge_exercise
from coursekit.grading.level import Level, Limits
from coursekit.grading.result import SubmissionResult
from coursekit.grading.snapshot import Snapshot
from coursekit.grading.transplant import transplant
from coursekit.grading.warm import GraderFault, StudentProcess, Template, start_template

DEFAULT_LIMITS = Limits()

_templates: dict[str, Template] = {}  # this process's own, by the rank required


@dataclass(frozen=True)
class Terms:
    """What is the same for all submissions of a run.

    Parameters
    ----------
    seed : int
        Source of the hidden cases.
    required_level : str, default "full"
        One of `level.RANKS`: how well students' code must be confined at least.
    limits : Limits
        What an exercise may use.
    """

    seed: int
    required_level: str = "full"
    limits: Limits = DEFAULT_LIMITS


def probe(required_level: str = "limits") -> Level:
    """Return how well this machine confines students' code.

    Raises
    ------
    CourseError
        If that is less than required.
    """
    return _template(required_level).level


def grade(
    snapshot: Snapshot,
    bundle: Bundle,
    seed: int,
    required_level: str = "full",
    limits: Limits = DEFAULT_LIMITS,
) -> SubmissionResult:
    """Grade one submission; nothing is written and nothing else is looked at.

    Parameters
    ----------
    snapshot : Snapshot
        What the student handed in.
    bundle : Bundle
        What it is compared with.
    seed : int
        Source of the hidden cases; equal seeds give equal results.
    required_level : str, default "full"
        One of `level.RANKS`: how well students' code must be confined at least.
    limits : Limits
        What an exercise may use.

    Raises
    ------
    CourseError
        If the machine does not confine students' code as required.
    """
    terms = Terms(seed, required_level, limits)
    level = str(_template(terms.required_level).level)
    head = (snapshot.student, snapshot.problem_set, snapshot.digest, terms.seed, level)
    if snapshot.folder is None:
        problem = snapshot.problem or "Nothing was handed in."
        ungraded = {exercise.id: problem for exercise in bundle.problem_set.functions}
        remarks = snapshot.remarks
        return SubmissionResult(
            *head, remarks=remarks, problem=problem, ungraded=ungraded
        )
    taken = transplant(snapshot, bundle)
    sources = {"convnets/__init__.py": bundle.init, **taken.sources}
    scored, ungraded = _judge_all(bundle, sources, terms)
    return SubmissionResult(
        *head,
        exercises=tuple(scored),
        answers=taken.answers,
        remarks=(*snapshot.remarks, *taken.remarks),
        problem=" ".join(filter(None, [snapshot.problem, *taken.problems])),
        grader_error=next(iter(ungraded.values()), ""),
        ungraded=ungraded,
    )


def grade_many(
    snapshots: Iterable[Snapshot],
    bundle: Bundle,
    seed: int,
    workers: int = 2,
    required_level: str = "full",
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[SubmissionResult]:
    """Grade submissions in several processes, and yield results as they come.

    A worker that dies takes no other submission with it: those that were under way are
    graded again one by one, and one that kills its worker again is a grader error.

    Parameters
    ----------
    snapshots : iterable of Snapshot
        The submissions.
    bundle : Bundle
        What they are compared with.
    seed, required_level, limits
        As in `grade`.
    workers : int, default 2
        How many processes.

    Raises
    ------
    CourseError
        If the machine does not confine students' code as required.
    """
    terms = Terms(seed, required_level, limits)
    probe(required_level)
    waiting = iter(list(snapshots))
    while True:
        suspects: list[Snapshot] = []
        yield from _until_broken(waiting, bundle.paths, terms, workers, suspects)
        if not suspects:
            return
        for snapshot in suspects:
            again: list[Snapshot] = []
            alone = iter([snapshot])
            yield from _until_broken(alone, bundle.paths, terms, 1, again)
            if again:
                line = "The grading process died twice on this submission."
                yield _grader_error(snapshot, bundle, terms, line)


def _until_broken(
    waiting: Iterator[Snapshot],
    paths: BundlePaths,
    terms: Terms,
    workers: int,
    suspects: list[Snapshot],
) -> Iterator[SubmissionResult]:
    """Grade until all is done or a worker dies; then list what was under way."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context)
    running: dict[Future[SubmissionResult], Snapshot] = {}
    try:
        while not suspects:
            for snapshot in itertools.islice(waiting, workers - len(running)):
                running[pool.submit(_grade_here, snapshot, paths, terms)] = snapshot
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                snapshot = running.pop(future)
                try:
                    yield future.result()
                except BrokenProcessPool:
                    suspects.append(snapshot)
        suspects += running.values()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _grade_here(
    snapshot: Snapshot, paths: BundlePaths, terms: Terms
) -> SubmissionResult:
    """Grade in a worker; a fault of ours becomes a result like any other."""
    bundle = cached_bundle(paths)
    try:
        return grade(snapshot, bundle, terms.seed, terms.required_level, terms.limits)
    except Exception as err:
        return _grader_error(snapshot, bundle, terms, f"{type(err).__name__}: {err}")


def _grader_error(
    snapshot: Snapshot, bundle: Bundle, terms: Terms, line: str
) -> SubmissionResult:
    """Give a result without any score."""
    return SubmissionResult(
        snapshot.student,
        snapshot.problem_set,
        snapshot.digest,
        terms.seed,
        level="",
        remarks=snapshot.remarks,
        problem=snapshot.problem,
        grader_error=line,
        ungraded={exercise.id: line for exercise in bundle.problem_set.functions},
    )


def _judge_all(
    bundle: Bundle, sources: dict[str, str], terms: Terms
) -> tuple[list[ExerciseResult], dict[str, str]]:
    """Mark every exercise on its own, and list those that we could not mark."""
    scored: list[ExerciseResult] = []
    ungraded: dict[str, str] = {}
    stuck: dict[str, Difference] = {}
    for exercise in bundle.problem_set.functions:
        try:
            key = hidden_key(bundle.paths, exercise.id, terms.seed)
            scored.append(_judge(key, exercise, sources, terms, stuck))
        except Exception as err:  # ours, whatever it is: students' code is elsewhere
            ungraded[exercise.id] = f"{exercise.id}: {type(err).__name__}: {err}"
    return scored, ungraded


def _judge(
    key: Key,
    exercise: Exercise,
    sources: dict[str, str],
    terms: Terms,
    stuck: dict[str, Difference],
) -> ExerciseResult:
    """Mark one exercise; a module that hangs when imported is waited for only once."""
    module = exercise.function.partition(":")[0]
    if module in stuck:
        return unmarked(key, stuck[module])

    def start() -> StudentProcess:
        return _student(terms)

    result = judge_exercise(key, sources, start, terms.limits)
    if result.problem is not None and result.problem.reason == "took-too-long":
        stuck[module] = result.problem
    return result


def _student(terms: Terms) -> StudentProcess:
    """Get a student process, from a new template if the old one has gone."""
    try:
        return _template(terms.required_level).start_student(terms.limits)
    except GraderFault:
        close_templates()
        return _template(terms.required_level).start_student(terms.limits)


def _template(required_level: str) -> Template:
    """Return this process's template, started when first needed."""
    if not sys.platform.startswith("linux"):
        msg = "Students' code can be confined on Linux only. Grade in a container."
        raise CourseError(msg)
    if required_level not in _templates:
        try:
            _templates[required_level] = start_template(required_level)
        except GraderFault as err:
            raise CourseError(str(err)) from err
    return _templates[required_level]


@atexit.register
def close_templates() -> None:
    """End the templates of this process."""
    while _templates:
        _templates.popitem()[1].close()
