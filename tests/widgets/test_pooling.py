"""The Python side of the pooling figure."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from coursekit.errors import ShapeError
from coursekit.widgets import PoolingExplorer

X = [[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]]


def test_stride_is_the_window_unless_it_is_given():
    assert PoolingExplorer(X, 3).stride == 3
    assert PoolingExplorer(X, np.int64(3), stride=1).stride == 1


@pytest.mark.parametrize("kind", ["max", "average", "L2"])
def test_the_book_gets_html_and_a_picture(kind, monkeypatch):
    monkeypatch.setenv("COURSEKIT_BOOK", "1")
    figure = PoolingExplorer(X, kind=kind)
    data, _ = figure._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert figure.description() in data["text/html"]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("max", "max(1, 1, 5, 6) = 6."),
        ("average", "(1 + 1 + 5 + 6) / 4 = 3.25."),
        ("L2", "the root of 1² + 1² + 5² + 6² ≈ 7.9373."),
    ],
)
def test_description_tells_the_first_output(kind, words):
    assert PoolingExplorer(X, kind=kind).description().endswith(words)


def test_description_tells_what_the_border_holds():
    words = PoolingExplorer([[-1]], 2, padding=1).description()
    assert "max(−∞, −∞, −∞, (−1))" in words


REFUSED = {
    "one axis": (([1, 2],), r"`x` must have 2 axes \(H_in, W_in\)"),
    "large input": ((np.ones((9, 2)),), "`x` must have 1 to 8 numbers"),
    "window": ((X, 5), "`kernel_size` must be at most 4"),
    "stride": ((X, 2, 0), "`stride` must be at least 1"),
    "border": ((X, 3, 2, 2), r"at most 1 here \(at most half the window\), .* is 2"),
    "border of L2": ((X, 2, 2, 1, "L2"), r"at most 0 here \(L2 pooling has none\)"),
    "no fit": (([[1, 2]], 2), r"window's height \(2\) is larger than the input \(1\)"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_the_figure_names_what_is_wrong(case):
    arguments, message = REFUSED[case]
    with pytest.raises(ShapeError, match=message):
        PoolingExplorer(*arguments)


def test_an_unknown_kind_is_named():
    with pytest.raises(ValueError, match=r"\"average\" or .* 'mean'"):
        PoolingExplorer(X, kind="mean")


def test_a_later_assignment_is_checked_too():
    figure = PoolingExplorer(X)
    with pytest.raises(ShapeError, match="2 axes"):
        figure.x = [1, 2]
