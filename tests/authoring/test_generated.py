"""What is committed is what a release writes from `solutions/` today."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.authoring.edition import edition_files
from coursekit.authoring.leaks import find_leaks
from coursekit.authoring.release import Changes, compare, generate
from coursekit.authoring.secret_lines import gather_secrets

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def generated():
    return generate(ROOT)


def test_the_committed_files_are_up_to_date(generated):
    assert compare(ROOT, generated) == Changes((), (), ()), "run `course release`"


def test_the_students_edition_of_the_course_leaks_nothing(generated):
    secrets = gather_secrets(ROOT / "solutions")
    assert len(secrets.lines) > 500
    assert find_leaks(edition_files(ROOT, generated), secrets) == []


def test_every_solution_line_that_tells_would_be_found(generated):
    secrets = gather_secrets(ROOT / "solutions")
    reference = (ROOT / "solutions" / "convnets" / "correlation.py").read_bytes()
    found = find_leaks({"src/convnets/correlation.py": reference}, secrets)
    lines = [leak for leak in found if "a line of solutions/convnets" in leak.what]
    assert len(lines) > 30
