"""Whole networks, counted with the reference's functions and by PyTorch."""

import pytest
import torch
from torch import nn

from convnets import layers
from convnets.receptive_field import receptive_field
from convnets.shapes import layer_table
from coursekit.architectures import (
    depth,
    meta_network,
    network_rows,
    network_stages,
    network_steps,
)
from coursekit.errors import ShapeError

IMAGE = (3, 12, 17)
NORM = {"type": "BatchNorm2d"}
SHORTCUT = layers.branches(
    [layers.conv2d(4, 3, stride=2, padding=1, bias=False), NORM],
    [layers.conv2d(4, 1, stride=2)],
)
MODULE = layers.branches(
    [layers.conv2d(5, 1)],
    [layers.conv2d(2, 1), layers.relu(), layers.conv2d(6, 3, padding=1)],
    [layers.max_pool2d(3, stride=1, padding=1)],
    join="cat",
)
END = [layers.avg_pool2d(3), layers.flatten(), layers.linear(7)]
CHAIN = [layers.conv2d(3, 3, padding=1), NORM, SHORTCUT, MODULE, *END]
NETWORK = {"first": CHAIN[:2], "middle": CHAIN[2:4], "head": CHAIN[4:]}


class Twin(nn.Module):
    """The same network, written by hand."""

    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3))
        self.main = nn.Sequential(
            nn.Conv2d(3, 4, 3, 2, padding=1, bias=False), nn.BatchNorm2d(4)
        )
        self.short = nn.Conv2d(3, 4, 1, 2)
        self.one = nn.Conv2d(4, 5, 1)
        self.two = nn.Sequential(
            nn.Conv2d(4, 2, 1), nn.ReLU(), nn.Conv2d(2, 6, 3, padding=1)
        )
        self.linear = nn.Linear(15 * 2 * 3, 7)

    def forward(self, x):
        x = self.first(x)
        x = self.main(x) + self.short(x)
        pooled = nn.functional.max_pool2d(x, 3, 1, padding=1)
        x = torch.cat([self.one(x), self.two(x), pooled], dim=1)
        return self.linear(nn.functional.avg_pool2d(x, 3).flatten(1))


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


def test_rows_add_up_to_a_network_written_by_hand():
    rows = network_rows(CHAIN, IMAGE, layer_table)
    assert sum(row[3] for row in rows) == count(Twin())
    assert [row[1] for row in rows if row[0] == "Branches"] == [(4, 6, 9), (15, 6, 9)]
    assert rows[-1][1] == (7,) == tuple(Twin()(torch.zeros(2, *IMAGE)).shape[1:])


def test_multiply_adds_are_those_that_pytorch_counts():
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        Twin().eval()(torch.zeros(1, *IMAGE))
    macs = sum(row[4] for row in network_rows(CHAIN, IMAGE, layer_table))
    assert 2 * macs == counter.get_total_flops()


def test_stages_and_steps_share_out_the_same_sums():
    stages = network_stages(NETWORK, IMAGE, layer_table, receptive_field)
    steps = network_steps(NETWORK, IMAGE, layer_table)
    for field in ("parameters", "macs", "depth"):
        total = sum(getattr(stage, field) for stage in stages)
        assert total == sum(getattr(step, field) for step in steps)
    assert sum(stage.parameters for stage in stages) == count(Twin())
    assert [stage.shape for stage in stages] == [(3, 12, 17), (15, 6, 9), (7,)]
    assert [step.name for step in steps] == ["Conv2d", "Branches", "Branches", "Linear"]


def test_fields_are_those_of_all_layers_up_to_the_end_of_a_stage():
    first, middle, head = network_stages(NETWORK, IMAGE, layer_table, receptive_field)
    assert first.field == receptive_field(CHAIN[:2]) == (3, 1, 0.0)
    assert middle.field == receptive_field(CHAIN[:4]) == (9, 2, 0.0)
    assert head.field is None


def test_batch_norm_is_counted_with_its_convolution():
    first, *_ = network_steps(NETWORK, IMAGE, layer_table)
    assert first.parameters == 3 * (3 * 9 + 1) + 2 * 3
    assert first.macs == 3 * 3 * 9 * 12 * 17


def test_depth_takes_the_longest_way_and_a_separable_layer_as_one():
    assert depth(CHAIN) == 1 + 1 + 2 + 1
    assert depth([layers.conv2d(4, 3, groups=4), layers.conv2d(9, 1)]) == 1
    assert depth([layers.conv2d(4, 3, groups=2), layers.conv2d(9, 1)]) == 2


def test_a_shortcut_may_be_empty():
    block = layers.branches([layers.conv2d(3, 3, padding=1)], [])
    assert network_rows([block], IMAGE, layer_table)[-1][1] == IMAGE
    assert meta_network([block], IMAGE)(torch.empty(1, *IMAGE, device="meta")).shape[
        1:
    ] == (3, 12, 17)


@pytest.mark.parametrize(("join", "what"), [("add", "shapes"), ("cat", "sizes")])
def test_branches_that_do_not_fit_are_refused(join, what):
    bad = layers.branches([layers.conv2d(4, 3)], [], join=join)
    with pytest.raises(ShapeError, match=rf"equal {what}, but .*\(4, 10, 15\)"):
        network_rows([bad], IMAGE, layer_table)


def test_branches_that_are_added_need_as_many_channels():
    bad = layers.branches([layers.conv2d(4, 1)], [])
    with pytest.raises(ShapeError, match=r"\(4, 12, 17\), \(3, 12, 17\)"):
        network_rows([bad], IMAGE, layer_table)


def test_a_network_on_meta_has_the_shapes_and_nothing_else():
    network = meta_network(CHAIN, IMAGE)
    assert {parameter.device.type for parameter in network.parameters()} == {"meta"}
    assert count(network) == count(Twin())
    want = sorted(tuple(parameter.shape) for parameter in Twin().parameters())
    assert sorted(tuple(p.shape) for p in network.parameters()) == want
    out = network(torch.empty(5, *IMAGE, device="meta"))
    assert tuple(out.shape) == (5, 7)
