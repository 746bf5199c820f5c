"""Right residual networks, each in its own style, get all points."""

from __future__ import annotations

from collections import OrderedDict
from itertools import pairwise

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from convnets.resnet import BasicBlock, ResNet
from convnets.resnet_rules import check_block, check_stages
from coursekit.checks.mark import mark
from coursekit.checks.outcome import call


class Modules(nn.Module):
    """A block whose ReLUs work in place, and whose zeros are joined to the channels."""

    def __init__(self, in_channels, out_channels, stride=1, shortcut="projection"):
        super().__init__()
        check_block(in_channels, out_channels, stride, shortcut)
        self.kind, self.step = shortcut, stride
        self.relu = nn.ReLU(inplace=True)
        for number, (before, step) in enumerate(
            [(in_channels, stride), (out_channels, 1)], start=1
        ):
            conv = nn.Conv2d(before, out_channels, 3, step, padding=1, bias=False)
            self.add_module(f"conv{number}", conv)
            self.add_module(f"bn{number}", nn.BatchNorm2d(out_channels))
        self.downsample = nn.Sequential()
        if shortcut == "projection" and (in_channels, 1) != (out_channels, stride):
            conv = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(out_channels))

    def forward(self, x):
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        if self.kind == "projection":
            out += self.downsample(x)
        elif self.kind == "padding":
            out = out + self.joined(x, out.shape[1])
        return self.relu(out)

    def joined(self, x, channels):
        kept = F.max_pool2d(x, 1, self.step)
        N, C, H, W = kept.shape
        return torch.cat([kept, kept.new_zeros(N, channels - C, H, W)], dim=1)


class InPart(BasicBlock):
    """Add to the first channels alone what is kept of the input."""

    def forward(self, x):
        out = self.bn2(self.conv2(self.bn1(self.conv1(x)).clamp(min=0)))
        if self.shortcut == "padding":
            kept = F.avg_pool2d(x, 1, self.stride)
            first, others = out.split([kept.shape[1], self.added_channels], dim=1)
            return F.relu(torch.cat([first + kept, others], dim=1))
        if self.shortcut == "projection":
            out = out + (x if self.downsample is None else self.downsample(x))
        return torch.maximum(out, torch.zeros_like(out))


class Assigned(BasicBlock):
    """Write what is kept of the input into zeros."""

    def forward(self, x):
        short = torch.zeros_like(out := self.main(x))
        if self.downsample is not None:
            short = self.downsample(x)
        elif self.shortcut != "none":
            short[:, : x.shape[1]] = x[..., :: self.stride, :: self.stride]
        return F.relu(short + out)

    def main(self, x):
        layers = (self.conv1, self.bn1, F.relu, self.conv2, self.bn2)
        for layer in layers:
            x = layer(x)
        return x


class ByName(nn.Module):
    """Stages found by their names, and a global pool that is a layer."""

    def __init__(
        self,
        blocks,
        widths,
        num_classes=10,
        in_channels=3,
        stem="small",
        shortcut="projection",
    ):
        super().__init__()
        check_stages(blocks, widths, num_classes, in_channels, stem, shortcut)
        settings = (7, 2, 3) if stem == "large" else (3, 1, 1)
        self.conv1 = nn.Conv2d(in_channels, widths[0], *settings, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        pool = [nn.MaxPool2d(3, 2, 1)] if stem == "large" else []
        self.after = nn.Sequential(nn.ReLU(), *pool)
        pairs = pairwise([widths[0], *widths])
        for number, (count, pair) in enumerate(zip(blocks, pairs, strict=True), 1):
            first = BasicBlock(*pair, 2 if number > 1 else 1, shortcut)
            rest = [BasicBlock(pair[1], pair[1], 1, shortcut) for _ in range(count - 1)]
            self.add_module(f"layer{number}", nn.Sequential(first, *rest))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(widths[-1], num_classes)

    def features(self, x):
        x = self.after(self.bn1(self.conv1(x)))
        for name, layer in self.named_children():
            x = layer(x) if name.startswith("layer") else x
        return x

    def forward(self, x):
        return self.fc(torch.flatten(self.avgpool(self.features(x)), 1))


class Walked(ResNet):
    """Go through the stages block by block."""

    def features(self, x):
        x = self.pool(self.bn1(self.conv1(x)).relu())
        for name in self.stages:
            for block in getattr(self, name):
                x = block(x)
        return x


class LinearFirst(ResNet):
    """Take the logits at each place, and their mean afterwards."""

    def forward(self, x):
        maps = self.features(x)
        return self.fc(maps.movedim(1, -1)).flatten(1, 2).mean(dim=1)


class Drawn(ResNet):
    """Draw first weights as He et al. do, and pool with a window as large as a map."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")

    def forward(self, x):
        maps = self.features(x)
        return self.fc(F.avg_pool2d(maps, maps.shape[2:])[:, :, 0, 0])


def twenty_by_formula(num_classes=10, in_channels=3):
    count = (20 - 2) // 6
    widths = [16 * 2**k for k in range(3)]
    return ResNet((count,) * 3, widths, num_classes, in_channels, shortcut="padding")


def twenty_by_name(num_classes=10, in_channels=3):
    channels = {"num_classes": num_classes, "in_channels": in_channels}
    return ByName(blocks=[3] * 3, widths=[16, 32, 64], shortcut="padding", **channels)


def twenty_by_order(num_classes=10, in_channels=3):
    stages = OrderedDict({16: 3, 32: 3, 64: 3})
    counts, widths = list(stages.values()), list(stages)
    network = Drawn(counts, widths, num_classes, in_channels, "small", "padding")
    return network.eval()


def twenty_walked(num_classes=10, in_channels=3):
    widths = (16, 32, 64)
    return Walked((3, 3, 3), widths, num_classes, in_channels, "small", "padding")


def eighteen_by_formula(num_classes=1000, in_channels=3):
    widths = [64 << k for k in range(4)]
    return ResNet([2] * 4, widths, num_classes, in_channels, stem="large")


def eighteen_by_name(num_classes=1000, in_channels=3):
    sizes = {"num_classes": num_classes, "in_channels": in_channels}
    return ByName((2, 2, 2, 2), (64, 128, 256, 512), stem="large", **sizes)


def eighteen_of_torchvision(num_classes=1000, in_channels=3):
    from torchvision.models import resnet18

    check_stages([2], [64], num_classes, in_channels, "large", "projection")
    network = resnet18(num_classes=num_classes)
    network.conv1 = nn.Conv2d(in_channels, 64, 7, 2, 3, bias=False)
    return network


STYLES = [
    *(("ps8.BasicBlock", style) for style in (Modules, InPart, Assigned)),
    *(("ps8.ResNet", style) for style in (ByName, Walked, LinearFirst, Drawn)),
    ("ps8.resnet20", twenty_by_formula),
    ("ps8.resnet20", twenty_by_name),
    ("ps8.resnet20", twenty_by_order),
    ("ps8.resnet20", twenty_walked),
    ("ps8.resnet18", eighteen_by_formula),
    ("ps8.resnet18", eighteen_by_name),
    ("ps8.resnet18", eighteen_of_torchvision),
]


@pytest.mark.parametrize(("exercise", "style"), STYLES)
def test_a_right_network_in_another_style_gets_all_points(hidden, exercise, style):
    for key in hidden[exercise]:
        result = mark(key, lambda case, how=key.prepare: call(style, case, how))
        failures = [group.failure for group in result.groups if group.failure]
        assert failures == []
        assert result.earned == result.points
