"""The kill matrix: which misconception loses which points, and who names it."""

from __future__ import annotations

from dataclasses import dataclass

from coursekit.checks.build import draw_key, mark_misconception
from coursekit.checks.declare import ProblemSet
from coursekit.checks.key import Key, load_key


@dataclass(frozen=True)
class Kill:
    """How one misconception fares.

    Parameters
    ----------
    exercise, misconception : str
        Which one.
    points : float
        What the exercise is worth.
    visible, hidden : float
        What the misconception earns on the visible check, and the most it earns on
        any of several draws of hidden cases.
    groups : tuple of str
        The groups it breaks on the visible check.
    named : bool
        Whether its own hint, and no other, is shown each time.
    """

    exercise: str
    misconception: str
    points: float
    visible: float
    hidden: float
    groups: tuple[str, ...]
    named: bool

    @property
    def killed(self) -> bool:
        """Whether it loses points everywhere and is named everywhere."""
        return self.visible < self.points and self.hidden < self.points and self.named


def kill_matrix(problem_set: ProblemSet, seeds: range = range(3)) -> list[Kill]:
    """Run every misconception against the visible and against fresh hidden cases.

    Hidden cases are drawn once for each seed, without the redraws that grading would
    make, so a weak generator shows.
    """
    kills = []
    for exercise in problem_set.checked:
        visible = load_key(exercise.id)
        hidden = [draw_key(exercise, seed) for seed in seeds]
        kills += [_kill(visible, hidden, name) for name in visible.hints]
    return kills


def _kill(visible: Key, hidden: list[Key], name: str) -> Kill:
    """Mark one misconception with every key."""
    seen, *fresh = [mark_misconception(key, name) for key in (visible, *hidden)]
    return Kill(
        visible.exercise,
        name,
        visible.points,
        seen.earned,
        max((result.earned for result in fresh), default=seen.earned),
        tuple(group.name for group in seen.groups if group.failed),
        all(result.misconceptions == [name] for result in (seen, *fresh)),
    )
