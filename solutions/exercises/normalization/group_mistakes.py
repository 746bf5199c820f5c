"""Wrong ways to group channels, for group norm forward and backward."""

from __future__ import annotations

import numpy as np


def split(x, num_groups):
    """Give the channels of a group an axis of their own: (N, G, C / G, H, W)."""
    return x.reshape(len(x), num_groups, -1, *x.shape[2:])


def interleaved(x, num_groups):
    """Order the channels so that a group takes every G-th of them."""
    order = np.arange(x.shape[1]).reshape(-1, num_groups).T.ravel()
    return x[:, order], np.argsort(order)


def size_for_number(num_groups, channels):
    """Take `num_groups` for the number of channels in a group."""
    return max(1, channels // num_groups)


WRONG_GROUPS = {
    "every so many channels in a group": (
        "Your groups take every so many channels. A group is made of neighbours: with "
        "2 groups, the first half of the channels and the second.",
        lambda norm, x, groups, per_channel: _reordered(norm, x, groups, per_channel),
    ),
    "num_groups taken for the size of a group": (
        "You make groups of `num_groups` channels. How many groups are asked for?",
        lambda norm, x, groups, per_channel: norm(
            x, size_for_number(groups, x.shape[1]), per_channel
        ),
    ),
    "all channels in one group": (
        "All your channels share statistics, whatever `num_groups` says.",
        lambda norm, x, groups, per_channel: norm(x, 1, per_channel),
    ),
    "each channel on its own": (
        "Each of your channels has its own statistics, whatever `num_groups` says.",
        lambda norm, x, groups, per_channel: norm(x, x.shape[1], per_channel),
    ),
}
"""By name: a hint, and a function of the norm, the images, the groups and the arrays of
the channels."""


def _reordered(norm, x, num_groups, per_channel):
    """Normalise with the channels in another order, and put them back."""
    _, back = interleaved(x, num_groups)
    order = np.argsort(back)
    sorted_ = [each[:, order] if each.ndim > 1 else each[order] for each in per_channel]
    out = norm(x[:, order], num_groups, sorted_)
    if isinstance(out, tuple):
        return tuple(each[:, back] if each.ndim > 1 else each[back] for each in out)
    return out[:, back]
