"""What "Residual networks" tells the reader to look for in its interactive figure."""

from pathlib import Path

import numpy as np
import pytest

from coursekit.widgets.depth_pictures import sizes

PAGE = Path(__file__).parents[2] / "book" / "resnet.md"
TEXT = PAGE.read_text(encoding="utf-8")
DRAWS = range(1, 100)


def test_the_figure_begins_with_the_weights_that_are_called_small():
    assert "DepthExplorer(depth=40, factor=0.4)" in TEXT


@pytest.mark.parametrize("depth", [1, 20, 60])
def test_small_weights_fade_by_the_formula_unless_there_are_shortcuts(depth):
    for plain in sizes(depth, "none", 0.4, 1, False):
        assert np.ptp(np.log10(plain)) == pytest.approx(-depth * np.log10(0.4), abs=1)
    signals, gradients = sizes(depth, "none", 0.4, 1, True)
    assert min(signals) >= 1
    assert min(gradients) > 0.99


def test_at_scale_1_plain_layers_keep_the_mean_square_on_average_over_draws():
    both = [sizes(40, "none", 1.0, draw, False) for draw in DRAWS]
    for ends in ([s[-1] for s, _ in both], [g[0] for _, g in both]):
        assert np.mean(np.square(ends)) == pytest.approx(1, abs=0.3)
        assert np.mean(np.array(ends) < 1) > 0.6  # more often down than up


def test_at_scale_1_each_layer_with_a_shortcut_doubles_the_mean_square():
    for curves in zip(*(sizes(10, "none", 1.0, d, True) for d in DRAWS), strict=True):
        squares = np.mean(np.square(curves), axis=0)
        growth = np.sort([squares[0], squares[-1]]) ** (1 / 10)
        assert growth[1] / growth[0] == pytest.approx(2, rel=0.02)


def test_batch_norm_makes_plain_gradients_grow_evenly_and_shortcuts_tame_them():
    for draw in (1, 2, 3):
        _, plain = sizes(40, "batch", 1.0, draw, False)
        halves = [(plain[0] / plain[20]) ** 0.05, (plain[20] / plain[40]) ** 0.05]
        assert halves[0] == pytest.approx(halves[1], rel=0.1)
        assert min(halves) > 1.15
        _, tamed = sizes(40, "batch", 1.0, draw, True)
        assert plain[0] > 1000 > 20 > tamed[0]
