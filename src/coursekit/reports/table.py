"""The class report as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io

from coursekit.reports.rows import ClassReport

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def report_csv(report: ClassReport) -> str:
    """Write one line a submission; a score that a person has to give is left blank.

    Text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    cells = list(report.points)
    head = ["student", "status", *cells, "total", "to mark"]
    head += ["misconceptions", "attention", "remarks"]
    writer.writerow(head)
    for row in report.rows:
        writer.writerow(
            [
                safe_text(row.student),
                "needs attention" if row.attention else "graded",
                *[_number(row.scores[name]) for name in cells],
                _number(row.total),
                sum(row.scores[name] is None for name in cells),
                safe_text("; ".join(row.misconceptions)),
                safe_text("; ".join(row.attention)),
                safe_text("; ".join(row.remarks)),
            ]
        )
    return out.getvalue()


def safe_text(text: str) -> str:
    """Keep a spreadsheet from running a text as a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _number(score: float | None) -> str:
    """Write a score, or nothing."""
    return "" if score is None else f"{score:g}"
