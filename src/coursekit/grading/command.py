"""`course init` and `course grade`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coursekit.errors import CourseError
from coursekit.grading.level import RANKS

if TYPE_CHECKING:
    from coursekit.grading.run import Summary

SOLUTIONS = Path("solutions")
ASSIGNMENTS = Path("assignments")
PACKAGE = Path("src/convnets")

class_option = click.option(
    "--class",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    show_default="this folder",
    help="The class's folder, made by `course init`.",
)
solutions_option = click.option(
    "--solutions",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=SOLUTIONS,
    show_default=True,
    help="The instructors' folder.",
)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--assignments",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=ASSIGNMENTS,
    show_default=True,
    help="The released problem sets.",
)
def init(folder: Path, assignments: Path) -> None:
    """Make FOLDER a class: nbgrader's settings, gradebook and problem sets."""
    from coursekit.grading.classroom import init_classroom

    if not any(assignments.glob("ps*/ps*.ipynb")):
        msg = f"There is no problem set in {assignments}. Run `course release`."
        raise CourseError(msg)
    room = init_classroom(folder, assignments, PACKAGE)
    click.echo(f"Class ready in {folder}.")
    click.echo(f"Put submissions in {room.submitted}/<student>/<problem set>/.")


@click.command()
@click.argument("problem_set")
@class_option
@solutions_option
@click.option("--workers", type=click.IntRange(1), default=os.cpu_count() or 1)
@click.option("--seed", type=click.IntRange(0), help="Repeat a run's hidden cases.")
@click.option("--force", is_flag=True, help="Grade unchanged submissions again.")
@click.option(
    "--required-level",
    type=click.Choice(RANKS),
    default="confined",
    show_default=True,
    help="Refuse to run student code on less than this.",
)
def grade(
    problem_set: str,
    folder: Path,
    solutions: Path,
    workers: int,
    seed: int | None,
    force: bool,
    required_level: str,
) -> None:
    """Grade every submission of PROBLEM_SET that is new or has changed."""
    from coursekit.grading.classroom import find_classroom
    from coursekit.grading.run import Options, grade_class

    options = Options(workers, seed, force, required_level)
    room = find_classroom(folder)
    summary = grade_class(room, problem_set, solutions, options, show_progress)
    for line in summary_lines(summary):
        click.echo(line)
    click.echo(f"Next: course report {problem_set} --class {folder}")


def show_progress(line: str, done: int, total: int) -> None:
    """Say on the standard error how far grading has come."""
    click.echo(f"[{done}/{total}] {line}", err=True)


def summary_lines(summary: Summary) -> list[str]:
    """Say what a run did: what came in, what was graded, and what needs a person."""
    done = summary.submissions - len(summary.attention)
    lines = [
        f"{summary.submissions} submissions: {done} graded, "
        f"{len(summary.attention)} need attention "
        f"({len(summary.graded)} graded in this run)."
    ]
    if summary.level:
        lines.append(f"Student code ran confined ({summary.level}).")
    for student, reasons in sorted(summary.attention.items()):
        lines += [f"  {student}: {reason}" for reason in reasons]
    return lines
