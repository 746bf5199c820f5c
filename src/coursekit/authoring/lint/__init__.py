"""The course's own rules, C101 to C110: what no other linter knows."""

from __future__ import annotations

from coursekit.authoring.lint import (
    cells,
    course_rules,
    docstrings,
    figures,
)
from coursekit.authoring.lint.course import Course
from coursekit.authoring.lint.finding import Finding, Rule

__all__ = ["RULES", "Course", "Finding", "Rule", "find_all"]

_ALL = [*cells.RULES, *course_rules.RULES, *docstrings.RULES, *figures.RULES]

# By number, in order.
RULES = {rule.number: rule for rule in sorted(_ALL, key=lambda rule: rule.number)}


def find_all(course: Course) -> list[Finding]:
    """Apply every rule to a course and return what it finds, in reading order."""
    return sorted(finding for rule in RULES.values() for finding in rule.apply(course))
