"""Mark handed-in predictions with the labels that only instructors' copies hold.

The file is read as text in our own process; nothing of a student's runs.
"""

from __future__ import annotations

from pathlib import Path

from coursekit.checks.key import Key
from coursekit.checks.mark import ExerciseResult
from coursekit.checks.predictions import mark_predictions
from coursekit.checks.testsets import all_labels
from coursekit.grading.plausible import reasons_to_look


def judge_predictions(key: Key, data: bytes | None, folder: Path) -> ExerciseResult:
    """Mark a file of predictions, and say if an instructor should take a look.

    Parameters
    ----------
    key : Key
        What is asked for.
    data : bytes or None
        The file as it came; None if there is none.
    folder : Path
        Holds the labels.

    Raises
    ------
    CourseError
        If there are no labels, or they are damaged. That is our fault, so there is no
        score then.
    """
    return mark_predictions(key, data, all_labels(folder), reasons_to_look)
