"""Wrong implementations of one_cycle, and the hints that lead to each mistake."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from coursekit.checks.declare import Misconception


def cosine(share):
    """Fall from 1 to 0 along half a cosine."""
    return (1 + math.cos(math.pi * share)) / 2


def line(share):
    """Fall from 1 to 0 along a straight line."""
    return 1 - share


def quarter(share):
    """Fall from 1 to 0 along a quarter of a cosine."""
    return math.cos(math.pi * share / 2)


def without_pi(share):
    """Forget that an angle of half a turn is pi."""
    return (1 + math.cos(share)) / 2


def twice_as_far(share):
    """Forget to halve, and go down from 2."""
    return 1 + math.cos(math.pi * share)


def early(share):
    """Fall from 1 to 0 along a quarter of a sine."""
    return 1 - math.sin(math.pi * share / 2)


def whole_turn(share):
    """Fall from 1 to 0 and come back."""
    return (1 + math.cos(2 * math.pi * share)) / 2


def backwards(share):
    """Rise from 0 to 1."""
    return (1 - math.cos(math.pi * share)) / 2


def in_degrees(share):
    """Take degrees for radians."""
    return (1 + math.cos(180 * share)) / 2


def schedule(
    rise: Callable[[float], float] = cosine,
    fall: Callable[[float], float] = cosine,
    top: Callable[[float, int], float] = lambda share, total: share * total - 1,
    end: Callable[[int], int] = lambda total: total - 1,
    begin: Callable[[float], float] = lambda first: first,
    last: Callable[[float, float, float], float] = lambda first, most, by: first / by,
    **fixed: float,
) -> Callable[..., float]:
    """Build a schedule whose parts may be wrong; arguments that are fixed are ignored.

    Parameters
    ----------
    rise, fall : callable
        The way from one rate to another: from 1 to 0 as its argument goes from 0 to 1.
    top, end : callable
        The steps of the highest and of the last rate.
    begin : callable
        The rate of step 0, from what it should be.
    last : callable
        The last rate, from the first, the highest, and `final_div_factor`.
    """

    def one_cycle(
        step, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
    ):
        step += fixed.get("later", 0)
        share = fixed.get("pct_start", pct_start)
        first = max_lr / fixed.get("div_factor", div_factor)
        by = fixed.get("final_div_factor", final_div_factor)
        lowest, highest = last(first, max_lr, by), top(share, total_steps)
        if step <= highest:
            return max_lr + (begin(first) - max_lr) * rise(step / highest)
        way = (step - highest) / (end(total_steps) - highest)
        return lowest + (max_lr - lowest) * fall(way)

    return one_cycle


def no_rise(
    step, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    lowest = max_lr / div_factor / final_div_factor
    return lowest + (max_lr - lowest) * cosine(step / (total_steps - 1))


def held_after_the_rise(step, total_steps, max_lr, pct_start=0.3, *factors, **named):
    top = pct_start * total_steps - 1
    rate = right(step, total_steps, max_lr, pct_start, *factors, **named)
    return max_lr if step > top else rate


def share_of_the_whole_run(
    step, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    first = max_lr / div_factor
    lowest, way = first / final_div_factor, step / (total_steps - 1)
    if step <= pct_start * total_steps - 1:
        return max_lr + (first - max_lr) * cosine(way)
    return lowest + (max_lr - lowest) * cosine(way)


def way_down_of_the_whole_run(
    step, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    if step <= pct_start * total_steps - 1:
        return right(step, total_steps, max_lr, pct_start, div_factor)
    lowest = max_lr / div_factor / final_div_factor
    return lowest + (max_lr - lowest) * cosine(step / (total_steps - 1))


def way_down_by_all_steps(
    step, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    top = pct_start * total_steps - 1
    if step <= top:
        return right(step, total_steps, max_lr, pct_start, div_factor)
    lowest = max_lr / div_factor / final_div_factor
    return lowest + (max_lr - lowest) * cosine((step - top) / total_steps)


def rise_counted_from_one(step, total_steps, max_lr, pct_start=0.3, *factors, **named):
    top = pct_start * total_steps - 1
    if step > top:
        return right(step, total_steps, max_lr, pct_start, *factors, **named)
    first = right(0, total_steps, max_lr, pct_start, *factors, **named)
    return max_lr + (first - max_lr) * cosine((step + 1) / (top + 1))


def three_phases(
    step, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    top, first = pct_start * total_steps - 1, max_lr / div_factor
    if step <= top:
        return max_lr + (first - max_lr) * cosine(step / top)
    if step <= 2 * top:
        return first + (max_lr - first) * cosine((step - top) / top)
    lowest, way = (
        first / final_div_factor,
        (step - 2 * top) / (total_steps - 1 - 2 * top),
    )
    return lowest + (first - lowest) * cosine(way)


def multiplied(
    step, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    factors = 1 / div_factor, final_div_factor
    return right(step, total_steps, max_lr, pct_start, *factors)


def a_factor(*args: Any, **named: Any) -> float:
    """Return what the highest rate has to be multiplied by."""
    largest = named["max_lr"] if "max_lr" in named else args[2]
    return right(*args, **named) / largest


right = schedule()

MISCONCEPTIONS = [
    Misconception(
        "straight lines",
        "Your rate rises and falls along straight lines. Both ways are halves of a "
        "cosine: slow at either end, and fast in the middle.",
        schedule(rise=line, fall=line),
    ),
    Misconception(
        "a straight way up",
        "Your rate rises along a straight line. The way up is half a cosine, as the "
        "way down is.",
        schedule(rise=line),
    ),
    Misconception(
        "a straight way down",
        "Your rate falls along a straight line. The way down is half a cosine, as the "
        "way up is.",
        schedule(fall=line),
    ),
    Misconception(
        "quarters of a cosine",
        "Your angle goes from 0 to a quarter of a turn. Half a cosine is flat at both "
        "of its ends.",
        schedule(rise=quarter, fall=quarter),
    ),
    Misconception(
        "an angle without pi",
        "Your rate hardly moves: the angle has to go up to half a turn. In which unit "
        "does `math.cos` take it?",
        schedule(rise=without_pi, fall=without_pi),
    ),
    Misconception(
        "cosines not halved",
        "1 + cos goes from 2 to 0. Your rate goes twice as far as it should.",
        schedule(rise=twice_as_far, fall=twice_as_far),
    ),
    Misconception(
        "steps counted from 1",
        "Your rates come one step early. The first step is step 0, and it has the "
        "first rate.",
        schedule(later=1),
    ),
    Misconception(
        "the top one step late",
        "Your highest rate comes a step late. If 5 of 10 steps rise, those are steps 0 "
        "to 4.",
        schedule(top=lambda share, total: share * total),
    ),
    Misconception(
        "the top at a share of the last step",
        "Your highest rate comes at a fraction of the *last step's number*. The "
        "docstring says from what the 1 is taken off.",
        schedule(top=lambda share, total: share * (total - 1)),
    ),
    Misconception(
        "the top at a whole step",
        "You round the step of the highest rate. If it lies between two steps, neither "
        "of them has quite the highest rate.",
        schedule(top=lambda share, total: int(share * total) - 1),
    ),
    Misconception(
        "the top and the end one step late",
        "Your highest rate comes a step late, and so does the last one. Steps are "
        "counted from 0, so the last has the number `total_steps - 1`.",
        schedule(top=lambda share, total: share * total, end=lambda total: total),
    ),
    Misconception(
        "the top at a whole step, one late",
        "You round the step of the highest rate, and it comes a step late.",
        schedule(top=lambda share, total: int(share * total)),
    ),
    Misconception(
        "the top at the nearest step",
        "You round the step of the highest rate to the nearest one. If it lies between "
        "two steps, neither of them has quite the highest rate.",
        schedule(top=lambda share, total: round(share * total - 1)),
    ),
    Misconception(
        "the top rounded up",
        "You round the step of the highest rate up. If it lies between two steps, "
        "neither of them has quite the highest rate.",
        schedule(top=lambda share, total: math.ceil(share * total - 1)),
    ),
    Misconception(
        "fast at first",
        "Your ways begin fast and end slowly, as a quarter of a sine does. Half a "
        "cosine is slow at both ends.",
        schedule(rise=early, fall=early),
    ),
    Misconception(
        "whole turns",
        "Your angle goes through a whole turn, so that each way ends where it began.",
        schedule(rise=whole_turn, fall=whole_turn),
    ),
    Misconception(
        "up and down swapped",
        "Your ways run backwards: the rate begins each at its end. Look at the sign "
        "of the cosine.",
        schedule(rise=backwards, fall=backwards),
    ),
    Misconception(
        "an angle in degrees",
        "Your angle goes up to 180. In which unit does `math.cos` take it?",
        schedule(rise=in_degrees, fall=in_degrees),
    ),
    Misconception(
        "differences not halved",
        "1 - cos goes from 0 to 2. Your rate goes twice as far as it should.",
        schedule(
            rise=lambda share: math.cos(math.pi * share),
            fall=lambda share: math.cos(math.pi * share),
        ),
    ),
    Misconception(
        "the end one step late",
        "Your last step is not quite at the end of the way down. Its number is "
        "`total_steps - 1`.",
        schedule(end=lambda total: total),
    ),
    Misconception(
        "the last rate from the highest",
        "Your last rate is the highest one divided by `final_div_factor`. It is the "
        "first rate that is divided.",
        schedule(last=lambda first, most, by: most / by),
    ),
    Misconception(
        "down to the first rate",
        "Your rate ends where it began. It goes on to fall, far below that.",
        schedule(last=lambda first, most, by: first),
    ),
    Misconception(
        "down to 0",
        "Your last rate is 0. It is small, but how small is for `final_div_factor` to "
        "say.",
        schedule(last=lambda first, most, by: 0.0),
    ),
    Misconception(
        "up from 0",
        "Your first rate is 0. It is the highest one divided by `div_factor`.",
        schedule(begin=lambda first: 0.0),
    ),
    Misconception(
        "no way up",
        "Your rate starts at the highest and only falls.",
        no_rise,
    ),
    Misconception(
        "no way down",
        "Your rate stays at the highest once it is there.",
        held_after_the_rise,
    ),
    Misconception(
        "the way as a share of the whole run",
        "In both parts you ask how much of the *whole run* is done. How much of the "
        "way up is done, or of the way down?",
        share_of_the_whole_run,
    ),
    Misconception(
        "the way down as a share of the whole run",
        "On the way down you ask how much of the *whole run* is done. How much of the "
        "way down is?",
        way_down_of_the_whole_run,
    ),
    Misconception(
        "the way down over all steps",
        "Your way down takes as many steps as the whole run, and is cut off. It takes "
        "those that are left after the top.",
        way_down_by_all_steps,
    ),
    Misconception(
        "the way up counted from 1",
        "Your rate is a step ahead on the way up, so that it never is the first rate. "
        "Step 0 has that.",
        rise_counted_from_one,
    ),
    Misconception(
        "three phases",
        "Your rate falls to the first one in as many steps as it rose, and then "
        "farther. That is the older schedule, of three phases; here there are two.",
        three_phases,
    ),
    Misconception(
        "the first rate multiplied",
        "Your first rate is the highest one *times* `div_factor`. It is divided by it.",
        multiplied,
    ),
    Misconception(
        "always three tenths",
        "You do not use `pct_start`: your rate rises in three tenths of the run, "
        "whatever is asked for.",
        schedule(pct_start=0.3),
    ),
    Misconception(
        "as long up as down",
        "Your rate rises in half of the run. How long it rises is for `pct_start` to "
        "say.",
        schedule(pct_start=0.5),
    ),
    Misconception(
        "always a 25th",
        "You do not use `div_factor`: your first rate is a 25th of the highest, "
        "whatever is asked for.",
        schedule(div_factor=25.0),
    ),
    Misconception(
        "always a ten-thousandth",
        "You do not use `final_div_factor`: your last rate is a ten-thousandth of the "
        "first, whatever is asked for.",
        schedule(final_div_factor=1e4),
    ),
    Misconception(
        "a factor in place of the rate",
        "Your numbers are shares of the highest rate. Return the rate itself.",
        a_factor,
    ),
]
