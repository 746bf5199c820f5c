"""What grading one submission found: data that can be stored and read back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from coursekit.checks.mark import ExerciseResult
from coursekit.checks.record import result_from_json, result_to_json


@dataclass(frozen=True)
class SubmissionResult:
    """The result of one submission.

    Every function exercise of the problem set is either in `exercises`, with a score,
    or in `ungraded`, with the reason and without one. A score is never lowered by a
    fault of the grader.

    Parameters
    ----------
    student, problem_set : str
        Whose, and what.
    digest : str
        The snapshot that was graded; empty if there was nothing to take.
    seed : int
        The run's seed, from which the hidden cases were drawn.
    level : str
        How well the student's code was confined.
    exercises : tuple of ExerciseResult
        The exercises that have a score, in the order of the problem set.
    answers : dict of str to str
        The student's text of every solution cell found, by `grade_id`. It is as the
        student wrote it, apart from its length: not safe to show as HTML.
    remarks : tuple of str
        What an instructor may want to know; no score depends on it.
    problem : str
        Why the submission needs attention as a whole, in one line; empty if it does
        not.
    grader_error : str
        What went wrong on the grader's side, in one line; empty if nothing did.
    ungraded : dict of str to str
        Exercises without a score, by id, and why.
    """

    student: str
    problem_set: str
    digest: str
    seed: int
    level: str
    exercises: tuple[ExerciseResult, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    problem: str = ""
    grader_error: str = ""
    ungraded: dict[str, str] = field(default_factory=dict)

    @property
    def earned(self) -> float:
        """Points of the exercises that have a score."""
        return sum(exercise.earned for exercise in self.exercises)

    @property
    def needs_attention(self) -> bool:
        """Whether a person has to look before the score can stand."""
        return bool(self.problem or self.grader_error or self.ungraded)


def to_json(result: SubmissionResult) -> dict[str, Any]:
    """Turn a result into something `json` can write."""
    tree = {**vars(result), "remarks": list(result.remarks)}
    tree["exercises"] = [result_to_json(exercise) for exercise in result.exercises]
    return tree


def from_json(tree: dict[str, Any]) -> SubmissionResult:
    """Undo `to_json`."""
    exercises = tuple(result_from_json(part) for part in tree["exercises"])
    remarks = tuple(tree["remarks"])
    return SubmissionResult(**{**tree, "exercises": exercises, "remarks": remarks})
