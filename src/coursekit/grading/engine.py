"""Grade submissions in several processes, so that one cannot stop the others."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.process import BaseProcess

from coursekit.grading.bundle import Bundle, BundlePaths, cached_bundle
from coursekit.grading.level import Limits
from coursekit.grading.result import SubmissionResult
from coursekit.grading.snapshot import Snapshot
from coursekit.grading.submission import DEFAULT_LIMITS, Terms, grade, probe

__all__ = ["grade", "grade_many", "probe"]


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
    pool = ProcessPoolExecutor(workers, context, initializer=end_with_parent)
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


def end_with_parent() -> None:
    """Let this process end when the one that started it is gone, even by SIGKILL.

    A worker of a pool would wait for work for ever.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait_and_end, args=[parent], daemon=True).start()


def _wait_and_end(parent: BaseProcess) -> None:
    """End this process, whatever it is doing, when another one has ended."""
    parent.join()
    os._exit(1)


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
        ungraded={exercise.id: line for exercise in bundle.problem_set.checked},
    )
