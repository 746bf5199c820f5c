"""Figures on a page: light and dark, wide and narrow, several at once, no scripts."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from coursekit.records import load_record
from coursekit.widgets import (
    BackwardExplorer,
    ChannelWiring,
    ClassMapExplorer,
    DepthExplorer,
    DigitDrawer,
    Im2colExplorer,
    LossCurveViewer,
    NormalizationCube,
    PoolingExplorer,
    SanityLadder,
    SlidingKernel,
    ToeplitzMatrix,
)

pytestmark = pytest.mark.browser

KERNEL = [[0, 1], [2, 3]]


@pytest.fixture(scope="module")
def figures():
    record = load_record("normalization")
    large = np.arange(64).reshape(8, 8) - 20
    return [
        SlidingKernel(np.arange(9).reshape(3, 3), KERNEL),
        SlidingKernel(large, np.ones((3, 2)), 3, 2, "convolution"),
        ToeplitzMatrix([1, 2, 4, 7, 3, 1], [1, 0, -1], stride=2),
        ToeplitzMatrix(np.arange(20).reshape(4, 5), [[1.5, -1], [2, 3]], stride=2),
        Im2colExplorer(padding=1, stride=2, channels=2),
        PoolingExplorer(np.arange(20).reshape(4, 5) - 7, 3, 2, 1),
        ChannelWiring("groups", 8, 8, groups=4),
        ChannelWiring("separable", 16, 32),
        ChannelWiring("dilation", dilation=3, kernel_size=5),
        NormalizationCube(norm="instance"),
        LossCurveViewer(record["curves"], record["loss_every"]),
        BackwardExplorer(np.arange(20).reshape(4, 5), KERNEL, stride=3, padding=1),
        DepthExplorer(40, "batch"),
        DigitDrawer(),
        SanityLadder(),
        ClassMapExplorer(
            [large[None, :4] % 2, large[None, 4:] % 3 / 2],
            np.sin(np.arange(2 * 6 * 2 * 4)).reshape(2, 6, 2, 4),
            np.cos(np.arange(24)).reshape(4, 6),
            [0, 1, 2, -3],
        ),
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_page_is_accessible_and_fits(
    show, violations, photograph, figures, theme, width
):
    page = show(*figures, theme=theme, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    photograph(page, f"figures-{theme}-{width}")


def test_the_check_for_accessibility_sees_a_fault(show, violations):
    page = show(SlidingKernel(np.eye(3), KERNEL))
    field = page.get_by_label("input row 0, column 0")
    field.evaluate("node => node.removeAttribute('aria-label')")
    assert [line.split()[0] for line in violations(page)] == ["label"]


@pytest.mark.parametrize("width", [1280, 390])
def test_message_and_focus_are_accessible_too(show, violations, photograph, width):
    page = show(SlidingKernel(np.eye(3), KERNEL), theme="dark", width=width)
    page.get_by_label("Kernel rows").fill("5")
    page.get_by_role("button", name="Reset").focus()
    assert violations(page) == []
    photograph(page, f"figure-message-dark-{width}")


def test_colours_follow_a_change_of_theme(show):
    page = show(SlidingKernel(np.eye(3), KERNEL))
    figure = page.locator(".ck-figure")
    expect(figure).to_have_css("background-color", "rgb(255, 255, 255)")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    expect(figure).to_have_css("background-color", "rgb(23, 28, 35)")
    expect(figure).to_have_css("color-scheme", "dark")


def test_jupyterlab_and_colab_themes_are_known(show):
    page = show(SlidingKernel(np.eye(3), KERNEL))
    figure = page.locator(".ck-figure")
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    expect(figure).to_have_css("color-scheme", "dark")
    page.evaluate("document.body.dataset.jpThemeLight = 'true'")
    expect(figure).to_have_css("color-scheme", "light")
    page.evaluate("document.documentElement.setAttribute('theme', 'dark')")
    expect(figure).to_have_css("color-scheme", "dark")


def test_figures_on_one_page_are_independent(show):
    same = SlidingKernel(np.arange(9).reshape(3, 3), KERNEL)
    page = show(same, same)
    first, second = page.locator(".ck-figure").all()
    first.get_by_role("button", name="Step").click()
    first.get_by_label("Convolution", exact=True).check()
    expect(second.locator(".ck-place")).to_have_text("Position 1 of 4")
    expect(second.get_by_label("Cross-correlation")).to_be_checked()


def test_targets_are_large_enough_to_touch(show, figures):
    page = show(*figures, width=390)
    targets = page.locator(".ck-figure :is(button, input[type='number'])")
    sizes = targets.evaluate_all(
        "nodes => nodes.map(node => node.getBoundingClientRect())"
        ".map(({ width, height }) => Math.min(width, height)).filter(size => size > 0)"
    )
    assert min(sizes) >= 24


def test_a_wide_matrix_scrolls_inside_and_by_keyboard(show):
    page = show(ToeplitzMatrix(np.ones((5, 5)), np.ones((2, 2))), width=390)
    scroller = page.get_by_role("group", name="Matrix", exact=True)
    scroller.focus()
    expect(scroller).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.scrollLeft > 0")


def test_the_active_weights_are_scrolled_into_view(show):
    page = show(ToeplitzMatrix(np.ones((2, 6)), [[1, 2, 3]]), width=390)
    page.get_by_role("button", name="output row 1, column 3").click()
    taps = page.locator(".ck-row.ck-on .ck-tap").all()
    end = page.locator(".ck-row.ck-on .ck-end").bounding_box()
    name = page.locator(".ck-row.ck-on .ck-name").bounding_box()
    boxes = [tap.bounding_box() for tap in taps]
    assert name["x"] + name["width"] <= boxes[0]["x"] + 1
    assert boxes[-1]["x"] + boxes[-1]["width"] <= end["x"] + 1


def test_the_window_does_not_glide_for_those_who_prefer_less_motion(show):
    page = show(SlidingKernel(np.eye(3), KERNEL), reduced_motion="reduce")
    expect(page.locator(".ck-window")).to_have_css("transition-property", "none")


def test_without_scripts_the_picture_is_shown(show, photograph):
    figure = SlidingKernel(np.arange(9).reshape(3, 3), KERNEL)
    page = show(figure, java_script_enabled=False)
    picture = page.get_by_role("img", name="The first output is 0·0 + 1·1 + 3·2 + 4·3")
    expect(picture).to_be_visible()
    photograph(page, "figure-without-scripts")


def test_a_page_works_straight_from_a_file(visit, written, tmp_path):
    path = written([SlidingKernel(np.arange(9).reshape(3, 3), KERNEL)], "light")
    page = visit.page(tmp_path)
    page.unroute_all()
    page.goto(path.as_uri())
    page.get_by_role("button", name="Step").click()
    expect(page.locator(".ck-total")).to_have_text(" = 25")
