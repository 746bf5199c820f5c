"""The ladder climbed in the browser, against NumPy and the course's own functions."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from convnets.backprop import (
    conv2d_backward,
    linear,
    linear_backward,
    max_pool2d_backward,
    relu_backward,
    softmax_cross_entropy,
)
from convnets.im2col import conv2d
from convnets.pooling import max_pool2d
from coursekit.widgets import SanityLadder, sanity_network
from coursekit.widgets.base import HERE
from coursekit.widgets.sanity_ladder import MISTAKES

pytestmark = pytest.mark.browser

SOURCE = (HERE / "sanity_network.js").read_text(encoding="utf-8")
# Which rungs hold at a learning rate of 0.3.
LADDER = {
    "none": "++++",
    "large": "-+++",
    "zero": "++--",
    "summed": "-+--",
    "flipped": "+-++",
    "relu": "+-++",
    "sign": "+---",
    "added": "++--",
    "kept": "+++-",
    "biases": "++++",
    "labels": "++--",
    "inverted": "+++-",
    "kink": "+-++",
}


@pytest.fixture
def page(show):
    return show(SanityLadder())


def compute(page, expression, given=None):
    """Evaluate an expression with the functions of the script at hand."""
    return page.evaluate(f"(given) => {{ {SOURCE}\nreturn {expression}; }}", given)


def reference(p, images, labels):
    """Return loss and gradients by the functions of problem sets 1 to 5."""
    before = conv2d(images, p["conv.weight"], p["conv.bias"])
    relu = np.maximum(before, 0)
    pool = max_pool2d(relu, 2)
    flat = pool.reshape(len(images), -1)
    logits = linear(flat, p["fc.weight"], p["fc.bias"])
    loss, grad = softmax_cross_entropy(logits, labels)
    grad, fc_weight, fc_bias = linear_backward(grad, flat, p["fc.weight"])
    grad = max_pool2d_backward(grad.reshape(pool.shape), relu, 2)
    grad = relu_backward(grad, before)
    _, weight, bias = conv2d_backward(grad, images, p["conv.weight"])
    names = ("conv.weight", "conv.bias", "fc.weight", "fc.bias")
    return loss, dict(zip(names, (weight, bias, fc_weight, fc_bias), strict=True))


def first(seed):
    return {
        name: value.detach().numpy()
        for name, value in sanity_network.first_parameters(seed).items()
    }


@pytest.mark.parametrize("seed", [0, 3, 9])
def test_losses_and_gradients_are_those_of_the_course(page, seed):
    expression = """(() => {
      const found = lossAndGradients(firstWeights(given.seed, "none"),
        ...splitUp(digitsOf(given.digits).slice(0, 20)), "none");
      const lists = Object.entries(found.gradients).map(([k, g]) => [k, [...g]]);
      return { loss: found.loss, gradients: Object.fromEntries(lists) };
    })()"""
    got = compute(page, expression, {"seed": seed, "digits": sanity_network.packed()})
    images, labels = sanity_network.chosen_digits()
    loss, gradients = reference(first(seed), images[:20], labels[:20])
    assert got["loss"] == pytest.approx(loss, rel=1e-12)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(
            got["gradients"][name], gradient.ravel(), rtol=1e-9, atol=1e-13
        )


@pytest.mark.parametrize(("seed", "rate"), [(0, 0.3), (4, 0.03), (7, 1.0)])
def test_the_curve_is_that_of_plain_steps(page, seed, rate):
    expression = (
        "afterTraining(digitsOf(given.digits), 'none', given.rate, given.seed).losses"
    )
    given = {"seed": seed, "rate": rate, "digits": sanity_network.packed()}
    got = compute(page, expression, given)
    images, labels = (array[:10] for array in sanity_network.chosen_digits())
    p, losses = first(seed), []
    for _ in range(200):
        loss, gradients = reference(p, images, labels)
        losses.append(loss)
        p = {name: p[name] - rate * gradients[name] for name in p}
    np.testing.assert_allclose(got, losses, rtol=1e-6)
    np.testing.assert_allclose(sanity_network.by_heart(seed, rate), losses, rtol=1e-6)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_seen_by_its_rungs(page, mistake):
    page.get_by_role("combobox", name="Mistake").select_option(mistake)
    expect(page.locator(".ck-what")).to_have_text(MISTAKES[mistake][1])
    rows = page.locator(".ck-rungs tbody tr").all()
    shown = "".join("+" if "holds" in row.inner_text() else "-" for row in rows)
    assert shown == LADDER[mistake]
    first = shown.find("-")
    words = "All four rungs hold" if first < 0 else f"Rung {first + 1} fails first"
    expect(page.locator(".ck-sum")).to_contain_text(words)


def test_a_wrong_rate_is_told_from_a_mistake(page):
    page.get_by_role("combobox", name="Learning rate").select_option(label="3")
    expect(page.locator(".ck-sum")).to_contain_text("the learning rate is wrong")
    page.get_by_role("combobox", name="Mistake").select_option("relu")
    expect(page.locator(".ck-sum")).to_contain_text("Without the mistake rung")
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(".ck-sum")).to_have_text("All four rungs hold.")


def test_keys_choose_and_the_result_is_spoken(page):
    page.get_by_role("combobox", name="Mistake").focus()
    page.keyboard.press("ArrowDown")
    status = page.get_by_role("status")
    expect(status).to_contain_text("15 times too large")
    expect(status).to_contain_text("Loss before training: 4.689, fails.")
    page.get_by_label("Seed").fill("4")
    expect(status).to_contain_text("Loss before training: 2.907, fails.")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_is_accessible_and_fits(show, violations, photograph, theme, width):
    page = show(SanityLadder(), theme=theme, width=width)
    page.get_by_role("combobox", name="Mistake").select_option("relu")
    page.get_by_text("The curves as a table").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    photograph(page, f"sanity-ladder-{theme}-{width}")
