"""Each page with code as a notebook, and the Colab buttons that lead there."""

from __future__ import annotations

import copy
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PUBLISHED = "/github/convnets-course/convnets-course/blob/"
# Pages and notebooks know no common form for these; a reader would see the marks.
LEFT_OVER = re.compile(r"^\s*[`:]{3,}\{|\{[\w:-]+\}`|^\([\w-]+\)=$", re.MULTILINE)


@pytest.fixture(scope="module")
def notebooks(html):
    folder = html.parent / "notebooks"
    return {path.stem: nbformat.read(path, 4) for path in folder.glob("*.ipynb")}


def colab_links(page):
    hrefs = [tag.get("href", "") for tag in page.find("a")]
    return [href for href in hrefs if "colab.research.google.com" in href]


def test_every_colab_link_leads_to_a_notebook_that_is_published(chapters, notebooks):
    for name, page in chapters.items():
        for link in colab_links(page):
            path = urlsplit(link).path
            assert path.startswith(PUBLISHED), f"{name}: {link}"
            branch, _, file = path.removeprefix(PUBLISHED).partition("/")
            if branch == "notebooks":
                assert file.removesuffix(".ipynb") in notebooks, f"{name}: {link}"
            else:
                assert branch == "main", f"{name}: {link}"
                assert (ROOT / file).is_file(), f"{name}: {link}"
                assert file.endswith(".ipynb"), f"{name}: {link}"


def test_a_page_has_a_button_if_it_has_code_and_does_not_decline(chapters, notebooks):
    for name, page in chapters.items():
        stem = Path(name).stem
        source = (ROOT / "book" / f"{stem}.md").read_text(encoding="utf-8")
        has_code = "\n```{code-cell}" in source and "\ncolab: false\n" not in source
        paths = [urlsplit(link).path for link in colab_links(page)]
        buttons = [path for path in paths if "/blob/notebooks/" in path]
        expected = [f"{PUBLISHED}notebooks/{stem}.ipynb"] if has_code else []
        assert buttons == expected, name
        assert (stem in notebooks) == has_code, name


def test_notebooks_are_valid_and_hold_no_results(notebooks):
    for name, notebook in notebooks.items():
        nbformat.validate(notebook)
        for cell in notebook.cells:
            assert cell.cell_type == "markdown" or not cell.outputs, name


def test_notebooks_have_all_the_page_s_code_in_order(notebooks):
    for name, notebook in notebooks.items():
        page = jupytext.read(ROOT / "book" / f"{name}.md")
        expected = [cell.source for cell in page.cells if cell.cell_type == "code"]
        code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
        assert "google.colab" in code[0], name
        assert code[1:] == expected, name


def test_notebooks_read_as_plain_markdown(notebooks):
    for name, notebook in notebooks.items():
        for cell in notebook.cells:
            prose = cell.source if cell.cell_type == "markdown" else ""
            prose = re.sub(r"^(`{3,})\w*$.*?^\1$", "", prose, flags=re.M | re.S)
            prose = re.sub(r"`` .*? ``|``.*?``", "", prose)
            assert not LEFT_OVER.search(prose), f"{name}: {prose[:200]}"
            assert "\0" not in cell.source, name


def test_download_button_gives_the_same_notebook(html, notebooks):
    for name in notebooks:
        download = html / "_sources" / "book" / f"{name}.ipynb"
        published = html.parent / "notebooks" / f"{name}.ipynb"
        assert download.read_bytes() == published.read_bytes(), name


def test_a_notebook_runs_from_its_first_cell(notebooks, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["solutions", "src"]))
    notebook = copy.deepcopy(notebooks["messages"])
    NotebookClient(
        notebook, timeout=60, resources={"metadata": {"path": ROOT}}
    ).execute()
    printed = [out.text for cell in notebook.cells for out in cell.get("outputs", [])]
    assert printed[0].startswith("ShapeError: `x` must have 1 axis (W_in)")
