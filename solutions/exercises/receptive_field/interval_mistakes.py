"""Plausible ways to get an input interval wrong, for ps3.input_interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from convnets.layers import Layer
from convnets.receptive_field import input_interval, receptive_field
from coursekit.checks.declare import Misconception

Interval = tuple[int, int]
Rule = Callable[[Interval, Layer], Interval]
Join = Callable[[list[Interval]], Interval]

TRANSPOSED = "ConvTranspose2d"


def union(intervals: list[Interval]) -> Interval:
    return min(first for first, _ in intervals), max(last for _, last in intervals)


def traced(
    layers: Sequence[Layer], index: int, rule: Rule, join: Join = union
) -> Interval:
    """Go back from layer to layer; join what the branches of a block lead to."""
    return traced_interval(layers, (index, index), rule, join)


def traced_interval(
    layers: Sequence[Layer], interval: Interval, rule: Rule, join: Join
) -> Interval:
    for layer in reversed(layers):
        if layer["type"] == "Branches":
            paths = layer["branches"]
            ends = [traced_interval(path, interval, rule, join) for path in paths]
            interval = join(ends)
        elif "kernel_size" in layer:
            interval = rule(interval, layer)
    return interval


def reach_of(layer: Layer) -> int:
    gaps = layer["kernel_size"] - 1
    return int(gaps * layer.get("dilation", 1))


def right(interval: Interval, layer: Layer) -> Interval:
    (first, last), stride, padding = interval, layer["stride"], layer["padding"]
    if layer["type"] == TRANSPOSED:
        first, last = first + padding - reach_of(layer), last + padding
        return -(-first // stride), last // stride
    return first * stride - padding, last * stride - padding + reach_of(layer)


def from_the_start(layers: Sequence[Layer], index: int) -> Any:
    return input_interval(layers[::-1], index)


def clipped(layers: Sequence[Layer], index: int) -> Any:
    first, last = input_interval(layers, index)
    return max(first, 0), max(last, 0)


def padding_ignored(interval: Interval, layer: Layer) -> Interval:
    return right(interval, {**layer, "padding": 0})


def padding_added(interval: Interval, layer: Layer) -> Interval:
    return right(interval, {**layer, "padding": -layer["padding"]})


def paddings_summed(layers: Sequence[Layer], index: int) -> Any:
    first, last = traced(layers, index, padding_ignored)
    total = sum(layer.get("padding", 0) for layer in layers)
    return first - total, last - total


def padding_as_pixels_of_output(interval: Interval, layer: Layer) -> Interval:
    first, last = interval
    if layer["type"] == TRANSPOSED:
        return right(interval, layer)
    moved = first - layer["padding"], last - layer["padding"]
    return right(moved, {**layer, "padding": 0})


def end_after_last(layers: Sequence[Layer], index: int) -> Any:
    first, last = input_interval(layers, index)
    return first, last + 1


def kernel_not_one_less(interval: Interval, layer: Layer) -> Interval:
    first, last = right(interval, layer)
    return first, last + int(layer["type"] != TRANSPOSED)


def dilation_ignored(interval: Interval, layer: Layer) -> Interval:
    return right(interval, {**layer, "dilation": 1})


def stride_ignored(interval: Interval, layer: Layer) -> Interval:
    return right(interval, {**layer, "stride": 1})


def kernel_before_stride(interval: Interval, layer: Layer) -> Interval:
    if layer["type"] == TRANSPOSED:
        return right(interval, layer)
    first, last = interval
    padding, stride = layer["padding"], layer["stride"]
    return first * stride - padding, (last + reach_of(layer)) * stride - padding


def end_from_first(interval: Interval, layer: Layer) -> Interval:
    first, _ = interval
    return right((first, first), layer)


def counted_from_1(layers: Sequence[Layer], index: int) -> Any:
    return input_interval(layers, max(index - 1, 0))


def only_one_pixel(layers: Sequence[Layer], index: int) -> Any:
    first, last = input_interval(layers, index)
    middle = (first + last) // 2
    return middle, middle


def start_and_size(layers: Sequence[Layer], index: int) -> Any:
    first, last = input_interval(layers, index)
    return first, last - first + 1


def jumps_only(layers: Sequence[Layer], index: int) -> Any:
    size, jump, _ = receptive_field(layers)
    first = int(index * jump)
    return first, first + size - 1


def first_branch(ends: list[Interval]) -> Interval:
    return ends[0]


def last_branch(ends: list[Interval]) -> Interval:
    return ends[-1]


def intersection(ends: list[Interval]) -> Interval:
    return max(first for first, _ in ends), min(last for _, last in ends)


def transposed_like_others(interval: Interval, layer: Layer) -> Interval:
    return right(interval, {**layer, "type": "Conv2d"})


def both_rounded_down(interval: Interval, layer: Layer) -> Interval:
    if layer["type"] != TRANSPOSED:
        return right(interval, layer)
    (first, last), stride, padding = interval, layer["stride"], layer["padding"]
    return (first + padding - reach_of(layer)) // stride, (last + padding) // stride


def decimals_cut_off(interval: Interval, layer: Layer) -> Interval:
    if layer["type"] != TRANSPOSED:
        return right(interval, layer)
    first, _ = right(interval, layer)
    return first, int((interval[1] + layer["padding"]) / layer["stride"])


def transposed_padding_subtracted(interval: Interval, layer: Layer) -> Interval:
    if layer["type"] != TRANSPOSED:
        return right(interval, layer)
    return right(interval, {**layer, "padding": -layer["padding"]})


MISCONCEPTIONS = [
    Misconception(
        "layers taken from the start",
        "The question goes back from the output to the image, so the last layer comes "
        "first.",
        from_the_start,
    ),
    Misconception(
        "clipped to the image",
        "The interval may begin in the padding, at a negative coordinate. Leave it as "
        "it is.",
        clipped,
    ),
    Misconception(
        "padding ignored",
        "With padding, the first window begins before pixel 0.",
        partial(traced, rule=padding_ignored),
    ),
    Misconception(
        "padding added",
        "Padding has the wrong sign: does output 0 of a padded layer begin left or "
        "right of pixel 0?",
        partial(traced, rule=padding_added),
    ),
    Misconception(
        "all paddings counted in pixels of the image",
        "A layer's padding is counted in outputs of the layer before it, and a stride "
        "further back makes those more than a pixel.",
        paddings_summed,
    ),
    Misconception(
        "padding multiplied by the layer's own stride",
        "Output i has its window at i strides from the first one, and the first one "
        "begins at minus the padding. Which of the two is multiplied?",
        partial(traced, rule=padding_as_pixels_of_output),
    ),
    Misconception(
        "the pixel after the last",
        "Both ends are seen: `last` is the last pixel itself, not the one after it.",
        end_after_last,
    ),
    Misconception(
        "the kernel's whole size is added",
        "A window that begins at pixel f and has K weights ends at pixel f + K - 1. "
        "Your interval is too long by a little in every layer.",
        partial(traced, rule=kernel_not_one_less),
    ),
    Misconception(
        "dilation ignored",
        "Between the weights of a dilated kernel lie gaps.",
        partial(traced, rule=dilation_ignored),
    ),
    Misconception(
        "stride ignored",
        "Neighbouring windows begin a stride apart, so window i begins i strides from "
        "the first one.",
        partial(traced, rule=stride_ignored),
    ),
    Misconception(
        "the kernel multiplied by the stride",
        "The stride lies between windows. Inside the last window the weights are "
        "neighbours, so its length is added after multiplying.",
        partial(traced, rule=kernel_before_stride),
    ),
    Misconception(
        "the end computed from the beginning",
        "The last pixel belongs to the window of the *last* output needed. Are both "
        "ends carried from layer to layer?",
        partial(traced, rule=end_from_first),
    ),
    Misconception(
        "outputs counted from 1",
        "That is the interval of the output before. Outputs are counted from 0.",
        counted_from_1,
    ),
    Misconception(
        "only the middle pixel",
        "That is the middle of the field alone. An output sees a whole interval.",
        only_one_pixel,
    ),
    Misconception(
        "first pixel and size",
        "The second number should be the last pixel, not how many there are.",
        start_and_size,
    ),
    Misconception(
        "jump and size alone",
        "The length is right, but the place is not: output 0 does not begin at pixel 0 "
        "everywhere. What does padding do?",
        jumps_only,
    ),
    Misconception(
        "only the first branch",
        "An output of the block depends on all branches, and this is what the first "
        "one sees.",
        partial(traced, rule=right, join=first_branch),
    ),
    Misconception(
        "only the last branch",
        "An output of the block depends on all branches, and this is what the last "
        "one sees.",
        partial(traced, rule=right, join=last_branch),
    ),
    Misconception(
        "what all branches see",
        "A pixel counts as soon as one branch sees it.",
        partial(traced, rule=right, join=intersection),
    ),
    Misconception(
        "transposed like an ordinary convolution",
        "A transposed convolution with a stride has more outputs than inputs. Input i "
        "writes to the outputs from i strides on: which inputs reach yours?",
        partial(traced, rule=transposed_like_others),
    ),
    Misconception(
        "both ends rounded down",
        "In a transposed convolution the first input that still reaches the output is "
        "found by rounding up, the last by rounding down.",
        partial(traced, rule=both_rounded_down),
    ),
    Misconception(
        "decimals cut off",
        "`int` goes towards 0, which for a negative number is up. The last input is "
        "found by rounding down, with `//` or `math.floor`.",
        partial(traced, rule=decimals_cut_off),
    ),
    Misconception(
        "transposed padding the wrong way",
        "Padding cuts off the beginning of a transposed convolution's output, so its "
        "output 0 was number `padding` before the cut.",
        partial(traced, rule=transposed_padding_subtracted),
    ),
]
