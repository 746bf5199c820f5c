"""A course small enough to break one rule at a time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from coursekit.authoring.lint import RULES, Course

Find = Callable[[str, dict[str, str]], list[str]]


@pytest.fixture
def find(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Find:
    """Write a course's files, apply one rule, and return its findings as text."""
    monkeypatch.setattr(sys, "path", list(sys.path))  # declarations are imported

    def find(number: str, files: dict[str, str]) -> list[str]:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return [str(item) for item in RULES[number].apply(Course(tmp_path))]

    return find
