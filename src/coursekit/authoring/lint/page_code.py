"""Ruff for the code in pages: ``python -m coursekit.authoring.lint.page_code FILES``.

The cells of a page are handed to Ruff as a notebook, because there it knows magics and
semicolons at the end of a line. Only the code is written back; Jupytext's `--pipe`
would also write every caption in YAML of its own taste.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from coursekit.authoring.lint.myst import Directive, read_directives

# What a cell can break: syntax, names, unused imports, and old NumPy.
RULES = "E9,F,NPY"
RUFF = [sys.executable, "-m", "ruff"]


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--fix", is_flag=True, help="Write the formatted code.")
def main(files: tuple[Path, ...], fix: bool) -> None:
    """Check the format and the names of the code in FILES, which are pages."""
    count = 0
    for path in files:
        text = path.read_text(encoding="utf-8")
        formatted = format_page(path, text)
        if fix and formatted != text:
            path.write_text(formatted, encoding="utf-8")
            click.echo(f"{path}: formatted.")
        elif formatted != text:
            count += 1
            line = first_difference(text, formatted)
            click.echo(f"{path}:{line}: Format the code: make format.")
        for finding in check_page(path, formatted if fix else text):
            count += 1
            click.echo(finding)
    sys.exit(1 if count else 0)


def format_page(path: Path, text: str) -> str:
    """Return a page's source with its code cells formatted."""
    cells = code_cells(path, text)
    arguments = ["format", "--quiet", "--stdin-filename", f"{path.stem}.ipynb", "-"]
    result = run_ruff(arguments, cells)
    if result.returncode != 0:
        return text  # not Python; check_page says where
    lines = text.splitlines()
    formatted = json.loads(result.stdout)["cells"]
    for cell, new in reversed(list(zip(cells, formatted, strict=True))):
        start, stop = code_lines(cell)
        lines[start:stop] = "".join(new["source"]).splitlines()
    return "\n".join(lines) + "\n"


def check_page(path: Path, text: str) -> list[str]:
    """Return one line for each thing that Ruff finds in a page's code."""
    cells = code_cells(path, text)
    arguments = ["check", "--select", RULES, "--output-format", "json"]
    name = f"{path.stem}.ipynb"
    result = run_ruff([*arguments, "--stdin-filename", name, "-"], cells)
    findings = []
    for item in json.loads(result.stdout):
        cell = cells[item["cell"] - 1]
        line = code_lines(cell)[0] + item["location"]["row"]
        findings.append(f"{path}:{line}: {item['code']} {item['message']}")
    return findings


def code_cells(path: Path, text: str) -> list[Directive]:
    """Return a page's code cells, without empty ones."""
    directives = read_directives(path, text)
    cells = [item for item in directives if item.name == "code-cell"]
    return [cell for cell in cells if cell.body.strip()]


def code_lines(cell: Directive) -> tuple[int, int]:
    """Return the indices of a cell's first line of code and after its last one."""
    lines = cell.body.splitlines()
    filled = [index for index, line in enumerate(lines) if line.strip()]
    start = cell.body_line - 1
    return start + filled[0], start + filled[-1] + 1


def run_ruff(
    arguments: list[str], cells: list[Directive]
) -> subprocess.CompletedProcess[str]:
    """Run Ruff on the cells as one notebook."""
    return subprocess.run(
        [*RUFF, *arguments],
        input=json.dumps(notebook(cells)),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def notebook(cells: list[Directive]) -> dict[str, Any]:
    """Write the cells as a notebook."""
    return {
        "cells": [
            {
                "cell_type": "code",
                "id": str(index),
                "metadata": {},
                "execution_count": None,
                "outputs": [],
                "source": cell.body.strip("\n"),
            }
            for index, cell in enumerate(cells)
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def first_difference(before: str, after: str) -> int:
    """Return the first line that differs, counted from 1."""
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    same = 0
    for old, new in pairs:
        if old != new:
            break
        same += 1
    return same + 1


if __name__ == "__main__":
    main()
