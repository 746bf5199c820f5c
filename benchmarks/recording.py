"""What records of benchmarks have in common: who measured, few digits, short lines."""

from __future__ import annotations

import json
import platform
from types import ModuleType
from typing import Any

import torch

from coursekit.runs import describe_device

PACKAGES = {"sklearn": "scikit-learn"}  # where a module is called otherwise


def processor() -> str:
    """Name the processor as the system does."""
    return describe_device(torch.device("cpu"))


def versions(*modules: ModuleType) -> dict[str, str]:
    """Return the versions of Python and of these modules, under the packages' names."""
    found = {
        PACKAGES.get(each.__name__, each.__name__): each.__version__ for each in modules
    }
    return {"python": platform.python_version(), **found}


def rounded(value: Any, digits: int = 3) -> Any:
    """Keep so many digits of a number, or of every one in lists and dictionaries."""
    if isinstance(value, float):
        return float(f"{value:.{digits}g}")
    if isinstance(value, dict):
        return {key: rounded(item, digits) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item, digits) for item in value]
    return value


def to_json(record: dict[str, Any]) -> str:
    """Write one line for each key, and for each entry of a long list."""
    lines = []
    for key, value in record.items():
        text = json.dumps(value)
        if value and isinstance(value, list) and isinstance(value[0], dict):
            text = "[\n" + ",\n".join(json.dumps(entry) for entry in value) + "\n]"
        lines.append(f"{json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}\n"
