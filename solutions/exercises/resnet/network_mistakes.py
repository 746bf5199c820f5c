"""Wrong residual networks, and the hints that lead to each mistake."""

from __future__ import annotations

from torch import nn
from torch.nn import functional as F

from convnets.resnet import ResNet
from coursekit.checks.declare import Misconception
from exercises.resnet import wrong_network as wrong
from exercises.resnet.wrong_network import (
    change_pool,
    change_stem,
    mean,
    network,
    rebuilt,
    set_strides,
    with_head,
    with_stem,
)

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
        network(change=wrong.one_block_repeated),
    ),
    Misconception(
        "a block too few",
        "Each of your stages runs one block less than it has.",
        network(features=wrong.last_blocks_skipped),
    ),
    Misconception(
        "a block too many",
        "Each of your stages has a block more than `blocks` says.",
        wrong.counts(1),
    ),
    Misconception(
        "a block less in each stage",
        "Your stages have a block less than `blocks` says, if it is more than one.",
        wrong.counts(-1),
    ),
    Misconception(
        "every block from the stage before",
        "All blocks of a stage take as many channels as the stage before gives. From "
        "the second block on, they take what the first one gives.",
        rebuilt(wrong.not_updated),
    ),
    Misconception(
        "strided only where channels change",
        "A stage of yours with as many channels as the one before does not halve the "
        "image. Every stage but the first does.",
        rebuilt(wrong.strided_if_wider),
    ),
    Misconception(
        "the shortcut handed to first blocks alone",
        "Only the first block of each stage has the shortcut that is asked for. It has "
        "to be handed to every block.",
        rebuilt(wrong.first_alone),
    ),
    Misconception(
        "stages counted from 0",
        "Your first stage is called `layer0`. The stages are `layer1`, `layer2` and so "
        "on.",
        network(change=wrong.from_zero),
    ),
    Misconception(
        "stages in a list",
        "Your stages stand in a list of modules called `layers`. They are attributes: "
        "`layer1`, `layer2` and so on. `setattr` or `add_module` takes a name.",
        network(change=wrong.in_a_list, features=wrong.through_list),
    ),
    Misconception(
        "stages listed twice",
        "Your stages are there twice: as `layer1` and so on, and in a list called "
        "`layers`, which saves each weight under two names. Keep their *names* in a "
        "list.",
        network(change=wrong.listed_twice),
    ),
    Misconception(
        "always the small stem",
        "Your stem is that for small images, whatever is asked for.",
        network(stem="small"),
    ),
    Misconception(
        "always the large stem",
        "Your stem is that for large images, whatever is asked for.",
        network(stem="large"),
    ),
    Misconception(
        "a stem of 64 channels",
        "Your stem has 64 channels, whatever is asked for. It has as many as the first "
        "stage.",
        wrong.widened_stem(64),
    ),
    Misconception(
        "a stem of 16 channels",
        "Your stem has 16 channels, whatever is asked for. It has as many as the first "
        "stage.",
        wrong.widened_stem(16),
    ),
    Misconception(
        "a bias in the stem",
        "Your first convolution has a bias, which the batch norm takes away again. No "
        "convolution has one.",
        network(change=wrong.biased_stem),
    ),
    Misconception(
        "a linear layer for the first width",
        "Your `fc` takes as many channels as the *first* stage gives. It comes after "
        "the last one.",
        network(change=wrong.head_of_first_width),
    ),
    Misconception(
        "no bias in the linear layer",
        "Your `fc` has no bias. Linear layers have one unless told otherwise.",
        network(change=wrong.unbiased_head),
    ),
    Misconception(
        "always ten classes",
        "You do not use `num_classes`: there are ten logits, whatever is asked for.",
        wrong.always(num_classes=10),
    ),
    Misconception(
        "always three channels",
        "You do not use `in_channels`: your network takes images of three channels, "
        "whatever is asked for.",
        wrong.always(in_channels=3),
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
        "max pooling with the stride of its window",
        "The windows of your max pooling do not overlap: PyTorch's stride is "
        "that of the window unless told otherwise. It is 2.",
        change_pool(lambda: nn.MaxPool2d(3, padding=1)),
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
        "no padding in the large stem",
        "Your 7 x 7 convolution has no padding. It has half of 7, rounded down, on "
        "each side.",
        change_stem("large", padding=0),
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
        "axes squeezed away",
        "A batch of one image loses its first axis: `squeeze` takes away every axis of "
        "length 1. Logits are (N, num_classes), whatever N is.",
        with_head(lambda self, maps: self.fc(F.adaptive_avg_pool2d(maps, 1).squeeze())),
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
        "features pooled, with their axes",
        "Your `features` returns maps of one pixel. It stops *before* the global pool.",
        network(
            features=lambda self, x: F.adaptive_avg_pool2d(ResNet.features(self, x), 1)
        ),
    ),
    Misconception(
        "features without the last stage",
        "Your `features` stops before the last stage.",
        network(wrong.last_stage_in_forward, features=wrong.without_last_stage),
    ),
    Misconception(
        "max pooling before batch norm",
        "In your large stem, the max pooling comes before the batch norm, whose "
        "statistics in training are then those of the largest numbers. It comes last.",
        network(features=wrong.pooled_before_norm),
    ),
    Misconception(
        "no gradient through the features",
        "No gradient comes through your `features`. Is it inside `torch.no_grad`, or "
        "detached? Nothing below the linear layer would learn.",
        network(features=wrong.features_not_recorded),
    ),
    Misconception(
        "the shortcut not handed on",
        "Your blocks have projected shortcuts whatever is asked for. `shortcut` has to "
        "be handed to every block.",
        network(shortcut="projection"),
    ),
]
