"""Wrong residual networks, and the hints that lead to each mistake."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from convnets.resnet import BasicBlock, ResNet
from coursekit.checks.declare import Misconception


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


MISCONCEPTIONS = [
    Misconception(
        "the first stage strided",
        "Your first stage halves the image. Only the stages after it do.",
        set_strides(lambda number, index, count: 2 if index == 0 else 1),
    ),
    Misconception(
        "no stage strided",
        "None of your stages halves the image. Every stage but the first does, in its "
        "first block.",
        set_strides(lambda number, index, count: 1),
    ),
    Misconception(
        "the last block of a stage strided",
        "Your image is halved in the last block of a stage, or the blocks are built in "
        "the wrong order. The first block has the stride.",
        set_strides(
            lambda number, index, count: 2 if number and index == count - 1 else 1
        ),
    ),
    Misconception(
        "every block strided",
        "All blocks of your later stages halve the image. Only the first block of a "
        "stage has stride 2.",
        set_strides(lambda number, index, count: 2 if number else 1),
    ),
    Misconception(
        "one block repeated",
        "Some blocks of a stage are one and the same module, and share its weights. "
        "`[block] * 3` is one block three times.",
        network(change=one_block_repeated),
    ),
    Misconception(
        "a block too few",
        "Each of your stages runs one block less than it has.",
        network(features=last_blocks_skipped),
    ),
    Misconception(
        "no batch norm in the stem",
        "Your first convolution is not followed by `bn1`.",
        with_stem(lambda self, x: self.pool(F.relu(self.conv1(x)))),
    ),
    Misconception(
        "no ReLU in the stem",
        "Your stem has no ReLU. It comes after the batch norm.",
        with_stem(lambda self, x: self.pool(self.bn1(self.conv1(x)))),
    ),
    Misconception(
        "batch norm after the ReLU of the stem",
        "In your stem, the batch norm comes after the ReLU. It comes right after the "
        "convolution.",
        with_stem(lambda self, x: self.pool(self.bn1(F.relu(self.conv1(x))))),
    ),
    Misconception(
        "no max pooling in the large stem",
        "Your large stem has no max pooling, and the stages see an image of twice the "
        "size.",
        change_pool(nn.Identity),
    ),
    Misconception(
        "max pooling in the small stem",
        "Your small stem has max pooling. Images of 32 pixels are small enough as they "
        "are.",
        change_pool(lambda: nn.MaxPool2d(3, 2, padding=1), small=True),
    ),
    Misconception(
        "max pooling of 2 x 2",
        "Your max pooling has windows of 2 x 2. They are 3 x 3 and overlap.",
        change_pool(lambda: nn.MaxPool2d(2)),
    ),
    Misconception(
        "max pooling without padding",
        "Your max pooling has no padding. It has a padding of 1.",
        change_pool(lambda: nn.MaxPool2d(3, 2)),
    ),
    Misconception(
        "average pooling in the stem",
        "Your large stem averages its windows. It takes the largest of each.",
        change_pool(lambda: nn.AvgPool2d(3, 2, padding=1)),
    ),
    Misconception(
        "no stride in the large stem",
        "Your 7 x 7 convolution moves by one pixel. It has stride 2.",
        change_stem("large", stride=1),
    ),
    Misconception(
        "too little padding in the large stem",
        "Your 7 x 7 convolution has too little padding: half of 7, rounded down, on "
        "each side.",
        change_stem("large", padding=1),
    ),
    Misconception(
        "a stride in the small stem",
        "Your 3 x 3 convolution has stride 2. Small images keep their size "
        "in the stem.",
        change_stem("small", stride=2),
    ),
    Misconception(
        "no padding in the small stem",
        "Your 3 x 3 convolution loses a pixel on each side. It has a padding of 1.",
        change_stem("small", padding=0),
    ),
    Misconception(
        "the largest in place of the mean",
        "Before the linear layer you take the largest number of each channel. The "
        "global pool takes the mean.",
        with_head(lambda self, maps: self.fc(maps.amax(dim=(2, 3)))),
    ),
    Misconception(
        "the sum in place of the mean",
        "Before the linear layer you add up each channel. The global pool takes the "
        "mean.",
        with_head(lambda self, maps: self.fc(maps.sum(dim=(2, 3)))),
    ),
    Misconception(
        "one place in place of the mean",
        "Before the linear layer you take one place of the maps. The global pool takes "
        "the mean of all.",
        with_head(lambda self, maps: self.fc(maps[:, :, 0, 0])),
    ),
    Misconception(
        "a ReLU after the linear layer",
        "Your logits have no negative numbers. Nothing comes after the linear layer.",
        with_head(lambda self, maps: F.relu(self.fc(mean(maps)))),
    ),
    Misconception(
        "softmax at the end",
        "Your network ends in a softmax. It returns logits; the loss sees to the "
        "softmax.",
        with_head(lambda self, maps: F.softmax(self.fc(mean(maps)), dim=1)),
    ),
    Misconception(
        "log-softmax at the end",
        "Your network ends in a log-softmax. It returns logits; the loss sees to that.",
        with_head(lambda self, maps: F.log_softmax(self.fc(mean(maps)), dim=1)),
    ),
    Misconception(
        "logits with spare axes",
        "Your logits have the axes (N, num_classes, 1, 1), or more than two at least.",
        with_head(lambda self, maps: self.fc(mean(maps))[:, :, None, None]),
    ),
    Misconception(
        "features already pooled",
        "Your `features` returns one number for each channel. It stops *before* the "
        "global pool, at the maps.",
        network(
            forward=lambda self, x: self.fc(mean(ResNet.features(self, x))),
            features=lambda self, x: mean(ResNet.features(self, x)),
        ),
    ),
    Misconception(
        "max pooling before batch norm",
        "In your large stem, the max pooling comes before the batch norm, whose "
        "statistics in training are then those of the largest numbers. It comes last.",
        network(features=pooled_before_norm),
    ),
    Misconception(
        "no gradient through the features",
        "No gradient comes through your `features`. Is it inside `torch.no_grad`, or "
        "detached? Nothing below the linear layer would learn.",
        network(features=features_not_recorded),
    ),
    Misconception(
        "the shortcut not handed on",
        "Your blocks have projected shortcuts whatever is asked for. `shortcut` has to "
        "be handed to every block.",
        network(shortcut="projection"),
    ),
]
