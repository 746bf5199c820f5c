"""The check that students run, in a notebook or from the command line."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NoReturn

from coursekit.checks.compare import Difference
from coursekit.checks.key import Key, load_key
from coursekit.checks.libraries import LIBRARIES, is_provided, only_what_grading_has
from coursekit.checks.mark import ExerciseResult, mark, unmarked
from coursekit.checks.outcome import call, error_name, error_text
from coursekit.checks.render import STYLE, to_html, to_text

PACKAGE = "convnets"


class CheckReport:
    """A check's result, as a notebook or a terminal shows it."""

    def __init__(self, result: ExerciseResult) -> None:
        self.result = result

    def __repr__(self) -> str:
        """Return the report as text; while nbgrader grades, the points it reads."""
        if os.environ.get("NBGRADER_EXECUTION") == "autograde":
            return f"{self.result.earned:g}"
        return to_text(self.result)

    def _repr_html_(self) -> str:
        """Return the report for a notebook."""
        return STYLE + to_html(self.result)


def check(exercise_id: str) -> CheckReport:
    """Check one exercise and show what works, what does not, and why.

    The module is read from disk again, so there is no need to restart the kernel after
    an edit.

    Parameters
    ----------
    exercise_id : str
        Such as ``"ps1.correlate2d"``.

    Raises
    ------
    CourseError
        If there is no such exercise.
    """
    return CheckReport(check_result(exercise_id))


def check_result(exercise_id: str) -> ExerciseResult:
    """Check one exercise and return the result without showing it."""
    key = load_key(exercise_id)
    with _stderr_on_stdout(), only_what_grading_has(), _no_sudden_end():
        found = load_function(key)
        if isinstance(found, Difference):
            return unmarked(key, found)
        function = found
        return mark(key, lambda case: call(function, case))


def load_function(key: Key) -> Callable[..., Any] | Difference:
    """Import a student's function from disk, or say why it cannot be had."""
    module_name, _, name = key.function.partition(":")
    _prefer_submission()
    try:
        module = fresh_module(module_name)
    except KeyboardInterrupt:
        raise
    except NotImplementedError as err:
        text = f"The file calls a stub: {error_text(err)}"
        return Difference("not-implemented", text)
    except BaseException as err:
        return Difference("cannot-import", import_sentence(module_name, err))
    function = getattr(module, name, None)
    if not callable(function):
        file = module_name.rpartition(".")[2] + ".py"
        return Difference("cannot-import", f"{file} has no function `{name}`.")
    return function  # type: ignore[no-any-return]


def fresh_module(name: str) -> ModuleType:
    """Read a module and its loaded siblings from disk again, whatever is cached."""
    importlib.invalidate_caches()
    package = name.partition(".")[0]
    siblings = [item for item in sys.modules if item.startswith(f"{package}.")]
    for sibling in reversed(siblings):
        if sibling != name:
            with contextlib.suppress(Exception, SystemExit):
                _execute(sibling)
    return _execute(name)


def import_sentence(module_name: str, err: BaseException) -> str:
    """Say in one sentence why a student's file cannot be imported."""
    file = module_name.rpartition(".")[2] + ".py"
    if isinstance(err, SyntaxError):
        file = Path(err.filename).name if err.filename else file
        where = f" (line {err.lineno})" if err.lineno else ""
        return f"{file} cannot be read as Python: {err.msg}{where}."
    if isinstance(err, ModuleNotFoundError) and err.name == module_name:
        return f"{file} is missing. Put it back into src/{PACKAGE}."
    is_foreign = isinstance(err, ModuleNotFoundError) and not is_provided(err.name)
    advice = f". {LIBRARIES}" if is_foreign else ""
    return f"{file} cannot be imported: {error_name(err)}: {error_text(err)}{advice}"


def compile_source(data: bytes, path: str) -> CodeType:
    """Compile a student's file as grading does, which takes nothing but UTF-8.

    Raises
    ------
    SyntaxError
        If it is not UTF-8, which Python overlooks in a comment, or not Python.
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as err:
        line = data.count(b"\n", 0, err.start) + 1
        msg = "it is not UTF-8 text"
        raise SyntaxError(msg, (path, line, None, None)) from err
    return compile(data, path, "exec", dont_inherit=True)


def _execute(name: str) -> ModuleType:
    """Run a module's source as it is on disk now, in the module everybody holds.

    Bytecode caches are left out: they compare times in whole seconds, and two edits
    may lie closer together.
    """
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        msg = f"No module named {name!r}"
        raise ModuleNotFoundError(msg, name=name)
    code = compile_source(Path(spec.origin).read_bytes(), spec.origin)
    module = sys.modules.get(name) or importlib.util.module_from_spec(spec)
    for old in [item for item in vars(module) if not item.startswith("__")]:
        delattr(module, old)
    sys.modules[name] = module
    exec(code, vars(module))
    parent, _, child = name.rpartition(".")
    setattr(sys.modules[parent], child, module)
    return module


def _prefer_submission() -> None:
    """Use the package beside the notebook, where a submission keeps it."""
    folder = Path.cwd()
    if not (folder / PACKAGE).is_dir():
        return
    loaded = sys.modules.get(PACKAGE)
    homes = [Path(item).resolve() for item in getattr(loaded, "__path__", [])]
    if sys.path[:1] != [str(folder)]:
        sys.path.insert(0, str(folder))
    if homes != [(folder / PACKAGE).resolve()]:
        for name in [n for n in sys.modules if n.partition(".")[0] == PACKAGE]:
            del sys.modules[name]


@contextlib.contextmanager
def _stderr_on_stdout() -> Iterator[None]:
    """Show warnings as ordinary output: nbgrader gives 0 for any other."""
    with contextlib.redirect_stderr(sys.stdout):
        yield


@contextlib.contextmanager
def _no_sudden_end() -> Iterator[None]:
    """Turn `os._exit` into an error: it would end the check without a word."""

    def refused(status: int) -> NoReturn:
        msg = f"os._exit({status}) ends the Python process. Return a value."
        raise SystemExit(msg)

    original = os._exit
    os._exit = refused
    try:
        yield
    finally:
        os._exit = original
