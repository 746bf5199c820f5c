"""Visible checks are data: the same each time, sound, and readable."""

from __future__ import annotations

import json

import numpy as np
import pytest

from coursekit.authoring.keys import _lay_out, _round, visible_key, write_keys
from coursekit.authoring.reference import load_problem_sets, reference_first
from coursekit.checks.build import KeyFaultError, key_faults
from coursekit.checks.key import key_from_json
from coursekit.errors import CourseError

PATH = "src/coursekit/checks/keys/ps1.json"


@pytest.fixture
def problem_set(course):
    with reference_first(course / "solutions"):
        yield load_problem_sets(course / "solutions")[0]


def test_a_key_holds_data_and_no_code(problem_set):
    text = write_keys(problem_set)[PATH].decode()
    assert "Twice is not squared." in text
    for code in ("np.", "def ", "lambda", "sqrt"):
        assert code not in text


def test_it_says_that_it_is_generated_and_lists_what_is_asked(problem_set):
    tree = json.loads(write_keys(problem_set)[PATH])
    assert "`course release` from solutions/exercises/ps1.py" in tree["generated"]
    assert tree["files"] == ["sums.py"]
    assert [item["id"] for item in tree["exercises"]] == [
        "ps1.double",
        "ps1.rotate",
        "ps1.why",
    ]
    assert [item["written"] for item in tree["exercises"]] == [False, False, True]


def test_two_builds_are_equal(problem_set):
    assert write_keys(problem_set) == write_keys(problem_set)


def test_each_case_stands_on_a_line_of_its_own(problem_set):
    lines = write_keys(problem_set)[PATH].decode().splitlines()
    cases = [line for line in lines if '"note"' in line]
    assert len(cases) == 3
    assert all(json.loads(line.strip().removesuffix(",")) for line in cases)


def test_the_written_key_catches_and_names_every_mistake(problem_set):
    for tree in json.loads(write_keys(problem_set)[PATH])["keys"]:
        assert key_faults(key_from_json(tree)) == []


def test_a_mistake_that_no_case_shows_stops_the_release(problem_set, monkeypatch):
    exercise = problem_set.functions[0]
    mistake = exercise.misconceptions[0]
    object.__setattr__(mistake, "function", exercise.reference)
    with pytest.raises(KeyFaultError, match=r"ps1\.double: 20 draws gave no sound key"):
        visible_key(exercise)


def test_outcomes_lose_the_digits_that_differ_between_machines():
    rounded = _round(np.array([1 / 3, 1e-17, -1e-17, 12345.678901234567]))
    np.testing.assert_array_equal(rounded, [0.3333333, 0.0, 0.0, 12345.6789012])
    assert str(rounded[2]) == "0.0"


def test_rounding_reaches_into_tuples_and_leaves_the_rest():
    assert _round((2 / 3, 7, None, "text")) == (0.666666666667, 7, None, "text")
    whole = np.array([1, 2])
    assert _round(whole) is whole


@pytest.mark.parametrize("tree", [{}, [], {"a": []}, [{"note": "x", "b": [1] * 99}]])
def test_the_layout_is_still_json(tree):
    assert json.loads("\n".join(_lay_out(tree))) == tree


def test_a_reference_from_elsewhere_is_refused(course):
    other = course / "solutions" / "exercises" / "ps1.py"
    text = other.read_text().replace("double, [Group", "np.mean, [Group")
    other.write_text(text)
    with (
        reference_first(course / "solutions"),
        pytest.raises(CourseError, match="not from solutions"),
    ):
        load_problem_sets(course / "solutions")


def test_what_was_imported_before_comes_back(course):
    import convnets

    with reference_first(course / "solutions"):
        import convnets as small

        assert small.__file__ != convnets.__file__
    import convnets as again

    assert again is convnets


def test_no_compiled_file_is_left_in_solutions(course):
    with reference_first(course / "solutions"):
        load_problem_sets(course / "solutions")
    assert not list(course.rglob("__pycache__"))
