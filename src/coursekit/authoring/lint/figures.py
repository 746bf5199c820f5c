"""Rule C108: every figure has a caption, and words for those who cannot see it."""

from __future__ import annotations

import ast
import re

from coursekit.authoring.lint.course import Course, Page
from coursekit.authoring.lint.finding import Places, Rule
from coursekit.authoring.lint.myst import Directive

_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\(")
_MODULES = {"coursekit.plots": "picture", "coursekit.widgets": "widget"}


def figure_has_caption_and_alternative_text(course: Course) -> Places:
    """Yield figures that lack a caption or an alternative text."""
    for page in course.pages:
        for directive in page.directives:
            for what in _missing_in_directive(directive):
                yield page.path, directive.line, f"Give the figure {what}."
        for cell, kind in _drawing_cells(page):
            for what in _missing_in_cell(cell, kind):
                yield page.path, cell.line, f"Give the figure {what}."
        for number, line in enumerate(page.text.splitlines(), start=1):
            for image in _IMAGE.finditer(line):
                if not image["alt"].strip():
                    yield page.path, number, "Give the image an alternative text."


def _missing_in_directive(directive: Directive) -> list[str]:
    """Say what an image or figure directive lacks."""
    if directive.name not in {"figure", "image", "glue:figure"}:
        return []
    missing = []
    if directive.name != "glue:figure" and not directive.options.get("alt"):
        missing.append("an alternative text (:alt:)")
    if directive.name != "image" and not directive.body.strip():
        missing.append("a caption")
    return missing


def _missing_in_cell(cell: Directive, kind: str) -> list[str]:
    """Say what a code cell that draws lacks; widgets bring their own description."""
    settings = cell.options.get("mystnb") or {}
    missing = []
    if not (settings.get("figure") or {}).get("caption"):
        missing.append("a caption (mystnb: figure: caption)")
    if kind == "picture" and not (settings.get("image") or {}).get("alt"):
        missing.append("an alternative text (mystnb: image: alt)")
    return missing


def _drawing_cells(page: Page) -> list[tuple[Directive, str]]:
    """Return the code cells that draw, with what they draw: a picture or a widget."""
    names = {"plt": "picture"}
    found = []
    for cell in page.cells:
        tree = _parse(cell)
        if tree is None or "remove-output" in cell.options.get("tags", []):
            continue
        names |= _imported_names(tree)
        kinds = {names[name] for name in _called_names(tree) if name in names}
        found += [(cell, kind) for kind in sorted(kinds)]
    return found


def _parse(cell: Directive) -> ast.Module | None:
    """Parse a cell; None if it holds more than plain Python."""
    try:
        return ast.parse(cell.body)
    except SyntaxError:
        return None


def _imported_names(tree: ast.Module) -> dict[str, str]:
    """Return the names that a cell imports from the modules that draw."""
    names: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            for module, kind in _MODULES.items():
                if node.module == module or node.module.startswith(f"{module}."):
                    names |= {item.asname or item.name: kind for item in node.names}
                elif node.module == "coursekit":
                    own = [item for item in node.names if module.endswith(item.name)]
                    names |= {item.asname or item.name: kind for item in own}
    return names


def _called_names(tree: ast.Module) -> set[str]:
    """Return the first name of every call: `plots` in ``plots.show_images(x)``."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            target = node.func
            while isinstance(target, ast.Attribute):
                target = target.value
            if isinstance(target, ast.Name):
                found.add(target.id)
    return found


RULES = [
    Rule(
        "C108",
        "Every figure has a caption and an alternative text",
        figure_has_caption_and_alternative_text,
    )
]
