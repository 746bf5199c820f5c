"""Measurements that take too long to repeat in a page, each with its script's name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from coursekit.errors import CourseError

FOLDER = Path(__file__).parent


def load_record(name: str) -> dict[str, Any]:
    """Read a measurement that was made once and stored.

    Parameters
    ----------
    name : str
        Which one, such as ``"convolution"``.

    Returns
    -------
    dict
        The numbers, what they were measured with, and under ``"made_by"`` the script
        that makes them again.

    Raises
    ------
    CourseError
        If there is no such record.
    """
    path = FOLDER / f"{name}.json"
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in FOLDER.glob("*.json")))
        msg = f"There is no record {name!r}. Known: {known or 'none'}."
        raise CourseError(msg)
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record
