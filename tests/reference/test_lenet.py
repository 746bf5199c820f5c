"""The reference of problem set 7: LeNet-5 in three variants."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import nn

from convnets.layers import conv2d, flatten, linear, max_pool2d, relu
from convnets.lenet import LeNet5
from convnets.shapes import layer_table
from coursekit.errors import ShapeError

VARIANTS = ("original", "classic", "wide")
SMALL = dict.fromkeys(("original", "classic"), ((6, 2), (16, 0), (400, 120, 84)))
SIZES = {**SMALL, "wide": ((20, 2), (50, 2), (2450, 500))}


def images(*shape):
    """Draw a batch of images."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


def parameters(network):
    """Count what is trained."""
    return sum(parameter.numel() for parameter in network.parameters())


def chain(variant, in_channels, num_classes):
    """Build the network as a chain of PyTorch's layers."""
    is_original = variant == "original"
    act, pool = (nn.Tanh, nn.AvgPool2d) if is_original else (nn.ReLU, nn.MaxPool2d)
    layers, channels = [], in_channels
    *convolutions, widths = SIZES[variant]
    for maps, padding in convolutions:
        layers += [nn.Conv2d(channels, maps, 5, 1, padding), act(), pool(2, 2)]
        channels = maps
    layers += [nn.Flatten()]
    for before, after in itertools.pairwise(widths):
        layers += [nn.Linear(before, after), act()]
    return nn.Sequential(*layers, nn.Linear(widths[-1], num_classes))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("channels", [1, 3])
def test_a_variant_is_the_chain_of_pytorchs_layers(variant, channels):
    ours, theirs = LeNet5(variant, channels, 7), chain(variant, channels, 7)
    weights = zip(ours.state_dict(), theirs.state_dict().values(), strict=True)
    ours.load_state_dict(dict(weights))
    x = images(2, channels, 28, 28)
    torch.testing.assert_close(ours(x), theirs(x))


def test_the_classic_variant_has_as_many_parameters_as_on_paper():
    # 6·26 + 16·(6·25 + 1) + 120·401 + 84·121 + 10·85
    expected = 156 + 2416 + 48120 + 10164 + 850
    assert parameters(LeNet5("classic")) == parameters(LeNet5("original")) == expected


def test_the_wide_variant_has_as_many_parameters_as_its_table():
    layers = [
        *(conv2d(20, 5, padding=2), relu(), max_pool2d(2)),
        *(conv2d(50, 5, padding=2), relu(), max_pool2d(2)),
        *(flatten(), linear(500), relu(), linear(10)),
    ]
    rows = layer_table(layers, (1, 28, 28))
    # 20·26 + 50·(20·25 + 1) + 500·2451 + 10·501
    expected = 520 + 25050 + 1225500 + 5010
    assert parameters(LeNet5("wide")) == expected
    assert sum(row[3] for row in rows) == expected


def test_the_layers_have_the_names_that_the_docstring_gives():
    names = [name for name, _ in LeNet5().named_children() if name[-1].isdigit()]
    assert names == ["conv1", "conv2", "fc1", "fc2", "fc3"]
    assert not hasattr(LeNet5("wide"), "fc3")


def test_the_logits_are_not_cut_off_at_0():
    logits = LeNet5("classic")(images(50, 1, 28, 28))
    assert logits.min() < 0
    assert not torch.allclose(logits.sum(dim=1), torch.ones(50))


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_images_are_left_as_they_are(variant):
    x = images(2, 1, 28, 28)
    before = x.clone()
    LeNet5(variant)(x)
    torch.testing.assert_close(x, before, rtol=0, atol=0)


def test_an_unknown_variant_is_refused():
    with pytest.raises(ShapeError, match="one of original, classic, wide, but it is"):
        LeNet5("modern")


@pytest.mark.parametrize("name", ["in_channels", "num_classes"])
def test_a_network_of_nothing_is_refused(name):
    with pytest.raises(ShapeError, match=f"`{name}`"):
        LeNet5(**{name: 0})
