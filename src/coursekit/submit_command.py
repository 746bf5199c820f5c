"""The command `course submit`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("problem_set")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where the notebook lies, if it is not found.",
)
def submit(problem_set: str, folder: Path | None) -> None:
    """Write PROBLEM_SET-submission.zip, the one file that you hand in."""
    from coursekit.checks.released import known_problem_sets
    from coursekit.submission import submit as write_zip

    known = known_problem_sets()
    if problem_set not in known:
        msg = f"No problem set {problem_set!r}. Known: {', '.join(known) or 'none'}."
        raise click.UsageError(msg, click.get_current_context())
    write_zip(problem_set, folder)
