"""The Python side of the figure that takes a class activation map apart."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
import torch
from torch import nn

from convnets.explain import class_activation_map
from coursekit.errors import ShapeError
from coursekit.widgets import ClassMapExplorer, pictures
from coursekit.widgets.packing import packed, unpacked

K, C, H, W = 5, 6, 2, 4


@pytest.fixture
def parts():
    """Return two pictures, their features, and the weights and bias of a layer."""
    rng = np.random.default_rng(0)
    images = rng.random((2, 1, 8, 12))
    features = rng.random((2, C, H, W))
    return [images, features, rng.normal(size=(K, C)), rng.normal(size=K)]


def logits(parts, n=0):
    """Return the logits as PyTorch's pool and linear layer give them."""
    layer = nn.Linear(C, K).double()
    layer.weight.data, layer.bias.data = (torch.tensor(part) for part in parts[2:])
    return layer(torch.tensor(parts[1][n]).mean(dim=(1, 2))).detach().numpy()


def test_the_book_gets_html_and_a_picture(parts, monkeypatch):
    monkeypatch.setenv("COURSEKIT_BOOK", "1")
    figure = ClassMapExplorer(*parts)
    data, _ = figure._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert figure.description() in data["text/html"]


def test_the_two_largest_logits_come_first(parts):
    figure = ClassMapExplorer(*parts)
    order = logits(parts).argsort()[::-1]
    assert [figure.label, figure.other] == order[:2].tolist()


def test_description_tells_both_logits(parts):
    figure = ClassMapExplorer(*parts, names=list("abcde"), titles=["one", "two"])
    words = figure.description()
    assert "over a picture (one), 2 by 4 cells, each the sum of 6" in words
    for k in (figure.label, figure.other):
        mean = class_activation_map(parts[1][0], parts[2], k).mean()
        numbers = [mean, parts[3][k], logits(parts)[k]]
        mean, bias, z = (pictures.show(round(float(n), 2)) for n in numbers)
        said = f"class {'abcde'[k]}: its mean {mean} and the bias {bias} make the logit"
        assert f"{said} {z}." in words


def test_a_networks_own_tensors_are_taken(parts):
    layer = nn.Linear(C, K)
    features = [torch.rand(C, H, W, requires_grad=True) for _ in range(2)]
    figure = ClassMapExplorer(
        torch.tensor(parts[0]), features, layer.weight, layer.bias
    )
    np.testing.assert_allclose(figure.weight, layer.weight.detach(), atol=1e-3)
    kept = unpacked(figure.features[1])
    np.testing.assert_allclose(kept, features[1].detach(), atol=1e-3)


@pytest.mark.parametrize("size", [1e-5, 1.0, 3e4])
def test_packed_numbers_can_be_read_back(parts, size):
    maps = size * (parts[1][0] - 0.5) * (parts[1][1] > 0.4)
    text = packed(maps, "i2", np.abs(maps).max())
    kept = unpacked(json.loads(json.dumps(text)))
    np.testing.assert_allclose(kept, maps, atol=np.abs(maps).max() / 60_000)
    np.testing.assert_array_equal(kept == 0, maps == 0)
    assert len(text["data"]) < 3 * maps.size + 4


def test_bytes_of_a_picture_are_kept_exactly():
    picture = np.arange(256).reshape(1, 8, 32) / 255
    np.testing.assert_allclose(unpacked(packed(picture, "u1", 1)), picture, rtol=1e-15)


def test_pictures_may_differ_in_size_and_have_colours(parts):
    images = [np.zeros((3, 8, 8)), np.ones((1, 4, 20))]
    features = [np.ones((C, 3, 3)), np.ones((C, 2, 9))]
    figure = ClassMapExplorer(images, features, *parts[2:])
    assert [maps["size"] for maps in figure.features] == [[C, 3, 3], [C, 2, 9]]
    assert figure.picture().startswith(b"\x89PNG")
    assert figure.titles == ["picture 0", "picture 1"]


def test_nothing_but_zeros_can_be_drawn(parts):
    zeros = [np.zeros_like(part) for part in parts]
    assert ClassMapExplorer(*zeros).picture().startswith(b"\x89PNG")


def refused(place, value):
    """Return arguments of which one is replaced."""

    def change(parts):
        parts[place] = value
        return parts

    return change


BAD = {
    "no picture": (refused(0, []), "`pictures` must hold 1 to 8 pictures .* holds 0"),
    "counts": (refused(1, np.ones((3, C, H, W))), "each of the 2 pictures, .* of 3"),
    "picture axes": (
        refused(0, np.ones((2, 8, 12))),
        r"`pictures\[0\]` must have 3 axes \(C_in, H_in, W_in\), .* \(8, 12\)",
    ),
    "two colours": (refused(0, np.ones((2, 2, 8, 9))), "1 channel, grey, or 3, .* 2"),
    "normalised": (
        refused(0, [np.zeros((1, 8, 9)), np.linspace(-2, 1, 72).reshape(1, 8, 9)]),
        r"`pictures\[1\]` must .* from 0 to 1, .* from -2 to 1. Undo the normalisation",
    ),
    "large picture": (refused(0, np.ones((2, 1, 65, 3))), "1 to 64 numbers .* 65"),
    "feature axes": (
        refused(1, np.ones((2, C, H))),
        r"`features\[0\]` must have 3 axes \(C, H, W\)",
    ),
    "large map": (refused(1, np.ones((2, C, H, 17))), r"1 to 16 numbers .* \(2, 17\)"),
    "channels": (
        refused(1, np.ones((2, 7, H, W))),
        "the 6 channels that `weight` weighs, but it has 7. Take what goes into",
    ),
    "weight axes": (refused(2, np.ones(C)), r"`weight` must have 2 axes \(K, C\)"),
    "one class": (refused(2, np.ones((1, C))), r"2 to 20 classes .* \(1, 6\). Leave"),
    "bias": (refused(3, np.ones(4)), "each of the 5 classes, but it has 4. Take it"),
    "not finite": (refused(3, [np.nan] * K), "`bias` must hold finite numbers"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_named(parts, case):
    change, message = BAD[case]
    with pytest.raises(ShapeError, match=message):
        ClassMapExplorer(*change(parts))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"names": list("abcd")}, r"`names` must give each class a name .* 5 in all"),
        ({"names": list("abcda")}, "each class a name of its own"),
        ({"titles": ["same", "same"]}, "each picture a name of its own, 2 in all"),
    ],
)
def test_names_are_one_for_each(parts, given, message):
    with pytest.raises(ShapeError, match=message):
        ClassMapExplorer(*parts, **given)
