"""Whole numbers for cases: drawn again until every mistake shows.

Two formulas may agree by chance on small numbers, so a group of cases is used only if
the mistakes that it is meant for, and no others, give other answers than the reference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.checks.declare import Case, Misconception, case
from coursekit.errors import ShapeError

TRIES = 5000

Function = Callable[..., Any]


def whole(rng: np.random.Generator, low: int, high: int) -> int:
    """Draw a whole number, both ends included."""
    return int(rng.integers(low, high + 1))


def different(
    rng: np.random.Generator, low: int, high: int, count: int = 2
) -> list[int]:
    """Draw several whole numbers, all different."""
    drawn = rng.choice(np.arange(low, high + 1), count, replace=False)
    return [int(number) for number in drawn]


def placed(
    rng: np.random.Generator,
    note: str,
    kernel_size: int,
    rest: int = 0,
    **options: int,
) -> Case:
    """Draw an input in which a kernel has 4 to 19 places and `rest` pixels are left."""
    reach = options.get("dilation", 1) * (kernel_size - 1) + 1
    stride, padding = options.get("stride", 1), options.get("padding", 0)
    size = (whole(rng, 4, 19) - 1) * stride + reach + rest - 2 * padding
    if size < 1:
        return placed(rng, note, kernel_size, rest, **options)
    return case(note, size=size, kernel_size=kernel_size, **options)


def telling(
    draw: Callable[[], list[Case]],
    reference: Function,
    mistakes: Sequence[Misconception],
    inert: Sequence[Function] = (),
    distinct: bool = False,
) -> list[Case]:
    """Draw cases until every mistake shows in them, except those that cannot.

    Parameters
    ----------
    draw : callable
        Draws the cases.
    reference : callable
        The right function.
    mistakes : sequence of Misconception
        All of the exercise.
    inert : sequence of callable
        The mistakes that this group is not about: they give right answers.
    distinct : bool, default False
        Whether each mistake that shows must have answers of its own. It takes many
        tries, and is needed where there are few possible answers.
    """
    for _ in range(TRIES):
        cases = draw()
        answered = [item for item in cases if not _is_refused(reference, item)]
        right = _answers(reference, answered)
        wrong = {
            item.name: _answers(item.function, answered)
            for item in mistakes
            if item.function not in inert
        }
        hidden = [name for name, answers in wrong.items() if answers == right]
        hidden += [f.__name__ for f in inert if _answers(f, answered) != right]
        if not hidden and not (distinct and len(set(wrong.values())) < len(wrong)):
            return cases
    msg = f"No telling cases in {TRIES} tries. In the last: {hidden}, {cases}."
    raise RuntimeError(msg)


def _is_refused(reference: Function, item: Case) -> bool:
    """Whether the reference raises on a case."""
    try:
        reference(*item.args, **item.kwargs)
    except ShapeError:
        return True
    return False


def _answers(function: Function, cases: Sequence[Case]) -> str:
    """Write down what a function returns for each case."""
    return repr([function(*item.args, **item.kwargs) for item in cases])
