"""The figure *draw a digit*, drawn on with mouse, finger and keyboard."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from coursekit.widgets import DigitDrawer, digit_network, digit_pictures, digit_strokes
from coursekit.widgets.base import HERE

pytestmark = pytest.mark.browser

SCRIPTS = ("numbers.js", "lenet.js", "strokes.js")
TOLERANCE = 1e-4  # of logits around 10: the script computes in double precision


@pytest.fixture
def page(show):
    return show(DigitDrawer())


@pytest.fixture
def scripted(visit, tmp_path):
    """Let the figure's functions compute something in an empty page."""
    page = visit.page(tmp_path)
    text = "\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    return lambda code, given: page.evaluate(f"(given) => {{ {text}\n{code} }}", given)


def field(page):
    return page.get_by_role("application", name="Field to draw on")


def reading(page):
    return page.locator(".ck-reading")


def chosen(page):
    return page.get_by_role("combobox", name="Drawing")


def draw(page, *points):
    """Draw one stroke with the mouse; points are on the field of 28 x 28."""
    field(page).scroll_into_view_if_needed()
    box = field(page).bounding_box()
    unit = box["width"] / 28
    places = [(box["x"] + x * unit, box["y"] + y * unit) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    [page.mouse.move(*place, steps=4) for place in places[1:]]
    page.mouse.up()


def scribble(seed):
    """Return strokes that nobody would draw."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 9, rng.integers(1, 4))
    middle, size = rng.uniform(8, 20, 2), rng.uniform(1, 8)
    strokes = [middle + size * rng.uniform(-1, 1, (n, 2)) for n in lengths]
    return [stroke.round(2).tolist() for stroke in strokes]


# What is computed ---------------------------------------------------------------------


def test_logits_are_those_of_pytorch(scripted):
    rng = np.random.default_rng(0)
    noise = rng.uniform(size=(6, 28, 28)) ** rng.uniform(0.5, 9, (6, 1, 1))
    digits = [digit_strokes.prepared(each) for each in digit_strokes.SAMPLES]
    pixels = np.concatenate([noise, digits, np.zeros((1, 28, 28))])
    code = (
        "const network = unpackedNetwork(given.network);"
        "return given.pixels.map((one) => "
        "Array.from(layersOf(network, Float64Array.from(one)).at(-1).values));"
    )
    given = {"network": digit_network.read(), "pixels": pixels.reshape(17, -1).tolist()}
    with torch.no_grad():
        tensors = digit_network.standardized(torch.from_numpy(pixels)[:, None])
        want = digit_network.network()(tensors).numpy()
    np.testing.assert_allclose(scripted(code, given), want, rtol=0, atol=TOLERANCE)
    assert np.abs(want).max() > 5


def test_every_layer_is_that_of_pytorch(scripted):
    sample = digit_strokes.SAMPLES[5]
    code = (
        "const pixels = inMnistForm(given.strokes);"
        "const layers = layersOf(unpackedNetwork(given.network), pixels);"
        "const named = layers.map(({ name, values }) => [name, Array.from(values)]);"
        "return Object.fromEntries(named);"
    )
    got = scripted(code, {"network": digit_network.read(), "strokes": sample})
    want = digit_pictures.layers(sample)
    for name in ("input", "conv1", "pool1", "conv2", "pool2"):
        np.testing.assert_allclose(
            got[name], want[name].numpy().ravel(), rtol=0, atol=TOLERANCE, err_msg=name
        )
    assert {name: len(got[name]) for name in ("fc1", "fc2")} == {"fc1": 120, "fc2": 84}


@pytest.mark.parametrize(
    ("function", "twin"),
    [("inMnistForm(one)", "prepared"), ("inked(one, RADIUS)", "field")],
)
def test_pictures_of_strokes_are_those_of_python(scripted, function, twin):
    drawings = [*digit_strokes.SAMPLES, *(scribble(seed) for seed in range(20)), []]
    code = f"return given.map((one) => Array.from({function}));"
    got = np.array(scripted(code, drawings)).reshape(-1, 28, 28)
    want = np.array([getattr(digit_strokes, twin)(each) for each in drawings])
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-9)


@pytest.mark.parametrize("digit", range(10))
def test_the_page_says_what_pytorch_says(page, digit):
    chosen(page).select_option(label=f"a drawn {digit}")
    shares = digit_pictures.layers(digit_strokes.SAMPLES[digit])["logits"].softmax(0)
    expect(reading(page)).to_contain_text(f"The network reads {digit}")
    texts = page.locator(".ck-share").all_inner_texts()
    got = [float(text.strip("<> ")) for text in texts]
    np.testing.assert_allclose(got, shares.numpy(), rtol=0, atol=0.0011)
    expect(page.locator(".ck-answers li.ck-on .ck-digit")).to_have_text(str(digit))


def test_maps_are_drawn_on_one_scale(page):
    pictures = page.locator(".ck-map-conv2").evaluate_all(
        "nodes => nodes.map(node => Array.from(node.getContext('2d')"
        ".getImageData(0, 0, 10, 10).data).filter((_, n) => n % 4 === 0))"
    )
    maps = digit_pictures.layers(digit_strokes.SAMPLES[3])["conv2"]
    want = 255 * maps / maps.max()
    np.testing.assert_allclose(pictures, want.reshape(16, 100).numpy(), atol=0.51)


# Drawing ------------------------------------------------------------------------------


def test_a_stroke_of_the_mouse_is_read(page):
    page.get_by_role("button", name="Clear").click()
    draw(page, (10, 5), (19, 5), (13, 23))
    expect(reading(page)).to_contain_text("The network reads 7")
    expect(chosen(page)).to_have_value("own")


def test_the_answer_changes_while_one_draws(page):
    page.get_by_role("button", name="Clear").click()
    box = field(page).bounding_box()
    page.mouse.move(box["x"] + 90, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 190, box["y"] + 50, steps=4)
    page.mouse.move(box["x"] + 130, box["y"] + 230, steps=6)
    expect(reading(page)).to_contain_text("The network reads 7")
    expect(page.get_by_role("status")).not_to_contain_text("reads 7")
    page.mouse.up()
    expect(page.get_by_role("status")).to_contain_text("The network reads 7")


def test_the_right_button_draws_nothing(page):
    before = reading(page).inner_text()
    field(page).click(button="right", position={"x": 20, "y": 20})
    expect(reading(page)).to_have_text(before)


def test_a_finger_draws_and_does_not_scroll(show):
    page = show(DigitDrawer(), width=390, has_touch=True)
    page.get_by_role("button", name="Clear").click()
    box = field(page).bounding_box()
    touch = page.context.new_cdp_session(page)

    def send(kind, *points):
        places = [{"x": box["x"] + x, "y": box["y"] + y} for x, y in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    send("touchStart", (90, 50))
    [send("touchMove", (x, 50)) for x in range(100, 191, 10)]
    [send("touchMove", (190 - 3 * n, 50 + 9 * n)) for n in range(1, 21)]
    send("touchEnd")
    expect(page.get_by_role("status")).to_contain_text("The network reads 7")
    assert page.evaluate("window.scrollY") == 0


def test_the_keyboard_draws(page):
    page.get_by_role("button", name="Clear").click()
    field(page).focus()
    [page.keyboard.press("ArrowUp") for _ in range(9)]
    [page.keyboard.press("ArrowLeft") for _ in range(5)]
    expect(page.get_by_role("status")).to_have_text("Pen up, column 9, row 5.")
    page.keyboard.press("Space")
    expect(page.get_by_role("status")).to_have_text("Pen down at column 9, row 5.")
    [page.keyboard.press("ArrowRight") for _ in range(10)]
    [page.keyboard.press("ArrowDown") for _ in range(18)]
    page.keyboard.press("Space")
    expect(page.get_by_role("status")).to_contain_text("The network reads 7")
    page.keyboard.press("Backspace")
    expect(page.locator(".ck-warning")).to_contain_text("Nothing is drawn")


def test_leaving_the_field_lifts_the_pen(page):
    page.get_by_role("button", name="Clear").click()
    field(page).focus()
    page.keyboard.press("Space")
    [page.keyboard.press("ArrowDown") for _ in range(6)]
    page.keyboard.press("Tab")
    expect(page.locator(".ck-warning")).to_have_count(0)
    field(page).focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("status")).to_contain_text("Pen up")


def test_the_pen_stays_on_the_field(page):
    field(page).focus()
    [page.keyboard.press("ArrowLeft") for _ in range(40)]
    expect(page.get_by_role("status")).to_contain_text("column 0, row 14")


def test_undo_takes_one_stroke_and_clear_all(page):
    chosen(page).select_option(label="a drawn 4")
    page.get_by_role("button", name="Undo").click()
    strokes = digit_strokes.SAMPLES[4][:1]
    read, _ = digit_pictures.answer(strokes)
    expect(reading(page)).to_contain_text(f"The network reads {read}")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".ck-warning")).to_contain_text("names a digit all the same")
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Reset").click()
    expect(reading(page)).to_contain_text("The network reads 3")


def test_without_mnists_form_the_place_matters(page):
    page.get_by_role("button", name="Clear").click()
    draw(page, (20, 1.5), (26, 1.5), (22, 11))
    expect(reading(page)).to_contain_text(
        "The network reads 7, with probability > 0.99"
    )
    page.get_by_label("Scale and centre it").uncheck()
    pixels = page.locator(".ck-map-input").evaluate(
        "node => Array.from(node.getContext('2d').getImageData(0, 0, 28, 28).data)"
    )
    ink = np.array(pixels).reshape(28, 28, 4)[..., 0]
    np.testing.assert_allclose(np.argwhere(ink).min(axis=0), [0, 19], atol=1)
    expect(reading(page)).not_to_contain_text("with probability > 0.99")


# The layers and the page --------------------------------------------------------------


def test_step_goes_from_layer_to_layer(page):
    words = []
    for name in ("input", "conv1", "pool1", "conv2", "pool2", "fc1", "fc2", "fc3"):
        if words:
            page.get_by_role("button", name="Step").click()
        expect(page.locator(".ck-sum .ck-name")).to_have_text(f"{name}: ")
        here = page.locator("[aria-current='step']")
        expect(here).to_have_count(1)
        expect(here.locator(".ck-label")).to_contain_text(name)
        words.append(page.locator(".ck-sum").inner_text())
    assert len(set(words)) == 8
    expect(page.locator(".ck-place")).to_have_text("Layer 8 of 8")


def test_the_words_count_what_is_there(page):
    page.get_by_role("button", name="Step").click()
    maps = digit_pictures.layers(digit_strokes.SAMPLES[3])["conv1"]
    zeros = round(100 * float((maps == 0).double().mean()))
    text = f"6 maps of 28 × 28, {zeros} % of the numbers are 0"
    expect(page.locator(".ck-sum")).to_contain_text(text)
    name = re.compile(f"conv1: .*{re.escape(text)}")
    expect(page.get_by_role("img", name=name)).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_figure_is_accessible_and_fits(show, violations, photograph, theme, width):
    page = show(DigitDrawer(8), theme=theme, width=width)
    page.get_by_role("button", name="Step").click()
    field(page).focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    photograph(page, f"digit-drawer-{theme}-{width}")


def test_targets_are_large_enough_to_touch(show):
    page = show(DigitDrawer(), width=390)
    sizes = page.locator(".ck-figure :is(button, select, .ck-check)").evaluate_all(
        "nodes => nodes.map(node => node.getBoundingClientRect())"
        ".map(({ width, height }) => Math.min(width, height))"
    )
    assert min(sizes) >= 24


def test_without_scripts_the_picture_is_shown(show, photograph):
    page = show(DigitDrawer(), java_script_enabled=False)
    expect(page.get_by_role("img", name="the network reads 3")).to_be_visible()
    photograph(page, "digit-drawer-without-scripts")


def test_it_works_straight_from_a_file(visit, written, tmp_path):
    path = written([DigitDrawer()], "light")
    page = visit.page(tmp_path)
    page.unroute_all()
    page.goto(path.as_uri())
    page.get_by_role("button", name="Clear").click()
    draw(page, (10, 5), (19, 5), (13, 23))
    expect(reading(page)).to_contain_text("The network reads 7")


def test_two_figures_on_a_page_keep_apart(show):
    page = show(DigitDrawer(2), DigitDrawer(6))
    first, second = page.locator(".ck-figure").all()
    first.get_by_role("button", name="Clear").click()
    expect(second.locator(".ck-reading")).to_contain_text("The network reads 6")
