"""The sizes on the page "Padding, stride and shapes", against other sources."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from convnets.shapes import (
    conv_output_size,
    conv_transpose_output_size,
    fits_exactly,
    same_padding,
)

PAGE = Path(__file__).parents[2] / "book" / "padding_and_stride.md"
SIZES, KERNELS, STRIDES = range(1, 11), (1, 2, 3, 4), (1, 2, 3, 4)
PADDINGS, DILATIONS = (0, 1, 2), (1, 2, 3)


def reads(size, kernel_size, stride=1, padding=0, dilation=1):
    """Try every place, and return what each window inside the padded row reads."""
    first, last = -padding, size + padding - 1
    windows = [
        [start + k * dilation for k in range(kernel_size)]
        for start in range(first, last + 1)
        if (start - first) % stride == 0
    ]
    return [window for window in windows if window[-1] <= last]


def layers_that_fit():
    for layer in product(SIZES, KERNELS, STRIDES, PADDINGS, DILATIONS):
        if reads(*layer):
            yield layer


def torch_size(size, kernel_size, *options):
    row, taps = torch.zeros(1, 1, size), torch.zeros(1, 1, kernel_size)
    return F.conv1d(row, taps, None, *options).shape[-1]


def test_the_kernel_of_3_on_7_pixels_at_three_strides():
    assert [len(reads(7, 3, s)) for s in (1, 2, 3)] == [5, 3, 2]
    assert [round((7 - 3) / s + 1, 2) for s in (1, 2, 3)] == [5, 3, 2.33]
    assert [torch_size(7, 3, s) for s in (1, 2, 3)] == [5, 3, 2]


def test_formula_of_the_span():
    for K, d in product(KERNELS, DILATIONS):
        (window,) = reads(d * (K - 1) + 1, K, dilation=d)
        assert window[-1] - window[0] + 1 == d * (K - 1) + 1
        assert reads(d * (K - 1), K, dilation=d) == []


def test_formula_of_the_output_size_counts_windows():
    for size, K, s, p, d in layers_that_fit():
        want = (size + 2 * p - d * (K - 1) - 1) // s + 1
        assert want == len(reads(size, K, s, p, d)) == torch_size(size, K, s, p, d)
        assert conv_output_size(size, K, s, p, d) == want


def test_rounding_down_is_that_of_an_exact_division():
    for size, K, s, p, d in layers_that_fit():
        exact = (size + 2 * p - d * (K - 1) - 1) / s + 1
        assert int(exact) == len(reads(size, K, s, p, d))
        assert fits_exactly(size, K, s, p, d) == exact.is_integer()


def test_the_formula_must_not_be_used_where_no_window_is():
    assert reads(2, 3, stride=2) == []
    assert (2 - 3) // 2 + 1 == 0
    with pytest.raises(RuntimeError, match="greater than actual input size"):
        torch_size(2, 3, 2)


def test_formula_of_the_remainder():
    for size, K, s, p, d in layers_that_fit():
        windows, E = reads(size, K, s, p, d), d * (K - 1) + 1
        r = (size + 2 * p - E) % s
        assert size + 2 * p == (len(windows) - 1) * s + E + r
        assert size + p - 1 - windows[-1][-1] == r


def test_a_kernel_that_fits_may_still_skip_pixels():
    for size, K, s, d, skipped in [(8, 2, 3, 1, [2, 5]), (9, 3, 2, 2, [1, 3, 5, 7])]:
        x = torch.zeros(1, 1, size, requires_grad=True)
        F.conv1d(x, torch.ones(1, 1, K), stride=s, dilation=d).sum().backward()
        assert (x.grad[0, 0] == 0).nonzero().flatten().tolist() == skipped
        assert fits_exactly(size, K, s, 0, d)


def test_maps_shrink_as_the_page_prints(page):
    assert page["sizes"] == [32, 28, 24, 20, 16, 12, 8, 4]
    x = torch.zeros(1, 1, 32)
    for size in page["sizes"][1:]:
        x = F.conv1d(x, torch.zeros(1, 1, 5))
        assert x.shape[-1] == size


def test_formula_of_the_padding_that_keeps_the_size():
    for size, K, d in product((5, 6, 9), (1, 3, 5), DILATIONS):
        keeping = [p for p in range(12) if len(reads(size, K, 1, p, d)) == size]
        assert keeping == [d * (K - 1) // 2]


def test_no_padding_per_side_keeps_the_size_of_an_even_kernel():
    for size, K in product((5, 6, 9), (2, 4)):
        assert size not in [len(reads(size, K, 1, p)) for p in range(12)]


def test_formula_of_same_padding_is_the_least_that_does():
    for size, K, s, d in product(SIZES, KERNELS, STRIDES, DILATIONS):
        W_out, E = -(-size // s), d * (K - 1) + 1
        enough = [P for P in range(20) if len(reads(size + P, K, s, 0, d)) == W_out]
        assert max((W_out - 1) * s + E - size, 0) == enough[0]
        assert sum(same_padding(size, K, s, d)) == enough[0]


def test_same_padding_is_that_of_tensorflow():
    # As TensorFlow's notes on padding state it, with a remainder in place of a ceiling.
    for size, K, s, d in product(SIZES, KERNELS, STRIDES, DILATIONS):
        span = d * (K - 1) + 1
        total = max(span - (size % s or s), 0)
        assert same_padding(size, K, s, d) == (total // 2, total - total // 2)


@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_pytorch_puts_the_odd_zero_after_and_refuses_a_stride(rng):
    row = torch.from_numpy(rng.normal(size=(1, 1, 7)))
    for K, d in product(KERNELS, DILATIONS):
        taps = torch.from_numpy(rng.normal(size=(1, 1, K)))
        same = F.conv1d(row, taps, padding="same", dilation=d)
        by_hand = F.conv1d(F.pad(row, same_padding(7, K, 1, d)), taps, dilation=d)
        torch.testing.assert_close(same, by_hand)
    with pytest.raises(RuntimeError, match="not supported for strided"):
        F.conv1d(row, taps, stride=2, padding="same")


def test_same_sizes_and_other_numbers_for_an_even_row_only():
    for size, differ in [(6, True), (7, False), (8, True)]:
        row, taps = torch.arange(1.0, size + 1).reshape(1, 1, -1), torch.ones(1, 1, 3)
        by_rule = F.conv1d(F.pad(row, same_padding(size, 3, 2)), taps, stride=2)
        by_number = F.conv1d(row, taps, stride=2, padding=1)
        assert by_rule.shape == by_number.shape
        assert (not torch.equal(by_rule, by_number)) is differ


def test_zeros_darken_the_border_and_leave_the_middle(page):
    small, kept = page["small"], page["kept"]
    assert small.shape == (150 - 8 * 8, 200 - 8 * 8)
    assert kept.shape == (150, 200)
    np.testing.assert_allclose(kept[32:-32, 32:-32], small)
    rim = np.r_[kept[0], kept[-1], kept[:, 0], kept[:, -1]]
    assert rim.max() < 0.5 * page["photo"].mean()


def test_strided_output_is_every_second_one(page):
    every, strided = page["every"], page["strided"]
    torch.testing.assert_close(strided, every[:, :, ::2, ::2])
    assert (every.shape[2:], strided.shape[2:]) == ((142, 192), (71, 96))


def test_what_to_try_in_the_explorer_comes_out_as_said():
    assert not fits_exactly(7, 3, 3)
    assert fits_exactly(7, 3, 3, padding=1)
    assert fits_exactly(6, 3, 3)
    assert [len(reads(7, 4, dilation=d)) for d in (1, 2, 3)] == [4, 1, 0]


def test_formula_of_the_transposed_size_lists_all_sizes_that_round_to_one():
    for W_in, K, s, p, d in product((2, 3, 5), KERNELS, STRIDES, (0, 1), DILATIONS):
        start = (W_in - 1) * s - 2 * p + d * (K - 1) + 1
        before = [n for n in range(1, 40) if len(reads(n, K, s, p, d)) == W_in]
        assert before == [n for n in range(start, start + s) if n > 0]


def test_transposed_size_is_that_of_pytorch():
    for W_in, K, s, p, d in product((2, 3, 5), KERNELS, STRIDES, (0, 1), DILATIONS):
        for r in range(s):
            if (want := (W_in - 1) * s - 2 * p + d * (K - 1) + 1 + r) < 1:
                continue
            x, taps = torch.zeros(1, 1, W_in), torch.zeros(1, 1, K)
            out = F.conv_transpose1d(x, taps, None, s, p, r, 1, d)
            assert out.shape[-1] == want
            assert conv_transpose_output_size(W_in, K, s, p, r, d) == want


def test_pytorch_takes_remainders_up_to_the_stride_only():
    row, taps = torch.zeros(1, 1, 3), torch.zeros(1, 1, 3)
    with pytest.raises(RuntimeError, match="output padding must be smaller"):
        F.conv_transpose1d(row, taps, stride=2, output_padding=2)


def test_copies_of_the_kernel_add_up_to_the_transposed_convolution(rng):
    x, taps = rng.normal(size=3), rng.normal(size=3)
    want = np.zeros(7)
    for i in range(3):
        want[2 * i : 2 * i + 3] += x[i] * taps
    rows = (torch.from_numpy(a)[None, None] for a in (x, taps))
    out = F.conv_transpose1d(*rows, stride=2)[0, 0].numpy()
    np.testing.assert_allclose(out, want)


def test_zeros_between_pixels_make_a_transposed_convolution(page):
    row, taps = torch.tensor([[[1.0, 2.0, 3.0]]]), torch.tensor([[[1.0, 10, 100]]])
    want = F.conv_transpose1d(row, taps, stride=2, output_padding=1)
    assert torch.equal(page["by_zeros"], want)


def test_three_formulas_are_refuted():
    W, K, s, p = 7, 3, 1, 1
    assert (W + p - K) // s + 1 != len(reads(W, K, s, p)) == 7
    assert len(reads(7, 4, padding=4 // 2)) == 8
    input_size, K, s = 7, 3, 2
    W_out = len(reads(input_size, K, s))
    assert (W_out - 1) * s / (input_size - K) == 1
    assert (W_out - 1) * s + K == input_size


def test_answer_1_is_alexnets_first_layer():
    assert [torch_size(size, 11, 4) for size in (227, 224)] == [55, 54]
    assert (224 - 11) / 4 + 1 == 54.25
    assert 224 - 1 - reads(224, 11, 4)[-1][-1] == 1


def test_answer_3_pads_by_the_dilation():
    for d in range(1, 6):
        assert torch_size(20, 3, 1, d, d) == 20


def test_answer_6_names_every_size():
    sizes = [n for n in range(2, 40) if len(reads(n, 4, 3, 1)) == 5]
    assert sizes == [14, 15, 16]
