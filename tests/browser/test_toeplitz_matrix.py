"""The matrix of a cross-correlation, operated with mouse and keyboard."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from convnets.correlation import conv2d_loops, correlate1d, correlation_matrix, toeplitz
from coursekit.widgets import ToeplitzMatrix

pytestmark = pytest.mark.browser

SIGNAL, TAPS = [1, 2, 4, 7, 3], [1, 0, -1]
IMAGE, KERNEL = [[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[0, 1], [2, 3]]


@pytest.fixture
def signal(show):
    return show(ToeplitzMatrix(SIGNAL, TAPS))


@pytest.fixture
def image(show):
    return show(ToeplitzMatrix(IMAGE, KERNEL))


@pytest.fixture
def matrix(numbers):
    """Read the rows that are kept, or every row."""

    def matrix(page, rows="button.ck-row"):
        texts = [row.locator(".ck-entry") for row in page.locator(rows).all()]
        return np.array([numbers(row.all_inner_texts()) for row in texts])

    return matrix


def active(page):
    return page.locator(".ck-row.ck-on .ck-name").inner_text()


def window(page):
    cells = page.locator(".ck-samples > :is(.ck-cell, .ck-flat)").all()
    marked = [cell.get_attribute("class").split() for cell in cells]
    return [n for n, names in enumerate(marked) if "ck-on" in names]


def test_rows_hold_the_kernel_and_zeros(signal, matrix):
    np.testing.assert_array_equal(matrix(signal), toeplitz(np.array(TAPS), 5))


def test_row_window_and_output_light_up_together(signal):
    assert (active(signal), window(signal)) == ("y[0]", [0, 1, 2])
    signal.get_by_role("button", name="Step").click()
    assert (active(signal), window(signal)) == ("y[1]", [1, 2, 3])
    expect(signal.locator(".ck-sum")).to_have_text("y[1] = 2·1 + 4·0 + 7·(−1) = −5")


def test_pointing_at_a_row_shows_it_for_the_time_being(signal):
    signal.locator("button.ck-row").nth(2).hover()
    assert (active(signal), window(signal)) == ("y[2]", [2, 3, 4])
    signal.get_by_role("button", name="Play").hover()
    assert active(signal) == "y[0]"


def test_clicking_a_row_keeps_it(signal):
    signal.locator("button.ck-row").nth(2).click()
    signal.get_by_role("button", name="Play").hover()
    assert active(signal) == "y[2]"
    expect(signal.locator(".ck-place")).to_have_text("Position 3 of 3")


def test_arrow_keys_move_from_row_to_row(signal):
    signal.locator("button.ck-row").first.focus()
    signal.keyboard.press("ArrowDown")
    signal.keyboard.press("ArrowRight")
    assert active(signal) == "y[2]"
    expect(signal.locator("button.ck-row").nth(2)).to_be_focused()
    signal.keyboard.press("Home")
    assert active(signal) == "y[0]"


def test_a_row_reads_as_its_numbers_and_its_output(signal):
    label = "Row 1 0 −1 0 0; y[0] is −3"
    expect(signal.get_by_role("button", name=label)).to_be_visible()


def test_stride_drops_rows(signal, matrix):
    signal.get_by_label("Stride").fill("2")
    np.testing.assert_array_equal(matrix(signal), toeplitz(np.array(TAPS), 5, stride=2))
    np.testing.assert_array_equal(
        matrix(signal, ".ck-row"), toeplitz(np.array(TAPS), 5)
    )
    assert signal.locator(".ck-dropped .ck-name").all_inner_texts() == ["dropped"]


def test_dropped_rows_can_be_removed(signal):
    signal.get_by_label("Stride").fill("2")
    signal.get_by_label("Remove dropped rows").check()
    assert signal.locator(".ck-row:visible").count() == 2


def test_samples_the_stride_leaves_over_are_said(show):
    page = show(ToeplitzMatrix(np.arange(6), [1, 2, 3], stride=2))
    text = "Stride 2 does not fit: 1 sample at the end of the signal is left over."
    expect(page.locator(".ck-warning")).to_have_text(text)


def test_a_kernel_longer_than_the_signal_is_explained(signal):
    signal.get_by_label("Signal length").fill("2")
    text = "The kernel (3) is larger than the signal (2), so the matrix has no rows."
    expect(signal.locator(".ck-warning")).to_contain_text(text)
    signal.get_by_label("Kernel length").fill("2")
    expect(signal.locator("button.ck-row")).to_have_count(1)


def test_editing_a_sample_and_a_weight_changes_outputs(signal):
    signal.get_by_label("signal sample 3").fill("0.5")
    signal.get_by_label("kernel weight 1").fill("2")
    outputs = signal.locator(".ck-y").all_inner_texts()
    assert outputs == ["1", "9.5", "2"]


def test_numbers_come_back_when_a_signal_grows_again(signal):
    length = signal.get_by_label("Signal length")
    length.fill("")
    length.press_sequentially("12")
    samples = signal.get_by_label("signal sample")
    values = [sample.input_value() for sample in samples.all()]
    assert len(values) == 12
    assert values[:5] == ["1", "2", "4", "7", "3"]


def test_image_gives_the_doubly_blocked_matrix(image, matrix):
    want = correlation_matrix(np.array(KERNEL), 3, 3)
    np.testing.assert_array_equal(matrix(image), want)


def test_image_blocks_are_outlined(image):
    starts = image.locator(".ck-row").first.locator(".ck-entry.ck-block")
    assert starts.count() == 3
    assert image.locator(".ck-block-row .ck-name").all_inner_texts() == [
        "y[0, 0]",
        "y[1, 0]",
    ]


def test_image_row_lights_up_with_the_window(image):
    image.get_by_role("button", name="output row 1, column 0").click()
    assert (active(image), window(image)) == ("y[1, 0]", [3, 4, 6, 7])
    place = image.locator(".ck-window").get_attribute("style")
    assert "--top: 1; --left: 0" in place


def test_image_arrow_keys_move_as_on_the_image(image):
    image.locator(".ck-out").first.focus()
    image.keyboard.press("ArrowDown")
    assert active(image) == "y[1, 0]"
    expect(image.locator(".ck-out").nth(2)).to_be_focused()


def test_reset_brings_back_what_the_author_wrote(image):
    image.get_by_label("Image columns").fill("6")
    image.get_by_label("Stride").fill("3")
    image.get_by_role("button", name="Reset").click()
    outputs = image.locator(".ck-y").all_inner_texts()
    assert outputs == ["19", "25", "37", "43"]


@pytest.mark.parametrize("seed", range(4))
def test_signal_outputs_match_the_reference(show, numbers, matrix, seed):
    rng = np.random.default_rng(seed)
    length, taps, stride = (
        int(rng.integers(*ends)) for ends in [(5, 13), (1, 5), (1, 4)]
    )
    x, kernel = rng.integers(-9, 10, length) / 2, rng.integers(-9, 10, taps) / 4
    page = show(ToeplitzMatrix(SIGNAL, TAPS))
    for name, value in {"Signal length": length, "Kernel length": taps}.items():
        page.get_by_label(name).fill(str(value))
    page.get_by_label("Stride").fill(str(stride))
    for noun, values in {"signal sample": x, "kernel weight": kernel}.items():
        for j, value in enumerate(values):
            page.get_by_label(f"{noun} {j}", exact=True).fill(f"{value:g}")
    outputs = numbers(page.locator(".ck-y").all_inner_texts())
    np.testing.assert_allclose(outputs, correlate1d(x, kernel, stride), atol=1e-4)
    np.testing.assert_allclose(matrix(page), toeplitz(kernel, length, stride))


@pytest.mark.parametrize("seed", range(4))
def test_image_outputs_match_the_reference(show, numbers, matrix, seed):
    rng = np.random.default_rng(seed)
    size, taps, stride = rng.integers(3, 7, 2), rng.integers(1, 4, 2), 1 + seed % 3
    x, kernel = rng.integers(-9, 10, size) / 2, rng.integers(-9, 10, taps) / 4
    page = show(ToeplitzMatrix(IMAGE, KERNEL))
    for noun, grid in (("Image", x), ("kernel", kernel)):
        for axis, length in zip(("rows", "columns"), grid.shape, strict=True):
            page.get_by_label(f"{noun} {axis}".capitalize()).fill(str(length))
        for (i, j), value in np.ndenumerate(grid):
            label = f"{noun.lower()} row {i}, column {j}"
            page.get_by_label(label, exact=True).fill(f"{value:g}")
    page.get_by_label("Stride").fill(str(stride))
    want = conv2d_loops(x[None, None], kernel[None, None], stride=stride)[0, 0]
    outputs = numbers(page.locator(".ck-out").all_inner_texts())
    np.testing.assert_allclose(outputs, want.ravel(), atol=1e-4)
    np.testing.assert_allclose(matrix(page) @ x.ravel(), want.ravel())
    every = correlation_matrix(kernel, *map(int, size))
    np.testing.assert_allclose(matrix(page, ".ck-row"), every)
