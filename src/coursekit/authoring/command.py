"""The command `course release`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from coursekit.authoring.release import Changes

# What to say of a file that is new or differs, and of one that is no longer generated.
DIFFERS = ("differs from what `course release` writes", "should not be there")
WOULD_BE = ("would be written", "would be removed")
DONE = ("written", "removed")


@click.command()
@click.option("--check", is_flag=True, help="Only compare; exit 1 if files differ.")
@click.option("--dry-run", is_flag=True, help="Only list what would be written.")
@click.option("--force", is_flag=True, help="Replace files that were edited by hand.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the student edition.  [default: build/student-edition]",
)
def release(check: bool, dry_run: bool, force: bool, output: Path | None) -> None:
    """Write what students get: stubs, checks, notebooks, and their edition.

    Everything comes from solutions/. The edition is scanned for leaks; if there is
    one, nothing is written at all.
    """
    from coursekit.authoring import release as steps
    from coursekit.authoring.edition import NAME

    root = steps.find_course(Path.cwd())
    target = output or root / "build" / "student-edition"
    click.echo("Generating stubs, checks and notebooks ...", err=True)
    files = steps.generate(root)
    changes = steps.compare(root, files)
    if check or dry_run:
        steps.check_edition(root, files)
        _list(changes, DIFFERS if check else WOULD_BE)
        if check and changes:
            raise click.exceptions.Exit(1)
        return
    steps.release(root, target, files, force)
    _list(changes, DONE)
    click.echo(f"{target / NAME} and {NAME}.zip beside it written; no leaks found.")


def _list(changes: Changes, verbs: tuple[str, str]) -> None:
    """Print one line for each file that is not as release writes it."""
    for name in changes.written:
        click.echo(f"{name} {verbs[0]}.")
    for name in changes.removed:
        click.echo(f"{name} {verbs[1]}.")
    if not changes:
        click.echo("The generated files are up to date.")
