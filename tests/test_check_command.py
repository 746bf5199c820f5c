"""`course check` shows a problem set at a glance and an exercise in full."""

from __future__ import annotations

import time

import pytest
from click.testing import CliRunner

from coursekit.checks.command import _colour
from coursekit.checks.student import check_result
from coursekit.cli import main

DOUBLED = "return x * 2"
SQUARED = "return x ** 2"
ROTATED = "return np.roll(x, -by)"


def test_the_untouched_stubs_are_to_do(run):
    answer = run("check", "ps1")
    assert answer.returncode == 1
    lines = answer.stdout.splitlines()
    assert lines[0] == "ps1  Sums"
    assert " ".join(lines[2].split()) == "to do ps1.double Twice as much 0 / 2"
    assert " ".join(lines[4].split()) == "write ps1.why Why 1"
    assert lines[-1] == (
        "0 / 5 points by the visible checks; 1 point is marked by hand."
    )


def test_a_right_solution_passes_and_exits_with_0(run, solve):
    solve("double", DOUBLED)
    solve("rotate", ROTATED)
    answer = run("check", "ps1")
    assert answer.returncode == 0
    assert "  ok    ps1.rotate" in answer.stdout
    assert "5 / 5 points" in answer.stdout


def test_a_failing_exercise_names_the_mistake_and_shows_its_report(run, solve):
    solve("double", SQUARED)
    text = run("check", "ps1").stdout
    assert "\n        Likely mistake: squared.\n" in text
    assert "Twice is not squared." in text
    assert "  FAIL  Numbers" in text


def test_one_exercise_is_shown_alone(run, solve):
    solve("double", DOUBLED)
    answer = run("check", "ps1.double")
    assert answer.returncode == 0
    assert answer.stdout.startswith("ps1.double  Twice as much")
    assert "rotate" not in answer.stdout


def test_a_file_that_python_cannot_read_is_named_with_its_line(run, student):
    (student / "src" / "convnets" / "sums.py").write_text("def double(x:\n")
    answer = run("check", "ps1")
    assert answer.returncode == 1
    assert answer.stdout.count("sums.py cannot be read as Python") == 1
    assert "\n  FAIL  ps1.double" in answer.stdout
    assert "\n  FAIL  ps1.rotate" in answer.stdout
    assert answer.stderr == ""


@pytest.mark.parametrize(
    "line", [DOUBLED, SQUARED, "return 'x' * 500", "raise ValueError('long ' * 60)"]
)
def test_everything_fits_eighty_columns(run, solve, line):
    solve("double", line)
    for name in ("ps1", "ps1.double"):
        lines = run("check", name).stdout.splitlines()
        assert max(map(len, lines)) <= 80


def test_an_unknown_problem_set_is_wrong_use_and_lists_the_known(run):
    answer = run("check", "ps9")
    assert answer.returncode == 2
    assert "Error: No problem set 'ps9'. Known: ps1." in answer.stderr


def test_an_unknown_exercise_lists_those_with_a_check(run):
    answer = run("check", "ps1.why")
    assert answer.returncode == 2
    assert "No exercise with a check 'ps1.why'. Known: ps1.double, ps1.rotate." in (
        answer.stderr
    )


def test_colour_is_for_terminals_only(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    plain = CliRunner().invoke(main, ["check", "ps1"])
    coloured = CliRunner().invoke(main, ["check", "ps1"], color=True)
    assert "\x1b[" not in plain.stdout
    assert "\x1b[32mok\x1b[0m" in coloured.stdout


def test_each_word_has_its_colour():
    rows = "  to do ps1.a\n  FAIL  ps1.b\n  write ps1.c\n  x = '  ok '"
    assert _colour(rows) == (
        "  \x1b[33mto do\x1b[0m ps1.a\n  \x1b[31mFAIL\x1b[0m  ps1.b\n"
        "  write ps1.c\n  x = '  ok '"
    )


def test_no_color_is_respected(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    answer = CliRunner().invoke(main, ["check", "ps1"], color=True)
    assert "\x1b[" not in answer.stdout


def test_an_interrupt_names_the_exercise_that_was_running(monkeypatch):
    def interrupted(name):
        raise KeyboardInterrupt

    monkeypatch.setattr("coursekit.checks.student.check_result", interrupted)
    answer = CliRunner().invoke(main, ["check", "ps1"])
    assert answer.exit_code == 1
    assert "Stopped while ps1.correlate1d was running." in answer.stderr


def test_an_exercise_that_runs_on_is_named_on_the_standard_error(monkeypatch):
    def patient(name):
        time.sleep(0.5)
        return check_result(name)

    monkeypatch.setattr("coursekit.checks.command.PATIENCE", 0.1)
    monkeypatch.setattr("coursekit.checks.student.check_result", patient)
    answer = CliRunner().invoke(main, ["check", "ps1.toeplitz"])
    assert answer.stderr == "ps1.toeplitz is still running. Ctrl-C stops it.\n"
    assert answer.stdout.startswith("ps1.toeplitz")


def test_a_problem_set_is_checked_in_about_a_second(run):
    run("check", "ps1")
    start = time.perf_counter()
    run("check", "ps1")
    assert time.perf_counter() - start < 3  # seconds; 0.4 where nothing else runs
