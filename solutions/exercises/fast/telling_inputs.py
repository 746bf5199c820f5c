"""ps4.telling_inputs: for each of six bugs, an input on which it shows."""

from __future__ import annotations

import numpy as np

from convnets.im2col import conv2d
from convnets.special import telling_inputs
from coursekit.checks.bugs import BUGS
from coursekit.checks.declare import Case, Exercise, Group, Misconception, case

FLIP, SWAP, PADDING, STRIDE, BIAS, DILATION = BUGS


def kernels(rng: np.random.Generator) -> list[Case]:
    return [case(FLIP), case(SWAP)]


def paddings(rng: np.random.Generator) -> list[Case]:
    return [case(PADDING)]


def steps(rng: np.random.Generator) -> list[Case]:
    return [case(STRIDE), case(DILATION)]


def biases(rng: np.random.Generator) -> list[Case]:
    return [case(BIAS)]


def changed(names, **arguments):
    """Return the right inputs, with other arguments for these bugs."""
    inputs = telling_inputs()
    return {
        name: {**given, **arguments} if name in names else given
        for name, given in inputs.items()
    }


def all_ones():
    ones = {"x": np.ones((1, 1, 5, 5)), "weight": np.ones((1, 1, 3, 3))}
    return dict.fromkeys(BUGS, ones)


def symmetric_kernel():
    cross = np.array([[[[0.0, 1.0, 0.0], [1.0, 4.0, 1.0], [0.0, 1.0, 0.0]]]])
    return changed([FLIP, SWAP], weight=cross)


def flat_image():
    return changed([FLIP, SWAP], x=np.ones((1, 1, 3, 4)))


def symmetric_about_the_diagonal():
    return changed([SWAP], weight=np.array([[[[1.0, 2.0], [2.0, 4.0]]]]))


def black_image():
    zeros = np.zeros((1, 1, 5, 6))
    return changed([FLIP, SWAP, PADDING], x=zeros)


def kernel_of_zeros():
    return changed([FLIP, SWAP, PADDING], weight=np.zeros((1, 1, 2, 2)))


def no_padding():
    return changed([PADDING], padding=0)


def no_stride():
    return changed([STRIDE], stride=1)


def image_too_narrow():
    return changed([STRIDE], x=np.arange(8.0).reshape(1, 1, 4, 2))


def stride_downwards():
    return changed([STRIDE], stride=(2, 1))


def equal_biases():
    return changed([BIAS], bias=np.array([1.0, 1.0]))


def no_bias():
    return changed([BIAS], bias=None)


def one_filter():
    one = telling_inputs()[BIAS]["weight"][:1]
    return changed([BIAS], weight=one, bias=np.array([1.0]))


def no_dilation():
    return changed([DILATION], dilation=1)


def one_tap():
    return changed([DILATION], weight=np.array([[[[2.0]]]]))


def one_input_for_all():
    simple = telling_inputs()[FLIP]
    return dict.fromkeys(BUGS, simple)


def outputs_given():
    return {name: conv2d(**given) for name, given in telling_inputs().items()}


def lists():
    return {
        name: {**given, "x": given["x"].tolist()}
        for name, given in telling_inputs().items()
    }


def without_batches():
    return {
        name: {**given, "x": given["x"][0]} for name, given in telling_inputs().items()
    }


MISCONCEPTIONS = [
    Misconception(
        "ones everywhere",
        "Where all numbers are equal, most mistakes hide. Choose numbers that can be "
        "told apart, and set the option that the bug is about.",
        all_ones,
    ),
    Misconception(
        "a symmetric kernel",
        "Your kernel looks the same from all sides. Give it weights that are all "
        "different.",
        symmetric_kernel,
    ),
    Misconception(
        "a picture without contrast",
        "If all pixels are equal, every weight meets the same number, wherever it is.",
        flat_image,
    ),
    Misconception(
        "a kernel symmetric about its diagonal",
        "Swapping rows and columns leaves this kernel as it is.",
        symmetric_about_the_diagonal,
    ),
    Misconception(
        "a black picture",
        "Zeros times anything are zeros, whatever the bug does.",
        black_image,
    ),
    Misconception(
        "a kernel of zeros",
        "Anything times zeros is zero, whatever the bug does.",
        kernel_of_zeros,
    ),
    Misconception(
        "no padding",
        "A bug in the padding needs some padding to show.",
        no_padding,
    ),
    Misconception(
        "stride 1",
        "At stride 1 the bug does what it should.",
        no_stride,
    ),
    Misconception(
        "an image too narrow for the stride",
        "There is a single window in each row, so that the step to the right is never "
        "taken.",
        image_too_narrow,
    ),
    Misconception(
        "a stride that asks for what the bug does",
        "With this stride the kernel should move to the right by one pixel at a time.",
        stride_downwards,
    ),
    Misconception(
        "equal biases",
        "If all biases are equal, it does not matter which of them is used.",
        equal_biases,
    ),
    Misconception(
        "no bias",
        "A bug in the bias needs a bias to show.",
        no_bias,
    ),
    Misconception(
        "one filter only",
        "With a single filter, its bias is the first one.",
        one_filter,
    ),
    Misconception(
        "dilation 1",
        "At dilation 1 the bug does what it should.",
        no_dilation,
    ),
    Misconception(
        "a kernel of one tap",
        "One tap alone has no neighbour to be at a distance from.",
        one_tap,
    ),
    Misconception(
        "one input for all bugs, without options",
        "An ordinary call shows only bugs of the kernel. The others need the option "
        "that they are about.",
        one_input_for_all,
    ),
    Misconception(
        "outputs in place of inputs",
        "For each bug, give the arguments of a call in a dictionary, not what the call "
        "returns.",
        outputs_given,
    ),
    Misconception(
        "lists in place of arrays",
        "`conv2d` wants NumPy arrays.",
        lists,
    ),
    Misconception(
        "no axis for the batch",
        "`conv2d` wants a batch of images: its `x` has four axes, even for one image.",
        without_batches,
    ),
]

EXERCISE = Exercise(
    id="ps4.telling_inputs",
    title="Inputs that show a bug",
    reference=telling_inputs,
    difficulty=2,
    minutes=20,
    observer="telling",
    helper=conv2d,
    groups=[
        Group("Bugs of the kernel", 0.5, kernels),
        Group("A bug of the padding", 0.5, paddings),
        Group("Bugs of stride and dilation", 0.5, steps),
        Group("A bug of the bias", 0.5, biases),
    ],
    misconceptions=MISCONCEPTIONS,
)
