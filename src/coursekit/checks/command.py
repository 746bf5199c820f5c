"""The command `course check`."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

PATIENCE = 5.0  # seconds


@click.command()
@click.argument("name", metavar="PROBLEM_SET | EXERCISE")
def check(name: str) -> None:
    """Check a problem set (ps1) or one exercise (ps1.correlate1d).

    Your files are read from disk, and nothing is sent anywhere. Exits with 0 when
    every check passes and with 1 when one fails.
    """
    from coursekit.checks.key import load_keys
    from coursekit.checks.overview import overview, state
    from coursekit.checks.released import known_problem_sets, load_released
    from coursekit.checks.render import to_text
    from coursekit.checks.student import check_result

    problem_set, _, exercise = name.partition(".")
    _check_known(problem_set, known_problem_sets(), "problem set")
    keys = load_keys(problem_set)
    if exercise:
        _check_known(name, list(keys), "exercise with a check")
    results = {}
    for item in [name] if exercise else keys:
        try:
            with _word_of_patience(item):
                results[item] = check_result(item)
        except KeyboardInterrupt:
            click.echo(f"Stopped while {item} was running.", err=True)
            raise click.Abort from None
    if exercise:
        text = to_text(results[name])
    else:
        text = overview(load_released(problem_set), results)
    click.echo(_colour(text))
    if any(state(result) not in ("ok", "open") for result in results.values()):
        raise click.exceptions.Exit(1)


@contextmanager
def _word_of_patience(exercise: str) -> Iterator[None]:
    """Say after a while which exercise is still running; it may never end."""
    line = f"{exercise} is still running. Ctrl-C stops it."
    timer = threading.Timer(PATIENCE, click.echo, [line], {"err": True})
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _check_known(name: str, known: list[str], kind: str) -> None:
    """Refuse a name that does not exist, and list those that do."""
    if name not in known:
        msg = f"No {kind} {name!r}. Known: {', '.join(known) or 'none'}."
        raise click.UsageError(msg, click.get_current_context())


def _colour(text: str) -> str:
    """Colour the words that lead the rows; click takes it out of files and pipes."""
    colours = {"ok": "green", "FAIL": "red", "to do": "yellow"}
    colours |= {"part": "yellow", "open": "yellow"}

    def paint(found: re.Match[str]) -> str:
        return found[1] + click.style(found[2], fg=colours[found[2]])

    words = rf"^(  )({'|'.join(colours)})(?= )"
    return re.sub(words, paint, text, flags=re.MULTILINE)
