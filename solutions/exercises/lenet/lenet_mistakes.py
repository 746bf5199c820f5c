"""Wrong LeNets, and the hints that lead to each mistake."""

from __future__ import annotations

from torch import nn

from coursekit.checks.declare import Misconception
from exercises.lenet import wrong_lenet as wrong
from exercises.lenet.wrong_lenet import always, network, parts, runs, sized

ACTIVATIONS = [
    Misconception(
        "no activation after the first convolution",
        "Between `conv1` and its pool there is no activation.",
        network(runs(without=("conv1",))),
    ),
    Misconception(
        "no activation after the second convolution",
        "Between `conv2` and its pool there is no activation.",
        network(runs(without=("conv2",))),
    ),
    Misconception(
        "no activation after the convolutions",
        "Neither `conv1` nor `conv2` is followed by an activation. Every layer with "
        "weights is, except the last.",
        network(runs(without=("conv1", "conv2"))),
    ),
    Misconception(
        "no activation after fc1",
        "`fc1` goes straight into the next linear layer, so that the two are one.",
        network(runs(without=("fc1",))),
    ),
    Misconception(
        "no activation after fc2",
        "`fc2` goes straight into `fc3`, so that the two are one linear layer.",
        network(runs(without=("fc2",))),
    ),
    Misconception(
        "no activation after the linear layers",
        "None of your linear layers is followed by an activation. All but the last "
        "are.",
        network(runs(without=("fc1", "fc2"))),
    ),
    Misconception(
        "no activation at all",
        "Without activations, your network is one linear function of the image, or "
        "nearly. Every layer with weights but the last is followed by one.",
        network(runs(without=("conv1", "conv2", "fc1", "fc2"))),
    ),
    Misconception(
        "an activation on the logits",
        "Your logits went through the activation. The last layer has none.",
        network(runs(last=lambda self, logits: self.activation(logits))),
    ),
    Misconception(
        "softmax in the network",
        "Your outputs are probabilities. Logits are wanted: the loss takes the "
        "softmax, and would take it twice.",
        network(runs(last=lambda self, logits: logits.softmax(dim=1))),
    ),
    Misconception(
        "sigmoid on the logits",
        "Your outputs lie between 0 and 1, as after a sigmoid. The logits are wanted "
        "as they come out of the last layer.",
        network(runs(last=lambda self, logits: logits.sigmoid())),
    ),
    Misconception(
        "log-softmax in the network",
        "Your outputs are logarithms of probabilities. The logits are wanted as they "
        "come out of the last layer.",
        network(runs(last=lambda self, logits: logits.log_softmax(dim=1))),
    ),
    Misconception(
        "classes in place of logits",
        "Your network returns the class of each image. Logits are wanted, one for each "
        "class: the loss needs them, and no gradient goes through an `argmax`.",
        network(runs(last=lambda self, logits: logits.argmax(dim=1))),
    ),
    Misconception(
        "no gradient to the convolutions",
        "No gradient reaches your convolutions, so that they would never learn. Is "
        "something detached before the linear layers, or inside `torch.no_grad`?",
        network(runs(flatten=lambda out: out.detach().flatten(1))),
    ),
    Misconception(
        "ReLU in the original",
        "Your original variant has ReLU as activation. In 1998 that was tanh.",
        network(change=parts("original", activation=nn.ReLU)),
    ),
    Misconception(
        "ReLU between the original's linear layers",
        "In your original variant, the linear layers are followed by ReLU. All its "
        "activations are tanh.",
        network(wrong.with_relu_after("fc1", "fc2")),
    ),
    Misconception(
        "ReLU after the original's convolutions",
        "In your original variant, the convolutions are followed by ReLU. All its "
        "activations are tanh.",
        network(wrong.with_relu_after("conv1", "conv2")),
    ),
    Misconception(
        "sigmoid for tanh",
        "The activation of your original variant is a sigmoid: nothing that comes out "
        "of it is negative.",
        network(change=parts("original", activation=nn.Sigmoid)),
    ),
    Misconception(
        "tanh in every variant",
        "All your variants have tanh as activation. Only the original has.",
        network(change=parts(activation=nn.Tanh)),
    ),
    Misconception(
        "leaky ReLU",
        "Your ReLU lets a little of what is negative through.",
        network(
            change=lambda self, variant, *_: parts(
                "" if variant != "original" else "no variant", activation=nn.LeakyReLU
            )(self, variant)
        ),
    ),
]

POOLS = [
    Misconception(
        "max pooling in the original",
        "Your original variant takes the largest of four. It takes their average.",
        network(change=parts("original", pool=lambda: nn.MaxPool2d(2))),
    ),
    Misconception(
        "average pooling in every variant",
        "All your variants take the average of four. Only the original does.",
        network(change=parts(pool=lambda: nn.AvgPool2d(2))),
    ),
    Misconception(
        "the original is the classic",
        "Your original variant has ReLU and max pooling, as the classic has.",
        network(
            change=parts("original", activation=nn.ReLU, pool=lambda: nn.MaxPool2d(2))
        ),
    ),
    Misconception(
        "average and maximum swapped",
        "Your original variant takes the largest of four, and the others take the "
        "average. It is the other way round.",
        network(change=wrong.pools_swapped),
    ),
    Misconception(
        "windows of 3 x 3",
        "The windows of your max pools overlap. They are 2 x 2, with stride 2.",
        network(change=wrong.wide_windows),
    ),
    Misconception(
        "a pool before its activation",
        "You pool before the activation. With a maximum that makes no difference; with "
        "an average it does.",
        network(wrong.pooled_first),
    ),
    Misconception(
        "no second pool",
        "After `conv2` there is no pool, so that `fc1` has four times as many weights.",
        network(runs(pooled=("conv1",)), change=wrong.without_second_pool),
    ),
]

SIZES = [
    Misconception(
        "no padding in the first convolution",
        "Your `fc1` has too few inputs: `conv1` should keep the 28 x 28 pixels, which "
        "takes padding.",
        network(change=sized(padding=(0, None))),
    ),
    Misconception(
        "no padding in the first convolution but of the wide variant",
        "Only your wide variant keeps the 28 x 28 pixels in `conv1`. All three do.",
        network(change=wrong.all_but_wide(padding=(0, None))),
    ),
    Misconception(
        "padding in the second convolution of every variant",
        "Your `fc1` has as many inputs as if `conv2` kept the size. Only that of the "
        "wide variant does.",
        network(change=sized(padding=(None, 2))),
    ),
    Misconception(
        "no padding in the second convolution of the wide variant",
        "In the wide variant, `conv2` keeps the size of its 14 x 14 maps, and `fc1` "
        "has the more inputs.",
        network(change=sized("wide", padding=(None, 0))),
    ),
    Misconception(
        "kernels of 3 x 3",
        "Your kernels are 3 x 3, and should be 5 x 5.",
        network(change=sized(kernel_size=3, padding=(1, None))),
    ),
    Misconception(
        "the wide variant has the maps of the classic",
        "Your wide variant has 6 and 16 feature maps. It has more: see the table.",
        network(change=sized("wide", maps=(6, 16))),
    ),
    Misconception(
        "as many maps in both convolutions",
        "Your `conv2` has as many feature maps as `conv1`. It has more: the maps get "
        "smaller, and there are more of them.",
        network(
            change=lambda self, *built: sized(
                maps=(self.conv1.out_channels, self.conv1.out_channels)
            )(self, *built)
        ),
    ),
    Misconception(
        "a third linear layer in the wide variant",
        "Your wide variant has a linear layer too many: it has `fc1` and `fc2` only.",
        network(change=sized("wide", widths=(500, 84))),
    ),
    Misconception(
        "an fc3 that the wide variant does not use",
        "Your wide variant has an `fc3`, whether it is used or not. It has `fc1` and "
        "`fc2` only.",
        network(change=wrong.spare_layer),
    ),
    Misconception(
        "20 and 50 swapped",
        "Your wide variant has 50 maps first, and then 20. It is the other way round: "
        "the maps get more.",
        network(change=sized("wide", maps=(50, 20))),
    ),
    Misconception(
        "120 and 84 swapped",
        "Your first linear layer has 84 outputs and the second 120. It is the other "
        "way round.",
        network(
            change=wrong.all_but_wide(widths=(84, 120)),
        ),
    ),
    Misconception(
        "no biases",
        "Your layers have no biases. All of them have one.",
        network(change=sized(bias=False)),
    ),
    Misconception(
        "no biases in the convolutions",
        "Your convolutions have no biases. All layers have one.",
        network(change=wrong.unbiased),
    ),
    Misconception(
        "the original if nothing is said",
        "If nothing is said, your network is the original. It should be the classic.",
        wrong.unless_said("original"),
    ),
    Misconception(
        "the wide variant if nothing is said",
        "If nothing is said, your network is the wide variant. It should be the "
        "classic.",
        wrong.unless_said("wide"),
    ),
    Misconception(
        "the variant ignored",
        "Whatever the variant, your network is the classic one.",
        always(variant="classic"),
    ),
    Misconception(
        "the channels ignored",
        "Whatever `in_channels` is, your first convolution takes one channel.",
        always(in_channels=1),
    ),
    Misconception(
        "ten classes but in the wide variant",
        "Your original and classic variants give ten logits, whatever `num_classes` "
        "is.",
        wrong.ten_classes("original", "classic"),
    ),
    Misconception(
        "ten classes in the wide variant",
        "Your wide variant gives ten logits, whatever `num_classes` is.",
        wrong.ten_classes("wide"),
    ),
    Misconception(
        "the number of classes ignored",
        "Whatever `num_classes` is, ten logits come out.",
        always(num_classes=10),
    ),
]

ORDER = [
    Misconception(
        "flattened with the channels last",
        "The feature maps are flattened pixel by pixel. PyTorch's own order is map by "
        "map: (C, H, W).",
        network(runs(flatten=wrong.channels_last)),
    ),
    Misconception(
        "flattened column by column",
        "Each feature map is flattened column by column. Rows come first.",
        network(runs(flatten=wrong.columns_first)),
    ),
    Misconception(
        "images scaled in the network",
        "Your network divides the images by 255. Whoever calls it has scaled them.",
        network(runs(first=lambda x: x / 255)),
    ),
    Misconception(
        "images centred in place",
        "Your network takes the mean away from the images, and writes that into the "
        "images themselves. They should be left as they are.",
        network(wrong.overwrites),
    ),
]

MISCONCEPTIONS = [*ACTIVATIONS, *POOLS, *SIZES, *ORDER]
