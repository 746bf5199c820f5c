"""Pack a problem set: check that everything is there, and write one verified zip."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import platform
import textwrap
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click

from coursekit import __version__, colab
from coursekit.checks.key import load_key
from coursekit.checks.mark import ExerciseResult
from coursekit.checks.overview import score_line, state
from coursekit.checks.released import Released, load_released
from coursekit.checks.render import WIDTH
from coursekit.checks.score import run_checks
from coursekit.checks.student import (
    compile_source,
    numeric_result,
    predictions_result,
)
from coursekit.errors import CourseError
from coursekit.predictions import find_predictions
from coursekit.submission_notebook import (
    cell_warnings,
    find_notebook,
    read_cells,
    saved_line,
)

PACKAGE = "convnets"
MANIFEST = "manifest.json"
FORMAT = 1
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold


def submit(problem_set: str, folder: Path | str | None = None) -> Path | None:
    """Write the zip that you hand in, and say what is missing from it.

    Parameters
    ----------
    problem_set : str
        Such as ``"ps1"``.
    folder : Path or str, optional
        Where the notebook lies, if it is not found.

    Returns
    -------
    Path or None
        The zip; None while the notebook is being graded.

    Raises
    ------
    CourseError
        If the notebook or a source file is missing or cannot be read.
    """
    if os.environ.get("NBGRADER_EXECUTION"):
        return None
    released = load_released(problem_set)
    notebook = find_notebook(problem_set, None if folder is None else Path(folder))
    name = f"{problem_set}.ipynb"
    cells = read_cells(notebook, name)
    warnings = cell_warnings(cells, released)
    sources = _read_sources(released)
    warnings += _source_warnings(sources)
    click.echo(f"Checking {problem_set} ...")
    folder = None if notebook.path is None else notebook.path.parent
    results = _check_everything(released, cells, folder)
    warnings += [*_result_warnings(results), saved_line(notebook)]
    here = Path.cwd()
    home = here if notebook.path is None else notebook.path.parent
    target = home / f"{problem_set}-submission.zip"
    files = {name: notebook.data, **sources, **_read_predictions(released, folder)}
    write_submission(target, released, files, results)
    for line in filter(None, warnings):
        click.echo(_note(line))
    click.echo(score_line(released, results))
    shown = target.relative_to(here) if target.is_relative_to(here) else target
    click.echo(f"Wrote {shown}. Hand in this one file.")
    colab.download(target)
    return target


def write_submission(
    target: Path,
    released: Released,
    files: Mapping[str, bytes],
    results: Mapping[str, ExerciseResult],
) -> None:
    """Write the zip beside its place, read it back, and put it there.

    Parameters
    ----------
    target : Path
        The zip; one that an earlier call wrote is replaced.
    released : Released
        What the problem set asks for.
    files : mapping of str to bytes
        The notebook and the sources, by their names in the zip.
    results : mapping of str to ExerciseResult
        What the visible checks gave.

    Raises
    ------
    CourseError
        If another file has that name, or the zip cannot be written.
    """
    if target.exists() and not _is_ours(target):
        msg = f"{target} is there but is no submission. Move it out of the way."
        raise CourseError(msg)
    manifest = _manifest(released, files, results)
    beside = target.with_name(f".{target.name}.part")
    try:
        with zipfile.ZipFile(beside, "w") as archive:
            for name in sorted(files):
                _add(archive, name, files[name])
            _add(archive, MANIFEST, json.dumps(manifest, indent=1).encode())
        _verify(beside, manifest)
        beside.replace(target)
    except OSError as err:
        msg = f"Cannot write {target}: {err.strerror}."
        raise CourseError(msg) from err
    finally:
        beside.unlink(missing_ok=True)


def _check_everything(
    released: Released, cells: list[dict[str, Any]], folder: Path | None
) -> dict[str, ExerciseResult]:
    """Run every visible check, and mark the numbers and the predictions."""
    results = run_checks(released.id)
    for asked in released.checked:
        if asked.is_numeric:
            results[asked.id] = numeric_result(asked.id, cells)
        if asked.file:
            results[asked.id] = predictions_result(load_key(asked.id), folder)
    return {asked.id: results[asked.id] for asked in released.checked}


def _read_sources(released: Released) -> dict[str, bytes]:
    """Read the files that the problem set asks for, from the package in use."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        msg = "There is no package `convnets`. Install the course: pip install -e ."
        raise CourseError(msg)
    folder = Path(spec.origin).parent
    sources = {}
    for name in released.files:
        if not (folder / name).is_file():
            msg = f"{folder / name} is missing. Put it back before you hand in."
            raise CourseError(msg)
        sources[f"{PACKAGE}/{name}"] = (folder / name).read_bytes()
    return sources


def _read_predictions(released: Released, folder: Path | None) -> dict[str, bytes]:
    """Read the files of predictions that are there."""
    names = [asked.file for asked in released.checked if asked.file]
    found = {name: find_predictions(name, folder) for name in names}
    return {name: data for name, data in found.items() if data is not None}


def _source_warnings(sources: Mapping[str, bytes]) -> list[str]:
    """Say which files are not Python."""
    lines = []
    for name, data in sources.items():
        try:
            compile_source(data, name)
        except (SyntaxError, ValueError) as err:
            row = getattr(err, "lineno", None)
            where = f", line {row}" if row else ""
            lines.append(
                f"{name}{where}: Python cannot read this file, so it earns nothing."
            )
    return lines


def _result_warnings(results: Mapping[str, ExerciseResult]) -> list[str]:
    """Say which exercises are not begun, and which do not pass."""
    lines = []
    known = {"to do": "Not begun", "FAIL": "Not passing yet", "part": "Not complete"}
    for word, sentence in known.items():
        names = [name for name, result in results.items() if state(result) == word]
        if names:
            lines.append(f"{sentence}: {', '.join(names)}.")
    return lines


def _note(line: str) -> str:
    """Break a note into lines of a terminal."""
    return textwrap.fill(
        line,
        WIDTH,
        initial_indent="  Note: ",
        subsequent_indent=" " * 8,
        break_on_hyphens=False,
    )


def _manifest(
    released: Released,
    files: Mapping[str, bytes],
    results: Mapping[str, ExerciseResult],
) -> dict[str, Any]:
    """Describe a submission; nothing in it says who made it, or where."""
    return {
        "format": FORMAT,
        "problem_set": released.id,
        "time": _now(),
        "versions": {
            "convnets-course": __version__,
            "python": platform.python_version(),
            "numpy": _version("numpy"),
        },
        "files": {
            name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in sorted(files.items())
        },
        "visible": {
            "points": released.visible_points,
            "earned": sum(result.earned for result in results.values()),
            "exercises": {name: result.earned for name, result in results.items()},
        },
    }


def _now() -> str:
    """Return the present time."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _version(package: str) -> str:
    """Return a package's version, if it says so."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Add a file whose entry says nothing about this machine."""
    entry = zipfile.ZipInfo(name, date_time=EPOCH)
    entry.create_system = 3  # Unix, on every machine
    entry.external_attr = 0o100644 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)


def _verify(path: Path, manifest: Mapping[str, Any]) -> None:
    """Read a zip back and compare it with its manifest."""
    with zipfile.ZipFile(path) as archive:
        found = {
            name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in ((n, archive.read(n)) for n in archive.namelist())
        }
    found.pop(MANIFEST)
    if found != manifest["files"]:
        msg = "The zip does not read back as it was written. Is the disk full?"
        raise CourseError(msg)


def _is_ours(path: Path) -> bool:
    """Whether a file is a zip that `submit` wrote."""
    try:
        with zipfile.ZipFile(path) as archive:
            return MANIFEST in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False
