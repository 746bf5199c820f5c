"""Rules about code cells: C101, C104, C105 and C110."""

from __future__ import annotations

import ast
import re

from coursekit.authoring.lint.course import Course
from coursekit.authoring.lint.finding import Places, Rule
from coursekit.authoring.lint.myst import Directive

LONGEST_CELL = 15  # lines
_MAGIC = re.compile(r"^\s*[%!]")
_INSTALLS = re.compile(
    r"\b(pip|pip3|uv|conda|mamba|apt|apt-get|npm)\b.*\b(install|add)\b"
)


def is_check_call(node: ast.stmt) -> bool:
    """Tell whether a statement is ``check("...")``, perhaps with answers."""
    match node:
        case ast.Expr(ast.Call(ast.Name("check"), [ast.Constant(str()), *more], [])):
            names = [item.id for item in more if isinstance(item, ast.Name)]
            return len(more) == len(names) and names in ([], ["answers"])
    return False


def graded_cell_ends_with_assert(course: Course) -> Places:
    """Yield graded cells whose value nbgrader would take for the score."""
    for notebook in course.notebooks:
        for cell in notebook.cells:
            if not cell.nbgrader.get("grade") or cell.nbgrader.get("solution"):
                continue
            try:
                body = _parse(cell)
            except SyntaxError as err:
                line = cell.body_line + (err.lineno or 1) - 1
                yield cell.path, line, f"{_name(cell)} is not Python: {err.msg}."
                continue
            if not body:
                yield cell.path, cell.line, f"{_name(cell)} is empty; check something."
            elif not isinstance(body[-1], ast.Assert) and not is_check_call(body[-1]):
                line = cell.body_line + body[-1].lineno - 1
                yield (
                    cell.path,
                    line,
                    f'{_name(cell)}: end with assert or check("...").',
                )


def cell_is_short(course: Course) -> Places:
    """Yield code cells that hold more lines than a reader keeps in mind."""
    for page in [*course.pages, *course.notebooks]:
        for cell in page.cells:
            count = len([line for line in cell.body.splitlines() if line.strip()])
            if count > LONGEST_CELL:
                message = f"The cell has {count} lines; split it at {LONGEST_CELL}."
                yield cell.path, cell.line, message


def page_installs_nothing(course: Course) -> Places:
    """Yield lines of code cells that install a package."""
    for page in course.pages:
        for cell in page.cells:
            for offset, line in enumerate(cell.body.splitlines()):
                if _INSTALLS.search(line):
                    message = "Take the installation out; set-up is on page 0."
                    yield cell.path, cell.body_line + offset, message


def page_cell_does_not_fail(course: Course) -> Places:
    """Yield cells of pages that may fail, and so would print lines of the solution."""
    for page in course.pages:
        for cell in page.cells:
            if "raises-exception" in _tags(cell):
                message = (
                    "A traceback shows the solution to every reader; "
                    "catch the error and print its message."
                )
                yield cell.path, cell.line, message


def _tags(cell: Directive) -> list[str]:
    """Return a cell's tags, of which a single one may stand without brackets."""
    tags = cell.options.get("tags") or []
    return tags.split() if isinstance(tags, str) else list(tags)


def _parse(cell: Directive) -> list[ast.stmt]:
    """Parse a cell, its IPython magics blanked out."""
    lines = ["" if _MAGIC.match(line) else line for line in cell.body.splitlines()]
    return ast.parse("\n".join(lines)).body


def _name(cell: Directive) -> str:
    """Name a cell by its id."""
    return str(cell.nbgrader.get("grade_id", "A graded cell"))


RULES = [
    Rule(
        "C101",
        "A graded cell ends in an assert or a check",
        graded_cell_ends_with_assert,
    ),
    Rule("C104", f"A code cell has at most {LONGEST_CELL} lines", cell_is_short),
    Rule("C105", "A page installs nothing", page_installs_nothing),
    Rule("C110", "No cell of a page is allowed to fail", page_cell_does_not_fail),
]
