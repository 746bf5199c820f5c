"""Run the two final notebooks as a student who has solved everything would.

    python tools/run_final_notebooks.py            both, on the bundled digits
    python tools/run_final_notebooks.py ps8        one of them
    python tools/run_final_notebooks.py ps8 --preset resnet-cpu     on CIFAR-10

In a copy of what students get, the reference is put in the place of the stubs, and each
notebook is run from top to bottom. Every exercise must get all its points, but for the
predictions: those of the digits are not those of the real test set. ps7 takes MNIST
where CONVNETS_DATA has it, and ps8 takes what the preset is for. Run it in any
environment that the course is installed in, such as one with the versions of Colab:

    python3.13 -m venv colab
    colab/bin/pip install --constraint tools/colab-constraints.txt . nbclient
    colab/bin/python tools/run_final_notebooks.py
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).parents[1]
SECONDS = 3600  # for a cell: the longest preset for a CPU
CHOICE = "chosen = None"  # the line of ps8 that a student changes
SCORE = re.compile(r"<b>([\w.]+)</b>: ([\d.]+) / ([\d.]+) points")


def main() -> int:
    """Run the notebooks; return 1 if anything is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=["ps7", "ps8"])
    parser.add_argument("--preset", help="which ps8 shall take, such as resnet-cpu")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        course = solved_course(Path(folder))
        os.environ["PYTHONPATH"] = str(course / "src")
        if options.preset:
            choose(course / "assignments" / "ps8" / "ps8.ipynb", options.preset)
        faults = [fault for name in options.names for fault in run(course, name)]
    for fault in faults:
        click.echo(fault, err=True)
    return 1 if faults else 0


def solved_course(folder: Path) -> Path:
    """Copy what students get, and complete it."""
    for part in ("src", "assignments"):
        shutil.copytree(ROOT / part, folder / part)
    for module in (ROOT / "solutions" / "convnets").glob("*.py"):
        shutil.copy(module, folder / "src" / "convnets")
    return folder


def choose(notebook: Path, preset: str) -> None:
    """Name a preset where ps8 asks for one."""
    text = notebook.read_text(encoding="utf-8")
    if text.count(CHOICE) != 1:
        msg = f"{notebook.name} must hold {CHOICE!r} once."
        raise SystemExit(msg)
    wanted = f"chosen = '{preset}'"
    notebook.write_text(text.replace(CHOICE, wanted), encoding="utf-8")


def run(course: Path, name: str) -> list[str]:
    """Execute a notebook, print its scores and the time, and say what went wrong."""
    import nbformat
    from nbclient import NotebookClient

    path = course / "assignments" / name / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    place = {"metadata": {"path": str(path.parent)}}
    begin = time.monotonic()
    NotebookClient(
        notebook, timeout=SECONDS, allow_errors=True, resources=place
    ).execute()
    click.echo(f"{name}: {time.monotonic() - begin:.0f} s")
    outputs = [
        output
        for cell in notebook.cells
        for output in cell.get("outputs", [])  # text has none
    ]
    faults = [
        f"{name}: {output.ename}: {output.evalue}"
        for output in outputs
        if output.output_type == "error"
    ]
    return faults + unfinished(name, outputs)


def unfinished(name: str, outputs: list[Any]) -> list[str]:
    """Print all scores, and say which exercises have not all their points."""
    pages = [str(output.get("data", {}).get("text/html", "")) for output in outputs]
    scores = [found for page in pages for found in SCORE.findall(page)]
    for exercise, earned, points in scores:
        click.echo(f"  {exercise}: {earned} / {points}")
    if not scores:
        return [f"{name}: no check was seen."]
    return [
        f"{exercise}: {earned} of {points} points"
        for exercise, earned, points in scores
        if earned != points and not exercise.endswith(".predictions")
    ]


if __name__ == "__main__":
    sys.exit(main())
