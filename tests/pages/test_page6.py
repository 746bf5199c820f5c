"""Every formula and number on the page "Pooling", against another source."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import ndimage, signal
from torch.nn import functional as F

from convnets import avg_pool2d, conv2d, lp_pool2d, max_pool2d
from exercises.ps4 import PROBLEM_SET

PAGE = Path(__file__).parents[2] / "book" / "pooling.md"
TEXT = PAGE.read_text(encoding="utf-8")
X = np.array([[1.0, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]])


def tiles(x):
    """Return the four windows of the example, as rows."""
    return x.reshape(2, 2, 2, 2).transpose(0, 2, 1, 3).reshape(4, 4)


def windows(x, size, stride):
    """Return every window: (N, C, H_out, W_out, K_h, K_w), by torch's unfold."""
    x = torch.from_numpy(np.ascontiguousarray(x))
    return x.unfold(2, size[0], stride).unfold(3, size[1], stride).numpy()


def test_the_example_is_the_one_of_the_notes(page):
    np.testing.assert_array_equal(page["x"][0, 0], X)
    np.testing.assert_array_equal(page["largest"][0, 0], [[6, 8], [3, 4]])


def test_the_table_worked_by_hand():
    rows = re.findall(r"^\| \d, \d \| (.*?) \| (\d) \| (.*?) \| (.*?) \|$", TEXT, re.M)
    assert len(rows) == 4
    for window, (numbers, largest, mean, length) in zip(tiles(X), rows, strict=True):
        assert [float(n) for n in numbers.split(", ")] == window.tolist()
        assert float(largest) == window.max()
        total, value = re.fullmatch(r"(\d+) / 4 = ([\d.]+)", mean).groups()
        assert (float(total), float(value)) == (window.sum(), window.mean())
        square, root = re.fullmatch(r"√(\d+) ≈ ([\d.]+)", length).groups()
        assert float(square) == (window**2).sum()
        assert float(root) == round(np.linalg.norm(window), 2)


@pytest.mark.parametrize(("size", "stride"), [((2, 2), 2), ((3, 2), 1), ((2, 3), 3)])
def test_formulas_of_the_pools(rng, size, stride):
    x = rng.normal(size=(2, 3, 7, 8))
    view = windows(x, size, stride)
    for pool, of in [(max_pool2d, np.max), (avg_pool2d, np.mean)]:
        np.testing.assert_allclose(pool(x, size, stride), of(view, axis=(4, 5)))
    powers = (np.abs(view) ** 3).sum(axis=(4, 5)) ** (1 / 3)
    np.testing.assert_allclose(lp_pool2d(x, size, 3, stride), powers)


@pytest.mark.parametrize("size", [28, 29])
@pytest.mark.parametrize("window", [2, 3])
def test_shapes_are_those_of_torch(size, window):
    x = torch.zeros(2, 20, size, size)
    assert F.max_pool2d(x, window).shape[-1] == (size - window) // window + 1
    assert F.max_pool2d(x, window).shape == max_pool2d(x.numpy(), window).shape


@pytest.mark.parametrize("p", [0.5, 1, 2, 16])
def test_bounds_of_the_length(rng, p):
    x = rng.normal(size=(1, 2, 6, 8))
    largest = max_pool2d(np.abs(x), (2, 4))
    length = lp_pool2d(x, (2, 4), norm=p)
    assert (largest <= length * (1 + 1e-12)).all()
    assert (length <= (2 * 4) ** (1 / p) * largest * (1 + 1e-12)).all()


def test_length_with_exponent_1_is_a_multiple_of_the_mean():
    x = X[np.newaxis, np.newaxis]
    np.testing.assert_allclose(lp_pool2d(x, 2, norm=1), 4 * avg_pool2d(x, 2))


def test_pictures_of_edges_are_what_the_caption_says(page):
    full, (largest, mean) = page["scene"][0, 0], page["pooled"]
    assert largest.size == mean.size
    assert full.size / largest.size == pytest.approx(36, rel=0.05)
    # Pooled with scipy's filters: the window of output i begins at pixel 6 i.
    want = ndimage.maximum_filter(full, 6, origin=-3)[::6, ::6][:25, :33]
    np.testing.assert_array_equal(largest, want)
    assert largest.mean() > 2 * mean.mean()


def test_a_bright_pixel_moves_more_often_than_the_result(page):
    moves = np.abs(np.diff(page["pooled_row"], axis=0)).any(axis=1)
    assert (len(moves), moves.sum()) == (7, 3)


def test_unrelated_pictures_change_by_1(rng, page):
    unrelated = rng.normal(size=(2, 200, 200))
    first, second = unrelated
    got = np.sqrt(np.mean((second - first) ** 2) / 2) / first.std()
    assert got == pytest.approx(1, abs=0.02)
    assert page["change"](lambda view: view, 0) == 0


def test_shift_curves_are_as_the_page_describes_them(page):
    curves = np.array(list(page["shift_curves"].values()))  # (pools, shifts)
    assert (curves[:, 0] == 0).all()
    assert (np.diff(curves[:, 1:], axis=0) < 0).all()  # the larger, the less
    assert 0.75 < curves[0, 1] < 0.8
    assert np.ptp(curves[0, 1:]) < 0.1
    assert 0.2 < curves[3, 1] < 0.3


def test_dropping_pixels_hardly_helps_and_pools_do(page):
    by_way = {name: page["change"](way, 1) for name, way in page["ways"].items()}
    dropped = by_way.pop("every fourth pixel")
    assert dropped > 0.9 * page["shift_curves"]["no pooling"][1]
    assert max(by_way.values()) < 0.5 * dropped
    assert np.ptp(list(by_way.values())) < 0.1


def test_whole_steps_move_the_result(rng):
    x = rng.normal(size=(1, 1, 8, 12))
    for pool in (max_pool2d, avg_pool2d, lp_pool2d):
        moved = pool(np.roll(x, 4, axis=3), 2)
        np.testing.assert_array_equal(moved, np.roll(pool(x, 2), 2, axis=3))


def test_pools_have_no_parameters(page):
    assert [list(pool.parameters()) for pool in page["pools"]] == [[], [], []]


@pytest.mark.parametrize("size", [55, 27, 13])
def test_alexnets_pools_give_the_same_sizes(size):
    x = torch.zeros(1, 1, size, size)
    assert F.max_pool2d(x, 3, 2).shape == F.max_pool2d(x, 2, 2).shape


def test_pixels_are_read_as_often_as_the_page_says(page):
    x = torch.zeros(1, 1, 1, 7, requires_grad=True)
    (3 * F.avg_pool2d(x, (1, 3), (1, 2))).sum().backward()
    np.testing.assert_allclose(page["times_read"], x.grad[0, 0, 0].numpy())
    square = torch.zeros(1, 1, 7, 7, requires_grad=True)
    (9 * F.avg_pool2d(square, 3, 2)).sum().backward()
    assert square.grad.max().item() == pytest.approx(4)


def test_overlap_makes_the_change_smaller(page):
    side, overlap = (
        page["change"](lambda v, k=k: max_pool2d(v, k, stride=2), 1) for k in (2, 3)
    )
    assert overlap < side


def test_average_pooling_is_a_convolution(rng, page):
    x = page["maps"]
    full = np.kron(np.eye(3)[:, :, None, None], np.full((1, 1, 2, 2), 1 / 4))
    np.testing.assert_allclose(conv2d(x, full, stride=2), avg_pool2d(x, 2))
    weight = torch.from_numpy(page["weight"])
    want = F.conv2d(torch.from_numpy(x), weight, stride=2, groups=3)
    np.testing.assert_allclose(page["by_weights"], want.numpy())


def test_a_maximum_is_not_linear(page):
    assert [result.item() for result in page["together"]] == [1, 2]


def test_a_convolution_and_a_mean_are_one_convolution(page):
    want = signal.convolve2d(page["kernel"][0, 0], np.full((2, 2), 1 / 4), "full")
    np.testing.assert_allclose(page["spread"][0, 0], want)
    np.testing.assert_allclose(page["one"], page["two"])


def test_sizes_of_the_convolution_with_a_stride():
    layer = torch.nn.Conv2d(64, 64, 3, stride=2, padding=1)
    assert layer(torch.zeros(1, 64, 56, 56)).shape == (1, 64, 28, 28)
    assert sum(p.numel() for p in layer.parameters()) == 36928


def test_the_border_of_a_maximum_is_never_seen(page):
    negative = torch.from_numpy(page["negative"])
    want = F.max_pool2d(negative, 2, padding=1).numpy()
    np.testing.assert_array_equal(max_pool2d(page["negative"], 2, padding=1), want)
    wrong = max_pool2d(page["zeros_around"], 2)[0, 0]
    assert (wrong != want[0, 0]).sum() == 8
    assert wrong[1, 1] == want[0, 0, 1, 1]


def test_the_border_of_a_mean_counts(page):
    got = avg_pool2d(page["ones"], 3, stride=1, padding=1)[0, 0]
    assert got[0, 0] == pytest.approx(4 / 9)
    assert got[0, 1] == pytest.approx(6 / 9)
    inside = F.avg_pool2d(torch.from_numpy(page["ones"]), 3, 1, **page["uncounted"])
    assert (inside == 1).all()


def test_torch_allows_no_more_padding_than_half_the_window():
    with pytest.raises(RuntimeError, match="half"):
        F.max_pool2d(torch.zeros(1, 1, 4, 4), 2, padding=2)
    with pytest.raises(ValueError, match="half the window"):
        max_pool2d(np.zeros((1, 1, 4, 4)), 2, padding=2)


def test_global_average_pooling_is_a_mean(rng, page):
    x = rng.normal(size=(2, 50, 7, 9))
    np.testing.assert_allclose(avg_pool2d(x, (7, 9))[:, :, 0, 0], x.mean(axis=(2, 3)))
    counts = [
        sum(p.numel() for p in page[name].parameters()) for name in ("flat", "mean")
    ]
    assert counts == [50 * 7 * 7 * 10 + 10, 50 * 10 + 10]


def test_answers_of_check_yourself(rng):
    row = np.array([3.0, 1, 4, 1, 5, 9, 2]).reshape(1, 1, 1, 7)
    np.testing.assert_array_equal(max_pool2d(row, (1, 3), (1, 2)).ravel(), [4, 5, 9])
    np.testing.assert_array_equal(max_pool2d(row, (1, 3)).ravel(), [4, 9])
    x = rng.normal(size=(1, 2, 11, 15))
    cut = np.maximum(max_pool2d(x, 2), 0)
    np.testing.assert_array_equal(max_pool2d(np.maximum(x, 0), 2), cut)
    for pool in (max_pool2d, avg_pool2d):
        np.testing.assert_allclose(pool(pool(x, 2), 2), pool(x, 4))


def test_every_exercise_is_there_with_its_minutes_and_difficulty():
    words = {1: "easy", 2: "medium", 3: "hard"}
    for name in ("max_pool2d", "avg_pool2d", "lp_pool2d"):
        found = [e for e in PROBLEM_SET.exercises if e.id == f"ps4.{name}"]
        what = f"{words[found[0].difficulty]} · about {found[0].minutes} minutes."
        assert f"**`{found[0].id}`** · {what}" in TEXT
