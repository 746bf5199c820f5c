"""Every formula and number on the page "Cross-correlation", against another source."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import linalg, signal
from torch.nn.functional import conv1d, conv2d

from convnets import convolve2d, correlate1d, correlate2d, correlation_matrix, toeplitz
from exercises.ps1 import PROBLEM_SET

PAGE = Path(__file__).parents[2] / "book" / "cross_correlation.md"
X = np.arange(9.0).reshape(3, 3)
KERNEL = np.arange(4.0).reshape(2, 2)


def test_the_signal_worked_by_hand():
    x, w = np.array([1.0, 2.0, 4.0, 7.0]), np.array([-1.0, 1.0])
    np.testing.assert_array_equal(correlate1d(x, w), np.diff(x))
    np.testing.assert_array_equal(correlate1d(x, w, stride=2), [1, 3])


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_formula_of_one_dimension(rng, stride):
    x, w = rng.normal(size=11), rng.normal(size=4)
    want = signal.correlate(x, w, "valid", "direct")[::stride]
    got = [sum(x[i * stride + k] * w[k] for k in range(4)) for i in range(len(want))]
    np.testing.assert_allclose(got, want)
    np.testing.assert_allclose(correlate1d(x, w, stride), want)


@pytest.mark.parametrize("stride", [1, 2, 3, 4])
@pytest.mark.parametrize("K_w", [1, 2, 5])
@pytest.mark.parametrize("W_in", [5, 8, 9])
def test_formula_of_the_output_length(W_in, K_w, stride):
    out = conv1d(torch.zeros(1, 1, W_in), torch.zeros(1, 1, K_w), stride=stride)
    assert (W_in - K_w) // stride + 1 == out.shape[-1]


def test_the_image_worked_by_hand():
    want = signal.correlate2d(X, KERNEL, "valid")
    np.testing.assert_array_equal(want, [[19, 25], [37, 43]])
    np.testing.assert_array_equal(correlate2d(X, KERNEL), want)


def test_formula_of_two_dimensions(rng):
    x, w = rng.normal(size=(5, 7)), rng.normal(size=(2, 3))
    got = np.zeros((5 - 2 + 1, 7 - 3 + 1))
    for (i, j), (k, l) in ((a, b) for a in np.ndindex(4, 5) for b in np.ndindex(2, 3)):
        got[i, j] += x[i + k, j + l] * w[k, l]
    np.testing.assert_allclose(got, signal.correlate2d(x, w, "valid"))


def test_formula_of_true_convolution(rng):
    x, w = rng.normal(size=(5, 7)), rng.normal(size=(2, 3))
    got = np.zeros((4, 5))
    for (i, j), (k, l) in ((a, b) for a in np.ndindex(4, 5) for b in np.ndindex(2, 3)):
        got[i, j] += x[i + k, j + l] * w[2 - 1 - k, 3 - 1 - l]
    np.testing.assert_allclose(got, signal.convolve2d(x, w, "valid"))
    np.testing.assert_allclose(got, correlate2d(x, np.rot90(w, 2)))


def test_true_convolution_of_the_example():
    want = signal.convolve2d(X, KERNEL, "valid")
    np.testing.assert_array_equal(convolve2d(X, KERNEL), want)
    np.testing.assert_array_equal(want, [[5, 11], [23, 29]])


def test_pytorch_leaves_the_flip_out_and_scipy_does_as_the_page_says():
    image, kernel = torch.tensor(X)[None, None], torch.tensor(KERNEL)[None, None]
    out = conv2d(image, kernel)[0, 0].numpy()
    np.testing.assert_array_equal(out, signal.correlate2d(X, KERNEL, "valid"))


def test_convolution_is_long_multiplication(rng):
    a, b, c = (rng.integers(1, 9, size=n) for n in (3, 2, 4))
    value = [np.polyval(digits, 10) for digits in (a, b, c)]
    assert np.polyval(np.convolve(a, b), 10) == value[0] * value[1]
    grouped = np.convolve(a, np.convolve(b, c))
    np.testing.assert_array_equal(np.convolve(np.convolve(a, b), c), grouped)
    assert np.polyval(grouped, 10) == value[0] * value[1] * value[2]


def test_correlation_obeys_neither_law():
    def full(a, b):
        return signal.correlate(a, b, "full")

    a, b, c = np.array([1, 2]), np.array([3, 1]), np.array([1, 4])
    np.testing.assert_array_equal(full(a, b), full(b, a)[::-1])
    assert not np.array_equal(full(a, b), full(b, a))
    assert not np.array_equal(full(full(a, b), c), full(a, full(b, c)))


def test_sharpening_is_twice_the_picture_less_the_blur(page):
    photo, inside = page["photo"], slice(2, -2)
    blurred = signal.correlate2d(photo, page["blur"], "valid")
    want = 2 * photo[inside, inside] - blurred
    np.testing.assert_allclose(correlate2d(photo, page["sharpen"]), want)


def test_weights_add_up_as_the_page_says(page):
    sums = [page[name].sum() for name in ("blur", "sharpen", "edges")]
    np.testing.assert_allclose(sums, [1, 1, 0], atol=1e-12)


def test_gradient_of_the_loss_is_a_correlation_with_the_error(rng):
    x, y, w = (rng.normal(size=shape) for shape in [(6, 7), (4, 6), (3, 2)])
    weight = torch.tensor(w, requires_grad=True)
    out = conv2d(torch.tensor(x)[None, None], weight[None, None])[0, 0]
    torch.mean((out - torch.tensor(y)) ** 2).backward()
    error = correlate2d(x, w) - y
    got = 2 / error.size * correlate2d(x, error)
    np.testing.assert_allclose(got, weight.grad.numpy())


def test_the_lost_kernel_is_found_again(page):
    sobel = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    np.testing.assert_allclose(page["learned"], sobel, atol=0.005)
    assert page["losses"][-1] < 1e-5 * page["losses"][0]
    assert np.abs(page["early"] - sobel).max() > 0.3


def test_examples_by_true_convolution_teach_the_flipped_kernel(page):
    np.testing.assert_allclose(
        page["flipped"], [[8, 7, 6], [5, 4, 3], [2, 1, 0]], atol=0.005
    )


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_formula_of_the_toeplitz_matrix(rng, stride):
    w, length = rng.normal(size=3), 8
    column, row = np.zeros(6), np.zeros(length)
    column[0], row[:3] = w[0], w
    want = linalg.toeplitz(column, row)[::stride]
    got = [
        [w[j - i * stride] if 0 <= j - i * stride < 3 else 0 for j in range(length)]
        for i in range(len(want))
    ]
    np.testing.assert_array_equal(got, want)
    np.testing.assert_array_equal(toeplitz(w, length, stride), want)


def test_sizes_of_the_matrices_on_the_page(page):
    assert page["T"].shape == (6, 8)
    assert np.count_nonzero(page["T"]) == 6 * 3
    assert page["A"].shape == (4, 9)
    assert (page["rows"], page["columns"]) == (148 * 198, 150 * 200)


def test_formula_of_the_matrix_of_an_image(rng):
    (H, W), (K_h, K_w), w = (4, 5), (2, 3), rng.normal(size=(2, 3))
    got = np.zeros((3 * 3, H * W))
    for i, j, p, q in np.ndindex(3, 3, H, W):
        if 0 <= p - i < K_h and 0 <= q - j < K_w:
            got[i * 3 + j, p * W + q] = w[p - i, q - j]

    def correlate(x):
        return conv2d(x[None, None], torch.tensor(w)[None, None])[0, 0]

    jacobian = torch.autograd.functional.jacobian(correlate, torch.zeros(H, W).double())
    np.testing.assert_array_equal(got, jacobian.reshape(3 * 3, H * W).numpy())
    np.testing.assert_array_equal(correlation_matrix(w, H, W), got)


def test_blocks_of_the_matrix_are_toeplitz_and_repeat_along_diagonals(page):
    blocks = page["A"].reshape(2, 2, 3, 3).swapaxes(1, 2)  # (block row, column, 2, 3)
    np.testing.assert_array_equal(blocks[0, 0], blocks[1, 1])
    np.testing.assert_array_equal(blocks[0, 1], blocks[1, 2])
    np.testing.assert_array_equal(blocks[0, 1], linalg.toeplitz([2, 0], [2, 3, 0]))


def test_two_correlations_combine_by_full_convolution(rng):
    x, a, b = (rng.normal(size=shape) for shape in [(9, 8), (3, 2), (2, 4)])
    two_steps = signal.correlate2d(signal.correlate2d(x, a, "valid"), b, "valid")
    convolved, correlated = signal.convolve2d(a, b), signal.correlate2d(a, b)
    np.testing.assert_allclose(signal.correlate2d(x, convolved, "valid"), two_steps)
    assert not np.allclose(signal.correlate2d(x, correlated, "valid"), two_steps)


def test_the_combined_kernel_on_the_page_is_a_full_convolution(page):
    want = signal.convolve2d(page["small_blur"], page["edges"], "full")
    np.testing.assert_allclose(page["combined"], want, atol=1e-15)


def test_only_the_linear_layers_are_odd(page):
    assert np.abs(page["one"]).max() < 1e-12
    assert np.abs(page["two"]).max() > 1


def test_answers_1_and_5_count_stops():
    assert len(correlate1d(np.zeros(10), np.ones(3), stride=2)) == 4
    reads = toeplitz(np.ones(3), 10, stride=2).any(axis=0)
    assert np.flatnonzero(~reads).tolist() == [9]
    assert toeplitz(np.ones(3), 7, stride=2).shape == (3, 7)
    rows = toeplitz(np.ones(3), 7)[[0, 2, 4]]
    np.testing.assert_array_equal(toeplitz(np.ones(3), 7, stride=2), rows)


def test_answer_2_changes_sign_with_the_flip():
    kernel = np.array([[1.0, 0.0], [0.0, -1.0]])
    assert (signal.correlate2d(X, kernel, "valid") == -4).all()
    assert (signal.convolve2d(X, kernel, "valid") == 4).all()


def test_answer_3_moves_the_picture_to_the_left():
    spot, kernel = np.zeros((5, 5)), np.zeros((3, 3))
    spot[2, 2] = kernel[1, 2] = 1
    # The output lacks a border of 1, so an unmoved spot would be at row 1, column 1.
    assert np.argwhere(correlate2d(spot, kernel)).tolist() == [[1, 0]]
    assert np.argwhere(convolve2d(spot, kernel)).tolist() == [[1, 2]]


def test_answer_4_learns_nothing_from_plain_sky(page):
    sky = np.full((8, 9), 0.7)
    learned, losses = page["learn_kernel"](sky, correlate2d(sky, page["edges"]), 5)
    np.testing.assert_allclose(learned, 0, atol=1e-12)
    np.testing.assert_allclose(losses, 0, atol=1e-12)


def test_answer_6_is_a_kernel_of_eleven():
    five, three = np.ones((5, 5)), np.ones((3, 3))
    combined = signal.convolve2d(signal.convolve2d(five, five), three)
    assert combined.shape == (11, 11)


def test_bytes_overflow_as_the_page_warns():
    assert np.uint8([200]) + np.uint8([100]) == 44


def test_difficulty_and_minutes_are_those_of_the_declarations():
    levels = {"easy": 1, "medium": 2, "hard": 3}
    pattern = r"\*\*`(ps1\.\w+)`\*\* · (\w+) · about (\d+) minutes"
    found = re.findall(pattern, PAGE.read_text(encoding="utf-8"))
    assert len(found) == 5
    for exercise_id, level, minutes in found:
        exercise = PROBLEM_SET.find(exercise_id)
        assert (levels[level], int(minutes)) == (exercise.difficulty, exercise.minutes)
