"""The files that the rules look at, each read once."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from coursekit.authoring.declarations import load_problem_set, problem_set_ids
from coursekit.authoring.lint.myst import Directive, read_directives

# A break between Markdown cells carries metadata: +++ {"nbgrader": {...}}
_BREAK = re.compile(r"^\+\+\+\s*(?P<metadata>\{.*\})\s*$")


@dataclass(frozen=True)
class Page:
    """A page of the book, or the text of a problem set.

    Parameters
    ----------
    path : Path
        Relative to the course.
    text : str
        The MyST source.
    directives : list of Directive
        In the order of the page, nested ones included.
    """

    path: Path
    text: str
    directives: list[Directive]

    @property
    def cells(self) -> list[Directive]:
        """The code cells."""
        return [item for item in self.directives if item.name == "code-cell"]

    @property
    def marks(self) -> list[tuple[int, dict[str, Any]]]:
        """Line and nbgrader metadata of each cell that has some, prose included."""
        found = [(cell.line, cell.nbgrader) for cell in self.cells if cell.nbgrader]
        for line, text in enumerate(self.text.splitlines(), start=1):
            if match := _BREAK.match(text):
                metadata = yaml.safe_load(match["metadata"])
                found.append((line, metadata.get("nbgrader") or {}))
        return sorted((item for item in found if item[1]), key=lambda item: item[0])


class Course:
    """A course on disk, as the rules see it.

    Parameters
    ----------
    root : Path
        The folder that holds `book/`, `solutions/` and `src/`.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def pages(self) -> list[Page]:
        """The book's pages."""
        return self._read("book/*.md")

    @cached_property
    def notebooks(self) -> list[Page]:
        """The text of the problem sets."""
        return self._read("solutions/notebooks/*.md")

    @cached_property
    def sources(self) -> list[tuple[Path, ast.Module]]:
        """The Python files of both packages, parsed."""
        found = []
        for folder in ("src", "solutions/convnets"):
            for path in sorted((self.root / folder).rglob("*.py")):
                tree = ast.parse(path.read_text(encoding="utf-8"))
                found.append((path.relative_to(self.root), tree))
        return found

    @cached_property
    def contents(self) -> list[str]:
        """The book's pages as _toc.yml names them, without the ending."""
        path = self.root / "_toc.yml"
        return _files(yaml.safe_load(path.read_text(encoding="utf-8")))

    @cached_property
    def readme(self) -> str:
        """The text of README.md; empty if there is none."""
        path = self.root / "README.md"
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    @cached_property
    def points(self) -> dict[str, dict[str, float]]:
        """The declared points of each exercise, by problem set."""
        solutions = self.root / "solutions"
        declared = {}
        for name in problem_set_ids(solutions):
            exercises = load_problem_set(solutions, name).exercises
            declared[name] = {item.id: float(item.points) for item in exercises}
        return declared

    def _read(self, pattern: str) -> list[Page]:
        """Read the pages that a pattern names."""
        pages = []
        for path in sorted(self.root.glob(pattern)):
            text = path.read_text(encoding="utf-8")
            relative = path.relative_to(self.root)
            pages.append(Page(relative, text, read_directives(relative, text)))
        return pages


def _files(node: object) -> list[str]:
    """Collect every `file` and `root` entry of a table of contents."""
    if isinstance(node, list):
        return [name for item in node for name in _files(item)]
    if not isinstance(node, dict):
        return []
    own = [str(node[key]) for key in ("root", "file") if key in node]
    return own + [name for value in node.values() for name in _files(value)]
