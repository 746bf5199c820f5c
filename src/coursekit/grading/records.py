"""What we keep of each graded submission: one JSON file, written last."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from coursekit.checks.mark import NO_PREDICTIONS
from coursekit.errors import CourseError
from coursekit.grading import result as results
from coursekit.grading.judge import NOT_SUBMITTED
from coursekit.grading.result import SubmissionResult


@dataclass(frozen=True)
class Record:
    """A submission that has been graded and entered in the gradebook.

    Parameters
    ----------
    key : str
        Hash of what was submitted and of everything that can change its score. Equal
        keys need no second grading.
    received : datetime
        When the submission arrived, by our clock.
    result : SubmissionResult
        What grading found.
    """

    key: str
    received: datetime
    result: SubmissionResult

    @property
    def student(self) -> str:
        """Whose submission."""
        return self.result.student

    @property
    def misconceptions(self) -> list[str]:
        """Mistakes named, with their exercise."""
        return [
            f"{exercise.exercise}: {name}"
            for exercise in self.result.exercises
            for name in exercise.misconceptions
        ]

    @property
    def attention(self) -> list[str]:
        """Reasons why a person should look at it, one line each."""
        return [*attention_lines(self.result), *look_lines(self.result)]


def attention_lines(result: SubmissionResult) -> list[str]:
    """Say why a person should look at a submission; usually there is no reason."""
    lines = [line for line in (result.problem, result.grader_error) if line]
    told = set(lines)
    for name, reason in result.ungraded.items():
        if reason not in told:
            lines.append(f"{name}: {reason}")
    for exercise in result.exercises:
        if exercise.problem is not None:
            if exercise.problem.reason not in (NOT_SUBMITTED, NO_PREDICTIONS):
                lines.append(exercise.problem.sentence)
            continue
        kinds = {group.failure.got.kind for group in exercise.groups if group.failure}
        if "timeout" in kinds:
            lines.append(f"{exercise.exercise} took too long and was stopped.")
        if "crash" in kinds:
            lines.append(f"{exercise.exercise} ended the Python process.")
    return list(dict.fromkeys(lines))


def look_lines(result: SubmissionResult) -> list[str]:
    """Say what is odd about predictions; no score depends on it.

    These lines are for instructors: they stand in reports, never in a student's
    notebook or feedback.
    """
    return [
        f"{item.exercise} needs a look: {line}"
        for item in result.exercises
        if item.finding
        for line in item.finding.look
    ]


def record_key(submission: str, bundle: str) -> str:
    """Combine the digests of a submission and of what grades it."""
    return hashlib.sha256(f"{submission}\n{bundle}".encode()).hexdigest()


def record_path(folder: Path, student: str) -> Path:
    """Return where a student's record lies."""
    return folder / f"{student}.json"


def read_key(folder: Path, student: str) -> str:
    """Return the key of a student's record, or an empty string without one."""
    try:
        tree = json.loads(record_path(folder, student).read_text(encoding="utf-8"))
        key: str = tree["key"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return ""
    return key


def write_record(folder: Path, record: Record) -> None:
    """Write a record so that it is there whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    tree = {
        "key": record.key,
        "received": record.received.isoformat(),
        "result": results.to_json(record.result),
    }
    target = record_path(folder, record.student)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    with draft.open("w", encoding="utf-8") as file:
        json.dump(tree, file, indent=1, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)


def read_records(folder: Path) -> list[Record]:
    """Read the record of every graded submission, by student.

    Raises
    ------
    CourseError
        If one is damaged.
    """
    records = map(_read_record, folder.glob("[!.]*.json"))
    return sorted(records, key=lambda record: record.student)


def _read_record(path: Path) -> Record:
    """Read one record."""
    try:
        return record_from_json(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as err:
        msg = f"{path} is damaged. Delete it and run `course grade` again."
        raise CourseError(msg) from err


def record_from_json(tree: dict[str, Any]) -> Record:
    """Undo what `write_record` wrote."""
    return Record(
        tree["key"],
        datetime.fromisoformat(tree["received"]),
        results.from_json(tree["result"]),
    )
