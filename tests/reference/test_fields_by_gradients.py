"""Receptive fields against networks of PyTorch whose weights are all positive.

Nothing cancels in them, so an output's gradient is 0 exactly where it sees nothing.
Kernels are one pixel wide, since only one axis matters. To see through max pooling, a
network is shown images with a single bright pixel, too.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from convnets import layers
from convnets.field_rules import repeats_after
from convnets.receptive_field import input_interval, receptive_field

SIZE = 241  # pixels; fields larger than a third of it are left out
SEEDS = range(30)


class Sum(nn.Module):
    """Run branches side by side and add them, cut to the shortest."""

    def __init__(self, branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        outputs = [branch(x) for branch in self.branches]
        length = min(output.shape[2] for output in outputs)
        return sum(output[:, :, :length] for output in outputs)


def build(path):
    """Build a network with one channel and positive weights, in double precision."""
    return nn.Sequential(*map(build_layer, path)).double()


def build_layer(layer):
    if layer["type"] == "Branches":
        return Sum(build(branch) for branch in layer["branches"])
    beside = {"kernel_size": 1, "stride": 1, "dilation": 1}  # along the other axis
    names = (*beside, "padding", "output_padding")
    options = {n: (layer[n], beside.get(n, 0)) for n in names if n in layer}
    kind = getattr(nn, layer["type"])
    if "Conv" not in layer["type"]:
        return kind(**options)
    module = kind(1, 1, bias=False, **options)
    nn.init.uniform_(module.weight, 0.5, 1.5)
    return module


def draw_layer(rng):
    """Draw a layer with any kernel, stride, padding and dilation."""
    K, s, p, d = (int(rng.integers(*ends)) for ends in [(1, 5), (1, 4), (0, 3), (1, 3)])
    return [
        layers.conv2d(1, K, s, p, d),
        layers.conv_transpose2d(1, K, s, p, int(rng.integers(max(s, d))), d),
        layers.max_pool2d(K, s, min(p, K // 2), d),
        layers.avg_pool2d(K, s, min(p, K // 2)),
        layers.relu(),
        draw_block(rng),
    ][rng.integers(6)]


def draw_block(rng):
    """Draw branches whose centres align."""
    s, d = int(rng.integers(1, 3)), int(rng.integers(1, 3))
    first = layers.conv2d(1, 3, s, 1)
    long = [first, layers.conv2d(1, 3, 1, d, d)]
    others = [[layers.conv2d(1, 1, s)], [layers.avg_pool2d(3, s, 1)]]
    return layers.branches(long, *others, *([[]] if s == 1 else []))


def draw_path(seed):
    """Draw a path whose field is small enough for the middle of the image."""
    rng = np.random.default_rng(seed)
    while True:
        path = [draw_layer(rng) for _ in range(rng.integers(1, 5))]
        size, jump, _ = receptive_field(path)
        if size <= SIZE // 3 and jump <= 12 and repeats_after(path) * jump <= 18:
            return path


def seen_by_bright_pixels(path):
    """Return which pixel (row) changes which output (column)."""
    image = torch.eye(SIZE, dtype=torch.float64).reshape(SIZE, 1, SIZE, 1)
    with torch.no_grad():
        return build(path)(image)[:, 0, :, 0].numpy() > 0


def middle(path, seen):
    """Return neighbouring outputs far from both ends, two of each phase."""
    first = seen.shape[1] // 2
    indices = range(first, first + 2 * repeats_after(path))
    assert indices[-1] < seen.shape[1]
    return indices


def gradient(path, index):
    """Return the gradient of one output."""
    image = torch.ones(1, 1, SIZE, 1, dtype=torch.float64, requires_grad=True)
    (found,) = torch.autograd.grad(build(path)(image)[0, 0, index, 0], image)
    return found[0, 0, :, 0].numpy()


def ends(seen):
    """Return the first and the last pixel, or what stands for none."""
    places = np.flatnonzero(seen)
    return (int(places[0]), int(places[-1])) if places.size else (0, -1)


@pytest.mark.parametrize("seed", SEEDS)
def test_outputs_in_the_middle_see_their_interval(seed):
    path = draw_path(seed)
    seen = seen_by_bright_pixels(path)
    for index in middle(path, seen):
        assert ends(seen[:, index]) == input_interval(path, index)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_gradient_reaches_from_end_to_end_of_the_interval(seed):
    path = [layer for layer in draw_path(seed) if layer["type"] != "MaxPool2d"]
    for index in list(middle(path, seen_by_bright_pixels(path)))[:2]:
        assert ends(gradient(path, index)) == input_interval(path, index)


@pytest.mark.parametrize("seed", SEEDS)
def test_size_jump_and_start_are_those_of_the_outputs_in_the_middle(seed):
    path = draw_path(seed)
    size, jump, start = receptive_field(path)
    seen, period = seen_by_bright_pixels(path), repeats_after(path)
    indices = middle(path, seen)
    found = [ends(seen[:, index]) for index in indices]
    assert max(last - first + 1 for first, last in found) == size
    for one, other in zip(found, found[period:], strict=False):
        if one[1] >= one[0]:
            assert np.subtract(other, one).tolist() == [jump * period] * 2
    if period == 1:
        middles = [(first + last) / 2 for first, last in found]
        assert middles == [start + jump * index for index in indices]


@pytest.mark.parametrize("seed", SEEDS)
def test_no_output_sees_more_than_its_interval_even_at_the_edges(seed):
    path = draw_path(seed)
    seen = seen_by_bright_pixels(path)
    for index in range(seen.shape[1]):
        (first, last), (low, high) = ends(seen[:, index]), input_interval(path, index)
        assert last < first or (low <= first and last <= high)


def test_the_paths_drawn_hold_every_kind_of_layer():
    kinds = {layer["type"] for seed in SEEDS for layer in draw_path(seed)}
    assert len(kinds) == 6


EDGES = [  # kernels without gaps that fit the image exactly: 241 = 1 mod 16
    [layers.conv2d(1, 3, padding=1)] * 3,
    [layers.conv2d(1, 5, stride=2, padding=2), layers.max_pool2d(3, 2, padding=1)],
    [layers.conv2d(1, 3, stride=2, padding=1), layers.conv2d(1, 3, padding=1)] * 3,
    [
        layers.branches([layers.conv2d(1, 3, padding=1)] * 2, []),
        layers.max_pool2d(3, 2),
    ],
]


@pytest.mark.parametrize("path", EDGES)
def test_at_the_edges_the_interval_clipped_to_the_image_is_seen(path):
    seen = seen_by_bright_pixels(path)
    for index in range(seen.shape[1]):
        first, last = input_interval(path, index)
        assert ends(seen[:, index]) == (max(first, 0), min(last, SIZE - 1))
