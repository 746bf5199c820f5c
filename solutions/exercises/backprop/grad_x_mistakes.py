"""Plausible wrong gradients of the images, for ps5.conv2d_backward."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coursekit.checks.declare import Misconception
from exercises.backprop import wrong_grad_x as wrong


def mistake(name: str, hint: str, function: Callable[..., Any]) -> Misconception:
    return Misconception(name, hint, wrong.alone(function))


MISCONCEPTIONS = [
    mistake(
        "kernel not turned",
        "Your `grad_x` is what a kernel gives that is turned by 180 degrees, or not "
        "turned where it has to be. The pixel above a place met a tap above.",
        wrong.not_turned,
    ),
    mistake(
        "height and width swapped",
        "Your `grad_x` is what a kernel gives whose height and width are swapped.",
        wrong.kernel_transposed,
    ),
    mistake(
        "channels not swapped",
        "On the way back, maps go in and channels come out: the two first axes of "
        "`weight` change places, and yours have not.",
        wrong.channels_not_swapped,
    ),
    mistake(
        "channels reshaped",
        "You have swapped filters and channels with `reshape`, which keeps the numbers "
        "in their order. A swap of axes moves them.",
        wrong.channels_reshaped,
    ),
    mistake(
        "no border round the upstream gradient",
        "Your `grad_x` has the size of a second, smaller output. Every pixel that a "
        "window met gets a gradient, at the edges too.",
        wrong.not_full,
    ),
    mistake(
        "overlap overwritten",
        "Where windows overlap, your last one overwrites the others. A pixel in two "
        "windows gets something from both.",
        wrong.overwritten,
    ),
    mistake(
        "taps overwritten",
        "A pixel that several taps met has only the share of the last one. The shares "
        "are added up.",
        wrong.taps_overwritten,
    ),
    mistake(
        "divided by the number of windows",
        "Your `grad_x` is divided by how many windows a pixel lies in. The shares are "
        "added up.",
        wrong.divided_by_visits,
    ),
    mistake(
        "divided by the batch",
        "Your `grad_x` is divided by the number of images. Whatever has to be "
        "averaged, the loss has averaged it already.",
        wrong.mean_over_batch,
    ),
    mistake(
        "mean over the filters",
        "Your `grad_x` is divided by the number of filters. What comes back from them "
        "is added up.",
        wrong.mean_over_filters,
    ),
    mistake(
        "first filter only",
        "Your `grad_x` holds what comes back from the first filter alone.",
        wrong.first_filter,
    ),
    mistake(
        "last filter only",
        "Your `grad_x` holds what comes back from the last filter alone. Does one "
        "filter overwrite what another has added?",
        wrong.last_filter,
    ),
    mistake(
        "another order",
        "In the place of `grad_x` stands `grad_weight`. The three come in the order "
        "`grad_x`, `grad_weight`, `grad_bias`.",
        wrong.grad_weight_instead,
    ),
    mistake(
        "same for every channel",
        "Your `grad_x` is the same for every channel: you add up the channels of each "
        "filter. Each has weights of its own.",
        wrong.channels_mixed,
    ),
    mistake(
        "first image for all",
        "Every image gets the gradient of the first.",
        wrong.first_image_for_all,
    ),
    mistake(
        "summed over the batch",
        "Every image gets the sum over the batch. An image has been in its own output "
        "only.",
        wrong.summed_over_batch,
    ),
    mistake(
        "upstream gradient ignored",
        "Your `grad_x` counts all outputs alike. How much each one matters stands in "
        "`grad_out`.",
        wrong.upstream_ignored,
    ),
    mistake(
        "multiplied by the pixels",
        "Your `grad_x` is multiplied by x. A product's slope along one factor is the "
        "other one alone.",
        wrong.times_pixels,
    ),
    mistake(
        "stride ignored",
        "You put the windows one beside the other. From one number of `grad_out` to "
        "the next, the window moved by the stride.",
        wrong.stride_ignored,
    ),
    mistake(
        "stride too long by one",
        "Your windows lie a pixel too far apart: between the numbers of `grad_out` "
        "belong stride - 1 zeros.",
        wrong.stride_too_long,
    ),
    mistake(
        "rows that no window reached are missing",
        "Your `grad_x` is smaller than x where the stride does not fit. Pixels that no "
        "window reached are there all the same; what is their gradient?",
        wrong.left_over_dropped,
    ),
    mistake(
        "rows that no window reached are above",
        "Where the stride does not fit, the pixels that no window reached are the last "
        "ones. You have your zeros above or on the left.",
        wrong.left_over_above,
    ),
    mistake(
        "stride of the height for both axes",
        "You use the stride of the height along the width too.",
        wrong.stride_down_for_both,
    ),
    mistake(
        "border left on",
        "Your `grad_x` still has the border. Nobody asks for the gradient of its "
        "zeros.",
        wrong.border_left_on,
    ),
    mistake(
        "border cut off below and on the right only",
        "Your `grad_x` begins with the border: it has to go above and on the left too.",
        wrong.border_cut_below,
    ),
    mistake(
        "border cut off above and on the left only",
        "You cut the border off above and on the left, twice as wide. It lies on all "
        "sides.",
        wrong.border_cut_above,
    ),
    mistake(
        "border cut to nothing",
        "Where nothing was padded, your `grad_x` is empty: from 0 to -0 there is "
        "nothing. Where does the image end, counted from the front?",
        wrong.border_cut_to_nothing,
    ),
    mistake(
        "border added to the edge",
        "What falls on the border has been added to the outermost pixels. It is lost: "
        "the border held zeros, whatever x is.",
        wrong.border_kept_in_sums,
    ),
    mistake(
        "border's height and width swapped",
        "You cut as much off above as belongs to the left.",
        wrong.border_swapped,
    ),
    mistake(
        "dilation ignored",
        "Your taps lie side by side. In the layer they were `dilation` pixels apart.",
        wrong.dilation_ignored,
    ),
    mistake(
        "dilation and stride exchanged",
        "You spread `grad_out` by the dilation and the taps by the stride. It is the "
        "other way round.",
        wrong.dilation_and_stride_swapped,
    ),
    mistake(
        "dilation off by one",
        "Your taps are one pixel too far apart: a dilation of 1 means neighbours.",
        wrong.dilation_off_by_one,
    ),
    mistake(
        "groups ignored",
        "Your filters send gradients to all channels. With groups, each has read only "
        "the channels of its group.",
        wrong.groups_ignored,
    ),
    mistake(
        "everything to the first group",
        "All your filters send their gradients to the first channels. Those of the "
        "second group have read the channels of the second group.",
        wrong.first_group_for_all,
    ),
    mistake(
        "channels dealt out in turn",
        "Your groups take every second or third channel. A group's channels lie side "
        "by side.",
        wrong.groups_dealt_out,
    ),
]
