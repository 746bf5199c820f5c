"""Networks of PyTorch read as lists of layers, against PyTorch's own counts."""

from __future__ import annotations

import pytest
import torch
import torchvision
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from convnets import layers
from convnets.receptive_field import receptive_field
from convnets.shapes import layer_table
from coursekit.errors import ShapeError
from coursekit.tracing import layers_of, network_table

IMAGE = (3, 224, 224)
LENET = nn.Sequential(
    *(nn.Conv2d(1, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
    *(nn.Conv2d(20, 50, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
    *(nn.Flatten(), nn.Linear(2450, 500), nn.ReLU(), nn.Dropout(), nn.Linear(500, 10)),
)


def model(name):
    """Build a network of torchvision without weights, which takes no memory."""
    options = {"init_weights": False} if name == "googlenet" else {}
    with torch.device("meta"):
        return getattr(torchvision.models, name)(weights=None, **options)


def counted(network, input_shape):
    """Let PyTorch count parameters that evaluation uses, multiply-adds, and shape."""
    device = next(network.parameters()).device
    used = {id(p) for n, p in network.named_parameters() if not n.startswith("aux")}
    parameters = sum(p.numel() for p in network.parameters() if id(p) in used)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        output = network.eval()(torch.empty(1, *input_shape, device=device))
    return parameters, counter.get_total_flops() // 2, tuple(output.shape[1:])


def test_lenet_comes_out_as_it_is_written_by_hand():
    assert layers_of(LENET, (1, 28, 28)) == [
        *(layers.conv2d(20, 5, padding=2), layers.relu(), layers.max_pool2d(2)),
        *(layers.conv2d(50, 5, padding=2), layers.relu(), layers.max_pool2d(2)),
        *(layers.flatten(), layers.linear(500), layers.relu(), layers.linear(10)),
    ]


def test_every_argument_is_read():
    network = nn.Sequential(
        nn.Conv2d(4, 6, 3, 2, 1, 2, groups=2, bias=False),
        nn.ConvTranspose2d(6, 9, 4, 3, 1, 2, 3, dilation=2),
        nn.MaxPool2d(3, 2, 1, 1, ceil_mode=True),
        nn.AvgPool2d(3, 1, 1),
        nn.BatchNorm2d(9),
        nn.Tanh(),
    )
    assert layers_of(network, (4, 30, 33)) == [
        layers.conv2d(6, 3, 2, 1, 2, groups=2, bias=False),
        layers.conv_transpose2d(9, 4, 3, 1, 2, 2, groups=3),
        {**layers.max_pool2d(3, 2, 1), "ceil_mode": True},
        layers.avg_pool2d(3, 1, 1),
        {"type": "BatchNorm2d"},
        {"type": "Tanh"},
    ]


def test_a_residual_block_becomes_two_branches():
    path = layers_of(model("resnet18"), IMAGE, "layer2.0")
    conv, norm = layers.conv2d, {"type": "BatchNorm2d"}
    main = [
        *(conv(128, 3, 2, 1, bias=False), norm, layers.relu()),
        *(conv(128, 3, 1, 1, bias=False), norm),
    ]
    shortcut = [conv(128, 1, 2, bias=False), norm]
    assert path[-2:] == [layers.branches(main, shortcut), layers.relu()]
    assert path[-4] == layers.branches(main_of_layer1(), [])


def main_of_layer1():
    conv = layers.conv2d(64, 3, padding=1, bias=False)
    norm = {"type": "BatchNorm2d"}
    return [conv, norm, layers.relu(), conv, norm]


def test_an_inception_block_becomes_four_branches_side_by_side():
    *_, block = layers_of(model("googlenet"), IMAGE, "inception3a")
    assert (block["type"], block["join"]) == ("Branches", "cat")
    kernels = [
        [layer["kernel_size"] for layer in branch if "kernel_size" in layer]
        for branch in block["branches"]
    ]
    assert kernels == [[1], [1, 3], [1, 3], [3, 1]]


def test_blocks_inside_blocks_and_functions_are_followed():
    class Block(nn.Module):
        def __init__(self, inside):
            super().__init__()
            self.conv, self.inside = nn.Conv2d(2, 2, 3, padding=1), inside

        def forward(self, x):
            x = torch.relu(self.inside(self.conv(x)) + x)
            return torch.sigmoid(x)

    conv, more = layers.conv2d(2, 3, padding=1), [layers.relu(), {"type": "Sigmoid"}]
    inner = [layers.branches([conv], []), *more]
    want = [layers.branches([conv, *inner], []), *more]
    assert layers_of(Block(Block(nn.Identity())), (2, 5, 6)) == want


def test_a_pool_with_a_given_output_size_gets_the_windows_of_this_input():
    network = nn.Sequential(nn.AdaptiveAvgPool2d((2, 3)))
    assert layers_of(network, (1, 8, 12)) == [layers.avg_pool2d(4)]
    assert layers_of(network, (1, 2, 3)) == []


@pytest.mark.parametrize(
    ("name", "input_shape"), [("alexnet", (3, 224, 224)), ("vgg16", (3, 224, 224))]
)
def test_the_table_of_a_traced_chain_has_torchs_counts(name, input_shape):
    network = model(name)
    rows = layer_table(layers_of(network, input_shape), input_shape)
    sums = sum(row[3] for row in rows), sum(row[4] for row in rows), rows[-1][1]
    assert sums == counted(network, input_shape)


def test_the_table_of_traced_lenet_has_torchs_counts():
    rows = layer_table(layers_of(LENET, (1, 28, 28)), (1, 28, 28))
    sums = sum(row[3] for row in rows), sum(row[4] for row in rows), rows[-1][1]
    assert sums == counted(LENET, (1, 28, 28))


@pytest.mark.parametrize(
    "name", ["alexnet", "vgg16", "resnet18", "resnet50", "googlenet", "densenet121"]
)
def test_the_table_of_modules_has_torchs_counts(name):
    network = model(name)
    rows = network_table(network, (3, 224, 256))
    sums = sum(row.parameters for row in rows), sum(row.macs for row in rows)
    assert (*sums, rows[-1].output_shape) == counted(network, (3, 224, 256))


def test_shapes_of_modules_are_those_of_a_run():
    network, seen = model("googlenet").eval(), []
    for part in network.modules():
        if not list(part.children()):
            part.register_forward_hook(
                lambda part, _, output: seen.append((type(part), output.shape[1:]))
            )
    network(torch.empty(1, 3, 224, 192, device="meta"))
    want = [(kind.__name__, tuple(shape)) for kind, shape in seen]
    rows = network_table(network, (3, 224, 192))
    assert [(row.type, row.output_shape) for row in rows] == want


def test_a_row_holds_the_field_before_its_own_end():
    rows = network_table(LENET, (1, 28, 28), receptive_field)
    assert [row.field for row in rows[:6]] == [
        *[(5, 1, 0.0)] * 2,
        (6, 2, 0.5),
        *[(14, 2, 0.5)] * 2,
        (16, 4, 1.5),
    ]
    assert {row.field for row in rows[6:]} == {None}


def test_fields_of_modules_inside_branches_are_their_own():
    rows = network_table(model("resnet18"), IMAGE, receptive_field)
    fields = {row.name: row.field for row in rows}
    assert fields["layer2.0.conv1"][:2] == (51, 8)  # 43 + 2 * 4
    assert fields["layer2.0.downsample.0"][:2] == (43, 8)
    assert fields["layer2.0.conv2"][:2] == (67, 8)  # 51 + 2 * 8


def test_transposed_convolutions_use_each_weight_at_every_input():
    network = nn.Sequential(nn.ConvTranspose2d(2, 3, 4, stride=2))
    (row,) = network_table(network, (2, 5, 6))
    assert row.macs == 2 * 3 * 4 * 4 * 5 * 6
    assert row.weight_shape == (2, 3, 4, 4)


def test_a_module_called_twice_is_learnt_once():
    conv = nn.Conv2d(2, 2, 3, padding=1)
    first, second = network_table(nn.Sequential(conv, conv), (2, 5, 6))
    assert (first.parameters, second.parameters) == (38, 0)
    assert first.macs == second.macs == 36 * 30


def test_the_network_is_left_in_the_mode_it_was_in():
    network = nn.Sequential(nn.Conv2d(1, 1, 1), nn.BatchNorm2d(1), nn.Dropout())
    network[1].eval()
    layers_of(network, (1, 2, 3))
    assert [part.training for part in network.modules()] == [True, True, False, True]
    assert network[1].num_batches_tracked == 0


class Odd(nn.Module):
    def __init__(self, forward):
        super().__init__()
        self.parameter, self.how = nn.Parameter(torch.ones(1, 1, 1)), forward

    def forward(self, x):
        return self.how(self, x)


@pytest.mark.parametrize(
    ("network", "match"),
    [
        (nn.Sequential(nn.Conv2d(1, 1, (3, 1))), "`kernel_size` is not one number in"),
        (nn.Sequential(nn.Conv2d(1, 1, 3, padding="same")), "`padding` is not one"),
        (nn.Sequential(nn.PReLU()), "no layer is like PReLU, 0. Set `end`"),
        (nn.Sequential(nn.AdaptiveAvgPool2d(4)), r"from \(5, 6\) to \(4, 4\), windows"),
        (Odd(lambda self, x: torch.cumsum(x, 1)), "it calls cumsum"),
        (Odd(lambda self, x: x * x.relu()), "branches meet in mul"),
        (Odd(lambda self, x: x + self.parameter), "it reads the parameter parameter"),
        (
            Odd(lambda self, x: (y := x.relu()) + (x + y)),
            "branches meet before they end, at relu",
        ),
    ],
)
def test_what_no_layer_does_is_refused(network, match):
    with pytest.raises(ShapeError, match=match):
        layers_of(network, (1, 5, 6))


def test_an_unknown_end_is_refused_with_the_known_ones():
    with pytest.raises(ShapeError, match=r"but it is 'layer5'.*conv1, bn1.*layer4"):
        layers_of(model("resnet18"), IMAGE, "layer5")
