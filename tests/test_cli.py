"""The command line is fast, names what it knows, and tells errors in one line."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from coursekit import __version__, cli
from coursekit.errors import CourseError


def invoke(*args):
    return CliRunner().invoke(cli.main, args)


def imported(*args):
    """List the modules that a command imports, in a process of its own."""
    code = (
        "import sys\nfrom coursekit.cli import main\n"
        f"main({list(args)!r}, standalone_mode=False)\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False
    )
    return set(answer.stderr.splitlines())


def test_help_lists_the_commands_for_each_reader():
    text = invoke("--help").stdout
    assert text.index("For students:") < text.index("check")
    assert text.index("For instructors:") < text.index("release")
    assert text.index("check") < text.index("For instructors:")


def test_help_fits_eighty_columns():
    for args in (["--help"], ["check", "--help"], ["submit", "--help"]):
        assert max(map(len, invoke(*args).stdout.splitlines())) <= 80


def test_help_imports_no_command_and_nothing_heavy():
    modules = imported("--help")
    assert "coursekit.cli" in modules
    heavy = {"numpy", "torch", "jupytext", "coursekit.checks.command"}
    assert not modules & heavy


def test_check_imports_numpy_and_nothing_heavier():
    modules = imported("check", "ps1")
    assert "numpy" in modules
    assert "coursekit.checks.student" in modules
    heavy = {"torch", "matplotlib", "sklearn", "scipy", "IPython", "nbformat", "pandas"}
    assert not modules & heavy


@pytest.mark.parametrize("name", [*cli.FOR_STUDENTS, *cli.FOR_INSTRUCTORS])
def test_every_command_is_there_and_says_what_it_does(name):
    answer = invoke(name, "--help")
    assert answer.exit_code == 0
    assert "Usage: main" in answer.stdout


def test_an_unknown_command_lists_the_known_ones():
    answer = invoke("grad")
    assert answer.exit_code == 2
    assert "Error: No command 'grad'. Known: check, submit, release," in answer.stderr


def test_commands_whose_modules_are_missing_are_not_offered(monkeypatch):
    gone = cli.Lazy("coursekit.nowhere.command:grade", "Grade.")
    monkeypatch.setitem(cli.FOR_INSTRUCTORS, "grade", gone)
    assert "Grade." not in invoke("--help").stdout
    assert "No command 'grade'" in invoke("grade").stderr


def test_the_version_is_the_packages():
    assert invoke("--version").stdout == f"{__version__}\n"


def raising(err):
    import click

    @click.command()
    def command():
        raise err

    return command


def test_what_the_user_can_put_right_is_one_line(monkeypatch):
    err = CourseError("There is no paper in the printer.")
    monkeypatch.setattr(cli.Lazy, "load", lambda self: raising(err))
    answer = invoke("check")
    assert answer.exit_code == 1
    assert answer.stderr == "Error: There is no paper in the printer.\n"


def test_a_missing_package_is_named_with_the_remedy(monkeypatch):
    err = ModuleNotFoundError("No module named 'nbgrader'", name="nbgrader")
    monkeypatch.setattr(cli.Lazy, "load", lambda self: raising(err))
    answer = invoke("grade")
    assert answer.exit_code == 1
    assert "This needs nbgrader. Install it: pip install -e '.[grading]'" in (
        answer.stderr
    )


@pytest.mark.parametrize(
    "err", [ZeroDivisionError("a bug"), ModuleNotFoundError(name="coursekit.gone")]
)
def test_an_error_of_ours_keeps_its_traceback(monkeypatch, err):
    monkeypatch.setattr(cli.Lazy, "load", lambda self: raising(err))
    assert invoke("check").exception is err
