"""Every page of the built book as a reader meets it, with nothing but its folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from coursekit.authoring.book import build_book

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
SITE = "convnets-course"  # the folder it is published under; 404.html counts on it
REDIRECT = 'http-equiv="refresh"'  # index.html only leads to the first page
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NARROW, WIDE = 390, 1280
SHOWN = "MathJax.startup.promise.then(() => document.fonts.ready).then(() => true)"
UNTYPESET = """
() => [...document.querySelectorAll(".math")]
  .filter((node) => !node.querySelector("mjx-container") ||
    node.querySelector("mjx-merror"))
  .map((node) => node.textContent.slice(0, 80))
"""
WIDER = """
(width) => [...document.querySelectorAll("main *")]
  .filter((node) => node.getBoundingClientRect().right > width + 1)
  .slice(0, 3).map((node) => node.outerHTML.slice(0, 120))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the book if it is out of date, and put it where it will be published."""
    given = os.environ.get("COURSEKIT_BOOK_HTML")
    built = Path(given) if given else build_book(ROOT, lambda line: None).parent
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(built, folder / SITE)
    return folder


def pages(site):
    found = sorted((site / SITE).rglob("*.html"))
    return [path for path in found if "_static" not in path.parts and is_page(path)]


def is_page(path):
    return REDIRECT not in path.read_text(encoding="utf-8").lower()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_sound(visit, site, violations, photograph, theme):
    faults = []
    page = visit.page(site, theme)
    for path in pages(site):
        name = path.relative_to(site / SITE).with_suffix("").as_posix()
        # Narrow first: the theme looks for parts that scroll when a page has loaded.
        resize(page, NARROW)
        page.goto(visit.address(path.relative_to(site).as_posix()))
        for width in (NARROW, WIDE):
            resize(page, width)
            settle(page)
            photograph(page, f"{name}-{theme}-{width}")
            found = look_at(page, theme, width, violations) + visit.problems
            faults += [f"{name} ({width}): {fault}" for fault in found]
            visit.problems.clear()
    assert faults == [], "\n".join(faults)


def resize(page, width):
    page.set_viewport_size({"width": width, "height": 900})


def settle(page):
    """Wait until formulas and letters are where they stay."""
    if page.locator(".math").count():
        page.wait_for_function("window.MathJax?.startup?.promise")
        page.evaluate(SHOWN)


def look_at(page, theme, width, violations):
    """Return what is wrong with the page that is open."""
    assert page.locator(f"html[data-theme='{theme}']").count() == 1
    found = [f"not typeset: {text}" for text in page.evaluate(UNTYPESET)]
    if page.evaluate("document.documentElement.scrollWidth") > width:
        found += [f"too wide: {text}" for text in page.evaluate(WIDER, width)]
    found += violations(page, WCAG, without="color-contrast")
    if width == WIDE:  # contrast takes longest and does not depend on the width
        found += violations(page, ["color-contrast"])
    return found


def operate(figure):
    """Take a step, or choose another mistake in a figure that has no steps."""
    if figure.get_by_role("button", name="Step").count():
        figure.get_by_role("button", name="Step").click()
    else:
        figure.get_by_role("combobox", name="Mistake").select_option(index=1)


def test_every_figure_in_the_book_can_be_operated(visit, site):
    page = visit.page(site, "light", 1280)
    operated = 0
    for path in pages(site):
        if 'class="ck-mount"' not in path.read_text(encoding="utf-8"):
            continue
        page.goto(visit.address(path.relative_to(site).as_posix()))
        for figure in page.locator(".ck-mount").all():
            sentences = figure.locator(".ck-sum")
            before = sentences.all_inner_texts()
            operate(figure)
            assert sentences.all_inner_texts() != before != []
            operated += 1
    assert operated >= 2
