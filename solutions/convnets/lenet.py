"""LeNet-5, the network that read the digits on cheques, in three variants (ps7)."""

from __future__ import annotations

from torch import Tensor, nn

from convnets.lenet_rules import check_lenet


class LeNet5(nn.Module):
    """Two convolutions, each with an activation and a pool, and linear layers.

    All pools are 2 x 2 with stride 2. After every layer with weights but the last comes
    the activation, and a pool comes right after the activation of its convolution.

    ========== ======================== ======================== ========== ==========
    variant    `conv1`                  `conv2`                  activation pool
    ========== ======================== ======================== ========== ==========
    "original" 6 maps, 5 x 5, padding 2 16 maps, 5 x 5           tanh       average
    "classic"  6 maps, 5 x 5, padding 2 16 maps, 5 x 5           ReLU       max
    "wide"     20 maps, 5 x 5, pad. 2   50 maps, 5 x 5, pad. 2   ReLU       max
    ========== ======================== ======================== ========== ==========

    The feature maps are flattened in their order (C, H, W). "original" and "classic"
    go on with three linear layers, of 120, 84 and `num_classes` outputs; "wide" with
    two, of 500 and `num_classes`. All layers have a bias, and PyTorch's initial
    weights. Nothing else in the network has weights.

    Parameters
    ----------
    variant : {"original", "classic", "wide"}, default "classic"
        Which row of the table.
    in_channels : int, default 1
        Channels of the images.
    num_classes : int, default 10
        How many logits come out.

    Attributes
    ----------
    conv1, conv2 : torch.nn.Conv2d
        The convolutions.
    fc1, fc2, fc3 : torch.nn.Linear
        The linear layers. "wide" has no `fc3`.

    Raises
    ------
    ShapeError
        If the variant is unknown, or a number is not whole or below 1.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio and Haffner (1998), Gradient-based learning applied to
       document recognition, Proceedings of the IEEE 86, Section II.B. Their pools have
       weights, their second convolution leaves out connections, and their last layer
       measures distances: "original" has none of these three.
    """

    def __init__(
        self, variant: str = "classic", in_channels: int = 1, num_classes: int = 10
    ) -> None:
        super().__init__()
        check_lenet(variant, in_channels, num_classes)
        ### BEGIN SOLUTION
        is_wide = variant == "wide"
        first, second = (20, 50) if is_wide else (6, 16)
        self.conv1 = nn.Conv2d(in_channels, first, 5, padding=2)
        self.conv2 = nn.Conv2d(first, second, 5, padding=2 if is_wide else 0)
        if is_wide:
            self.fc1 = nn.Linear(second * 7 * 7, 500)
            self.fc2 = nn.Linear(500, num_classes)
        else:
            self.fc1 = nn.Linear(second * 5 * 5, 120)
            self.fc2 = nn.Linear(120, 84)
            self.fc3 = nn.Linear(84, num_classes)
        is_original = variant == "original"
        self.activation = nn.Tanh() if is_original else nn.ReLU()
        self.pool = nn.AvgPool2d(2) if is_original else nn.MaxPool2d(2)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits.

        Parameters
        ----------
        x : Tensor, shape (N, in_channels, 28, 28)
            Images, of the same type as the weights. They are not changed.

        Returns
        -------
        Tensor, shape (N, num_classes)
            The logits. No softmax is taken: the loss does that.
        """
        ### BEGIN SOLUTION
        out = self.pool(self.activation(self.conv1(x)))
        out = self.pool(self.activation(self.conv2(out)))
        out = self.activation(self.fc1(out.flatten(1)))
        if hasattr(self, "fc3"):
            return self.fc3(self.activation(self.fc2(out)))
        return self.fc2(out)
        ### END SOLUTION
