"""The student edition works on its own, with a student's packages."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from coursekit.authoring.edition import edition_files, student_project
from coursekit.errors import CourseError

ROOT = Path(__file__).resolve().parents[2]


def test_its_project_asks_for_a_students_packages_and_no_others():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    ours, theirs = tomllib.loads(text), tomllib.loads(student_project(text))
    assert theirs["project"]["dependencies"] == ours["project"]["dependencies"]
    assert theirs["project"]["scripts"] == ours["project"]["scripts"]
    assert theirs["build-system"] == ours["build-system"]
    assert "optional-dependencies" not in theirs["project"]
    assert set(theirs["tool"]) == {"hatch"}


def test_a_project_without_a_needed_table_is_refused():
    with pytest.raises(CourseError, match=r"no table \[project\.scripts\]"):
        student_project("[build-system]\n[project]\n")


def test_it_holds_what_its_project_names(edition):
    project = tomllib.loads((edition / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    named = [project["project"]["readme"], *project["project"]["license-files"]]
    for name in (*named, *wheel["packages"]):
        assert (edition / name).exists(), name


def test_it_holds_the_stubs_the_checks_and_the_notebook(edition):
    stub = (edition / "src" / "convnets" / "sums.py").read_text(encoding="utf-8")
    assert "Exercise ps1.double: write double." in stub
    assert (edition / "src/coursekit/checks/keys/ps1.json").is_file()
    assert (edition / "assignments/ps1/ps1.ipynb").is_file()


def test_it_holds_nothing_of_the_instructors(edition):
    folders = {path.name for path in edition.rglob("*") if path.is_dir()}
    assert not folders & {"solutions", "authoring", "grading", "reports", "tests"}
    assert not (edition / "assignments" / "release.json").exists()


def test_keys_of_problem_sets_that_are_gone_stay_behind(course):
    keys = course / "src" / "coursekit" / "checks" / "keys"
    keys.mkdir()
    (keys / "ps0.json").write_text("{}")
    assert "src/coursekit/checks/keys/ps0.json" not in edition_files(course, {})


def test_it_runs_without_the_repository(student, run):
    answer = run("check", "ps1")
    assert "0 / 5 points by the visible checks; 1 point is marked by hand." in (
        answer.stdout
    )
    assert answer.returncode == 1
    assert answer.stderr == ""


def test_its_command_line_offers_only_what_students_have(run):
    answer = run("--help")
    assert "check" in answer.stdout
    assert "submit" in answer.stdout
    for word in ("release", "grade", "instructors"):
        assert word not in answer.stdout


def test_its_packages_come_from_it(student, run):
    code = "import coursekit, convnets.sums as s; print(coursekit.__file__, s.__file__)"
    import subprocess
    import sys

    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=student.parent,
        env={"PYTHONPATH": str(student / "src")},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert answer.stdout.count(str(student)) == 2
