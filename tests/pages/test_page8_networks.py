"""Formulas and numbers of the page "Special convolutions": matrices and networks."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import linalg
from torch import nn
from torch.nn import functional as F

from convnets import correlation_matrix, linear_as_conv, toeplitz

PAGE = Path(__file__).parents[2] / "book" / "special_convolutions.md"


def transpose1d(y, w, stride):
    tensors = [torch.from_numpy(np.asarray(a, float))[None, None] for a in (y, w)]
    return F.conv_transpose1d(*tensors, stride=stride)[0, 0].numpy()


def test_the_table_worked_by_hand(page):
    copies = np.zeros((3, 7))
    for n, value in enumerate((1, 10, 100)):
        copies[n, 2 * n : 2 * n + 3] = value * page["taps"]
    want = [1, 2, 13, 20, 130, 200, 300]
    np.testing.assert_array_equal(copies.sum(axis=0), want)
    np.testing.assert_array_equal(transpose1d([1, 10, 100], [1, 2, 3], 2), want)


@pytest.mark.parametrize("stride", [1, 2, 3, 4])
@pytest.mark.parametrize("K_w", [1, 2, 3, 5])
def test_transposed_matrix_and_its_formula(rng, K_w, stride):
    y, w = rng.normal(size=4), rng.normal(size=K_w)
    want = transpose1d(y, w, stride)
    got = [
        sum(w[j - i * stride] * y[i] for i in range(4) if 0 <= j - i * stride < K_w)
        for j in range(len(want))
    ]
    np.testing.assert_allclose(got, want)
    np.testing.assert_allclose(toeplitz(w, len(want), stride).T @ y, want)


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_transposed_matrix_of_an_image_with_its_stride_and_padding(rng, stride):
    (H, W), w, p = (7, 10), rng.normal(size=(3, 2)), 1
    A = correlation_matrix(w, H + 2 * p, W + 2 * p)
    A = A.reshape(H + 2 * p - 2, W + 2 * p - 1, H + 2 * p, W + 2 * p)
    A = A[::stride, ::stride, p:-p, p:-p]  # no columns for the zeros around
    weight = torch.from_numpy(w)[None, None]
    out = F.conv2d(torch.zeros(1, 1, H, W).double(), weight, None, stride, p)
    y = rng.normal(size=out.shape[2:])
    rest = [(n + 2 * p - k) % stride for n, k in ((H, 3), (W, 2))]
    want = F.conv_transpose2d(
        torch.from_numpy(y)[None, None], weight, None, stride, p, rest
    )[0, 0]
    np.testing.assert_allclose(np.einsum("ij,ijpq->pq", y, A), want.numpy())


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_same_weights_serve_both_ways(stride):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, 3, 7, 8, generator=generator, dtype=torch.float64)
    w = torch.randn(4, 3, 3, 2, generator=generator, dtype=torch.float64)
    leaf = x.clone().requires_grad_()
    out = F.conv2d(leaf, w, stride=stride)
    y = torch.randn(out.shape, generator=generator, dtype=torch.float64)
    rest = [(7 - 3) % stride, (8 - 2) % stride]
    back = F.conv_transpose2d(y, w, stride=stride, output_padding=rest)
    out.backward(y)  # it carries the gradient back
    np.testing.assert_allclose(back.numpy(), leaf.grad.numpy())
    torch.testing.assert_close((out * y).sum(), (x * back).sum())


def test_a_silent_signal_is_lost_and_the_transpose_is_no_inverse(page):
    T, silent = page["T"], page["silent"]
    x = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0])
    assert np.linalg.norm(silent) == pytest.approx(1)
    np.testing.assert_allclose(T @ silent, 0, atol=1e-12)
    assert linalg.null_space(T).shape == (7, 4)
    assert np.linalg.norm(T.T @ T @ x - x) > 1
    square = toeplitz(np.array([3.0]), 5)  # nothing is lost, and yet
    assert not np.allclose(square.T @ square, np.eye(5))


@pytest.mark.parametrize("stride", [1, 2, 3, 4])
@pytest.mark.parametrize("K", [1, 2, 3, 4, 5, 6])
def test_number_of_copies_on_a_pixel(K, stride):
    counts = transpose1d(np.ones(40), np.ones(K), stride)
    inside = range(2 * K + stride, len(counts) - 2 * K - stride)
    want = [math.ceil((K - j % stride) / stride) for j in inside]
    np.testing.assert_array_equal(counts[inside], want)
    assert (len(set(want)) == 1) == (K % stride == 0)


def test_counts_of_rows_and_columns_multiply(page):
    for K in (3, 4):
        row = transpose1d(np.ones(4), np.ones(K), 2)
        np.testing.assert_array_equal(page["count_copies"](K), np.outer(row, row))
    assert (page["count_copies"](4)[2:-2, 2:-2] == 4).all()
    assert set(page["count_copies"](3)[2:-2, 2:-2].ravel().tolist()) == {1, 2, 4}


def test_flat_input_becomes_sums_of_weights_by_remainder(rng):
    w = rng.normal(size=4)
    out = transpose1d(np.ones(9), w, 2)[4:-4]
    np.testing.assert_allclose(out[::2], w[0::2].sum())
    np.testing.assert_allclose(out[1::2], w[1::2].sum())


def test_flat_input_stays_flat_only_if_it_is_copied_first(page):
    even, uneven = page["even"].numpy(), page["uneven"].numpy()
    assert np.ptp(even) < 1e-5
    assert np.ptp(uneven) > 0.5
    np.testing.assert_allclose(uneven[::2, ::2], uneven[0, 0], atol=1e-5)


@pytest.mark.parametrize("shape", [(2, 3, 4), (1, 5, 2), (3, 1, 1)])
def test_formula_of_a_fully_connected_layer(rng, shape):
    (C, H, W), x = shape, rng.normal(size=(2, *shape))
    layer = nn.Linear(C * H * W, 6).double()
    want = layer(torch.from_numpy(x).flatten(1)).detach().numpy()
    M, b = (a.detach().numpy() for a in (layer.weight, layer.bias))
    w = np.zeros((6, *shape))
    for o, c, h, column in np.ndindex(6, C, H, W):
        w[o, c, h, column] = M[o, (c * H + h) * W + column]
    got = F.conv2d(*(torch.from_numpy(a) for a in (x, w, b)))[:, :, 0, 0]
    np.testing.assert_allclose(got.numpy(), want)
    np.testing.assert_array_equal(linear_as_conv(M, b, shape)[0], w)


def test_a_window_of_the_crowd_gets_the_classifiers_own_answer(page):
    crowd, scores = page["crowd"], page["scores"]
    assert scores.shape[2:] == ((48 - 8) // 2 + 1, (96 - 8) // 2 + 1) == (21, 45)
    for i, j in [(0, 0), (3, 17), (20, 44)]:
        window = crowd[:, :, 2 * i : 2 * i + 8, 2 * j : 2 * j + 8]
        with torch.no_grad():
            want = page["classifier"](window)[0]
        np.testing.assert_allclose(scores[0, :, i, j], want, atol=1e-4)


def test_classifier_knows_digits_and_answers_for_those_in_the_crowd(page):
    assert page["is_known"].float().mean() > 0.85
    right = page["answers"].numpy() == page["targets"][1500:1532].reshape(4, 8).numpy()
    assert right.mean() > 0.75


def test_many_frames_lie_on_what_is_no_whole_three(page):
    starts = {(2 + 12 * i, 2 + 12 * j) for i, j in np.ndindex(4, 8)}
    labels = page["targets"][1500:1532].reshape(4, 8).numpy()
    frames = [(row, column) for row, column, _, _ in page["boxes"]]
    threes = [
        (row, column) in starts and labels[row // 12, column // 12] == 3
        for row, column in frames
    ]
    assert 1 <= sum(threes) <= 5


def test_work_of_windows_and_of_the_whole_picture(page):
    def count(size, places):
        return places * (16 * 9 * (size[0] - 2) * (size[1] - 2))

    last = 21 * 45 * 10 * 16 * 9
    assert page["windows"] == count((8, 8), 21 * 45) + last
    assert page["whole"] == count((48, 96), 1) + last


def test_segmenter_gives_every_pixel_a_class_at_any_size(page):
    network = page["segmenter"]
    with torch.no_grad():
        for H, W in [(36, 36), (36, 60), (48, 20)]:
            assert network(torch.zeros(2, 1, H, W)).shape == (2, 4, H, W)
            middle = network[:8](torch.zeros(1, 1, H, W)).shape[2:]
            assert middle == (H // 4, W // 4)


def test_segmenter_has_learned_something(page):
    right, is_ink = page["guesses"] == page["truths"], page["is_ink"]
    assert right[is_ink].float().mean() > 0.7
    assert right[~is_ink].float().mean() > 0.95
    assert (~is_ink).float().mean() > 0.7  # all paper would be right so often
    assert np.mean(page["losses"][-20:]) < 0.3 * page["losses"][0]


def test_segmenter_is_judged_by_digits_it_has_not_seen(page):
    assert not set(page["train"].tolist()) & set(page["test"].tolist())
    assert set(page["labels"][page["test"]].tolist()) == {0, 1, 2}


def test_answers_5_and_6(page):
    np.testing.assert_array_equal(transpose1d([2, 5], [1, 1, 1], 3), [2, 2, 2, 5, 5, 5])
    np.testing.assert_array_equal(transpose1d([2, 5], [1, 1, 1], 2), [2, 2, 7, 5, 5])
    layers = [nn.Conv2d(1, 1, 2, stride=2) for _ in range(5)]
    network = nn.Sequential(*layers, nn.Conv2d(1, 1, 7))
    with torch.no_grad():
        assert network(torch.zeros(1, 1, 224, 224)).shape[2:] == (1, 1)
        assert network(torch.zeros(1, 1, 384, 320)).shape[2:] == (6, 4)
