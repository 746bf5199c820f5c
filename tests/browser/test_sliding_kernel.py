"""The sliding kernel, operated with mouse and keyboard."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from convnets.correlation import conv2d_loops, convolve2d
from coursekit.widgets import SlidingKernel

pytestmark = pytest.mark.browser

X = [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
KERNEL = [[0, 1], [2, 3]]


@pytest.fixture
def page(show):
    return show(SlidingKernel(X, KERNEL))


def outputs(page):
    return page.locator(".ck-out").all_inner_texts()


def outline(page):
    names = ["top", "left", "height", "width"]
    window = page.locator(".ck-window")
    read = "(node, name) => Number(node.style.getPropertyValue('--' + name))"
    return [window.evaluate(read, name) for name in names]


def test_the_first_sum_is_written_out(page):
    expect(page.locator(".ck-sum")).to_contain_text("0·0 + 1·1 + 3·2 + 4·3 = 19")
    assert outputs(page) == ["19", "", "", ""]
    assert outline(page) == [0, 0, 2, 2]


def test_step_moves_the_window_and_fills_the_output(page):
    page.get_by_role("button", name="Step").click()
    expect(page.locator(".ck-sum")).to_contain_text("1·0 + 2·1 + 4·2 + 5·3 = 25")
    assert outputs(page) == ["19", "25", "", ""]
    assert outline(page) == [0, 1, 2, 2]


def test_back_and_first_take_steps_back(page):
    step = page.get_by_role("button", name="Step")
    [step.click() for _ in range(3)]
    assert outputs(page) == ["19", "25", "37", "43"]
    page.get_by_role("button", name="Back").click()
    assert outputs(page) == ["19", "25", "37", ""]
    page.get_by_role("button", name="First").click()
    assert outputs(page) == ["19", "", "", ""]


def test_clicking_an_output_jumps_to_it(page):
    page.get_by_role("button", name="output row 1, column 0").click()
    assert outline(page) == [1, 0, 2, 2]
    assert outputs(page) == ["19", "25", "37", ""]


def test_arrow_keys_move_the_window_and_the_focus(page):
    page.locator(".ck-out").first.focus()
    for key, place in [("ArrowDown", [1, 0]), ("ArrowRight", [1, 1]), ("Home", [0, 0])]:
        page.keyboard.press(key)
        assert outline(page)[:2] == place
    page.keyboard.press("End")
    expect(page.locator(".ck-out").last).to_be_focused()


def test_arrow_keys_stop_at_the_border(page):
    page.locator(".ck-out").first.focus()
    [page.keyboard.press("ArrowRight") for _ in range(5)]
    assert outline(page)[:2] == [0, 1]


def test_arrow_keys_in_a_number_change_the_number_only(page):
    page.get_by_label("input row 0, column 0").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".ck-sum")).to_contain_text("1·0 + 1·1")
    assert outline(page)[:2] == [0, 0]


def test_tab_reaches_one_output_and_space_works_on_buttons(page):
    assert page.locator(".ck-out[tabindex='0']").count() == 1
    page.locator(".ck-out[tabindex='0']").focus()
    page.keyboard.press("Tab")
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Step")).to_be_focused()
    page.keyboard.press("Space")
    assert outputs(page) == ["19", "25", "", ""]


def test_playing_walks_to_the_end_and_stops(page):
    page.clock.install()
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.clock.run_for(1300)
    assert outputs(page) == ["19", "25", "", ""]
    page.clock.run_for(3000)
    assert outputs(page) == ["19", "25", "37", "43"]
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_playing_can_be_paused(page):
    page.clock.install()
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(1300)
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(5000)
    assert outputs(page) == ["19", "25", "", ""]


def test_editing_a_number_changes_the_sum(page):
    page.get_by_label("input row 0, column 1").fill("-2")
    page.get_by_label("kernel row 1, column 1").fill("0.5")
    expected = "0·0 + (−2)·1 + 3·2 + 4·0.5 = 6"
    expect(page.locator(".ck-sum")).to_contain_text(expected)


def test_an_emptied_number_keeps_its_old_value(page):
    box = page.get_by_label("input row 1, column 1")
    box.fill("")
    expect(page.locator(".ck-sum")).to_contain_text("= 19")
    box.blur()
    expect(box).to_have_value("4")


def test_convolution_shows_the_flipped_kernel(page):
    page.get_by_label("Convolution", exact=True).check()
    flipped = page.get_by_role("img", name="Flipped kernel, row by row: 3 2; 1 0")
    expect(flipped).to_be_visible()
    page.locator(".ck-out").last.click()
    want = convolve2d(np.array(X, float), np.array(KERNEL, float))
    assert outputs(page) == [f"{value:g}" for value in want.ravel()]


def test_what_the_stride_leaves_over_is_said(show):
    page = show(SlidingKernel(np.ones((4, 6)), np.ones((3, 3)), stride=2))
    left = "Stride 2 does not fit: 1 row at the bottom and 1 column on the right"
    expect(page.locator(".ck-warning")).to_contain_text(left)
    assert page.locator(".ck-left-over").count() == 6 + 4 - 1


def test_a_kernel_that_does_not_fit_is_explained(page):
    page.get_by_label("Kernel columns").fill("5")
    warning = page.locator(".ck-warning")
    expect(warning).to_contain_text("kernel (2 × 5) is larger than the input (3 × 3)")
    assert page.locator(".ck-out").count() == 0
    page.get_by_role("button", name="Step").click(force=True)
    page.keyboard.press("ArrowRight")
    page.get_by_label("Padding").fill("1")
    expect(page.locator(".ck-out")).to_have_count(4)


def test_an_entry_out_of_range_is_put_right(page):
    stride = page.get_by_label("Stride")
    stride.fill("9")
    stride.blur()
    expect(stride).to_have_value("4")
    stride.fill("")
    stride.blur()
    expect(stride).to_have_value("4")


def test_reset_brings_back_what_the_author_wrote(page):
    page.get_by_label("Input rows").fill("5")
    page.get_by_label("Padding").fill("2")
    page.get_by_label("Convolution", exact=True).check()
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_label("Cross-correlation")).to_be_checked()
    expect(page.get_by_label("Padding")).to_have_value("0")
    expect(page.locator(".ck-sum")).to_contain_text("0·0 + 1·1 + 3·2 + 4·3 = 19")


def test_each_step_is_announced_but_not_the_first_view(page):
    status = page.get_by_role("status")
    expect(status).to_be_empty()
    page.get_by_role("button", name="Step").click()
    expect(status).to_have_text("Position 2 of 4. Output row 0, column 1: 25.")


@pytest.mark.parametrize("seed", range(8))
def test_outputs_match_the_reference(show, numbers, seed):
    rng = np.random.default_rng(seed)
    size, taps = rng.integers(3, 8, 2), rng.integers(1, 4, 2)
    stride, padding = int(rng.integers(1, 4)), int(rng.integers(0, 3))
    mode = ["Cross-correlation", "Convolution"][seed % 2]
    x, kernel = rng.integers(-9, 10, size) / 2, rng.integers(-9, 10, taps) / 4
    page = show(SlidingKernel(X, KERNEL))
    set_up(page, x, kernel, {"Stride": stride, "Padding": padding}, mode)
    page.locator(".ck-out").last.click()
    applied = kernel if mode == "Cross-correlation" else kernel[::-1, ::-1]
    arrays = (x[None, None], applied[None, None])
    want = conv2d_loops(*arrays, stride=stride, padding=padding)[0, 0]
    group = page.get_by_role("group", name=f"Output, {want.shape[0]} × {want.shape[1]}")
    expect(group).to_be_visible()
    np.testing.assert_allclose(numbers(outputs(page)), want.ravel(), atol=1e-4)


def set_up(page, x, kernel, settings, mode):
    for noun, grid in (("Input", x), ("Kernel", kernel)):
        for axis, length in zip(("rows", "columns"), grid.shape, strict=True):
            page.get_by_label(f"{noun} {axis}").fill(str(length))
        for (i, j), value in np.ndenumerate(grid):
            label = f"{noun.lower()} row {i}, column {j}"
            page.get_by_label(label, exact=True).fill(f"{value:g}")
    for name, value in settings.items():
        page.get_by_label(name).fill(str(value))
    page.get_by_label(mode, exact=True).check()
