"""What an output unit of stacked layers sees, with mouse, keyboard and touch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from convnets import layers
from convnets.receptive_field import input_interval, receptive_field
from coursekit.widgets import ReceptiveFieldExplorer

pytestmark = pytest.mark.browser

READ = """nodes => nodes.map(node => ({
  row: Number(node.style.getPropertyValue("--row")),
  unit: Number(node.innerText.replace("\N{MINUS SIGN}", "-")),
  lit: node.classList.contains("ck-on"),
  padding: node.classList.contains("ck-padding"),
  outer: node.classList.contains("ck-outer"),
  left: node.getBoundingClientRect().left,
  right: node.getBoundingClientRect().right,
}))"""


@pytest.fixture
def page(show):
    return show(ReceptiveFieldExplorer())


def units(page, **wanted):
    """Read the units that have all the properties wanted, as numbers."""
    found = page.locator(".ck-unit").evaluate_all(READ)
    return [
        one["unit"]
        for one in found
        if all(one[name] == value for name, value in wanted.items())
    ]


def table(page, numbers):
    """Read units, size, jump and start of every row."""
    return [
        numbers(
            [row.locator("td").first.inner_text(), *row.locator("b").all_inner_texts()]
        )
        for row in page.locator("tbody tr").all()
    ]


def sentence(page):
    return page.locator(".ck-sum").inner_text()


def draw(rng):
    """Draw layers, and a size on which each of them has an output."""
    while True:
        size = int(rng.integers(8, 25))
        chosen = [draw_layer(rng) for _ in range(rng.integers(1, 6))]
        try:
            network(chosen)(ones(size))
        except RuntimeError:
            continue
        return chosen, size


def draw_layer(rng):
    kernel, stride, spacing = (int(n) for n in rng.integers(1, (6, 4, 4)))
    padding = int(rng.integers(0, 1 + min(3, kernel // 2)))
    if rng.integers(2):
        return layers.conv2d(1, kernel, stride, padding, spacing)
    if rng.integers(2):
        return layers.max_pool2d(kernel, stride, padding, spacing)
    return layers.avg_pool2d(kernel, stride, padding)


def ones(size):
    return torch.ones(1, 1, size, dtype=torch.float64, requires_grad=True)


def network(chosen):
    """Sum under every window, whatever the layer: gradients then show what is read."""
    names = ("stride", "padding", "dilation")
    parts = []
    for layer in chosen:
        more = {name: layer[name] for name in names if name in layer}
        part = torch.nn.Conv1d(1, 1, layer["kernel_size"], bias=False, **more)
        torch.nn.init.ones_(part.weight)
        parts.append(part.double())
    return torch.nn.Sequential(*parts).double()


def pixels_read(chosen, size, unit):
    """Find the pixels whose change changes one output."""
    x = ones(size)
    network(chosen)(x)[0, 0, unit].backward()
    return np.flatnonzero(x.grad[0, 0]).tolist()


@pytest.mark.parametrize("seed", range(12))
def test_lit_pixels_and_numbers_are_those_of_the_references(show, numbers, seed):
    rng = np.random.default_rng(seed)
    chosen, size = draw(rng)
    page = show(ReceptiveFieldExplorer(chosen, size))
    want = [[size, 1, 1, 0]]
    for n in range(1, len(chosen) + 1):
        outputs = network(chosen[:n])(ones(size)).shape[-1]
        want.append([outputs, *receptive_field(chosen[:n])])
    np.testing.assert_allclose(table(page, numbers), want)
    for unit in rng.permutation(want[-1][0])[:4]:
        page.locator("button.ck-unit").nth(unit).click()
        lit = units(page, row=0, lit=True, padding=False)
        assert lit == pixels_read(chosen, size, unit)
        first, last = input_interval(chosen, int(unit))
        assert f"sees input {first} to {last}".replace("-", "\N{MINUS SIGN}") in (
            sentence(page)
        )
        assert padding_lit(page) == [
            at for at in positions(chosen, unit) if not 0 <= at < size
        ]
        check_bracket(page, size, first, last)


def positions(chosen, unit):
    """Walk back from a unit to every input position, on rows without an end."""
    reached = {int(unit)}
    for layer in reversed(chosen):
        gap = layer.get("dilation", 1)
        taps = range(0, gap * layer["kernel_size"], gap)
        reached = {
            one * layer["stride"] - layer["padding"] + tap
            for one in reached
            for tap in taps
        }
    return sorted(reached)


def padding_lit(page):
    inner = units(page, row=0, lit=True, padding=True)
    return sorted([*inner, *units(page, outer=True)])


def check_bracket(page, size, first, last):
    """See that the bracket spans the interval, with padding outside the image."""
    expect(page.locator(".ck-bracket")).to_have_text(str(last - first + 1))
    outside = [at for at in range(first, last + 1) if not 0 <= at < size]
    words = f"{len(outside)} of them padding" if outside else "pixel"
    expect(page.locator(".ck-sum")).to_contain_text(words)
    cells = page.locator(".ck-unit").evaluate_all(READ)
    boxes = {one["unit"]: one for one in cells if one["row"] == 0}
    bracket = page.locator(".ck-bracket").bounding_box()
    assert bracket["x"] == pytest.approx(boxes[first]["left"], abs=3)
    end = bracket["x"] + bracket["width"]
    assert end == pytest.approx(boxes[last]["right"], abs=3)


def test_every_row_that_matters_lights_up_padding_included(page):
    assert units(page, row=0, lit=True) == [-1, 0, 1, 2, 3, 4]
    assert units(page, row=1, lit=True) == [0, 1, 2, 3]
    assert units(page, row=2, lit=True) == [-1, 0, 1]
    assert units(page, row=3, lit=True) == [0]
    assert units(page, row=2, lit=True, padding=True) == [-1]
    assert units(page, outer=True) == [-3, -2]


def test_no_line_leads_on_from_padding(page):
    paths = page.locator(".ck-edge").all()
    counts = [path.get_attribute("d").count("M") for path in paths]
    assert counts == [4 * 3, 2 * 2, 3]


def test_a_pixel_behind_padding_is_not_read(show):
    chosen = [layers.conv2d(1, 2, stride=2), layers.conv2d(1, 3, padding=1)]
    page = show(ReceptiveFieldExplorer(chosen, 5))
    page.get_by_role("button", name="Step").click()
    assert sentence(page).startswith("Output unit 1 sees input 0 to 5: 6 positions")
    assert units(page, row=0, lit=True) == pixels_read(chosen, 5, 1) == [0, 1, 2, 3]
    note = page.locator(".ck-sum + .ck-note")
    expect(note).to_contain_text("In between, 1 pixel is not read.")


def test_pointing_at_a_unit_shows_it_for_the_time_being(page):
    page.locator("button.ck-unit").nth(3).hover()
    assert sentence(page).startswith("Output unit 3 sees input 3 to 10")
    assert units(page, row=2, lit=True) == [2, 3, 4]
    page.get_by_role("button", name="Play").hover()
    assert sentence(page).startswith("Output unit 0")


def test_clicking_a_unit_keeps_it(page):
    page.locator("button.ck-unit").nth(3).click()
    page.get_by_role("button", name="Play").hover()
    text = "Output unit 3 sees input 3 to 10: 8 positions, all of them pixels."
    assert sentence(page) == text
    expect(page.locator(".ck-place")).to_have_text("Unit 4 of 6")


def test_arrow_keys_move_the_unit_and_the_focus(page):
    page.locator("button.ck-unit").first.focus()
    for key, unit in [("ArrowRight", 1), ("ArrowDown", 2), ("End", 5), ("Home", 0)]:
        page.keyboard.press(key)
        expect(page.locator(".ck-sum")).to_contain_text(f"Output unit {unit} sees")
        expect(page.locator("button.ck-unit").nth(unit)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("button.ck-unit").first).to_be_focused()


def test_arrow_keys_in_a_list_change_the_layer_only(page):
    page.get_by_label("Layer 1 type").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Layer 1 type")).to_have_value("MaxPool2d")
    assert sentence(page).startswith("Output unit 0")


def test_a_tap_chooses_a_unit_on_a_phone(show):
    page = show(ReceptiveFieldExplorer(), width=390, has_touch=True)
    page.locator("button.ck-unit").nth(2).tap()
    assert sentence(page).startswith("Output unit 2 sees input 1 to 8")


def test_the_lines_of_the_calculation_are_shown(page):
    rows = page.locator("tbody tr")
    assert rows.nth(2).locator("td").all_inner_texts()[1:] == [
        "3 + 1·1 = 4",
        "1·2 = 2",
        "0 + (0.5 − 0)·1 = 0.5",
    ]
    note = page.locator(".ck-sum + .ck-note")
    expect(note).to_contain_text("start + 0·jump = 0.5 + 0·2 = 0.5. To either side: ")
    expect(note).to_contain_text("(size − 1) / 2 = (8 − 1) / 2 = 3.5.")


def test_pixels_that_dilation_skips_are_counted(show):
    page = show(ReceptiveFieldExplorer([layers.conv2d(1, 3, dilation=2)], 9))
    assert units(page, row=0, lit=True) == [0, 2, 4]
    note = page.locator(".ck-sum + .ck-note")
    expect(note).to_contain_text("In between, 2 pixels are not read.")


def test_layers_are_added_up_to_five_and_removed_down_to_one(page):
    add = page.get_by_role("button", name="Add a layer")
    for _ in range(3):
        add.click(force=True)
    expect(page.locator("tbody tr")).to_have_count(6)
    expect(add).to_have_attribute("aria-disabled", "true")
    for n in (5, 4, 3, 2):
        page.get_by_role("button", name=f"Remove layer {n}").click()
    page.get_by_role("button", name="Remove layer 1").click(force=True)
    expect(page.locator("tbody tr")).to_have_count(2)


def test_a_layer_in_the_middle_can_be_removed(page):
    page.get_by_role("button", name="Remove layer 2").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove layer 2")).to_be_focused()
    assert sentence(page).startswith("Output unit 0 sees input −2 to 2")


def test_the_focus_is_kept_when_the_last_layer_goes(page):
    page.get_by_role("button", name="Remove layer 3").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Add a layer")).to_be_focused()


def test_settings_change_what_is_seen(page):
    page.get_by_label("Layer 1 kernel").fill("5")
    page.get_by_label("Layer 1 padding").fill("2")
    page.get_by_label("Layer 3 dilation").fill("2")
    page.get_by_label("Layer 3 padding").fill("2")
    text = "Output unit 0 sees input −6 to 7: 14 positions, 6 of them padding."
    assert sentence(page) == text


def test_average_pooling_has_no_dilation(page):
    page.get_by_label("Layer 2 dilation").fill("2")
    page.get_by_label("Layer 2 type").select_option("AvgPool2d")
    expect(page.get_by_label("Layer 2 dilation")).to_be_hidden()
    page.get_by_label("Layer 2 type").select_option("MaxPool2d")
    expect(page.get_by_label("Layer 2 dilation")).to_have_value("1")


def test_a_layer_that_does_not_fit_is_named(page):
    page.get_by_label("Input size").fill("2")
    page.get_by_label("Layer 3 padding").fill("0")
    text = "Layer 3: The kernel size (3) is more than the padded input (1 + 2·0 = 1)."
    expect(page.locator(".ck-warning")).to_contain_text(text)
    expect(page.locator("button.ck-unit, .ck-sum")).to_have_count(0)
    assert page.locator("tbody tr").last.locator("td").first.inner_text() == "–"
    page.get_by_role("button", name="Step").click(force=True)
    page.get_by_label("Layer 3 padding").fill("1")
    expect(page.locator("button.ck-unit")).to_have_count(1)


def test_a_pool_with_too_much_padding_is_refused_as_pytorch_does(page):
    page.get_by_label("Layer 2 padding").fill("2")
    text = "Layer 2: The padding of a pool (2) must be at most half the kernel size (2)"
    expect(page.locator(".ck-warning")).to_contain_text(text)


def test_each_unit_is_announced_but_not_the_first_view(page):
    status = page.get_by_role("status")
    expect(status).to_be_empty()
    page.get_by_role("button", name="Step").click()
    text = "Output unit 1 sees input −1 to 6: 8 positions, 1 of them padding."
    expect(status).to_have_text(text)


def test_reset_brings_back_what_the_author_wrote(page):
    page.get_by_label("Input size").fill("20")
    page.get_by_role("button", name="Remove layer 2").click()
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_label("Input size")).to_have_value("12")
    expect(page.get_by_label("Layer 2 type")).to_have_value("MaxPool2d")
    assert sentence(page).startswith("Output unit 0 sees input −3 to 4")


def test_playing_walks_to_the_last_unit(page):
    page.clock.install()
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(10_000)
    assert sentence(page).startswith("Output unit 5")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


@pytest.fixture(scope="module")
def figures():
    dilated = [layers.conv2d(1, 3, padding=n, dilation=n) for n in (1, 2)]
    deep = [
        layers.conv2d(1, 5, padding=2),
        layers.max_pool2d(2),
        layers.conv2d(1, 3, 2, 1),
    ]
    return [
        ReceptiveFieldExplorer(),
        ReceptiveFieldExplorer(dilated, 14),
        ReceptiveFieldExplorer([*deep, layers.avg_pool2d(2)], 28),
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_is_accessible_and_fits(show, violations, photograph, figures, theme, width):
    page = show(*figures, theme=theme, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    photograph(page, f"receptive-field-explorer-{theme}-{width}")


def test_units_and_controls_are_large_enough_to_touch(show, figures):
    page = show(*figures, width=390)
    targets = page.locator(".ck-figure :is(button, select, input)")
    sizes = targets.evaluate_all(
        "nodes => nodes.map(node => node.getBoundingClientRect())"
        ".map(({ width, height }) => Math.min(width, height)).filter(size => size > 0)"
    )
    assert min(sizes) >= 24


def test_what_is_seen_is_scrolled_into_view(show, figures):
    page = show(figures[1], width=390)
    page.locator("button.ck-unit").first.focus()
    page.keyboard.press("End")
    last = page.locator("button.ck-unit").last.bounding_box()
    scroller = page.get_by_role("group", name="Rows of units").bounding_box()
    assert last["x"] + last["width"] <= scroller["x"] + scroller["width"]


def test_without_scripts_the_picture_is_shown(show):
    page = show(ReceptiveFieldExplorer(), java_script_enabled=False)
    expect(page.get_by_role("img", name="On 12 pixels: convolution 3")).to_be_visible()
