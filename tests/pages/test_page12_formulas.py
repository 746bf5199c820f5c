"""Formulas, worked examples and answers of the page "Architectures"."""

import numpy as np
import pytest
import torch
from torch import nn

from convnets import layers
from convnets.receptive_field import receptive_field
from convnets.resnet import BasicBlock, ResNet, resnet20
from convnets.shapes import conv_macs, conv_parameters


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(("C", "K", "H", "W"), [(8, 3, 12, 20), (5, 7, 6, 2)])
def test_doubled_channels_on_halved_maps_cost_the_same(C, K, H, W):
    before = conv_macs(C, C, K, (H, W))
    assert conv_macs(2 * C, 2 * C, K, (H // 2, W // 2)) == before == C**2 * K**2 * H * W
    weights = [conv_parameters(n, n, K, bias=False) for n in (C, 2 * C)]
    assert weights[1] == 4 * weights[0]


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_a_stack_sees_as_much_and_has_fewer_weights(n):
    C = 6
    stack = nn.Sequential(*(nn.Conv2d(C, C, 3, bias=False) for _ in range(n)))
    single = nn.Conv2d(C, C, 2 * n + 1, bias=False)
    assert (count(stack), count(single)) == (9 * n * C**2, (2 * n + 1) ** 2 * C**2)
    chain = [layers.conv2d(C, 3)] * n
    assert receptive_field(chain) == receptive_field([layers.conv2d(C, 2 * n + 1)])
    x = torch.zeros(1, C, 13, 14)
    assert stack(x).shape == single(x).shape


@pytest.mark.parametrize(
    ("C", "B", "new", "K"), [(192, 16, 32, 5), (256, 32, 64, 5), (7, 3, 5, 2)]
)
def test_ratio_of_a_reduction(C, B, new, K):
    side = (9, 4)
    detour = conv_macs(C, B, 1, side) + conv_macs(B, new, K, side)
    ratio = detour / conv_macs(C, new, K, side)
    assert ratio == pytest.approx(B / (new * K**2) + B / C)


def test_the_branch_worked_by_hand():
    assert 28**2 * 192 * 32 * 25 == 784 * 153_600 == 120_422_400
    assert 784 * (3_072 + 12_800) == 784 * (192 * 16 + 16 * 32 * 25) == 12_443_648
    assert pytest.approx(0.1, abs=0.005) == 12_443_648 / 120_422_400


@pytest.mark.parametrize("C", [64, 256, 1024])
def test_weights_of_two_kinds_of_block(C):
    def conv(a, b, K):
        return nn.Conv2d(a, b, K, bias=False)

    basic = nn.Sequential(conv(C, C, 3), conv(C, C, 3))
    narrow = nn.Sequential(conv(C, C // 4, 1), conv(C // 4, C // 4, 3))
    bottleneck = nn.Sequential(narrow, conv(C // 4, C, 1))
    assert count(basic) == 18 * C**2
    assert count(bottleneck) == 17 * C**2 / 16
    assert count(basic) / count(bottleneck) == pytest.approx(17, abs=0.1)
    projection = count(conv(C, C, 1))
    assert (count(bottleneck) + projection) / count(bottleneck) > 1.9


def test_blocks_worked_by_hand():
    assert 2 * 9 * 64**2 == 73_728
    assert (256 * 64, 9 * 64**2, 64 * 256) == (16_384, 36_864, 16_384)
    assert 16_384 + 36_864 + 16_384 == 69_632


def test_a_residual_block_without_f_passes_on_what_is_not_negative():
    block = BasicBlock(3, 3).eval()
    nn.init.zeros_(block.bn2.weight)
    x = torch.rand(2, 3, 5, 6)
    torch.testing.assert_close(block(x), x)


def test_separable_layer_of_728_channels():
    assert (9 * 728, 728**2, 9 * 728 + 728**2) == (6_552, 529_984, 536_536)
    assert 9 * 728**2 == 4_769_856
    assert pytest.approx(1 / 728 + 1 / 9) == 536_536 / 4_769_856


def test_a_1_by_1_layer_after_a_5_by_5_can_do_no_more_than_its_channels():
    # "The 5 × 5 layer sees only 16 mixtures": a linear detour has rank 16 at most.
    rng = np.random.default_rng(0)
    reduce, wide = rng.normal(size=(4, 9)), rng.normal(size=(6, 4, 5, 5))
    whole = np.einsum("obkl,bc->ockl", wide, reduce)  # (C_out, C_in, K_h, K_w)
    table = whole.transpose(1, 0, 2, 3).reshape(9, -1)
    assert np.linalg.matrix_rank(table) == 4


def test_answer_1():
    assert conv_parameters(256, 256, 3, bias=False) == 9 * 256**2 == 589_824
    assert conv_macs(256, 256, 3, (14, 14)) == 196 * 589_824 == 115_605_504
    assert conv_parameters(512, 512, 3, bias=False) == 9 * 512**2 == 2_359_296
    assert conv_macs(512, 512, 3, (7, 7)) == 115_605_504


def test_answer_2():
    assert 512 * 7 * 7 == 25_088
    assert nn.Linear(25_088, 4096, bias=False, device="meta").weight.numel() == (
        102_760_448
    )
    assert 4096**2 == 16_777_216


def test_answer_3():
    detour = conv_macs(256, 32, 1, (4, 5)) + conv_macs(32, 64, 5, (4, 5))
    assert detour / conv_macs(256, 64, 5, (4, 5)) == pytest.approx(0.145)


def test_answer_6():
    import torchvision

    with torch.device("meta"):
        model = torchvision.models.resnet50()
    assert count(model.layer4) == 14_964_736


def test_hint_of_resnet20_counts_the_projections():
    projected = ResNet((3, 3, 3), (16, 32, 64), shortcut="projection")
    assert count(projected) - count(resnet20()) == 2_752
    assert count(resnet20()) == pytest.approx(0.27e6, rel=0.01)
    assert 6 * 3 + 2 == 20
