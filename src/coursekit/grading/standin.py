"""Stand-ins for what draws, shows, loads and trains: grading needs none of it.

A student's file may import Matplotlib, plot inside a function, load pictures, or call
`check`. That must not cost points, so these imports succeed and everything they give
does nothing.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

from coursekit.checks.libraries import DRAWING

NAMES = (
    *DRAWING,
    "coursekit.batches",
    "coursekit.checks.student",
    "coursekit.data",
    "coursekit.datasets",
    "coursekit.plots",
    "coursekit.predictions",
    "coursekit.records",
    "coursekit.runs",
    "coursekit.submission",
    "coursekit.widgets",
)


class Nothing:
    """Something that can be called, read, indexed and looped over, without effect."""

    def __call__(self, *args: Any, **kwargs: Any) -> Nothing:
        """Return nothing again."""
        return self

    def __getattr__(self, name: str) -> Nothing:
        """Have every attribute except the ones Python itself looks for."""
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key: Any) -> Nothing:
        """Have every item."""
        return self

    def __iter__(self) -> Iterator[Nothing]:
        """Give a pair, so that ``figure, axes = plt.subplots()`` works."""
        return iter((self, self))

    def __enter__(self) -> Nothing:
        """Begin nothing."""
        return self

    def __exit__(self, *args: object) -> None:
        """End nothing."""


class NothingModule(ModuleType):
    """A module in which every name is `Nothing`."""

    __path__: list[str] = []  # noqa: RUF012  # any submodule may be asked for

    def __getattr__(self, name: str) -> Nothing:
        """Have every name except the ones Python itself looks for."""
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing()


class StandInFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answer imports of the listed modules and of everything below them."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """Find a module that has a stand-in."""
        if not f"{fullname}.".startswith(tuple(f"{name}." for name in NAMES)):
            return None
        return importlib.util.spec_from_loader(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """Make the stand-in."""
        return NothingModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Leave the stand-in as it is."""


def install() -> None:
    """Use the stand-ins in this process."""
    sys.meta_path.insert(0, StandInFinder())
