"""Write a leaderboard to disk: a page and a table to show, and a table to keep."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from coursekit.grading.classroom import Classroom
from coursekit.reports.leaderboard import Board
from coursekit.reports.page import render
from coursekit.reports.table import safe_text

PAGE, TABLE, NAMES = "leaderboard.html", "leaderboard.csv", "leaderboard-names.csv"


def write_board(room: Classroom, board: Board) -> list[Path]:
    """Write a leaderboard.

    Returns
    -------
    list of Path
        The page and the table for the class, which hold no name, and the table with
        the names, which is for instructors.
    """
    folder = room.reports(board.problem_set)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        PAGE: render("leaderboard.html", board=board),
        TABLE: board_csv(board),
        NAMES: names_csv(board),
    }
    for name, text in texts.items():
        draft = folder / f".{name}"
        draft.write_text(text, encoding="utf-8")
        draft.replace(folder / name)
    return [folder / name for name in texts]


def board_csv(board: Board) -> str:
    """Write one line an entry, without names."""
    rows: list[list[object]] = [
        [entry.rank, entry.pseudonym, entry.accuracy, "yes" if entry.bonus else ""]
        for entry in board.entries
    ]
    return _csv(["rank", "name", "percent right", "best fifth"], rows)


def names_csv(board: Board) -> str:
    """Write who is who, and who is not on the board, for instructors."""
    rows: list[list[object]] = [
        [
            *(safe_text(entry.student), entry.pseudonym, entry.rank),
            *(entry.right, f"{entry.bonus:g}", "", _equal(board, entry.student)),
        ]
        for entry in board.entries
    ]
    rows += [
        [
            *(safe_text(student), "", "", "", "0"),
            *(safe_text(reason), _equal(board, student)),
        ]
        for student, reason in board.left_out.items()
    ]
    head = ["student", "name", "rank", "right", "bonus", "why not ranked", "equal"]
    return _csv(head, rows)


def _equal(board: Board, student: str) -> str:
    """Say whose predictions are the same."""
    return safe_text(" ".join(board.equal.get(student, [])))


def _csv(head: list[str], rows: list[list[object]]) -> str:
    """Write a table."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([head, *rows])
    return out.getvalue()
