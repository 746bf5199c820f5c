"""The reference of problem set 8: residual networks, against torchvision's."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from convnets.resnet import BasicBlock, ResNet, resnet18, resnet20
from coursekit.errors import ShapeError

torchvision = pytest.importorskip("torchvision")


def images(*shape, seed=0):
    """Draw a batch of images."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def parameters(network):
    """Count what is trained."""
    return sum(parameter.numel() for parameter in network.parameters())


def stage_shapes(network, x):
    """Return the shape (C, H, W) after each stage."""
    shapes = []
    stages = [module for name, module in network.named_children() if "layer" in name]
    for stage in stages:
        stage.register_forward_hook(lambda *seen: shapes.append(seen[2].shape[1:]))
    network(x)
    return [tuple(shape) for shape in shapes]


@pytest.fixture
def twins():
    """Build our ResNet-18 and torchvision's with the same random weights."""
    theirs = torchvision.models.resnet18(weights=None)
    ours = resnet18()
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def zero_main_path(block):
    """Make the main path of a block give zeros."""
    torch.nn.init.zeros_(block.bn2.weight)
    torch.nn.init.zeros_(block.bn2.bias)
    return block.eval()


def test_a_block_whose_main_path_is_zero_passes_on_what_is_positive():
    block = zero_main_path(BasicBlock(3, 3))
    x = images(2, 3, 5, 6)
    torch.testing.assert_close(block(x), x.clamp(min=0))


def test_a_padded_shortcut_takes_every_second_pixel_and_puts_zeros_behind():
    block = zero_main_path(BasicBlock(2, 5, stride=2, shortcut="padding"))
    x = images(1, 2, 5, 8).abs()
    out = block(x)
    torch.testing.assert_close(out[:, :2], x[:, :, ::2, ::2])
    assert out.shape == (1, 5, 3, 4)
    assert not out[:, 2:].any()


def test_a_plain_block_whose_main_path_is_zero_gives_zeros():
    block = zero_main_path(BasicBlock(3, 3, shortcut="none"))
    assert not block(images(1, 3, 4, 5)).any()


def test_a_block_leaves_its_input_as_it_is():
    x = images(2, 3, 5, 6)
    before = x.clone()
    BasicBlock(3, 3)(x)
    torch.testing.assert_close(x, before, rtol=0, atol=0)


@pytest.mark.parametrize("is_training", [True, False])
@pytest.mark.parametrize("arguments", [(4, 4), (4, 6, 2), (4, 6), (4, 4, 2), (4, 3, 3)])
def test_a_block_is_torchvisions(arguments, is_training):
    ours = BasicBlock(*arguments).train(is_training)
    theirs = torchvision.models.resnet.BasicBlock(
        arguments[0], arguments[1], *arguments[2:], downsample=ours.downsample
    )
    theirs.load_state_dict(ours.state_dict())
    x = images(3, 4, 7, 8)
    torch.testing.assert_close(ours(x), theirs.train(is_training)(x))
    for name, value in theirs.state_dict().items():
        torch.testing.assert_close(ours.state_dict()[name], value)


def test_resnet18_has_the_names_of_torchvisions(twins):
    ours, theirs = twins
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert parameters(ours) == parameters(theirs) == 11_689_512


@pytest.mark.parametrize("is_training", [True, False])
def test_resnet18_gives_the_logits_of_torchvisions(twins, is_training):
    ours, theirs = (network.train(is_training) for network in twins)
    x = images(2, 3, 64, 96)
    torch.testing.assert_close(ours(x), theirs(x))
    for name, value in theirs.state_dict().items():
        torch.testing.assert_close(ours.state_dict()[name], value)


def test_resnet20_has_the_parameters_of_the_paper():
    # Stem: 3 * 16 * 9 + 2 * 16 = 464.
    # Stage 1: 6 * (16 * 16 * 9 + 2 * 16) = 14,016.
    # Stage 2: (16 * 32 * 9 + 2 * 32) + 5 * (32 * 32 * 9 + 2 * 32) = 51,072.
    # Stage 3: (32 * 64 * 9 + 2 * 64) + 5 * (64 * 64 * 9 + 2 * 64) = 203,520.
    # Linear: 64 * 10 + 10 = 650.
    total = 464 + 14_016 + 51_072 + 203_520 + 650
    assert parameters(resnet20()) == total == 269_722  # 0.27 M in Table 6


def test_resnet20_has_twenty_layers_with_weights():
    weights = [p for p in resnet20().parameters() if p.dim() > 1]
    assert len(weights) == 20
    assert not any("downsample" in name for name, _ in resnet20().named_parameters())


def test_stages_of_resnet20_halve_the_image():
    shapes = stage_shapes(resnet20(), images(2, 3, 32, 32))
    assert shapes == [(16, 32, 32), (32, 16, 16), (64, 8, 8)]


def test_stages_of_resnet18_are_those_of_the_paper():
    shapes = stage_shapes(resnet18(), images(1, 3, 224, 224))
    sizes = [(64, 56), (128, 28), (256, 14), (512, 7)]
    assert shapes == [(width, size, size) for width, size in sizes]


def test_logits_are_the_linear_layer_of_the_mean_feature_map():
    network = resnet20(num_classes=7).eval()
    x = images(2, 3, 16, 24)
    maps = network.features(x)
    assert maps.shape == (2, 64, 4, 6)
    want = F.linear(maps.mean(dim=(2, 3)), network.fc.weight, network.fc.bias)
    torch.testing.assert_close(network(x), want)


def test_the_number_of_classes_and_of_channels_can_be_chosen():
    for build in (resnet20, resnet18):
        logits = build(num_classes=4, in_channels=1)(images(2, 1, 28, 28))
        assert logits.shape == (2, 4)


def test_plain_and_residual_networks_have_as_many_parameters():
    plain, padded = (
        ResNet((3, 3, 3), (16, 32, 64), shortcut=shortcut)
        for shortcut in ("none", "padding")
    )
    assert parameters(plain) == parameters(padded)
    assert list(plain.state_dict()) == list(padded.state_dict())


def test_blocks_do_not_share_weights():
    first, second = resnet20().layer1[:2]
    assert first.conv1.weight is not second.conv1.weight


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: BasicBlock(0, 4), "`in_channels` must be at least 1"),
        (lambda: BasicBlock(4, 4, stride=1.5), "`stride` must be a whole number"),
        (
            lambda: BasicBlock(4, 4, shortcut="A"),
            "`shortcut` must be one of projection",
        ),
        (
            lambda: BasicBlock(4, 3, shortcut="padding"),
            "must be at least `in_channels`",
        ),
        (lambda: ResNet((2, 2), (4,)), "one number for each stage"),
        (lambda: ResNet((), ()), "one number for each stage"),
        (lambda: ResNet((2, 0), (4, 8)), "`blocks` must be at least 1"),
        (lambda: ResNet((2,), (4,), stem="big"), "`stem` must be one of small, large"),
        (lambda: resnet20(num_classes=0), "`num_classes` must be at least 1"),
    ],
)
def test_impossible_networks_are_refused(build, said):
    with pytest.raises(ShapeError, match=said):
        build()
