"""Wrong ways to follow a receptive field from layer to layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convnets.field_rules import Field, check_aligned, plain_number, repeats_after
from convnets.layers import Layer
from convnets.receptive_field import input_interval, receptive_field

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


def finished(layers: Sequence[Layer], size: float, jump: float, start: float) -> Field:
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


def size_by_recurrence(layers: Sequence[Layer]) -> Any:
    """Count those weights of a transposed kernel alone that an output meets."""
    size: float = 1
    jump: float = 1
    for layer in layers:
        if layer["type"] == "Branches":
            return receptive_field(layers)
        if "kernel_size" in layer:
            reach, stride, _ = window(layer)
            size, jump = size + reach * jump * min(stride, 1), jump * stride
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
