"""What everyone is given: checks, plots, interactive figures and the command line."""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.4.0"

__all__ = ["check"]

_HOME = {"check": "coursekit.checks.student"}


def __getattr__(name: str) -> Any:
    """Import an exported name when it is first used, so that imports stay fast."""
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
