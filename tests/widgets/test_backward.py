"""The Python side of the figure of what goes back through a convolution."""

from __future__ import annotations

import base64
import json
import re

import numpy as np
import pytest
from traitlets import TraitError

from convnets.backprop import conv2d_backward
from coursekit.errors import ShapeError
from coursekit.widgets import BackwardExplorer, backward_pictures

X = np.arange(20.0).reshape(4, 5)
KERNEL = [[1, 2], [3, 4]]


@pytest.fixture
def figure(monkeypatch):
    monkeypatch.setenv("COURSEKIT_BOOK", "1")
    return BackwardExplorer(X, KERNEL, [[0, 2], [0, -1]], stride=2)


def test_the_book_gets_html_and_a_picture(figure):
    data, _ = figure._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == figure.description()
    assert figure.static_html() == figure.static_html()


def test_html_holds_the_state_and_needs_no_other_file(figure):
    text = re.sub(r"base64,[\w+/=]+", "", figure.static_html())
    state = re.search(r'data-state="([^"]*)"', text)[1].replace("&quot;", '"')
    assert json.loads(state) == figure.state()
    assert not re.search(r"https?:|//\w+\.|url\(|@import|\bimport\b|fetch\(", text)


def test_settings_are_synchronised_with_the_script(figure):
    assert set(figure.settings) <= set(figure.get_state())
    assert figure.get_state()["_esm"].count("export default { render };") == 1
    assert figure.get_state()["_esm"].count("const NAMES =") == 1


def test_what_the_script_sends_back_is_kept(figure):
    figure.set_state({"place": [1, 0], "mode": "one", "number": -4})
    assert (figure.place, figure.mode, figure.number) == ([1, 0], "one", -4)


def test_a_later_assignment_that_is_not_a_grid_is_refused(figure):
    with pytest.raises(ShapeError, match="`kernel` must have 1 to 3 numbers"):
        figure.kernel = [[1, 2, 3, 4]]
    with pytest.raises(TraitError, match="stride"):
        figure.stride = 4


@pytest.mark.parametrize(
    ("upstream", "mode", "number", "place"),
    [
        (None, "one", 1, [0, 0]),
        ([[0, 0], [-3, 0]], "one", -3, [1, 0]),
        ([[0, 5], [7, 0]], "several", 5, [0, 1]),
        ([[0, 0], [0, 0]], "several", 1, [0, 0]),
    ],
)
def test_one_number_or_several(upstream, mode, number, place):
    figure = BackwardExplorer(X, KERNEL, upstream, stride=2)
    assert (figure.mode, figure.number, figure.place) == (mode, number, place)


@pytest.mark.parametrize("options", [(1, 0, 1), (2, 1, 2), (3, 2, 1)])
def test_pictured_gradients_are_those_of_the_course(options):
    rng = np.random.default_rng(0)
    x, kernel = rng.normal(size=(5, 6)), rng.normal(size=(2, 3))
    shape = np.array(BackwardExplorer(x, kernel, None, *options).grad_out).shape
    grad_out = rng.normal(size=shape)
    arrays = [array[None, None] for array in (grad_out, x, kernel)]
    want = conv2d_backward(*arrays, *options)
    got = backward_pictures.gradients(x, kernel, grad_out, *options)
    for one, right in zip(got, want, strict=False):
        np.testing.assert_allclose(one, right[0, 0])


def test_the_description_holds_both_gradients():
    single = np.zeros((3, 4))
    single[1, 2] = 1
    text = BackwardExplorer(X, KERNEL, single).description()
    assert "0, 0, 1, 2, 0; 0, 0, 3, 4, 0" in text
    assert text.endswith("weights 7, 8; 12, 13.")


REFUSED = {
    "large input": ({"x": np.ones((7, 2))}, "`x` must have 1 to 6 numbers"),
    "one axis": ({"kernel": [1, 2]}, "`kernel` must have"),
    "stride": ({"stride": 4}, "`stride` must be at most 3"),
    "padding": ({"padding": -1}, "`padding` must be at least 0"),
    "dilation": ({"dilation": 0}, "`dilation` must be at least 1"),
    "no fit": (
        {"kernel": np.ones((3, 1)), "dilation": 2},
        r"kernel height \(5\) is larger than the input \(4\)",
    ),
    "upstream": (
        {"grad_out": np.ones((4, 3))},
        r"shape of the output, \(3, 4\), but its shape is \(4, 3\)",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_named(case):
    arguments, message = REFUSED[case]
    with pytest.raises(ShapeError, match=message):
        BackwardExplorer(**{"x": X, "kernel": KERNEL, **arguments})


@pytest.mark.parametrize("number", [0.5, 10])
def test_upstream_numbers_are_whole_and_small(number):
    with pytest.raises(ValueError, match=f"whole numbers from -9 to 9, .* {number}"):
        BackwardExplorer(X, KERNEL, np.full((3, 4), number))
