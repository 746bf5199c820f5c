"""Numbers in the notebook, from the declaration to what a student hands in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile

import nbformat
import pytest

from coursekit.authoring import release
from coursekit.authoring.notebooks import write_notebook
from coursekit.authoring.reference import load_problem_sets, reference_first
from coursekit.errors import CourseError

DECLARED = """
        Numeric(
            "ps1.numbers", "By hand",
            [
                Answer("sum", "The sum", 5, 1, [WrongAnswer("product", "Add.", 6)]),
                Answer("half", "The half", 2.5, 0.5, [WrongAnswer("//", "Divide.", 2)]),
            ],
        ),
        Written("ps1.why", "Why", 1),"""
CELLS = """\
```{code-cell}
:nbgrader: {grade_id: ps1.numbers.answers, solution: true}
answers = {
    "sum": None,
    "half": None,
}
```

```{code-cell}
:nbgrader: {grade_id: ps1.numbers, grade: true}
# Your numbers are right.
check("ps1.numbers", answers)
```

The end.
"""


@pytest.fixture
def course(course):
    """Add two numbers to the small course."""
    declarations = course / "solutions" / "exercises" / "ps1.py"
    text = declarations.read_text(encoding="utf-8")
    text = text.replace("ProblemSet,", "ProblemSet, Numeric, Answer, WrongAnswer,")
    text = text.replace('\n        Written("ps1.why", "Why", 1),', DECLARED)
    declarations.write_text(text, encoding="utf-8")
    notebook = course / "solutions" / "notebooks" / "ps1.md"
    text = notebook.read_text(encoding="utf-8").replace("The end.\n", CELLS)
    notebook.write_text(text, encoding="utf-8")
    return course


@pytest.fixture
def text(course):
    return (course / "solutions" / "notebooks" / "ps1.md").read_text(encoding="utf-8")


@pytest.fixture
def problem_set(course):
    with reference_first(course / "solutions"):
        return load_problem_sets(course / "solutions")[0]


@pytest.fixture
def student(course, tmp_path):
    """Release the course, and unpack the student edition elsewhere."""
    output = tmp_path / "output"
    release.release(course, output, release.generate(course), force=False)
    return shutil.copytree(output / "convnets-course", tmp_path / "home")


@pytest.fixture
def notebook(student):
    return student / "assignments" / "ps1" / "ps1.ipynb"


@pytest.fixture
def answer(notebook):
    """Write into the cell with the answers, and save the notebook."""

    def answer(source):
        tree = json.loads(notebook.read_text(encoding="utf-8"))
        cells = {cell["id"]: cell for cell in tree["cells"]}
        cells["ps1-numbers-answers"]["source"] = source
        notebook.write_text(json.dumps(tree), encoding="utf-8")

    return answer


@pytest.fixture
def run(student):
    """Run `course` as a student does."""

    def run(*args):
        clean = {k: v for k, v in os.environ.items() if k != "NBGRADER_EXECUTION"}
        return subprocess.run(
            [sys.executable, "-c", "from coursekit.cli import main; main()", *args],
            cwd=student,
            env={**clean, "PYTHONPATH": str(student / "src")},
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        ).stdout

    return run


def written(text, problem_set):
    data = write_notebook(text, problem_set)["assignments/ps1/ps1.ipynb"]
    return nbformat.reads(data.decode(), 4)


def test_the_answers_stand_in_an_open_cell_and_the_check_in_a_locked_one(
    text, problem_set
):
    cells = {cell.id: cell for cell in written(text, problem_set).cells}
    assert cells["ps1-numbers-answers"].metadata.nbgrader == {
        "cell_type": "code",
        "grade": False,
        "grade_id": "ps1-numbers-answers",
        "locked": False,
        "schema_version": 3,
        "solution": True,
        "task": False,
    }
    mark = cells["ps1-numbers"].metadata.nbgrader
    assert (mark["grade"], mark["locked"], mark["points"]) == (True, True, 1.5)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"sum": None', '"sum": 5', "must set each of these to None: sum, half"),
        ('    "half": None,\n', "", "must set each of these to None: sum, half"),
        ("answers = {\n", "numbers = {\n", "does not assign `answers"),
        (", solution: true", "", "mark of numeric answers must be"),
        ("ps1.numbers.answers", "ps1.double.answers", "mark of numeric answers"),
        ('check("ps1.numbers", answers)', 'check("ps1.numbers")', "must hold check"),
    ],
)
def test_a_cell_that_is_not_as_declared_is_refused(text, problem_set, old, new, words):
    assert old in text
    with pytest.raises(CourseError, match=words):
        write_notebook(text.replace(old, new), problem_set)


def test_a_notebook_without_the_answers_cell_is_refused(text, problem_set):
    start = text.index("```{code-cell}\n:nbgrader: {grade_id: ps1.numbers.answers")
    end = text.index("```{code-cell}\n:nbgrader: {grade_id: ps1.numbers,")
    with pytest.raises(CourseError, match=r"one cell ps1\.numbers\.answers"):
        write_notebook(text[:start] + text[end:], problem_set)


def test_no_released_file_holds_a_right_or_a_wrong_number(student):
    key = json.loads(
        (student / "src/coursekit/checks/keys/ps1.json").read_text(encoding="utf-8")
    )
    numbers = next(item for item in key["keys"] if item["exercise"] == "ps1.numbers")
    (case,) = numbers["groups"][0]["cases"]
    values = [case["expected"], *case["wrong"].values()]
    assert {len(value["dict"]["value"]) for value in values} == {32}


def test_the_terminal_reads_the_saved_numbers(run, answer):
    assert "to do" in row(run("check", "ps1"))
    answer('answers = {"sum": 2 + 3, "half": 2.5}')
    assert row(run("check", "ps1")).split()[:2] == ["ok", "ps1.numbers"]
    answer('answers = {"sum": 2 * 3, "half": 2.5}')
    output = run("check", "ps1.numbers")
    assert "Likely mistake: product. Add." in output
    assert "0.5 / 1.5 points" in output
    answer("answers = {")
    assert "not Python (line 1)" in run("check", "ps1.numbers")


def test_a_terminal_without_a_notebook_says_what_is_missing(run, notebook):
    notebook.unlink()
    output = " ".join(run("check", "ps1.numbers").split())
    assert "There is no ps1.ipynb in" in output
    assert "0 / 1.5 points" in output


def test_what_is_handed_in_counts_the_numbers(run, answer, notebook):
    answer('answers = {"sum": 5, "half": None}')
    output = run("submit", "ps1")
    assert "Not passing yet: ps1.numbers" in output
    with zipfile.ZipFile(notebook.with_name("ps1-submission.zip")) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["visible"]["exercises"]["ps1.numbers"] == 1
    assert manifest["visible"]["points"] == 6.5


def test_a_missing_answers_cell_is_told_of(run, notebook):
    tree = json.loads(notebook.read_text(encoding="utf-8"))
    tree["cells"] = [c for c in tree["cells"] if c["id"] != "ps1-numbers-answers"]
    notebook.write_text(json.dumps(tree), encoding="utf-8")
    output = " ".join(run("submit", "ps1").split())
    assert "The cell ps1-numbers-answers is missing" in output


def row(output):
    """Return the line about the numbers."""
    return next(line for line in output.splitlines() if "ps1.numbers" in line)
