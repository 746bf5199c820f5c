"""Plausible ways to get a receptive field wrong, for ps3.receptive_field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from convnets.field_rules import check_aligned, plain_number, repeats_after
from convnets.layers import Layer
from convnets.receptive_field import input_interval, receptive_field
from coursekit.checks.declare import Misconception

State = tuple[float, float, float]  # size, jump and start so far
Rule = Callable[[State, Layer], State]
Join = Callable[[list[State]], State]


def widest(fields: list[State]) -> State:
    check_aligned(fields)
    return max(fields)


def followed(layers: Sequence[Layer], rule: Rule, join: Join = widest) -> Any:
    """Go from layer to layer; where branches meet, join what they end with."""
    state: State = (1, 1, 0)
    for layer in layers:
        if layer["type"] == "Branches":
            paths = layer["branches"]
            fields = [followed(path, rule, join) for path in paths]
            state = appended(state, join(fields))
        elif "kernel_size" in layer:
            state = rule(state, layer)
    return finished(layers, *state)


def finished(
    layers: Sequence[Layer], size: float, jump: float, start: float
) -> tuple[Any, ...]:
    """Return plain numbers, with the right size if there is a transposed layer."""
    if repeats_after(layers) > 1:
        size = receptive_field(layers)[0]
    return int(size), plain_number(jump), float(start)


def appended(state: State, field: State) -> State:
    (size, jump, start), (more, step, shift) = state, field
    return size + (more - 1) * jump, jump * step, start + shift * jump


def window(layer: Layer) -> tuple[float, float, float]:
    """Return what a layer adds to the size and the start, and its stride."""
    reach = layer.get("dilation", 1) * (layer["kernel_size"] - 1)
    shift = reach / 2 - layer["padding"]
    if layer["type"] == "ConvTranspose2d":
        return reach, 1 / layer["stride"], -shift / layer["stride"]
    return reach, layer["stride"], shift


def right(state: State, layer: Layer) -> State:
    reach, stride, shift = window(layer)
    return appended(state, (reach + 1, stride, shift))


def own_jump(state: State, layer: Layer) -> State:
    (size, jump, start), (reach, stride, shift) = state, window(layer)
    jump *= stride
    return size + reach * jump, jump, start + shift * jump


def kernel_not_one_less(state: State, layer: Layer) -> State:
    size, jump, start = right(state, layer)
    return size + state[1] * layer.get("dilation", 1), jump, start


def shrunk_by_padding(state: State, layer: Layer) -> State:
    size, jump, start = right(state, layer)
    return size - 2 * layer["padding"] * state[1], jump, start


def dilation_ignored(state: State, layer: Layer) -> State:
    return right(state, {**layer, "dilation": 1})


def dilated_kernel_too_long(state: State, layer: Layer) -> State:
    size, jump, start = right(state, layer)
    return size + (layer.get("dilation", 1) - 1) * state[1], jump, start


def stride_ignored(state: State, layer: Layer) -> State:
    return right(state, {**layer, "stride": 1})


def strides_added(state: State, layer: Layer) -> State:
    size, _, start = right(state, layer)
    return size, state[1] + window(layer)[1] - 1, start


def size_without_jump(state: State, layer: Layer) -> State:
    _, jump, start = right(state, layer)
    return state[0] + window(layer)[0], jump, start


def start_without_jump(state: State, layer: Layer) -> State:
    size, jump, _ = right(state, layer)
    return size, jump, state[2] + window(layer)[2]


def start_without_padding(state: State, layer: Layer) -> State:
    return right(state, {**layer, "padding": 0})


def start_without_half(state: State, layer: Layer) -> State:
    reach, stride, shift = window(layer)
    sign = -stride if layer["type"] == "ConvTranspose2d" else 1
    return appended(state, (reach + 1, stride, shift + sign * reach / 2))


def start_the_other_way(state: State, layer: Layer) -> State:
    reach, stride, shift = window(layer)
    return appended(state, (reach + 1, stride, -shift))


def pools_left_out(state: State, layer: Layer) -> State:
    return state if "Pool" in layer["type"] else right(state, layer)


def transposed_as_ordinary(layers: Sequence[Layer]) -> Any:
    """Take the size from the same rule, too."""
    ordinary = [
        {**layer, "type": "Conv2d"} if "kernel_size" in layer else layer
        for layer in layers
    ]
    return receptive_field(ordinary)


def whole_kernel_transposed(layers: Sequence[Layer]) -> Any:
    size: float = 1
    jump: float = 1
    for layer in layers:
        if layer["type"] == "Branches":
            return receptive_field(layers)
        if "kernel_size" in layer:
            reach, stride, _ = window(layer)
            size, jump = size + reach * jump, jump * stride
    return int(size), *receptive_field(layers)[1:]


def sizes_multiplied(layers: Sequence[Layer]) -> Any:
    def rule(state: State, layer: Layer) -> State:
        return state[0] * layer["kernel_size"], *right(state, layer)[1:]

    return followed(layers, rule)


def last_layer_only(layers: Sequence[Layer]) -> Any:
    last = [layer for layer in layers if "kernel_size" in layer or "branches" in layer]
    return receptive_field(last[-1:])


def from_the_end(layers: Sequence[Layer]) -> Any:
    return receptive_field(layers[::-1])


def jump_before_last_layer(layers: Sequence[Layer]) -> Any:
    size, _, start = receptive_field(layers)
    return size, receptive_field(layers[:-1])[1], start


def first_pixel_for_middle(layers: Sequence[Layer]) -> Any:
    size, jump, start = receptive_field(layers)
    return size, jump, start - (size - 1) / 2


def start_from_pixel_edges(layers: Sequence[Layer]) -> Any:
    size, jump, start = receptive_field(layers)
    return size, jump, start + 0.5


def start_left_at_zero(layers: Sequence[Layer]) -> Any:
    return *receptive_field(layers)[:2], 0.0


def size_of_output_0(layers: Sequence[Layer]) -> Any:
    first, last = input_interval(layers, 0)
    return last - first + 1, *receptive_field(layers)[1:]


def first_branch(fields: list[State]) -> State:
    check_aligned(fields)
    return fields[0]


def last_branch(fields: list[State]) -> State:
    check_aligned(fields)
    return fields[-1]


def narrowest(fields: list[State]) -> State:
    check_aligned(fields)
    return min(fields)


def branches_in_a_row(fields: list[State]) -> State:
    check_aligned(fields)
    return 1 + sum(field[0] - 1 for field in fields), *fields[0][1:]


def alignment_not_checked(fields: list[State]) -> State:
    return max(fields)


def branches_left_out(layers: Sequence[Layer]) -> Any:
    followed(layers, right)  # refuses branches that do not align
    plain = [layer for layer in layers if layer["type"] != "Branches"]
    return receptive_field(plain)


MISCONCEPTIONS = [
    Misconception(
        "the layer's own stride comes too early",
        "Inside a kernel, neighbouring weights lie as far apart as the outputs of the "
        "layer before. The layer's own stride counts from the next layer on.",
        partial(followed, rule=own_jump),
    ),
    Misconception(
        "the kernel's whole size is added",
        "Two kernels of 3 see 5 pixels, not 7. By how many pixels does a field grow "
        "when a kernel of K weights looks at neighbours that overlap?",
        partial(followed, rule=kernel_not_one_less),
    ),
    Misconception(
        "padding makes the field smaller",
        "Padding adds outputs and moves them. How much one output sees does not depend "
        "on it; part of that may be padding.",
        partial(followed, rule=shrunk_by_padding),
    ),
    Misconception(
        "dilation ignored",
        "A dilated kernel reaches further than its number of weights says.",
        partial(followed, rule=dilation_ignored),
    ),
    Misconception(
        "a dilated kernel one gap too long",
        "Between K weights there are K - 1 gaps, and only those are stretched. Draw a "
        "kernel of 3 weights with dilation 2 and count the pixels.",
        partial(followed, rule=dilated_kernel_too_long),
    ),
    Misconception(
        "stride ignored",
        "After a stride, neighbouring outputs lie several pixels apart, and so do the "
        "weights of later kernels.",
        partial(followed, rule=stride_ignored),
    ),
    Misconception(
        "strides added up",
        "Two layers of stride 3 lead to outputs 9 pixels apart, not 5. What happens to "
        "distances when a layer takes every third output?",
        partial(followed, rule=strides_added),
    ),
    Misconception(
        "size grows without the jump",
        "The jump is right, but the size does not use it: a later kernel grows the "
        "field by distances in the image, not by its own weights.",
        partial(followed, rule=size_without_jump),
    ),
    Misconception(
        "start moves without the jump",
        "A layer moves the start by distances between the outputs of the layer before. "
        "In pixels of the image, how far apart are those?",
        partial(followed, rule=start_without_jump),
    ),
    Misconception(
        "start without padding",
        "Padding moves the first output to the left: its kernel begins before the "
        "image.",
        partial(followed, rule=start_without_padding),
    ),
    Misconception(
        "start at the kernel's last weight",
        "The start is the middle of what output 0 sees. Yours moves by the whole "
        "length of the kernel.",
        partial(followed, rule=start_without_half),
    ),
    Misconception(
        "start moves the other way",
        "The size and the jump are right, but the start has the wrong sign. Without "
        "padding, is the middle of the first window right or left of pixel 0?",
        partial(followed, rule=start_the_other_way),
    ),
    Misconception(
        "pools left out",
        "A pool has a window and a stride like a convolution, and no weights. It "
        "widens the field all the same.",
        partial(followed, rule=pools_left_out),
    ),
    Misconception(
        "sizes multiplied",
        "The kernels' sizes are multiplied, but neighbouring windows overlap. Draw two "
        "kernels of 3 and count what the upper one sees.",
        sizes_multiplied,
    ),
    Misconception(
        "only the last layer counts",
        "That is the field in the layer before, not in the image. Is a variable set "
        "anew in every turn of the loop?",
        last_layer_only,
    ),
    Misconception(
        "layers taken from the end",
        "These are the numbers of the same layers in reversed order. The list begins "
        "with the layer that reads the image.",
        from_the_end,
    ),
    Misconception(
        "the last layer's stride is missing from the jump",
        "The size may leave out the last stride, but the jump is the distance between "
        "outputs of the last layer.",
        jump_before_last_layer,
    ),
    Misconception(
        "first pixel in place of the middle",
        "Your start is the first pixel that output 0 sees. It should be the middle of "
        "the field.",
        first_pixel_for_middle,
    ),
    Misconception(
        "coordinates from the pixels' edges",
        "Your start is half a pixel too large. Here pixel 0 has its middle at 0, not "
        "at 0.5.",
        start_from_pixel_edges,
    ),
    Misconception(
        "start left at 0",
        "The size and the jump are right, and the start never changes. Where is the "
        "middle of the first window?",
        start_left_at_zero,
    ),
    Misconception(
        "only the first branch",
        "The field is that of the first branch. An output of the block depends on all "
        "branches.",
        partial(followed, rule=right, join=first_branch),
    ),
    Misconception(
        "only the last branch",
        "The field is that of the last branch. An output of the block depends on all "
        "branches.",
        partial(followed, rule=right, join=last_branch),
    ),
    Misconception(
        "the narrowest branch decides",
        "An output sees what any of the branches sees, not only what all of them see.",
        partial(followed, rule=right, join=narrowest),
    ),
    Misconception(
        "branches one after another",
        "The branches stand side by side: each reads the block's input, and none the "
        "output of another.",
        partial(followed, rule=right, join=branches_in_a_row),
    ),
    Misconception(
        "branches left out",
        "A layer of the type Branches has no kernel of its own, but the layers in its "
        "branches have.",
        branches_left_out,
    ),
    Misconception(
        "alignment not checked",
        "Branches with different jumps or starts look at different places. Give the "
        "fields of all branches to `check_aligned`.",
        partial(followed, rule=right, join=alignment_not_checked),
    ),
    Misconception(
        "transposed like an ordinary convolution",
        "A transposed convolution puts outputs *between* those of the layer before. "
        "What does that do to the jump, and which way does it move the start?",
        transposed_as_ordinary,
    ),
    Misconception(
        "the whole transposed kernel is added",
        "Of a transposed kernel, an output meets only the weights that lie a stride "
        "apart. Which pixels does `input_interval` say it sees?",
        whole_kernel_transposed,
    ),
    Misconception(
        "only output 0 is looked at",
        "After a transposed convolution, outputs do not all see equally much. The size "
        "is the most that one of the first `repeats_after(layers)` sees.",
        size_of_output_0,
    ),
]
