"""The reference of problem set 3: size, jump, start, and what an output sees."""

from __future__ import annotations

import numpy as np
import pytest

from convnets import layers
from convnets.receptive_field import depth_for, input_interval, receptive_field
from coursekit.errors import ShapeError

CONV, POOL = layers.conv2d(8, 3, padding=1), layers.max_pool2d(2)
BLOCK = [layers.conv2d(8, 3, stride=2, padding=1), layers.relu(), CONV]


def up(kernel_size, stride=2, padding=0, dilation=1):
    return layers.conv_transpose2d(1, kernel_size, stride, padding, dilation=dilation)


def test_a_network_without_layers_sees_one_pixel():
    assert receptive_field([]) == (1, 1, 0.0)
    assert input_interval([], 4) == (4, 4)


def test_a_convolution_after_a_pool_is_as_on_paper():
    # Output 0 reads pools -1, 0, 1, which read pixels -2 to 3; their middle is 0.5.
    assert receptive_field([POOL, CONV]) == (6, 2, 0.5)
    assert input_interval([POOL, CONV], 0) == (-2, 3)
    assert input_interval([POOL, CONV], 3) == (4, 9)


def test_a_pool_after_a_convolution_sees_p_plus_k_minus_1():
    for P, K in [(2, 3), (3, 3), (2, 5)]:
        assert receptive_field([layers.conv2d(8, K), layers.max_pool2d(P)])[0] == (
            P + K - 1
        )


@pytest.mark.parametrize("L", [1, 2, 5])
@pytest.mark.parametrize("K", [1, 2, 3, 7])
def test_equal_layers_see_1_plus_l_times_k_minus_1(L, K):
    assert receptive_field([layers.conv2d(8, K)] * L)[:2] == (1 + L * (K - 1), 1)


def test_the_jump_of_the_layer_itself_does_not_count_in_its_own_size():
    assert receptive_field([layers.conv2d(8, 3, stride=2)])[0] == 3


def test_a_dilated_kernel_of_three_with_steps_of_two_sees_five():
    layer = layers.conv2d(8, 3, dilation=2)
    assert receptive_field([layer]) == (5, 1, 2.0)
    assert input_interval([layer], 1) == (1, 5)


def test_padding_moves_the_field_and_leaves_its_size():
    for padding, start in [(0, 2.0), (1, 1.0), (2, 0.0), (3, -1.0)]:
        assert receptive_field([layers.conv2d(8, 5, padding=padding)]) == (5, 1, start)


def test_a_shortcut_leaves_the_field_to_the_longer_branch():
    shortcut = [layers.conv2d(8, 1, stride=2)]
    assert receptive_field([layers.branches(BLOCK, shortcut)]) == (7, 2, 0.0)
    assert receptive_field([layers.branches([], [CONV, CONV])]) == (5, 1, 0.0)


def test_what_comes_before_and_after_branches_counts():
    path = [POOL, layers.branches([], [CONV]), POOL, CONV]
    assert receptive_field(path) == receptive_field([POOL, CONV, POOL, CONV])


def test_a_transposed_convolution_divides_the_jump():
    # Output o reads inputs i with o = 2 i - 1 + k: output 0 only 0, output 1 both 0, 1.
    assert receptive_field([up(3, padding=1)]) == (2, 0.5, 0.0)
    assert [input_interval([up(3, padding=1)], o) for o in range(3)] == [
        (0, 0),
        (0, 1),
        (1, 1),
    ]


def test_the_widest_output_counts_even_if_it_is_not_the_first():
    path = [layers.conv2d(8, 3, padding=1), up(3, padding=1)]
    assert input_interval(path, 0) == (-1, 1)
    assert receptive_field(path) == (4, 0.5, 0.0)


def test_up_and_down_again_gives_a_whole_jump():
    size, jump, _ = receptive_field([up(4, padding=1), layers.conv2d(8, 3, stride=2)])
    assert (size, jump) == (3, 1)
    assert type(jump) is int


def test_a_phase_that_never_comes_up_does_not_count():
    # Every second output of the transposed convolution sees two pixels, the others one;
    # the 1 x 1 kernel with stride 2 reads the others only.
    assert receptive_field([up(3, padding=1), layers.conv2d(8, 1, stride=2)])[0] == 1


def test_an_output_between_short_kernels_sees_nothing():
    assert [input_interval([up(1)], o) for o in range(3)] == [(0, 0), (0, -1), (1, 1)]
    assert receptive_field([up(1)]) == (1, 0.5, 0.0)


def test_a_third_of_a_pixel_is_no_obstacle():
    path = [layers.branches([up(3, 3)], [up(5, 3, padding=1)]), POOL, POOL]
    assert receptive_field(path)[1] == pytest.approx(4 / 3)
    assert receptive_field([*path, layers.conv2d(1, 3, stride=3)])[1] == 4


def test_results_are_plain_numbers():
    for path in ([CONV, POOL], [up(4)], [layers.branches([CONV], [])]):
        size, jump, start = receptive_field(path)
        assert type(size) is int
        assert type(jump) in (int, float)
        assert type(start) is float
        assert {type(n) for n in input_interval(path, 2)} == {int}


def test_the_layers_are_left_as_they_were():
    path = [layers.branches([dict(CONV)], []), dict(POOL)]
    before = repr(path)
    receptive_field(path)
    input_interval(path, 1)
    assert repr(path) == before


@pytest.mark.parametrize(
    ("path", "match"),
    [
        ([CONV, layers.flatten()], r"before layer 1 \(Flatten\).*the whole image"),
        ([layers.linear(10)], r"before layer 0 \(Linear\)"),
        ([{"type": "MaxPool1d"}], r"Layer 0 is of unknown type 'MaxPool1d'.*Conv2d"),
        ([{"kernel_size": 3}], "Layer 0 is of unknown type 'None'"),
        ([{"type": "Conv2d", "kernel_size": 3}], r"`stride` of layer 0 \(Conv2d\)"),
        ([layers.conv2d(8, 0)], r"`kernel_size of layer 0 .* at least 1, but it is 0"),
        ([CONV, layers.conv2d(8, 3, stride=0)], "`stride of layer 1"),
        ([layers.max_pool2d(2, padding=-1)], "at least 0, but it is -1"),
        ([layers.conv2d(8, 3, dilation=0)], "`dilation of layer 0"),
        ([layers.conv2d(8, (3, 3))], r"whole number, but it is \(3, 3\)"),
        ([layers.branches()], "at least one branch"),
        ([{"type": "Branches"}], r"Layer 0 \(Branches\) must have at least one branch"),
        (CONV, "must be a list of layers, but it is a single one"),
        ([layers.branches([layers.flatten()], [])], r"before layer 0 \(Flatten\)"),
    ],
)
def test_a_path_without_a_field_is_refused(path, match):
    for function in (receptive_field, lambda path: input_interval(path, 0)):
        with pytest.raises(ShapeError, match=match):
            function(path)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ([layers.conv2d(8, 3)], "jump 1 and start 0, .* jump 1 and start 1"),
        ([layers.conv2d(8, 1, stride=2)], "jump 1 and start 0, .* jump 2 and start 0"),
        (
            [layers.conv2d(8, 2, padding=1)],
            "jump 1 and start 0, .* start -0.5. Change a stride",
        ),
    ],
)
def test_branches_that_do_not_align_are_refused_with_both_starts_and_jumps(
    other, words
):
    with pytest.raises(ShapeError, match=f"one has {words}"):
        receptive_field([CONV, layers.branches([], [CONV], other)])


@pytest.mark.parametrize("index", [-1, 0.5, None])
def test_an_index_that_counts_nothing_is_refused(index):
    with pytest.raises(ShapeError, match="`index` must be"):
        input_interval([CONV], index)


def test_depths_are_as_on_paper():
    # 1 + 2 L: 1, 3, 5, 7; with stride 2: 1, 1 + 2 = 3, 3 + 4 = 7, 7 + 8 = 15.
    assert [depth_for(size, 3) for size in (1, 2, 3, 4, 7)] == [0, 1, 1, 2, 3]
    assert [depth_for(size, 3, stride=2) for size in (1, 3, 4, 7, 8)] == [0, 1, 2, 2, 3]


@pytest.mark.parametrize("stride", [1, 2, 3, 5])
@pytest.mark.parametrize("kernel_size", [2, 3, 4, 7])
def test_the_depth_is_enough_and_one_layer_less_is_not(kernel_size, stride):
    for size in range(2, 60):
        depth = depth_for(size, kernel_size, stride)
        layer = layers.conv2d(1, kernel_size, stride)
        assert receptive_field([layer] * depth)[0] >= size
        assert receptive_field([layer] * (depth - 1))[0] < size


def test_at_stride_1_the_depth_has_a_formula():
    for size, K in np.ndindex(40, 6):
        want = -(-size // (K + 1))  # size - 1 over K - 1, rounded up
        assert depth_for(size + 1, K + 2) == want


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ((0, 3), "`size` must be at least 1, but it is 0"),
        ((5, 0), "`kernel_size` must be at least 1, but it is 0"),
        ((5, 3, 0), "`stride` must be at least 1, but it is 0"),
        ((5.5, 3), "`size` must be a whole number"),
        ((2, 1), "`kernel_size` must be at least 2 to see 2 pixels, but it is 1"),
        ((9, 1, 2), "at least 2 to see 9 pixels"),
    ],
)
def test_depths_that_no_network_has_are_refused(arguments, match):
    with pytest.raises(ShapeError, match=match):
        depth_for(*arguments)


def test_one_pixel_needs_no_layer_whatever_the_kernel():
    assert depth_for(1, 1) == depth_for(1, 5, 3) == 0
