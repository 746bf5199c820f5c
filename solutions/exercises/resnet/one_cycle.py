"""ps8.one_cycle: the learning rate of each step."""

from __future__ import annotations

import numpy as np

from convnets.schedule import one_cycle
from coursekit.checks.declare import Case, Exercise, Group, case
from exercises.draws import after_given_lines
from exercises.resnet.schedule_mistakes import MISCONCEPTIONS

HIGHEST = (0.2, 0.4, 0.5, 0.8, 1.5, 2.0)


def highest(rng: np.random.Generator) -> float:
    """Draw a highest rate other than 1."""
    return float(rng.choice(HIGHEST))


def rising(rng: np.random.Generator) -> list[Case]:
    total, rate = 10 * int(rng.integers(2, 6)), highest(rng)  # top: 0.3 * total - 1
    return [
        case("the first of 10 steps", 0, 10, rate),
        case("a step on the way up", 1, 10, highest(rng)),
        case("a longer run", int(rng.integers(1, 4)), total, highest(rng)),
        case("the highest rate", 3 * total // 10 - 1, total, rate),
        case("a step too many", total, total, rate),
    ]


def falling(rng: np.random.Generator) -> list[Case]:
    total, rate = 10 * int(rng.integers(2, 6)), highest(rng)
    return [
        case("the last of 10 steps", 9, 10, rate),
        case("a step on the way down", int(rng.integers(5, 7)), 10, highest(rng)),
        case("early on the way down", 4 * total // 10, total, highest(rng)),
        case("the last step but one", total - 2, total, rate),
    ]


def between(rng: np.random.Generator) -> list[Case]:
    # The nearest step to the top is the one before it in the first run, and the one
    # after it in the second: rounding down, up and to the nearest all differ.
    lower, total = int(rng.choice([11, 14, 18, 21])), int(rng.choice([12, 16, 19, 22]))
    rate, top = highest(rng), int(0.3 * total - 1)
    return [
        case("the last step on the way up", top, total, rate),
        case("the first step on the way down", top + 1, total, rate),
        case("a step farther down", int(0.3 * lower - 1) + 3, lower, highest(rng)),
        case("a run of 5 steps", 3, 5, highest(rng)),
    ]


def asked_for(rng: np.random.Generator) -> list[Case]:
    total, rate = int(rng.choice([16, 17, 18, 19, 21, 22, 23])), highest(rng)
    short, long = (float(share) for share in rng.choice([[0.2, 0.6], [0.15, 0.8]]))
    first = float(rng.choice([4.0, 8.0, 10.0]))
    return [
        case("a short way up", 2, total, rate, pct_start=short),
        case("a long way up", 9, total, highest(rng), pct_start=long),
        case("another first rate", 0, total, rate, div_factor=first),
        case("another last rate", total - 1, total, rate, final_div_factor=5 * first),
        case("all of them", total - 3, total, rate, long, first, 3 * first),
    ]


EXERCISE = Exercise(
    id="ps8.one_cycle",
    title="The learning rate of each step",
    reference=one_cycle,
    rtol=1e-6,
    atol=1e-12,  # the last rate is some millionths
    difficulty=1,
    minutes=20,
    groups=[
        Group("The way up", 0.5, rising),
        Group("The way down", 0.5, falling),
        Group("A top between two steps", 0.5, between),
        Group("Other shares and factors", 0.5, asked_for),
    ],
    misconceptions=after_given_lines(one_cycle, MISCONCEPTIONS),
)
