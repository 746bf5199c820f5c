"""The Python side of the shape and the receptive field explorer."""

from __future__ import annotations

import base64
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from convnets import layers
from convnets.receptive_field import input_interval
from convnets.shapes import conv_output_size, conv_transpose_output_size
from coursekit.errors import ShapeError
from coursekit.widgets import ReceptiveFieldExplorer, ShapeExplorer, axis_pictures

STACK = [layers.conv2d(8, 3, padding=1), layers.relu(), layers.max_pool2d(2)]


@pytest.fixture(params=["convolution", "transposed", "stack", "default stack"])
def figure(request):
    makers = {
        "convolution": lambda: ShapeExplorer(7, 3, 3),
        "transposed": lambda: ShapeExplorer(4, 3, 2, 1, transposed=True),
        "stack": lambda: ReceptiveFieldExplorer(STACK, 10),
        "default stack": ReceptiveFieldExplorer,
    }
    return makers[request.param]()


def test_the_book_gets_html_and_a_picture(figure, monkeypatch):
    monkeypatch.setenv("COURSEKIT_BOOK", "1")
    data, _ = figure._repr_mimebundle_()
    assert set(data) == {"text/plain", "text/html", "image/png"}
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == figure.description()


def test_html_holds_the_state_and_needs_no_other_file(figure):
    tags = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: tags.append(dict(attributes))
    parser.feed(figure.static_html())
    states = [one["data-state"] for one in tags if "data-state" in one]
    assert [json.loads(text) for text in states] == [figure.state()]
    text = re.sub(r"base64,[\w+/=]+", "", figure.static_html())
    assert not re.search(r"https?:|//\w+\.|url\(|@import|\bimport\b|fetch\(", text)


def test_html_is_the_same_each_time(figure):
    assert figure.static_html() == figure.static_html()


def test_settings_are_synchronised_with_the_script(figure):
    assert set(figure.settings) <= set(figure.get_state())
    assert figure.get_state()["_esm"].count("export default { render };") == 1


def test_a_figure_brings_its_own_styles():
    assert ".ck-lanes" in ShapeExplorer().get_state()["_css"]
    assert ".ck-stack" in ReceptiveFieldExplorer().get_state()["_css"]


def test_numpy_integers_are_fine():
    figure = ShapeExplorer(np.int64(9), np.int64(2), stride=np.int64(2))
    assert (figure.size, figure.kernel_size, figure.stride) == (9, 2, 2)


@pytest.mark.parametrize("seed", range(5))
def test_the_picture_has_a_line_for_each_output(seed):
    names = ("size", "kernel_size", "stride", "padding", "dilation")
    drawn = np.random.default_rng(seed).integers((5, 1, 1, 0, 1), (13, 4, 5, 5, 3))
    given = dict(zip(names, (int(n) for n in drawn), strict=True))
    _, firsts = axis_pictures.shape_row(**given, output_padding=0, transposed=False)
    assert len(firsts) == conv_output_size(**given)
    given["padding"] = min(given["padding"], 1)
    _, firsts = axis_pictures.shape_row(**given, output_padding=0, transposed=True)
    assert len(firsts) == conv_transpose_output_size(**given)


def test_descriptions_tell_what_is_shown():
    text = ShapeExplorer(7, 3, 3).description()
    assert text.endswith(
        "2 outputs, and each place of the kernel is drawn in a line of its own."
    )
    text = ReceptiveFieldExplorer(STACK).description()
    assert "convolution 3, padding 1, then max pooling 2, stride 2" in text
    first, last = input_interval(STACK, 0)
    assert text.endswith(f"the input it sees, {first} to {last}.")


def test_layers_lose_what_the_figure_does_not_need():
    figure = ReceptiveFieldExplorer(STACK)
    settings = {"stride": 1, "padding": 1, "dilation": 1}
    assert figure.layers[0] == {"type": "Conv2d", "kernel_size": 3, **settings}
    assert [layer["type"] for layer in figure.layers] == ["Conv2d", "MaxPool2d"]


def test_pools_have_their_kernel_as_stride_by_default():
    figure = ReceptiveFieldExplorer([{"type": "AvgPool2d", "kernel_size": 3}])
    assert figure.layers[0]["stride"] == 3


SHAPES = {
    "size": ({"size": 13}, "`size` must be at most 12 in this figure, but it is 13"),
    "kernel": ({"kernel_size": 0}, "`kernel_size` must be at least 1, but it is 0"),
    "stride": ({"stride": 5}, "`stride` must be at most 4 in this figure"),
    "padding": ({"padding": -1}, "`padding` must be at least 0"),
    "no fit": ({"size": 2}, r"The kernel size \(3\) is larger than the input \(2\)"),
    "dilated": (
        {"size": 4, "dilation": 2},
        r"The size of the dilated kernel \(5\) is larger than the input \(4\)",
    ),
    "output padding": (
        {"transposed": True, "stride": 2, "output_padding": 2},
        "must be smaller than `stride` or than `dilation`, but it is 2, with stride 2",
    ),
}


@pytest.mark.parametrize("case", SHAPES)
def test_shape_explorer_names_what_is_wrong(case):
    arguments, message = SHAPES[case]
    with pytest.raises(ShapeError, match=message):
        ShapeExplorer(**arguments)


def test_a_transposed_kernel_may_be_larger_than_the_input():
    assert ShapeExplorer(1, 3, transposed=True).size == 1


STACKS = {
    "none": ([], "`layers` must have 1 to 5 convolutions and pools, but it has 0"),
    "many": ([layers.conv2d(1, 3)] * 6, "but it has 6"),
    "kernel": ([layers.conv2d(1, 9)], r"`layers\[0\] kernel_size` must be at most 7"),
    "pool": (
        [layers.max_pool2d(3, padding=2)],
        r"at most half its kernel size \(3\), but that of `layers\[0\]` is 2",
    ),
}


@pytest.mark.parametrize("case", STACKS)
def test_receptive_field_explorer_names_what_is_wrong(case):
    chosen, message = STACKS[case]
    with pytest.raises(ShapeError, match=message):
        ReceptiveFieldExplorer(chosen)


def test_receptive_field_explorer_names_a_size_that_is_wrong():
    with pytest.raises(ShapeError, match="`size` must be at most 32"):
        ReceptiveFieldExplorer(size=33)


def test_a_layer_of_another_type_is_named():
    message = r"`layers\[1\]` must be one of Conv2d, .* but it is 'Linear'"
    with pytest.raises(ValueError, match=message):
        ReceptiveFieldExplorer([layers.conv2d(1, 3), layers.linear(10)])


def test_a_later_assignment_is_checked_too():
    figure = ReceptiveFieldExplorer()
    with pytest.raises(ShapeError, match="1 to 5"):
        figure.layers = []


def test_a_pool_that_a_reader_sets_up_wrongly_comes_back_as_it_is():
    figure = ReceptiveFieldExplorer(STACK)
    layer = {**figure.layers[1], "padding": 2}
    figure.set_state({"layers": [layer]})
    assert figure.layers == [layer]
