"""What the three lists of packages say must agree, and suit Python and Colab."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]
EXTRAS = PROJECT["optional-dependencies"]
REQUIREMENTS = [
    Requirement(text)
    for text in [*PROJECT["dependencies"], *(r for e in EXTRAS.values() for r in e)]
]
LOCK = [
    Requirement(line)
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
PYTHONS = ["3.11", "3.12", "3.13"]


def name_of(requirement: Requirement) -> str:
    return canonicalize_name(requirement.name)


def version_of(locked: Requirement) -> Version:
    (pin,) = locked.specifier
    assert pin.operator == "=="
    return Version(pin.version)


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_lock_holds_every_dependency_within_its_bounds(requirement):
    locked = [item for item in LOCK if name_of(item) == name_of(requirement)]
    assert locked
    assert all(requirement.specifier.contains(version_of(item)) for item in locked)


@pytest.mark.parametrize("python", PYTHONS)
def test_lock_gives_one_version_of_every_package(python):
    here = {**default_environment(), "python_version": python}
    here["python_full_version"] = f"{python}.9"
    held = [
        name_of(item) for item in LOCK if not item.marker or item.marker.evaluate(here)
    ]
    assert len(held) == len(set(held))
    assert {name_of(item) for item in REQUIREMENTS} <= set(held)


def test_lock_holds_versions_and_no_addresses():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        assert re.fullmatch(r"[a-z0-9-]+==[0-9][\w.]*( ; .+)?", line), line


def test_environment_lists_every_dependency():
    (pip,) = (item["pip"] for item in CONDA["dependencies"] if isinstance(item, dict))
    listed = [Requirement(text) for text in pip if not text.startswith("--")]
    assert sorted(map(str, listed)) == sorted({str(item) for item in REQUIREMENTS})
    assert pip[0] == "--constraint requirements.txt"
    assert pip[-1] == "--editable ."


def test_environment_is_what_make_lock_writes():
    spec = importlib.util.spec_from_file_location(
        "write_environment", ROOT / "tools" / "write_environment.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert module.environment(PROJECT) == written


def test_environment_uses_conda_forge_alone():
    assert CONDA["channels"] == ["conda-forge", "nodefaults"]


def test_oldest_python_is_the_same_everywhere():
    oldest = PROJECT["requires-python"].removeprefix(">=")
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    setup = (ROOT / "tools" / "setup.sh").read_text(encoding="utf-8")
    assert f"python>={oldest}" in CONDA["dependencies"]
    assert f'python_version = "{oldest}"' in settings
    assert f"--python-version {oldest}" in makefile
    assert f'needs="{oldest}"' in setup
    assert str(tuple(map(int, oldest.split(".")))) in setup


def test_students_dependencies_have_no_upper_bound():
    for text in PROJECT["dependencies"]:
        operators = {item.operator for item in Requirement(text).specifier}
        assert operators == {">="}, text


def test_colab_satisfies_what_students_install():
    path = ROOT / "tools" / "colab-constraints.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    colab = {
        name_of(item): version_of(item)
        for item in (Requirement(line) for line in lines if not line.startswith("#"))
    }
    for text in PROJECT["dependencies"]:
        needed = Requirement(text)
        if name_of(needed) in colab:
            assert needed.specifier.contains(colab[name_of(needed)]), text


def test_version_is_the_same_everywhere():
    import coursekit

    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    top = re.search(r"^## (\S+) \((\S+)\)$", changes, re.MULTILINE)
    assert top[1] == PROJECT["version"] == coursekit.__version__ == citation["version"]
    assert top[2] == str(citation["date-released"])


def test_citation_has_what_the_format_requires():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert PROJECT["license"] in citation["license"]
    assert citation["repository-code"] == PROJECT["urls"]["Source"]


def test_colab_fetches_the_release_of_this_version():
    found = set()
    for path in (ROOT / "solutions" / "notebooks").glob("*.md"):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r"releases/download/([^/]+)/", text))
    assert found == {f"v{PROJECT['version']}"}
