"""The reference of problem set 3: how strongly an output depends on each pixel."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from convnets import layers
from convnets.receptive_field import effective_receptive_field, input_interval
from coursekit.errors import ShapeError


def conv(weight, **options):
    """Build a convolution with given weights."""
    weight = torch.tensor(weight, dtype=torch.float64)
    C_out, C_in, K, _ = weight.shape
    module = nn.Conv2d(C_in, C_out, K, bias=False, **options)
    module.weight = nn.Parameter(weight)
    return module


def random_conv(rng, C_in, C_out, **options):
    return conv(rng.normal(size=(C_out, C_in, 3, 3)), **options)


def test_one_layer_shows_its_weights_around_the_centre():
    weight = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)
    field = effective_receptive_field(conv(weight, padding=1), (1, 5, 7))
    want = np.zeros((5, 7))
    want[1:4, 2:5] = weight  # not flipped: out[i] = x[i + k] * weight[k]
    np.testing.assert_array_equal(field, want)


def test_of_two_central_outputs_the_later_one_counts():
    field = effective_receptive_field(conv(np.ones((1, 1, 1, 1))), (1, 4, 6))
    assert [int(n) for n in np.argwhere(field)[0]] == [2, 3]


def test_signs_do_not_cancel_between_input_channels_but_between_output_channels():
    weight = np.array([[1.0, -2.0], [3.0, 2.0]])[..., None, None]
    field = effective_receptive_field(conv(weight), (2, 1, 3))
    np.testing.assert_array_equal(field, [[0, 4, 0]])  # |1 + 3| + |-2 + 2|


@pytest.mark.parametrize("options", [{}, {"padding": 2}, {"stride": 2, "padding": 1}])
def test_it_matches_central_differences(rng, options):
    network = nn.Sequential(
        random_conv(rng, 2, 3, **options), nn.Tanh(), random_conv(rng, 3, 2, padding=1)
    )

    def centre(image):
        output = network(torch.from_numpy(image)[None])[0]
        return output[:, output.shape[1] // 2, output.shape[2] // 2].sum().item()

    want = np.zeros((6, 9))
    for c, i, j in np.ndindex(2, 6, 9):
        nudge = np.zeros((2, 6, 9))
        nudge[c, i, j] = 1e-6
        slope = (centre(1 + nudge) - centre(1 - nudge)) / 2e-6
        want[i, j] += abs(slope)
    got = effective_receptive_field(network, (2, 6, 9))
    np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-8)


def test_it_lies_within_the_interval_of_the_arithmetic(rng):
    network = nn.Sequential(
        random_conv(rng, 1, 4, padding=1),
        nn.AvgPool2d(2),
        random_conv(rng, 4, 4, padding=2, dilation=2),
    )
    path = [layers.conv2d(4, 3, padding=1), layers.avg_pool2d(2)]
    path.append(layers.conv2d(4, 3, padding=2, dilation=2))
    field = effective_receptive_field(network, (1, 26, 40))
    for axis, size in enumerate(field.shape):
        seen = np.flatnonzero(field.any(axis=1 - axis))
        assert (seen[0], seen[-1]) == input_interval(path, size // 4)


def test_a_linear_stack_of_averages_narrows_as_the_root_of_its_depth():
    # A sum of n steps, each -1, 0 or 1, has variance 2 n / 3.
    ones = conv(np.full((1, 1, 3, 3), 1 / 9), padding=1)
    for depth in (1, 4, 9):
        field = effective_receptive_field(nn.Sequential(*[ones] * depth), (1, 21, 23))
        place = np.arange(21) - 10
        assert np.isclose(np.sum(field.sum(axis=1) * place**2), 2 * depth / 3)


def test_the_network_is_left_without_gradients_and_in_its_mode(rng):
    network = nn.Sequential(random_conv(rng, 1, 2), nn.BatchNorm2d(2).double()).eval()
    effective_receptive_field(network, (1, 5, 6))
    assert all(parameter.grad is None for parameter in network.parameters())
    assert not network.training


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_number_type_is_the_networks(dtype):
    network = nn.Conv2d(1, 1, 3).to(dtype)
    field = effective_receptive_field(network, (1, 5, 6))
    assert field.dtype == np.dtype(str(dtype).removeprefix("torch."))
    assert effective_receptive_field(nn.AvgPool2d(3), (1, 5, 6)).dtype == np.float32


@pytest.mark.parametrize(
    ("network", "input_shape", "match"),
    [
        (nn.ReLU(), (5, 6), r"must be \(C_in, H_in, W_in\), but it is \(5, 6\)"),
        (nn.ReLU(), (1, 1, 5, 6), r"but it is \(1, 1, 5, 6\)"),
        (nn.Flatten(), (1, 5, 6), r"output` must have 4 axes .* shape is \(1, 30\)"),
    ],
)
def test_what_has_no_central_output_is_refused(network, input_shape, match):
    with pytest.raises(ShapeError, match=match):
        effective_receptive_field(network, input_shape)
