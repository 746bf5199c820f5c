"""Write the graded notebook: our release, the student's answers, and our findings."""

from __future__ import annotations

import ast
import copy
import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coursekit.checks.mark import ExerciseResult
from coursekit.checks.render import points_text, to_html, to_text

Notebook = dict[str, Any]
Cell = dict[str, Any]


def autograded_notebook(
    released: Notebook,
    results: Mapping[str, ExerciseResult],
    answers: Mapping[str, str],
    sources: Mapping[str, str],
    remarks: list[str],
    notes: Mapping[str, str] | None = None,
) -> Notebook:
    """Fill the released notebook with one submission's answers and results.

    Parameters
    ----------
    released : dict
        The notebook as students got it, with nbgrader's metadata.
    results : mapping of str to ExerciseResult
        By the id of the graded cell.
    answers : mapping of str to str
        Text of the written answers, by cell id.
    sources : mapping of str to str
        The student's source files by the name of their module, such as
        ``"convnets.correlation"``.
    remarks : list of str
        What a person should know before grading.
    notes : mapping of str to str, optional
        A sentence for the student below a result, by the id of its cell.
    """
    notebook = copy.deepcopy(released)
    cells: list[Cell] = [_remarks_cell(remarks)] if remarks else []
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if name in answers:
            cell["source"] = answers[name]
        if name in results:
            if results[name].function:
                cells.append(_source_cell(results[name], sources))
            cell["outputs"] = [_output(results[name], (notes or {}).get(name, ""))]
        cells.append(cell)
    notebook["cells"] = cells
    return notebook


def function_source(source: str, name: str) -> str:
    """Cut one function out of a source text, without its docstring.

    Where that cannot be done, the text returned says why.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as err:
        return f"# The file cannot be read as Python: {type(err).__name__}."
    found = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name
    ]
    if not found:
        return f"# The file defines no {name}."
    node, lines = found[-1], source.splitlines()
    skipped: set[int] = set()
    if ast.get_docstring(node, clean=False) is not None and len(node.body) > 1:
        text = node.body[0]
        skipped = set(range(text.lineno, (text.end_lineno or text.lineno) + 1))
    wanted = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return "\n".join(lines[number - 1] for number in wanted if number not in skipped)


def _source_cell(result: ExerciseResult, sources: Mapping[str, str]) -> Cell:
    """Show the student's own code above the cell that judges it."""
    module, _, name = result.function.partition(":")
    source = sources.get(module)
    text = "# The file was not submitted."
    if source is not None:
        text = function_source(source, name)
    return {
        "cell_type": "code",
        "id": f"source-{name}".replace("_", "-")[:64],
        "metadata": {"editable": False, "deletable": False},
        "execution_count": None,
        "outputs": [],
        "source": f"# Submitted in {Path(module.replace('.', '/')).name}.py\n{text}",
    }


def _remarks_cell(remarks: list[str]) -> Cell:
    """Put what a grader should know at the top of the notebook."""
    lines = ["**Notes on this submission**", "", *(f"- {text}" for text in remarks)]
    return {
        "cell_type": "markdown",
        "id": "grading-remarks",
        "metadata": {"editable": False, "deletable": False},
        "source": "\n".join(lines),
    }


def _output(result: ExerciseResult, note: str) -> Cell:
    """Give a result as the output of its cell, with a note below it."""
    score = points_text(result.earned, result.points)
    data = {
        "text/html": to_html(result) + (note and f"<p>{html.escape(note)}</p>"),
        "text/plain": "\n".join(
            filter(None, [to_text(result), note, f"Score: {score}"])
        ),
    }
    return {"output_type": "display_data", "metadata": {}, "data": data}


def released_module(path: str) -> str:
    """Name the module in a submitted file: ``"convnets/correlation.py"``."""
    return str(Path(path).with_suffix("")).replace("/", ".")
