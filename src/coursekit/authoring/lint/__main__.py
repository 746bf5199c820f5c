"""Apply the course's own rules: ``python -m coursekit.authoring.lint [FOLDER]``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from coursekit.authoring.lint import RULES, Course, find_all


@click.command()
@click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default="."
)
def main(folder: Path) -> None:
    """Print one line for each place in FOLDER that breaks a rule of the course."""
    course = Course(folder)
    findings = find_all(course)
    for finding in findings:
        click.echo(str(finding))
    looked_at = f"{len(course.pages)} pages, {len(course.notebooks)} problem sets"
    click.echo(f"{len(RULES)} rules, {looked_at}: {len(findings)} findings.", err=True)
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
