"""Residual blocks with one mistake each, made from the right one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from convnets.resnet import BasicBlock

Forward = Callable[[BasicBlock, Tensor], Tensor]


def block(
    forward: Forward = BasicBlock.forward, change: Callable[..., None] | None = None
) -> type[BasicBlock]:
    """Make a class of blocks that differ in how they run, or how they are built.

    Parameters
    ----------
    forward : callable
        Takes the place of the method.
    change : callable, optional
        Called with a right block and what it was built from, to change it.
    """

    class Block(BasicBlock):
        def __init__(
            self, in_channels, out_channels, stride=1, shortcut="projection"
        ) -> None:
            super().__init__(in_channels, out_channels, stride, shortcut)
            if change is not None:
                change(self, in_channels, out_channels, stride)

        def forward(self, x: Tensor) -> Tensor:
            return forward(self, x)

    return Block


def middle(self: BasicBlock, x: Tensor) -> Tensor:
    """Run the first half of the main path."""
    return F.relu(self.bn1(self.conv1(x)))


def main(self: BasicBlock, x: Tensor) -> Tensor:
    """Run the main path."""
    return self.bn2(self.conv2(middle(self, x)))


def short(self: BasicBlock, x: Tensor) -> Tensor | float:
    """Run the shortcut; where there is none, it is 0."""
    if self.shortcut == "none":
        return 0.0
    if self.downsample is not None:
        return self.downsample(x)
    return padded(self, x)


def padded(self: BasicBlock, x: Tensor, front: int = 0) -> Tensor:
    """Leave pixels out, and put channels of zeros around."""
    kept = x[:, :, :: self.stride, :: self.stride]
    return F.pad(kept, (0, 0, 0, 0, front, self.added_channels - front))


def with_shortcut(shortcut: Forward) -> type[BasicBlock]:
    """Make blocks with another shortcut where it has no weights."""

    def forward(self, x):
        if self.shortcut == "none" or self.downsample is not None:
            return BasicBlock.forward(self, x)
        return F.relu(main(self, x) + shortcut(self, x))

    return block(forward)


def with_main(main: Forward) -> type[BasicBlock]:
    """Make blocks with another main path."""
    return block(lambda self, x: F.relu(main(self, x) + short(self, x)))


def overwrites(self, x):
    out = main(self, x)
    if self.shortcut == "none" or self.downsample is not None or self.stride > 1:
        return BasicBlock.forward(self, x)
    if self.added_channels:
        return BasicBlock.forward(self, x)
    x += out
    return F.relu(x)


def activated_first(self, x):
    """Run a main path whose norms and ReLUs come before its convolutions."""
    out = self.conv1(F.relu(self.bn1(x)))
    return self.conv2(F.relu(self.bn2(out)))


def norm_of_input(self, in_channels, *others):
    self.bn1 = nn.BatchNorm2d(in_channels)


def projected_without_norm(self, x):
    if self.downsample is None:
        return BasicBlock.forward(self, x)
    return F.relu(main(self, x) + self.downsample[0](x))


def projected_with_relu(self, x):
    if self.downsample is None:
        return BasicBlock.forward(self, x)
    return F.relu(main(self, x) + F.relu(self.downsample(x)))


def added_halfway(self, x):
    out = middle(self, x)
    return F.relu(self.bn2(self.conv2(out)) + (out if self.shortcut != "none" else 0))


def always_added(self, x):
    if self.shortcut == "none":
        return F.relu(main(self, x) + x)
    return BasicBlock.forward(self, x)


def identity_left_out(self, x):
    if self.downsample is None and self.stride == 1 and not self.added_channels:
        return F.relu(main(self, x))
    return BasicBlock.forward(self, x)


def padding_left_out(self, x):
    if self.downsample is None and (self.stride > 1 or self.added_channels):
        return F.relu(main(self, x))
    return BasicBlock.forward(self, x)


def averaged(self, x):
    kept = F.avg_pool2d(x, self.stride, ceil_mode=True) if self.stride > 1 else x
    return F.pad(kept, (0, 0, 0, 0, 0, self.added_channels))


def a_quarter_on_each_side(self, x):
    """Pad as a much used program does, which halves every image and doubles channels.

    There, channels always are twice as many where they change.
    """
    if self.stride == 1 and not self.added_channels:
        return x
    quarter = self.bn2.num_features // 4
    return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, quarter, quarter))


def largest(self, x):
    kept = F.max_pool2d(x, self.stride, ceil_mode=True) if self.stride > 1 else x
    return F.pad(kept, (0, 0, 0, 0, 0, self.added_channels))


def cropped(self, x):
    H, W = (-(-size // self.stride) for size in x.shape[2:])
    return F.pad(x[:, :, :H, :W], (0, 0, 0, 0, 0, self.added_channels))


def repeated(self, x):
    kept = x[:, :, :: self.stride, :: self.stride]
    times = -(-self.bn2.num_features // kept.shape[1])
    return torch.cat([kept] * times, dim=1)[:, : self.bn2.num_features]


def strides(first: bool, second: bool) -> Callable[..., None]:
    """Say which of the convolutions has the block's stride."""

    def change(self, in_channels, out_channels, stride):
        self.conv1.stride = (stride, stride) if first else (1, 1)
        self.conv2.stride = (stride, stride) if second else (1, 1)

    return change


def projected_always(self, in_channels, out_channels, stride):
    if self.shortcut == "projection" and self.downsample is None:
        self.downsample = projection(in_channels, out_channels, stride)


def projected_for(needs: Callable[[int, int, int], bool]) -> Callable[..., None]:
    """Say when a shortcut is projected."""

    def change(self, in_channels, out_channels, stride):
        if not needs(in_channels, out_channels, stride):
            self.downsample = None

    return change


def projection(in_channels: int, out_channels: int, stride: int) -> nn.Sequential:
    """Build a shortcut with weights."""
    conv = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out_channels))


def norms(**settings: Any) -> Callable[..., None]:
    """Change settings of all batch norms."""

    def change(self, *arguments):
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                for name, value in settings.items():
                    setattr(module, name, value)

    return change


def biased(self, in_channels, out_channels, stride):
    for conv in (self.conv1, self.conv2):
        conv.bias = nn.Parameter(torch.zeros(out_channels))


def without_padding(self, *arguments):
    self.conv1.padding = self.conv2.padding = (0, 0)


def one_norm(self, *arguments):
    self.bn2 = self.bn1


def bare_projection(self, *arguments):
    if self.downsample is not None:
        self.downsample = nn.Sequential(self.downsample[0])
