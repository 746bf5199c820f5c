"""ps2.numbers: four questions about shapes and cost, worked out by hand."""

from __future__ import annotations

from coursekit.checks.declare import Answer, Numeric, WrongAnswer

# 50 pixels, kernel 7, stride 2, padding 4: (50 + 8 - 7) / 2 = 25.5 steps.
WIDTH = Answer(
    "width",
    "Width of a feature map",
    26,
    0.5,
    [
        WrongAnswer(
            "steps taken for places",
            "You count the steps of the kernel. The place before the first step counts "
            "as well.",
            25,
        ),
        WrongAnswer(
            "rounded up, not down",
            "The last place would reach past the padded picture. Pixels that are left "
            "over are dropped.",
            27,
        ),
        WrongAnswer("not rounded", "A kernel cannot have half a place.", 26.5),
        WrongAnswer(
            "padding counted once",
            "There are 4 columns of zeros on each side, left and right.",
            24,
        ),
        WrongAnswer(
            "padding ignored", "The kernel may also lie on the columns of zeros.", 22
        ),
        WrongAnswer("stride ignored", "The kernel moves by 2 pixels at a time.", 52),
    ],
)

# 12 filters over 8 / 4 = 2 channels, 5 * 3 weights in each; 20 * 30 places.
MACS = Answer(
    "macs",
    "Multiply-adds of a layer with groups",
    216_000,
    0.5,
    [
        WrongAnswer(
            "groups ignored",
            "With 4 groups, a filter spans a quarter of the 8 input channels.",
            864_000,
        ),
        WrongAnswer(
            "a single group", "That is the work of one group. There are 4.", 54_000
        ),
        WrongAnswer(
            "biases counted",
            "A bias is added without a product, so it is no multiply-add.",
            223_200,
        ),
        WrongAnswer(
            "places forgotten",
            "That is the number of weights. Each of them is used once for every pixel "
            "of a feature map.",
            360,
        ),
        WrongAnswer(
            "two for each multiply-add",
            "A multiply-add is a product and its sum, both together.",
            432_000,
        ),
        WrongAnswer(
            "input channels forgotten",
            "A filter spans the input channels of its group, and there are 2 of them.",
            108_000,
        ),
    ],
)

# Copies begin at 0, 3, ..., 15; the last one ends at 19. 20 - 2 * 1 + 2.
UPSAMPLED = Answer(
    "upsampled",
    "Output of a transposed convolution",
    20,
    0.5,
    [
        WrongAnswer(
            "output padding ignored", "Output padding adds 2 pixels at the end.", 18
        ),
        WrongAnswer(
            "output padding on both sides",
            "Output padding adds pixels at the end only.",
            22,
        ),
        WrongAnswer(
            "padding added",
            "In a transposed convolution padding is cut off the output.",
            24,
        ),
        WrongAnswer(
            "padding cut off once",
            "A pixel is cut off on each side, left and right.",
            21,
        ),
        WrongAnswer(
            "one step too many",
            "From the first of the 6 copies to the last there are 5 steps.",
            23,
        ),
        WrongAnswer(
            "the first pixel not counted",
            "Count the pixels of the first copy: a kernel of 5 weights covers 5.",
            19,
        ),
        WrongAnswer(
            "the size of a convolution",
            "That is how a convolution shrinks its input. Here every pixel writes a "
            "copy of the kernel.",
            2,
        ),
    ],
)

# The pool needs (6 - 1) * 2 + 3 = 13 pixels, the convolution (13 - 1) * 2 + 5.
SMALLEST = Answer(
    "smallest",
    "Smallest input of two layers",
    29,
    0.5,
    [
        WrongAnswer(
            "output times stride",
            "From the first of the places to the last there is one step fewer than "
            "there are places, in both layers.",
            35,
        ),
        WrongAnswer(
            "the largest, not the smallest",
            "That input works, but its last pixels are dropped. Leave them out.",
            32,
        ),
        WrongAnswer(
            "the layers in their own order",
            "Go backwards: the pool comes last, so begin with it.",
            31,
        ),
        WrongAnswer(
            "only the pool",
            "That is what the pool needs. What does the convolution need to make as "
            "much?",
            13,
        ),
        WrongAnswer(
            "kernels forgotten",
            "The stride says where a place begins. How many pixels does the last one "
            "cover?",
            24,
        ),
    ],
)

EXERCISE = Numeric(
    id="ps2.numbers",
    title="Four numbers by hand",
    answers=[WIDTH, MACS, UPSAMPLED, SMALLEST],
    difficulty=2,
    minutes=15,
)
