"""Every formula and number on "Convolution as matrix multiplication"."""

import ast
import re
from pathlib import Path

import jupytext
import numpy as np
import pytest
import torch
from torch.nn import functional as F

from convnets import conv2d_loops, fold, unfold
from coursekit.records import load_record
from exercises.ps4 import PROBLEM_SET

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "book" / "im2col.md"
METHODS = ROOT / "benchmarks" / "methods" / "convolution.py"
OPTIONS = [(1, 0, 1), (2, 1, 1), (1, 2, 2), (3, 1, 2)]  # stride, padding, dilation
LAYERS = load_record("convolution")["layers"]


def torch_columns(x, kernel_size, stride=1, padding=0, dilation=1):
    return F.unfold(torch.from_numpy(x), kernel_size, dilation, padding, stride).numpy()


def test_the_example_worked_by_hand(page):
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    product = np.array([0, 1, 2, 3]) @ torch_columns(x, 2)[0]
    assert product.tolist() == [19, 25, 37, 43]
    np.testing.assert_array_equal(page["flat_kernel"] @ unfold(x, 2)[0], [product])


@pytest.mark.parametrize(("s", "p", "d"), OPTIONS)
def test_formula_of_an_entry(rng, s, p, d):
    (C, H, W), (K_h, K_w) = (2, 7, 8), (3, 2)
    x = rng.normal(size=(1, C, H, W))
    H_out = (H + 2 * p - d * (K_h - 1) - 1) // s + 1
    W_out = (W + 2 * p - d * (K_w - 1) - 1) // s + 1
    got = np.zeros((C * K_h * K_w, H_out * W_out))
    for c, k, l, i, j in np.ndindex(C, K_h, K_w, H_out, W_out):
        r, q = (c * K_h + k) * K_w + l, i * W_out + j
        row, column = i * s + k * d - p, j * s + l * d - p
        if 0 <= row < H and 0 <= column < W:
            got[r, q] = x[0, c, row, column]
    np.testing.assert_array_equal(got, torch_columns(x, (K_h, K_w), s, p, d)[0])


def test_rows_are_numbered_as_weights_lie_in_memory():
    numbers = np.arange(2 * 3 * 4).reshape(2, 3, 4)
    for c, k, l in np.ndindex(2, 3, 4):
        assert numbers[c, k, l] == (c * 3 + k) * 4 + l
        r = int(numbers[c, k, l])
        assert (c, k, l) == (r // (3 * 4), r % (3 * 4) // 4, r % 4)


def test_the_entry_that_the_page_looks_up(page):
    assert (page["c"], page["k"], page["l"]) == (1, 0, 1)
    assert (page["i"], page["j"]) == (1, 1)
    columns = torch_columns(page["images"], (3, 2), 2, 1)
    assert columns[0, 7, 5] == page["images"][0, 1, 1, 2]


def test_a_layer_is_one_product(page, rng):
    x, weight = rng.normal(size=(2, 3, 7, 6)), rng.normal(size=(4, 3, 2, 3))
    columns = torch_columns(x, (2, 3), 2, 1)
    product = np.einsum("or,nrq->noq", weight.reshape(4, -1), columns)
    want = F.conv2d(torch.from_numpy(x), torch.from_numpy(weight), None, 2, 1)
    np.testing.assert_allclose(product.reshape(want.shape), want)
    np.testing.assert_allclose(page["feature_maps"], page["by_torch"])
    np.testing.assert_allclose(page["wider"] @ page["longer"], page["product"])


def test_folding_an_unfolded_image_counts_windows(page, rng):
    x = rng.normal(size=(1, 2, 5, 6))
    columns = torch_columns(x, (3, 2), 2, 1)
    n = np.zeros((5, 6))
    for i, j, k, l in np.ndindex(3, 4, 3, 2):
        row, column = 2 * i + k - 1, 2 * j + l - 1
        if 0 <= row < 5 and 0 <= column < 6:
            n[row, column] += 1
    np.testing.assert_allclose(fold(columns, (5, 6), (3, 2), 2, 1), n * x)
    assert page["counts"].tolist() == [[1, 2, 1], [2, 4, 2], [1, 2, 1]]


def test_folding_is_the_transpose_of_unfolding(rng):
    options = {"kernel_size": (2, 3), "stride": 2, "padding": 1, "dilation": 1}
    pixels = np.eye(4 * 5).reshape(20, 1, 4, 5)
    U = torch_columns(pixels, *options.values()).reshape(20, -1).T
    assert set(U.sum(axis=1)) <= {0, 1}  # a copy of one pixel, or padding
    y = rng.normal(size=len(U))
    got = fold(y.reshape(1, 6, -1), (4, 5), **options)
    np.testing.assert_allclose(got.ravel(), U.T @ y)


def test_the_adjoint_holds_on_the_page(page):
    # The cell's own x is overwritten later, so its result is taken from PyTorch's.
    y, folded = page["y"], page["folded"]
    tensor = torch.from_numpy(y)
    want = F.fold(tensor, (7, 8), (3, 2), dilation=2, padding=1, stride=2)
    np.testing.assert_allclose(folded, want)


def test_numpy_does_not_add_twice_to_one_position(page):
    assert page["total"].tolist() == [1, 1, 0]
    total = np.zeros(3)
    np.add.at(total, [0, 1, 1], 1)
    assert total.tolist() == [1, 2, 0]


@pytest.mark.parametrize(("K", "s"), [(3, 1), (5, 1), (3, 2), (2, 2)])
def test_formula_of_memory(K, s):
    H, W = 61, 80
    columns = torch_columns(np.ones((1, 2, H, W)), K, s)
    H_out, W_out = (H - K) // s + 1, (W - K) // s + 1
    ratio = columns.size / (2 * H * W)
    assert ratio == pytest.approx(K * K * H_out * W_out / (H * W))
    assert ratio == pytest.approx(K * K / s**2, rel=0.15)  # edges are not negligible
    counts = F.fold(torch.from_numpy(columns), (H, W), K, stride=s)
    assert counts.mean().item() == pytest.approx(ratio)


def test_memory_on_the_page(page):
    shape = F.unfold(torch.empty(1, 64, 224, 224, device="meta"), 3, padding=1).shape
    assert page["numbers"] == shape.numel()
    layer = LAYERS["LeNet, second layer"]
    assert layer["x"] == [64, 20, 14, 14]
    assert layer["weight"][2:] == [5, 5]
    columns = 25 * np.prod(layer["x"]) * 4
    padded = 64 * 20 * 18 * 18 * 4
    assert page["peak"] == pytest.approx(columns + padded, rel=0.01)


def test_a_product_for_each_tap(page):
    np.testing.assert_allclose(page["sums"], page["by_torch"].reshape(4, -1))


def test_formula_of_the_fourier_transform(rng):
    x, w = rng.normal(size=9), rng.normal(size=3)
    y = [sum(w[k] * x[(n + k) % 9] for k in range(3)) for n in range(9)]
    spectrum = np.conj(np.fft.fft(w, 9)) * np.fft.fft(x)
    np.testing.assert_allclose(np.fft.fft(y), spectrum)
    np.testing.assert_allclose(y[: 9 - 2], np.correlate(x, w, "valid"))


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), (3, 2)])
def test_convolution_by_fourier_transform(page, rng, stride, padding):
    x, weight, bias = (rng.normal(size=s) for s in [(2, 3, 8, 7), (4, 3, 3, 2), (4,)])
    got = page["by_fft"](x, weight, bias, stride, padding)
    want = conv2d_loops(x, weight, bias, stride, padding)
    np.testing.assert_allclose(got, want)


def function(source, name):
    """Return one function's statements, its docstring left out."""
    (found,) = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    body = found.body[1:] if ast.get_docstring(found) else found.body
    return ast.dump(found.args), [ast.dump(statement) for statement in body]


def test_what_the_page_shows_is_what_was_timed():
    cells = [cell.source for cell in jupytext.read(PAGE).cells]
    (shown,) = [source for source in cells if "def by_fft" in source]
    timed = METHODS.read_text(encoding="utf-8")
    assert function(shown, "by_fft") == function(timed, "by_fft")


def test_the_unfolded_image_that_fits_the_cache(page):
    layer = LAYERS["ResNet-20, first stage"]
    assert layer["x"] == [32, 16, 32, 32]
    assert layer["padding"] == 1
    columns = torch_columns(np.zeros(layer["x"], np.float32), 3, 1, 1)
    assert page["matrix"] == columns[0].nbytes
    second = int(page["record"]["caches"]["L2"].split()[0]) * 2**10
    assert columns[0].nbytes < second < columns.nbytes


def columns_of(images):
    columns = unfold(images, (3, 2), stride=2)
    return columns.shape[1:], columns[0, 8, 4]


def test_answer_1_finds_the_pixel():
    image = np.arange(60.0).reshape(1, 2, 5, 6)
    assert columns_of(image) == ((12, 6), image[0, 1, 3, 2])


def test_answer_2_writes_nothing_twice(rng):
    x = rng.normal(size=(2, 3, 4, 5))
    np.testing.assert_array_equal(unfold(x, 1), x.reshape(2, 3, 20))


def test_answer_3_counts_windows_of_a_row():
    columns = unfold(np.ones((1, 1, 1, 5)), (1, 3), stride=2)
    out = fold(columns, (1, 5), (1, 3), stride=2)
    assert out.ravel().tolist() == [1, 1, 2, 1, 1]


def test_answer_4_counts_windows_of_a_padded_image():
    counts = fold(unfold(np.ones((1, 1, 3, 3)), 3, padding=1), 3, 3, padding=1)
    assert counts[0, 0].tolist() == [[4, 6, 4], [6, 9, 6], [4, 6, 4]]


def test_answer_5_numbers_rows_and_weights_alike(rng):
    x, weight = rng.normal(size=(1, 3, 5, 6)), rng.normal(size=(4, 3, 2, 2))
    columns = unfold(x, 2).reshape(3, 4, -1).swapaxes(0, 1).reshape(12, -1)
    got = weight.transpose(0, 2, 3, 1).reshape(4, -1) @ columns
    np.testing.assert_allclose(got, weight.reshape(4, -1) @ unfold(x, 2)[0])


def test_difficulty_and_minutes_are_those_of_the_declarations():
    levels = {"easy": 1, "medium": 2, "hard": 3}
    pattern = r"\*\*`(ps4\.\w+)`\*\* · (\w+) · about (\d+) minutes"
    found = re.findall(pattern, PAGE.read_text(encoding="utf-8"))
    assert len(found) == 5
    for exercise_id, level, minutes in found:
        exercise = PROBLEM_SET.find(exercise_id)
        assert (levels[level], int(minutes)) == (exercise.difficulty, exercise.minutes)
