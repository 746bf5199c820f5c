"""The package you complete: convolutional networks, one function at a time.

Names are looked up in their module when they are first used, so a mistake in one
module does not stop you from importing the others.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "conv2d_loops": "correlation",
    "convolve2d": "correlation",
    "correlate1d": "correlation",
    "correlate2d": "correlation",
    "correlation_matrix": "correlation",
    "match_template": "correlation",
    "toeplitz": "correlation",
}

__all__ = [
    "conv2d_loops",
    "convolve2d",
    "correlate1d",
    "correlate2d",
    "correlation_matrix",
    "match_template",
    "toeplitz",
]


def __getattr__(name: str) -> Any:
    """Find an exported name in the module that defines it."""
    if name in _HOME:
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    """List the exported names."""
    return sorted(__all__)
