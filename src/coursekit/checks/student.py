"""The check that students run, in a notebook or from the command line."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NoReturn

from coursekit.checks.answers import (
    AnswersError,
    answer_outcome,
    read_answers,
)
from coursekit.checks.compare import Difference
from coursekit.checks.key import Key, load_key
from coursekit.checks.libraries import (
    is_provided,
    libraries_sentence,
    only_what_grading_has,
)
from coursekit.checks.mark import ExerciseResult, mark, unmarked
from coursekit.checks.outcome import call, error_name, error_text
from coursekit.checks.render import STYLE, to_html, to_text
from coursekit.errors import CourseError

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


def check(exercise_id: str, answers: Mapping[str, Any] | None = None) -> CheckReport:
    """Check one exercise and show what works, what does not, and why.

    The module is read from disk again, so there is no need to restart the kernel after
    an edit.

    Parameters
    ----------
    exercise_id : str
        Such as ``"ps1.correlate2d"``.
    answers : mapping of str to number, optional
        The numbers to check, where an exercise asks for numbers and not for a function.

    Raises
    ------
    CourseError
        If there is no such exercise.
    """
    return CheckReport(check_result(exercise_id, answers))


def check_result(
    exercise_id: str, answers: Mapping[str, Any] | None = None
) -> ExerciseResult:
    """Check one exercise and return the result without showing it.

    Numeric answers that are not given are read from the saved notebook, predictions
    from their file.
    """
    key = load_key(exercise_id)
    if key.predictions is not None:
        return predictions_result(key)
    if key.is_numeric and answers is not None:
        given = dict(answers)
        return mark(key, lambda case: answer_outcome(exercise_id, given, case))
    if key.is_numeric:
        return numeric_result(exercise_id)
    with _stderr_on_stdout(), only_what_grading_has(key.libraries), _no_sudden_end():
        found = load_function(key.function, key.libraries)
        if isinstance(found, Difference):
            return unmarked(key, found)
        function = found
        helper = load_helper(key) if key.helper else None
        return mark(key, lambda case: call(function, case, key.prepare), helper)


def mark_answers(key: Key, text: str) -> ExerciseResult:
    """Mark numeric answers as they stand in a notebook's cell."""
    try:
        answers = read_answers(text)
    except AnswersError as err:
        return unmarked(key, Difference("unreadable-answers", str(err)))
    return mark(key, lambda case: answer_outcome(key.exercise, answers, case))


def numeric_result(
    exercise_id: str, cells: list[dict[str, Any]] | None = None
) -> ExerciseResult:
    """Mark the numbers in a notebook.

    Parameters
    ----------
    exercise_id : str
        Such as ``"ps2.numbers"``.
    cells : list of dict, optional
        The notebook's cells; by default those of the notebook as it is saved.
    """
    from coursekit.submission_notebook import answers_text, saved_cells

    key = load_key(exercise_id)
    try:
        if cells is None:
            cells = saved_cells(exercise_id.partition(".")[0])
        return mark_answers(key, answers_text(exercise_id, cells))
    except CourseError as err:
        return unmarked(key, Difference("no-answers", str(err)))


def predictions_result(key: Key, folder: Path | None = None) -> ExerciseResult:
    """Mark the file of predictions, by labels if there are any on this machine.

    Parameters
    ----------
    key : Key
        What is asked for.
    folder : Path, optional
        Where the notebook lies; by default the file is looked for.
    """
    from coursekit.checks.predictions import mark_predictions
    from coursekit.checks.testsets import labels_at_hand
    from coursekit.predictions import find_predictions

    assert key.predictions is not None
    data = find_predictions(key.predictions.file, folder)
    labels = labels_at_hand(key.predictions.dataset) if data is not None else {}
    return mark_predictions(key, data, labels)


def load_helper(key: Key) -> Callable[..., Any] | None:
    """Import the student's own function that a check makes use of."""
    found = load_function(key.helper, key.libraries)
    return None if isinstance(found, Difference) else found


def load_function(
    function: str, libraries: Sequence[str] = ()
) -> Callable[..., Any] | Difference:
    """Import a student's function from disk, or say why it cannot be had."""
    module_name, _, name = function.partition(":")
    _prefer_submission()
    try:
        module = fresh_module(module_name)
    except KeyboardInterrupt:
        raise
    except NotImplementedError as err:
        text = f"The file calls a stub: {error_text(err)}"
        return Difference("not-implemented", text)
    except BaseException as err:
        sentence = import_sentence(module_name, err, libraries)
        return Difference("cannot-import", sentence)
    found = getattr(module, name, None)
    if not callable(found):
        file = module_name.rpartition(".")[2] + ".py"
        return Difference("cannot-import", f"{file} has no function `{name}`.")
    return found  # type: ignore[no-any-return]


def fresh_module(name: str) -> ModuleType:
    """Read a module and its loaded siblings from disk again, whatever is cached.

    A sibling that imports what this check does not allow stays as it was: networks in
    the notebook still need it.
    """
    importlib.invalidate_caches()
    package = name.partition(".")[0]
    siblings = [item for item in sys.modules if item.startswith(f"{package}.")]
    for sibling in reversed(siblings):
        if sibling != name:
            before = dict(vars(sys.modules[sibling]))
            try:
                with contextlib.suppress(SystemExit):
                    _execute(sibling)
            except ImportError:
                vars(sys.modules[sibling]).update(before)
            except Exception:  # of no concern to who checks another module
                continue
    return _execute(name)


def import_sentence(
    module_name: str, err: BaseException, libraries: Sequence[str] = ()
) -> str:
    """Say in one sentence why a student's file cannot be imported."""
    file = module_name.rpartition(".")[2] + ".py"
    if isinstance(err, SyntaxError):
        file = Path(err.filename).name if err.filename else file
        where = f" (line {err.lineno})" if err.lineno else ""
        return f"{file} cannot be read as Python: {err.msg}{where}."
    if isinstance(err, ModuleNotFoundError) and err.name == module_name:
        return f"{file} is missing. Put it back into src/{PACKAGE}."
    is_missing = isinstance(err, ModuleNotFoundError)
    is_foreign = is_missing and not is_provided(getattr(err, "name", None), libraries)
    advice = f". {libraries_sentence(libraries)}" if is_foreign else ""
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
