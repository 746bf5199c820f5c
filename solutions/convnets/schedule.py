"""The learning rate over a run: up for a while, then down to almost nothing (ps8)."""

from __future__ import annotations

import math

from convnets.resnet_rules import check_schedule


def one_cycle(
    step: int,
    total_steps: int,
    max_lr: float,
    pct_start: float = 0.3,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> float:
    """Give the learning rate of one step: half a cosine up, and half a cosine down.

    Parameters
    ----------
    step : int
        Which update of the weights, counted from 0.
    total_steps : int
        Updates in the whole run.
    max_lr : float
        The highest rate.
    pct_start : float, default 0.3
        Share of the run in which the rate rises, a fraction from 0 to 1. The highest
        rate is at step ``pct_start * total_steps - 1``, which need not be whole.
    div_factor : float, default 25
        The first rate is `max_lr` divided by this.
    final_div_factor : float, default 1e4
        The rate of the last step, ``total_steps - 1``, is the *first* rate divided by
        this.

    Returns
    -------
    float
        The rate, as `torch.optim.lr_scheduler.OneCycleLR` gives it by default.

    Raises
    ------
    ShapeError
        If there is no such step, a rate or a factor is not above 0, or the rise does
        not take more than a step or leaves none for the way down.

    References
    ----------
    .. [1] Smith and Topin (2019), Super-Convergence, arXiv:1708.07120. Their rate rises
       and falls in straight lines, and then falls once more; here, as by default in
       PyTorch, there are two phases, and both are halves of a cosine.

    Examples
    --------
    >>> [round(one_cycle(step, 11, max_lr=1.0, pct_start=5 / 11), 2) for step in (0, 4)]
    [0.04, 1.0]
    """
    check_schedule(step, total_steps, max_lr, pct_start, div_factor, final_div_factor)
    ### BEGIN SOLUTION
    first = max_lr / div_factor
    last = first / final_div_factor
    top = pct_start * total_steps - 1  # the step of the highest rate
    if step <= top:
        return _cosine(first, max_lr, step / top)
    return _cosine(max_lr, last, (step - top) / (total_steps - 1 - top))
    ### END SOLUTION


def _cosine(start: float, end: float, share: float) -> float:
    """Go from one number to another along half a cosine; `share` is the way done."""
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2
