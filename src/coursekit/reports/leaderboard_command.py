"""`course leaderboard`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from coursekit.grading.command import class_option, solutions_option

if TYPE_CHECKING:
    from coursekit.reports.leaderboard import Board


@click.command()
@click.argument("problem_set")
@class_option
@solutions_option
@click.option("--dry-run", is_flag=True, help="Write the pages, but enter no bonus.")
def leaderboard(problem_set: str, folder: Path, solutions: Path, dry_run: bool) -> None:
    """Rank the predictions of PROBLEM_SET and enter the bonus of the best fifth."""
    from coursekit.grading.classroom import find_classroom
    from coursekit.reports.leaderboard_run import run_leaderboard

    room = find_classroom(folder)
    board, paths, entered = run_leaderboard(room, problem_set, solutions, dry_run)
    for path in paths:
        click.echo(f"Wrote {path}.")
    for line in board_lines(board):
        click.echo(line)
    if entered is None:
        click.echo("No bonus was entered (--dry-run).")
        return
    click.echo(f"Students whose bonus changed: {len(entered.changed)}.")
    for student, points in entered.by_hand.items():
        click.echo(f"  {student}: extra credit of {points:g}, given by hand, stays.")


def board_lines(board: Board) -> list[str]:
    """Say who gets the bonus, who is left out and why, and whose files are equal."""
    noun = "entry" if len(board.entries) == 1 else "entries"
    lines = [
        f"{len(board.entries)} {noun}; {len(board.winners)} in the best fifth "
        f"(bonus {board.bonus:g}); {len(board.left_out)} not ranked."
    ]
    lines += [f"  {name}: {why}" for name, why in board.left_out.items()]
    return lines + [
        f"  {name}: {line}" for name, same in board.equal.items() for line in same
    ]
