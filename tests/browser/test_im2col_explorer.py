"""The unfolded image, operated with mouse, keyboard and finger."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from coursekit.widgets import Im2colExplorer

pytestmark = pytest.mark.browser

LABELS = {"stride": "Stride", "padding": "Padding", "dilation": "Dilation"}


@pytest.fixture
def page(show):
    return show(Im2colExplorer())


def matrix(page):
    """Read the matrix as it stands on the page."""
    rows = len(set(page.locator(".ck-unfolded .ck-name").all())) - 1
    texts = page.locator(".ck-entry").all_inner_texts()
    return np.array([int(text) for text in texts]).reshape(rows, -1)


def lit(page, selector, kind="ck-on"):
    """Return the numbers in the cells that light up."""
    return [int(t) for t in page.locator(f"{selector}.{kind}").all_inner_texts()]


def entry(page, row, column):
    return page.get_by_role("button", name=f"matrix row {row}, column {column}:")


def test_first_window_column_and_output_light_up(page):
    assert lit(page, ".ck-pixel") == [1, 2, 3, 6, 7, 8]
    assert lit(page, ".ck-entry") == [1, 2, 3, 6, 7, 8]
    assert lit(page, ".ck-out") == [0]
    words = "column 0, the window of output[0, 0]: 1, 2, 3, 6, 7, 8"
    expect(page.locator(".ck-sum")).to_have_text(words)


def test_step_moves_to_the_next_column(page):
    page.get_by_role("button", name="Step").click()
    assert lit(page, ".ck-entry") == lit(page, ".ck-pixel") == [2, 3, 4, 7, 8, 9]
    assert lit(page, ".ck-out") == [1]


def test_pointing_at_an_output_shows_it_for_the_time_being(page):
    page.locator(".ck-out").nth(5).hover()
    assert lit(page, ".ck-entry") == [8, 9, 10, 13, 14, 15]
    page.get_by_role("button", name="Reset").hover()
    assert lit(page, ".ck-out") == [0]


def test_clicking_an_output_keeps_it(page):
    page.locator(".ck-out").nth(5).click()
    page.get_by_role("button", name="Reset").hover()
    assert lit(page, ".ck-out") == [5]
    expect(page.locator(".ck-place")).to_have_text("Position 6 of 9")


def test_an_entry_shows_its_pixel_its_output_and_its_copies(page):
    entry(page, 4, 0).hover()
    assert lit(page, ".ck-pixel", "ck-traced") == [7]
    assert lit(page, ".ck-entry", "ck-traced") == [7, 7, 7, 7]
    assert lit(page, ".ck-entry", "ck-this") == [7]
    assert lit(page, ".ck-out") == [0]
    words = "pixel[1, 1], which weight[1, 1] meets for output[0, 0]; 3 copies elsewhere"
    expect(page.locator(".ck-sum")).to_have_text(f"row 4, column 0: {words}")


def test_a_pixel_shows_its_places_and_the_outputs_that_read_it(page):
    page.get_by_role("button", name="pixel[0, 1], number 2").hover()
    assert lit(page, ".ck-entry", "ck-traced") == [2, 2]
    assert lit(page, ".ck-out", "ck-reads") == [0, 1]
    assert lit(page, ".ck-out") == []
    words = "pixel[0, 1], number 2, stands in the matrix twice"
    expect(page.locator(".ck-sum")).to_have_text(words)


def test_an_entry_of_the_padding_is_no_pixel(show):
    page = show(Im2colExplorer(padding=1))
    entry(page, 0, 0).click()
    assert lit(page, ".ck-entry", "ck-traced") == []
    expect(page.locator(".ck-sum")).to_contain_text("a 0 of the padding")


def test_a_pixel_the_stride_skips_is_in_no_window(show):
    page = show(Im2colExplorer(kernel_size=1, stride=2))
    page.get_by_role("button", name="pixel[0, 1], number 2").click()
    expect(page.locator(".ck-sum")).to_contain_text("is in no window")


def test_dilation_lights_up_taps_apart(show):
    page = show(Im2colExplorer(5, 5, 3, dilation=2))
    assert lit(page, ".ck-pixel") == [1, 3, 5, 11, 13, 15, 21, 23, 25]


def test_arrow_keys_walk_through_the_outputs(page):
    page.locator(".ck-out").first.focus()
    for key, place in [("ArrowDown", 3), ("ArrowRight", 4), ("Home", 0), ("End", 8)]:
        page.keyboard.press(key)
        assert lit(page, ".ck-out") == [place]
        expect(page.locator(".ck-out").nth(place)).to_be_focused()


def test_arrow_keys_walk_through_the_matrix(page):
    page.locator(".ck-entry[tabindex='0']").focus()
    for key, place in [("ArrowDown", (1, 0)), ("End", (5, 8))]:
        page.keyboard.press(key)
        expect(entry(page, *place)).to_be_focused()
    assert lit(page, ".ck-entry", "ck-this") == [20]
    assert lit(page, ".ck-out") == [8]


def test_arrow_keys_walk_through_the_image_and_not_into_the_padding(show):
    page = show(Im2colExplorer(padding=1, channels=2))
    page.get_by_role("button", name="pixel[1, 0, 0], number 21").focus()
    [page.keyboard.press("ArrowRight") for _ in range(6)]
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("button", name="pixel[1, 0, 4]")).to_be_focused()
    assert set(lit(page, ".ck-entry", "ck-traced")) == {25}


def test_the_tab_key_stops_once_in_each_part(show):
    page = show(Im2colExplorer(channels=2))
    for kind, stops in [(".ck-pixel", 2), (".ck-out", 1), (".ck-entry", 1)]:
        assert page.locator(f"{kind}[tabindex='0']").count() == stops


def test_a_tap_traces_an_entry(show):
    page = show(Im2colExplorer(), width=390, has_touch=True)
    entry(page, 1, 1).tap()
    assert lit(page, ".ck-pixel", "ck-traced") == [3]


def test_a_column_out_of_sight_is_scrolled_into_view(show):
    page = show(Im2colExplorer(6, 6, 1), width=390)
    page.locator(".ck-out").last.click()
    last = page.locator(".ck-entry").last.bounding_box()
    area = page.get_by_role("group", name="Unfolded matrix").bounding_box()
    assert last["x"] + last["width"] <= area["x"] + area["width"]


def test_the_numbers_are_counted(page):
    words = (
        "6 rows, C · Kh · Kw = 1 · 2 · 3, and 9 columns, L = 3 · 3: 54 numbers for 20 "
    )
    expect(page.locator(".ck-note").last).to_contain_text(words + "pixels, 2.7 times")


def test_what_the_stride_leaves_over_is_said(page):
    page.get_by_label("Stride").fill("3")
    text = "Stride 3 does not fit: 2 rows at the bottom and 2 columns on the right"
    expect(page.locator(".ck-warning")).to_contain_text(text)


def test_a_kernel_that_does_not_fit_is_explained(page):
    page.get_by_label("Kernel rows").fill("3")
    page.get_by_label("Dilation").fill("2")
    text = "kernel (3 × 3), spread over 5 × 5 by its dilation, is larger than the image"
    expect(page.locator(".ck-warning")).to_contain_text(text)
    page.get_by_role("button", name="Step").press("ArrowDown")
    page.get_by_label("Padding").fill("1")
    expect(page.locator(".ck-out")).to_have_count(2 * 3)


def test_reset_brings_back_what_the_author_wrote(page):
    page.get_by_label("Image rows").fill("6")
    page.get_by_label("Channels").fill("3")
    entry(page, 2, 0).click()
    page.get_by_role("button", name="Reset").click()
    assert matrix(page).shape == (6, 9)
    assert lit(page, ".ck-entry", "ck-traced") == []


def test_what_lights_up_is_announced(page):
    status = page.get_by_role("status")
    expect(status).to_be_empty()
    entry(page, 0, 0).click()
    expect(status).to_contain_text("row 0, column 0: pixel[0, 0]")


@pytest.mark.parametrize("seed", range(10))
def test_matrix_is_what_torch_unfolds(show, seed):
    rng = np.random.default_rng(seed)
    height, width = (int(n) for n in rng.integers(3, 7, 2))
    kernel = [int(n) for n in rng.integers(1, 4, 2)]
    settings = {"stride": int(rng.integers(1, 4)), "padding": int(rng.integers(0, 3))}
    # The padded image is at least 3 wide, and so is the kernel at most.
    room = min(n + 2 * settings["padding"] for n in (height, width))
    settings["dilation"] = int(rng.integers(1, max(2, min(4, (room + 1) // 2))))
    channels = int(rng.integers(1, 4))
    page = show(Im2colExplorer())
    for noun, sizes in (("Image", (height, width)), ("Kernel", kernel)):
        for axis, size in zip(("rows", "columns"), sizes, strict=True):
            page.get_by_label(f"{noun} {axis}").fill(str(size))
    for name, value in {**settings, "channels": channels}.items():
        page.get_by_label(LABELS.get(name, "Channels")).fill(str(value))
    image = 1.0 + torch.arange(channels * height * width)
    image = image.reshape(1, channels, height, width)
    want = torch.nn.functional.unfold(image, kernel, **settings)[0]
    np.testing.assert_array_equal(matrix(page), want.numpy())
