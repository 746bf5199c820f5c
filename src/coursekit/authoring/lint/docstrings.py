"""Rule C109: a public function that takes or gives an array documents its shape."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from coursekit.authoring.lint.course import Course
from coursekit.authoring.lint.finding import Places, Rule

# FloatArray and its kin, NumPy's own names, and PyTorch's.
_ARRAY = re.compile(r"\b(\w*Array|NDArray|ndarray|Tensor)\b")
_SECTION = re.compile(r"^(?P<title>[A-Z][A-Za-z ]+)\n-{3,}\n", re.MULTILINE)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def array_has_a_shape(course: Course) -> Places:
    """Yield public functions with an array whose docstring lacks its shape."""
    for path, tree in course.sources:
        for function in _public_functions(tree):
            for what in _without_shape(function):
                message = f"{function.name}: give the shape of {what} in its type line."
                yield path, function.lineno, message


def _public_functions(tree: ast.Module | ast.ClassDef) -> Iterator[Function]:
    """Yield a module's functions and its classes' methods that have public names."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from _public_functions(node)
        elif isinstance(node, Function) and not node.name.startswith("_"):
            yield node


def _without_shape(function: Function) -> Iterator[str]:
    """Yield the arrays of one function whose shape is not given."""
    sections = _sections(ast.get_docstring(function) or "")
    arguments = function.args
    for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
        if argument.annotation is not None and _is_array(argument.annotation):
            line = _type_line(sections.get("Parameters", ""), argument.arg)
            if "shape" not in line:
                yield f"`{argument.arg}`"
    if function.returns is not None and _is_array(function.returns):
        given = sections.get("Returns", "") + sections.get("Yields", "")
        if "shape" not in given:
            yield "what it returns"


def _is_array(annotation: ast.expr) -> bool:
    """Tell whether an annotation names an array, or a collection of them."""
    return bool(_ARRAY.search(ast.unparse(annotation).replace("npt.", "")))


def _sections(docstring: str) -> dict[str, str]:
    """Split a docstring in NumPy's style at its headings."""
    parts = _SECTION.split(docstring)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _type_line(section: str, name: str) -> str:
    """Return the line of a section that gives an argument its type."""
    for line in section.splitlines():
        names, colon, _ = line.partition(" : ")
        if colon and name in re.split(r"[,\s]+", names.strip()):
            return line
    return ""


RULES = [
    Rule("C109", "A public function gives the shapes of its arrays", array_has_a_shape)
]
