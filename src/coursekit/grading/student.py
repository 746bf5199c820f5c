"""What runs inside a student process: import the student's module, answer the calls.

Everything here shares its memory with the student's code, so nothing that it says is
believed without a look, and nothing is here that a student may not read.
"""

from __future__ import annotations

import functools
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from coursekit.checks.codec import AnyArray, CodecError
from coursekit.checks.declare import Case
from coursekit.checks.outcome import MESSAGE_LIMIT, Outcome, call
from coursekit.grading.wire import ClosedError, Wire

SOURCES_BYTES = 1 << 24  # of requests, which the judge keeps small


def serve(wire: Wire) -> None:
    """Answer the judge until it hangs up.

    First it may try how long messages take: it sends arguments, and gets zeros. Then it
    says which module and function it wants, with all sources; the answer says whether
    they can be had. From then on it sends arguments and gets outcomes.
    """
    wire.send("ready")
    try:
        request = wire.receive(SOURCES_BYTES)
        while "try" in request:
            args, kwargs = request["try"]
            zeros = functools.partial(_zeros, tuple(request["answer"]))
            _answer(wire, call(zeros, Case("", args, kwargs)))
            request = wire.receive(SOURCES_BYTES)
        sys.meta_path.insert(0, SourceFinder(request["sources"]))
        found = find_function(request["module"], request["function"])
        wire.send({} if callable(found) else found)
        while callable(found):
            args, kwargs = wire.receive(SOURCES_BYTES)
            _answer(wire, call(found, Case("", args, kwargs), request["prepare"]))
    except ClosedError:
        return


def _zeros(shape: tuple[int, ...], *args: Any, **kwargs: Any) -> AnyArray:
    """Stand in for a function before there is one."""
    return np.zeros(shape)


def find_function(module: str, name: str) -> Callable[..., Any] | dict[str, Any]:
    """Import the student's function, or describe why it cannot be had."""
    try:
        function = getattr(importlib.import_module(module), name, None)
    except SyntaxError as err:
        line = err.lineno or 0
        return {"kind": "syntax", "message": str(err.msg)[:MESSAGE_LIMIT], "line": line}
    except NotImplementedError as err:
        return {"kind": "stub", "message": str(err)[:MESSAGE_LIMIT]}
    except (Exception, SystemExit) as err:
        text = f"{type(err).__name__}: {err}"
        return {"kind": "error", "message": text[:MESSAGE_LIMIT]}
    return function if callable(function) else {"kind": "absent"}


class SourceFinder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Import a package from the text of its files.

    Parameters
    ----------
    sources : dict of str to str
        Text by file name, such as ``"convnets/correlation.py"``.
    """

    def __init__(self, sources: dict[str, str]) -> None:
        self.sources = sources

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """Find a module among the files."""
        file = self._file(fullname)
        if file is None:
            return None
        spec = importlib.util.spec_from_loader(fullname, self, origin=file)
        if spec is not None:
            spec.has_location = True
        return spec

    def get_source(self, fullname: str) -> str | None:
        """Return a module's text, also for tracebacks."""
        file = self._file(fullname)
        return None if file is None else self.sources[file]

    def get_code(self, fullname: str) -> Any:
        """Compile a module under the name that messages show."""
        file = self._file(fullname)
        return file and compile(self.sources[file], file, "exec", dont_inherit=True)

    def is_package(self, fullname: str) -> bool:
        """Whether a module is the package itself."""
        return f"{fullname}/__init__.py" in self.sources

    def _file(self, fullname: str) -> str | None:
        """Name the file of a module."""
        place = fullname.replace(".", "/")
        names = (f"{place}/__init__.py", f"{place}.py")
        return next((name for name in names if name in self.sources), None)


def _answer(wire: Wire, outcome: Outcome) -> None:
    """Send an outcome; what cannot be sent is a bad value."""
    try:
        wire.send(outcome.to_plain())
    except (CodecError, ValueError, RecursionError, MemoryError, OverflowError) as err:
        bad = Outcome("bad type", error=f"a value that cannot be sent ({err})"[:100])
        wire.send(bad.to_plain())
