"""The recorded runs, read off with mouse, finger and keyboard."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from coursekit.intervals import interval
from coursekit.records import load_record
from coursekit.widgets import LossCurveViewer

pytestmark = pytest.mark.browser

RECORD = load_record("normalization")
RATES = sorted({run["learning_rate"] for run in RECORD["curves"]})
NORMS = {"no norm": "none", "batch norm": "batch"}


@pytest.fixture
def page(show):
    return show(LossCurveViewer(RECORD["curves"], RECORD["loss_every"], 0.1))


def recorded(norm, rate, key):
    """Return a row for each seed, filled up after a run has diverged."""
    runs = [
        run
        for run in RECORD["curves"]
        if (run["norm"], run["learning_rate"]) == (NORMS[norm], rate)
    ]
    length = 75 if key == "loss" else 10
    rows = []
    for run in runs:
        filler = np.inf if key == "loss" else run[key][-1]
        rows.append(run[key] + [filler] * (length - len(run[key])))
    return np.array(rows)


def few(value):
    """Write a number as the figure does."""
    if not np.isfinite(value):
        return "diverged"
    if abs(value) >= 1e4 or abs(value) < 1e-3:
        mantissa, power = f"{value:.1e}".split("e")
        return f"{mantissa}e{int(power)}".replace("-", "−")
    return f"{float(f'{value:.3g}'):g}".replace("-", "−")


def assert_reads(text, values):
    """Compare numbers written with three digits; a tie may round either way."""
    read = [float(word) for word in re.findall(r"[\d.]+", text)]
    assert len(read) == len(values)
    for got, want in zip(read, values, strict=True):
        unit = 10 ** (math.floor(math.log10(abs(want))) - 2)
        assert got == pytest.approx(want, abs=0.5001 * unit)


def choose(page, rate):
    slider = page.get_by_role("slider", name="Learning rate")
    slider.fill(str(RATES.index(rate)))
    expect(slider).to_have_attribute("aria-valuetext", f"{rate:g}")


def read_at(page, point):
    page.get_by_role("slider", name="Read at").fill(str(point))
    expect(page.locator(".ck-place")).to_contain_text(f"Point {point + 1} of")


def column(page, norm):
    """Return the first table's column of a norm: every seed, then the middle."""
    place = list(NORMS).index(norm)
    page.locator("details").evaluate("node => { node.open = true }")
    rows = page.locator(".ck-runs").first.locator("tbody tr").all()
    return [row.locator("td").nth(place).inner_text() for row in rows]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("norm", NORMS)
def test_losses_medians_and_quartiles_are_those_of_the_record(page, norm, rate):
    choose(page, rate)
    values = recorded(norm, rate, "loss")
    for point in (0, 2, 40, 74):
        read_at(page, point)
        *runs, middle = column(page, norm)
        assert runs == [few(value) for value in values[:, point]]
        ordered = np.sort(values[:, point])
        if np.isfinite(ordered[:7]).all():  # the quartiles are then finite
            low, mid, high = np.quantile(ordered[:8], [0.25, 0.5, 0.75])
            assert middle == f"{few(mid)} ({few(low)} to {few(high)})"
        elif not np.isfinite(ordered[4]):
            assert middle == "diverged"
        else:
            mid = np.mean(ordered[3:5])
            assert middle.startswith(f"{few(mid)} (")
            assert middle.endswith("to ∞)")


@pytest.mark.parametrize("rate", [0.03, 0.3, 3.0])
@pytest.mark.parametrize("norm", NORMS)
def test_accuracies_and_intervals_are_those_of_the_record(page, norm, rate):
    choose(page, rate)
    page.get_by_label("Held-out accuracy").check()
    page.get_by_label("Mean, 95 % interval").check()
    values = recorded(norm, rate, "test_accuracy")
    for epoch in (0, 9):
        read_at(page, epoch)
        *runs, middle = column(page, norm)
        assert runs == [few(value) for value in values[:, epoch]]
        assert_reads(middle, interval(values[:, epoch]))


def test_a_mean_ends_with_the_first_run_that_diverges(page):
    choose(page, 3.0)
    page.get_by_label("Mean, 95 % interval").check()
    read_at(page, 1)
    words = "no norm no mean, a run has diverged"
    expect(page.locator(".ck-sum")).to_contain_text(words)


def test_diverged_runs_are_said_in_words(page):
    expect(page.locator(".ck-note")).to_contain_text("No norm: no run of 8 diverged.")
    choose(page, 1.0)
    text = "2 of 8 runs diverged (seeds 1, 6), the first by step 8, the last by step 22"
    expect(page.locator(".ck-note")).to_contain_text(text)
    expect(page.locator(".ck-note")).to_contain_text("3 runs go above the picture")
    expect(page.locator(".ck-cross")).to_have_count(2)


def test_the_second_table_goes_along_the_training(page):
    page.get_by_text("The numbers as tables").click()
    lines = page.locator(".ck-runs").last.locator("tbody tr")
    expect(lines).to_have_count(10)
    last = lines.last
    median = np.median(recorded("batch norm", 0.1, "loss")[:, -1])
    expect(last.locator("th")).to_have_text("Steps 149 to 150")
    expect(last.locator("td").last).to_contain_text(f"{few(median)} (")


def test_either_norm_can_be_left_out(page):
    expect(page.locator(".ck-run")).to_have_count(16)
    page.get_by_label("no norm", exact=True).uncheck()
    expect(page.locator(".ck-run")).to_have_count(8)
    expect(page.locator(".ck-sum")).not_to_contain_text("no norm")
    page.get_by_label("batch norm", exact=True).uncheck()
    expect(page.locator(".ck-sum")).to_contain_text("choose at least one norm")


def test_curves_lie_where_the_axis_says(page):
    for label, turn in (("logarithmic", np.log10), ("linear", lambda value: value)):
        box = page.get_by_label("Logarithmic axis")
        box.check() if label == "logarithmic" else box.uncheck()
        low, high = turn(np.array([1e-3, 10.0])) if label == "logarithmic" else (0, 4)
        read_at(page, 70)
        median = np.median(recorded("batch norm", 0.1, "loss")[:, 70])
        frame = page.locator(".ck-curves svg")
        top, height = (float(frame.get_attribute(key)) for key in ("y", "height"))
        share = (turn(median) - low) / (high - low)
        dot = float(page.locator(".ck-dot.ck-second").get_attribute("cy"))
        assert dot == pytest.approx(top + height * (1 - share), abs=0.5)


def test_the_axis_is_asked_for_with_losses_only(page):
    page.get_by_label("Held-out accuracy").check()
    expect(page.get_by_label("Logarithmic axis")).to_be_hidden()
    expect(page.locator(".ck-sum")).to_contain_text("epoch 4:")
    page.get_by_label("Training loss", exact=True).check()
    expect(page.locator(".ck-sum")).to_contain_text("steps 59 to 60:")


def test_keys_move_along_the_training(page):
    page.get_by_role("slider", name="Read at").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".ck-sum")).to_contain_text("steps 3 to 4:")
    page.get_by_role("slider", name="Learning rate").focus()
    page.keyboard.press("End")
    expect(page.locator(".ck-value").first).to_have_text("3")
    page.get_by_role("button", name="Step").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".ck-sum")).to_contain_text("steps 5 to 6:")


def test_step_reset_and_the_words_for_screen_readers(page):
    page.get_by_role("button", name="Step").click()
    expect(page.locator(".ck-sum")).to_contain_text("steps 53 to 54:")
    expect(page.get_by_role("status")).to_contain_text("learning rate 0.1, steps 53")
    expect(page.get_by_role("img")).to_have_accessible_name(
        page.locator(".ck-curves").get_attribute("aria-label")
    )
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(".ck-sum")).to_contain_text("steps 51 to 52:")


def test_pointing_reads_and_a_click_keeps(page):
    plot = page.locator(".ck-plot-place")
    box = plot.bounding_box()
    plot.hover(position={"x": box["width"] - 16, "y": 60})
    expect(page.locator(".ck-sum")).to_contain_text("steps 149 to 150:")
    page.mouse.move(2, 2)
    expect(page.locator(".ck-sum")).to_contain_text("steps 51 to 52:")
    plot.click(position={"x": 47, "y": 60})
    expect(page.locator(".ck-sum")).to_contain_text("steps 1 to 2:")


def test_a_tap_reads(show):
    figure = LossCurveViewer(RECORD["curves"], RECORD["loss_every"], 0.1)
    page = show(figure, width=390, has_touch=True)
    page.locator(".ck-plot-place").tap(position={"x": 47, "y": 60})
    expect(page.locator(".ck-sum")).to_contain_text("steps 1 to 2:")


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_open_tables_are_accessible_and_fit(show, violations, photograph, theme, width):
    figure = LossCurveViewer(RECORD["curves"], RECORD["loss_every"], 1.0)
    page = show(figure, theme=theme, width=width)
    page.get_by_text("The numbers as tables").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    photograph(page, f"loss-curve-viewer-{theme}-{width}")
