"""The command that builds the book: what it notices, and how it fails."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from coursekit.authoring import book
from coursekit.authoring.book import EXECUTED, build_book, digest
from coursekit.errors import CourseError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def small(tmp_path):
    """Write a course with one page and nothing else in it."""
    files = {
        "_config.yml": "title: A book\nonly_build_toc_files: true\n",
        "_toc.yml": "format: jb-book\nroot: book/page\n",
        "book/page.md": "# A page\n\n## A heading\n\nText.\n",
        "solutions/convnets/__init__.py": '"""A package."""\n',
        "src/coursekit/figure.js": "export default 1;\n",
        "requirements.txt": "numpy==2.0\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def builds(monkeypatch):
    """Count the builds, and write two files in place of a book."""
    seen = []

    def run(root, target, cache, report):
        seen.append(cache.name)
        (target / "_build" / "html").mkdir(parents=True)
        (target / "_build" / "html" / "index.html").write_text("a book")

    monkeypatch.setattr(book, "_run_jupyter_book", run)
    return seen


@pytest.fixture
def without_fonts(monkeypatch):
    """Leave out the list of fonts, which takes longer than a page without pictures."""
    monkeypatch.setattr(book, "_prepare_matplotlib", lambda environment: None)


def quiet(line):
    """Let progress go nowhere."""


def test_second_build_with_nothing_changed_does_nothing(small, builds):
    lines = []
    first = build_book(small, lines.append)
    assert build_book(small, lines.append) == first
    assert first == small / "build" / "book" / "_build" / "html" / "index.html"
    assert len(builds) == 1
    assert lines[-1] == "The book is up to date."


@pytest.mark.parametrize(
    "name", ["book/page.md", "_config.yml", "_toc.yml", "book/references.bib"]
)
def test_changed_text_builds_again_with_stored_results(small, builds, name):
    build_book(small, quiet)
    (small / name).write_text("title: Another\n")
    build_book(small, quiet)
    assert len(builds) == 2
    assert builds[0] == builds[1]


@pytest.mark.parametrize(
    "name",
    ["solutions/convnets/__init__.py", "src/coursekit/figure.js", "requirements.txt"],
)
def test_changed_code_runs_every_page_again(small, builds, name):
    build_book(small, quiet)
    (small / name).write_text("changed = True\n")
    build_book(small, quiet)
    assert len(set(builds)) == 2
    kept = [path.name for path in (small / "build" / "book-cache").iterdir()]
    assert kept == [builds[1]]


def test_force_builds_although_nothing_changed(small, builds):
    build_book(small, quiet)
    build_book(small, quiet, force=True)
    assert len(builds) == 2


def test_digest_sees_names_and_contents_but_no_compiled_files(small):
    before = digest(small, EXECUTED)
    (small / "src" / "__pycache__").mkdir()
    (small / "src" / "coursekit" / "__pycache__").mkdir()
    (small / "src" / "coursekit" / "__pycache__" / "a.pyc").write_bytes(b"1")
    assert digest(small, EXECUTED) == before
    (small / "src" / "coursekit" / "figure.js").rename(small / "src/coursekit/b.js")
    assert digest(small, EXECUTED) != before


def test_failed_build_keeps_the_old_book_and_leaves_nothing(small, builds, monkeypatch):
    index = build_book(small, quiet)
    (small / "book" / "page.md").write_text("# Changed\n")

    def fail(root, target, cache, report):
        (target / "_build").mkdir(parents=True)
        msg = "The book was not built."
        raise CourseError(msg)

    monkeypatch.setattr(book, "_run_jupyter_book", fail)
    with pytest.raises(CourseError, match="not built"):
        build_book(small, quiet)
    assert index.read_text() == "a book"
    assert not (small / "build" / "book-next").exists()


@pytest.mark.parametrize("name", ["_config.yml", "_toc.yml"])
def test_missing_file_is_named(small, builds, name):
    (small / name).unlink()
    with pytest.raises(CourseError, match=f"The book needs {name}, which is not in"):
        build_book(small, quiet)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("reading sources... [ 50%] book/messages", "Reading book/messages (50 %)"),
        ("/a/page.md: Executed notebook in 9.41 seconds [mystnb]", "Executed page.md"),
        ("writing output... [100%] book/welcome", "Wrote the pages"),
        ("pickling environment... done", None),
    ],
)
def test_progress_is_one_line_for_each_page(line, shown):
    found = book._progress(line)
    assert found == shown or (shown and found.startswith(shown))


def test_command_tells_an_error_in_one_line(monkeypatch, tmp_path):
    monkeypatch.setattr(book, "ROOT", tmp_path)
    result = CliRunner().invoke(book.main, [])
    assert result.exit_code == 1
    assert result.output.startswith("Error: The book needs _config.yml")


def test_wrong_use_is_told_apart():
    assert CliRunner().invoke(book.main, ["--fast"]).exit_code == 2


def test_help_loads_no_builder():
    command = "import sys, coursekit.authoring.book; print('sphinx' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", command],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"


def offline(code):
    """Run a line of Python the way a page is run."""
    guard = ROOT / "book" / "_ext" / "offline"
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(guard)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "code",
    [
        "import urllib.request; urllib.request.urlopen('http://192.0.2.1/')",
        "import socket; socket.getaddrinfo('example.org', 80)",
        "import socket; socket.create_connection(('192.0.2.1', 80))",
    ],
)
def test_page_that_reaches_for_the_network_is_refused(code):
    done = offline(code)
    assert done.returncode == 1
    assert "The book is built without a network" in done.stderr


def test_page_may_talk_to_its_own_machine():
    code = (
        "import socket; s = socket.create_server(('127.0.0.1', 0)); "
        "socket.create_connection(s.getsockname())"
    )
    assert offline(code).returncode == 0


@pytest.mark.slow
@pytest.mark.usefixtures("without_fonts")
def test_warning_in_a_page_fails_the_build_and_names_the_page(small):
    (small / "book" / "page.md").write_text("# A\n\n## B\n\n[x](nowhere.md)\n")
    with pytest.raises(CourseError) as caught:
        build_book(small, quiet)
    assert "book/page.md:5: WARNING" in str(caught.value)
    assert "nowhere.md" in str(caught.value)
    assert not (small / "build" / "book").exists()


@pytest.fixture
def with_code(small):
    """Let the small course execute pages as the book does; write one page with code."""
    shutil.copytree(ROOT / "book" / "_ext", small / "book" / "_ext")
    with (small / "_config.yml").open("a") as file:
        file.write("execute: {execute_notebooks: cache, timeout: 100}\nsphinx:\n")
        file.write("  local_extensions: {pages_side_by_side: book/_ext}\n")
    header = "---\nkernelspec: {name: python3, display_name: Python 3}\n"
    header += "jupytext: {text_representation: {format_name: myst}}\n---\n"

    def write(name, code):
        text = f"{header}# A\n\n## B\n\n```{{code-cell}}\n{code}\n```\n"
        (small / "book" / f"{name}.md").write_text(text)

    return write


@pytest.mark.slow
@pytest.mark.usefixtures("without_fonts")
def test_cell_that_fails_ends_the_build_with_its_traceback(small, with_code):
    with_code("page", "1 / 0")
    with pytest.raises(CourseError, match="ZeroDivisionError: division by zero"):
        build_book(small, quiet)


MEETING = """
import pathlib, time
pathlib.Path("{mine}").touch()
for _ in range(600):
    time.sleep(0.0 if pathlib.Path("{other}").exists() else 0.1)
print("{mine} has met", pathlib.Path("{other}").exists())
"""


@pytest.mark.slow
@pytest.mark.usefixtures("without_fonts")
def test_pages_are_executed_side_by_side_and_once(small, with_code):
    with_code("page", MEETING.format(mine="one", other="two"))
    with_code("next", MEETING.format(mine="two", other="one"))
    with (small / "_toc.yml").open("a") as file:
        file.write("chapters: [{file: book/next}]\n")
    lines = []
    pages = build_book(small, lines.append).parent / "book"
    assert "one has met True" in (pages / "page.html").read_text()
    assert "two has met True" in (pages / "next.html").read_text()
    assert len([line for line in lines if line.startswith("Executed")]) == 2
