"""Channels wired to filters, operated with mouse, keyboard and finger."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from coursekit.widgets import ChannelWiring

pytestmark = pytest.mark.browser


@pytest.fixture
def grouped(show):
    return show(ChannelWiring("groups", 8, 8, groups=4))


@pytest.fixture
def separable(show):
    return show(ChannelWiring("separable", 16, 32))


@pytest.fixture
def dilated(show):
    return show(ChannelWiring("dilation", dilation=2))


def lit(page, kind):
    """Return the numbers of the nodes that light up."""
    return [int(t) for t in page.locator(f".ck-{kind}.ck-on text").all_text_contents()]


def blocks(page, n=0):
    """Return the weight array as 0 and 1: which blocks exist."""
    rows = page.locator(".ck-array").nth(n).locator(".ck-filter-row")
    read = "rows => rows.map(row => [...row.children].map(node => node.classList[0]))"
    kinds = [
        [kind for kind in row if kind in ("ck-some", "ck-none")]
        for row in rows.evaluate_all(read)
    ]
    return np.array(kinds) == "ck-some"


def meeting(conv):
    """Find out by running it which channels each filter of a layer reads."""
    found = torch.zeros(conv.out_channels, conv.in_channels, dtype=torch.bool)
    conv.weight.data.fill_(1.0)
    for channel in range(conv.in_channels):
        x = torch.zeros(1, conv.in_channels, *conv.kernel_size)
        x[0, channel] = 1.0
        found[:, channel] = conv(x)[0, :, 0, 0] != 0
    return found.numpy()


def rows(page):
    """Return the table of weights: name, shape and sum in each row."""
    found = page.locator(".ck-tally tbody tr").all()
    return [row.locator("th, td").all_inner_texts() for row in found]


def test_a_filter_lights_up_its_channels(grouped):
    assert (lit(grouped, "given"), lit(grouped, "made")) == ([0, 1], [0])
    words = "grouped filter 0 reads channels 0 and 1: 2·3·3 = 18 weights"
    expect(grouped.locator(".ck-sum")).to_have_text(words)


def test_pointing_at_a_filter_shows_it_for_the_time_being(grouped):
    grouped.get_by_role("button", name="grouped filter 5").hover()
    assert (lit(grouped, "given"), lit(grouped, "made")) == ([4, 5], [5])
    grouped.get_by_role("button", name="Reset").hover()
    assert lit(grouped, "made") == [0]


def test_pointing_at_a_channel_shows_who_reads_it(grouped):
    grouped.get_by_role("button", name="input channel 6").hover()
    assert (lit(grouped, "given"), lit(grouped, "made")) == ([6], [6, 7])
    words = "input channel 6 is read by grouped filters 6 and 7"
    expect(grouped.locator(".ck-sum")).to_have_text(words)


def test_pointing_at_a_row_of_the_array_shows_the_filter(grouped):
    grouped.locator(".ck-filter-row").nth(3).hover()
    assert (lit(grouped, "given"), lit(grouped, "made")) == ([2, 3], [3])
    assert grouped.locator(".ck-some.ck-on").count() == 2


def test_step_moves_from_filter_to_filter(grouped):
    grouped.get_by_role("button", name="Step").click()
    grouped.get_by_role("button", name="Step").click()
    assert (lit(grouped, "given"), lit(grouped, "made")) == ([2, 3], [2])


def test_a_channel_that_is_clicked_stays(grouped):
    grouped.get_by_role("button", name="input channel 3").click()
    grouped.get_by_role("button", name="Reset").hover()
    assert lit(grouped, "given") == [3]
    grouped.get_by_role("button", name="Step").click()
    assert lit(grouped, "made") == [1]


def test_arrow_keys_walk_over_channels_and_filters(grouped):
    grouped.get_by_role("button", name="input channel 0").focus()
    for key, name in [
        ("ArrowDown", "input channel 1"),
        ("ArrowRight", "grouped filter 1"),
        ("End", "grouped filter 7"),
        ("ArrowLeft", "input channel 7"),
    ]:
        grouped.keyboard.press(key)
        expect(grouped.get_by_role("button", name=name)).to_be_focused()


def test_arrow_keys_walk_over_small_nodes_too(separable):
    separable.get_by_role("button", name="depthwise filter 0").focus()
    separable.keyboard.press("ArrowRight")
    separable.keyboard.press("ArrowDown")
    focused = separable.get_by_role("button", name="pointwise filter 1")
    expect(focused).to_be_focused()
    words = "pointwise filter 1 reads channels 0 to 15: 16·1·1 = 16 weights"
    expect(separable.locator(".ck-sum")).to_have_text(words)


def test_only_possible_numbers_of_groups_are_offered(grouped):
    grouped.get_by_label("Channels out").fill("12")
    offered = grouped.get_by_role("group", name="Groups").get_by_role("radio")
    assert [one.get_attribute("value") for one in offered.all()] == ["1", "2", "4"]
    grouped.get_by_label("Channels out").fill("6")
    expect(offered).to_have_count(2)
    expect(grouped.get_by_label("2", exact=True)).to_be_checked()


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        (1, "One group: every filter reads every channel."),
        (2, "Every filter reads 8 / 2 = 4 channels."),
        (8, "a depthwise convolution."),
    ],
)
def test_what_the_groups_mean_is_said(grouped, groups, words):
    grouped.get_by_label(str(groups), exact=True).check()
    expect(grouped.locator(".ck-note").last).to_contain_text(words)


def test_the_separable_example_is_counted(separable):
    assert rows(separable) == [
        ["ordinary", "(32, 16, 3, 3)", "32 · 16 · 3 · 3 = 4,608"],
        ["depthwise", "(16, 1, 3, 3)", "16 · 1 · 3 · 3 = 144"],
        ["pointwise", "(32, 16, 1, 1)", "32 · 16 · 1 · 1 = 512"],
        ["together", "", "144 + 512 = 656"],
    ]
    expect(separable.locator(".ck-note").last).to_contain_text("7.02 times as many")


def test_depthwise_has_one_block_a_filter_and_pointwise_all(separable):
    np.testing.assert_array_equal(blocks(separable), np.eye(16, dtype=bool))
    assert blocks(separable, 1).shape == (32, 16)
    assert blocks(separable, 1).all()


def test_the_switch_leads_from_groups_to_separable(grouped):
    grouped.get_by_label("Depthwise separable").check()
    assert grouped.locator(".ck-array").count() == 2
    expect(grouped.get_by_role("group", name="Groups")).to_be_hidden()
    grouped.get_by_label("Groups", exact=True).check()
    assert grouped.locator(".ck-array").count() == 1


def test_dilation_spreads_the_taps(dilated):
    place = dilated.locator(".ck-window").get_attribute("style")
    assert "--top: 2; --left: 2; --height: 5; --width: 5" in place
    met = dilated.locator(".ck-patch > .ck-cell")
    kinds = met.evaluate_all("nodes => nodes.map(node => node.tagName)")
    want = np.zeros((9, 9), dtype=bool)
    want[2:7:2, 2:7:2] = True
    np.testing.assert_array_equal((np.array(kinds) == "BUTTON").reshape(9, 9), want)


def test_a_weight_and_its_pixel_light_up_together(dilated):
    dilated.get_by_role("button", name="pixel of weight row 1, column 2").hover()
    lights = dilated.locator("button.ck-cell.ck-on")
    assert lights.all_inner_texts() == ["5", "5"]
    words = "weight[1, 2] meets x[i + 2·1, j + 2·2] = x[i + 2, j + 4]"
    expect(dilated.locator(".ck-sum")).to_have_text(words)


def test_arrow_keys_walk_over_the_weights(dilated):
    dilated.locator(".ck-weights button").first.focus()
    for key, place in [("ArrowDown", 3), ("ArrowRight", 4), ("End", 8), ("Home", 0)]:
        dilated.keyboard.press(key)
        expect(dilated.locator(".ck-weights button").nth(place)).to_be_focused()


@pytest.mark.parametrize(("taps", "dilation"), [(3, 4), (5, 4), (1, 3), (2, 3), (4, 1)])
def test_the_reach_of_a_kernel_is_torchs(show, taps, dilation):
    page = show(ChannelWiring("dilation"))
    page.get_by_label("Kernel").fill(str(taps))
    page.get_by_label("Dilation", exact=True).last.fill(str(dilation))
    # The shortest input on which the kernel has one position, by running it.
    conv = torch.nn.Conv1d(1, 1, taps, dilation=dilation, padding=40)
    reach = 81 + 1 - conv(torch.zeros(1, 1, 1)).shape[-1]
    words = f"= {reach} pixel{'s' * (reach > 1)}. Of the {reach**2} pixel"
    expect(page.locator(".ck-note").last).to_contain_text(words)
    assert page.locator(".ck-met").count() == taps**2


def test_reset_brings_back_what_the_author_wrote(grouped):
    grouped.get_by_label("Depthwise separable").check()
    grouped.get_by_label("Kernel").fill("5")
    grouped.get_by_role("button", name="Reset").click()
    assert rows(grouped)[1] == ["groups = 4", "(8, 2, 3, 3)", "8 · 2 · 3 · 3 = 144"]


def test_what_lights_up_is_announced(grouped):
    status = grouped.get_by_role("status")
    expect(status).to_be_empty()
    grouped.get_by_role("button", name="input channel 1").click()
    expect(status).to_have_text("input channel 1 is read by grouped filters 0 and 1.")


def test_a_tap_shows_a_filter(show):
    page = show(ChannelWiring(groups=2), width=390, has_touch=True)
    page.get_by_role("button", name="grouped filter 3").tap()
    assert lit(page, "given") == [2, 3]


@pytest.mark.parametrize("seed", range(8))
def test_blocks_shapes_and_counts_are_torchs(show, seed):
    rng = np.random.default_rng(seed)
    groups, taps = int(rng.integers(1, 5)), int(rng.integers(1, 6))
    into, out = (groups * int(n) for n in rng.integers(1, 5, 2))
    page = show(ChannelWiring())
    for label, value in {
        "Channels in": into,
        "Channels out": out,
        "Kernel": taps,
    }.items():
        page.get_by_label(label, exact=True).fill(str(value))
    page.get_by_label(str(groups), exact=True).check()
    conv = torch.nn.Conv2d(into, out, taps, groups=groups, bias=False)
    np.testing.assert_array_equal(blocks(page), meeting(conv))
    _, shape, total = rows(page)[-1]
    assert shape == str(tuple(conv.weight.shape))
    assert total.split(" = ")[1].replace(",", "") == str(conv.weight.numel())


@pytest.mark.parametrize("seed", range(4))
def test_separable_counts_are_torchs(show, seed):
    rng = np.random.default_rng(seed)
    into, out, taps = (int(n) for n in rng.integers(1, [33, 33, 6]))
    page = show(ChannelWiring("separable"))
    for label, value in {
        "Channels in": into,
        "Channels out": out,
        "Kernel": taps,
    }.items():
        page.get_by_label(label, exact=True).fill(str(value))
    layers = [
        torch.nn.Conv2d(into, out, taps, bias=False),
        torch.nn.Conv2d(into, into, taps, groups=into, bias=False),
        torch.nn.Conv2d(into, out, 1, bias=False),
    ]
    for (_, shape, total), layer in zip(rows(page), layers, strict=False):
        assert shape == str(tuple(layer.weight.shape))
        assert total.split(" = ")[1].replace(",", "") == str(layer.weight.numel())
    both = sum(layer.weight.numel() for layer in layers[1:])
    assert rows(page)[-1][2].split(" = ")[1].replace(",", "") == str(both)
