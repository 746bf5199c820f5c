"""The Python side of the ladder."""

from __future__ import annotations

import base64
from itertools import islice

import numpy as np
import pytest

from coursekit.errors import ShapeError
from coursekit.widgets import SanityLadder, sanity_network


def test_the_book_gets_html_and_a_picture(monkeypatch):
    monkeypatch.setenv("COURSEKIT_BOOK", "1")
    figure = SanityLadder()
    data, _ = figure._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert figure.description() in data["text/html"]
    assert len(data["text/html"]) < 200_000


def test_description_tells_where_the_loss_goes():
    losses = sanity_network.by_heart(0, 0.3)
    assert losses[0] == pytest.approx(np.log(10), abs=0.1)
    assert losses[-1] < 0.01
    assert SanityLadder().description().endswith(f"to {losses[-1]:.2g}.")


def test_packed_digits_can_be_read_back():
    images, labels = sanity_network.chosen_digits()
    text = sanity_network.packed()
    lines = [text[n : n + 65] for n in range(0, len(text), 65)]
    assert [int(line[0]) for line in lines] == labels.tolist()
    assert labels[:10].tolist() == list(range(10))
    ink = [[int(c, 17) / 16 for c in line[1:]] for line in lines]
    np.testing.assert_array_equal(ink, images.reshape(400, 64))


def test_drawn_numbers_lie_evenly_and_differ_by_seed():
    one, other = (list(islice(sanity_network.generator(seed), 2000)) for seed in (0, 1))
    assert np.mean(one) == pytest.approx(0.5, abs=0.03)
    assert np.var(one) == pytest.approx(1 / 12, rel=0.1)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.1


def test_what_the_figure_does_not_offer_is_named():
    with pytest.raises(ValueError, match=r"one of 0.001, .*, 10, but it is 0.2"):
        SanityLadder(0.2)
    with pytest.raises(ShapeError, match="`seed` must be at most 9"):
        SanityLadder(seed=10)
