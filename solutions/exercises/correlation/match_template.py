"""ps1.match_template: find a small picture in a large one."""

from __future__ import annotations

from convnets.correlation import match_template
from coursekit.checks.declare import Exercise, Group
from exercises.correlation import match_cases
from exercises.correlation.match_mistakes import MISCONCEPTIONS
from exercises.draws import after_given_lines

EXERCISE = Exercise(
    id="ps1.match_template",
    title="Finding a template",
    reference=match_template,
    difficulty=2,
    minutes=25,
    groups=[
        Group(
            "The worked example, and others like it", 0.5, match_cases.worked_example
        ),
        Group("Copies of another brightness", 0.5, match_cases.other_brightness),
        Group("Copies of another contrast", 0.5, match_cases.other_contrast),
        Group("Windows without contrast", 0.25, match_cases.without_contrast),
        Group("Several copies, and a negative", 0.25, match_cases.several_copies),
    ],
    misconceptions=after_given_lines(match_template, MISCONCEPTIONS),
)
