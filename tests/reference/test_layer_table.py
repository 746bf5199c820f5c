"""The reference of problem set 2: the table of a network's layers."""

from __future__ import annotations

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from convnets import layers
from convnets.shapes import layer_table

LENET = [
    layers.conv2d(20, 5, padding=2),
    layers.relu(),
    layers.max_pool2d(2),
    layers.conv2d(50, 5, padding=2),
    layers.relu(),
    layers.max_pool2d(2),
    layers.flatten(),
    layers.linear(500),
    layers.relu(),
    layers.linear(10),
]
ODD = [  # strides that do not fit, overlapping pools, dilation, groups, no bias
    layers.conv2d(8, 3, stride=2, padding=1, bias=False),
    layers.max_pool2d(3, stride=2, padding=1),
    layers.conv2d(12, 3, padding=2, dilation=2, groups=4),
    layers.conv_transpose2d(6, 4, stride=3, padding=1, output_padding=2, groups=2),
    layers.avg_pool2d(3, stride=1, padding=1),
    layers.conv_transpose2d(5, 3, stride=2, dilation=2, bias=False),
    layers.max_pool2d(2, stride=3, dilation=2),
    layers.relu(),
    layers.flatten(),
    layers.linear(7, bias=False),
    layers.flatten(),
    layers.linear(3),
]


def to_torch(layer, shape):
    """Build PyTorch's layer for the input that reaches it."""
    options = {name: value for name, value in layer.items() if name != "type"}
    kind = getattr(torch.nn, layer["type"])
    if "out_channels" in options or "out_features" in options:
        size = options.pop("out_channels", None) or options.pop("out_features")
        return kind(shape[0], size, **options)
    return kind(**options)


def measure(chain, input_shape):
    """Run a network in PyTorch and write down what the table should say."""
    x, rows = torch.zeros(1, *input_shape), []
    for layer in chain:
        module = to_torch(layer, x.shape[1:])
        with FlopCounterMode(display=False) as counter:
            x = module(x)
        weight = getattr(module, "weight", None)
        learnt = sum(parameter.numel() for parameter in module.parameters())
        weight_shape = None if weight is None else tuple(weight.shape)
        macs = counter.get_total_flops() // 2
        rows.append((layer["type"], tuple(x.shape[1:]), weight_shape, learnt, macs))
    return rows


def test_the_table_of_lenet_comes_out_as_on_paper():
    rows = layer_table(LENET, (1, 28, 28))
    assert [row[1] for row in rows] == [
        *[(20, 28, 28)] * 2,
        (20, 14, 14),
        *[(50, 14, 14)] * 2,
        (50, 7, 7),
        (2450,),
        *[(500,)] * 2,
        (10,),
    ]
    weights = [row[2:] for row in rows if row[2]]
    assert weights == [
        ((20, 1, 5, 5), 520, 392_000),  # 20 * 25 + 20; 500 weights, 28 * 28 places
        ((50, 20, 5, 5), 25_050, 4_900_000),
        ((500, 2450), 1_225_500, 1_225_000),
        ((10, 500), 5_010, 5_000),
    ]
    assert {row[3:] for row in rows if row[2] is None} == {(0, 0)}


def test_the_layer_of_the_course_page_comes_out_as_on_paper():
    (row,) = layer_table([layers.conv2d(10, 5, padding=2)], (3, 32, 32))
    assert row == ("Conv2d", (10, 32, 32), (10, 3, 5, 5), 760, 768_000)
    (row,) = layer_table([layers.conv2d(12, 6, stride=2)], (3, 32, 32))
    assert row[1] == (12, 14, 14)


@pytest.mark.parametrize(
    ("chain", "input_shape"), [(LENET, (1, 28, 28)), (ODD, (3, 23, 30))]
)
def test_every_row_matches_torch(chain, input_shape):
    assert layer_table(chain, input_shape) == measure(chain, input_shape)


def test_height_and_width_are_not_swapped():
    chain = [layers.conv2d(4, 3), layers.max_pool2d(2), layers.conv_transpose2d(2, 2)]
    assert [row[1] for row in layer_table(chain, (3, 6, 11))] == [
        (4, 4, 9),
        (4, 2, 4),
        (2, 3, 5),
    ]


def test_a_network_without_layers_has_no_rows():
    assert layer_table([], (3, 5, 7)) == []


def test_the_description_is_left_as_it_was():
    chain = [layers.conv2d(4, 3), layers.flatten(), layers.linear(2)]
    layer_table(chain, (3, 5, 7))
    assert chain == [layers.conv2d(4, 3), layers.flatten(), layers.linear(2)]


def test_a_row_holds_nothing_but_plain_values():
    for row in layer_table(ODD, (3, 23, 30)):
        assert [type(part) for part in row[3:]] == [int, int]
        assert all(type(part) is tuple for part in row[1:3] if part is not None)
