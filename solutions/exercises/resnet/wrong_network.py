"""Residual networks with one mistake each, made from the right one."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from convnets.resnet import BasicBlock, ResNet


def network(
    forward: Callable[[ResNet, Tensor], Tensor] = ResNet.forward,
    features: Callable[[ResNet, Tensor], Tensor] = ResNet.features,
    change: Callable[..., None] | None = None,
    **fixed: object,
) -> Callable[..., ResNet]:
    """Make a network with a mistake from the right one.

    Parameters
    ----------
    forward, features : callable
        They take the methods' places.
    change : callable, optional
        Called with the right network and its `stem`, to change it.
    fixed
        Arguments that are not as they were asked for.
    """

    class Network(ResNet):
        def forward(self, x):
            return forward(self, x)

        def features(self, x):
            return features(self, x)

    def build(
        blocks,
        widths,
        num_classes=10,
        in_channels=3,
        stem="small",
        shortcut="projection",
    ):
        asked = {"stem": stem, "shortcut": shortcut, "blocks": blocks}
        asked |= {name: value for name, value in fixed.items() if name in asked}
        made = Network(
            asked["blocks"],
            widths,
            num_classes,
            in_channels,
            asked["stem"],
            asked["shortcut"],
        )
        if change is not None:
            change(made, stem)
        return made

    return build


def stages_of(made: ResNet) -> list[nn.Sequential]:
    """List the stages of a network."""
    return [getattr(made, name) for name in made.stages]


def set_strides(strides: Callable[[int, int, int], int]) -> Callable[..., ResNet]:
    """Build networks whose blocks have other strides.

    Parameters
    ----------
    strides : callable
        Gives the stride, from the numbers of the stage and of the block in it, both
        counted from 0, and how many blocks the stage has.
    """

    def change(made, stem):
        for number, stage in enumerate(stages_of(made)):
            for index, block in enumerate(stage):
                # Built anew, because the stride decides whether there is a projection.
                sizes = block.conv1.in_channels, block.conv1.out_channels
                stride = strides(number, index, len(stage))
                stage[index] = BasicBlock(*sizes, stride, block.shortcut)

    return network(change=change)


def rebuilt(
    block: Callable[[int, int, int, int, str], nn.Module | None],
) -> Callable[..., ResNet]:
    """Build networks some of whose blocks are others.

    Parameters
    ----------
    block : callable
        Makes a block from the number of the stage, that of the block in it, its
        channels before and after, and its shortcut; None leaves it as it is.
    """

    def change(made, stem):
        for number, stage in enumerate(stages_of(made)):
            before = stage[0].conv1.in_channels
            for index, old in enumerate(stage):
                sizes = before, old.conv1.out_channels
                new = block(number, index, *sizes, old.shortcut)
                stage[index] = old if new is None else new

    return network(change=change)


def not_updated(number, index, before, after, shortcut):
    """Let every block of a stage take what the first one takes."""
    return BasicBlock(before, after, 1, shortcut) if index else None


def strided_if_wider(number, index, before, after, shortcut):
    """Let a stage halve the image where it has other channels, only."""
    stays = number and not index and before == after
    return BasicBlock(before, after, 1, shortcut) if stays else None


def first_alone(number, index, before, after, shortcut):
    """Hand the shortcut to the first block of each stage alone."""
    return BasicBlock(after, after) if index else None


def counts(more: int) -> Callable[..., ResNet]:
    """Build networks with more blocks in each stage, or fewer but one at least."""

    def build(blocks, *others, **named):
        return ResNet([max(1, count + more) for count in blocks], *others, **named)

    return build


def from_zero(made, stem):
    stages = stages_of(made)
    for name in made.stages:
        delattr(made, name)
    made.stages = [f"layer{number}" for number, _ in enumerate(stages)]
    for name, stage in zip(made.stages, stages, strict=True):
        made.add_module(name, stage)


def in_a_list(made, stem):
    stages = stages_of(made)
    for name in made.stages:
        delattr(made, name)
    made.layers = nn.ModuleList(stages)
    made.stages = ["layers"]


def listed_twice(made, stem):
    made.layers = nn.ModuleList(stages_of(made))


def biased_stem(made, stem):
    made.conv1.bias = nn.Parameter(torch.zeros(made.conv1.out_channels))


def unbiased_head(made, stem):
    made.fc.bias = None


def through_list(self, x):
    out = stem_of(self, x)
    for stage in self.layers:
        out = stage(out)
    return out


def widened_stem(channels: int) -> Callable[..., ResNet]:
    """Build networks whose stem has so many channels."""

    def change(made, stem):
        conv = made.conv1
        sizes = conv.kernel_size, conv.stride, conv.padding
        made.conv1 = nn.Conv2d(conv.in_channels, channels, *sizes, bias=False)
        made.bn1 = nn.BatchNorm2d(channels)
        first = made.layer1[0]
        width = first.conv1.out_channels
        made.layer1[0] = BasicBlock(channels, width, 1, first.shortcut)

    return network(change=change)


def head_of_first_width(made, stem):
    made.fc = nn.Linear(made.conv1.out_channels, made.fc.out_features)


def without_last_stage(self, x):
    out = stem_of(self, x)
    for stage in stages_of(self)[:-1]:
        out = stage(out)
    return out


def last_stage_in_forward(self, x):
    return self.fc(mean(ResNet.features(self, x)))


def always(**fixed: int) -> Callable[..., ResNet]:
    """Build networks for which some of the numbers asked for are of no account."""

    def build(blocks, widths, num_classes=10, in_channels=3, *others, **named):
        asked = {"num_classes": num_classes, "in_channels": in_channels, **fixed}
        stem, shortcut = (*others, *("small", "projection")[len(others) :])
        asked |= {"stem": stem, "shortcut": shortcut, **named}
        return ResNet(blocks, widths, **asked)

    return build


def one_block_repeated(made, stem):
    for name in made.stages:
        stage = getattr(made, name)
        if len(stage) > 1:
            same = [stage[1]] * (len(stage) - 1)
            setattr(made, name, nn.Sequential(stage[0], *same))


def last_blocks_skipped(self, x):
    out = stem_of(self, x)
    for stage in stages_of(self):
        for block in stage[: max(1, len(stage) - 1)]:
            out = block(out)
    return out


def stem_of(self, x):
    """Run what comes before the stages."""
    return self.pool(F.relu(self.bn1(self.conv1(x))))


def through_stages(self, out):
    """Run the stages."""
    for stage in stages_of(self):
        out = stage(out)
    return out


def with_stem(stem: Callable[[ResNet, Tensor], Tensor]) -> Callable[..., ResNet]:
    """Build networks with another stem."""
    return network(features=lambda self, x: through_stages(self, stem(self, x)))


def change_pool(pool: Callable[[], nn.Module], small: bool = False):
    """Build networks with another pool in the large stem, or in the small one."""

    def change(made, stem):
        if stem == ("small" if small else "large"):
            made.pool = pool()

    return network(change=change)


def change_stem(stem: str, **settings: int) -> Callable[..., ResNet]:
    """Build networks whose first convolution has other settings."""

    def change(made, asked):
        if asked == stem:
            for name, value in settings.items():
                setattr(made.conv1, name, (value, value))

    return network(change=change)


def pooled_before_norm(self, x):
    if isinstance(self.pool, nn.Identity):
        return ResNet.features(self, x)
    return through_stages(self, F.relu(self.bn1(self.pool(self.conv1(x)))))


def features_not_recorded(self, x):
    with torch.no_grad():
        return ResNet.features(self, x)


def with_head(head: Callable[[ResNet, Tensor], Tensor]) -> Callable[..., ResNet]:
    """Build networks with another end, which gets the last feature maps."""
    return network(forward=lambda self, x: head(self, self.features(x)))


def mean(maps: Tensor) -> Tensor:
    """Average each map."""
    return maps.mean(dim=(2, 3))
