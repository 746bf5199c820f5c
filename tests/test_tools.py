"""The scripts behind `make setup`, where they cannot do their work."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OLD_PYTHON = '#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.18"\nexit 1\n'
USED = ["bash", "cat", "dirname", "env", "git", "grep", "id", "sh", "uname"]


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """Copy the scripts, with a PATH on which the only Python is too old."""
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    for name in ("requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    commands = tmp_path / "bin"
    commands.mkdir()
    for name in USED:
        (commands / name).symlink_to(shutil.which(name))
    (commands / "python3").write_text(OLD_PYTHON, encoding="utf-8")
    (commands / "python3").chmod(0o755)
    return tmp_path


def run(
    folder: Path, script: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run one script with nothing else on the PATH."""
    return subprocess.run(
        [str(folder / "bin" / "bash"), f"tools/{script}"],
        cwd=folder,
        env={"PATH": str(folder / "bin"), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_setup_says_that_python_is_too_old(tools):
    result = run(tools, "setup.sh")
    assert result.returncode == 1
    assert "needs Python 3.11 or later; python3 here is: Python 3.9.18" in result.stderr
    assert "make setup PYTHON=/path/to/python3.12" in result.stderr
    assert not (tools / ".venv").exists()


def test_setup_refuses_a_named_python_that_is_too_old(tools):
    result = run(tools, "setup.sh", PYTHON="python3")
    assert result.returncode == 1
    assert "PYTHON=python3 is not Python 3.11 or later: Python 3.9.18" in result.stderr


def test_setup_finds_a_newer_python_beside_an_old_one(tools):
    newer = tools / "bin" / "python3.12"
    newer.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    newer.chmod(0o755)
    (tools / "bin" / "rm").write_text("#!/bin/sh\nexit 7\n", encoding="utf-8")
    (tools / "bin" / "rm").chmod(0o755)  # stops it before it installs anything
    result = run(tools, "setup.sh")
    assert f"({newer})" in result.stderr
    assert result.returncode == 7


def test_missing_browser_is_said_in_one_line_and_fails_nothing(tools):
    result = run(tools, "install-system-packages.sh")
    assert result.returncode == 0
    (line,) = result.stderr.splitlines()
    assert "Cannot install chromium" in line
    assert "Skipped: tests of the pages in a browser" in line


@pytest.mark.skipif(os.name == "nt", reason="the scripts are for Linux and macOS")
def test_nothing_happens_where_everything_is_there(tools):
    for name in ("chromium", "bwrap", "fc-list"):
        command = tools / "bin" / name
        command.write_text("#!/bin/sh\necho DejaVu\n", encoding="utf-8")
        command.chmod(0o755)
    result = run(tools, "install-system-packages.sh")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.slow
def test_readme_picture_is_drawn_with_the_reference(tmp_path):
    target = tmp_path / "picture.svg"
    path = os.pathsep.join(str(ROOT / name) for name in ("solutions", "src"))
    script = ROOT / "tools" / "draw_readme_picture.py"
    command = [sys.executable, str(script), str(target)]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, check=True)
    drawn = target.read_text(encoding="utf-8")
    committed = ROOT / "book" / "figures" / "what_you_build.svg"
    assert drawn.count("<image") == committed.read_text(encoding="utf-8").count(
        "<image"
    )
    assert drawn.startswith("<?xml")
