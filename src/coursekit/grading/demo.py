"""Make a small class whose submissions show everything grading has to deal with."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Callable
from pathlib import Path

from coursekit.grading.classroom import Classroom

PROBLEM_SET = "ps1"
SOURCE = "convnets/correlation.py"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"

ANSWER = (
    "Shift the input by one pixel: $x'[i] = x[i - 1]$. Then "
    "$y'[i] = \\sum_k x'[i + k]\\, w[k] = \\sum_k x[i - 1 + k]\\, w[k] = y[i - 1]$, "
    "which is the old output shifted by one pixel."
)

# Who hands in what. A name of a file in solutions/demo, or a fault made below.
STUDENTS = {
    "ada": "reference",
    "benoit": "vectorised",
    "chiara": "einsum",
    "dmitri": "single_precision",
    "emeka": "verbose",
    "fatima": "flips_and_truncates",
    "goran": "forgets_bias",
    "hana": "stub",
    "ines": "missing file",
    "jonas": "broken notebook",
    "kavya": "syntax error",
    "liam": "never_returns",
}


def make_submissions(room: Classroom, solutions: Path, stub: Path) -> list[str]:
    """Write the demo class's submissions into a class folder.

    Parameters
    ----------
    room : Classroom
        Where; the problem set must have been released to it.
    solutions : Path
        The instructors' folder, with ``demo/``.
    stub : Path
        The released ``convnets`` package.

    Returns
    -------
    list of str
        The students, in order.
    """
    reference = (solutions / SOURCE).read_text(encoding="utf-8")
    released = room.released(PROBLEM_SET).read_text(encoding="utf-8")
    for student, style in STUDENTS.items():
        folder = room.submitted / student / PROBLEM_SET
        shutil.rmtree(folder, ignore_errors=True)
        (folder / SOURCE).parent.mkdir(parents=True)
        notebook = released.replace("YOUR ANSWER HERE", ANSWER.replace("\\", "\\\\"))
        source = (stub / Path(SOURCE).name).read_text(encoding="utf-8")
        if style != "stub":
            source = _without_marks(reference)
        path = solutions / "demo" / f"{style}.py"
        if path.exists():
            source = fill_bodies(reference, path.read_text(encoding="utf-8"))
        notebook = released if style == "stub" else notebook
        (folder / SOURCE).write_text(source, encoding="utf-8")
        (folder / f"{PROBLEM_SET}.ipynb").write_text(notebook, encoding="utf-8")
        if style in FAULTS:
            FAULTS[style](folder)
    return list(STUDENTS)


def fill_bodies(reference: str, style: str) -> str:
    """Replace the marked parts of a module by function bodies from another one.

    Parameters
    ----------
    reference : str
        Source text with one marked solution in each function.
    style : str
        Source text of functions with the same names, in another way of writing.

    Returns
    -------
    str
        The reference with its signatures, docstrings and checks, and the style's
        imports and bodies.
    """
    tree = ast.parse(style)
    bodies = {
        node.name: _body(style, node)
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }
    out: list[str] = []
    current, inside = "", False
    for line in reference.splitlines():
        if line.startswith("def "):
            current = line[4 : line.index("(")]
        if line.strip() == BEGIN:
            out += bodies.get(current, [])
            inside = current in bodies
        elif line.strip() == END:
            inside = False
        elif not inside:
            out.append(line)
    imports = [
        ast.get_source_segment(style, node) or ""
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    marker = out.index("import numpy as np")
    out[marker : marker + 1] = sorted({"import numpy as np", *imports})
    return "\n".join(out) + "\n"


def _body(source: str, node: ast.FunctionDef) -> list[str]:
    """Return the lines of a function's body."""
    return source.splitlines()[node.body[0].lineno - 1 : node.end_lineno]


def _without_marks(source: str) -> str:
    """Drop the lines that mark solutions."""
    lines = source.splitlines()
    return "\n".join(x for x in lines if x.strip() not in (BEGIN, END)) + "\n"


def _lose_source(folder: Path) -> None:
    """Hand in the notebook only."""
    shutil.rmtree((folder / SOURCE).parent)


def _break_notebook(folder: Path) -> None:
    """Cut the notebook off in the middle, as a full disk does."""
    path = folder / f"{PROBLEM_SET}.ipynb"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: len(text) // 2], encoding="utf-8")


def _break_source(folder: Path) -> None:
    """Leave a bracket open."""
    path = folder / SOURCE
    text = path.read_text(encoding="utf-8")
    broken = text.replace("range(0, x.shape[0] - K_w + 1, stride)", "range(0, (", 1)
    path.write_text(broken, encoding="utf-8")


FAULTS: dict[str, Callable[[Path], None]] = {
    "missing file": _lose_source,
    "broken notebook": _break_notebook,
    "syntax error": _break_source,
}
