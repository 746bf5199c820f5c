"""The text of problem set 1 runs, before and after a student has written anything."""

import os
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import coursekit
from coursekit.authoring.notebooks import write_notebook
from coursekit.authoring.strip import write_stubs
from coursekit.links import BOOK_URL, REPOSITORY_URL
from exercises.ps1 import PROBLEM_SET

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "solutions" / "notebooks" / "ps1.md").read_text(encoding="utf-8")
CHECK = 'check("'


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the released notebook against one version of `convnets`, as a grader does."""

    def execute(*folders):
        path = os.pathsep.join(map(str, [*folders, ROOT / "src"]))
        monkeypatch.setenv("PYTHONPATH", path)
        monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
        (data,) = write_notebook(TEXT, PROBLEM_SET).values()
        notebook = nbformat.reads(data.decode(), as_version=4)
        where = {"metadata": {"path": str(tmp_path)}}
        NotebookClient(notebook, timeout=120, resources=where).execute()
        return [cell for cell in notebook.cells if cell.cell_type == "code"]

    return execute


def outputs(cells, kind):
    return [
        output
        for cell in cells
        for output in cell.outputs
        if output.output_type == kind
    ]


@pytest.mark.slow
def test_every_cell_runs_with_the_reference_and_writes_nothing_to_stderr(run):
    cells = run(ROOT / "solutions")
    assert outputs(cells, "error") == []
    assert {stream.name for stream in outputs(cells, "stream")} == {"stdout"}
    assert len(outputs(cells, "display_data")) == len(PROBLEM_SET.functions)


@pytest.mark.slow
def test_the_smile_is_found_where_it_was_drawn(run):
    (printed,) = [
        stream.text
        for stream in outputs(run(ROOT / "solutions"), "stream")
        if "found" in stream.text
    ]
    found, drawn = re.findall(r"\(\d+, \d+\)", printed)
    assert found == drawn


@pytest.mark.slow
def test_an_untouched_stub_stops_only_the_examples(run, tmp_path):
    for name, data in write_stubs(ROOT / "solutions", [PROBLEM_SET]).items():
        path = tmp_path / "stubs" / Path(name).relative_to("src")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    cells = run(tmp_path / "stubs")
    errors = outputs(cells, "error")
    assert {error.ename for error in errors} == {"NotImplementedError"}
    assert len(errors) == len(PROBLEM_SET.functions)
    assert outputs([cell for cell in cells if CHECK in cell.source], "error") == []


def test_difficulty_and_minutes_are_those_of_the_declarations():
    levels = {1: "Easy", 2: "Medium", 3: "Hard"}
    found = re.findall(r"^\*(\w+), about (\d+) minutes\.\*$", TEXT, re.MULTILINE)
    declared = [
        (levels[item.difficulty], str(item.minutes)) for item in PROBLEM_SET.exercises
    ]
    assert found == declared


def test_colab_fetches_the_release_of_this_version():
    release = f"{REPOSITORY_URL}/releases/download/v{coursekit.__version__}/"
    assert release in TEXT


def test_links_into_the_book_lead_to_its_pages():
    links = re.findall(rf"{re.escape(BOOK_URL)}/(book/\w+)\.html(?:#([\w-]+))?", TEXT)
    assert links
    for page, anchor in links:
        text = (ROOT / f"{page}.md").read_text(encoding="utf-8").lower()
        title = f"## {anchor.replace('-', ' ')}\n"
        assert not anchor or f"({anchor})=" in text or title in text
