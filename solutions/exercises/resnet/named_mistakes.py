"""Wrong ideas of what ResNet-20 and ResNet-18 are, and the hints that lead to each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convnets.resnet import ResNet
from coursekit.checks.declare import Misconception

RESNET20 = {
    "blocks": (3, 3, 3),
    "widths": (16, 32, 64),
    "stem": "small",
    "shortcut": "padding",
}
RESNET18 = {
    "blocks": (2, 2, 2, 2),
    "widths": (64, 128, 256, 512),
    "stem": "large",
    "shortcut": "projection",
}


def instead(right: dict[str, Any], classes: int, **wrong: Any) -> Callable[..., ResNet]:
    """Build a network that differs from the right one in some arguments.

    Parameters
    ----------
    right : dict
        Arguments of the right one.
    classes : int
        How many logits it has by default.
    wrong
        Arguments that are not as they should be, or were asked for.
    """

    def build(num_classes=classes, in_channels=3):
        asked = {"num_classes": num_classes, "in_channels": in_channels}
        return ResNet(**{**asked, **right, **wrong})

    return build


def swapped(right: dict[str, Any], classes: int) -> Callable[..., ResNet]:
    """Build a network with as many logits as channels are asked for, and so on."""

    def build(num_classes=classes, in_channels=3):
        asked = {"num_classes": in_channels, "in_channels": num_classes}
        return ResNet(**asked, **right)

    return build


def resnet20(**wrong: Any) -> Callable[..., ResNet]:
    """Build a ResNet-20 with a mistake."""
    return instead(RESNET20, 10, **wrong)


def resnet18(**wrong: Any) -> Callable[..., ResNet]:
    """Build a ResNet-18 with a mistake."""
    return instead(RESNET18, 1000, **wrong)


OF_RESNET20 = [
    Misconception(
        "layers counted as blocks",
        "Your stages have six blocks each. Six *layers* are meant, and a block has two "
        "of them.",
        resnet20(blocks=(6, 6, 6)),
    ),
    Misconception(
        "two blocks in a stage",
        "Your stages have two blocks each, which makes 14 layers. Count: the stem, two "
        "layers in each block, and the linear layer.",
        resnet20(blocks=(2, 2, 2)),
    ),
    Misconception(
        "four stages",
        "Your network has four stages, as those for ImageNet have. For images of 32 "
        "pixels there are three.",
        resnet20(blocks=(3, 3, 3, 3), widths=(16, 32, 64, 128)),
    ),
    Misconception(
        "the stages of ResNet-18",
        "Your stages are those of ResNet-18. ResNet-20 is for images of 32 pixels, has "
        "three stages and far fewer channels.",
        resnet20(blocks=(2, 2, 2, 2), widths=(64, 128, 256, 512)),
    ),
    Misconception(
        "projected shortcuts",
        "Your shortcuts have weights. The paper's networks for CIFAR-10 have none in "
        "their shortcuts: option A.",
        resnet20(shortcut="projection"),
    ),
    Misconception(
        "no shortcuts",
        'Your network is plain: with shortcut="none" nothing is ever added.',
        resnet20(shortcut="none"),
    ),
    Misconception(
        "the large stem",
        "Your stem is that for large images. An image of 32 pixels would come to the "
        "first stage with 8.",
        resnet20(stem="large"),
    ),
    Misconception(
        "widths for ImageNet",
        "Your stages begin with 64 channels, and the network has over 4 million "
        "parameters. It should have 0.27 million.",
        resnet20(widths=(64, 128, 256)),
    ),
    Misconception(
        "widths doubled",
        "Your stages have twice as many channels as they should, and the network over "
        "a million parameters. It should have 0.27 million.",
        resnet20(widths=(32, 64, 128)),
    ),
    Misconception(
        "one width for all stages",
        "All your stages have 16 channels. They double where the image is halved.",
        resnet20(widths=(16, 16, 16)),
    ),
    Misconception(
        "doubled a stage late",
        "Your second stage has as many channels as the first. They double in every "
        "stage.",
        resnet20(widths=(16, 16, 32)),
    ),
    Misconception(
        "nothing asked for",
        "You use neither `num_classes` nor `in_channels`: your network is the same, "
        "whatever is asked for.",
        resnet20(num_classes=10, in_channels=3),
    ),
    Misconception(
        "classes and channels swapped",
        "Your network has as many logits as the images should have channels. Look at "
        "the order of the arguments of `ResNet`.",
        swapped(RESNET20, 10),
    ),
    Misconception(
        "always ten classes",
        "You do not use `num_classes`: there are ten logits, whatever is asked for.",
        resnet20(num_classes=10),
    ),
    Misconception(
        "always three channels",
        "You do not use `in_channels`: your network takes images of three channels, "
        "whatever is asked for.",
        resnet20(in_channels=3),
    ),
]

OF_RESNET18 = [
    Misconception(
        "one block in a stage",
        "Your stages have one block each, which makes 10 layers. Count: the stem, two "
        "layers in each block, and the linear layer.",
        resnet18(blocks=(1, 1, 1, 1)),
    ),
    Misconception(
        "the blocks of ResNet-34",
        "Your stages have 3, 4, 6 and 3 blocks. Those are ResNet-34's.",
        resnet18(blocks=(3, 4, 6, 3)),
    ),
    Misconception(
        "three stages",
        "Your network has three stages, as those for CIFAR-10 have. For ImageNet there "
        "are four.",
        resnet18(blocks=(3, 3, 3), widths=(64, 128, 256)),
    ),
    Misconception(
        "the small stem",
        "Your stem is that for small images. Torchvision's begins with a convolution "
        "of 7 x 7.",
        resnet18(stem="small"),
    ),
    Misconception(
        "shortcuts without weights",
        "Your shortcuts have no weights, so torchvision's for `downsample` find no "
        "place.",
        resnet18(shortcut="padding"),
    ),
    Misconception(
        "widths for CIFAR-10",
        "Your stages begin with 16 channels. For ImageNet they begin with 64.",
        resnet18(widths=(16, 32, 64, 128)),
    ),
    Misconception(
        "one width for all stages",
        "All your stages have 64 channels. They double where the image is halved.",
        resnet18(widths=(64, 64, 64, 64)),
    ),
    Misconception(
        "the last stage no wider",
        "Your last stage has 256 channels. They double in every stage.",
        resnet18(widths=(64, 128, 256, 256)),
    ),
    Misconception(
        "doubled a stage late",
        "Your second stage has as many channels as the first. They double in every "
        "stage.",
        resnet18(widths=(64, 64, 128, 256)),
    ),
    Misconception(
        "classes and channels swapped",
        "Your network has as many logits as the images should have channels. Look at "
        "the order of the arguments of `ResNet`.",
        swapped(RESNET18, 1000),
    ),
    Misconception(
        "ten classes unless asked",
        "Your network has ten logits if nothing is said. ImageNet has 1000 classes.",
        instead(RESNET18, 10),
    ),
    Misconception(
        "always a thousand classes",
        "You do not use `num_classes`: there are 1000 logits, whatever is asked for.",
        resnet18(num_classes=1000),
    ),
    Misconception(
        "always three channels",
        "You do not use `in_channels`: your network takes images of three channels, "
        "whatever is asked for.",
        resnet18(in_channels=3),
    ),
]
