"""ps5.conv2d_backward: the three gradients of a convolutional layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from convnets.backprop import conv2d_backward
from coursekit.checks.declare import Case, Exercise, Group, Misconception
from exercises.backprop import (
    grad_bias_mistakes,
    grad_weight_mistakes,
    grad_x_mistakes,
    layers,
)

PARTS = ("grad_x", "grad_weight", "grad_bias")
Draw = Callable[[np.random.Generator], Sequence[Case]]


def looking_at(part: str, name: str, points: float, draw: Draw) -> Group:
    """Look at one of the three gradients in some cases, whatever the others are."""
    truth = {"part": PARTS.index(part), "of": len(PARTS)}

    def cases(rng: np.random.Generator) -> list[Case]:
        return [replace(case, truth=truth) for case in draw(rng)]

    return Group(f"{part}: {name}", points, cases)


def named_after(part: str, mistakes: Sequence[Misconception]) -> list[Misconception]:
    """Say in each name which gradient is wrong."""
    return [replace(item, name=f"{part}: {item.name}") for item in mistakes]


def groups_of(part: str) -> list[Group]:
    """Share out four points, from a single kernel to every option at once."""
    return [
        looking_at(part, "one channel, one filter", 0.75, layers.one_channel),
        looking_at(part, "several channels", 0.75, layers.channels_and_filters),
        looking_at(part, "batches of images", 0.75, layers.batches),
        looking_at(part, "strides", 0.5, layers.strides),
        looking_at(part, "padding", 0.5, layers.paddings),
        looking_at(part, "dilation", 0.25, layers.dilations),
        looking_at(part, "groups", 0.25, layers.grouped),
        looking_at(part, "everything together", 0.25, layers.everything),
    ]


EXERCISE = Exercise(
    id="ps5.conv2d_backward",
    title="The gradients of a convolutional layer",
    reference=conv2d_backward,
    observer="one part",
    difficulty=3,
    minutes=75,
    groups=[
        looking_at("grad_bias", "one image", 0.5, layers.one_image),
        looking_at("grad_bias", "batches of images", 0.5, layers.batches),
        *groups_of("grad_weight"),
        *groups_of("grad_x"),
    ],
    misconceptions=[
        *named_after("grad_bias", grad_bias_mistakes.MISCONCEPTIONS),
        *named_after("grad_weight", grad_weight_mistakes.MISCONCEPTIONS),
        *named_after("grad_x", grad_x_mistakes.MISCONCEPTIONS),
    ],
)
