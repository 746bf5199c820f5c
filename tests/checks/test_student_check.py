"""What a student's check does with the file on disk, whatever is in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from coursekit.checks.render import to_text
from coursekit.checks.student import check, check_result
from coursekit.errors import CourseError

SOURCES = Path(__file__).resolve().parents[2] / "src"
RIGHT = """
from coursekit.errors import check_axes


def scale(x, by=2.0):
    check_axes("x", x, ["W_in"])
    return by * x
"""
WRONG = RIGHT.replace("by * x", "by + x")


def test_a_right_function_gets_all_points(submission):
    submission(RIGHT)
    result = check_result("tiny.scale")
    assert (result.earned, result.problem) == (1.5, None)


def test_an_edit_within_the_same_second_is_seen(submission):
    for _ in range(5):
        submission(WRONG)
        assert check_result("tiny.scale").misconceptions == ["sum for product"]
        submission(RIGHT)
        assert check_result("tiny.scale").earned == 1.5


def test_a_helper_that_was_removed_is_gone(submission):
    helped = RIGHT.replace("by * x", "helped(by, x)")
    submission(f"{helped}\n\ndef helped(by, x):\n    return by * x\n")
    assert check_result("tiny.scale").earned == 1.5
    submission(helped)
    assert "name 'helped' is not defined" in repr(check("tiny.scale"))


def test_a_change_in_a_module_that_is_imported_is_seen(submission):
    path = submission("from convnets.other import scale")
    other = path.with_name("other.py")
    other.write_text(WRONG, encoding="utf-8")
    assert check_result("tiny.scale").earned == 0
    other.write_text(RIGHT, encoding="utf-8")
    assert check_result("tiny.scale").earned == 1.5


def test_functions_imported_before_the_edit_stay_usable(submission):
    submission(RIGHT)
    check_result("tiny.scale")
    from convnets.tiny import scale

    submission(RIGHT)
    check_result("tiny.scale")
    assert scale(np.ones(1))[0] == 2.0


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("def scale(x:\n", r"tiny.py cannot be read as Python: .*\(line 1\)."),
        (
            "x = 1\n  y = 2\n",
            r"tiny.py cannot be read as Python: .*indent.*\(line 2\).",
        ),
        (
            "import nonsense\n",
            "tiny.py cannot be imported: ModuleNotFoundError: No mod",
        ),
        ("x = 1\ny = z\n", r"NameError: name 'z' is not defined \(tiny.py, line 2\)"),
        ("raise SystemExit\n", "tiny.py cannot be imported: SystemExit"),
        ("x = 1\n", "tiny.py has no function `scale`."),
        ("scale = 3\n", "tiny.py has no function `scale`."),
        ("x = '\0'\n", "tiny.py cannot be"),
        ("raise NotImplementedError('Exercise a: write a.')", "The file calls a stub:"),
    ],
)
def test_a_file_that_cannot_be_used_is_explained(submission, source, sentence):
    submission(source)
    result = check_result("tiny.scale")
    assert result.earned == 0
    assert re.search(sentence, result.problem.sentence)


def test_a_syntax_error_names_the_file_it_is_in(submission):
    path = submission("from convnets.other import scale\n")
    path.with_name("other.py").write_text("\nscale = (\n", encoding="utf-8")
    sentence = check_result("tiny.scale").problem.sentence
    assert sentence.startswith("other.py cannot be read as Python")
    assert "(line 2)" in sentence


def test_a_missing_file_is_explained(submission):
    submission(RIGHT).unlink()
    sentence = check_result("tiny.scale").problem.sentence
    assert sentence == "tiny.py is missing. Put it back into src/convnets."


@pytest.mark.parametrize("first", ["# no word on it", "# -*- coding: latin-1 -*-"])
def test_a_file_that_is_not_utf_8_is_refused_as_in_grading(submission, first):
    path = submission("")
    path.write_bytes(f"{first}\nname = 'é'\n{RIGHT}".encode("latin-1"))
    assert check_result("tiny.scale").problem.sentence == (
        "tiny.py cannot be read as Python: it is not UTF-8 text (line 2)."
    )


def test_an_untouched_stub_is_no_mistake(submission):
    submission(RIGHT.replace("return by * x", 'raise NotImplementedError("write it")'))
    result = check_result("tiny.scale")
    assert (result.earned, result.is_untouched) == (0, True)


def test_prints_and_warnings_do_not_reach_stderr(submission, tmp_path):
    noise = (
        "    print('print')\n    print('error', file=sys.stderr)\n"
        "    warnings.warn('warning in the call')\n    return"
    )
    noisy = RIGHT.replace("    return", noise)
    submission(f"import sys, warnings\nwarnings.warn('warning at import')\n{noisy}")
    program = (
        "import pathlib, coursekit.checks.key as key\n"
        "key.KEYS = pathlib.Path('keys')\n"
        "from coursekit.checks.student import check\n"
        "print(check('tiny.scale'))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SOURCES)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert run.stderr == ""
    words = ["print", "error", "warning in the call", "warning at import", "1.5 / 1.5"]
    assert [word for word in words if word not in run.stdout] == []


@pytest.mark.parametrize(("source", "points"), [(RIGHT, "1.5"), (WRONG, "0")])
def test_while_nbgrader_grades_the_report_is_a_number(
    submission, monkeypatch, source, points
):
    submission(source)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert repr(check("tiny.scale")) == points
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    assert repr(check("tiny.scale")).startswith("tiny.scale  Scaling")


def test_a_notebook_gets_html(submission):
    submission(RIGHT)
    assert check("tiny.scale")._repr_html_().startswith("<style>.coursekit-check")


def test_the_package_beside_the_notebook_comes_first(submission, tmp_path, monkeypatch):
    installed = tmp_path / "installed" / "convnets"
    installed.mkdir(parents=True)
    (installed / "__init__.py").touch()
    (installed / "tiny.py").write_text(WRONG, encoding="utf-8")
    monkeypatch.syspath_prepend(installed.parent)
    monkeypatch.chdir(installed.parent)
    assert check_result("tiny.scale").earned == 0
    submission(RIGHT)
    monkeypatch.chdir(tmp_path)
    assert check_result("tiny.scale").earned == 1.5


def test_a_folder_further_down_the_path_comes_first_too(submission, tmp_path):
    submission(RIGHT)
    installed = tmp_path / "installed"
    (installed / "convnets").mkdir(parents=True)
    (installed / "convnets" / "__init__.py").touch()
    (installed / "convnets" / "tiny.py").write_text(WRONG, encoding="utf-8")
    sys.path[:0] = [str(installed), str(tmp_path)]
    assert check_result("tiny.scale").earned == 1.5


def test_an_unknown_exercise_is_refused(submission):
    with pytest.raises(CourseError, match=r"Known: tiny\.scale"):
        check("tiny.other")


@pytest.mark.parametrize("place", ["import os\nos._exit(0)\n", None])
def test_a_sudden_end_is_reported_and_not_carried_out(submission, place):
    inside = "import os\ndef scale(*args, **kwargs):\n    os._exit(0)\n"
    submission(place or inside)
    before = os._exit
    result = check_result("tiny.scale")
    assert result.earned == 0
    assert "os._exit(0)" in to_text(result)
    assert os._exit is before
