"""The problem sets run, before and after a student has written anything."""

import importlib
import os
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbclient import NotebookClient

import coursekit
from coursekit.authoring.notebooks import write_notebook
from coursekit.authoring.strip import write_stubs
from coursekit.checks.predictions_file import Handed, predictions_text
from coursekit.checks.testsets import all_labels
from coursekit.links import BOOK_URL, REPOSITORY_URL

ROOT = Path(__file__).parents[2]
TEXTS = {
    path.stem: path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "solutions" / "notebooks").glob("ps*.md"))
}
SETS = {
    name: importlib.import_module(f"exercises.{name}").PROBLEM_SET for name in TEXTS
}
SHOWN = {"display_data", "execute_result", "stream"}
EXAMPLE = "raises-exception"
HAND_IN = "from coursekit.submission import submit"
ANNOUNCED = {
    "two to three": (120, 180),
    "about two": (105, 135),
    "about two and a half": (135, 165),
    "about three": (165, 195),
    "about four": (220, 260),
    "about five": (270, 330),
}


@pytest.fixture(scope="module", params=TEXTS)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def run(name, tmp_path_factory):
    """Run the released notebook against one version of `convnets`, as a grader does."""

    def execute(folder):
        (data,) = write_notebook(TEXTS[name], SETS[name]).values()
        notebook = nbformat.reads(data.decode(), as_version=4)
        place = tmp_path_factory.mktemp("hand-in")
        if folder == ROOT / "solutions":
            hand_in_predictions(place, SETS[name].predictions)
        where = {"metadata": {"path": str(place)}}
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{ROOT / 'src'}")
            patch.setenv("NBGRADER_EXECUTION", "autograde")
            NotebookClient(notebook, timeout=120, resources=where).execute()
        return [cell for cell in notebook.cells if cell.cell_type == "code"]

    return execute


def hand_in_predictions(place, asked):
    """Make a folder one of a class, with right predictions in it."""
    (place / "nbgrader_config.py").touch()
    shutil.copytree(ROOT / "solutions" / "labels", place / "grading" / "labels")
    for item in asked:
        labels = all_labels(ROOT / "solutions" / "labels")[item.dataset]
        text = predictions_text(Handed(item.dataset, labels))
        (place / item.file).write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def solved(run):
    """Return the cells after a run with the reference."""
    return run(ROOT / "solutions")


@pytest.fixture(scope="module")
def untouched(run, tmp_path_factory):
    """Return the cells after a run with what a student is given."""
    folder = tmp_path_factory.mktemp("stubs")
    for file, data in write_stubs(ROOT / "solutions", list(SETS.values())).items():
        path = folder / Path(file).relative_to("src")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return run(folder)


def sections(cells):
    """Sort cells by the check they follow: {exercise: (check, its examples)}."""
    found = {}
    for cell in cells:
        if check := re.match(r'check\("(.+?)"', cell.source.splitlines()[-1]):
            latest = found[check[1]] = SimpleNamespace(check=cell, examples=[])
        elif HAND_IN in cell.source:
            break
        elif found and EXAMPLE in cell.metadata.get("tags", []):
            latest.examples.append(cell)
    return found


def outputs(cells, kinds):
    return [out for cell in cells for out in cell.outputs if out.output_type in kinds]


def is_picture(output):
    """Say whether more is displayed than text, such as the progress of a run."""
    return set(output.data) != {"text/plain"}


@pytest.mark.slow
def test_every_cell_runs_with_the_reference_and_writes_nothing_to_stderr(solved):
    assert outputs(solved, {"error"}) == []
    assert {stream.name for stream in outputs(solved, {"stream"})} <= {"stdout"}


@pytest.mark.slow
def test_something_is_shown_after_every_function(solved, name):
    found = sections(solved)
    assert list(found) == [item.id for item in SETS[name].checked]
    for function in SETS[name].functions:
        examples = found[function.id].examples
        assert examples, function.id
        assert all(outputs([cell], SHOWN) for cell in examples), function.id


@pytest.mark.slow
def test_nearly_every_function_has_a_picture_of_its_own(solved, name):
    pictures = [
        sum(is_picture(out) for out in outputs(found.examples, {"display_data"}))
        for found in sections(solved).values()
    ]
    assert max(pictures) == 1
    assert sum(pictures) >= len(SETS[name].functions) - 1


@pytest.mark.slow
def test_an_untouched_stub_stops_only_the_examples(untouched, name):
    found = sections(untouched)
    for function in SETS[name].functions:
        errors = outputs(found[function.id].examples, {"error"})
        assert {error.ename for error in errors} == {"NotImplementedError"}
    examples = [cell for each in found.values() for cell in each.examples]
    assert outputs(untouched, {"error"}) == outputs(examples, {"error"})


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ps1"], indirect=True, scope="module")
def test_the_smile_is_found_where_it_was_drawn(solved):
    texts = [stream.text for stream in outputs(solved, {"stream"})]
    (printed,) = [text for text in texts if "found" in text]
    found, drawn = re.findall(r"\(\d+, \d+\)", printed)
    assert found == drawn


def test_difficulty_and_minutes_are_those_of_the_declarations(name):
    levels = {1: "Easy", 2: "Medium", 3: "Hard"}
    found = re.findall(r"^\*(\w+), about (\d+) minutes\.\*$", TEXTS[name], re.MULTILINE)
    declared = [
        (levels[item.difficulty], str(item.minutes)) for item in SETS[name].exercises
    ]
    assert found == declared


def test_the_hours_announced_are_the_sum_of_the_minutes(name):
    (hours,) = re.findall(r"^It takes (.+) hours\.$", TEXTS[name], re.MULTILINE)
    least, most = ANNOUNCED[hours]
    assert least <= sum(item.minutes for item in SETS[name].exercises) <= most


def test_colab_fetches_the_release_of_this_version(name):
    release = f"{REPOSITORY_URL}/releases/download/v{coursekit.__version__}/"
    assert release in TEXTS[name]


def test_links_into_the_book_lead_to_its_pages(name):
    link = rf"{re.escape(BOOK_URL)}/(book/\w+)\.html(?:#([\w-]+))?"
    links = re.findall(link, TEXTS[name])
    assert links
    for page, anchor in links:
        text = (ROOT / f"{page}.md").read_text(encoding="utf-8").lower()
        title = f"## {anchor.replace('-', ' ')}\n"
        assert not anchor or f"({anchor})=" in text or title in text
