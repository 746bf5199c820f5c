"""Wrong residual blocks, and the hints that lead to each mistake."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from coursekit.checks.declare import Misconception
from exercises.resnet import wrong_block as wrong
from exercises.resnet.wrong_block import block, main, middle, short, with_main

ADDING = [
    Misconception(
        "shortcut never added",
        "Your output is that of the main path alone. What went past the two "
        "convolutions has to be added.",
        block(lambda self, x: F.relu(main(self, x))),
    ),
    Misconception(
        "added after the last ReLU",
        "You add the shortcut after the last ReLU. The sum comes first, and the ReLU "
        "of the sum is the output.",
        block(lambda self, x: F.relu(main(self, x)) + short(self, x)),
    ),
    Misconception(
        "no ReLU at the end",
        "Your output has negative numbers. A ReLU comes after the sum.",
        block(lambda self, x: main(self, x) + short(self, x)),
    ),
    Misconception(
        "a ReLU before the sum",
        "Your main path has a ReLU at its end, and can only add. It ends in its second "
        "batch norm; the ReLU comes after the sum.",
        with_main(lambda self, x: F.relu(main(self, x))),
    ),
    Misconception(
        "a ReLU on the shortcut",
        "Your shortcut goes through a ReLU of its own before the sum. It has none.",
        block(lambda self, x: F.relu(main(self, x) + F.relu(short_tensor(self, x)))),
    ),
    Misconception(
        "the shortcut from the middle",
        "You add what comes out of the first half of the main path. The shortcut goes "
        "past both convolutions.",
        block(wrong.added_halfway),
    ),
    Misconception(
        "the shortcut taken away",
        "You take the shortcut away from the main path, or the other way round. It is "
        "added.",
        block(lambda self, x: F.relu(main(self, x) - short(self, x))),
    ),
    Misconception(
        "the mean of both paths",
        "Your sum is divided by 2.",
        block(lambda self, x: F.relu((main(self, x) + short(self, x)) / 2)),
    ),
    Misconception(
        "added twice",
        "Your shortcut is added two times.",
        block(lambda self, x: F.relu(main(self, x) + 2 * short(self, x))),
    ),
    Misconception(
        "no identity",
        "Where the sizes stay as they are, your block has no shortcut. There it is the "
        "input itself.",
        block(wrong.identity_left_out),
    ),
    Misconception(
        "a plain block with a shortcut",
        'With shortcut="none", nothing is added, whether the sizes fit or not.',
        block(wrong.always_added),
    ),
]

MAIN_PATH = [
    Misconception(
        "no ReLU in the middle",
        "Between the first batch norm and the second convolution, your main path has "
        "no ReLU.",
        with_main(lambda self, x: self.bn2(self.conv2(self.bn1(self.conv1(x))))),
    ),
    Misconception(
        "no first batch norm",
        "Your `bn1` is never used: it comes between the first convolution and the "
        "first ReLU.",
        with_main(lambda self, x: self.bn2(self.conv2(F.relu(self.conv1(x))))),
    ),
    Misconception(
        "no second batch norm",
        "Your `bn2` is never used: it comes after the second convolution, before the "
        "sum.",
        with_main(lambda self, x: self.conv2(middle(self, x))),
    ),
    Misconception(
        "no batch norm at all",
        "Neither `bn1` nor `bn2` is used. Each comes right after its convolution.",
        with_main(lambda self, x: self.conv2(F.relu(self.conv1(x)))),
    ),
    Misconception(
        "the first batch norm twice",
        "You use `bn1` after both convolutions. Each has its own.",
        with_main(lambda self, x: self.bn1(self.conv2(middle(self, x)))),
    ),
    Misconception(
        "batch norms swapped",
        "Your `bn2` comes after the first convolution and `bn1` after the second.",
        with_main(
            lambda self, x: self.bn1(self.conv2(F.relu(self.bn2(self.conv1(x)))))
        ),
    ),
    Misconception(
        "batch norm after the ReLU",
        "Your first batch norm comes after the ReLU. It comes right after the "
        "convolution.",
        with_main(
            lambda self, x: self.bn2(self.conv2(self.bn1(F.relu(self.conv1(x)))))
        ),
    ),
    Misconception(
        "batch norm after the sum",
        "Your second batch norm comes after the sum. Only the main path goes through "
        "it.",
        block(
            lambda self, x: F.relu(
                self.bn2(self.conv2(middle(self, x)) + short(self, x))
            )
        ),
    ),
    Misconception(
        "the input through a ReLU first",
        "Your main path begins with a ReLU. It begins with the first convolution.",
        with_main(lambda self, x: main(self, F.relu(x))),
    ),
    Misconception(
        "the second convolution left out",
        "Your main path has one convolution. A block has two.",
        with_main(lambda self, x: self.bn2(self.bn1(self.conv1(x)))),
    ),
    Misconception(
        "stride on the second convolution",
        "Your stride is on the second convolution, so that the first one sees every "
        "pixel. It belongs to the first.",
        block(change=wrong.strides(first=False, second=True)),
    ),
    Misconception(
        "stride on both convolutions",
        "Both of your convolutions have the block's stride, so the main path shrinks "
        "the image twice. Only the first one has it.",
        block(change=wrong.strides(first=True, second=True)),
    ),
    Misconception(
        "no stride on the main path",
        "Neither of your convolutions has the block's stride. The first one has it.",
        block(change=wrong.strides(first=False, second=False)),
    ),
    Misconception(
        "no padding",
        "Your convolutions have no padding, so the image loses a pixel on each side "
        "in each of them.",
        block(change=wrong.without_padding),
    ),
    Misconception(
        "Keras's batch norm",
        "Your batch norm has another epsilon than PyTorch's: its size shows where the "
        "variance is small. Leave its settings alone.",
        block(change=wrong.norms(eps=1e-3)),
    ),
    Misconception(
        "running averages the other way round",
        "After a batch in training, your running averages have moved too far. "
        "PyTorch's `momentum` is how much the *new* batch counts, 0.1 by default.",
        block(change=wrong.norms(momentum=0.9)),
    ),
    Misconception(
        "the input overwritten",
        "Your block writes the sum into its input. Others may still need that: write "
        "`out + x`, and not `x += out`.",
        block(wrong.overwrites),
    ),
    Misconception(
        "no gradient through the shortcut",
        "The gradient of the input lacks what comes through the shortcut. Is it "
        "detached, or inside `torch.no_grad`?",
        block(lambda self, x: F.relu(main(self, x) + short_tensor(self, x).detach())),
    ),
]

PRE_ACTIVATED = [
    Misconception(
        "norm and ReLU before the convolutions",
        "In your main path, batch norm and ReLU come before each convolution, as in a "
        "later paper. Here they come after it, and a ReLU comes after the sum.",
        block(lambda self, x: wrong.activated_first(self, x) + short(self, x)),
    ),
    Misconception(
        "norm and ReLU before the convolutions, and a ReLU last",
        "In your main path, batch norm and ReLU come before each convolution, as in a "
        "later paper. Here they come after it.",
        with_main(wrong.activated_first),
    ),
    Misconception(
        "a first batch norm for the input's channels",
        "Your `bn1` has as many channels as the input. It comes after `conv1`, and has "
        "as many as come out of that.",
        block(
            lambda self, x: wrong.activated_first(self, x) + short(self, x),
            wrong.norm_of_input,
        ),
    ),
]

PROJECTIONS = [
    Misconception(
        "projected without batch norm",
        "Your 1 x 1 convolution on the shortcut has no batch norm after it.",
        block(wrong.projected_without_norm),
    ),
    Misconception(
        "projected with a ReLU",
        "Your projected shortcut ends in a ReLU. It is a convolution and a batch norm, "
        "and the sum comes next.",
        block(wrong.projected_with_relu),
    ),
]

PADDINGS = [
    Misconception(
        "zeros in front",
        "Your channels of zeros come before those of the input. They come behind.",
        wrong.with_shortcut(
            lambda self, x: wrong.padded(self, x, front=self.added_channels)
        ),
    ),
    Misconception(
        "zeros on both sides",
        "Half of your channels of zeros come before those of the input, as in a much "
        "used program. Here all come behind.",
        wrong.with_shortcut(
            lambda self, x: wrong.padded(self, x, front=self.added_channels // 2)
        ),
    ),
    Misconception(
        "a quarter of zeros on each side",
        "Your padded shortcut puts a quarter of the output's channels on each side of "
        "the input's, and takes every second pixel, as a much used program does. Here "
        "all zeros come behind, as many as are missing, and pixels go by the stride.",
        wrong.with_shortcut(wrong.a_quarter_on_each_side),
    ),
    Misconception(
        "channels repeated",
        "Your added channels repeat those of the input. They are zeros.",
        wrong.with_shortcut(wrong.repeated),
    ),
    Misconception(
        "pixels averaged",
        "Your shortcut averages pixels with their neighbours. It keeps every second "
        "one as it is, and leaves the others out.",
        wrong.with_shortcut(wrong.averaged),
    ),
    Misconception(
        "the largest pixels",
        "Your shortcut keeps the largest of neighbouring pixels. It keeps every second "
        "one, whatever the others are.",
        wrong.with_shortcut(wrong.largest),
    ),
    Misconception(
        "a corner cut out",
        "Your shortcut keeps a corner of the image. Which pixels does the main path "
        "look at, at stride 2?",
        wrong.with_shortcut(wrong.cropped),
    ),
    Misconception(
        "no padded shortcut",
        'With shortcut="padding", nothing is added where the sizes change. What can be '
        "kept of the input is kept there.",
        block(wrong.padding_left_out),
    ),
]


def short_tensor(self, x):
    """Run the shortcut; where there is none, it is a tensor of one 0."""
    return torch.zeros(1, dtype=x.dtype) + short(self, x)


MISCONCEPTIONS = [*ADDING, *MAIN_PATH, *PRE_ACTIVATED, *PROJECTIONS, *PADDINGS]
