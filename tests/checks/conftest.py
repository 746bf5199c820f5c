"""A small exercise, its key, and a student's folder."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import hypothesis.configuration
import numpy as np
import pytest

import coursekit.checks.key as key_module
from coursekit.checks.build import build_key
from coursekit.checks.declare import Exercise, Group, Misconception, case
from coursekit.checks.key import Key, key_to_json, load_keys
from coursekit.errors import ShapeError

BUILD = Path(__file__).resolve().parents[2] / "build"


# Its cache would otherwise appear at the top of the repository.
hypothesis.configuration.set_hypothesis_home_dir(BUILD / "hypothesis")


def scale(x, by=2.0):
    """Multiply a signal by a number."""
    if x.ndim != 1:
        msg = f"`x` must have 1 axis, but its shape is {x.shape}."
        raise ShapeError(msg)
    return by * x


scale.__module__ = "convnets.tiny"  # where students would find it


def plus(x, by=2.0):
    scale(x)
    return x + by


def factor_ignored(x, by=2.0):
    return scale(x)


def in_place(x, by=2.0):
    x *= by
    return scale(x, 1.0)


def doubled(rng):
    return [
        case("two numbers", np.array([1.0, 3.0])),
        case("drawn", rng.permutation(9)[:4] + 3.0),
        case("two axes", np.ones((2, 3))),
    ]


def other_factors(rng):
    return [case("by 5", rng.permutation(9)[:3] + 3.0, by=5.0)]


@pytest.fixture
def exercise() -> Exercise:
    return Exercise(
        id="tiny.scale",
        title="Scaling",
        reference=scale,
        groups=[Group("Doubling", 1, doubled), Group("Factors", 0.5, other_factors)],
        misconceptions=[
            Misconception("sum for product", "Multiply by it.", plus),
            Misconception("factor ignored", "Look at `by`.", factor_ignored),
            Misconception("changed in place", "Make a new array.", in_place),
        ],
    )


@pytest.fixture
def key(exercise: Exercise) -> Key:
    return build_key(exercise, seed=0)


@pytest.fixture
def submission(
    key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Path]]:
    """Write a student's ``convnets/tiny.py`` beside the notebook, and go there."""
    text = json.dumps({"keys": [key_to_json(key)]})
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "tiny.json").write_text(text, encoding="utf-8")
    monkeypatch.setattr(key_module, "KEYS", tmp_path / "keys")
    monkeypatch.setattr(sys, "path", sys.path[:])
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.chdir(tmp_path)
    load_keys.cache_clear()
    others = {name: sys.modules.pop(name) for name in _loaded()}
    package = tmp_path / "convnets"
    package.mkdir()
    (package / "__init__.py").touch()

    def write(source: str) -> Path:
        path = package / "tiny.py"
        path.write_text(dedent(source), encoding="utf-8")
        return path

    yield write
    for name in _loaded():
        del sys.modules[name]
    sys.modules.update(others)
    load_keys.cache_clear()


def _loaded() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] == "convnets"]
