"""A class on disk: an nbgrader course folder, and our records beside it."""

from __future__ import annotations

import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from coursekit.errors import CourseError
from coursekit.grading.gradebook import add_scripts_to_path, knows, open_gradebook

if TYPE_CHECKING:
    from nbgrader.api import Gradebook
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

CONFIG = dedent(
    '''\
    """Settings of nbgrader for this class, written by `course init`.

    They hold for nbgrader's own commands too, run from this folder.
    """

    from pathlib import Path

    c = get_config()  # noqa: F821 (nbgrader defines it)

    c.CourseDirectory.root = str(Path(__file__).resolve().parent)
    c.CourseDirectory.course_id = ""
    c.CourseDirectory.ignore = [
        ".ipynb_checkpoints",
        "*.pyc",
        "__pycache__",
        "manifest.json",
    ]

    # One exercise may take this long, in seconds, when nbgrader runs the notebook.
    c.ExecutePreprocessor.timeout = 60

    # Answers come from students; nothing in them may run in a grader's browser.
    c.HTMLExporter.preprocessors = ["nbconvert.preprocessors.sanitize.SanitizeHTML"]
    c.SanitizeHTML.attributes = {"*": ["class"], "a": ["href", "title"]}
    c.SanitizeHTML.tags = (
        "a b blockquote br code details div em h1 h2 h3 h4 hr i li ol p pre span "
        "strong sub summary sup table tbody td tfoot th thead tr ul"
    ).split()
    '''
)

STUB = "raise NotImplementedError("  # stands in files that students complete


@dataclass(frozen=True)
class Classroom:
    """Paths of one class.

    Parameters
    ----------
    folder : Path
        The class's folder, made by `course init`.
    """

    folder: Path

    @property
    def submitted(self) -> Path:
        """What students handed in: ``submitted/<student>/<problem set>/``."""
        return self.folder / "submitted"

    @property
    def autograded(self) -> Path:
        """Graded notebooks, as nbgrader's formgrader opens them."""
        return self.folder / "autograded"

    @property
    def snapshots(self) -> Path:
        """Read-only copies of everything that was graded."""
        return self.folder / "grading" / "snapshots"

    @property
    def labels(self) -> Path:
        """Labels of the test sets, for nbgrader's own `autograde`."""
        return self.folder / "grading" / "labels"

    @property
    def secret(self) -> Path:
        """What makes this class's pseudonyms its own."""
        return self.folder / "grading" / "secret"

    def config(self) -> Config:
        """Read the class's nbgrader settings."""
        from traitlets.config import Config
        from traitlets.config.loader import PyFileConfigLoader

        loader = PyFileConfigLoader("nbgrader_config.py", str(self.folder))
        try:
            config = Config(loader.load_config())
        except Exception as err:  # whatever an instructor may have written there
            path = self.folder / "nbgrader_config.py"
            msg = f"The settings in {path} cannot be read: {err}."
            raise CourseError(msg) from err
        database = f"sqlite:///{self.folder.resolve() / 'gradebook.db'}"
        config.CourseDirectory.setdefault("db_url", database)
        return config

    def records(self, problem_set: str) -> Path:
        """One JSON file for each graded submission."""
        return self.folder / "grading" / "results" / problem_set

    def reports(self, problem_set: str) -> Path:
        """Where the class report goes, as a page and as CSV."""
        return self.folder / "reports" / problem_set

    def released(self, problem_set: str) -> Path:
        """Where nbgrader keeps the notebook that students got."""
        return self.folder / "source" / problem_set / f"{problem_set}.ipynb"

    def gradebook(self) -> AbstractContextManager[Gradebook]:
        """Open nbgrader's gradebook; use it in a `with` statement."""
        return open_gradebook(self.config().CourseDirectory.db_url)


def find_classroom(folder: Path) -> Classroom:
    """Return the class in a folder.

    Raises
    ------
    CourseError
        If `course init` has not made one there.
    """
    if not (folder / "nbgrader_config.py").is_file():
        msg = f"{folder} is not a class folder. Run `course init {folder}` first."
        raise CourseError(msg)
    return Classroom(folder.resolve())


def released_path(room: Classroom, problem_set: str) -> Path:
    """Return the notebook of a problem set that a class has been given.

    Raises
    ------
    CourseError
        If it has not been given this one.
    """
    path = room.released(problem_set)
    if not path.is_file():
        msg = f"{room.folder} has no {problem_set}. Run `course init {room.folder}`."
        raise CourseError(msg)
    return path


def init_classroom(
    folder: Path, assignments: Path, package: Path, labels: Path | None = None
) -> Classroom:
    """Make a class folder, or bring an existing one up to date with a new release.

    Submissions, grades and an edited configuration stay as they are.

    Parameters
    ----------
    folder : Path
        Where; it may exist.
    assignments : Path
        The released problem sets: ``<problem set>/<problem set>.ipynb`` each.
    package : Path
        The released package `convnets`. nbgrader's own `autograde` copies those of
        its files that hold nothing to complete beside each student's, and so imports
        the student's.
    labels : Path, optional
        Labels of the test sets, which nbgrader's own `autograde` compares predictions
        with; by default those in ``solutions/labels`` of the course with `package`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "nbgrader_config.py"
    if not config.exists():
        config.write_text(CONFIG, encoding="utf-8")
    room = Classroom(folder.resolve())
    room.submitted.mkdir(exist_ok=True)
    if labels is None and len(package.resolve().parents) > 1:
        labels = package.resolve().parents[1] / "solutions" / "labels"
    _copy_labels(room, labels)
    for notebook in sorted(assignments.glob("ps*/ps*.ipynb")):
        _register(room, notebook, package)
    return room


def _copy_labels(room: Classroom, labels: Path | None) -> None:
    """Put the labels where a check finds them while nbgrader runs it."""
    for path in sorted(labels.glob("*.txt")) if labels else ():
        room.labels.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, room.labels / path.name)


def nbgrader_api(room: Classroom) -> NbGraderAPI:
    """Return nbgrader's Python interface, configured for this class."""
    from nbgrader.apps import NbGraderAPI

    add_scripts_to_path()
    config = room.config()
    config.Application.log_level = "ERROR"
    config.NbGrader.logfile = ""
    api: Any = NbGraderAPI(config=config)
    return api


def _register(room: Classroom, notebook: Path, package: Path) -> None:
    """Tell nbgrader about a problem set, unless it knows this very notebook."""
    problem_set = notebook.stem
    target = room.released(problem_set)
    if target.exists() and target.read_bytes() == notebook.read_bytes():
        with room.gradebook() as gradebook:
            if knows(gradebook, problem_set):
                return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(notebook, target)
    beside = target.parent / package.name
    beside.mkdir(exist_ok=True)
    for path in sorted(package.glob("*.py")):
        if STUB not in path.read_text(encoding="utf-8"):
            shutil.copyfile(path, beside / path.name)
    answer = nbgrader_api(room).generate_assignment(problem_set, force=True)
    if not answer["success"]:
        target.unlink()
        log = room.folder / "nbgrader.log"
        log.write_text(f"{answer.get('log')}\n{answer.get('error')}", encoding="utf-8")
        msg = f"nbgrader refused {problem_set}. What it said is in {log}."
        raise CourseError(msg)
