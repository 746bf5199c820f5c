"""Wrong ways to write ps2.layer_table, each a function like the right one."""

from __future__ import annotations

import math

from convnets.shapes import layer_table

POOLS = ("MaxPool2d", "AvgPool2d")


def right_row(layer, shape):
    """Make the row of one layer, whatever reaches it."""
    if len(shape) == 3:
        return layer_table([layer], shape)[0]
    flatten = {"type": "Flatten"}
    return layer_table([flatten, layer], (*shape, 1, 1))[1]


def table_of(row_of, layers, input_shape):
    """Make a table with a function for single rows; shapes flow through it."""
    rows, shape = [], tuple(input_shape)
    for layer in layers:
        rows.append(row_of(layer, shape))
        shape = rows[-1][1]
    return rows


def changed(row, **parts):
    """Return a row with other parts."""
    names = ("type", "output_shape", "weight_shape", "parameters", "macs")
    return tuple({**dict(zip(names, row, strict=True)), **parts}.values())


def with_weight(row, weight_shape):
    """Return a row whose weight has its axes in another order."""
    return changed(row, weight_shape=weight_shape)


def with_options(layer, **options):
    """Return a layer in which the options that it has are others."""
    return {**layer, **{name: options[name] for name in options if name in layer}}


def shape_does_not_flow(layers, input_shape):
    return [
        right_row(layer, input_shape[:1] if layer["type"] == "Linear" else input_shape)
        for layer in layers
    ]


def channels_do_not_flow(layers, input_shape):
    def row_of(layer, shape):
        has_image = len(shape) == 3
        return right_row(layer, (input_shape[0], *shape[1:]) if has_image else shape)

    return table_of(row_of, layers, input_shape)


def shape_before_the_layer(layers, input_shape):
    rows = layer_table(layers, input_shape)
    before = [tuple(input_shape), *(row[1] for row in rows)]
    return [
        changed(row, output_shape=shape)
        for row, shape in zip(rows, before, strict=False)
    ]


def only_rows_with_weights(layers, input_shape):
    return [row for row in layer_table(layers, input_shape) if row[2] is not None]


def only_square_images(layers, input_shape):
    C, H, _ = input_shape
    return layer_table(layers, (C, H, H))


def sides_swapped(layers, input_shape):
    C, H, W = input_shape
    return layer_table(layers, (C, W, H))


def pools_learn(layers, input_shape):
    def row_of(layer, shape):
        row = right_row(layer, shape)
        if layer["type"] not in POOLS:
            return row
        weight_shape = (shape[0], 1, layer["kernel_size"], layer["kernel_size"])
        count = math.prod(weight_shape)
        macs = count * math.prod(row[1][1:])
        return changed(row, weight_shape=weight_shape, parameters=count, macs=macs)

    return table_of(row_of, layers, input_shape)


def pools_multiply(layers, input_shape):
    def row_of(layer, shape):
        row = right_row(layer, shape)
        if layer["type"] not in POOLS:
            return row
        return changed(row, macs=math.prod(row[1]) * layer["kernel_size"] ** 2)

    return table_of(row_of, layers, input_shape)


def pools_side_by_side(layers, input_shape):
    def row_of(layer, shape):
        if layer["type"] in POOLS:
            layer = {**layer, "stride": layer["kernel_size"]}
        return right_row(layer, shape)

    return table_of(row_of, layers, input_shape)


def pools_without_padding(layers, input_shape):
    def row_of(layer, shape):
        if layer["type"] in POOLS:
            layer = {**layer, "padding": 0}
        return right_row(layer, shape)

    return table_of(row_of, layers, input_shape)


def pools_over_channels(layers, input_shape):
    def row_of(layer, shape):
        row = right_row(layer, shape)
        is_pool = layer["type"] in POOLS
        return changed(row, output_shape=(1, *row[1][1:])) if is_pool else row

    return table_of(row_of, layers, input_shape)


def input_channels_first(layers, input_shape):
    def row_of(layer, shape):
        row = right_row(layer, shape)
        if layer["type"] != "Conv2d":
            return row
        C_out, C_in, *kernel = row[2]
        return with_weight(row, (C_in, C_out, *kernel))

    return table_of(row_of, layers, input_shape)


def output_channels_first(layers, input_shape):
    def row_of(layer, shape):
        row = right_row(layer, shape)
        if layer["type"] != "ConvTranspose2d":
            return row
        C_in, part, *kernel = row[2]
        groups = layer["groups"]
        return with_weight(row, (part * groups, C_in // groups, *kernel))

    return table_of(row_of, layers, input_shape)


def linear_weight_transposed(layers, input_shape):
    def row_of(layer, shape):
        row = right_row(layer, shape)
        is_linear = layer["type"] == "Linear"
        return with_weight(row, row[2][::-1]) if is_linear else row

    return table_of(row_of, layers, input_shape)


def channels_last(layers, input_shape):
    rows = layer_table(layers, input_shape)
    shapes = [(*row[1][1:], row[1][0]) for row in rows]
    return [
        changed(row, output_shape=shape)
        for row, shape in zip(rows, shapes, strict=True)
    ]


def groups_ignored(layers, input_shape):
    def row_of(layer, shape):
        return right_row(with_options(layer, groups=1), shape)

    return table_of(row_of, layers, input_shape)


def dilation_ignored(layers, input_shape):
    def row_of(layer, shape):
        return right_row(with_options(layer, dilation=1), shape)

    return table_of(row_of, layers, input_shape)


def biases_always(layers, input_shape):
    def row_of(layer, shape):
        return right_row(with_options(layer, bias=True), shape)

    return table_of(row_of, layers, input_shape)


def biases_never(layers, input_shape):
    def row_of(layer, shape):
        return right_row(with_options(layer, bias=False), shape)

    return table_of(row_of, layers, input_shape)


def biases_multiply(layers, input_shape):
    def row_of(layer, shape):
        row = right_row(layer, shape)
        return changed(row, macs=row[4] + layer.get("bias", False) * math.prod(row[1]))

    return table_of(row_of, layers, input_shape)


def places_forgotten(layers, input_shape):
    rows = layer_table(layers, input_shape)
    return [changed(row, macs=math.prod(row[2]) if row[2] else 0) for row in rows]


def transposed_like_a_convolution(layers, input_shape):
    def row_of(layer, shape):
        if layer["type"] != "ConvTranspose2d":
            return right_row(layer, shape)
        like = {name: layer[name] for name in layer if name != "output_padding"}
        row = right_row({**like, "type": "Conv2d"}, shape)
        return changed(row, type=layer["type"])

    return table_of(row_of, layers, input_shape)


def transposed_at_output_pixels(layers, input_shape):
    def row_of(layer, shape):
        row = right_row(layer, shape)
        if layer["type"] != "ConvTranspose2d":
            return row
        return changed(row, macs=math.prod(row[2]) * math.prod(row[1][1:]))

    return table_of(row_of, layers, input_shape)


def convolution_at_input_pixels(layers, input_shape):
    def row_of(layer, shape):
        row = right_row(layer, shape)
        if layer["type"] != "Conv2d":
            return row
        return changed(row, macs=math.prod(row[2]) * math.prod(shape[1:]))

    return table_of(row_of, layers, input_shape)


def output_padding_ignored(layers, input_shape):
    def row_of(layer, shape):
        return right_row(with_options(layer, output_padding=0), shape)

    return table_of(row_of, layers, input_shape)


def only_channels_flattened(layers, input_shape):
    def row_of(layer, shape):
        row = right_row(layer, shape)
        is_flatten = layer["type"] == "Flatten"
        return changed(row, output_shape=shape[:1]) if is_flatten else row

    return table_of(row_of, layers, input_shape)


def flat_shapes_as_numbers(layers, input_shape):
    rows = layer_table(layers, input_shape)
    shapes = [row[1][0] if len(row[1]) == 1 else row[1] for row in rows]
    return [
        changed(row, output_shape=shape)
        for row, shape in zip(rows, shapes, strict=True)
    ]


def empty_shapes(layers, input_shape):
    rows = layer_table(layers, input_shape)
    return [
        row if row[2] is not None else changed(row, weight_shape=()) for row in rows
    ]


def rows_as_lists(layers, input_shape):
    return [list(row) for row in layer_table(layers, input_shape)]
