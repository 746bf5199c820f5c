"""The class report as a page that needs nothing but a browser."""

from __future__ import annotations

from typing import Any

from coursekit.reports.rows import ClassReport


def report_page(report: ClassReport) -> str:
    """Lay the report out as HTML; every name and reason in it is escaped."""
    attention = [row for row in report.rows if row.attention]
    graded = [row for row in report.rows if not row.attention]
    scores = [score for row in report.rows for score in row.scores.values()]
    return render(
        "class_report.html",
        report=report,
        attention=attention,
        graded=graded,
        remarks=[row for row in report.rows if row.remarks],
        waiting=sum(score is None for score in scores),
    )


def render(template: str, **values: Any) -> str:
    """Fill a template; every value in it is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("coursekit.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**values)
