"""The Python side of the figures: their two forms, and what reaches the script."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import coursekit.widgets
from convnets.correlation import conv2d_loops, correlate1d, correlate2d
from coursekit.widgets import SlidingKernel, ToeplitzMatrix, pictures

FOLDER = Path(coursekit.widgets.__file__).parent
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(params=["sliding", "signal", "image"])
def figure(request):
    x, kernel = np.arange(9.0).reshape(3, 3), np.arange(4.0).reshape(2, 2)
    makers = {
        "sliding": lambda: SlidingKernel(x, kernel, mode="convolution"),
        "signal": lambda: ToeplitzMatrix(x[0], kernel[0]),
        "image": lambda: ToeplitzMatrix(x, kernel),
    }
    return makers[request.param]()


@pytest.fixture
def in_book(monkeypatch):
    monkeypatch.setenv("COURSEKIT_BOOK", "1")


def tags(text):
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append(
        (tag, dict(attributes))
    )
    parser.feed(text)
    return dict(found)


def test_a_notebook_gets_the_widget(figure, monkeypatch):
    monkeypatch.delenv("COURSEKIT_BOOK", raising=False)
    data, _ = figure._repr_mimebundle_()
    assert data[WIDGET]["model_id"] == figure.model_id
    assert "text/html" not in data


def test_the_book_gets_html_and_a_picture(figure, in_book):
    data, _ = figure._repr_mimebundle_()
    assert set(data) == {"text/plain", "text/html", "image/png"}
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")


def test_html_holds_the_state_and_a_picture_with_a_text(figure, in_book):
    found = tags(figure.static_html())
    assert json.loads(found["div"]["data-state"]) == figure.state()
    assert found["img"]["alt"] == figure.description()
    assert found["img"]["src"].startswith("data:image/png;base64,")


def test_html_is_the_same_each_time(figure, in_book):
    assert figure.static_html() == figure.static_html()


def test_html_needs_no_other_file(figure, in_book):
    text = re.sub(r"base64,[\w+/=]+", "", figure.static_html())
    assert not re.search(r"https?:|//\w+\.|url\(|@import|\bimport\b|fetch\(", text)
    assert text.count("</script>") == 1


@pytest.mark.parametrize(
    "path", sorted(FOLDER.glob("*.js")), ids=lambda path: path.name
)
def test_scripts_load_nothing(path):
    code = re.sub(r"^\s*//.*$", "", path.read_text(encoding="utf-8"), flags=re.M)
    assert not re.search(r"https?:|\bimport\b|\brequire\b|fetch\(|XMLHttp", code)


def test_settings_are_synchronised_with_the_script(figure):
    assert set(figure.settings) <= set(figure.get_state())
    assert figure.get_state()["_esm"].count("export default { render };") == 1
    assert ".ck-figure" in figure.get_state()["_css"]


def test_what_the_script_sends_back_is_kept(figure):
    figure.set_state({"stride": 2, "step": 1})
    assert (figure.stride, figure.step) == (2, 1)


def test_description_tells_the_first_output():
    x, kernel = np.arange(9.0).reshape(3, 3), np.arange(4.0).reshape(2, 2)
    first = correlate2d(x, kernel)[0, 0]
    assert SlidingKernel(x, kernel).description().endswith(f"4·3 = {first:g}.")
    assert ToeplitzMatrix(x, kernel).description().endswith(f"output is {first:g}.")


@pytest.mark.parametrize("stride", [1, 2])
def test_pictured_matrix_gives_the_outputs_of_the_reference(stride):
    x, kernel = (
        np.arange(35.0).reshape(5, 7),
        np.array([[1.0, -2.0, 3.0], [4.0, 5.0, 6.0]]),
    )
    want = conv2d_loops(x[None, None], kernel[None, None], stride=stride)
    got = pictures.matrix(x, kernel, stride) @ x.ravel()
    np.testing.assert_array_equal(got, want.ravel())
    signal = pictures.matrix(x[0], kernel[0], stride) @ x[0]
    np.testing.assert_array_equal(signal, correlate1d(x[0], kernel[0], stride))


def test_importing_the_figures_is_fast():
    code = (
        "import sys, coursekit.widgets;"
        "print([n for n in ('numpy', 'anywidget', 'matplotlib') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_an_unknown_figure_is_an_attribute_error():
    with pytest.raises(AttributeError, match="Sliding"):
        coursekit.widgets.Sliding  # noqa: B018
