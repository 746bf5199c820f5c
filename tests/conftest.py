"""A course of two exercises and a written answer, small enough to break."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
INSTRUCTORS = ("authoring", "grading", "reports", "__pycache__", "keys")

SUMS = '''\
"""Small sums."""

from __future__ import annotations

import math

import numpy as np

from coursekit.errors import check_at_least


def double(x):
    """Double every number.

    Examples
    --------
    >>> double(np.array([1.0, 2.0]))
    array([2., 4.])
    """
    ### BEGIN SOLUTION
    twice = np.multiply(x, math.sqrt(4.0))
    return twice
    ### END SOLUTION


def rotate(x: np.ndarray, by: int = 1) -> np.ndarray:
    """Move the first numbers to the end."""
    check_at_least("by", by, 0)
    ### BEGIN SOLUTION
    start = by % len(x)
    return _as_floats(np.concatenate([x[start:], x[:start]]))
    ### END SOLUTION


def _as_floats(x):
    """Return the numbers as floats."""
    return x.astype(float)
'''

DECLARATIONS = '''\
"""A problem set for tests."""

import numpy as np
from convnets.sums import double, rotate

from coursekit.checks.declare import (
    Exercise, Group, Misconception, ProblemSet, Written, case,
)


def few(rng):
    return [case("three numbers", rng.integers(1, 9, size=3) + 2.5)]


def turned(rng):
    return [case(f"by {by}", rng.permutation(5) + 1.0, by=by) for by in (1, 2)]


def squared(x):
    return np.asarray(x) ** 2 + 0.0


def other_way(x, by=1):
    return np.roll(np.asarray(x), by)


PROBLEM_SET = ProblemSet(
    id="ps1",
    title="Sums",
    files=("sums.py",),
    exercises=[
        Exercise(
            "ps1.double", "Twice as much", double, [Group("Numbers", 2, few)],
            [Misconception("squared", "Twice is not squared.", squared)],
        ),
        Exercise(
            "ps1.rotate", "Round and round", rotate, [Group("Turns", 3, turned)],
            [Misconception("the other way", "First goes last.", other_way)],
        ),
        Written("ps1.why", "Why", 1),
    ],
)
'''

NOTEBOOK = """\
---
jupytext:
  text_representation: {format_name: myst}
kernelspec: {name: python3, display_name: Python 3, language: python}
---

# Sums

```{code-cell}
from coursekit import check
```

```{code-cell}
:nbgrader: {grade_id: ps1.double, grade: true}
# Your function doubles numbers.
check("ps1.double")
```

```{code-cell}
:nbgrader: {grade_id: ps1.rotate, grade: true, points: 3}
# Your function moves numbers.
check("ps1.rotate")
```

+++ {"nbgrader": {"grade_id": "ps1.why", "grade": true, "solution": true}}

YOUR ANSWER HERE

+++

The end.
"""

FILES = {
    "solutions/convnets/__init__.py": '"""A small package."""\n',
    "solutions/convnets/sums.py": SUMS,
    "solutions/exercises/__init__.py": '"""Declarations."""\n',
    "solutions/exercises/ps1.py": DECLARATIONS,
    "solutions/notebooks/ps1.md": NOTEBOOK,
    "solutions/student_edition/README.md": "# For students\n",
    "LICENSE": "Code.\n",
    "LICENSE-TEXT": "Text.\n",
}

Run = Callable[..., subprocess.CompletedProcess[str]]

# What takes longest is begun first: no worker is left with it when others are done.
LONGEST = (
    "tests/exercises/test_ps8",
    "tests/classroom/test_stock_autograde.py",
    "tests/pages/test_problem_set_texts.py",
    "tests/browser/test_book.py",
    "tests/exercises/test_ps5",
    "tests/exercises/test_ps7",
    "tests/exercises/test_ps6",
    "tests/authoring/test_generated.py",
    "tests/demo/test_demo_class.py",
    "tests/exercises/test_ps4",
    "tests/exercises/test_ps1",
    "tests/grading/test_released_grades.py",
    "tests/exercises/test_ps3",
    "tests/pages/test_page11",
)


def topic(nodeid: str) -> str:
    """Name what a test is about: a problem set, a page, or else its file.

    Tests of one problem set draw the same keys, tests of a page run the same cells.
    """
    file = nodeid.partition("::")[0]
    found = re.match(r"tests/(exercises/test_ps|pages/test_page)\d+", file)
    return found[0] if found else file


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests of the longest topics begin."""
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(topic(item.nodeid), len(LONGEST)))


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist there are no workers
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give the tests of one topic to one worker, in the order of the topics."""
    from xdist.scheduler import LoadFileScheduling

    class ByTopic(LoadFileScheduling):
        """Tests of one topic are kept together."""

        def _split_scope(self, nodeid: str) -> str:
            return topic(nodeid)

    config.option.loadscopereorder = False
    return ByTopic(config, log)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Write the small course, with the real `coursekit` but nothing generated."""
    return write_course(tmp_path / "course")


def write_course(root: Path) -> Path:
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    shutil.copy(ROOT / "pyproject.toml", root)
    shutil.copytree(
        ROOT / "src" / "coursekit",
        root / "src" / "coursekit",
        ignore=shutil.ignore_patterns(*INSTRUCTORS),
    )
    return root


@pytest.fixture(scope="session")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Release the small course once; copy it before you change it."""
    from coursekit.authoring import release

    root = write_course(tmp_path_factory.mktemp("released") / "course")
    output = root / "build" / "student-edition"
    release.release(root, output, release.generate(root), force=False)
    return output / "convnets-course"


@pytest.fixture
def student(edition: Path, tmp_path: Path) -> Path:
    """Unpack a student edition of the small course."""
    return Path(shutil.copytree(edition, tmp_path / "convnets-course"))


@pytest.fixture
def solve(student: Path) -> Callable[[str, str], None]:
    """Write a student's function in place of its stub."""

    def solve(function: str, line: str) -> None:
        path = student / "src" / "convnets" / "sums.py"
        what = f'"Exercise ps1.{function}: write {function}."'
        stub = f"raise NotImplementedError({what})"
        text = path.read_text(encoding="utf-8")
        assert stub in text
        path.write_text(text.replace(stub, line), encoding="utf-8")

    return solve


@pytest.fixture
def run(student: Path) -> Run:
    """Run `course` as a student does, with the student's files and nothing of ours."""

    def run(*args: str, cwd: Path | None = None, **env: str) -> object:
        clean = {k: v for k, v in os.environ.items() if k != "NBGRADER_EXECUTION"}
        return subprocess.run(
            [sys.executable, "-c", "from coursekit.cli import main; main()", *args],
            cwd=cwd or student,
            env={**clean, "PYTHONPATH": str(student / "src"), **env},
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )

    return run  # type: ignore[return-value]
