"""What problem set 2 refuses, and what it says about it."""

from __future__ import annotations

import pytest

from convnets import layers
from convnets.shapes import (
    conv_macs,
    conv_output_size,
    conv_parameters,
    conv_transpose_output_size,
    fits_exactly,
    layer_table,
    same_padding,
    separable_parameters,
)
from coursekit.errors import ShapeError

ALONG_AN_AXIS = [
    conv_output_size,
    fits_exactly,
    same_padding,
    conv_transpose_output_size,
]
PER_LAYER = [conv_parameters, separable_parameters]


@pytest.mark.parametrize("function", ALONG_AN_AXIS)
@pytest.mark.parametrize("name", ["size", "kernel_size", "stride", "dilation"])
@pytest.mark.parametrize("value", [0, -2])
def test_a_number_below_one_is_refused(function, name, value):
    with pytest.raises(ShapeError, match=f"`{name}` must be at least 1, .* {value}"):
        function(**{"size": 7, "kernel_size": 3, name: value})


@pytest.mark.parametrize("value", [2.0, float("nan"), "3", None])
def test_what_is_no_whole_number_is_refused(value):
    for function in ALONG_AN_AXIS:
        with pytest.raises(ShapeError, match="`stride` must be a whole number, but it"):
            function(7, 3, stride=value)


def test_negative_paddings_are_refused():
    for function in (conv_output_size, fits_exactly, conv_transpose_output_size):
        with pytest.raises(ShapeError, match=r"`padding` must be at least 0, .* -1"):
            function(7, 3, padding=-1)
    with pytest.raises(ShapeError, match="`output_padding` must be at least 0"):
        conv_transpose_output_size(7, 3, output_padding=-1)


@pytest.mark.parametrize("function", [conv_output_size, fits_exactly])
def test_a_kernel_that_reaches_too_far_is_refused_with_the_sum(function):
    match = (
        r"`kernel_size` \(6\) is more than the padded input \(3 \+ 2 \* 1 = 5\)\. Use a"
    )
    with pytest.raises(ShapeError, match=match):
        function(3, 6, padding=1)
    with pytest.raises(ShapeError, match=r"`dilation` 3 spans 7 pixels"):
        function(6, 3, dilation=3)
    assert function(7, 3, dilation=3) == 1


@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (1, 2), (2, 3)])
def test_output_padding_is_below_stride_or_dilation(stride, dilation):
    largest = max(stride, dilation)
    conv_transpose_output_size(4, 3, stride, 0, largest - 1, dilation)
    match = "`output_padding` must be smaller than `stride` or than `dilation`, but"
    with pytest.raises(ShapeError, match=match):
        conv_transpose_output_size(4, 3, stride, 0, largest, dilation)


def test_a_padding_that_leaves_nothing_is_refused():
    assert conv_transpose_output_size(4, 4, padding=3) == 1
    match = r"`padding` \(4\) takes 2 \* 4 pixels from an output of 7, and nothing is"
    with pytest.raises(ShapeError, match=match):
        conv_transpose_output_size(4, 4, padding=4)


@pytest.mark.parametrize(("channels", "name"), [((6, 8), "in"), ((8, 6), "out")])
def test_groups_that_do_not_share_the_channels_are_refused(channels, name):
    match = rf"`{name}_channels` \(6\) must be a multiple of `groups` \(4\)"
    with pytest.raises(ShapeError, match=match):
        conv_parameters(*channels, 3, groups=4)
    with pytest.raises(ShapeError, match=match):
        conv_macs(*channels, 3, (5, 7), groups=4)


@pytest.mark.parametrize("function", PER_LAYER)
def test_filters_that_cannot_be_are_refused(function):
    with pytest.raises(ShapeError, match="`in_channels` must be at least 1"):
        function(0, 2, 3)
    with pytest.raises(ShapeError, match="`out_channels` must be at least 1"):
        function(2, -1, 3)
    with pytest.raises(ShapeError, match="`kernel_size` must be at least 1"):
        function(2, 4, (3, 0))
    with pytest.raises(
        ShapeError, match=r"or a pair \(height, width\) of them, .* 2\.5"
    ):
        function(2, 4, 2.5)


def test_an_output_without_pixels_is_refused():
    with pytest.raises(ShapeError, match="`W_out` must be at least 1, but it is 0"):
        conv_macs(2, 4, 3, (5, 0))


@pytest.mark.parametrize("shape", [(28, 28), (1, 1, 28, 28), ()])
def test_an_input_that_is_no_image_is_refused(shape):
    with pytest.raises(ShapeError, match=r"`input_shape` must be \(C, H, W\), but it"):
        layer_table([layers.relu()], shape)


def test_an_image_without_pixels_is_refused():
    with pytest.raises(ShapeError, match="`H` must be at least 1, but it is 0"):
        layer_table([], (3, 0, 5))


def test_a_type_without_a_row_is_refused():
    chain = [layers.relu(), layers.branches([], [layers.relu()])]
    with pytest.raises(ShapeError, match=r"Layer 1 is of type 'Branches', .* Known: C"):
        layer_table(chain, (3, 5, 7))


def test_a_layer_that_misses_an_argument_is_refused():
    match = r"Layer 0 \(Conv2d\) must have `kernel_size`. Use `convnets.layers`"
    with pytest.raises(ShapeError, match=match):
        layer_table([{"type": "Conv2d", "out_channels": 4}], (3, 5, 7))


def test_a_linear_layer_on_an_image_is_refused():
    with pytest.raises(ShapeError, match=r"Layer 1 \(Linear\) needs a flat input. Put"):
        layer_table([layers.relu(), layers.linear(10)], (3, 5, 7))


@pytest.mark.parametrize("layer", [layers.conv2d(4, 3), layers.max_pool2d(2)])
def test_an_image_layer_behind_flatten_is_refused(layer):
    match = rf"Layer 1 \({layer['type']}\) needs an image. Put Flatten after it"
    with pytest.raises(ShapeError, match=match):
        layer_table([layers.flatten(), layer], (3, 5, 7))


def test_channels_are_followed_to_the_layer_that_cannot_share_them():
    chain = [layers.conv2d(6, 1), layers.relu(), layers.conv2d(8, 1, groups=4)]
    with pytest.raises(ShapeError, match=r"`in_channels` \(6\) must be a multiple of"):
        layer_table(chain, (4, 5, 7))


def test_a_pool_is_not_padded_by_more_than_half_of_its_kernel():
    match = r"`padding` of layer 0 \(AvgPool2d\) must be at most half of its kernel, 1"
    with pytest.raises(ShapeError, match=match):
        layer_table([layers.avg_pool2d(3, padding=2)], (3, 5, 7))


def test_a_kernel_larger_than_what_reaches_it_is_refused():
    chain = [layers.max_pool2d(2), layers.conv2d(4, 3)]
    with pytest.raises(ShapeError, match=r"`kernel_size` \(3\) is more than .* \(2 \+"):
        layer_table(chain, (1, 5, 7))
