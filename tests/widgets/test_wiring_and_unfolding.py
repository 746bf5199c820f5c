"""The Python side of the figures that unfold an image and wire channels."""

from __future__ import annotations

import base64
import json
import re

import numpy as np
import pytest
import torch

from coursekit.errors import ShapeError
from coursekit.widgets import ChannelWiring, Im2colExplorer, im2col_pictures
from coursekit.widgets.wiring_pictures import reads

FIGURES = {
    "unfold": lambda: Im2colExplorer(padding=1, stride=2, dilation=2, channels=3),
    "dilation": lambda: ChannelWiring("dilation", kernel_size=5, dilation=4),
    "groups": lambda: ChannelWiring("groups", 4, 8, groups=2),
    "separable": lambda: ChannelWiring("separable", 16, 32),
}


@pytest.fixture(params=FIGURES)
def figure(request, monkeypatch):
    monkeypatch.setenv("COURSEKIT_BOOK", "1")
    return FIGURES[request.param]()


def test_the_book_gets_html_and_a_picture(figure):
    data, _ = figure._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == figure.description()


def test_html_holds_the_state_and_needs_no_other_file(figure):
    text = re.sub(r"base64,[\w+/=]+", "", figure.static_html())
    state = re.search(r'data-state="([^"]*)"', text)[1].replace("&quot;", '"')
    assert json.loads(state) == figure.state()
    assert not re.search(r"https?:|//\w+\.|url\(|@import|\bimport\b|fetch\(", text)


def test_html_is_the_same_each_time(figure):
    assert figure.static_html() == figure.static_html()


def test_settings_are_synchronised_with_the_script(figure):
    assert set(figure.settings) <= set(figure.get_state())
    assert figure.get_state()["_esm"].count("export default { render };") == 1
    assert figure.get_state()["_esm"].count("const NAMES =") == 1


def test_what_the_script_sends_back_is_kept(figure):
    figure.set_state({"kernel_size": figure.kernel_size, "dilation": 3, "step": 1})
    assert (figure.dilation, figure.step) == (3, 1)


def test_a_square_kernel_may_be_one_number():
    assert Im2colExplorer(kernel_size=np.int64(3)).kernel_size == [3, 3]
    assert Im2colExplorer(kernel_size=[1, 2]).kernel_size == [1, 2]


@pytest.mark.parametrize("stride", [1, 2])
def test_the_pictured_matrix_gathers_windows(stride):
    image, matrix = im2col_pictures.unfolded(4, 6, (2, 3), stride, 1, 1, 2)
    padded = np.pad(image, ((0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (2, 3), axis=(1, 2))
    windows = windows[:, ::stride, ::stride]  # (C, H_out, W_out, K_h, K_w)
    want = windows.transpose(0, 3, 4, 1, 2).reshape(2 * 2 * 3, -1)
    np.testing.assert_array_equal(matrix, want)


def test_the_pictured_wires_are_those_torch_uses():
    conv = torch.nn.Conv2d(6, 9, 1, groups=3, bias=False)
    conv.weight.data.fill_(1.0)
    met = conv(torch.eye(6)[:, :, None, None]).detach()[:, :, 0, 0].T  # (C_out, C_in)
    got = [[reads((6, 9, 3, 1), o, c) for c in range(6)] for o in range(9)]
    np.testing.assert_array_equal(got, met.numpy() != 0)


def test_descriptions_count():
    unfold = Im2colExplorer(4, 5, (2, 3), padding=1).description()
    assert "12 rows" not in unfold
    assert "6 rows and 25 columns" in unfold
    separable = ChannelWiring("separable", 16, 32).description()
    assert re.findall(r"\d[\d,]+", separable)[-4:] == ["144", "32", "512", "4,608"]
    assert "72 weights in an array of shape (4, 2, 3, 3)" in (
        ChannelWiring(groups=2).description()
    )
    assert "over 9 by 9 pixels" in ChannelWiring("dilation", dilation=4).description()


REFUSED = {
    "large image": ({"height": 7}, "`height` must be at most 6 in this figure"),
    "no channel": ({"channels": 0}, "`channels` must be at least 1, but it is 0"),
    "no kernel": ({"kernel_size": (0, 1)}, r"`kernel_size \(height\)` .* at least 1"),
    "three axes": ({"kernel_size": (1, 2, 3)}, "pair .* but it is"),
    "a fraction": ({"kernel_size": 1.5}, "whole number or a pair .* 1.5"),
    "no fit": (
        {"kernel_size": (3, 1), "dilation": 2},
        r"kernel height \(5\) is larger than the input \(4\)",
    ),
    "padding": ({"padding": 3}, "`padding` must be at most 2"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_the_unfolded_image_names_what_is_wrong(case):
    arguments, message = REFUSED[case]
    with pytest.raises(ShapeError, match=message):
        Im2colExplorer(**arguments)


WIRING = {
    "channels": ({"in_channels": 33}, "`in_channels` must be at most 32"),
    "groups": (
        {"in_channels": 8, "groups": 3},
        r"must divide `in_channels` \(8\) .* \(4\), but it is 3. Use one of 1, 2, 4",
    ),
    "no group": ({"groups": 0}, "but it is 0"),
    "kernel": ({"kernel_size": 6}, "`kernel_size` must be at most 5"),
    "dilation": ({"dilation": 0}, "`dilation` must be at least 1"),
}


@pytest.mark.parametrize("case", WIRING)
def test_the_wiring_names_what_is_wrong(case):
    arguments, message = WIRING[case]
    with pytest.raises(ShapeError, match=message):
        ChannelWiring(**arguments)


def test_an_unknown_kind_is_named():
    with pytest.raises(ValueError, match=r"\"separable\" or .* 'depthwise'"):
        ChannelWiring("depthwise")
