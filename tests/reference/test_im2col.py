"""The reference of problem set 4: borders, unfold, fold and the fast convolution."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from convnets.correlation import conv2d_loops
from convnets.im2col import conv2d, fold, pad2d, unfold
from coursekit.errors import ShapeError

KERNELS = [(1, 1), (3, 3), (2, 5), (4, 1)]
STRIDES = [1, 2, (2, 3)]
PADDINGS = [0, (1, 2)]
DILATIONS = [1, (2, 1)]
MODES = {"zeros": "constant", "replicate": "replicate", "reflect": "reflect"}
WINDOWS = [
    (kernel, stride, padding, dilation)
    for kernel in KERNELS
    for stride in STRIDES
    for padding in PADDINGS
    for dilation in DILATIONS
]


def test_a_border_is_put_round_as_on_paper():
    x = np.array([[[[1.0, 2.0, 3.0]]]])
    rows = {mode: pad2d(x, (0, 2), mode)[0, 0, 0].tolist() for mode in MODES}
    assert rows["zeros"] == [0, 0, 1, 2, 3, 0, 0]
    assert rows["replicate"] == [1, 1, 1, 2, 3, 3, 3]
    assert rows["reflect"] == [3, 2, 1, 2, 3, 2, 1]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("padding", [0, 2, (1, 3), (3, 0)])
def test_a_border_matches_torch(rng, padding, mode):
    x = rng.normal(size=(2, 3, 4, 5))
    p_h, p_w = padding if isinstance(padding, tuple) else (padding, padding)
    want = F.pad(torch.from_numpy(x), (p_w, p_w, p_h, p_h), MODES[mode])
    np.testing.assert_array_equal(pad2d(x, padding, mode), want)


def test_a_border_does_not_change_the_type_or_the_image_it_is_given():
    x = np.ones((1, 1, 2, 3), np.float32)
    out = pad2d(x, 0)
    out[...] = 7
    assert out.dtype == np.float32
    assert x.max() == 1


def test_columns_are_windows_and_rows_are_taps_as_on_paper():
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    want = [[0, 1, 3, 4], [1, 2, 4, 5], [3, 4, 6, 7], [4, 5, 7, 8]]
    np.testing.assert_array_equal(unfold(x, 2)[0], want)


def test_rows_run_through_the_channels_before_the_taps():
    x = np.arange(4.0).reshape(1, 2, 1, 2)  # channel 0 holds 0 and 1, channel 1 2 and 3
    np.testing.assert_array_equal(unfold(x, (1, 2))[0, :, 0], [0, 1, 2, 3])


@pytest.mark.parametrize(("kernel", "stride", "padding", "dilation"), WINDOWS)
def test_unfold_matches_torch(rng, kernel, stride, padding, dilation):
    # Every axis has its own length, so a swapped pair of axes cannot pass.
    x = rng.normal(size=(2, 3, 7, 8))
    want = F.unfold(torch.from_numpy(x), kernel, dilation, padding, stride)
    got = unfold(x, kernel, stride, padding, dilation)
    np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize(("kernel", "stride", "padding", "dilation"), WINDOWS)
def test_fold_matches_torch(rng, kernel, stride, padding, dilation):
    columns = rng.normal(
        size=unfold(np.zeros((2, 3, 7, 8)), kernel, stride, padding, dilation).shape
    )
    tensor = torch.from_numpy(columns)
    want = F.fold(tensor, (7, 8), kernel, dilation, padding, stride)
    got = fold(columns, (7, 8), kernel, stride, padding, dilation)
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("kernel", "stride", "padding", "dilation"), WINDOWS)
def test_fold_is_the_adjoint_of_unfold(rng, kernel, stride, padding, dilation):
    x = rng.normal(size=(2, 3, 7, 8))
    columns = unfold(x, kernel, stride, padding, dilation)
    y = rng.normal(size=columns.shape)
    folded = fold(y, (7, 8), kernel, stride, padding, dilation)
    np.testing.assert_allclose(np.vdot(columns, y), np.vdot(x, folded))


def test_fold_adds_where_windows_overlap():
    counts = fold(unfold(np.ones((1, 1, 3, 3)), 2), 3, 2)
    np.testing.assert_array_equal(counts[0, 0], [[1, 2, 1], [2, 4, 2], [1, 2, 1]])


def test_fold_undoes_unfold_where_windows_lie_side_by_side(rng):
    x = rng.normal(size=(2, 3, 4, 6))
    columns = unfold(x, (2, 3), stride=(2, 3))
    np.testing.assert_array_equal(fold(columns, (4, 6), (2, 3), stride=(2, 3)), x)


def test_the_kernel_is_not_flipped():
    out = conv2d(np.array([[[[1.0, 2.0, 3.0]]]]), np.array([[[[1.0, 0.0]]]]))
    np.testing.assert_array_equal(out, [[[[1.0, 2.0]]]])


def test_a_group_sees_its_own_channels_only():
    x = np.array([1.0, 10.0, 100.0, 1000.0]).reshape(1, 4, 1, 1)
    weight = np.array([1.0, 2.0, 3.0, 4.0]).reshape(2, 2, 1, 1)
    out = conv2d(x, weight, groups=2)
    np.testing.assert_array_equal(out.ravel(), [1 + 20, 300 + 4000])


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("has_bias", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("kernel", "stride", "padding", "dilation"), WINDOWS)
def test_the_fast_layer_matches_torch(
    rng, kernel, stride, padding, dilation, dtype, has_bias, groups
):
    x = rng.normal(size=(3, 4, 7, 8)).astype(dtype)
    weight = rng.normal(size=(8, 4 // groups, *kernel)).astype(dtype)
    bias = rng.normal(size=8).astype(dtype) if has_bias else None
    got = conv2d(x, weight, bias, stride, padding, dilation, groups)
    tensors = [None if a is None else torch.from_numpy(a) for a in (x, weight, bias)]
    want = F.conv2d(*tensors, stride, padding, dilation, groups)
    tolerance = 1e-5 if dtype == np.float32 else 1e-12
    assert got.dtype == dtype
    np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(
    "shape", [(2, 40, 5, 6), (7, 2, 20, 21), (300, 3, 4, 4), (1, 3, 40, 9)]
)
def test_every_order_of_memory_and_size_of_batch_gives_what_loops_give(rng, shape):
    # Many channels and short rows, large images, more images than a block, one image.
    x, weight = rng.normal(size=shape), rng.normal(size=(5, shape[1], 3, 2))
    bias = rng.normal(size=5)
    got = conv2d(x, weight, bias, stride=2, padding=1)
    np.testing.assert_allclose(got[-1:], conv2d_loops(x[-1:], weight, bias, 2, 1))


def test_arrays_with_another_order_in_memory_give_the_same(rng):
    x, weight = rng.normal(size=(2, 7, 8, 4)), rng.normal(size=(3, 2, 6, 4))
    views = x.transpose(0, 3, 1, 2), weight.transpose(2, 3, 0, 1)
    copies = [np.ascontiguousarray(view) for view in views]
    np.testing.assert_allclose(conv2d(*views), conv2d(*copies))


def test_bytes_do_not_overflow():
    x = np.full((1, 1, 2, 2), 200, np.uint8)
    assert conv2d(x, np.ones((1, 1, 2, 2), np.uint8)).item() == 800
    assert fold(unfold(x, (2, 1), padding=(1, 0)), 2, (2, 1), 1, (1, 0)).max() == 400


def test_integers_times_fractions_are_not_cut_off():
    out = conv2d(np.full((1, 1, 1, 1), 3), np.full((1, 1, 1, 1), 0.5), np.array([1]))
    assert out.item() == 2.5


def test_nan_goes_through_to_the_windows_that_hold_it_and_to_no_other(rng):
    x = rng.normal(size=(2, 2, 4, 5))
    x[1, 0, 0, 0] = np.nan
    got = np.isnan(conv2d(x, rng.normal(size=(3, 2, 2, 2))))
    assert got[1, :, 0, 0].all()
    assert got.sum() == 3
    assert np.isnan(pad2d(x, 1, "replicate")).sum() == 4
    assert np.isnan(fold(unfold(x, 2), (4, 5), 2)).sum() == 1


def test_an_empty_batch_gives_an_empty_batch():
    x = np.zeros((0, 4, 5, 6), np.float32)
    out = conv2d(x, np.zeros((6, 2, 3, 3), np.float32), groups=2)
    assert (out.shape, out.dtype) == ((0, 6, 3, 4), np.float32)
    assert pad2d(x, 1).shape == (0, 4, 7, 8)
    assert fold(unfold(x, 3), (5, 6), 3).shape == x.shape


X, WEIGHT = np.zeros((1, 4, 5, 6)), np.zeros((6, 4, 3, 3))
REFUSED = {
    r"`x` must have 4 axes \(N, C_in, H_in, W_in\)": lambda: conv2d(X[0], WEIGHT),
    r"`weight` must have 4 axes \(C_out, C_in / groups": lambda: conv2d(X, WEIGHT[0]),
    r"must span C_in / groups = 4 / 1 = 4 channels, but they span 3": lambda: conv2d(
        X, WEIGHT[:, :3]
    ),
    r"`groups` must divide C_in, but C_in is 4 and `groups` is 3": lambda: conv2d(
        X, WEIGHT, groups=3
    ),
    r"`groups` must divide C_out, but C_out is 6 and `groups` is 4": lambda: conv2d(
        X, WEIGHT[:, :1], groups=4
    ),
    r"`groups` must be at least 1, but it is 0": lambda: conv2d(X, WEIGHT, groups=0),
    r"`bias` must have shape \(C_out,\) = \(6,\).*\(5,\)": lambda: conv2d(
        X, WEIGHT, np.zeros(5)
    ),
    r"kernel height \(9\) is larger than the padded input \(5 \+ 2 \* 1 = 7\)": (
        lambda: conv2d(X, np.zeros((6, 4, 9, 3)), padding=1)
    ),
    r"width of the dilated kernel \(7\) is larger than the input \(6\)": (
        lambda: conv2d(X, WEIGHT, dilation=(1, 3))
    ),
    r"kernel_size` must be at least 1, but it is 0": lambda: unfold(X, (3, 0)),
    r"`stride` must be at least 1, but it is 0": lambda: unfold(X, 3, (1, 0)),
    r"`padding` must be at least 0, but it is -1": lambda: unfold(X, 3, 1, -1),
    r"`dilation` must be at least 1, but it is 0": lambda: unfold(X, 3, dilation=0),
    r"`stride` must be a whole number or a pair": lambda: unfold(X, 3, 1.5),
    r"`x` must have 4 axes \(N, C, H_in, W_in\)": lambda: unfold(X[0], 3),
    r"`columns` must have 3 axes": lambda: fold(X, 3, 2),
    r"multiple of 2 \* 2 = 4, but it has 6": lambda: fold(np.zeros((1, 6, 4)), 3, 2),
    r"each of the 2 \* 3 = 6 places of the window, but it has 4": (
        lambda: fold(np.zeros((1, 8, 4)), (3, 4), 2)
    ),
    r"`output_size` must be at least 1, but it is -1": lambda: fold(
        np.zeros((1, 9, 1)), (-1, 1), 3, padding=2
    ),
    r"larger than the input \(3\)": lambda: fold(np.zeros((1, 25, 4)), 3, 5),
    r"`padding` must be at least 0": lambda: pad2d(X, (0, -1)),
    r"padding is 5 and the height 5": lambda: pad2d(X, (5, 0), "reflect"),
    r"no pixel to replicate: the image's width is 0": lambda: pad2d(
        X[..., :0], 1, "replicate"
    ),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_makes_no_sense_is_refused_in_plain_words(message):
    with pytest.raises(ShapeError, match=message):
        REFUSED[message]()


def test_an_unknown_border_is_refused():
    with pytest.raises(ValueError, match="one of zeros, replicate, reflect, but it is"):
        pad2d(X, 1, "circular")
