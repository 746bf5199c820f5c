"""`course demo`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from coursekit.grading.command import (
    ASSIGNMENTS,
    PACKAGE,
    show_progress,
    solutions_option,
    summary_lines,
)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@solutions_option
@click.option("--book", type=click.Path(path_type=Path), help="The book's first page.")
def demo(folder: Path, solutions: Path, book: Path | None) -> None:
    """Grade a small class in FOLDER and say where to look."""
    from coursekit.grading.classroom import init_classroom
    from coursekit.grading.demo import PROBLEM_SET, make_submissions
    from coursekit.grading.run import Options, grade_class
    from coursekit.reports.write import write_feedback, write_report

    room = init_classroom(folder, ASSIGNMENTS, PACKAGE)
    students = make_submissions(room, solutions, PACKAGE)
    summary = grade_class(room, PROBLEM_SET, solutions, Options(), show_progress)
    for line in summary_lines(summary):
        click.echo(line)
    page, table = write_report(room, PROBLEM_SET)
    shown = students[5]
    feedback = room.folder / "feedback" / shown / PROBLEM_SET / f"{PROBLEM_SET}.html"
    if shown in summary.graded or not feedback.exists():
        feedback = write_feedback(room, PROBLEM_SET, shown)
    places = {
        "Book": book,
        "Class report": page,
        "As a table": table,
        "Gradebook": room.folder / "gradebook.db",
        f"Feedback for {shown}": feedback,
    }
    click.echo("\nWhere to look:")
    for name, path in places.items():
        if path is not None:
            click.echo(f"  {name:<20} {path}")
    jupyter = Path(sys.executable).with_name("jupyter")
    click.echo(f"  {'Formgrader':<20} cd {room.folder} && {jupyter} lab")
