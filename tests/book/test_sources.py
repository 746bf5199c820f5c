"""The pages and their configuration, before anything is built."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from coursekit.authoring.lint import RULES, Course

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "book").glob("*.md"))
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
BIB = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")

pages = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


def entries(tree):
    """Return every file that a table of contents names, in order."""
    files = [tree[key] for key in ("root", "file") if key in tree]
    for key in ("parts", "chapters", "sections"):
        for child in tree.get(key, []):
            files += entries(child)
    return files


def test_every_page_is_in_the_table_of_contents_once():
    assert sorted(entries(TOC)) == [f"book/{path.stem}" for path in PAGES]


def test_the_book_begins_with_the_welcome_page():
    assert TOC["root"] == "book/welcome"


# Installed packages and what the build writes are never read as pages.
@pytest.mark.parametrize("folder", ["build", "solutions", "src", "tests"])
def test_folders_without_pages_are_left_out(folder):
    assert folder in CONFIG["exclude_patterns"]
    assert CONFIG["only_build_toc_files"]


def test_nothing_is_loaded_for_live_code_or_jupyter_widgets():
    assert CONFIG["launch_buttons"]["thebe"] is False
    assert CONFIG["sphinx"]["config"]["nb_ipywidgets_js"] == {}


# Short cells, no installation, every page listed, figures described, no tracebacks.
@pytest.mark.parametrize("number", ["C104", "C105", "C107", "C108", "C110"])
def test_pages_follow_the_course_rules(number):
    assert [str(item) for item in RULES[number].apply(Course(ROOT))] == []


@pages
def test_page_has_one_title_and_a_heading_below_it(path):
    text = re.sub(r"^(`{3,}).*?^\1$", "", path.read_text("utf-8"), flags=re.M | re.S)
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1
    assert re.search(r"^## ", text, re.MULTILINE)


@pages
def test_every_block_that_is_opened_is_closed(path):
    open_fence = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        fence = re.match(r"(`{3,}|:{3,})", line.strip())
        if fence and not open_fence:
            open_fence = fence[0]
        elif fence and line.strip() == open_fence:
            open_fence = ""
    assert open_fence == ""


@pages
def test_page_with_cells_names_a_kernel(path):
    text = path.read_text(encoding="utf-8")
    has_cells = re.search(r"^```\{code-cell\}", text, re.MULTILINE)
    assert bool(has_cells) == ("\nkernelspec:\n" in text)


def test_references_are_sorted_and_each_is_there_once():
    keys = re.findall(r"^@\w+\{([^,]+),", BIB, re.MULTILINE)
    assert keys == sorted(set(keys))


def test_every_reference_is_cited_somewhere():
    keys = set(re.findall(r"^@\w+\{([^,]+),", BIB, re.MULTILINE))
    text = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
    roles = re.findall(r"\{cite:\w+\}`([^`]+)`", text)
    names = {name for role in roles for name in re.split(r"[;,]", role)}
    assert keys - {re.sub(r"\{[^}]*\}", "", name).strip() for name in names} == set()
