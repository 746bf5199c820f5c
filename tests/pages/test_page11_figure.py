"""What page 11 says below its ladder, on the figure's network built of PyTorch's parts.

`tests/browser/test_sanity_ladder.py` operates the figure itself.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from coursekit.widgets import sanity_network
from coursekit.widgets.sanity_network import chosen_digits, first_parameters, generator

PAGE = Path(__file__).parents[2] / "book" / "your_own_network.md"
TEXT = PAGE.read_text(encoding="utf-8")
IMAGES, LABELS = (torch.from_numpy(array) for array in chosen_digits())


class Open(torch.autograd.Function):
    """A ReLU that lets everything through on the way back."""

    @staticmethod
    def forward(ctx, x):
        return x.relu()

    @staticmethod
    def backward(ctx, grad):
        return grad


def logits_of(p, images, relu=torch.relu):
    maps = F.conv2d(images, p["conv.weight"], p["conv.bias"])
    flat = F.max_pool2d(relu(maps), 2).flatten(1)
    return F.linear(flat, p["fc.weight"], p["fc.bias"])


def batches(count, size, epochs):
    """Draw the figure's own order for seed 0."""
    draw = generator(2)
    for _ in range(epochs):
        order = list(range(count))
        for n in range(count - 1, 0, -1):
            other = int(next(draw) * (n + 1))
            order[n], order[other] = order[other], order[n]
        yield from torch.tensor(order).split(size)


def trained(count, size, epochs, relu=torch.relu, sign=-1, moves_biases=True):
    """Train at a rate of 0.3; return the parameters and the losses of all steps."""
    p, losses = first_parameters(0), []
    for chosen in batches(count, size, epochs):
        loss = F.cross_entropy(logits_of(p, IMAGES[chosen], relu), LABELS[chosen])
        losses.append(loss.item())
        gradients = torch.autograd.grad(loss, list(p.values()))
        with torch.no_grad():
            for (name, value), gradient in zip(p.items(), gradients, strict=True):
                if moves_biases or "bias" not in name:
                    value += sign * 0.3 * gradient
    return p, losses


def climbed(**mistake):
    """Return the last loss with ten digits, and the share of new digits read right."""
    _, losses = trained(10, 10, 200, **mistake)
    p, _ = trained(300, 20, 20, **mistake)
    with torch.no_grad():
        right = logits_of(p, IMAGES[300:]).argmax(dim=1) == LABELS[300:]
    return losses[-1], right.double().mean().item()


@pytest.fixture(scope="module")
def nothing_broken():
    return climbed()


def test_the_network_is_that_of_the_figure(nothing_broken):
    _, losses = trained(10, 10, 200)
    np.testing.assert_allclose(losses, sanity_network.by_heart(0, 0.3), rtol=1e-6)
    assert (len(IMAGES[:300]), len(IMAGES[300:])) == (300, 100)
    assert "with 300 digits, and reads 100 others; more than four of five" in TEXT
    assert nothing_broken[0] < 0.01
    assert nothing_broken[1] > 0.8


def test_without_the_relu_on_the_way_back_only_the_gradient_is_wrong(nothing_broken):
    loss, share = climbed(relu=Open.apply)
    assert loss < 0.01
    assert share == pytest.approx(nothing_broken[1], abs=0.03)
    p, few = first_parameters(0), (IMAGES[:3], LABELS[:3])
    with torch.no_grad():
        p["conv.bias"] += 0.1  # away from the kink
    right, wrong = (
        torch.autograd.grad(
            F.cross_entropy(logits_of(p, few[0], relu), few[1]), p["conv.weight"]
        )[0]
        for relu in (torch.relu, Open.apply)
    )
    assert (right - wrong).abs().max() > 0.01 * right.abs().max()


def test_a_step_uphill_has_right_gradients_and_learns_nothing():
    # Its loss is that of the right network at the start, and so are its gradients.
    loss, share = climbed(sign=+1)
    assert not loss < 2.3
    assert share < 0.3


def test_biases_left_out_pass_all_four_rungs(nothing_broken):
    loss, share = climbed(moves_biases=False)
    assert loss < 0.01
    assert share > 0.8


@pytest.mark.parametrize("rate", [0.001, 3.0])
def test_a_wrong_rate_shows_from_rung_3_on(rate):
    losses = sanity_network.by_heart(0, rate)
    assert losses[0] == pytest.approx(np.log(10), abs=0.1)
    assert not losses[-1] < 0.01
