"""Build the book: ``python -m coursekit.authoring.book``.

Pages are executed against the reference, without a network, and every warning is an
error. The finished book replaces the one before; a build that fails leaves it alone.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from coursekit.errors import CourseError

ROOT = Path(__file__).resolve().parents[3]

# What the pages run. MyST-NB's own key for a stored result is the text of a page's
# cells, which does not change when the code they import does.
EXECUTED = ("solutions", "src/coursekit", "requirements.txt", "book/_ext/offline")
WRITTEN = ("_config.yml", "_toc.yml", "book")
IGNORED = {"__pycache__", ".ipynb_checkpoints"}

COLOURS = re.compile(r"\x1b\[[0-9;]*m")

Report = Callable[[str], None]


def build_book(root: Path, report: Report, *, force: bool = False) -> Path:
    """Build the book if anything it depends on has changed.

    Parameters
    ----------
    root : Path
        The repository.
    report : callable
        Is told, in one line each, what is being done.
    force : bool, default False
        Execute every page and write every page, whatever has changed.

    Returns
    -------
    Path
        The book's first file, ``build/book/_build/html/index.html``.

    Raises
    ------
    CourseError
        If something the build needs is missing, or a page fails or has a warning.
    """
    for needed in ("_config.yml", "_toc.yml", "book", "solutions/convnets"):
        if not (root / needed).exists():
            msg = f"The book needs {needed}, which is not in {root}."
            raise CourseError(msg)
    index = root / "build" / "book" / "_build" / "html" / "index.html"
    stamp = root / "build" / "book" / "stamp"
    with _only_one(root / "build" / "book.lock"):
        executed = digest(root, EXECUTED)
        everything = executed + digest(root, WRITTEN)
        if not force and index.exists() and _read(stamp) == everything:
            report("The book is up to date.")
            return index
        cache = _execution_cache(root / "build" / "book-cache", executed, force)
        _build_beside(root, cache, everything, report)
    return index


def digest(root: Path, names: Iterable[str]) -> str:
    """Return one hash over the paths and contents of files and folders."""
    total = hashlib.sha256(sys.version.encode())
    for path in _files(root, names):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return total.hexdigest()


def _files(root: Path, names: Iterable[str]) -> Iterator[Path]:
    """Find the files below some files and folders, in a fixed order."""
    for name in names:
        start = root / name
        for path in [start] if start.is_file() else sorted(start.rglob("*")):
            if path.is_file() and not IGNORED.intersection(path.parts):
                yield path


def _execution_cache(folder: Path, key: str, force: bool) -> Path:
    """Return the folder of stored results for this code, and drop those for other."""
    cache = folder / key[:16]
    for other in folder.glob("*"):
        if force or other != cache:
            shutil.rmtree(other)
    cache.mkdir(parents=True, exist_ok=True)
    return cache


def _build_beside(root: Path, cache: Path, stamp: str, report: Report) -> None:
    """Build in a new folder, then put it in the place of the old book."""
    beside = root / "build" / "book-next"
    shutil.rmtree(beside, ignore_errors=True)
    try:
        _run_jupyter_book(root, beside, cache, report)
        notebooks = beside / "_build" / "notebooks"
        notebooks.mkdir(exist_ok=True)  # there are none if no page has code
        shutil.copytree(notebooks, beside / "notebooks")
        _replace(beside / "notebooks", root / "build" / "notebooks")
        (beside / "stamp").write_text(stamp, encoding="utf-8")
        _replace(beside, root / "build" / "book")
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _replace(new: Path, old: Path) -> None:
    """Put a new folder in the place of an old one."""
    shutil.rmtree(old, ignore_errors=True)
    new.rename(old)


def _run_jupyter_book(root: Path, target: Path, cache: Path, report: Report) -> None:
    """Run Jupyter Book and pass on its progress; raise with its complaints."""
    environment = _environment(root, cache)
    _prepare_matplotlib(environment)
    entry = "from jupyter_book.cli.main import main; main()"
    options = ["--path-output", str(target), "--all", "-W", "-n", "--keep-going"]
    process = subprocess.Popen(
        [sys.executable, "-c", entry, "build", str(root), *options],
        env=environment,
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    log = root / "build" / "book.log"
    complaints = []
    with process, log.open("w", encoding="utf-8") as file:
        for line in process.stdout or ():
            plain = COLOURS.sub("", line).rstrip()
            file.write(plain + "\n")
            if progress := _progress(plain):
                report(progress)
            if re.search(r"\b(WARNING|ERROR|CRITICAL): ", plain):
                complaints.append(plain.replace(f"{root}{os.sep}", ""))
    if process.returncode:
        complaints += _tracebacks(target / "_build" / "html" / "reports")
        lines = "\n".join(complaints or ["Jupyter Book stopped; the log says why."])
        msg = f"The book was not built.\n{lines}\nThe whole log: {log}"
        raise CourseError(msg)


def _tracebacks(reports: Path, lines: int = 20) -> Iterator[str]:
    """Return the end of each page's traceback."""
    for path in sorted(reports.rglob("*.err.log")):
        text = COLOURS.sub("", path.read_text(encoding="utf-8"))
        tail = [line for line in text.splitlines() if line.strip()][-lines:]
        yield "\n".join([f"\n{path.name.removesuffix('.err.log')}:", *tail])


def _progress(line: str) -> str | None:
    """Turn a line of the log into a line of progress, or into nothing."""
    if found := re.match(r"reading sources\.\.\. \[ *(\d+)%\] (\S+)", line):
        return f"Reading {found[2]} ({found[1]} %)"
    if found := re.search(r"([^/\\]+): Executed notebook in ([\d.]+) seconds", line):
        return f"Executed {found[1]} in {float(found[2]):.0f} s"
    if line.startswith("writing output... ") and "[100%]" in line:
        return "Wrote the pages"
    return None


def _environment(root: Path, cache: Path) -> dict[str, str]:
    """Return the variables a build runs with: our code first, nobody's settings."""
    paths = [root / "book" / "_ext" / "offline", root / "solutions", root / "src"]
    settings = root / "build" / "book-settings"
    return {
        **os.environ,
        "COURSEKIT_BOOK": "1",
        "COURSEKIT_BOOK_CACHE": str(cache),
        "IPYTHONDIR": str(settings / "ipython"),
        "JUPYTER_CONFIG_DIR": str(settings / "jupyter"),
        "MPLCONFIGDIR": str(settings / "matplotlib"),
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
    }


def _prepare_matplotlib(environment: dict[str, str]) -> None:
    """Let Matplotlib list its fonts now; in a page it would say so on stderr."""
    fonts = [sys.executable, "-c", "import matplotlib.font_manager"]
    Path(environment["MPLCONFIGDIR"]).mkdir(parents=True, exist_ok=True)
    subprocess.run(fonts, env=environment, check=True, capture_output=True)


@contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    """Let one build run at a time, where the system has file locks."""
    lock.parent.mkdir(exist_ok=True)
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _read(path: Path) -> str:
    """Return a file's text, or nothing if there is no such file."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


@click.command()
@click.option("--force", is_flag=True, help="Execute and write every page again.")
def main(force: bool) -> None:
    """Build the book into build/book, with every warning an error."""
    try:
        index = build_book(ROOT, lambda line: click.echo(line, err=True), force=force)
    except CourseError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"The book: {index}")


if __name__ == "__main__":
    main()
