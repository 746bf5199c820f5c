"""Checks in a process of their own survive whatever the code does."""

from __future__ import annotations

import pytest

from coursekit.checks import key, released
from coursekit.checks.score import run_checks


@pytest.fixture
def at_work(student, monkeypatch):
    """Let this process use the small course's keys and the student's files."""
    monkeypatch.setattr(key, "KEYS", student / "src/coursekit/checks/keys")
    monkeypatch.setattr(released, "KEYS", student / "src/coursekit/checks/keys")
    monkeypatch.syspath_prepend(student / "src")
    monkeypatch.chdir(student)
    key.load_keys.cache_clear()
    yield
    key.load_keys.cache_clear()


def earned(results):
    return {name: result.earned for name, result in results.items()}


def test_results_are_those_of_the_check(at_work, solve):
    solve("double", "return x * 2")
    results = run_checks("ps1")
    assert earned(results) == {"ps1.double": 2, "ps1.rotate": 0}
    assert results["ps1.rotate"].is_untouched


def test_what_the_code_prints_goes_nowhere(at_work, solve, capfd):
    solve("double", "print('hello'); import os; os.write(2, b'x'); return x * 2")
    assert earned(run_checks("ps1"))["ps1.double"] == 2
    assert capfd.readouterr() == ("", "")


def test_code_that_ends_the_process_costs_its_own_points(at_work, solve):
    solve("double", "import os; os.kill(os.getpid(), 9)")
    solve("rotate", "return np.roll(x, -by)")
    results = run_checks("ps1")
    assert earned(results) == {"ps1.double": 0, "ps1.rotate": 3}
    assert results["ps1.double"].problem.reason == "crashed"


def test_code_that_never_returns_is_stopped(at_work, solve):
    solve("double", "while True: pass")
    solve("rotate", "return np.roll(x, -by)")
    results = run_checks("ps1", seconds=3)
    assert earned(results) == {"ps1.double": 0, "ps1.rotate": 3}
    assert "still running after 3 seconds" in results["ps1.double"].problem.sentence
