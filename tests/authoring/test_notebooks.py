"""The released notebook is what nbgrader, Jupyter and Colab expect."""

from __future__ import annotations

import json

import nbformat
import pytest

from coursekit.authoring.notebooks import write_notebook
from coursekit.authoring.reference import load_problem_sets, reference_first
from coursekit.errors import CourseError

PATH = "assignments/ps1/ps1.ipynb"
AGAIN = """
```{code-cell}
:nbgrader: {grade_id: ps1.double, grade: true}
check("ps1.double")
```
"""


@pytest.fixture
def problem_set(course):
    with reference_first(course / "solutions"):
        return load_problem_sets(course / "solutions")[0]


@pytest.fixture
def text(course):
    return (course / "solutions" / "notebooks" / "ps1.md").read_text(encoding="utf-8")


@pytest.fixture
def notebook(text, problem_set):
    return nbformat.reads(write_notebook(text, problem_set)[PATH].decode(), 4)


def graded(notebook):
    marks = [cell["metadata"].get("nbgrader") for cell in notebook["cells"]]
    return {mark["grade_id"]: mark for mark in marks if mark}


def test_a_check_is_a_locked_graded_cell_with_the_declared_points(notebook):
    mark = graded(notebook)["ps1-double"]
    del mark["checksum"]
    assert mark == {
        "cell_type": "code",
        "grade": True,
        "grade_id": "ps1-double",
        "locked": True,
        "points": 2,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }


def test_a_written_answer_is_graded_and_open(notebook):
    mark = graded(notebook)["ps1-why"]
    assert (mark["grade"], mark["solution"], mark["locked"]) == (True, True, False)
    assert (mark["cell_type"], mark["points"]) == ("markdown", 1)


def test_students_cannot_delete_graded_cells_by_accident(notebook):
    cells = {c["id"]: c["metadata"] for c in notebook["cells"]}
    assert cells["ps1-double"]["deletable"] is False
    assert cells["ps1-double"]["editable"] is False
    assert "editable" not in cells["ps1-why"]


def test_checksums_are_nbgraders(notebook):
    from nbgrader.utils import compute_checksum

    for cell in notebook.cells:
        mark = cell.metadata.get("nbgrader")
        assert mark is None or mark.checksum == compute_checksum(cell)


def test_nbgrader_finds_the_metadata_valid(notebook):
    from nbgrader.nbgraderformat import MetadataValidator

    MetadataValidator().validate_nb(notebook)


def test_the_notebook_opens_on_colab_and_pairs_with_nothing(notebook):
    metadata = notebook["metadata"]
    assert metadata["colab"] == {"provenance": [], "toc_visible": True}
    assert metadata["kernelspec"]["name"] == "python3"
    assert "jupytext" not in json.dumps(notebook)
    assert "solutions/notebooks/ps1.md" in metadata["coursekit"]["generated"]


def test_a_text_may_ask_colab_for_a_gpu(text, problem_set):
    asking = text.replace("---\n", "---\naccelerator: GPU\ncolab:\n  gpuType: T4\n", 1)
    (data,) = write_notebook(asking, problem_set).values()
    metadata = json.loads(data)["metadata"]
    assert metadata["accelerator"] == "GPU"
    assert metadata["colab"]["gpuType"] == "T4"
    assert metadata["colab"]["toc_visible"]


def test_it_is_valid_and_holds_no_outputs(notebook):
    nbformat.validate(notebook)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(not cell["outputs"] and not cell["execution_count"] for cell in code)


def test_ids_follow_the_text_and_not_the_place(text, problem_set, notebook):
    moved = text.replace("# Sums\n", "# Sums\n\n+++\n\nA new cell.\n")
    after = json.loads(write_notebook(moved, problem_set)[PATH])
    ids = [cell["id"] for cell in after["cells"]]
    assert len(ids) == len(set(ids)) == len(notebook["cells"]) + 1
    assert {cell["id"] for cell in notebook["cells"]} < set(ids)


def test_equal_cells_get_different_ids(text, problem_set):
    doubled = text + "\n+++\n\nThe end.\n"
    cells = json.loads(write_notebook(doubled, problem_set)[PATH])["cells"]
    assert cells[-1]["source"] == cells[-2]["source"]
    assert cells[-1]["id"] != cells[-2]["id"]


def test_two_builds_are_equal_to_the_byte_and_end_with_a_newline(text, problem_set):
    first, second = (write_notebook(text, problem_set)[PATH] for _ in range(2))
    assert first == second
    assert first.endswith(b"}\n")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("The end.", AGAIN, "2 graded cells for ps1.double; it needs one"),
        ("{grade_id: ps1.double, grade: true}", "{}", "No exercise ''"),
        ("grade_id: ps1.double", "grade_id: ps1.triple", "Known: ps1.double, ps1.rot"),
        (":nbgrader: {grade_id: ps1.double, grade: true}\n", "", "no graded cells for"),
        ("points: 3", "points: 4", "`points` must be 3, not 4"),
        ("grade: true, points: 3", "points: 3", "`grade` must be True, not None"),
        ("points: 3", "task: false", "`task` must not stand"),
        ('"solution": true', '"solution": false', "`solution` must be True"),
        ('check("ps1.rotate")', 'check("ps1.double")', 'hold check\\("ps1.rotate"\\)'),
        ("YOUR ANSWER HERE", "Write.", "must hold YOUR ANSWER HERE"),
        ("The end.", "See {ref}`page`.", r"`\{ref\}`` works in pages"),
        ("The end.", "```{note}\nLook.\n```", "works in pages, not in notebooks"),
    ],
)
def test_a_text_that_does_not_fit_is_refused(text, problem_set, old, new, message):
    assert old in text
    with pytest.raises(CourseError, match=message):
        write_notebook(text.replace(old, new), problem_set)


def test_a_check_in_a_markdown_cell_is_refused(text, problem_set):
    mark = '+++ {"nbgrader": {"grade_id": "ps1.rotate", "grade": true}}\n\nText\n\n+++'
    start, end = text.index("```{code-cell}\n:nbgrader: {grade_id: ps1.rot"), "+++ {"
    changed = text[:start] + mark + "\n\n" + text[text.index(end, start) :]
    with pytest.raises(CourseError, match=r"ps1\.rotate\) must be a code cell"):
        write_notebook(changed, problem_set)
