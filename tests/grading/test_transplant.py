"""What is taken from a notebook and its sources, and what is only remarked on."""

from __future__ import annotations

import json

import pytest

from coursekit.errors import CourseError
from coursekit.grading import transplant as module
from coursekit.grading.transplant import Transplant, transplant


@pytest.fixture
def taken(hand_in, bundle):
    """Transplant a notebook, with a source beside it."""

    def taken(cells: object, source: bytes = b"x = 1\n") -> Transplant:
        return transplant(hand_in(source, cells), bundle)

    return taken


@pytest.fixture
def parts():
    """Return the cells that the released notebook has."""
    from copy import deepcopy

    def parts(text: str = "Because.") -> list[dict]:
        cells = deepcopy(CELLS)
        cells[-1]["source"] = text
        return cells

    return parts


def cell(name: str, kind: str = "code", **marks: object) -> dict:
    """Return a graded cell."""
    base = {"grade_id": f"ps90.{name}", "solution": False, "grade": True}
    marks = {**base, "points": 3, "schema_version": 3, **marks}
    return {"cell_type": kind, "id": name, "metadata": {"nbgrader": marks}}


CELLS = [
    {**cell("correlate1d"), "source": "check()"},
    {**cell("correlate2d"), "source": "check()"},
    {**cell("why", "markdown", solution=True, points=1), "source": "?", "id": "why"},
]
NAME = "ps90.why"


def book(cells: object, **more: object) -> dict:
    return {"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}, **more}


def test_the_answer_is_taken(taken, parts):
    result = taken(book(parts("Because.")))
    assert result.answers == {NAME: "Because."}
    assert result.sources == {"convnets/correlation.py": "x = 1\n"}
    assert result.problems == result.remarks == []


def test_a_source_in_lines_is_joined(taken, parts):
    assert taken(book(parts(["one\n", "two"]))).answers == {NAME: "one\ntwo"}


def test_code_cells_and_outputs_are_not_taken(taken, parts):
    cells = parts()
    cells[0]["source"] = "import os; os._exit(0)"
    cells[0]["outputs"] = [{"output_type": "execute_result", "data": {}}]
    cells[0]["metadata"]["tags"] = ["skip-execution"]
    result = taken(book(cells))
    assert list(result.answers) == [NAME]
    assert result.remarks == []


UNREADABLE = {
    "empty": (b"", "ps90.ipynb is empty."),
    "blank": (b" \n", "ps90.ipynb is empty."),
    "cut": (b'{"cells": [', "is damaged or is not JSON."),
    "text": (b"hello", "is damaged or is not JSON."),
    "binary": (bytes(range(256)), "is damaged or is not JSON."),
    "a number": (b"17", "it has no cells."),
    "no cells": (b'{"cells": 3}', "it has no cells."),
    "a page": (b"<html></html>", "is damaged or is not JSON."),
    "deep": (b"[" * 200_000 + b"]" * 200_000, "is nested too deeply to be read."),
    "a long number": (b'{"cells": ' + b"9" * 10_000 + b"}", "is not JSON."),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_notebook_costs_not_the_sources(taken, name):
    data, sentence = UNREADABLE[name]
    result = taken(data)
    (problem,) = result.problems
    assert problem.startswith("ps90.ipynb is ")
    assert problem.endswith(sentence)
    assert list(result.sources) == ["convnets/correlation.py"]


@pytest.mark.parametrize(
    "odd",
    [
        None,
        3,
        {},
        {"metadata": []},
        {"metadata": {"nbgrader": [1]}},
        {"metadata": {"nbgrader": {"grade_id": {"a": 1}}}},
        {"metadata": {"nbgrader": {"grade_id": NAME}}, "source": {"a": 1}},
        {"metadata": {}, "id": [1], "source": [1, None]},
    ],
)
def test_odd_cells_do_no_harm(taken, parts, odd):
    assert taken(book([*parts(), odd])).answers == {NAME: "Because."}


def test_a_missing_cell_is_remarked_on(taken, parts):
    result = taken(book(parts()[1:]))
    assert result.remarks == ["Cell ps90.correlate1d is missing."]
    assert result.answers == {NAME: "Because."}


def test_the_first_of_two_cells_counts(taken, parts):
    result = taken(book([*parts("First."), *parts("Second.")[-1:]]))
    assert result.answers == {NAME: "First."}
    assert result.remarks == ["Cell 'ps90.why' is there twice; the first is used."]


def test_a_renamed_cell_is_known_by_neither_name(taken, parts):
    cells = parts()
    cells[-1]["metadata"]["nbgrader"]["grade_id"] = "mine\n<script>"
    result = taken(book(cells))
    assert result.answers == {}
    assert "Cell ps90.why is missing." in result.remarks
    assert "Cell 'mine?<script>' is not ours." in result.remarks


def test_a_cell_without_metadata_is_known_by_its_id(taken, parts):
    cells = parts()
    cells[-1]["metadata"] = {}
    result = taken(book(cells))
    assert result.answers == {NAME: "Because."}
    assert result.remarks == ["Cell ps90.why has lost its metadata; its id was known."]


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        ("grade", False, "grading metadata"),
        ("points", 100, "grading metadata"),
        ("solution", False, "grading metadata"),
        ("schema_version", 1, "schema version"),
    ],
)
def test_changed_metadata_changes_nothing(taken, parts, key, value, word):
    cells = parts()
    cells[-1]["metadata"]["nbgrader"][key] = value
    result = taken(book(cells))
    assert result.answers == {NAME: "Because."}
    assert word in result.remarks[0]


def test_another_kind_of_cell_is_taken(taken, parts):
    cells = parts()
    cells[-1]["cell_type"] = "raw"
    result = taken(book(cells))
    assert result.answers == {NAME: "Because."}
    assert result.remarks == ["Cell ps90.why was turned into another kind of cell."]


def test_an_old_notebook_is_read(taken, parts):
    cells = parts("Old.")
    for part in cells[:2]:
        part["input"] = part.pop("source")
    old = {"worksheets": [{"cells": cells}], "nbformat": 3, "metadata": {}}
    assert taken(old).answers == {NAME: "Old."}


def test_a_long_answer_is_cut(taken, parts, monkeypatch):
    monkeypatch.setattr(module, "ANSWER_CHARACTERS", 10)
    result = taken(book(parts("x" * 11)))
    assert result.answers == {NAME: "x" * 10}
    assert "cut to its first 10 characters" in result.remarks[0]


def test_broken_characters_are_dropped(taken, parts):
    text = "a\x00b\x1b[31m\ud800\tc\nd"
    assert taken(book(parts(text))).answers == {NAME: "ab[31m?\tc\nd"}


def test_remarks_have_an_end(taken, parts):
    extra = [cell(f"extra{number}") for number in range(100)]
    result = taken(book([*parts(), *extra]))
    assert len(result.remarks) == module.REMARKS + 1
    assert result.remarks[-1] == "There are 80 more remarks like these."


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("größe = 1".encode("latin-1"), "is not UTF-8 text."),
        (b"#" * ((1 << 20) + 1), "is larger than 1 MiB."),
        (b"\xff\xfe\x00", "is not UTF-8 text."),
    ],
)
def test_an_unreadable_source_costs_not_the_answers(taken, parts, data, sentence):
    result = taken(book(parts()), data)
    assert result.problems == [f"convnets/correlation.py {sentence}"]
    assert result.answers == {NAME: "Because."}
    assert result.sources == {}


def test_a_byte_order_mark_is_dropped(taken, parts):
    result = taken(book(parts()), b"\xef\xbb\xbfx = 1\n")
    assert result.sources["convnets/correlation.py"] == "x = 1\n"


def test_a_snapshot_that_has_changed_is_our_fault(hand_in, bundle):
    snapshot = hand_in("x = 1")
    path = snapshot.folder / "convnets" / "correlation.py"
    path.chmod(0o644)
    path.write_text("x = 2")
    with pytest.raises(CourseError, match="has changed"):
        transplant(snapshot, bundle)


def test_released_cells_of_the_test_are_the_bundle_s(bundle):
    assert json.loads(bundle.paths.notebook.read_text()) == bundle.released
