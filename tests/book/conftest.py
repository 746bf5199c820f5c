"""The built book, read once, and the book's own Sphinx extensions."""

from __future__ import annotations

import os
from html.parser import HTMLParser
from pathlib import Path

import pytest

from coursekit.authoring.book import build_book

ROOT = Path(__file__).parents[2]
VOID = {"img", "link", "meta", "br", "hr", "input", "source", "wbr"}


class Page(HTMLParser):
    """An HTML page as lists of its elements and of the text inside some of them."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element and its attributes."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        """Close an element, and those inside it that were left open."""
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Add a text to every element that it stands in."""
        for tag in set(self._open):
            self.texts[tag][-1] += data

    def find(self, *tags: str) -> list[dict[str, str]]:
        """Return the attributes of every element with one of these tags."""
        return [attributes for tag, attributes in self.elements if tag in tags]

    @property
    def ids(self) -> list[str]:
        """Every id on the page."""
        return [found["id"] for _, found in self.elements if found.get("id")]


@pytest.fixture(scope="session")
def html() -> Path:
    """Build the book if it is out of date, and return the folder of its pages."""
    given = os.environ.get("COURSEKIT_BOOK_HTML")
    return Path(given) if given else build_book(ROOT, lambda line: None).parent


@pytest.fixture(scope="session")
def pages(html: Path) -> dict[str, Page]:
    """Read every page of the built book, by its path."""
    paths = [
        path for path in sorted(html.rglob("*.html")) if "_static" not in str(path)
    ]
    return {path.relative_to(html).as_posix(): Page(path) for path in paths}


@pytest.fixture(scope="session")
def chapters(pages: dict[str, Page]) -> dict[str, Page]:
    """Read the pages that somebody wrote; the others are lists and searches."""
    return {name: page for name, page in pages.items() if name.startswith("book/")}


@pytest.fixture
def extensions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test import the modules in book/_ext."""
    monkeypatch.syspath_prepend(str(ROOT / "book" / "_ext"))
