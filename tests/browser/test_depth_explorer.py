"""Signal and gradient through depth: every number against PyTorch, every control."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

import coursekit.widgets
from coursekit.widgets import DepthExplorer
from coursekit.widgets.depth_pictures import KINDS, drawn, sizes

pytestmark = pytest.mark.browser

SCRIPT = Path(coursekit.widgets.__file__).parent / "depth.js"
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


@pytest.fixture
def page(show):
    return show(DepthExplorer(30, "none", 0.4))


@pytest.fixture
def compute(show):
    """Call functions of the script that computes, with all digits."""
    page = show(DepthExplorer(1))
    source = SCRIPT.read_text(encoding="utf-8")
    return lambda expression: page.evaluate(
        f"() => {{ {source}; return {expression}; }}"
    )


def value_of(text):
    """Read a number as the figure writes it."""
    text = text.replace("\N{NO-BREAK SPACE}", " ").replace(",", "")
    mantissa, _, power = text.partition(" · 10")
    return float(mantissa) * 10.0 ** int(power.translate(SUPERSCRIPTS) or 0)


def slide(page, name, value):
    page.get_by_role("slider", name=name).fill(str(value))


def rows(page):
    """Return the table: layers, and two columns for each kind shown."""
    page.locator("details").evaluate("node => { node.open = true }")
    lines = page.locator(".ck-runs tbody tr").all()
    return np.array(
        [
            [value_of(t) for t in one.locator("th, td").all_inner_texts()]
            for one in lines
        ]
    )


SETTINGS = [
    (60, "none", 1.0, 1),
    (60, "batch", 1.0, 2),
    (40, "none", 0.4, 3),
    (17, "batch", 0.1, 99),
    (23, "none", 1.5, 7),
    (1, "batch", 1.25, 5),
]


@pytest.mark.parametrize("setting", SETTINGS)
def test_signals_and_gradients_are_pytorchs_to_nine_digits(compute, setting):
    depth, norm, factor, draw = setting
    words = f"{{ depth: {depth}, norm: '{norm}', factor: {factor}, draw: {draw} }}"
    for shortcut in KINDS.values():
        got = compute(f"through({words}, {str(shortcut).lower()})")
        want = sizes(*setting, shortcut)
        assert len(got["signals"]) == depth + 1
        np.testing.assert_allclose(got["signals"], want[0], rtol=1e-9)
        np.testing.assert_allclose(got["gradients"], want[1], rtol=1e-9)


@pytest.mark.parametrize("seed", [1, 42, 99])
def test_random_numbers_are_the_same_in_both_languages(compute, seed):
    x, grad_out, weight = drawn(seed, 60)
    got = compute(
        f"(({{ input, upstream, weights }}) => [[...input], [...upstream], "
        f"[...weights[0]], [...weights[59]]])(drawn({seed}))"
    )
    for one, want in zip(got, (x, grad_out, weight[0], weight[59]), strict=True):
        np.testing.assert_allclose(one, want.ravel(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("setting", [(42, "none", 0.9, 4), (12, "batch", 1.2, 8)])
def test_the_table_shows_what_pytorch_gives(page, setting):
    depth, norm, factor, draw = setting
    slide(page, "Depth", depth)
    slide(page, "Scale of the weights", factor)
    page.get_by_label("Batch norm" if norm == "batch" else "No norm").check()
    page.get_by_label("Random draw").fill(str(draw))
    expect(page.locator(".ck-place")).to_have_text(f"Depth {depth} of 60")
    got = rows(page)
    layers = got[:, 0].astype(int)
    assert layers.tolist() == [*range(0, depth, 5), depth]
    curves = [curve for s in KINDS.values() for curve in sizes(*setting, s)]
    for column, curve in zip(got.T[1:], curves, strict=True):
        np.testing.assert_allclose(column, curve[layers], rtol=0.051)


def test_the_sentences_say_what_happens(page):
    (signals, grads), (added, back) = (
        sizes(30, "none", 0.4, 1, s) for s in (False, True)
    )
    plain, residual = page.locator(".ck-sum").all_inner_texts()
    expect(page.locator(".ck-sum").first).to_contain_text("Plain: after 30 layers")
    shares = [value_of(t) for t in re.findall(r"shrunk to (.+?) of", plain)]
    np.testing.assert_allclose(shares, [signals[-1], grads[0]], rtol=0.051)
    times = [value_of(t) for t in re.findall(r"grown to (.+?) times", residual)]
    np.testing.assert_allclose(times, [added[-1], back[0]], rtol=0.006)


def test_sizes_that_stay_and_fractions_have_their_own_words(page):
    page.get_by_label("Batch norm").check()
    slide(page, "Scale of the weights", 1)
    expect(page.locator(".ck-sum").first).to_contain_text(
        "the signal has kept its size"
    )
    page.get_by_label("No norm").check()
    slide(page, "Scale of the weights", 0.8)
    slide(page, "Depth", 20)
    signals, _ = sizes(20, "none", 0.8, 1, False)
    words = (
        f"the signal has shrunk to 1/{float(f'{1 / signals[-1]:.3g}'):g} of its size"
    )
    expect(page.locator(".ck-sum").first).to_contain_text(words)


def test_the_formulas_are_those_of_the_page(compute):
    for factor, layers in ((0.4, 30), (1.2, 7)):
        setting = f"{{ norm: 'none', factor: {factor} }}"
        assert compute(f"expected({setting}, false, {layers})") == pytest.approx(
            factor**layers
        )
        want = (1 + factor**2) ** (layers / 2)
        assert compute(f"expected({setting}, true, {layers})") == pytest.approx(want)
        normed = f"{{ norm: 'batch', factor: {factor} }}"
        assert compute(f"expected({normed}, false, {layers})") == factor
        want = (1 + layers * factor**2) ** 0.5
        assert compute(f"expected({normed}, true, {layers})") == pytest.approx(want)


def test_the_formulas_are_written_out(page):
    note = page.locator(".ck-note")
    expect(note).to_contain_text("0.4³⁰ ≈ 1.2 · 10⁻¹² for plain layers")
    expect(note).to_contain_text("√(1 + 0.4²)³⁰ ≈ 9.27 with shortcuts")
    page.get_by_label("Batch norm").check()
    expect(note).to_contain_text("√(1 + 30 · 0.4²) ≈ 2.41")


def test_dots_lie_where_the_axis_says(page):
    signals, grads = sizes(30, "none", 0.4, 1, False)
    for plot, end, value in ((0, 30, signals[-1]), (1, 0, grads[0])):
        drawing = page.locator(".ck-curves").nth(plot)
        frame = drawing.locator("svg")
        left, top, width, height = (
            float(frame.get_attribute(key)) for key in ("x", "y", "width", "height")
        )
        dot = drawing.locator(".ck-dot.ck-first")
        assert float(dot.get_attribute("cx")) == pytest.approx(left + width * end / 60)
        # From 10⁻¹⁵ to 10⁵ in steps of 5.
        share = (np.log10(value) + 15) / 20
        assert float(dot.get_attribute("cy")) == pytest.approx(
            top + height * (1 - share), abs=0.1
        )


def test_either_kind_can_be_left_out(page):
    page.get_by_label("plain", exact=True).uncheck()
    expect(page.locator(".ck-sum")).to_have_count(1)
    expect(page.locator(".ck-middle")).to_have_count(2)
    assert rows(page).shape[1] == 3
    page.get_by_label("with shortcuts", exact=True).uncheck()
    expect(page.locator(".ck-sum")).to_have_text("Choose at least one kind above.")


def test_keys_change_the_depth(page):
    page.get_by_role("slider", name="Depth").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("slider", name="Depth")).to_have_attribute(
        "aria-valuetext", "31 layers"
    )
    page.get_by_role("button", name="Step").focus()
    for key, depth in (("ArrowDown", 30), ("ArrowRight", 31), ("End", 60), ("Home", 1)):
        page.keyboard.press(key)
        expect(page.locator(".ck-place")).to_have_text(f"Depth {depth} of 60")
    expect(page.get_by_role("slider", name="Depth")).to_have_attribute(
        "aria-valuetext", "1 layer"
    )


def test_steps_reset_and_the_words_for_screen_readers(page):
    expect(page.get_by_role("status")).to_be_empty()
    page.get_by_role("button", name="Step").click()
    expect(page.get_by_role("status")).to_contain_text("after 31 layers the signal")
    page.get_by_label("Random draw").fill("9")
    page.get_by_label("Batch norm").check()
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(".ck-place")).to_have_text("Depth 30 of 60")
    expect(page.get_by_label("No norm")).to_be_checked()
    expect(page.get_by_label("Random draw")).to_have_value("1")


def test_playing_adds_layers(page):
    page.clock.install()
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(2 * 1200)
    expect(page.locator(".ck-place")).to_have_text("Depth 32 of 60")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("status")).to_contain_text("after 32 layers")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_each_state_is_accessible_and_fits(show, violations, photograph, theme, width):
    page = show(DepthExplorer(50, "batch"), theme=theme, width=width)
    page.get_by_text("The numbers as a table").click()
    for name in ("Batch norm", "No norm"):
        page.get_by_label(name).check()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    photograph(page, f"depth-explorer-{theme}-{width}")


def test_it_works_straight_from_a_file(visit, written, tmp_path):
    path = written([DepthExplorer(10)], "light")
    page = visit.page(tmp_path)
    page.unroute_all()
    page.goto(path.as_uri())
    page.get_by_role("button", name="Step").click()
    expect(page.locator(".ck-sum").first).to_contain_text("after 11 layers")
