"""The Python side of the figure on depth."""

from __future__ import annotations

import base64

import numpy as np
import pytest
import torch

from coursekit.errors import ShapeError
from coursekit.widgets import DepthExplorer
from coursekit.widgets.depth_pictures import drawn, sizes, uniform


def test_the_book_gets_html_and_a_picture(monkeypatch):
    monkeypatch.setenv("COURSEKIT_BOOK", "1")
    figure = DepthExplorer(10, "batch")
    data, _ = figure._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert figure.description() in data["text/html"].replace("&#x27;", "'")
    assert len(data["text/html"]) < 200_000


def test_random_numbers_are_spread_as_they_should_be():
    u = uniform(1, 100_000)
    counts, _ = np.histogram(u, bins=10, range=(0, 1))
    assert abs(counts - 10_000).max() < 500
    x, grad_out, weight = drawn(1, 5)
    assert np.mean(x**2) == pytest.approx(1)
    assert np.mean(grad_out**2) == pytest.approx(1)
    assert weight.mean() == pytest.approx(0, abs=0.02)
    assert weight.std() == pytest.approx(1, abs=0.02)
    assert np.mean(np.abs(weight) < 1) == pytest.approx(0.683, abs=0.01)


def mulberry32(seed, count):
    """Make the numbers one after the other, with Python's long integers."""
    state, out, mask = seed, [], 2**32 - 1
    for _ in range(count):
        state = (state + 0x6D2B79F5) & mask
        t = ((state ^ state >> 15) * (state | 1)) & mask
        t ^= (t + (t ^ t >> 7) * (t | 61)) & mask
        out.append(((t ^ t >> 14) & mask) / 2**32)
    return out


def test_the_generator_made_at_once_is_the_one_made_in_turn():
    np.testing.assert_array_equal(uniform(7, 50), mulberry32(7, 50))


def test_a_longer_network_begins_like_a_shorter_one():
    long, short = drawn(3, 9), drawn(3, 4)
    np.testing.assert_array_equal(long[2][:4], short[2])


@pytest.mark.parametrize("shortcut", [False, True])
def test_the_gradient_is_that_of_a_difference(shortcut):
    # One layer by hand: f(x) = W ReLU(x), so the gradient is Wᵀ g where x is positive.
    x, g, weight = drawn(2, 1)
    W = weight[0] * np.sqrt(2 / 64) * 0.5
    back = (g @ W) * (x > 0) + (g if shortcut else 0)
    f = np.maximum(x, 0) @ W.T + (x if shortcut else 0)
    signals, grads = sizes(1, "none", 0.5, 2, shortcut)
    np.testing.assert_allclose(signals, [1, np.sqrt(np.mean(f**2))])
    np.testing.assert_allclose(grads, [np.sqrt(np.mean(back**2)), 1])


def test_mean_squares_over_draws_follow_the_formulas():
    draws = range(1, 40)
    for shortcut, factor in ((False, 0.81), (True, 1.81)):
        found = [sizes(6, "none", 0.9, draw, shortcut) for draw in draws]
        for curves in zip(*found, strict=True):
            ends = np.array([curve[[0, -1]] for curve in curves]) ** 2
            ratio = ends.max(axis=1).mean() if shortcut else ends.min(axis=1).mean()
            assert ratio == pytest.approx(factor**6, rel=0.15)


def test_description_tells_both_kinds():
    words = DepthExplorer(20, "none", 0.4).description()
    signals, grads = sizes(20, "none", 0.4, 1, False)
    text = f"plain, the signal ends with {signals[-1]:.2g} times its size"
    assert "20 layers with random weights, 0.4 times the size of He's" in words
    assert text in words
    assert f"gradient with {grads[0]:.2g} times" in words
    assert torch.is_grad_enabled()


REFUSED = {
    "deep": ((61,), ShapeError, "`depth` must be at most 60 .* 61"),
    "none": ((0,), ShapeError, "depth"),
    "norm": ((5, "layer"), ValueError, "one of none, batch, but it is 'layer'"),
    "large": ((5, "none", 1.55), ValueError, "from 0.1 to 1.5, but it is 1.55"),
    "between": ((5, "none", 0.43), ValueError, "multiple of 0.05 .* 0.43"),
    "draw": ((5, "none", 1.0, 100), ShapeError, "`draw` must be at most 99"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_names_what_is_wrong(case):
    arguments, kind, message = REFUSED[case]
    with pytest.raises(kind, match=message):
        DepthExplorer(*arguments)
