"""What tests of a page share: each names its page in `PAGE`."""

import ast
import contextlib
import functools
import io
from dataclasses import dataclass, field
from typing import Any

import jupytext
import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")
from matplotlib import pyplot as plt


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@dataclass
class Executed:
    """A page that was run: the names it defines, and what each cell shows."""

    names: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)

    def run(self, source: str) -> None:
        """Run a cell as a notebook does, and keep what it prints and returns."""
        body, value = ast.parse(source).body, None
        last = body.pop() if isinstance(body[-1], ast.Expr) else None
        with contextlib.redirect_stdout(io.StringIO()) as text:
            exec(compile(ast.Module(body, []), "<cell>", "exec"), self.names)
            if last is not None:
                code = compile(ast.Expression(last.value), "<cell>", "eval")
                value = eval(code, self.names)
        shown = "" if value is None else repr(value)
        self.outputs[source] = (text.getvalue() + shown).strip()

    def shows(self, piece: str) -> str:
        """Return what the one cell shows that contains a piece of code."""
        (output,) = [text for code, text in self.outputs.items() if piece in code]
        return output


@functools.cache
def execute(path):
    """Run a page's cells, once for all modules that test the page."""
    result = Executed()
    for cell in jupytext.read(path).cells:
        if cell.cell_type == "code":
            result.run(cell.source)
            plt.close("all")
    return result


@pytest.fixture(scope="module")
def executed(request):
    """Run the page's cells and keep what each of them shows."""
    return execute(request.module.PAGE)


@pytest.fixture(scope="module")
def page(executed):
    """Run the page's cells and return the names they define."""
    return executed.names
