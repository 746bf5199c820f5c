"""The way back through a convolution, operated with mouse, keyboard and finger."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from convnets.backprop import conv2d_backward
from coursekit.widgets import BackwardExplorer

pytestmark = pytest.mark.browser

X = np.arange(20.0).reshape(4, 5)
KERNEL = [[1.0, 2.0], [3.0, 4.0]]
SINGLE = np.zeros((3, 4))
SINGLE[1, 2] = 1


@pytest.fixture
def page(show):
    return show(BackwardExplorer(X, KERNEL, SINGLE))


@pytest.fixture
def grid(numbers):
    """Read one of the three grids of buttons as it stands on the page."""

    def grid(page, kind, columns):
        texts = page.locator(f"button.{kind}").all_inner_texts()
        return np.array(numbers(texts)).reshape(-1, columns)

    return grid


def output(page, i, j):
    return page.get_by_role("button", name=f"upstream row {i}, column {j}:")


def pixel(page, r, c):
    return page.get_by_role("button", name=f"input's gradient, row {r}, column {c}:")


def weight(page, k, l):
    return page.get_by_role("button", name=f"weights' gradient, row {k}, column {l}:")


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def total(page):
    return page.locator(".ck-sum")


def window(page):
    """Return the input's numbers under the window."""
    return [box.input_value() for box in page.locator(".ck-on > input").all()]


def put(page, settings):
    """Type settings into the fields that bear their names."""
    for name, value in settings.items():
        page.get_by_label(name, exact=True).fill(str(value))


def test_a_single_1_copies_the_kernel_and_the_window(page, grid):
    copy = np.zeros((4, 5))
    copy[1:3, 2:4] = KERNEL
    np.testing.assert_array_equal(grid(page, "ck-gx", 5), copy)
    np.testing.assert_array_equal(grid(page, "ck-gw", 2), [[7, 8], [12, 13]])
    assert window(page) == ["7", "8", "12", "13"]
    words = "the window gets 1·(1, 2, 3, 4), the weights get 1·(7, 8, 12, 13)"
    expect(total(page)).to_have_text(f"grad_out[1, 2] = 1: {words}")


def test_both_windows_are_outlined_in_the_same_place(page):
    boxes = [node.bounding_box() for node in page.locator(".ck-window").all()]
    first = page.get_by_label("input row 1, column 2").bounding_box()
    assert boxes[0]["x"] == boxes[1]["x"] == pytest.approx(first["x"] - 2, abs=1)
    assert boxes[0]["width"] == pytest.approx(2 * first["width"] + 6, abs=1)


def test_a_click_moves_the_only_number(page, grid):
    output(page, 0, 3).click()
    assert np.argwhere(grid(page, "ck-out", 4)).tolist() == [[0, 3]]
    np.testing.assert_array_equal(grid(page, "ck-gw", 2), [[3, 4], [8, 9]])


def test_step_walks_the_number_through_all_outputs(page, grid):
    for n in range(12):
        button(page, "Step" if n else "First").click()
        expect(page.locator(".ck-place")).to_have_text(f"Output {n + 1} of 12")
        assert np.flatnonzero(grid(page, "ck-out", 4)).tolist() == [n]
        assert grid(page, "ck-gw", 2)[0, 0] == X[n // 4, n % 4]
    expect(button(page, "Step")).to_have_attribute("aria-disabled", "true")


def test_several_numbers_add_up(page, grid):
    page.get_by_label("Several").check()
    output(page, 1, 1).click()
    want = [[0, 0, 0, 0, 0], [0, 1, 3, 2, 0], [0, 3, 7, 4, 0], [0, 0, 0, 0, 0]]
    np.testing.assert_array_equal(grid(page, "ck-gx", 5), want)
    np.testing.assert_array_equal(grid(page, "ck-gw", 2), [[13, 15], [23, 25]])


def test_a_number_is_put_taken_away_and_replaced(page, grid):
    page.get_by_label("Several").check()
    put(page, {"Number": -3})
    for want in (-3, 0, -3):
        output(page, 0, 0).click()
        assert grid(page, "ck-out", 4)[0, 0] == want
    put(page, {"Number": 2})
    output(page, 0, 0).click()
    assert grid(page, "ck-out", 4)[0, 0] == 2


def test_looking_on_puts_no_number(page, grid):
    page.get_by_label("Several").check()
    button(page, "Step").click()
    np.testing.assert_array_equal(grid(page, "ck-out", 4), SINGLE)
    expect(total(page)).to_have_text("grad_out[1, 3] = 0: it sends nothing back")


def test_clear_takes_all_numbers_away(page, grid):
    button(page, "Clear").click()
    for kind, columns in (("ck-out", 4), ("ck-gx", 5), ("ck-gw", 2)):
        assert not grid(page, kind, columns).any()
    expect(page.get_by_label("Several")).to_be_checked()
    weight(page, 0, 0).click()
    words = "grad_weight[0, 0] = 0: the upstream gradient is 0"
    expect(total(page)).to_have_text(words)
    output(page, 2, 3).click()
    assert grid(page, "ck-out", 4).sum() == 1


def test_back_to_one_number_keeps_the_place(page, grid):
    page.get_by_label("Several").check()
    output(page, 0, 1).click()
    page.get_by_label("One", exact=True).check()
    assert np.argwhere(grid(page, "ck-out", 4)).tolist() == [[0, 1]]


def test_a_pixel_writes_its_sum_out(show):
    page = show(BackwardExplorer(X, KERNEL, [[1, 0, 0, 0], [10 - 1, 0, 0, 0], [0] * 4]))
    pixel(page, 1, 1).hover()
    words = "1·4 + 9·2 = 22 (2 more products are 0)"
    expect(total(page)).to_have_text(f"grad_x[1, 1] = {words}")
    assert page.locator(".ck-out.ck-reads").all_inner_texts() == ["1", "0", "9", "0"]
    used = page.locator(".ck-kernel .ck-traced input").all()
    assert [box.input_value() for box in used] == ["2", "4"]
    button(page, "Reset").hover()
    expect(total(page)).to_contain_text("grad_out[0, 0] = 1:")


def test_a_weight_writes_its_sum_out(page):
    page.get_by_label("Several").check()
    output(page, 0, 0).click()
    weight(page, 1, 0).click()
    words = "1·5 + 1·12 = 17 (10 more products are 0)"
    expect(total(page)).to_have_text(f"grad_weight[1, 0] = {words}")
    met = page.locator(".ck-traced > input[aria-label^='input']").all()
    assert [box.input_value() for box in met] == ["5", "12"]


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_moves_while_a_pointer_wanders(show, width):
    page = show(BackwardExplorer(X, KERNEL, SINGLE), width=width)
    heights = set()
    for node in (output(page, 0, 0), pixel(page, 1, 2), weight(page, 1, 1)):
        node.hover()
        heights.add(page.locator(".ck-figure").bounding_box()["height"])
    assert len(heights) == 1


def test_a_pixel_that_gets_0_says_why(page):
    pixel(page, 0, 0).click()
    words = "grad_x[0, 0] = 0: the window that reads this pixel has a 0 upstream"
    expect(total(page)).to_have_text(words)
    pixel(page, 0, 1).click()
    expect(total(page)).to_contain_text("all 2 windows that read this pixel")


def test_unread_pixels_are_hatched_and_counted(page, grid):
    put(page, {"Stride": 3})
    expect(page.locator(".ck-gx.ck-left-over")).to_have_count(12)
    words = "Hatched: 12 pixels that no window reads. Their gradients are 0."
    expect(page.get_by_text(words)).to_be_visible()
    pixel(page, 3, 4).click()
    expect(total(page)).to_have_text("grad_x[3, 4] = 0: no window reads this pixel")


def test_what_falls_on_the_padding_is_cut_off(page):
    expect(page.get_by_text("Struck out")).to_have_count(0)
    put(page, {"Padding": 1})
    output(page, 0, 0).click()
    assert page.locator("s").all_inner_texts() == ["1", "2", "3"]
    expect(page.get_by_text("Struck out")).to_be_visible()


def test_arrow_keys_carry_the_number(page, grid):
    output(page, 1, 2).focus()
    moves = [("ArrowLeft", (1, 1)), ("ArrowDown", (2, 1)), ("End", (2, 3))]
    for key, place in [*moves, ("Home", (0, 0)), ("ArrowUp", (0, 0))]:
        page.keyboard.press(key)
        expect(output(page, *place)).to_be_focused()
        assert np.argwhere(grid(page, "ck-out", 4)).tolist() == [list(place)]


def test_keys_put_several_numbers(page, grid):
    page.get_by_label("Several").check()
    output(page, 1, 2).focus()
    for key in ("ArrowUp", "Enter", "ArrowLeft", "ArrowLeft", "Space"):
        page.keyboard.press(key)
    places = np.argwhere(grid(page, "ck-out", 4)).tolist()
    assert places == [[0, 0], [0, 2], [1, 2]]


def test_arrow_keys_walk_through_both_gradients(show):
    page = show(BackwardExplorer(X, KERNEL, padding=1))
    pixel(page, 0, 0).focus()
    for key, place in [("ArrowLeft", (0, 0)), ("ArrowDown", (1, 0)), ("End", (3, 4))]:
        page.keyboard.press(key)
        expect(pixel(page, *place)).to_be_focused()
        expect(total(page)).to_contain_text("grad_x[{}, {}]".format(*place))
    weight(page, 0, 0).focus()
    page.keyboard.press("ArrowRight")
    expect(weight(page, 0, 1)).to_be_focused()
    expect(total(page)).to_contain_text("grad_weight[0, 1]")


def test_the_tab_key_stops_once_in_each_grid_of_buttons(page):
    for kind in ("ck-out", "ck-gx", "ck-gw"):
        assert page.locator(f"button.{kind}[tabindex='0']").count() == 1


def test_taps_put_numbers_and_trace_them(show, grid):
    page = show(BackwardExplorer(X, KERNEL), width=390, has_touch=True)
    output(page, 2, 3).tap()
    np.testing.assert_array_equal(grid(page, "ck-gw", 2), [[13, 14], [18, 19]])
    pixel(page, 3, 4).tap()
    expect(total(page)).to_have_text("grad_x[3, 4] = 1·4 = 4")
    page.get_by_label("Several").check()
    output(page, 0, 0).tap()
    assert np.flatnonzero(grid(page, "ck-out", 4)).tolist() == [0, 11]


def test_edited_pixels_and_weights_count(page, grid):
    page.get_by_label("input row 1, column 2").fill("-50")
    page.get_by_label("kernel row 0, column 1").fill("0.5")
    assert grid(page, "ck-gw", 2)[0, 0] == -50
    assert grid(page, "ck-gx", 5)[1, 3] == 0.5


def test_a_number_that_has_no_room_comes_back(page, grid):
    page.get_by_label("Several").check()
    put(page, {"Stride": 2})
    assert not grid(page, "ck-out", 2).any()
    output(page, 0, 0).click()
    put(page, {"Stride": 1})
    assert np.argwhere(grid(page, "ck-out", 4)).tolist() == [[0, 0], [1, 2]]


def test_a_kernel_that_does_not_fit_is_explained(page, grid):
    put(page, {"Kernel rows": 3, "Dilation": 2})
    text = "kernel (3 × 2), spread over 5 × 3 by its dilation, is larger than the input"
    expect(page.locator(".ck-warning")).to_contain_text(text)
    button(page, "Step").press("ArrowDown")
    assert not grid(page, "ck-gx", 5).any()
    put(page, {"Padding": 1})
    expect(page.locator(".ck-out")).to_have_count(2 * 5)


def test_play_runs_to_the_end(page):
    page.clock.install()
    button(page, "Play").click()
    page.clock.run_for(6 * 1200)
    expect(page.locator(".ck-place")).to_have_text("Output 12 of 12")
    expect(page.get_by_role("status")).to_contain_text("grad_out[2, 3] = 1")


def test_reset_brings_back_what_the_author_wrote(page, grid):
    put(page, {"Stride": 2, "Kernel columns": 3, "Number": 4, "Input rows": 6})
    button(page, "Clear").click()
    weight(page, 0, 0).click()
    button(page, "Reset").click()
    np.testing.assert_array_equal(grid(page, "ck-out", 4), SINGLE)
    expect(total(page)).to_contain_text("grad_out[1, 2] = 1:")
    expect(page.get_by_label("Number", exact=True)).to_have_value("1")


def test_what_was_chosen_is_announced(page):
    status = page.get_by_role("status")
    expect(status).to_be_empty()
    weight(page, 0, 0).click()
    expect(status).to_contain_text("grad_weight[0, 0] = 1·7 = 7")


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_each_state_is_accessible_and_fits(show, violations, photograph, theme, width):
    page = show(BackwardExplorer(X, KERNEL, SINGLE), theme=theme, width=width)
    page.get_by_label("Several").check()
    put(page, {"Stride": 3, "Padding": 2, "Kernel rows": 3})
    output(page, 0, 0).click()
    for node in (output(page, 1, 1), pixel(page, 0, 1), weight(page, 1, 1)):
        node.click()
        assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    photograph(page, f"backward-{theme}-{width}")


def settings_of(rng):
    """Draw a layer that fits, as the figure's fields name it."""
    size, taps = rng.integers(3, 7, 2), rng.integers(1, 4, 2)
    padding = int(rng.integers(0, 3))
    # The padded input is at least 3 wide, and so is the kernel at most.
    room = int(size.min()) + 2 * padding
    dilation = int(rng.integers(1, max(2, min(4, (room + 1) // 2))))
    options = {"stride": int(rng.integers(1, 4)), "padding": padding}
    return size, taps, {**options, "dilation": dilation}


@pytest.mark.parametrize("seed", range(12))
def test_both_gradients_are_those_of_the_course(show, grid, seed):
    rng = np.random.default_rng(seed)
    size, taps, options = settings_of(rng)
    x, kernel = rng.normal(size=size).round(2), rng.normal(size=taps).round(2)
    page = show(BackwardExplorer(x, kernel))
    put(page, {name.capitalize(): value for name, value in options.items()})
    page.get_by_label("Several").check()
    label = page.locator("button.ck-out").last.get_attribute("aria-label")
    rows, columns = (int(n) + 1 for n in re.findall(r"\d+", label)[:2])
    grad_out = grid(page, "ck-out", columns)
    for number in (1, -7, 5):
        put(page, {"Number": number})
        i, j = (int(rng.integers(n)) for n in (rows, columns))
        output(page, i, j).click()
        grad_out[i, j] = 0 if grad_out[i, j] == number else number
    np.testing.assert_array_equal(grid(page, "ck-out", columns), grad_out)
    arrays = [array[None, None] for array in (grad_out, x, kernel)]
    grad_x, grad_weight, _ = conv2d_backward(*arrays, **options)
    got = grid(page, "ck-gx", size[1]), grid(page, "ck-gw", taps[1])
    np.testing.assert_allclose(got[0], grad_x[0, 0], atol=6e-5)
    np.testing.assert_allclose(got[1], grad_weight[0, 0], atol=6e-5)
