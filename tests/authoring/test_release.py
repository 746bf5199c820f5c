"""A release writes what it says, the same each time, or nothing at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile

import pytest

from coursekit.authoring.edition import LEDGER
from coursekit.authoring.files import read_tree
from coursekit.authoring.release import (
    compare,
    find_course,
    generate,
    release,
)
from coursekit.errors import CourseError

GENERATED = {
    LEDGER,
    "assignments/ps1/ps1.ipynb",
    "src/convnets/__init__.py",
    "src/convnets/sums.py",
    "src/coursekit/checks/keys/ps1.json",
}


@pytest.fixture
def output(course):
    return course / "build" / "student-edition"


@pytest.fixture
def released(course, output):
    release(course, output, generate(course), force=False)
    return course


def snapshot(course):
    return {n: d for n, d in read_tree(course).items() if not n.startswith("build/")}


def test_only_the_generated_files_and_the_edition_are_written(course, output):
    before = snapshot(course)
    release(course, output, generate(course), force=False)
    after = snapshot(course)
    assert set(after) - set(before) == GENERATED
    assert all(after[name] == data for name, data in before.items())
    assert [path.name for path in (course / "build").iterdir()] == ["student-edition"]
    names = sorted(path.name for path in output.iterdir())
    assert names == ["convnets-course", "convnets-course.zip"]


def test_a_second_release_changes_nothing(released, output):
    stamp = (released / "src" / "convnets" / "sums.py").stat().st_mtime_ns
    edition = read_tree(output)
    assert not compare(released, generate(released))
    release(released, output, generate(released), force=False)
    assert (released / "src" / "convnets" / "sums.py").stat().st_mtime_ns == stamp
    assert read_tree(output) == edition


def test_releases_are_equal_to_the_byte_wherever_and_however_they_run(
    released, tmp_path
):
    trees = []
    for seed in ("1", "2"):
        root = tmp_path / f"copy {seed}" / ("deeper" * int(seed))
        root.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-r", released, root], check=True)
        for name in GENERATED:
            (root / name).unlink()
        subprocess.run(
            [sys.executable, "-c", "from coursekit.cli import main; main()", "release"],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": f"UTC+{seed}"},
            check=True,
            capture_output=True,
        )
        trees.append({**snapshot(root), **read_tree(root / "build")})
    assert trees[0] == trees[1]
    assert snapshot(released).items() <= trees[0].items()


def test_the_zip_holds_the_folder_and_no_times_or_owners(output, released):
    folder = read_tree(output / "convnets-course")
    with zipfile.ZipFile(output / "convnets-course.zip") as archive:
        entries = archive.infolist()
        inside = {
            entry.filename.removeprefix("convnets-course/"): archive.read(entry)
            for entry in entries
        }
    assert inside == folder
    assert [entry.filename for entry in entries] == sorted(e.filename for e in entries)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}


def test_a_leak_leaves_everything_as_it_was(released, output):
    (released / "src" / "coursekit" / "notes.py").write_text("### BEGIN SOLUTION\n")
    stub = released / "solutions" / "convnets" / "sums.py"
    stub.write_text(stub.read_text().replace("Double every", "Double each"))
    before = read_tree(released)
    with pytest.raises(CourseError, match=r"notes\.py: the mark 'BEGIN SOLUTION'"):
        release(released, output, generate(released), force=False)
    assert read_tree(released) == before


def test_a_leak_leaves_no_first_edition_behind(course, output):
    (course / "solutions" / "student_edition" / "a.pyc").write_bytes(b"")
    with pytest.raises(CourseError, match="a compiled file"):
        release(course, output, generate(course), force=False)
    assert not output.exists()
    assert list((course / "build").iterdir()) == []
    assert not (course / "src" / "convnets").exists()


def test_a_step_that_fails_writes_nothing(course, output):
    (course / "solutions" / "notebooks" / "ps1.md").unlink()
    before = read_tree(course)
    with pytest.raises(CourseError, match=r"ps1\.md is missing"):
        release(course, output, generate(course), force=False)
    assert read_tree(course) == before


def test_an_interrupted_write_leaves_the_old_files(released, output, monkeypatch):
    solution = released / "solutions" / "convnets" / "sums.py"
    solution.write_text(solution.read_text().replace("Double every", "Double each"))
    files, before = generate(released), read_tree(released)
    name = "coursekit.authoring.release.replace_files"
    monkeypatch.setattr(name, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        release(released, output, files, force=False)
    assert read_tree(released) == before


def test_a_stub_edited_by_hand_is_kept(released, output):
    stub = released / "src" / "convnets" / "sums.py"
    stub.write_text("# my own work\n")
    with pytest.raises(CourseError, match=r"edited by hand: src/convnets/sums\.py\."):
        release(released, output, generate(released), force=False)
    assert stub.read_text() == "# my own work\n"
    release(released, output, generate(released), force=True)
    assert "NotImplementedError" in stub.read_text()


def test_an_edition_that_somebody_worked_in_is_kept(released, output):
    work = output / "convnets-course" / "src" / "convnets" / "sums.py"
    work.write_text("# my own work\n")
    with pytest.raises(CourseError, match=r"student-edition/convnets-course/src/conv"):
        release(released, output, generate(released), force=False)
    release(released, output, generate(released), force=True)
    assert work.read_text() != "# my own work\n"


def test_a_folder_of_something_else_is_not_replaced(course, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years")
    with pytest.raises(CourseError, match=r"mine/thesis\.txt"):
        release(course, tmp_path / "mine", generate(course), force=False)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years"


def test_a_change_in_solutions_is_released_without_force(released, output):
    solution = released / "solutions" / "convnets" / "sums.py"
    solution.write_text(solution.read_text().replace("Double every", "Double each"))
    changes = compare(released, generate(released))
    assert changes.written == ("src/convnets/sums.py", LEDGER)
    release(released, output, generate(released), force=False)
    assert "Double each" in (released / "src" / "convnets" / "sums.py").read_text()


def test_a_module_that_is_gone_is_removed(released, output):
    (released / "solutions" / "convnets" / "more.py").write_text('"""More."""\n')
    release(released, output, generate(released), force=False)
    (released / "solutions" / "convnets" / "more.py").unlink()
    release(released, output, generate(released), force=False)
    assert not (released / "src" / "convnets" / "more.py").exists()


def test_a_file_of_somebodys_own_among_the_stubs_is_not_removed(released, output):
    (released / "src" / "convnets" / "mine.py").write_text("x = 1\n")
    with pytest.raises(CourseError, match=r"by hand: src/convnets/mine\.py"):
        release(released, output, generate(released), force=False)


def test_links_are_not_followed_into_an_edition(course, output, tmp_path):
    (tmp_path / "secret").write_text("x")
    (course / "src" / "coursekit" / "linked.py").symlink_to(tmp_path / "secret")
    with pytest.raises(CourseError, match="is a symbolic link"):
        release(course, output, generate(course), force=False)


def test_the_ledger_holds_the_hashes(released):
    tree = json.loads((released / LEDGER).read_text())
    assert set(tree["files"]) == GENERATED - {LEDGER}


def test_a_damaged_ledger_is_reported(released):
    (released / LEDGER).write_text("{")
    with pytest.raises(CourseError, match="is damaged"):
        compare(released, generate(released))


def test_a_course_is_found_from_below_and_nowhere_else(course, tmp_path):
    assert find_course(course / "src" / "coursekit") == course
    with pytest.raises(CourseError, match="is not inside a course"):
        find_course(tmp_path)
