"""What goes wrong in ps2.layer_table, and how a student hears of it."""

from __future__ import annotations

from coursekit.checks.declare import Misconception
from exercises.shapes.table_slips import (
    biases_always,
    biases_multiply,
    biases_never,
    channels_do_not_flow,
    channels_last,
    convolution_at_input_pixels,
    dilation_ignored,
    empty_shapes,
    flat_shapes_as_numbers,
    groups_ignored,
    input_channels_first,
    linear_weight_transposed,
    only_channels_flattened,
    only_rows_with_weights,
    only_square_images,
    output_channels_first,
    output_padding_ignored,
    places_forgotten,
    pools_learn,
    pools_multiply,
    pools_over_channels,
    pools_side_by_side,
    pools_without_padding,
    rows_as_lists,
    shape_before_the_layer,
    shape_does_not_flow,
    sides_swapped,
    transposed_at_output_pixels,
    transposed_like_a_convolution,
)

MISCONCEPTIONS = [
    Misconception(
        "shapes do not flow",
        "Every layer of yours reads the network's input. A layer reads what the one "
        "before it has made.",
        shape_does_not_flow,
    ),
    Misconception(
        "channels do not flow",
        "Height and width flow from layer to layer, but your channels are always those "
        "of the network's input.",
        channels_do_not_flow,
    ),
    Misconception(
        "the shape before the layer",
        "A row says what shape the layer's output has, and not what comes in.",
        shape_before_the_layer,
    ),
    Misconception(
        "no rows without weights",
        "Every layer has a row, also if it learns nothing.",
        only_rows_with_weights,
    ),
    Misconception(
        "only square images",
        "The height of the image is used as its width too.",
        only_square_images,
    ),
    Misconception(
        "height and width swapped",
        "The shape of an image is (C, H, W): channels, then height, then width.",
        sides_swapped,
    ),
    Misconception(
        "pools that learn",
        "A pool has a window, but no weights. There is nothing in it to learn.",
        pools_learn,
    ),
    Misconception(
        "pools that multiply",
        "A pool uses no weight, so it has no multiply-adds, whatever else it does.",
        pools_multiply,
    ),
    Misconception(
        "windows of pools side by side",
        "The windows of a pool may overlap or leave gaps: the layer has a stride of "
        "its own.",
        pools_side_by_side,
    ),
    Misconception(
        "pools without padding",
        "Pools may have padding, as convolutions do.",
        pools_without_padding,
    ),
    Misconception(
        "pools over the channels",
        "A pool works on every channel alone, and keeps their number.",
        pools_over_channels,
    ),
    Misconception(
        "input channels first",
        "The weight of a convolution counts its filters along the first axis.",
        input_channels_first,
    ),
    Misconception(
        "output channels first in a transposed convolution",
        "A transposed convolution has the weight of the convolution that goes the "
        "other way, so its own input channels come first.",
        output_channels_first,
    ),
    Misconception(
        "the weight of Linear transposed",
        "PyTorch stores one row of weights for each output.",
        linear_weight_transposed,
    ),
    Misconception(
        "channels last",
        "The shape of an image is (C, H, W), with the channels first.",
        channels_last,
    ),
    Misconception(
        "groups ignored",
        "With groups, a filter spans the input channels of its own group only.",
        groups_ignored,
    ),
    Misconception(
        "dilation ignored",
        "With a dilation, a kernel spans more pixels, and the output changes.",
        dilation_ignored,
    ),
    Misconception(
        "biases counted where there are none",
        "The biases are counted even where `bias` is false.",
        biases_always,
    ),
    Misconception(
        "biases forgotten",
        "You count the weights only. What else do layers learn where `bias` is true?",
        biases_never,
    ),
    Misconception(
        "biases among the multiply-adds",
        "A bias is added without a product, so it is no multiply-add.",
        biases_multiply,
    ),
    Misconception(
        "places forgotten",
        "Your multiply-adds are the number of weights. A kernel uses its weights once "
        "at every place.",
        places_forgotten,
    ),
    Misconception(
        "a transposed convolution taken for a convolution",
        "A transposed convolution goes the other way: its size, and the order of its "
        "weight's axes, are those of going backwards.",
        transposed_like_a_convolution,
    ),
    Misconception(
        "a transposed convolution at every output pixel",
        "In a transposed convolution every *input* pixel meets each of its weights "
        "once, and writes the products into the output.",
        transposed_at_output_pixels,
    ),
    Misconception(
        "a convolution at every input pixel",
        "A convolution uses its weights once for every pixel of its *output*.",
        convolution_at_input_pixels,
    ),
    Misconception(
        "output_padding ignored",
        "`output_padding` makes the output of a transposed convolution larger.",
        output_padding_ignored,
    ),
    Misconception(
        "only the channels flattened",
        "Flatten keeps every number: all channels, rows and columns, one after "
        "another.",
        only_channels_flattened,
    ),
    Misconception(
        "flat shapes as numbers",
        "A shape is a tuple, also with one axis. `(5)` is the number 5; the tuple is "
        "written `(5,)`.",
        flat_shapes_as_numbers,
    ),
    Misconception(
        "empty shapes where there is no weight",
        "An empty shape is that of a single number. Where there is no weight, its "
        "place holds None.",
        empty_shapes,
    ),
    Misconception(
        "rows as lists",
        "Every row is a tuple: write it in round brackets.",
        rows_as_lists,
    ),
]
