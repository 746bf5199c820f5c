"""The reference of problem set 2: sizes along an axis, parameters, multiply-adds."""

from __future__ import annotations

import itertools

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch.nn.functional import conv1d, conv_transpose1d
from torch.utils.flop_counter import FlopCounterMode

from convnets.shapes import (
    conv_macs,
    conv_output_size,
    conv_parameters,
    conv_transpose_output_size,
    fits_exactly,
    same_padding,
    separable_parameters,
)
from coursekit.errors import ShapeError

GRID = [*itertools.product([1, 7, 12], [1, 2, 3], [0, 1, 2, 4])]

sizes = st.integers(1, 40)
small = st.integers(1, 7)
quick = settings(deadline=None, database=None)


def windows(size, kernel_size, stride, padding, dilation):
    """List by brute force which positions each place of a kernel reads."""
    reads = [k * dilation - padding for k in range(kernel_size)]
    found = []
    while reads[-1] < size + padding:
        found.append(reads)
        reads = [position + stride for position in reads]
    return found


def test_sizes_come_out_as_on_paper():
    assert [conv_output_size(7, 3, stride) for stride in (1, 2)] == [5, 3]
    assert conv_output_size(32, 5, padding=2) == 32
    assert conv_output_size(32, 6, stride=2) == 14
    assert conv_output_size(7, 3, dilation=2) == 3


def test_a_stride_that_does_not_fit_drops_the_rest():
    assert conv_output_size(7, 3, stride=3) == 2
    assert not fits_exactly(7, 3, stride=3)
    assert [fits_exactly(7, 3, stride) for stride in (1, 2)] == [True, True]


def test_padding_is_on_each_side():
    assert conv_output_size(4, 3, padding=1) == 4


def test_a_kernel_of_one_weight_has_no_gaps():
    assert conv_output_size(5, 1, dilation=4) == 5


def test_transposed_sizes_come_out_as_on_paper():
    # Three copies of a kernel of 3, two pixels apart: 0-2, 2-4, 4-6.
    assert conv_transpose_output_size(3, 3, stride=2) == 7
    assert conv_transpose_output_size(3, 3, stride=2, padding=1) == 5
    assert conv_transpose_output_size(3, 3, stride=2, padding=1, output_padding=1) == 6
    assert conv_transpose_output_size(3, 3, dilation=2) == 7


def test_zeros_for_same_mode_come_out_as_on_paper():
    assert same_padding(5, 3) == (1, 1)
    assert same_padding(5, 4) == (1, 2)
    assert same_padding(6, 3, stride=2) == (0, 1)
    assert same_padding(5, 1, stride=3) == (0, 0)


def test_costs_of_a_layer_come_out_as_on_paper():
    # Ten 5×5 filters over 3 channels: 10 * (3 * 5 * 5 + 1); 32 * 32 places each.
    assert conv_parameters(3, 10, 5) == 760
    assert conv_macs(3, 10, 5, (32, 32)) == 768_000
    # 16 * 3 * 3 + 16 * 32 against 16 * 32 * 3 * 3.
    assert separable_parameters(16, 32, 3) == 656
    assert conv_parameters(16, 32, 3, bias=False) == 4608


def by_torch(function, size, kernel_size, **options):
    """Return the length of PyTorch's own output, or None where it refuses."""
    try:
        return function(
            torch.zeros(1, 1, size), torch.zeros(1, 1, kernel_size), **options
        ).shape[2]
    except RuntimeError:
        return None


def by_us(function, *args, **options):
    """Return our answer, or None where we refuse."""
    try:
        return function(*args, **options)
    except ShapeError:
        return None


@pytest.mark.parametrize("kernel_size", [1, 2, 3, 5])
@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_sizes_match_torch_and_are_refused_where_torch_refuses(kernel_size, dilation):
    for size, stride, padding in GRID:
        options = {"stride": stride, "padding": padding, "dilation": dilation}
        want = by_torch(conv1d, size, kernel_size, **options)
        assert by_us(conv_output_size, size, kernel_size, **options) == want


@pytest.mark.parametrize("kernel_size", [1, 2, 3, 5])
@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_transposed_sizes_match_torch_and_its_refusals(kernel_size, dilation):
    for size, stride, padding in GRID:
        options = {"stride": stride, "padding": padding, "dilation": dilation}
        for output_padding in range(4):
            options["output_padding"] = output_padding
            want = by_torch(conv_transpose1d, size, kernel_size, **options)
            got = by_us(conv_transpose_output_size, size, kernel_size, **options)
            assert got == want


@quick
@given(sizes, small, small, st.integers(0, 9), small)
def test_sizes_count_the_places_and_what_is_left(
    size, kernel_size, stride, padding, dilation
):
    found = windows(size, kernel_size, stride, padding, dilation)
    arguments = (size, kernel_size, stride, padding, dilation)
    if not found:
        with pytest.raises(ShapeError, match="padded input"):
            conv_output_size(*arguments)
        return
    assert conv_output_size(*arguments) == len(found)
    assert fits_exactly(*arguments) == (found[-1][-1] == size + padding - 1)


@quick
@given(sizes, small, small, small)
def test_same_mode_has_as_many_places_as_it_says_with_the_fewest_zeros(
    size, kernel_size, stride, dilation
):
    before, after = same_padding(size, kernel_size, stride, dilation)
    places = len(range(0, size, stride))  # ceil(size / stride)

    def places_with(zeros):
        return len(windows(size + zeros, kernel_size, stride, 0, dilation))

    assert after - before in (0, 1)
    if before + after == 0:
        assert places_with(0) >= places
    else:
        assert places_with(before + after) == places
        assert places_with(before + after - 1) < places


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize("kernel_size", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_same_mode_pads_where_torch_does(kernel_size, dilation):
    x = torch.arange(1.0, 10.0)[None, None]
    weight = torch.randn(1, 1, kernel_size, generator=torch.Generator().manual_seed(0))
    want = conv1d(x, weight, padding="same", dilation=dilation)
    padded = torch.nn.functional.pad(x, same_padding(9, kernel_size, 1, dilation))
    got = conv1d(padded, weight, dilation=dilation)
    torch.testing.assert_close(got, want)


@quick
@given(sizes, small, small, small)
def test_same_mode_follows_the_rule_that_tensorflow_publishes(
    size, kernel_size, stride, dilation
):
    reach = (kernel_size - 1) * dilation + 1
    missing = reach - stride if size % stride == 0 else reach - size % stride
    total = max(missing, 0)
    want = (total // 2, total - total // 2)
    assert same_padding(size, kernel_size, stride, dilation) == want


@quick
@given(sizes, small, small, st.integers(0, 3), small)
def test_a_transposed_convolution_undoes_the_size(
    size, kernel_size, stride, padding, dilation
):
    assume(size + 2 * padding > dilation * (kernel_size - 1))
    down = conv_output_size(size, kernel_size, stride, padding, dilation)
    left = (size + 2 * padding - dilation * (kernel_size - 1) - 1) % stride
    arguments = (down, kernel_size, stride, padding, left, dilation)
    assert conv_transpose_output_size(*arguments) == size


@pytest.mark.parametrize("kernel_size", [1, 3, (2, 5)])
@pytest.mark.parametrize(
    ("channels", "groups"), [((6, 9), 1), ((6, 9), 3), ((4, 8), 4)]
)
@pytest.mark.parametrize("bias", [False, True])
def test_costs_match_torch(channels, kernel_size, groups, bias):
    layer = torch.nn.Conv2d(*channels, kernel_size, groups=groups, bias=bias)
    with FlopCounterMode(display=False) as counter:
        out = layer(torch.zeros(1, channels[0], 7, 11))
    learnt = sum(parameter.numel() for parameter in layer.parameters())
    assert conv_parameters(*channels, kernel_size, groups, bias) == learnt
    # PyTorch counts a multiply-add as two operations, and a bias as none.
    macs = conv_macs(*channels, kernel_size, tuple(out.shape[2:]), groups)
    assert 2 * macs == counter.get_total_flops()


@pytest.mark.parametrize("bias", [False, True])
def test_separable_parameters_match_torch(bias):
    network = torch.nn.Sequential(
        torch.nn.Conv2d(6, 6, (3, 5), groups=6, bias=bias),
        torch.nn.Conv2d(6, 11, 1, bias=bias),
    )
    learnt = sum(parameter.numel() for parameter in network.parameters())
    assert separable_parameters(6, 11, (3, 5), bias) == learnt


def test_results_are_plain_numbers():
    assert type(conv_output_size(7, 3)) is int
    assert type(fits_exactly(7, 3)) is bool
    assert {type(side) for side in same_padding(7, 4)} == {int}
