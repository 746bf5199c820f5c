"""The reference of problem set 8: the learning rate of each step."""

from __future__ import annotations

import math

import pytest
import torch

from convnets.schedule import one_cycle
from coursekit.errors import ShapeError


def torch_rates(total_steps, **options):
    """Return the rates that PyTorch's schedule gives, step by step."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, total_steps=total_steps, **options
    )
    rates = [optimizer.param_groups[0]["lr"]]
    for _ in range(total_steps - 1):
        optimizer.step()
        schedule.step()
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def test_it_starts_and_ends_as_worked_out_by_hand():
    rates = [one_cycle(step, 10, 0.5, pct_start=0.5) for step in range(10)]
    assert rates[0] == pytest.approx(0.5 / 25)
    assert max(rates) == rates[4] == 0.5  # at step 0.5 * 10 - 1
    assert rates[2] == pytest.approx((0.02 + 0.5) / 2)  # halfway up
    assert rates[-1] == pytest.approx(0.5 / 25 / 1e4)


@pytest.mark.parametrize("pct_start", [0.25, 0.3, 0.5, 0.85])
@pytest.mark.parametrize("total_steps", [5, 10, 11, 97])
def test_it_is_pytorchs_at_every_step(total_steps, pct_start):
    options = {"max_lr": 0.7, "pct_start": pct_start}
    options |= {"div_factor": 7.0, "final_div_factor": 30.0}
    got = [one_cycle(step, total_steps, **options) for step in range(total_steps)]
    assert got == pytest.approx(torch_rates(total_steps, **options), rel=1e-12)


def test_its_defaults_are_pytorchs():
    got = [one_cycle(step, 40, 2.0) for step in range(40)]
    assert got == pytest.approx(torch_rates(40, max_lr=2.0), rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((10, 10, 0.1), r"`step` \(10\) must be below"),
        ((-1, 10, 0.1), "`step` must be at least 0"),
        ((0.5, 10, 0.1), "`step` must be a whole number"),
        ((0, 10, 0.0), "`max_lr` must be a number above 0"),
        ((0, 10, math.nan), "`max_lr` must be a number above 0"),
        ((0, 10, 0.1, 0.3, math.inf), "`div_factor` must be a number above 0"),
        ((0, 10, 0.1, 0.1), "must be more than 1 and less than"),
        ((0, 10, 0.1, 1.0), "must be more than 1 and less than"),
    ],
)
def test_impossible_schedules_are_refused(arguments, said):
    with pytest.raises(ShapeError, match=said):
        one_cycle(*arguments)
