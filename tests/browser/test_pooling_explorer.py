"""The pooling window, operated with mouse and keyboard."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from playwright.sync_api import expect
from torch.nn import functional

from coursekit.widgets import PoolingExplorer

pytestmark = pytest.mark.browser

X = [[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]]


@pytest.fixture
def page(show):
    return show(PoolingExplorer(X))


def outputs(page):
    return page.locator(".ck-out").all_inner_texts()


def winners(page):
    cells = page.locator(".ck-wins input").all()
    return [cell.input_value() for cell in cells]


def test_the_first_window_is_written_out(page):
    words = "output[0, 0] = max(1, 1, 5, 6) = 6"
    expect(page.locator(".ck-sum")).to_have_text(words)
    assert outputs(page) == ["6", "", "", ""]
    assert winners(page) == ["6"]


def test_step_walks_through_the_example(page):
    for _ in range(3):
        page.get_by_role("button", name="Step").click()
    assert outputs(page) == ["6", "8", "3", "4"]
    expect(page.get_by_role("status")).to_contain_text("row 1, column 1: 4.")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("Average", "(1 + 1 + 5 + 6) / 4 = 3.25"),
        ("L2", "√(1² + 1² + 5² + 6²) ≈ 7.9373"),
    ],
)
def test_other_kinds_write_out_what_they_do(page, kind, words):
    page.get_by_label(kind).check()
    expect(page.locator(".ck-sum")).to_have_text(f"output[0, 0] = {words}")
    assert winners(page) == []


def test_every_number_that_ties_wins(show):
    assert winners(show(PoolingExplorer([[3, 1], [3, 3]]))) == ["3", "3", "3"]


def test_the_border_never_wins(show):
    page = show(PoolingExplorer(-np.ones((2, 2)), 2, padding=1))
    assert page.locator(".ck-pad").all_inner_texts() == ["−∞"] * 12
    expect(page.locator(".ck-sum")).to_contain_text("max(−∞, −∞, −∞, (−1)) = −1")
    page.get_by_label("Average").check()
    expect(page.locator(".ck-sum")).to_contain_text("(0 + 0 + 0 + (−1)) / 4 = −0.25")


def test_l2_has_no_padding(show):
    page = show(PoolingExplorer(X, padding=1))
    page.get_by_label("L2").check()
    expect(page.get_by_label("Padding")).to_be_hidden()
    assert page.locator(".ck-pad").count() == 0


def test_more_padding_than_half_the_window_is_refused(page):
    page.get_by_label("Padding").fill("2")
    text = "The padding (2) is more than half the window (2)."
    expect(page.locator(".ck-warning")).to_contain_text(text)
    page.get_by_label("Window").fill("4")
    expect(page.locator(".ck-out")).to_have_count(9)


def test_a_window_that_does_not_fit_is_explained(page):
    page.get_by_label("Input rows").fill("1")
    text = "The window (2 × 2) is larger than the input (1 × 4)"
    expect(page.locator(".ck-warning")).to_contain_text(text)


def test_overlap_and_left_over_are_said(page):
    page.get_by_label("Window").fill("3")
    expect(page.locator(".ck-note").first).to_contain_text("Windows overlap.")
    text = "Stride 2 does not fit: 1 row at the bottom"
    expect(page.locator(".ck-warning")).to_contain_text(text)


def test_editing_a_number_changes_the_output(page):
    page.get_by_label("input row 0, column 0").fill("9.5")
    assert outputs(page)[0] == "9.5"
    assert winners(page) == ["9.5"]


def test_arrow_keys_move_the_window_and_the_focus(page):
    page.locator(".ck-out").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    expect(page.locator(".ck-out").last).to_be_focused()
    assert outputs(page) == ["6", "8", "3", "4"]


def test_reset_brings_back_what_the_author_wrote(page):
    page.get_by_label("Average").check()
    page.get_by_label("Stride").fill("1")
    page.get_by_role("button", name="Reset").click()
    assert outputs(page) == ["6", "", "", ""]


@pytest.mark.parametrize("kind", ["Max", "Average", "L2"])
@pytest.mark.parametrize("seed", range(3))
def test_outputs_are_torchs(show, numbers, seed, kind):
    rng = np.random.default_rng(seed)
    x = rng.integers(-9, 10, rng.integers(4, 8, 2)) / 2
    size, stride = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    padding = int(rng.integers(0, size // 2 + 1))
    page = show(PoolingExplorer(x))
    for label, value in {"Window": size, "Stride": stride, "Padding": padding}.items():
        page.get_by_label(label).fill(str(value))
    page.get_by_label(kind, exact=True).check()
    pools = {
        "Max": lambda x: functional.max_pool2d(x, size, stride, padding),
        "Average": lambda x: functional.avg_pool2d(x, size, stride, padding),
        "L2": lambda x: functional.lp_pool2d(x, 2.0, size, stride),
    }
    want = pools[kind](torch.tensor(x)[None, None])[0, 0]
    page.locator(".ck-out").last.click()
    assert page.get_by_role("group", name=f"Output, {want.shape[0]} ×").is_visible()
    np.testing.assert_allclose(numbers(outputs(page)), want.ravel(), atol=1e-4)
