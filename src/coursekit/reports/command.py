"""`course report`."""

from __future__ import annotations

from pathlib import Path

import click

from coursekit.grading.command import class_option


@click.command()
@click.argument("problem_set")
@class_option
@click.option(
    "--feedback", multiple=True, metavar="STUDENT", help="Write feedback too."
)
def report(problem_set: str, folder: Path, feedback: tuple[str, ...]) -> None:
    """Write the class report of PROBLEM_SET, as a page and as CSV."""
    from coursekit.grading.classroom import find_classroom
    from coursekit.reports.write import write_feedback, write_report

    room = find_classroom(folder)
    for path in write_report(room, problem_set):
        click.echo(f"Wrote {path}.")
    for student in feedback:
        click.echo(f"Wrote {write_feedback(room, problem_set, student)}.")
