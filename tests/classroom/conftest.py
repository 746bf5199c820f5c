"""A small class with one problem set of two exercises and a written answer."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from coursekit.grading.classroom import Classroom, init_classroom

PACKAGE = Path("src/convnets")
ROOT = Path(__file__).resolve().parents[2]


def cell(kind: str, source: str, **mark: object) -> dict[str, object]:
    parts: dict[str, object] = {"cell_type": kind, "source": source, "id": "c"}
    parts["id"] = str(mark.get("grade_id", "first"))
    base = {"schema_version": 3, "task": False}
    parts["metadata"] = {"nbgrader": {**base, **mark}} if mark else {}
    if kind == "code":
        parts |= {"outputs": [], "execution_count": None}
    return parts


def released_notebook() -> dict[str, object]:
    graded = {"grade": True, "solution": False, "locked": True}
    prose = {"grade": True, "solution": True, "locked": False}
    cells = [
        cell("markdown", "# Two exercises"),
        cell("code", 'check("psx.double")', grade_id="psx-double", points=2, **graded),
        cell("code", 'check("psx.triple")', grade_id="psx-triple", points=3, **graded),
        cell("markdown", "YOUR ANSWER", grade_id="psx-why", points=1, **prose),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {
        "cells": cells,
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


@pytest.fixture(scope="session")
def class_template(tmp_path_factory) -> Path:
    """Make the class once: nbgrader takes seconds to start."""
    folder = tmp_path_factory.mktemp("class")
    target = folder / "assignments" / "psx" / "psx.ipynb"
    target.parent.mkdir(parents=True)
    target.write_text(json.dumps(released_notebook()))
    init_classroom(folder / "class", folder / "assignments", PACKAGE)
    return folder / "class"


@pytest.fixture
def room(class_template, tmp_path) -> Classroom:
    shutil.copytree(class_template, tmp_path / "class")
    return Classroom(tmp_path / "class")


@pytest.fixture
def released() -> dict[str, object]:
    return released_notebook()


@pytest.fixture(scope="module", autouse=True)
def _the_real_course_afterwards():
    """Forget a small course's folder and modules: worker processes would use them."""
    path, modules = list(sys.path), _ours()
    for name, module in modules.items():
        if not str(getattr(module, "__file__", None)).startswith(str(ROOT)):
            del sys.modules[name]  # of a small course that another test has left
    sys.path.insert(0, str(ROOT / "solutions"))
    yield
    sys.path[:] = path
    for name in _ours():
        del sys.modules[name]
    sys.modules.update(modules)


def _ours():
    """Return the modules that both a small course and the real one have."""
    kinds = ("convnets", "exercises")
    return {n: m for n, m in sys.modules.items() if n.partition(".")[0] in kinds}
