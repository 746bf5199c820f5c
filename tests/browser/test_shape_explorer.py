"""Every place of a kernel on a row of pixels, with mouse, keyboard and touch."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from coursekit.widgets import ShapeExplorer

pytestmark = pytest.mark.browser

LABELS = {
    "size": "Input size",
    "kernel_size": "Kernel size",
    "stride": "Stride",
    "padding": "Padding",
    "dilation": "Dilation",
    "output_padding": "Output padding",
}
MOST = {"size": 12, "kernel_size": 5, "stride": 4, "padding": 4, "dilation": 3}
TAP = re.compile(r"w(\d+) on x(\d+)")


@pytest.fixture
def page(show):
    return show(ShapeExplorer())


def field(page, name):
    return page.get_by_label(LABELS[name], exact=True)


def place(page):
    return page.locator(".ck-place").inner_text()


def lines(page):
    return page.locator(".ck-working > li .ck-formula").all_inner_texts()


def weights(page):
    """Read which weight meets which pixel: one list of pairs for each output."""
    names = "nodes => nodes.map(node => node.getAttribute('aria-label'))"
    texts = page.locator("button.ck-lane").evaluate_all(names)
    return [sorted((int(w), int(x)) for w, x in TAP.findall(text)) for text in texts]


def by_pytorch(size, kernel_size, transposed=False, **settings):
    """Push a 1 through each pixel: the answers are the weights that meet it."""
    pixels = torch.eye(size, dtype=torch.float64)[:, None]
    numbered = torch.arange(1.0, kernel_size + 1, dtype=torch.float64)[None, None]
    functional = torch.nn.functional
    function = functional.conv_transpose1d if transposed else functional.conv1d
    met = function(pixels, numbered, **settings)[:, 0].numpy().round().astype(int)
    taps = [np.argwhere(column)[:, 0] for column in met.T]
    return [
        sorted((int(met[x, y]) - 1, int(x)) for x in column)
        for y, column in enumerate(taps)
    ]


def draw(rng, transposed):
    """Draw settings that PyTorch accepts."""
    while True:
        given = {name: int(rng.integers(1, most + 1)) for name, most in MOST.items()}
        given["padding"] -= 1
        if transposed:
            given["size"] = min(given["size"], 5)
            given["output_padding"] = int(rng.integers(0, 3))
        try:
            return given, by_pytorch(**given, transposed=transposed)
        except RuntimeError:
            continue


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_outputs_are_those_of_pytorch(show, seed, transposed):
    rng = np.random.default_rng(seed)
    page = show(ShapeExplorer(transposed=transposed))
    for _ in range(12):
        given, want = draw(rng, transposed)
        for name, value in given.items():
            field(page, name).fill(str(value))
        assert weights(page) == want, given
        expect(page.locator(".ck-working .ck-total")).to_have_text(str(len(want)))
        expect(page.locator(".ck-place")).to_have_text(f"Position 1 of {len(want)}")


@pytest.mark.parametrize("transposed", [False, True])
def test_taps_lie_below_the_cells_they_meet(show, transposed):
    page = show(ShapeExplorer(5, 3, 2, 1, 2, transposed))
    middle = "nodes => nodes.map(node => node.getBoundingClientRect())"
    middle += ".map(box => box.left + box.width / 2)"
    for output in page.locator("button.ck-lane").all():
        output.click()
        taps = output.locator(".ck-mark").evaluate_all(middle)
        lit = page.locator(".ck-spot.ck-on").evaluate_all(middle)
        np.testing.assert_allclose(taps, lit, atol=0.5)


def test_the_numbers_are_put_into_the_rule_step_by_step(show):
    page = show(ShapeExplorer(7, 3, 3))
    assert lines(page) == [
        "⌊(size + 2·padding − dilation·(kernel_size − 1) − 1) / stride⌋ + 1",
        "⌊(7 + 2·0 − 1·(3 − 1) − 1) / 3⌋ + 1",
        "⌊(7 − 3) / 3⌋ + 1",
        "⌊4 / 3⌋ + 1",
        "⌊1.33⌋ + 1",
        "1 + 1",
        "2",
    ]


def test_the_rule_of_the_transposed_convolution_is_worked_out(show):
    page = show(ShapeExplorer(4, 3, 2, 1, transposed=True, output_padding=1))
    assert lines(page)[1:] == [
        "(4 − 1)·2 − 2·1 + 1·(3 − 1) + 1 + 1",
        "6 − 2 + 2 + 1 + 1",
        "8",
    ]


def test_what_the_stride_leaves_over_is_hatched_and_said(show):
    page = show(ShapeExplorer(7, 3, 3))
    warning = page.locator(".ck-warning")
    expect(warning).to_contain_text(
        "Stride 3 does not fit: 1 pixel at the end of the input is left over. "
        "Without rounding, 4 / 3 + 1 = 2.33."
    )
    expect(page.locator(".ck-rest")).to_have_count(3)
    expect(page.get_by_text("no room")).to_be_visible()
    expect(page.locator(".ck-rest-name")).to_have_text("left over")


def test_nothing_is_left_over_when_the_stride_fits(page):
    field(page, "stride").fill("2")
    expect(page.locator(".ck-why").nth(5)).to_have_text("it fits exactly")
    expect(page.locator(".ck-rest, .ck-ghost, .ck-warning")).to_have_count(0)


def test_pixels_between_windows_are_named(show):
    page = show(ShapeExplorer(7, 1, 3))
    text = "The windows step over pixels that none of them reads: x1, x2, x4, x5."
    expect(page.locator(".ck-note").last).to_have_text(text)


def test_a_kernel_that_does_not_fit_is_refused_in_the_words_of_the_errors(page):
    field(page, "size").fill("2")
    text = "The kernel size (3) is more than the padded input (2 + 2·0 = 2). "
    expect(page.locator(".ck-warning")).to_have_text(
        text + "Use a smaller kernel or more padding."
    )
    expect(page.locator("button.ck-lane, .ck-sum")).to_have_count(0)
    page.get_by_role("button", name="Step").click(force=True)
    page.keyboard.press("ArrowRight")
    field(page, "padding").fill("1")
    expect(page.locator("button.ck-lane")).to_have_count(2)


def test_a_dilated_kernel_that_does_not_fit_is_refused(page):
    field(page, "dilation").fill("3")
    field(page, "size").fill("6")
    text = "(3) at dilation 3 spans 7 pixels, more than the padded input (6 +"
    expect(page.locator(".ck-warning")).to_contain_text(text)


REFUSED = {
    "output_padding": ("2", "must be smaller than the stride or than the dilation"),
    "padding": ("4", "takes 2·4 pixels from an output of 3, and nothing is left"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_transposed_convolution_without_outputs_is_refused(show, name):
    value, text = REFUSED[name]
    page = show(ShapeExplorer(1, 3, 2, transposed=True))
    field(page, name).fill(value)
    expect(page.locator(".ck-warning")).to_contain_text(text)
    expect(page.locator("button.ck-lane")).to_have_count(0)


def test_zeros_stand_between_the_pixels_of_a_transposed_convolution(page):
    field(page, "size").fill("3")
    field(page, "stride").fill("3")
    page.get_by_label("Transposed").check()
    cells = page.locator(".ck-spot").all_inner_texts()
    assert cells == ["0", "0", "x0", "0", "0", "x1", "0", "0", "x2", "0", "0"]
    expect(page.locator(".ck-note").first).to_contain_text("2 zeros (stride − 1)")


def test_padding_cuts_pixels_off_a_transposed_convolution(show):
    page = show(ShapeExplorer(4, 1, 2, 1, transposed=True))
    assert page.locator(".ck-rest-name").all_inner_texts() == ["cut off"] * 2
    assert weights(page) == by_pytorch(4, 1, stride=2, padding=1, transposed=True)


def test_an_output_that_no_pixel_reaches_says_so(show):
    page = show(ShapeExplorer(3, 1, 2, transposed=True))
    page.get_by_role("button", name="Step").click()
    expect(page.locator(".ck-sum")).to_have_text("y1 = 0, for no pixel reaches it")


def test_step_and_click_move_to_an_output(page):
    expect(page.locator(".ck-sum")).to_have_text("y0 = w0·x0 + w1·x1 + w2·x2")
    page.get_by_role("button", name="Step").click()
    expect(page.locator(".ck-sum")).to_have_text("y1 = w0·x1 + w1·x2 + w2·x3")
    page.get_by_role("button", name="output 4").click()
    assert place(page) == "Position 5 of 5"
    expect(page.locator(".ck-sum")).to_have_text("y4 = w0·x4 + w1·x5 + w2·x6")


def test_arrow_keys_move_the_output_and_the_focus(page):
    page.locator("button.ck-lane").first.focus()
    for key, number in [("ArrowDown", 2), ("ArrowRight", 3), ("Home", 1), ("End", 5)]:
        page.keyboard.press(key)
        assert place(page) == f"Position {number} of 5"
        expect(page.locator("button.ck-lane").nth(number - 1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    assert place(page) == "Position 5 of 5"


def test_one_output_is_in_the_tab_order(page):
    assert page.locator("button.ck-lane[tabindex='0']").count() == 1


def test_padding_adds_zeros_to_the_sum(page):
    field(page, "padding").fill("1")
    expect(page.locator(".ck-sum")).to_have_text("y0 = w0·0 + w1·x0 + w2·x1")


def test_each_output_is_announced_but_not_the_first_view(page):
    status = page.get_by_role("status")
    expect(status).to_be_empty()
    page.get_by_role("button", name="Step").click()
    expect(status).to_have_text("Output 1 of size 5 reads pixels 1, 2, 3.")


def test_reset_brings_back_what_the_author_wrote(page):
    field(page, "size").fill("9")
    page.get_by_label("Transposed").check()
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_label("Convolution", exact=True)).to_be_checked()
    expect(field(page, "size")).to_have_value("7")
    assert place(page) == "Position 1 of 5"


def test_a_tap_chooses_an_output_on_a_phone(show):
    page = show(ShapeExplorer(), width=390, has_touch=True)
    page.get_by_role("button", name="output 2").tap()
    assert place(page) == "Position 3 of 5"


def test_a_long_row_scrolls_to_the_window(show):
    page = show(ShapeExplorer(12, 3, padding=4), width=390)
    page.get_by_role("button", name="First").focus()
    page.keyboard.press("End")
    last = page.locator("button.ck-lane.ck-on .ck-mark").last.bounding_box()
    end = page.locator("button.ck-lane.ck-on .ck-goes").bounding_box()
    assert last["x"] + last["width"] <= end["x"] + 1


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_is_accessible_and_fits(show, violations, photograph, theme, width):
    figures = [
        ShapeExplorer(7, 3, 3),
        ShapeExplorer(12, 5, 2, 4, 3),
        ShapeExplorer(4, 3, 2, 1, transposed=True, output_padding=1),
    ]
    page = show(*figures, theme=theme, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    photograph(page, f"shape-explorer-{theme}-{width}")


def test_lines_are_large_enough_to_touch(show):
    page = show(ShapeExplorer(), width=390)
    heights = page.locator("button.ck-lane").evaluate_all(
        "nodes => nodes.map(node => node.getBoundingClientRect().height)"
    )
    assert min(heights) >= 24


def test_without_scripts_the_picture_is_shown(show):
    page = show(ShapeExplorer(), java_script_enabled=False)
    picture = page.get_by_role("img", name="A convolution on a row of 7 pixels")
    expect(picture).to_be_visible()
