"""The formulas of the page "Receptive fields", against the gradients of networks."""

import numpy as np
import pytest
import torch
from torch import nn

from convnets import layers
from convnets.receptive_field import depth_for, input_interval, receptive_field

# Chains of (kernel, stride, padding, dilation), with even kernels and strides alone.
CHAINS = [
    [(3, 1, 0, 1), (3, 1, 0, 1)],
    [(3, 2, 1, 1), (2, 2, 0, 1), (3, 1, 2, 2)],
    [(4, 3, 1, 1), (1, 2, 0, 1), (5, 1, 2, 1)],
    [(3, 2, 0, 2), (2, 1, 1, 3), (3, 3, 1, 1)],
]
chains = pytest.mark.parametrize("chain", CHAINS, ids=str)


def described(chain):
    return [layers.conv2d(1, k, s, p, d) for k, s, p, d in chain]


def built(chain):
    return nn.Sequential(
        *(nn.Conv1d(1, 1, k, s, p, d, bias=False) for k, s, p, d in chain)
    )


def seen(network, width, index):
    """Return the pixels that a unit depends on, by PyTorch's derivative."""
    for parameter in network.parameters():
        nn.init.ones_(parameter)
    x = torch.ones(1, 1, width, requires_grad=True)
    network(x)[0, 0, index].backward()
    return x.grad[0, 0].nonzero().flatten().tolist()


def units(network, width):
    return network(torch.zeros(1, 1, width)).shape[-1]


def by_recurrence(chain):
    """Return size, jump, first pixel and start, by the formulas of the page."""
    r, j, f, c = 1, 1, 0, 0.0
    for K, s, p, d in chain:
        D = d * (K - 1)
        r, f, c, j = r + D * j, f - p * j, c + (D / 2 - p) * j, j * s
    return r, j, f, c


def by_walk(chain, index):
    a = b = index
    for K, s, p, d in reversed(chain):
        a, b = s * a - p, s * b - p + d * (K - 1)
    return a, b


def test_the_walk_of_the_first_figure():
    network = nn.Sequential(
        nn.Conv1d(1, 1, 3, padding=1), nn.AvgPool1d(2), nn.Conv1d(1, 1, 3, padding=1)
    )
    assert seen(network, 16, 3) == list(range(3, 11))
    walked = [(3, 1, 1, 1), (2, 2, 0, 1), (3, 1, 1, 1)]
    parts = [by_walk(walked[start:], 3) for start in (3, 2, 1, 0)]
    assert parts == [(3, 3), (2, 4), (4, 9), (3, 10)]
    assert by_walk(walked, 0) == (-3, 4)


@chains
def test_walk_and_recurrences_give_what_the_gradient_gives(chain):
    network, width = built(chain), 60
    r, j, f, c = by_recurrence(chain)
    inside = 0
    for index in range(units(network, width)):
        first, last = by_walk(chain, index)
        assert (first, last) == (f + index * j, f + index * j + r - 1)
        assert c + index * j == (first + last) / 2
        if first >= 0 and last < width - 8:  # far from padding and from leftovers
            pixels = seen(network, width, index)
            assert (pixels[0], pixels[-1]) == (first, last)
            inside += 1
    assert inside >= 3


@chains
def test_functions_agree_with_the_formulas(chain):
    r, j, _, c = by_recurrence(chain)
    assert receptive_field(described(chain)) == (r, j, c)
    for index in (0, 3):
        assert input_interval(described(chain), index) == by_walk(chain, index)


@chains
def test_closed_form(chain):
    jumps = np.cumprod([1, *(s for _, s, _, _ in chain)])
    terms = [d * (K - 1) * j for (K, _, _, d), j in zip(chain, jumps, strict=False)]
    assert 1 + sum(terms) == by_recurrence(chain)[0]


def test_a_relu_changes_nothing():
    chain = described(CHAINS[1])
    assert receptive_field([layers.relu(), *chain]) == receptive_field(chain)


def test_cutting_once_is_wrong_at_the_right_border_as_the_page_says():
    chain = [(3, 2, 0, 1), (3, 1, 1, 1)]
    assert by_walk(chain, 1) == (0, 6)
    assert seen(built(chain), 6, 1) == [0, 1, 2, 3, 4]


UNDILATED = [CHAINS[0], CHAINS[2], [(3, 2, 1, 1), (2, 2, 0, 1), (3, 1, 2, 1)]]


@pytest.mark.parametrize("chain", UNDILATED, ids=str)
@pytest.mark.parametrize("width", [17, 20, 23])
def test_cutting_at_every_layer_is_exact(chain, width):
    network = built(chain)
    widths = [units(network[:depth], width) for depth in range(len(chain) + 1)]
    for index in range(widths[-1]):
        a = b = index
        for (K, s, p, d), size in zip(chain[::-1], widths[-2::-1], strict=True):
            a, b = max(s * a - p, 0), min(s * b - p + d * (K - 1), size - 1)
        pixels = seen(network, width, index)
        assert (pixels[0], pixels[-1]) == (a, b)


def test_cutting_once_is_exact_where_every_window_fits():
    chain, width = UNDILATED[2], 15
    network = built(chain)
    for index in range(units(network, width)):
        first, last = by_walk(chain, index)
        pixels = seen(network, width, index)
        assert (pixels[0], pixels[-1]) == (max(first, 0), min(last, width - 1))


@pytest.mark.parametrize("K", [1, 2, 3, 5])
@pytest.mark.parametrize("L", [1, 2, 3, 10])
def test_plain_stacks(K, L):
    network = built([(K, 1, 0, 1)] * L)
    assert len(seen(network, 50, 0)) == 1 + L * (K - 1)


def test_size_depends_on_where_the_stride_stands():
    found = []
    for place in range(3):
        chain = [(3, 2 if layer == place else 1, 0, 1) for layer in range(3)]
        found.append(len(seen(built(chain), 30, 1)))
    assert found == [11, 9, 7]


@pytest.mark.parametrize(("K", "P"), [(3, 2), (5, 3), (2, 4)])
@pytest.mark.parametrize(("s", "d"), [(1, 1), (2, 1), (3, 2), (1, 3)])
@pytest.mark.parametrize("own_stride", [1, 3])
def test_pooling_after_a_convolution(K, P, s, d, own_stride):
    pool = nn.AvgPool1d(P, own_stride)
    pixels = seen(nn.Sequential(nn.Conv1d(1, 1, K, s, dilation=d), pool), 60, 1)
    size = 1 + d * (K - 1) + s * (P - 1)
    assert pixels[-1] - pixels[0] + 1 == size
    assert size == P + K - 1 or (s, d) != (1, 1)


@chains
@pytest.mark.parametrize("cut", [1, 2])
def test_fields_of_two_parts_combine(chain, cut):
    (r_A, j_A, *_), (r_B, *_) = by_recurrence(chain[:cut]), by_recurrence(chain[cut:])
    whole = seen(built(chain), 60, 3)
    assert whole[-1] - whole[0] + 1 == r_A + (r_B - 1) * j_A


@pytest.mark.parametrize("L", [1, 2, 3, 5])
def test_doubling_dilations_see_every_pixel(L):
    pixels = seen(built([(3, 1, 0, 2**n) for n in range(L)]), 80, 4)
    assert pixels == list(range(4, 4 + 2 ** (L + 1) - 1))


def test_constant_dilation_leaves_holes():
    network = built([(3, 1, 0, 2)] * 3)
    assert seen(network, 20, 0) == list(range(0, 13, 2))
    assert not set(seen(network, 20, 0)) & set(seen(network, 20, 1))


@pytest.mark.parametrize("s", [2, 3])
@pytest.mark.parametrize("K", [2, 3, 5])
def test_strides_everywhere_grow_geometrically(K, s):
    for L in (1, 2, 3):
        pixels = seen(built([(K, s, 0, 1)] * L), 130, 0)
        assert pixels[-1] + 1 == 1 + (K - 1) * (s**L - 1) // (s - 1)


def test_depths_for_a_picture_of_224():
    for stride, depth, size in [(1, 112, 225), (2, 7, 255), (3, 5, 243)]:
        assert depth_for(224, 3, stride) == depth
        assert by_recurrence([(3, stride, 0, 1)] * depth)[0] == size
        assert by_recurrence([(3, stride, 0, 1)] * (depth - 1))[0] < 224


def test_third_layout_has_the_size_of_the_paper_and_another_jump():
    def stage(count, stride):
        return [(3, 1, 1, 1)] * (count - 1) + [(3, stride, 1, 1)]

    stem = [(7, 2, 3, 1), (3, 2, 1, 1)]
    first = stem + stage(3, 2)
    assert by_recurrence(first)[:2] == (35, 8)
    whole = first + stage(4, 2) + stage(6, 2) + stage(3, 1)
    assert by_recurrence(whole)[:2] == (483, 32)


@pytest.mark.parametrize(("K", "s", "p"), [(3, 2, 1), (4, 3, 0), (2, 2, 0), (2, 3, 1)])
def test_transposed_convolution(K, s, p):
    network = nn.ConvTranspose1d(1, 1, K, s, p, bias=False)
    for i in range(p + s, units(network, 9) - s):
        first, last = -((-(i + p - (K - 1))) // s), (i + p) // s
        assert seen(network, 9, i) == list(range(first, last + 1))


def test_a_stride_beyond_the_kernel_leaves_units_that_read_nothing():
    up = layers.conv_transpose2d(1, 2, stride=3)
    assert seen(nn.ConvTranspose1d(1, 1, 2, 3, bias=False), 5, 2) == []
    first, last = input_interval([up], 2)
    assert last < first


def test_answers_1_and_2():
    chain = [(7, 2, 0, 1), (3, 2, 0, 1), (3, 1, 0, 1), (3, 1, 0, 1)]
    pixels = seen(built(chain), 80, 0)
    assert pixels[-1] + 1 == 27
    assert by_recurrence(chain)[:2] == (27, 4)
    assert by_recurrence([*chain[:3], (3, 2, 0, 1)])[:2] == (27, 8)


def test_answer_3_drops_three_quarters():
    x = torch.ones(1, 1, 8, 8, requires_grad=True)
    nn.Conv2d(1, 1, 1, stride=2)(x).sum().backward()
    assert (x.grad == 0).double().mean() == 0.75


def test_answer_5_has_no_holes():
    pixels = seen(built([(3, 1, 0, d) for d in (1, 2, 3)]), 20, 0)
    assert pixels == list(range(13))
