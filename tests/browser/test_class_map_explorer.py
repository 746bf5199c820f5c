"""Maps taken apart in the browser, against the reference and PyTorch's logits."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from coursekit.widgets.base import HERE

from .class_map_case import C, Case, H, K, W

pytestmark = pytest.mark.browser

CELLS = "nodes => nodes.map((node) => node.getAttribute('aria-label'))"
MINUS = "\N{MINUS SIGN}"


@pytest.fixture
def case():
    return Case()


@pytest.fixture
def page(show, case):
    return show(case.figure())


def number(text):
    """Read a number as the figure writes it."""
    return float(text.replace(MINUS, "-").replace("+", ""))


def shown(page, n=0):
    """Return the numbers of the first or the second map."""
    labels = page.get_by_role("grid").nth(n).locator(".ck-spot").evaluate_all(CELLS)
    found = {}
    for label in labels:
        row, column, value = re.fullmatch(
            r"row (\d+), column (\d+): (.*)", label
        ).groups()
        found[int(row), int(column)] = number(value)
    size = np.max(list(found), axis=0) + 1
    return np.array([found[index] for index in np.ndindex(*size)]).reshape(size)


def sums(page):
    """Return all numbers of the three sentences, without those in indices."""
    lines = page.locator(".ck-sum").evaluate_all(
        """nodes => nodes.map((node) => {
          const copy = node.cloneNode(true);
          copy.querySelectorAll("sub").forEach((index) => index.remove());
          return copy.textContent;
        })"""
    )
    return [
        [number(text) for text in re.findall(rf"{MINUS}?\d+\.\d\d", line)]
        for line in lines
    ]


def close(got, want):
    np.testing.assert_allclose(got, want, atol=0.00501)


def choose(page, name, k):
    page.get_by_role("combobox", name=name).select_option(str(k))


def tile(page, c):
    return page.get_by_role("button", name=f"channel {c} adds")


def lit(page):
    """Return which channels are on."""
    labels = page.locator(".ck-channel[aria-pressed='true']").evaluate_all(CELLS)
    return [int(label.split()[1]) for label in labels]


@pytest.mark.parametrize("seed", range(3))
def test_maps_and_logits_of_all_classes(show, seed):
    case = Case(seed)
    page = show(case.figure())
    z = case.logits()
    first, second = z.argsort()[::-1][:2]
    close(shown(page), case.map(first))
    close(shown(page, 1), case.map(second))
    for k in range(K):
        choose(page, "Class k", k)
        choose(page, "Class l", (k + 1) % K)
        expect(page.locator(".ck-sides .ck-label").first).to_have_text(
            f"M{k}, class {k}"
        )
        close(shown(page), case.map(k))
        close(shown(page, 1), case.map((k + 1) % K))
        close(sums(page)[0], [z[k] - case.bias[k], case.bias[k], z[k]])
        close(sums(page)[2], [z[k] - case.bias[k], z[k]])


def test_every_class_is_listed_with_its_logit(page, case):
    options = page.get_by_role("combobox", name="Class l").locator("option")
    words = [text.split(": z = ") for text in options.all_inner_texts()]
    assert [name for name, _ in words] == list("01234")
    close([number(z) for _, z in words], case.logits())


@pytest.mark.parametrize("off", [[4], [0, 7, 8], [1, 2, 3, 5, 6]])
def test_channels_that_are_off_are_left_out(page, case, off):
    choose(page, "Class k", 2)
    choose(page, "Class l", 4)
    for c in off:
        tile(page, c).click()
    assert sorted(lit(page)) == [c for c in range(C) if c not in off]
    part, whole = case.logits(off), case.logits()
    for n, k in enumerate((2, 4)):
        close(shown(page, n), case.map(k, off))
        close(sums(page)[n], [part[k] - case.bias[k], case.bias[k], part[k], whole[k]])
    close(sums(page)[2], [part[2] - case.bias[2], part[2]])
    words = f"the numbers of {C - len(off)} of 9 channels add up to"
    expect(page.locator(".ck-pooled")).to_contain_text(words)


def test_the_difference_is_that_of_both_maps(page, case):
    choose(page, "Class k", 0)
    choose(page, "Class l", 3)
    page.get_by_label("Difference").check()
    tile(page, 2).click()
    expect(page.locator(".ck-sides .ck-label").last).to_have_text(
        "M0 − M3, class 0 less class 3"
    )
    close(shown(page, 1), case.map(0, [2]) - case.map(3, [2]))
    part, whole = (z[0] - z[3] for z in (case.logits([2]), case.logits()))
    bias = case.bias[0] - case.bias[3]
    close(sums(page)[1], [part - bias, bias, part, whole])


@pytest.mark.parametrize("difference", [False, True])
def test_both_maps_share_one_scale_with_0_in_the_middle(page, case, difference):
    if difference:
        page.get_by_label("Difference").check()
    low, high = (
        number(page.locator(".ck-scale span").nth(n).inner_text()) for n in (0, 4)
    )
    assert low == -high
    page.locator(".ck-spot").first.hover()
    for n in range(2):
        spots = page.get_by_role("grid").nth(n).locator(".ck-spot")
        looks = spots.evaluate_all(
            "nodes => nodes.map((node) => [node.style.getPropertyValue('--share'),"
            " node.classList.contains('ck-minus')])"
        )
        got = [-float(size) if minus else float(size) for size, minus in looks]
        np.testing.assert_allclose(got, shown(page, n).ravel() / high, atol=2e-4)
        assert max(map(abs, got)) <= 1


def test_channels_are_sorted_by_what_they_add(page, case):
    for k in (1, 4):
        choose(page, "Class k", k)
        order, adds = case.order(k)
        expect(tile(page, order[0])).to_have_accessible_name(
            f"channel {order[0]} adds {adds[order[0]]:.2f} to the logit of class {k}"
        )
        labels = page.locator(".ck-channel").evaluate_all(CELLS)
        assert [int(label.split()[1]) for label in labels] == order
        close([number(label.split()[3]) for label in labels], adds[order])


def test_small_maps_are_the_summands(page, case):
    k = case.logits().argmax()
    parts = case.weight[k][:, None, None] * case.features[0]
    read = """nodes => nodes.map((node) => ["x", "y", "fill-opacity", "class"]
      .map((name) => node.getAttribute(name)))"""
    for n, c in enumerate(case.order(k)[0]):
        spots = page.locator(".ck-channel").nth(n).locator("rect").evaluate_all(read)
        got = np.zeros((H, W))
        for x, y, size, look in spots:
            sign = {"ck-plus": 1, "ck-minus": -1}[look]
            got[round(float(y) / 4), round(float(x) / 4)] = sign * float(size)
        np.testing.assert_allclose(got, parts[c] / np.abs(parts).max(), atol=1e-4)


def test_step_adds_the_largest_that_is_off(page, case):
    order, _ = case.order(int(case.logits().argmax()))
    step = page.get_by_role("button", name="Step")
    for n in range(1, C + 1):  # from all channels it begins anew
        step.click()
        assert lit(page) == order[:n]
    expect(page.locator(".ck-place")).to_have_text("All 9 channels on")
    page.get_by_role("button", name="Back").click()
    assert lit(page) == order[:-1]
    tile(page, order[3]).click()
    step.click()
    assert lit(page) == order[:-1]


def test_all_and_none(page, case):
    page.get_by_role("button", name="None").click()
    assert lit(page) == []
    assert np.abs(shown(page)).max() == 0
    first = case.logits().argmax()
    close(sums(page)[0][:3], [0, case.bias[first], case.bias[first]])
    expect(page.locator(".ck-place")).to_have_text("No channel on")
    for name in ("None", "Back"):
        button = page.get_by_role("button", name=name)
        expect(button).to_have_attribute("aria-disabled", "true")
        button.click(force=True)
        assert lit(page) == []
    page.get_by_role("button", name="All").click()
    assert len(lit(page)) == C
    close(shown(page), case.map(first))


def test_a_class_may_change_while_channels_are_off(page, case):
    tile(page, 3).click()
    tile(page, 6).click()
    choose(page, "Class k", 4)
    close(shown(page), case.map(4, [3, 6]))
    assert set(range(C)) - set(lit(page)) == {3, 6}


def test_another_picture_brings_its_own_classes(page, case):
    tile(page, 3).click()
    page.get_by_label("picture 1").check()
    z = case.logits(n=1)
    k, other = z.argsort()[::-1][:2]
    expect(page.get_by_role("combobox", name="Class k")).to_have_value(str(k))
    expect(page.get_by_role("combobox", name="Class l")).to_have_value(str(other))
    close(shown(page), case.map(k, n=1))
    close(sums(page)[0], [z[k] - case.bias[k], case.bias[k], z[k]])
    page.get_by_role("button", name="Reset").click()
    close(shown(page), case.map(case.logits().argmax()))
    assert len(lit(page)) == C


def at(page, n, i, j):
    """Return a cell of the first or the second map."""
    return page.get_by_role("grid").nth(n).locator(".ck-spot").nth(i * W + j)


def test_pointing_at_a_cell_reads_both_maps(page, case):
    k, other = case.logits().argsort()[::-1][:2]
    at(page, 1, 2, 1).hover()
    parts = case.weight[k] * case.features[0][:, 2, 1]
    most = np.argsort(-np.abs(parts), kind="stable")[:2]
    values = [case.map(k)[2, 1], *parts[most], case.map(other)[2, 1]]
    words = page.locator(".ck-reading").inner_text()
    assert words.startswith(f"Row 2, column 1: M{k} = ")
    assert f" (f{most[0]} " in words
    close([number(n) for n in re.findall(rf"{MINUS}?\d+\.\d\d", words)], values)
    assert page.locator(".ck-here").count() == 2
    page.mouse.move(2, 2)
    expect(page.locator(".ck-reading")).to_contain_text("Point at a cell")
    assert page.locator(".ck-here").count() == 0


@pytest.mark.parametrize("touch", [False, True])
def test_a_cell_that_was_chosen_stays(show, case, touch):
    page = show(case.figure(), width=390, has_touch=touch)
    spot = at(page, 0, 1, 3)
    spot.tap() if touch else spot.click()
    page.mouse.move(2, 2)
    expect(page.locator(".ck-reading")).to_contain_text("Row 1, column 3")
    choose(page, "Class k", 1)
    value = f"{case.map(1)[1, 3]:.2f}".replace("-", MINUS)
    expect(page.locator(".ck-reading")).to_contain_text(f"M1 = {value}")


def test_arrow_keys_go_through_the_cells(page, case):
    page.get_by_role("button", name="Step").focus()
    page.keyboard.press("Shift+Tab")
    while page.evaluate("document.activeElement.getAttribute('role')") != "grid":
        page.keyboard.press("Shift+Tab")
    grid = page.get_by_role("grid").nth(1)
    expect(grid).to_be_focused()
    for key in ["ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft"]:
        page.keyboard.press(key)
    expect(page.locator(".ck-reading")).to_contain_text("Row 1, column 1")
    k, other = case.logits().argsort()[::-1][:2]
    values = [f"{case.map(n)[1, 1]:.2f}".replace("-", MINUS) for n in (k, other)]
    said = f"Row 1, column 1: class {k} {values[0]}, class {other} {values[1]}."
    expect(page.get_by_role("status")).to_have_text(said)
    active = grid.get_attribute("aria-activedescendant")
    expect(page.locator(f"#{active}")).to_have_attribute(
        "aria-label", f"row 1, column 1: {values[1]}"
    )
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".ck-reading")).to_contain_text(f"Row {H - 1}, column {W - 1}")


def test_channels_take_one_tab_and_arrows_move(page, case):
    order, _ = case.order(int(case.logits().argmax()))
    assert page.locator(".ck-channel[tabindex='0']").count() == 1
    tile(page, order[0]).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(tile(page, order[2])).to_be_focused()
    page.keyboard.press("Space")
    expect(tile(page, order[2])).to_have_attribute("aria-pressed", "false")
    expect(tile(page, order[2])).to_be_focused()
    expect(page.get_by_role("status")).to_contain_text("With 8 of 9 channels.")
    page.keyboard.press("ArrowDown")  # eight in a row: the ninth is below the first
    expect(tile(page, order[8])).to_be_focused()
    page.keyboard.press("Home")
    expect(tile(page, order[0])).to_be_focused()


def test_what_changes_is_spoken(page, case):
    expect(page.get_by_role("status")).to_have_text("")
    page.get_by_role("button", name="Step").click()
    status = page.get_by_role("status")
    expect(status).to_contain_text("With 1 of 9 channels.")
    k = case.logits().argmax()
    whole = f"{case.logits()[k]:.2f}".replace("-", MINUS)
    expect(status).to_contain_text(f"all channels give {whole}")
    page.get_by_role("button", name="All").click()
    expect(status).to_contain_text(f"with the bias {whole}, the logit.")
    at(page, 0, 1, 1).click()
    expect(status).to_contain_text("Row 1, column 1: class")
    page.get_by_role("button", name="None").click()
    expect(status).to_contain_text("With no channel.")


def test_names_are_used(show, case):
    page = show(case.figure(names=list("abcde"), titles=["left", "right"]))
    choose(page, "Class k", 1)
    expect(page.locator(".ck-sum").first).to_contain_text("mean(Mb) + bb")
    expect(page.get_by_role("radio", name="right")).to_be_visible()


def test_thumbnails_are_the_pictures(show, case):
    case.pictures[1] = np.random.default_rng(1).random((3, 8, 9))
    page = show(case.figure())
    read = """node => [...node.getContext("2d")
      .getImageData(0, 0, node.width, node.height).data]"""
    thumbs = page.locator(".ck-thumbs canvas")
    for n, picture in enumerate(case.pictures):
        got = np.reshape(thumbs.nth(n).evaluate(read), (*picture.shape[1:], 4))
        rgb = np.broadcast_to(picture, (3, *picture.shape[1:]))
        np.testing.assert_allclose(got[..., :3], 255 * rgb.transpose(1, 2, 0), atol=1)
    assert page.locator(".ck-map-place canvas").count() == 0
    page.get_by_label("picture 1").check()
    expect(page.locator(".ck-map-place canvas")).to_have_count(2)
    assert page.locator(".ck-ink path").first.get_attribute("d") == ""


def test_the_outline_runs_where_the_level_is_crossed(page):
    names = ("numbers.js", "controls.js", "drawings.js", "class_maps.js")
    source = "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)
    row, column = np.mgrid[:20, :30] - np.array([[[8.5]], [[13.5]]])
    cone = 10 - np.hypot(row, column)
    path = page.evaluate(
        f"(grid) => {{ {source}\nreturn outlineOf(grid, 4); }}", cone.tolist()
    )
    points = np.array(re.findall(r"[\d.]+", path), dtype=float).reshape(-1, 2)
    radius = np.hypot(points[:, 0] - 14, points[:, 1] - 9)
    np.testing.assert_allclose(radius, 6, atol=0.1)
    turns = np.arctan2(points[:, 1] - 9, points[:, 0] - 14)
    assert np.diff(np.sort(turns)).max() < 0.3
    assert len(set(re.findall(r"[ML]([^ML]+)", path))) * 2 == len(points)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_is_accessible_and_fits(show, violations, photograph, case, theme, width):
    case.pictures[1] = np.random.default_rng(1).random((3, 8, 9))
    page = show(case.figure(), theme=theme, width=width)
    for picture in range(2):
        page.get_by_label(f"picture {picture}").check()
        page.get_by_role("button", name="Step").click()
        at(page, 0, 1, 1).click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page) == []
    photograph(page, f"class-map-explorer-{theme}-{width}")


def test_nothing_moves_by_itself(page):
    parts = page.locator(".ck-figure, .ck-figure *")
    moving = parts.evaluate_all(
        "nodes => nodes.map(getComputedStyle).filter((look) =>"
        " look.animationName !== 'none' || look.transitionDuration !== '0s').length"
    )
    assert moving == 0
