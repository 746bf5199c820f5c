"""Rules about the course as a whole: C102, C103, C106 and C107."""

from __future__ import annotations

import re
from pathlib import Path

from coursekit.authoring.leaks import find_leaks
from coursekit.authoring.lint.course import Course
from coursekit.authoring.lint.finding import Places, Rule
from coursekit.authoring.secret_lines import gather_secrets

# What students get and nobody writes by hand.
GENERATED = ("assignments", "src/convnets")

_PROBLEM_SET = re.compile(r"\b(ps\d+)\b")
_POINTS = re.compile(r"(\d+(?:\.\d+)?) points?\b")


def grade_id_is_unique(course: Course) -> Places:
    """Yield cells whose `grade_id` another cell has already."""
    first: dict[str, str] = {}
    for notebook in course.notebooks:
        for line, mark in notebook.marks:
            grade_id = str(mark.get("grade_id", ""))
            if not grade_id:
                yield notebook.path, line, "The cell is marked without a `grade_id`."
            elif grade_id in first:
                message = f"`grade_id` {grade_id} is taken by {first[grade_id]}."
                yield notebook.path, line, message
            else:
                first[grade_id] = f"{notebook.path.as_posix()}:{line}"


def points_match_the_declaration(course: Course) -> Places:
    """Yield points that differ from the declared ones, and cells without any."""
    for notebook in course.notebooks:
        declared = course.points.get(notebook.path.stem, {})
        graded = {
            str(mark.get("grade_id")): (line, mark)
            for line, mark in notebook.marks
            if mark.get("grade")
        }
        for grade_id, (line, mark) in graded.items():
            if grade_id not in declared:
                yield notebook.path, line, f"No exercise {grade_id} is declared."
            elif float(mark.get("points", declared[grade_id])) != declared[grade_id]:
                right = f"{declared[grade_id]:g}"
                message = (
                    f"{grade_id} is declared with {right} points; drop the number."
                )
                yield notebook.path, line, message
        for grade_id in declared.keys() - graded.keys():
            yield notebook.path, 1, f"{grade_id} is declared but has no graded cell."


def points_match_the_readme(course: Course) -> Places:
    """Yield lines of README.md that give a problem set other points than it has."""
    for number, line in enumerate(course.readme.splitlines(), start=1):
        name, points = _PROBLEM_SET.search(line), _POINTS.search(line)
        if name and points and name[1] in course.points:
            total = sum(course.points[name[1]].values())
            if float(points[1]) != total:
                message = f"{name[1]} is worth {total:g} points, not {points[1]}."
                yield Path("README.md"), number, message


def release_holds_no_solution(course: Course) -> Places:
    """Yield generated files, as they are on disk, that give a solution away."""
    files = {
        path.relative_to(course.root).as_posix(): path.read_bytes()
        for folder in GENERATED
        for path in sorted((course.root / folder).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    if files:
        for leak in find_leaks(files, gather_secrets(course.root / "solutions")):
            yield Path(leak.path), 1, f"Students would get {leak.what}."


def page_is_in_contents(course: Course) -> Places:
    """Yield pages that no reader can reach, and entries that lead nowhere."""
    pages = {page.path.with_suffix("").as_posix(): page.path for page in course.pages}
    for name, path in pages.items():
        if name not in course.contents:
            yield path, 1, "Add the page to _toc.yml."
    for name in course.contents:
        if name not in pages:
            yield Path("_toc.yml"), 1, f"There is no page {name}.md."


def _points(course: Course) -> Places:
    """Yield every place whose points differ from the declaration."""
    yield from points_match_the_declaration(course)
    yield from points_match_the_readme(course)


RULES = [
    Rule("C102", "A `grade_id` is unique in the course", grade_id_is_unique),
    Rule("C103", "Points are those of the declaration", _points),
    Rule("C106", "A release holds no solution text", release_holds_no_solution),
    Rule("C107", "Every page is in _toc.yml", page_is_in_contents),
]
