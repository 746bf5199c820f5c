"""Residual blocks with wrong parts, or wrong sums, and the hints that lead to each."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from convnets.resnet import BasicBlock
from coursekit.checks.declare import Misconception
from exercises.resnet import wrong_block as wrong
from exercises.resnet.wrong_block import block, main, middle, short


def fits(self):
    """Whether the sizes of a block stay as they are."""
    return self.stride == 1 and not self.added_channels


def biased_projection(self, in_channels, out_channels, stride):
    if self.downsample is not None:
        self.downsample[0].bias = nn.Parameter(torch.zeros(out_channels))


def biased_everywhere(self, *built):
    wrong.biased(self, *built)
    biased_projection(self, *built)


def wide_projection(self, in_channels, out_channels, stride):
    if self.downsample is not None:
        conv = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.downsample[0] = conv


def unstrided_projection(self, *built):
    if self.downsample is not None:
        self.downsample[0].stride = (1, 1)


def renamed_projection(self, *built):
    """Call the projection `shortcut`, and what that was `kind`."""
    kind, projection = self.shortcut, self.downsample
    del self.shortcut, self.downsample
    self.kind = kind
    self.shortcut = nn.Sequential() if projection is None else projection


def with_its_name(self, x):
    """Run a block whose projection is called `shortcut`."""
    if self.kind == "none":
        return F.relu(main(self, x))
    is_padded = self.kind == "padding"
    return F.relu(main(self, x) + (wrong.padded if is_padded else short_of)(self, x))


def short_of(self, x):
    return self.shortcut(x)


def projected_and_forgotten(self, x):
    short(self, x)
    return F.relu(main(self, x))


def projected_with_padding(self, in_channels, out_channels, stride):
    if self.shortcut == "padding" and not fits(self):
        self.downsample = wrong.projection(in_channels, out_channels, stride)


def plain_unless_it_fits(self, x):
    if self.shortcut == "none" and fits(self):
        return F.relu(main(self, x) + x)
    return BasicBlock.forward(self, x)


def plain_without_relu(self, x):
    return main(self, x) if self.shortcut == "none" else BasicBlock.forward(self, x)


def bare_sum(self, x):
    if self.shortcut == "none":
        return BasicBlock.forward(self, x)
    return main(self, x) + short(self, x)


def multiplied(self, x):
    if self.shortcut == "none":
        return BasicBlock.forward(self, x)
    return F.relu(main(self, x) * short(self, x))


def side_by_side(self, x):
    if self.shortcut == "none":
        return BasicBlock.forward(self, x)
    return F.relu(torch.cat([main(self, x), short(self, x)], dim=1))


def one_convolution_twice(self, x):
    out = self.bn2(self.conv1(middle(self, x)))
    return F.relu(out + short(self, x))


def picked(rows):
    """Pick other pixels for a padded shortcut; `rows` picks them along an axis."""

    def shortcut(self, x):
        if fits(self):
            return x
        pick = rows(self.stride)
        return F.pad(x[:, :, pick, pick], (0, 0, 0, 0, 0, self.added_channels))

    return wrong.with_shortcut(shortcut)


def resized(self, x):
    size = [-(-length // self.stride) for length in x.shape[2:]]
    return F.pad(F.interpolate(x, size), (0, 0, 0, 0, 0, self.added_channels))


def averaged_whole(self, x):
    kept = F.avg_pool2d(x, self.stride)
    return F.pad(kept, (0, 0, 0, 0, 0, self.added_channels))


def padding_detached(self, x):
    kept = x if fits(self) else wrong.padded(self, x).detach()
    return kept


PARTS = [
    Misconception(
        "biases in the main path",
        "The convolutions of your main path have biases, which the batch norms take "
        "away again. None has one.",
        block(change=wrong.biased),
    ),
    Misconception(
        "biases everywhere",
        "All your convolutions have biases, which the batch norms take away again. "
        "None has one.",
        block(change=biased_everywhere),
    ),
    Misconception(
        "a bias in the projection",
        "Your 1 x 1 convolution on the shortcut has a bias. No convolution has one.",
        block(change=biased_projection),
    ),
    Misconception(
        "one batch norm for both",
        "Your `bn1` and `bn2` are one and the same module. Each convolution has its "
        "own.",
        block(change=wrong.one_norm),
    ),
    Misconception(
        "projected always",
        "Your shortcut is projected even where the sizes stay as they are. There it is "
        "the input itself.",
        block(change=wrong.projected_always),
    ),
    Misconception(
        "projected for strides only",
        "Your shortcut is projected only where there is a stride. What if only the "
        "number of channels changes?",
        block(change=wrong.projected_for(lambda before, after, stride: stride > 1)),
    ),
    Misconception(
        "projected for channels only",
        "Your shortcut is projected only where the number of channels changes. What if "
        "there is only a stride?",
        block(
            change=wrong.projected_for(lambda before, after, stride: before != after)
        ),
    ),
    Misconception(
        "no stride in the projection",
        "The 1 x 1 convolution of your shortcut has stride 1, so that its image is "
        "larger than that of the main path.",
        block(change=unstrided_projection),
    ),
    Misconception(
        "a projection called `shortcut`",
        "Your projected shortcut is called `shortcut`. The docstring and torchvision "
        "say `downsample`, so that weights can be exchanged.",
        block(with_its_name, change=renamed_projection),
    ),
    Misconception(
        "projected and forgotten",
        "Your shortcut runs through its projection, and is not added in the end.",
        block(projected_and_forgotten),
    ),
    Misconception(
        "projected for both only",
        "Your shortcut is projected only where channels *and* size change. One of them "
        "is enough.",
        block(
            change=wrong.projected_for(
                lambda before, after, stride: before != after and stride > 1
            )
        ),
    ),
    Misconception(
        "a projection without batch norm",
        "Your `downsample` is a convolution alone. A batch norm belongs to it.",
        block(change=wrong.bare_projection),
    ),
    Misconception(
        "a projection of 3 x 3",
        "The convolution of your shortcut is 3 x 3. It is 1 x 1.",
        block(change=wide_projection),
    ),
    Misconception(
        "projected where it should be padded",
        'With shortcut="padding", your block has a projection. A padded shortcut has '
        "no weights.",
        block(change=projected_with_padding),
    ),
    Misconception(
        "a plain block with a shortcut where it fits",
        'With shortcut="none", your block adds its input where the sizes stay as they '
        "are. Nothing is ever added.",
        block(plain_unless_it_fits),
    ),
    Misconception(
        "no ReLU at the end of a plain block",
        'With shortcut="none", your output has negative numbers. A plain block ends in '
        "a ReLU, too.",
        block(plain_without_relu),
    ),
    Misconception(
        "no ReLU after a sum",
        "Where a shortcut is added, your output has negative numbers. A ReLU comes "
        "after the sum.",
        block(bare_sum),
    ),
    Misconception(
        "multiplied",
        "Your main path is multiplied by the shortcut. They are added.",
        block(multiplied),
    ),
    Misconception(
        "put side by side",
        "Your output has the channels of the main path and those of the shortcut side "
        "by side. They are added.",
        block(side_by_side),
    ),
    Misconception(
        "one convolution twice",
        "You use `conv1` in both places. The second convolution is `conv2`.",
        block(one_convolution_twice),
    ),
    Misconception(
        "pixels from the second on",
        "Your padded shortcut begins with the second pixel of a row. It begins with "
        "pixel 0, as the convolutions do.",
        picked(lambda stride: slice(stride > 1, None, stride)),
    ),
    Misconception(
        "every second pixel, whatever the stride",
        "Your padded shortcut takes every second pixel. Which ones it takes is for the "
        "stride to say.",
        picked(lambda stride: slice(None, None, 2)),
    ),
    Misconception(
        "resized to fit",
        "Your padded shortcut is resized to the output's height and width, which takes "
        "other pixels where they do not divide by the stride.",
        wrong.with_shortcut(resized),
    ),
    Misconception(
        "pixels averaged, and the last left out",
        "Your padded shortcut averages pixels with their neighbours, and leaves out "
        "what fills no window. It keeps every second one as it is.",
        wrong.with_shortcut(averaged_whole),
    ),
    Misconception(
        "no gradient through the padded shortcut",
        "The gradient of the input lacks what comes through a padded shortcut. Is it "
        "detached, or inside `torch.no_grad`?",
        wrong.with_shortcut(padding_detached),
    ),
]
