"""The block of numbers that share a mean, operated with mouse, finger and keyboard."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from playwright.sync_api import expect
from torch.nn import functional

from convnets.normalization import group_norm
from coursekit.plots.normalization import shared
from coursekit.widgets import NormalizationCube
from coursekit.widgets.normalization_cube import example

pytestmark = pytest.mark.browser

TORCH = {
    "Batch": lambda x, G: functional.batch_norm(x, None, None, training=True),
    "Layer": lambda x, G: functional.layer_norm(x, x.shape[1:]),
    "Instance": lambda x, G: functional.instance_norm(x),
    "Group": functional.group_norm,
}


@pytest.fixture
def page(show):
    return show(NormalizationCube())


def lit(page):
    """Return the names of the numbers that light up."""
    names = page.locator(".ck-number.ck-on").evaluate_all(
        "nodes => nodes.map((node) => node.getAttribute('aria-label').split(':')[0])"
    )
    return sorted(names)


def names_of(marks):
    """Name the marked places as the figure does."""
    places = np.argwhere(marks)
    return sorted(f"image {n}, channel {c}, pixel {p}" for n, c, p in places)


def row(page, norm):
    """Return what the table says of a norm."""
    line = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=norm))
    return line.locator("td").all_inner_texts()


def every_value(page):
    """Return every number of the block in full, as it is read out."""
    labels = page.locator(".ck-number").evaluate_all(
        "nodes => nodes.map((node) => node.getAttribute('aria-label'))"
    )
    found = {}
    for label in labels:
        place, value = label.split(": ")
        index = tuple(int(word.split()[1]) for word in place.split(", "))
        found[index] = float(value.split(",")[0].replace("−", "-"))
    return found


def test_the_first_number_is_normalised_over_its_channel(page):
    words = "x̂[0, 0, 0] = (x − μ) / √(v + ε) = (−3 − 1.5417) / √(15.1649 + ε) ≈ −1.1663"
    expect(page.locator(".ck-sum")).to_have_text(words)
    assert len(lit(page)) == 24


@pytest.mark.parametrize("norm", ["batch", "layer", "instance", "group"])
@pytest.mark.parametrize("index", [(0, 0, 0), (2, 4, 3)])
def test_what_lights_up_is_what_shares(page, norm, index):
    page.get_by_label(norm.title(), exact=True).check()
    if norm == "group":
        page.get_by_label("3", exact=True).check()
    (name,) = names_of(shared("instance", (4, 6, 6), 1, index) & one(index))
    page.get_by_role("button", name=name).click()
    assert lit(page) == names_of(shared(norm, (4, 6, 6), 3, index))
    expect(page.locator(".ck-number.ck-here")).to_have_count(1)


def one(index):
    """Mark a single place."""
    marks = np.zeros((4, 6, 6), dtype=bool)
    marks[index] = True
    return marks


def test_the_block_lights_up_where_it_can_be_seen(page):
    page.get_by_label("Layer").check()
    assert page.locator(".ck-front.ck-on").count() == 36
    page.get_by_role("button", name="image 3, channel 0, pixel 0").click()
    assert page.locator(".ck-front.ck-on").count() == 0
    assert page.locator(".ck-upper.ck-on, .ck-right.ck-on").count() == 12
    block = page.get_by_role("img", name="A block of numbers")
    expect(block).to_have_accessible_name(
        "A block of numbers: channels to the right, pixels down, images to the back; "
        "36 of 144 light up."
    )


def test_a_click_on_the_block_chooses_a_number(page):
    page.locator(".ck-front").nth(8).click()
    expect(page.locator(".ck-sum")).to_contain_text("x̂[0, 1, 2]")


@pytest.mark.parametrize("norm", TORCH)
@pytest.mark.parametrize("seed", range(2))
def test_every_normalised_number_is_torchs(show, norm, seed):
    rng = np.random.default_rng(seed)
    x = rng.integers(-9, 30, size=(3, 6, int(rng.integers(2, 6)))) / 2
    groups = int(rng.choice([1, 2, 3, 6]))
    page = show(NormalizationCube(x))
    page.get_by_label(norm, exact=True).check()
    if norm == "Group":
        page.get_by_label(str(groups), exact=True).check()
    page.get_by_label("Normalised").check()
    expect(page.locator(".ck-choice:has(:checked)").last).to_have_text("Normalised")
    want = TORCH[norm](torch.from_numpy(x), groups).numpy()
    got = every_value(page)
    assert len(got) == x.size
    for index, value in got.items():
        assert value == pytest.approx(want[index], abs=6e-5)


@pytest.mark.parametrize("groups", [1, 2, 3, 6])
def test_group_norm_is_the_students(page, groups):
    page.get_by_label("Group", exact=True).check()
    page.get_by_label(str(groups), exact=True).check()
    page.get_by_label("Normalised").check()
    x = example()[..., None]  # (N, C, HW, 1)
    want = group_norm(x, groups, np.ones(6), np.zeros(6))[..., 0]
    page.wait_for_function("document.querySelector('.ck-number').textContent != '−3'")
    for index, value in every_value(page).items():
        assert value == pytest.approx(want[index], abs=6e-5)


def test_the_table_compares_all_norms(page, numbers):
    name = "image 2, channel 3, pixel 1"
    page.get_by_role("button", name=name).click()
    x = example()
    sets = {
        "Batch": (x[:, 3], "N · HW = 4 · 6 = 24", "C = 6"),
        "Layer": (x[2], "C · HW = 6 · 6 = 36", "N = 4"),
        "Instance": (x[2, 3], "HW = 6", "N · C = 4 · 6 = 24"),
        "Group": (x[2, 3:], "C / G · HW = 3 · 6 = 18", "N · G = 4 · 2 = 8"),
    }
    for norm, (values, share, means) in sets.items():
        cells = row(page, norm)
        assert cells[:2] == [share, means]
        hat = (x[2, 3, 1] - values.mean()) / np.sqrt(values.var() + 1e-5)
        want = [values.mean(), values.std(), hat]
        np.testing.assert_allclose(numbers(cells[2:]), want, atol=6e-5)


def test_groups_are_asked_for_where_they_matter(page):
    expect(page.get_by_role("group", name="Groups")).to_be_hidden()
    page.get_by_label("Group", exact=True).check()
    radios = page.get_by_role("group", name="Groups").get_by_role("radio")
    assert [radio.get_attribute("value") for radio in radios.all()] == list("1236")


def test_arrow_keys_go_through_channels_pixels_and_images(page):
    page.locator(".ck-number").first.focus()
    for key in ["ArrowRight"] * 6 + ["ArrowDown"] * 2:
        page.keyboard.press(key)
    name = "image 1, channel 0, pixel 2: 2, chosen"
    expect(page.get_by_role("button", name=name)).to_be_focused()
    page.keyboard.press("End")
    expect(page.locator(".ck-sum")).to_contain_text("x̂[3, 5, 5]")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("status")).to_contain_text("share one mean with x[3, 5, 5]")
    assert page.locator(".ck-number[tabindex='0']").count() == 1


def test_step_and_reset(page):
    page.get_by_role("button", name="Step").click()
    expect(page.locator(".ck-sum")).to_contain_text("x̂[0, 0, 1]")
    page.get_by_label("Layer").check()
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_label("Batch")).to_be_checked()
    expect(page.locator(".ck-sum")).to_contain_text("x̂[0, 0, 0]")


def test_pointing_looks_without_choosing(page):
    page.get_by_role("button", name="image 1, channel 1, pixel 1").hover()
    expect(page.locator(".ck-sum")).to_contain_text("x̂[1, 1, 1]")
    page.mouse.move(2, 2)
    expect(page.locator(".ck-sum")).to_contain_text("x̂[0, 0, 0]")


def test_a_tap_chooses(show):
    page = show(NormalizationCube(), width=390, has_touch=True)
    page.get_by_role("button", name="image 1, channel 1, pixel 1").tap()
    expect(page.locator(".ck-sum")).to_contain_text("x̂[1, 1, 1]")


def test_equal_numbers_become_zero(show):
    page = show(NormalizationCube(np.full((3, 2, 4), 7.0)))
    expect(page.locator(".ck-total")).to_have_text("= 0")


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_group_norm_is_accessible_and_fits(show, violations, photograph, theme, width):
    page = show(NormalizationCube(norm="group"), theme=theme, width=width)
    page.get_by_label("Normalised").check()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    sizes = page.locator(".ck-number").evaluate_all(
        "nodes => nodes.map((node) => node.getBoundingClientRect().width)"
    )
    assert min(sizes) >= 24
    photograph(page, f"normalization-cube-{theme}-{width}")
