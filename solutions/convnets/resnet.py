"""Residual networks: blocks that learn what to add to their input (problem set 8).

Layers have torchvision's names, so that weights can be exchanged with its models.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from convnets.resnet_rules import check_block, check_stages


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions, and a shortcut past both of them.

    On the main path: convolution, batch norm, ReLU, convolution, batch norm. Then the
    shortcut is added, and a ReLU comes last. Both convolutions have padding 1, the
    stride is on the first, and no convolution has a bias. Batch norms are as PyTorch
    makes them. Nothing else in the block has weights.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels that come in, and that go out.
    stride : int, default 1
        Stride of the block along both image axes, in pixels.
    shortcut : {"projection", "padding", "none"}, default "projection"
        What is added to the main path. If stride is 1 and channels stay as many, it is
        the input itself, for "projection" and "padding" alike. Otherwise:
        with "projection", a 1 x 1 convolution with the block's stride, and batch norm;
        with "padding", every `stride`-th pixel of the input, from pixel 0 on, and
        channels of zeros *behind* those that it has.
        With "none", nothing is ever added: the block is plain.

    Attributes
    ----------
    conv1, bn1, conv2, bn2 : torch.nn.Module
        The main path.
    downsample : torch.nn.Sequential or None
        The 1 x 1 convolution and its batch norm, in this order, or None if there is
        none.

    Raises
    ------
    ShapeError
        If a number is not whole or below 1, the shortcut is unknown, or a padded
        shortcut should have fewer channels than its input.

    References
    ----------
    .. [1] He, Zhang, Ren and Sun (2016), Deep Residual Learning for Image Recognition,
       arXiv:1512.03385, Sections 3.2 and 3.3. Padding is their option A, projection
       their option B. They do not say on which side the channels of zeros go; these go
       behind, as in the Torch code of Gross and Wilber (2016), fb.resnet.torch.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        stride: int = 1,
        shortcut: str = "projection",
    ) -> None:
        super().__init__()
        check_block(in_channels, out_channels, stride, shortcut)
        ### BEGIN SOLUTION
        conv, channels = nn.Conv2d, out_channels
        self.conv1 = conv(in_channels, channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = conv(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if shortcut == "projection" and (stride != 1 or in_channels != channels):
            self.downsample = nn.Sequential(
                conv(in_channels, channels, 1, stride, bias=False),
                nn.BatchNorm2d(channels),
            )
        self.shortcut, self.stride = shortcut, stride
        self.added_channels = out_channels - in_channels
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output.

        Parameters
        ----------
        x : Tensor, shape (N, in_channels, H_in, W_in)
            Images or feature maps, of the same type as the weights. They are not
            changed.

        Returns
        -------
        Tensor, shape (N, out_channels, H_out, W_out)
            ``H_out`` is ``H_in / stride``, rounded up, and so is the width.
        """
        ### BEGIN SOLUTION
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.downsample is not None:
            out = out + self.downsample(x)
        elif self.shortcut != "none":
            short = x[:, :, :: self.stride, :: self.stride]
            out = out + F.pad(short, (0, 0, 0, 0, 0, self.added_channels))
        return F.relu(out)
        ### END SOLUTION


class ResNet(nn.Module):
    """Residual blocks in stages, a global average pool, and a linear layer.

    The stages are `layer1`, `layer2` and so on, each a `torch.nn.Sequential` of blocks.
    The first block of every stage but the first has stride 2; all others have 1.
    Nothing but the layers named below has weights.

    Parameters
    ----------
    blocks : sequence of int
        How many blocks each stage has.
    widths : sequence of int
        How many channels each stage has. The stem has as many as the first.
    num_classes : int, default 10
        How many logits come out.
    in_channels : int, default 3
        Channels of the images.
    stem : {"small", "large"}, default "small"
        What comes before the stages, for small or large images. "small": a 3 x 3
        convolution with padding 1, batch norm, ReLU. "large": a 7 x 7 convolution with
        stride 2 and padding 3, batch norm, ReLU, and max pooling of 3 x 3 with stride 2
        and padding 1. No convolution has a bias.
    shortcut : {"projection", "padding", "none"}, default "projection"
        As in `BasicBlock`, for all blocks.

    Attributes
    ----------
    conv1, bn1 : torch.nn.Module
        The stem.
    layer1, layer2, ... : torch.nn.Sequential
        The stages.
    fc : torch.nn.Linear
        From the mean of each channel to the logits, with a bias.

    Raises
    ------
    ShapeError
        If a number is not whole or below 1, the stages are not as many in `blocks` and
        `widths`, or the stem or the shortcut is unknown.

    References
    ----------
    .. [1] He, Zhang, Ren and Sun (2016), Deep Residual Learning for Image Recognition,
       arXiv:1512.03385, Section 3.3, Table 1 and Section 4.2.
    """

    def __init__(
        self,
        blocks: Sequence[int],
        widths: Sequence[int],
        num_classes: int = 10,
        in_channels: int = 3,
        stem: str = "small",
        shortcut: str = "projection",
    ) -> None:
        super().__init__()
        check_stages(blocks, widths, num_classes, in_channels, stem, shortcut)
        ### BEGIN SOLUTION
        channels = widths[0]
        is_large = stem == "large"
        kernel, stride, padding = (7, 2, 3) if is_large else (3, 1, 1)
        self.conv1 = nn.Conv2d(
            in_channels, channels, kernel, stride, padding, bias=False
        )
        self.bn1 = nn.BatchNorm2d(channels)
        self.pool = nn.MaxPool2d(3, 2, padding=1) if is_large else nn.Identity()
        self.stages = []
        for number, (count, width) in enumerate(zip(blocks, widths, strict=True), 1):
            stage = nn.Sequential()
            for index in range(count):
                stride = 2 if number > 1 and index == 0 else 1
                stage.append(BasicBlock(channels, width, stride, shortcut))
                channels = width
            self.stages.append(f"layer{number}")
            self.add_module(f"layer{number}", stage)
        self.fc = nn.Linear(channels, num_classes)
        ### END SOLUTION

    def features(self, x: Tensor) -> Tensor:
        """Return the last feature maps, which the global average pool sees.

        Parameters
        ----------
        x : Tensor, shape (N, in_channels, H_in, W_in)
            Images, of the same type as the weights.

        Returns
        -------
        Tensor, shape (N, widths[-1], H_out, W_out)
            What comes out of the last stage.
        """
        ### BEGIN SOLUTION
        out = self.pool(F.relu(self.bn1(self.conv1(x))))
        for name in self.stages:
            out = getattr(self, name)(out)
        return out
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits.

        Parameters
        ----------
        x : Tensor, shape (N, in_channels, H_in, W_in)
            Images, of the same type as the weights.

        Returns
        -------
        Tensor, shape (N, num_classes)
            The logits.
        """
        ### BEGIN SOLUTION
        return self.fc(self.features(x).mean(dim=(2, 3)))
        ### END SOLUTION


def resnet20(num_classes: int = 10, in_channels: int = 3) -> ResNet:
    """Build the ResNet-20 for CIFAR-10: 20 layers with weights, 0.27 M parameters.

    Three stages of three blocks each, with 16, 32 and 64 channels; the stem for small
    images; shortcuts without weights ("padding").

    Parameters
    ----------
    num_classes : int, default 10
        How many logits come out.
    in_channels : int, default 3
        Channels of the images.

    Returns
    -------
    ResNet
        The network, with PyTorch's initial weights.

    Raises
    ------
    ShapeError
        If a number is not whole or below 1.

    References
    ----------
    .. [1] He, Zhang, Ren and Sun (2016), Deep Residual Learning for Image Recognition,
       arXiv:1512.03385, Section 4.2 and Table 6.
    """
    ### BEGIN SOLUTION
    widths = (16, 32, 64)
    return ResNet((3, 3, 3), widths, num_classes, in_channels, "small", "padding")
    ### END SOLUTION


def resnet18(num_classes: int = 1000, in_channels: int = 3) -> ResNet:
    """Build the ResNet-18 for ImageNet, which torchvision's weights fit.

    Four stages of two blocks each, with 64, 128, 256 and 512 channels; the stem for
    large images; shortcuts with weights where they are needed ("projection").

    Parameters
    ----------
    num_classes : int, default 1000
        How many logits come out.
    in_channels : int, default 3
        Channels of the images.

    Returns
    -------
    ResNet
        The network, with PyTorch's initial weights.

    Raises
    ------
    ShapeError
        If a number is not whole or below 1.

    References
    ----------
    .. [1] He, Zhang, Ren and Sun (2016), Deep Residual Learning for Image Recognition,
       arXiv:1512.03385, Table 1.
    """
    ### BEGIN SOLUTION
    widths = (64, 128, 256, 512)
    return ResNet((2, 2, 2, 2), widths, num_classes, in_channels, "large")
    ### END SOLUTION
