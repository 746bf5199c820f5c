"""Receptive fields of known networks against published values.

Published are a size, a jump ("effective stride") and a padding P ("effective padding")
for an end point of a network. With P, output 0 begins P pixels before the image, so its
middle is (size - 1) / 2 - P. Where TensorFlow pads one side more than the other, P
depends on the resolution, and PyTorch's equal padding has it at odd resolutions.

[1] Araujo, Norris and Sim (2019), Computing Receptive Fields of Convolutional Neural
    Networks, Distill, doi:10.23915/distill.00021, with its table of end points,
    https://github.com/google-research/receptive_field, RECEPTIVE_FIELD_TABLE.md.
    AlexNet and VGG hold at any resolution; ResNet's P is that at 321 pixels.
[2] S. Wang, ResNet Receptive Field Size (for strides on the 3 x 3 convolutions, as in
    torchvision), gist.github.com/samson-wang/a6073c18f2adf16e0ab5fb95b53db3e6.
    ResNet-50's 267 and 427 are also in github.com/nashory/DeLF-pytorch/issues/15.
[3] GoogLeNet as in its paper, in two course reports: github.com/Mutum/EVA, Session_7,
    and github.com/pasumarthi/EVA, Session7 (which says 364 for 363 after 4d).
"""

from __future__ import annotations

import pytest
import torch
import torchvision

from convnets import layers
from convnets.receptive_field import receptive_field
from coursekit.tracing import layers_of

IMAGE = (3, 224, 224)


def model(name):
    """Build a network of torchvision without weights, which takes no memory."""
    options = {"init_weights": False} if name == "googlenet" else {}
    with torch.device("meta"):
        return getattr(torchvision.models, name)(weights=None, **options)


def conv(kernel_size, stride=1):
    return layers.conv2d(1, kernel_size, stride, padding=kernel_size // 2)


def pool(kernel_size=3, stride=2):
    return layers.max_pool2d(kernel_size, stride, padding=kernel_size // 2)


def published(size, jump, padding):
    return size, jump, (size - 1) / 2 - padding


ALEXNET = [  # "alexnet_v2": no padding in the first layer, nor in the pools
    ("conv1", layers.conv2d(64, 11, stride=4), (11, 4, 0)),
    ("pool1", layers.max_pool2d(3, 2), (19, 8, 0)),
    ("conv2", conv(5), (51, 8, 16)),
    ("pool2", layers.max_pool2d(3, 2), None),
    ("conv3", conv(3), (99, 16, 32)),
    ("conv4", conv(3), (131, 16, 48)),
    ("conv5", conv(3), (163, 16, 64)),
    ("pool5", layers.max_pool2d(3, 2), (195, 32, 64)),
]


def test_alexnet_at_every_end_point_of_the_table():
    path = []
    for _, layer, values in ALEXNET:  # [1]
        path.append(layer)
        if values is not None:
            assert receptive_field(path) == published(*values)


def test_alexnet_of_torchvision_differs_by_the_padding_of_its_first_layer():
    size, jump, start = receptive_field(layers_of(model("alexnet"), IMAGE, "features"))
    assert (size, jump, start + 2) == published(195, 32, 64)  # [1], pool5


@pytest.mark.parametrize(
    ("end", "values"),
    [  # [1]; module 4 is pool1, 5 conv2_1, 9 pool2 ...
        ("features.0", (3, 1, 1)),
        ("features.4", (6, 2, 2)),
        ("features.5", (10, 2, 4)),
        ("features.9", (16, 4, 6)),
        ("features.10", (24, 4, 10)),
        ("features.12", (32, 4, 14)),
        ("features.16", (44, 8, 18)),
        ("features.17", (60, 8, 26)),
        ("features.19", (76, 8, 34)),
        ("features.23", (100, 16, 42)),
        ("features.24", (132, 16, 58)),
        ("features.26", (164, 16, 74)),
        ("features.30", (212, 32, 90)),
    ],
)
def test_vgg_16_at_every_end_point_of_the_table(end, values):
    assert receptive_field(layers_of(model("vgg16"), IMAGE, end)) == published(*values)


@pytest.mark.parametrize(
    ("name", "sizes"),
    [  # [2], after layer1, layer2, layer3 and layer4
        ("resnet18", (43, 99, 211, 435)),
        ("resnet34", (59, 179, 547, 899)),
        ("resnet50", (35, 91, 267, 427)),
        ("resnet101", (35, 91, 811, 971)),
    ],
)
def test_resnets_as_torchvision_lays_them_out(name, sizes):
    network = model(name)
    for stage, size in enumerate(sizes, start=1):
        path = layers_of(network, IMAGE, f"layer{stage}")
        assert receptive_field(path) == (size, 2 ** (stage + 1), 0.0)


def with_strides_on_the_1x1(network):
    """Move the strides to where the paper has them: to each block's first layer."""
    for block in network.modules():
        if hasattr(block, "conv3"):
            strides = block.conv2.stride, block.conv1.stride
            block.conv1.stride, block.conv2.stride = strides
    return network


@pytest.mark.parametrize(
    ("name", "sizes"),
    [  # [1], block1 to block4
        ("resnet50", (35, 99, 291, 483)),
        ("resnet101", (35, 99, 835, 1027)),
    ],
)
def test_resnets_as_the_paper_lays_them_out(name, sizes):
    network = with_strides_on_the_1x1(model(name))
    for stage, size in enumerate(sizes, start=1):
        path = layers_of(network, IMAGE, f"layer{stage}")
        assert receptive_field(path)[::2] == (size, 0.0)


@pytest.mark.parametrize(
    ("strides", "values"),
    [  # [1], resnet_v1_50 at 321 pixels: a stage's last block has its stride
        (1, (35, 8, 17)),
        (2, (99, 16, 49)),
        (3, (291, 32, 145)),
        (4, (483, 32, 241)),
    ],
)
def test_resnet_50_with_the_strides_of_the_table(strides, values):
    path = [conv(7, 2), pool()]
    for stage, blocks in enumerate((3, 4, 6, 3)[:strides]):
        last = 2 if stage < 3 else 1
        for stride in [1] * (blocks - 1) + [last]:
            shortcut = [pool(1, stride)] if stride > 1 else []
            main = [conv(1), conv(3, stride), conv(1)]
            path += [layers.branches(main, shortcut), layers.relu()]
    assert receptive_field(path) == published(*values)


def inception(*chains):
    return layers.branches(*chains, [pool(3, 1), conv(1)], join="cat")


def test_batch_normalized_inception_at_every_end_point_of_the_table():
    stem = [conv(7, 2), pool(), conv(1), conv(3), pool()]
    block = inception([conv(1)], [conv(1), conv(3)], [conv(1), conv(3), conv(3)])
    down = layers.branches(
        [conv(1), conv(3, 2)], [conv(1), conv(3), conv(3, 2)], [pool()], join="cat"
    )
    blocks = [block, block, down, *[block] * 4, down, block, block]
    sizes = [59, 91, 123, 187, 251, 315, 379, 443, 571, 699]  # [1], 3b to 5c
    for count, size in enumerate(sizes, start=1):
        assert receptive_field([*stem, *blocks[:count]])[0] == size


def googlenet(largest):
    """Lay out GoogLeNet; its largest kernels are 5 x 5 in the paper."""
    block = inception([conv(1)], [conv(1), conv(3)], [conv(1), conv(largest)])
    stem = [conv(7, 2), pool(), conv(1), conv(3), pool()]
    return [*stem, block, block, pool(), *[block] * 5, pool(), block, block]


def test_inception_v1_as_its_paper_lays_it_out():
    path = googlenet(5)
    sizes = [59, 91, 107, 171, 235, 299, 363, 427, 459, 587, 715]  # [3], 3a to 5b
    for count, size in enumerate(sizes, start=6):
        assert receptive_field(path[:count])[0] == size
    assert receptive_field([*path, layers.avg_pool2d(7)])[0] == 907  # [3]


def test_inception_v1_of_torchvision_has_3x3_kernels_and_a_smaller_last_pool():
    # A known mistake, too old to change: github.com/pytorch/vision/issues/906.
    path = googlenet(3)
    path[13] = layers.max_pool2d(2)
    size, jump, _ = receptive_field(layers_of(model("googlenet"), IMAGE, "inception5b"))
    assert (size, jump) == receptive_field(path)[:2] == (379, 32)
