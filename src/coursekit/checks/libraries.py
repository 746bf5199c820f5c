"""What a student's file may import: what grading has, and nothing else.

Grading has no PyTorch and no SciPy for the NumPy problem sets, so that the operation a
student is asked to write cannot be called. A check on a student's own computer, where
both are installed, has to say so before the work is handed in.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import ModuleType

PACKAGE = "convnets"
DRAWING = ("matplotlib", "mpl_toolkits", "IPython", "ipywidgets")
PROVIDED = frozenset(
    {*sys.stdlib_module_names, *DRAWING, "coursekit", PACKAGE, "numpy"}
)
NAMES = {"torch": "PyTorch"}  # of packages that some exercises may use


def libraries_sentence(more: Sequence[str] = ()) -> str:
    """Say what grading has: `more` are the packages that an exercise may use too."""
    names = ", ".join(["NumPy", *(NAMES[name] for name in more)])
    return f"Grading has {names} and Python's own library, and no other package."


def is_provided(module: str | None, more: Sequence[str] = ()) -> bool:
    """Whether grading has a module; one without a name is not looked for."""
    top = (module or PACKAGE).partition(".")[0]
    return top in PROVIDED or top in more


@contextmanager
def only_what_grading_has(more: Sequence[str] = ()) -> Iterator[None]:
    """Let imports by `convnets` fail as they fail in grading, and no other import.

    Parameters
    ----------
    more : sequence of str, default ()
        Packages that the exercise may use beside NumPy.
    """
    original = builtins.__import__

    def restricted(
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002 (Python's names)
        locals: Mapping[str, object] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        importer = str((globals or {}).get("__name__", "")).partition(".")[0]
        if importer == PACKAGE and level == 0 and not is_provided(name, more):
            msg = f"No module named {name!r}"
            raise ModuleNotFoundError(msg, name=name)
        return original(name, globals, locals, fromlist or (), level)

    builtins.__import__ = restricted
    try:
        yield
    finally:
        builtins.__import__ = original
