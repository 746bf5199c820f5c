"""`course release` says what it did, line by line, and what went wrong in one."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from coursekit.authoring.files import read_tree
from coursekit.cli import main


@pytest.fixture
def run(course, monkeypatch):
    monkeypatch.chdir(course)
    return lambda *args: CliRunner().invoke(main, ["release", *args])


def test_each_file_written_has_a_line(run):
    answer = run()
    assert answer.exit_code == 0
    assert "src/convnets/sums.py written.\n" in answer.stdout
    assert "assignments/ps1/ps1.ipynb written.\n" in answer.stdout
    assert answer.stdout.endswith("no leaks found.\n")


def test_check_passes_after_a_release(run):
    run()
    answer = run("--check")
    assert (answer.exit_code, answer.stdout) == (
        0,
        "The generated files are up to date.\n",
    )


def test_check_lists_what_differs_and_writes_nothing(run, course):
    run()
    (course / "src" / "convnets" / "sums.py").write_text("# my own work\n")
    (course / "assignments" / "ps1" / "ps1.ipynb").unlink()
    before = read_tree(course)
    answer = run("--check")
    assert answer.exit_code == 1
    assert answer.stdout == (
        "src/convnets/sums.py differs from what `course release` writes.\n"
        "assignments/ps1/ps1.ipynb differs from what `course release` writes.\n"
    )
    assert read_tree(course) == before


def test_check_also_looks_for_leaks(run, course):
    run()
    (course / "src" / "coursekit" / "notes.py").write_text("# HIDDEN TESTS\n")
    answer = run("--check")
    assert answer.exit_code == 1
    assert "notes.py: the mark" in answer.stderr


def test_a_dry_run_lists_and_writes_nothing(run, course):
    before = read_tree(course)
    answer = run("--dry-run")
    assert answer.exit_code == 0
    assert "src/convnets/sums.py would be written." in answer.stdout
    assert read_tree(course) == before


def test_the_edition_can_go_elsewhere(run, course, tmp_path):
    answer = run("--output", str(tmp_path / "out"))
    assert answer.exit_code == 0
    assert (tmp_path / "out" / "convnets-course.zip").is_file()
    assert not (course / "build").exists()


def test_edits_by_hand_need_force(run, course):
    run()
    (course / "src" / "convnets" / "sums.py").write_text("# my own work\n")
    answer = run()
    assert answer.exit_code == 1
    assert answer.stderr.splitlines()[-1].startswith("Error: These files were edited")
    assert run("--force").exit_code == 0


def test_outside_a_course_there_is_one_line(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = run()
    assert answer.exit_code == 1
    assert answer.stderr.startswith("Error: ")
    assert "is not inside a course" in answer.stderr
