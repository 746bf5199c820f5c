"""What holds for the repository as a whole."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
LONGEST_MODULE = 400  # lines

# Written in pieces, so that this file does not name them either.
REGISTRIES = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
]
MACHINE_PATHS = re.compile(
    r"(?<![\w.~/])/(?:"
    + "work/"
    + r"(?:main|shared)|"
    + "root/"
    + r"|home/\w+/|Users/\w+/)"
)


def tracked_files() -> list[Path]:
    """Return what git keeps, or every file of a copy without git's folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def text_files() -> list[tuple[str, str]]:
    """Return name and text of each tracked file that is text."""
    found = []
    for path in tracked_files():
        data = path.read_bytes()
        if b"\0" not in data:
            found.append((path.relative_to(ROOT).as_posix(), data.decode("utf-8")))
    return found


def with_ending(*endings: str) -> list[tuple[str, str]]:
    return [(name, text) for name, text in text_files() if name.endswith(endings)]


@pytest.mark.parametrize("host", REGISTRIES)
def test_no_file_names_a_package_registry(host):
    assert [name for name, text in text_files() if host in text] == []


def test_no_file_names_a_path_of_somebodys_machine():
    found = [
        f"{name}:{number}: {line.strip()[:80]}"
        for name, text in text_files()
        for number, line in enumerate(text.splitlines(), start=1)
        if MACHINE_PATHS.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "path", ["/" + "work/main/src", "/" + "root/x", "/home" + "/ada/x"]
)
def test_machine_paths_are_recognised(path):
    assert MACHINE_PATHS.search(f"cd {path}")


def test_no_module_is_longer_than_400_lines():
    modules = with_ending(".py", ".js", ".sh")
    long = {name for name, text in modules if text.count("\n") > LONGEST_MODULE}
    assert long == set()


def test_notebooks_are_committed_only_as_assignments():
    stray = [
        name for name, _ in with_ending(".ipynb") if name.split("/")[0] != "assignments"
    ]
    assert stray == []


def test_every_data_file_parses():
    for _, text in with_ending(".json", ".ipynb"):
        json.loads(text)
    for _, text in with_ending(".yml", ".yaml", ".cff"):
        yaml.safe_load(text)
    for _, text in with_ending(".toml"):
        tomllib.loads(text)


def test_text_ends_with_a_newline_and_holds_no_tabs_or_trailing_spaces():
    for name, text in with_ending(".py", ".md", ".yml", ".toml", ".sh", ".js", ".css"):
        assert text == "" or text.endswith("\n"), name
        assert not re.search(r"[ \t]+$", text, re.MULTILINE), name
        assert "\r" not in text, name


def test_every_make_target_in_the_guides_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    for name, text in with_ending(".md"):
        named = set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)", text, re.MULTILINE))
        assert named <= targets, f"{name} names {named - targets}"


def test_scripts_are_executable_and_parse():
    for name in ("tools/setup.sh", "tools/install-system-packages.sh", ".ci/run"):
        script = ROOT / name
        assert script.stat().st_mode & 0o111, name
        subprocess.run(["bash", "-n", str(script)], check=True)


def test_actions_are_pinned_by_hash():
    for name, text in with_ending(".yml"):
        for action in re.findall(r"^[\s-]*uses:\s*(\S+)", text, re.MULTILINE):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), f"{name}: {action}"


@pytest.mark.parametrize("package", ["convnets", "coursekit", "coursekit.cli"])
def test_importing_a_package_loads_nothing_heavy(package):
    heavy = {"torch", "matplotlib", "scipy", "sklearn", "IPython", "nbgrader", "sphinx"}
    code = f"import sys, {package}; print(*sys.modules)"
    for folder in ("src", "solutions"):
        loaded = subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONPATH": f"{ROOT / folder}{os.pathsep}{ROOT / 'src'}"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert heavy & set(loaded.stdout.split()) == set()
