"""Grade one submission: a pure function of the submission, our bundle, and a seed."""

from __future__ import annotations

import atexit
import sys
from dataclasses import dataclass, replace

from coursekit.checks.compare import Difference
from coursekit.checks.declare import Exercise, Numeric, Predictions, grade_id
from coursekit.checks.key import Key
from coursekit.checks.mark import ExerciseResult, unmarked
from coursekit.checks.student import mark_answers
from coursekit.errors import CourseError
from coursekit.grading.bundle import Bundle
from coursekit.grading.judge import NOT_SUBMITTED, hidden_key, judge_exercise
from coursekit.grading.level import Level, Limits
from coursekit.grading.predictions import judge_predictions
from coursekit.grading.result import SubmissionResult
from coursekit.grading.snapshot import Snapshot
from coursekit.grading.transplant import Transplant, transplant
from coursekit.grading.warm import GraderFault, StudentProcess, Template, start_template

DEFAULT_LIMITS = Limits()

_templates: list[Template] = []  # this process's own


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
        ungraded = {exercise.id: problem for exercise in bundle.problem_set.checked}
        remarks = snapshot.remarks
        return SubmissionResult(
            *head, remarks=remarks, problem=problem, ungraded=ungraded
        )
    taken = transplant(snapshot, bundle)
    scored, ungraded = _judge_all(bundle, taken, terms)
    return SubmissionResult(
        *head,
        exercises=tuple(scored),
        answers=taken.answers,
        remarks=(*snapshot.remarks, *taken.remarks),
        problem=" ".join(filter(None, [snapshot.problem, *taken.problems])),
        grader_error=next(iter(ungraded.values()), ""),
        ungraded=ungraded,
    )


def _judge_all(
    bundle: Bundle, taken: Transplant, terms: Terms
) -> tuple[list[ExerciseResult], dict[str, str]]:
    """Mark every exercise on its own, and list those that we could not mark."""
    sources = {**bundle.given, **taken.sources}
    scored: list[ExerciseResult] = []
    ungraded: dict[str, str] = {}
    stuck: dict[str, Difference] = {}
    for exercise in bundle.problem_set.checked:
        try:
            key = hidden_key(bundle.paths, exercise.id, terms.seed)
            if isinstance(exercise, Numeric):
                scored.append(_judge_answers(key, exercise, taken.answers))
            elif isinstance(exercise, Predictions):
                handed = taken.predictions.get(exercise.file)
                scored.append(judge_predictions(key, handed, bundle.paths.labels))
            else:
                scored.append(_judge(key, exercise, sources, terms, stuck))
        except Exception as err:  # ours, whatever it is: students' code is elsewhere
            ungraded[exercise.id] = f"{exercise.id}: {type(err).__name__}: {err}"
    return scored, ungraded


def _judge_answers(
    key: Key, exercise: Numeric, answers: dict[str, str]
) -> ExerciseResult:
    """Mark numeric answers, which are read and not run."""
    name = grade_id(exercise.cell)
    if name not in answers:
        sentence = f"The cell {name} is missing or cannot be read."
        return unmarked(key, Difference(NOT_SUBMITTED, sentence))
    return mark_answers(key, answers[name])


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

    allowed = replace(terms, limits=terms.limits.allowing(exercise.seconds))

    def start() -> StudentProcess:
        return start_student(allowed, tuple(exercise.libraries))

    result = judge_exercise(key, sources, start, allowed.limits, exercise.helper)
    if result.problem is not None and result.problem.reason == "took-too-long":
        stuck[module] = result.problem
    return result


def start_student(terms: Terms, libraries: tuple[str, ...] = ()) -> StudentProcess:
    """Get a student process, from a new template if the old one has gone.

    Parameters
    ----------
    terms : Terms
        How it is confined, and what it may use.
    libraries : tuple of str, default ()
        Packages that it has beside NumPy.
    """
    try:
        template = _template(terms.required_level, libraries)
        return template.start_student(terms.limits)
    except GraderFault:
        close_templates()
        template = _template(terms.required_level, libraries)
        return template.start_student(terms.limits)


def _template(required_level: str, libraries: tuple[str, ...] = ()) -> Template:
    """Return this process's template, started when first needed."""
    if not sys.platform.startswith("linux"):
        msg = "Students' code can be confined on Linux only. Grade in a container."
        raise CourseError(msg)
    for template in _templates:
        known = template.libraries == libraries
        if known and template.level.reaches(required_level):
            return template
    try:
        _templates.append(start_template(required_level, libraries))
    except GraderFault as err:
        raise CourseError(str(err)) from err
    return _templates[-1]


@atexit.register
def close_templates() -> None:
    """End the templates of this process."""
    while _templates:
        _templates.pop().close()
