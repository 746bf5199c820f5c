"""Plausible wrong gradients of the filters, for ps5.conv2d_backward.

A mistake gets the upstream gradient, the padded images and the options as pairs, and
returns the gradient of the filters alone.
"""

from __future__ import annotations

import numpy as np

from convnets.backprop import conv2d_backward
from convnets.im2col import conv2d, pad2d
from coursekit.checks.declare import Misconception
from exercises.backprop.layers import gathered, options_of


def alone(function):
    """Make a mistake about the filters into a mistake about all three."""

    def backward(grad_out, x, weight, stride=1, padding=0, dilation=1, groups=1):
        both = conv2d_backward(grad_out, x, weight, stride, padding, dilation, groups)
        options = options_of(stride, padding, dilation)
        return both[0], function(grad_out, x, weight, *options, groups), both[2]

    return backward


def right(grad_out, x, weight, stride, padding, dilation, groups):
    options = (stride, padding, dilation, groups)
    return conv2d_backward(grad_out, x, weight, *options)[1]


def from_padded(grad_out, padded, weight, stride, dilation, groups):
    kernel_size = weight.shape[2:]
    return gathered(grad_out, padded, kernel_size, stride, dilation, groups)


def mean_over_batch(grad_out, x, *rest):
    return right(grad_out, x, *rest) / len(x)


def mean_over_places(grad_out, x, *rest):
    places = grad_out.shape[2] * grad_out.shape[3]
    return right(grad_out, x, *rest) / places


def mean_over_everything(grad_out, *rest):
    N, _, H_out, W_out = grad_out.shape
    return right(grad_out, *rest) / (N * H_out * W_out)


def grad_x_instead(grad_out, x, weight, stride, padding, dilation, groups):
    options = (stride, padding, dilation, groups)
    return conv2d_backward(grad_out, x, weight, *options)[0]


def first_image(grad_out, x, *rest):
    return right(grad_out[:1], x[:1], *rest)


def last_image(grad_out, x, *rest):
    return right(grad_out[-1:], x[-1:], *rest)


def batch_not_summed(grad_out, x, *rest):
    pairs = zip(grad_out, x, strict=True)
    return np.stack([right(g[None], image[None], *rest) for g, image in pairs])


def flipped(*args):
    return right(*args)[:, :, ::-1, ::-1]


def kernel_transposed(*args):
    return right(*args).swapaxes(2, 3)


def channels_first(*args):
    return right(*args).swapaxes(0, 1)


def channels_mixed(grad_out, x, weight, stride, padding, dilation, groups):
    total = np.repeat(x.sum(axis=1, keepdims=True), x.shape[1], axis=1)
    return right(grad_out, total, weight, stride, padding, dilation, groups)


def filters_mixed(grad_out, x, *rest):
    total = np.repeat(grad_out.sum(axis=1, keepdims=True), grad_out.shape[1], axis=1)
    return right(total, x, *rest)


def upstream_ignored(grad_out, x, *rest):
    return right(np.ones_like(grad_out), x, *rest)


def times_weight(grad_out, x, weight, *rest):
    return right(grad_out, x, weight, *rest) * weight


def last_place(grad_out, x, *rest):
    last = np.zeros_like(grad_out)
    last[:, :, -1, -1] = grad_out[:, :, -1, -1]
    return right(last, x, *rest)


def stride_ignored(grad_out, x, weight, stride, padding, dilation, groups):
    return from_padded(grad_out, pad2d(x, padding), weight, (1, 1), dilation, groups)


def stride_as_stride(grad_out, x, weight, stride, padding, dilation, groups):
    # The filter's gradient as a convolution with the upstream gradient as its kernel,
    # where stride and dilation were not exchanged.
    return correlated(grad_out, x, weight, dilation, padding, stride, groups)


def left_over_kept(grad_out, x, weight, stride, padding, dilation, groups):
    return correlated(grad_out, x, weight, stride, padding, dilation, groups)


def correlated(grad_out, x, weight, spacing, padding, step, groups):
    """Slide the upstream gradient over the images, as a kernel, group by group."""
    images = np.split(x, groups, axis=1)
    maps = np.split(grad_out, groups, axis=1)
    parts = [
        conv2d(i.swapaxes(0, 1), g.swapaxes(0, 1), None, step, padding, spacing)
        for i, g in zip(images, maps, strict=True)
    ]
    return np.concatenate([part.swapaxes(0, 1) for part in parts])


def stride_down_for_both(grad_out, x, weight, stride, padding, dilation, groups):
    step, padded = (stride[0], stride[0]), pad2d(x, padding)
    short = grown(grad_out, padded, weight, step, dilation)
    return from_padded(grad_out, short, weight, step, dilation, groups)


def grown(grad_out, padded, weight, stride, dilation):
    """Add zeros below and on the right until every tap finds a pixel."""
    sides = [(0, 0), (0, 0)]
    for axis in (0, 1):
        taps, places = weight.shape[2 + axis], grad_out.shape[2 + axis]
        reach = stride[axis] * (places - 1) + dilation[axis] * (taps - 1) + 1
        sides.append((0, max(0, reach - padded.shape[2 + axis])))
    return np.pad(padded, sides)


def padding_ignored(grad_out, x, weight, stride, padding, dilation, groups):
    images = grown(grad_out, x, weight, stride, dilation)
    return from_padded(grad_out, images, weight, stride, dilation, groups)


def padding_not_there(grad_out, x, weight, stride, padding, dilation, groups):
    return correlated(grad_out, x, weight, stride, (0, 0), dilation, groups)


def padding_above_and_left(grad_out, x, weight, stride, padding, dilation, groups):
    (p_h, p_w) = padding
    padded = np.pad(x, ((0, 0), (0, 0), (2 * p_h, 0), (2 * p_w, 0)))
    return from_padded(grad_out, padded, weight, stride, dilation, groups)


def padding_repeats(grad_out, x, weight, stride, padding, dilation, groups):
    padded = pad2d(x, padding, mode="replicate")
    return from_padded(grad_out, padded, weight, stride, dilation, groups)


def padding_swapped(grad_out, x, weight, stride, padding, dilation, groups):
    images = grown(grad_out, pad2d(x, padding[::-1]), weight, stride, dilation)
    return from_padded(grad_out, images, weight, stride, dilation, groups)


def dilation_ignored(grad_out, x, weight, stride, padding, dilation, groups):
    return from_padded(grad_out, pad2d(x, padding), weight, stride, (1, 1), groups)


def dilation_off_by_one(grad_out, x, weight, stride, padding, dilation, groups):
    wider = (dilation[0] + 1, dilation[1] + 1) if max(dilation) > 1 else dilation
    padded = grown(grad_out, pad2d(x, padding), weight, stride, wider)
    return from_padded(grad_out, padded, weight, stride, wider, groups)


def groups_ignored(grad_out, x, weight, stride, padding, dilation, groups):
    return from_padded(grad_out, pad2d(x, padding), weight, stride, dilation, 1)


def first_group_for_all(grad_out, x, weight, stride, padding, dilation, groups):
    channels = x[:, : weight.shape[1]]
    return from_padded(grad_out, pad2d(channels, padding), weight, stride, dilation, 1)


def groups_dealt_out(grad_out, x, weight, stride, padding, dilation, groups):
    order = np.arange(x.shape[1]).reshape(-1, groups).T.ravel()
    padded = pad2d(x[:, order], padding)
    return from_padded(grad_out, padded, weight, stride, dilation, groups)


def mistake(name, hint, function):
    return Misconception(name, hint, alone(function))


MISCONCEPTIONS = [
    mistake(
        "mean over the batch",
        "Your `grad_weight` is divided by the number of images. Whatever has to be "
        "averaged, the loss has averaged it already.",
        mean_over_batch,
    ),
    mistake(
        "mean over the places",
        "Your `grad_weight` is divided by the number of places that a filter visits. "
        "They are added up.",
        mean_over_places,
    ),
    mistake(
        "mean over images and places",
        "Your `grad_weight` is divided by the number of places in all images. "
        "Everything that a weight did is added up.",
        mean_over_everything,
    ),
    mistake(
        "another order",
        "In the place of `grad_weight` stands `grad_x`. The three come in the order "
        "`grad_x`, `grad_weight`, `grad_bias`.",
        grad_x_instead,
    ),
    mistake(
        "first image only",
        "Your `grad_weight` is that of the first image alone.",
        first_image,
    ),
    mistake(
        "last image only",
        "Your `grad_weight` is that of the last image alone. Does one image overwrite "
        "what another has added?",
        last_image,
    ),
    mistake(
        "not summed over the batch",
        "Your `grad_weight` has an axis for the images. All of them met the same "
        "filters, and what each one adds is summed.",
        batch_not_summed,
    ),
    mistake(
        "flipped",
        "Your `grad_weight` is turned round by 180 degrees. Nothing is turned here: "
        "weight (0, 0) met the pixels above and on the left.",
        flipped,
    ),
    mistake(
        "height and width swapped",
        "Height and width are swapped in your `grad_weight`.",
        kernel_transposed,
    ),
    mistake(
        "channels swapped",
        "Your `grad_weight` has the input's channels first. Its shape is that of "
        "`weight`.",
        channels_first,
    ),
    mistake(
        "input channels mixed",
        "Your `grad_weight` is the same for every input channel: you add the channels "
        "of x up. Each has weights of its own.",
        channels_mixed,
    ),
    mistake(
        "filters mixed",
        "Your `grad_weight` is the same for every filter: you add the maps of "
        "`grad_out` up. Each belongs to one filter.",
        filters_mixed,
    ),
    mistake(
        "upstream gradient ignored",
        "Your `grad_weight` counts all places alike. How much each one matters stands "
        "in `grad_out`.",
        upstream_ignored,
    ),
    mistake(
        "multiplied by the weight",
        "Your `grad_weight` is multiplied by the weights. A product's slope along one "
        "factor is the other one alone.",
        times_weight,
    ),
    mistake(
        "last place only",
        "Your `grad_weight` is that of the last place alone. Does one place overwrite "
        "what another has added?",
        last_place,
    ),
    mistake(
        "stride ignored",
        "You take the windows one beside the other. From one number of `grad_out` to "
        "the next, the window moved by the stride.",
        stride_ignored,
    ),
    mistake(
        "stride and dilation not exchanged",
        "You slide `grad_out` over x. A tap moves on by the dilation, and neighbours "
        "in `grad_out` lie a stride apart: the two have changed places.",
        stride_as_stride,
    ),
    mistake(
        "rows that no window reached",
        "Your `grad_weight` is too large where the stride does not fit: it has rows or "
        "columns for pixels that no window reached.",
        left_over_kept,
    ),
    mistake(
        "stride of the height for both axes",
        "You use the stride of the height along the width too.",
        stride_down_for_both,
    ),
    mistake(
        "border forgotten",
        "You take the windows from x without its border, so that each begins too far "
        "below and on the right.",
        padding_ignored,
    ),
    mistake(
        "border forgotten, and smaller",
        "Your `grad_weight` is too small by the padding: the layer has read padded "
        "images.",
        padding_not_there,
    ),
    mistake(
        "border above and on the left only",
        "Your border is twice as wide above and on the left, and missing on the other "
        "sides.",
        padding_above_and_left,
    ),
    mistake(
        "border that repeats pixels",
        "Your border repeats the outermost pixels. The layer read zeros there.",
        padding_repeats,
    ),
    mistake(
        "border's height and width swapped",
        "You have swapped the two numbers of `padding`.",
        padding_swapped,
    ),
    mistake(
        "dilation ignored",
        "Your taps lie side by side. In the layer they were `dilation` pixels apart.",
        dilation_ignored,
    ),
    mistake(
        "dilation off by one",
        "Your taps are one pixel too far apart: a dilation of 1 means neighbours.",
        dilation_off_by_one,
    ),
    mistake(
        "groups ignored",
        "Your filters get weights for all channels. With groups, each spans only the "
        "channels of its group.",
        groups_ignored,
    ),
    mistake(
        "first group for all",
        "All your filters look at the first channels. Those of the second group read "
        "the channels of the second group.",
        first_group_for_all,
    ),
    mistake(
        "channels dealt out in turn",
        "Your groups take every second or third channel. A group's channels lie side "
        "by side.",
        groups_dealt_out,
    ),
]
