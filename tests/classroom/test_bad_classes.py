"""What is wrong with a class is told in one line, and nothing is lost."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from pathlib import Path

import click
import pytest
from classroom_helpers import record
from click.testing import CliRunner
from sqlalchemy import text

from coursekit.cli import Course, main
from coursekit.errors import CourseError
from coursekit.grading.classroom import init_classroom
from coursekit.grading.gradebook import entered_students
from coursekit.grading.records import read_key, read_records, write_record
from coursekit.reports.rows import class_report
from coursekit.reports.write import write_feedback

PACKAGE = Path("src/convnets")

pytestmark = pytest.mark.filterwarnings("ignore::Warning")


def test_a_damaged_gradebook_is_named_and_left_as_it_is(room):
    (room.folder / "gradebook.db").write_text("not a database")
    with pytest.raises(CourseError, match=r"gradebook\.db cannot be used: file is not"):
        class_report(room, "psx")
    assert (room.folder / "gradebook.db").read_text() == "not a database"


def test_a_locked_gradebook_is_named(room):
    other = sqlite3.connect(room.folder / "gradebook.db")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(CourseError, match="cannot be used: database is locked"):
        class_report(room, "psx")
    other.close()


def add_students_until_it_is_full(room):
    with room.gradebook() as gradebook:
        pages = gradebook.db.execute(text("PRAGMA page_count")).scalar()
        gradebook.db.execute(text(f"PRAGMA max_page_count = {pages}"))
        for number in range(1000):
            gradebook.update_or_create_student(f"student {number}")


def test_a_gradebook_that_cannot_grow_is_named(room):
    with pytest.raises(CourseError, match="database or disk is full"):
        add_students_until_it_is_full(room)


def test_a_lost_gradebook_comes_back_with_init(room, tmp_path):
    (room.folder / "gradebook.db").unlink()
    with pytest.raises(CourseError, match="The gradebook does not know psx"):
        class_report(room, "psx")
    assignments = tmp_path / "assignments"
    (assignments / "psx").mkdir(parents=True)
    shutil.copy(room.released("psx"), assignments / "psx")
    init_classroom(room.folder, assignments, PACKAGE)
    with room.gradebook() as gradebook:
        assert entered_students(gradebook, "psx") == set()


def test_a_record_without_a_row_in_the_gradebook_is_named(room):
    write_record(room.records("psx"), record("ada"))
    with pytest.raises(CourseError, match="The gradebook has no 'ada'"):
        class_report(room, "psx")


def test_a_problem_set_that_the_class_has_not_been_given_is_named(room):
    with pytest.raises(CourseError, match="/class has no psy"):
        class_report(room, "psy")


@pytest.mark.parametrize("data", ["{", "{}", "[]", ""])
def test_a_damaged_record_is_named_and_counts_as_not_graded(room, data):
    write_record(room.records("psx"), record("ada"))
    path = room.records("psx") / "ada.json"
    path.write_text(data)
    assert read_key(room.records("psx"), "ada") == ""
    with pytest.raises(CourseError, match=r"ada\.json is damaged. Delete it"):
        read_records(room.records("psx"))


def test_settings_that_python_cannot_read_are_named(room):
    (room.folder / "nbgrader_config.py").write_text("c. = 3")
    with pytest.raises(CourseError, match="cannot be read: invalid syntax"):
        room.config()


def test_there_is_no_feedback_for_nobody(room):
    with pytest.raises(CourseError, match="No feedback for 'bob': there is no graded"):
        write_feedback(room, "psx", "bob")


def test_a_class_needs_a_released_problem_set(tmp_path):
    arguments = ["init", str(tmp_path / "class"), "--assignments", str(tmp_path)]
    answer = CliRunner().invoke(main, arguments)
    assert answer.exit_code == 1
    assert "There is no problem set in" in answer.stderr
    assert not (tmp_path / "class").exists()


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_a_place_that_cannot_be_written_is_one_line(number):
    @click.command(cls=Course)
    def group():
        pass

    @click.command()
    def fails():
        raise OSError(number, "No room", "grades.db")

    group.get_command = lambda ctx, name: fails
    group.list_commands = lambda ctx: ["fails"]
    answer = CliRunner().invoke(group, ["fails"])
    assert (answer.exit_code, answer.stderr) == (1, "Error: grades.db: No room.\n")
