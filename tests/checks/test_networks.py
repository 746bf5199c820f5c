"""A network crosses between processes as plain values and is built where it is used."""

from __future__ import annotations

import numpy as np
import torch

from coursekit.checks.codec import from_json, to_json
from coursekit.checks.declare import case
from coursekit.checks.networks import build_network
from coursekit.checks.outcome import call


def chain(rng):
    """Describe a convolution with a bias, an activation, a pool, and one without."""
    first = {
        "type": "Conv2d",
        "in_channels": 2,
        "out_channels": 3,
        "kernel_size": 3,
        "padding": 1,
        "weight": rng.normal(size=(3, 2, 3, 3)),
        "bias": rng.normal(size=3),
    }
    last = {
        "type": "Conv2d",
        "in_channels": 3,
        "out_channels": 1,
        "kernel_size": 2,
        "bias": True,
        "weight": rng.normal(size=(1, 3, 2, 2)),
    }
    pool = {"type": "MaxPool2d", "kernel_size": 2, "stride": 2}
    return [first, {"type": "Tanh"}, pool, last]


def test_a_network_computes_what_its_weights_say():
    rng = np.random.default_rng(0)
    layers, x = chain(rng), torch.from_numpy(rng.normal(size=(1, 2, 7, 8)))
    first, last = (
        [torch.from_numpy(layers[i][name]) for name in ("weight", "bias")[: 2 - i // 3]]
        for i in (0, 3)
    )
    hidden = torch.tanh(torch.nn.functional.conv2d(x, *first, padding=1))
    want = torch.nn.functional.conv2d(torch.nn.functional.max_pool2d(hidden, 2), *last)
    torch.testing.assert_close(build_network(layers)(x), want)


def test_a_network_without_weights_draws_its_own():
    network = build_network(
        [{"type": "Conv2d", "in_channels": 2, "out_channels": 3, "kernel_size": 1}]
    )
    assert network[0].weight.shape == (3, 2, 1, 1)
    assert network[0].bias is not None
    assert network[0].weight.dtype == torch.float64


def test_the_description_of_a_network_can_be_carried():
    layers = chain(np.random.default_rng(1))
    again = from_json(to_json(layers))
    np.testing.assert_array_equal(again[0]["weight"], layers[0]["weight"])
    assert again[1:3] == layers[1:3]


def test_a_function_is_called_with_the_network_itself():
    def count(network, factor):
        return factor * sum(p.numel() for p in network.parameters())

    layers = chain(np.random.default_rng(2))
    outcome = call(count, case("two", layers, 2), "torch network")
    assert outcome.kind == "value"
    assert outcome.value == 2 * (3 * 2 * 9 + 3 + 3 * 4)
    assert outcome.changed == ()


def test_a_case_may_name_a_function():
    outcome = call(lambda f, x: f(x), case("by name", "cube", 2.0), "named function")
    assert outcome.value == 8.0
