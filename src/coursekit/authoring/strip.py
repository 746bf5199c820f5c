"""Turn the reference into the stubs that students complete."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path

from coursekit.authoring.files import Files
from coursekit.checks.declare import ProblemSet
from coursekit.errors import CourseError

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"
LOOKS_LIKE_A_MARK = re.compile(r"#.*\b(begin|end)[\W_]*solution", re.IGNORECASE)
LINE_LENGTH = 88

COMPLETE_IT = """\
# Complete the functions here. Each one raises NotImplementedError until you do.
"""


def write_stubs(solutions: Path, problem_sets: list[ProblemSet]) -> Files:
    """Write the stub of every module of the reference.

    A module with solutions that no exercise asks for yet is kept back whole.

    Parameters
    ----------
    solutions : Path
        The instructors' folder.
    problem_sets : list of ProblemSet
        Everything that is declared.

    Returns
    -------
    dict of str to bytes
        The stubs, by their paths from the top of the course.

    Raises
    ------
    CourseError
        If marks do not pair, stand outside a declared function, or are missing in one.
    """
    exercises = [item for each in problem_sets for item in each.functions]
    stubs: Files = {}
    for path in sorted((solutions / "convnets").rglob("*.py")):
        inner = path.relative_to(solutions)
        module = ".".join(inner.with_suffix("").parts).removesuffix(".__init__")
        ids = {
            item.reference.__name__: item.id
            for item in reversed(exercises)  # the first that asks for it is named
            if item.reference.__module__ == module
        }
        name = f"solutions/{inner.as_posix()}"
        source = path.read_text(encoding="utf-8")
        if not ids and solution_blocks(source, name):
            continue
        text = strip_source(source, name, ids)
        stubs[f"src/{inner.as_posix()}"] = text.encode()
    return stubs


def strip_source(source: str, name: str, ids: Mapping[str, str]) -> str:
    """Replace the marked lines of one module by errors that name the exercise.

    Parameters
    ----------
    source : str
        The module's text.
    name : str
        Its path, for messages and for the stub's first line.
    ids : mapping of str to str
        The exercise's id for each function that students complete.
    """
    lines = source.splitlines(keepends=True)
    owners = _owner_of_each_line(source)
    solved = set()
    for begin, end in reversed(solution_blocks(source, name)):
        owner = owners.get(begin, "")
        if owner not in ids or owners.get(end) != owner:
            msg = (
                f"{name}, line {begin}: a solution must stand inside the function of a "
                f"declared exercise. Declared here: {', '.join(ids) or 'none'}."
            )
            raise CourseError(msg)
        first = lines[begin - 1]
        indent = first[: len(first) - len(first.lstrip())]
        lines[begin - 1 : end] = [_raise_line(indent, owner, ids[owner])]
        solved.add(owner)
    unsolved = [item for item in ids if item not in solved]
    if unsolved:
        msg = f"{name}: `{unsolved[0]}` is an exercise but holds no {BEGIN}."
        raise CourseError(msg)
    return _header(name, bool(ids)) + "".join(lines)


def solution_blocks(source: str, name: str) -> list[tuple[int, int]]:
    """Return the numbers of the lines that open and close each solution."""
    blocks = []
    begin = 0  # the mark that is open
    for number, line in enumerate(source.splitlines(), start=1):
        mark = line.strip()
        if mark == BEGIN and not begin:
            begin = number
        elif mark == END and begin:
            blocks.append((begin, number))
            begin = 0
        elif LOOKS_LIKE_A_MARK.search(line):
            msg = f"{name}, line {number}: marks come in pairs, {BEGIN} and {END}."
            raise CourseError(msg)
    if begin:
        msg = f"{name}, line {begin}: {BEGIN} has no {END}."
        raise CourseError(msg)
    return blocks


def _owner_of_each_line(source: str) -> dict[int, str]:
    """Name the top-level function or class that each line belongs to."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    owners = {}
    for node in ast.parse(source).body:
        if isinstance(node, kinds):
            # A mark after the last statement still belongs to it; see `_after`.
            end = _after(source, node)
            owners.update(dict.fromkeys(range(node.lineno, end), node.name))
    return owners


def _after(source: str, node: ast.stmt) -> int:
    """Return the first line after a definition and the comments inside it."""
    lines = source.splitlines()
    assert node.end_lineno is not None
    last = node.end_lineno
    for number in range(last + 1, len(lines) + 1):
        line = lines[number - 1]
        if line.strip() and not line.startswith((" ", "\t")):
            break
        if line.strip():
            last = number
    return last + 1


def _raise_line(indent: str, function: str, exercise: str) -> str:
    """Write the statement that stands where the solution was."""
    text = f'"Exercise {exercise}: write {function}."'
    line = f"{indent}raise NotImplementedError({text})\n"
    if len(line) <= LINE_LENGTH + 1:
        return line
    return f"{indent}raise NotImplementedError(\n{indent}    {text}\n{indent})\n"


def _header(name: str, has_exercises: bool) -> str:
    """Say where a stub comes from, and what to do with it."""
    head = f"# Generated by `course release` from {name}.\n"
    return head + COMPLETE_IT if has_exercises else head
