"""Every formula on "Backpropagation through a convolution" up to the transposed one.

What the page says about other layers, checks and costs is in the file beside.
"""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from convnets import conv2d, correlation_matrix, fold, unfold
from convnets.backprop import conv2d_backward
from convnets.gradcheck import numerical_gradient

PAGE = Path(__file__).parents[2] / "book" / "backpropagation.md"
# Stride, padding, dilation; on 9 x 8 pixels with 3 x 2 taps, floors are met and missed.
OPTIONS = [(1, 0, 1), (2, 0, 1), (3, 1, 1), (1, 2, 3), (2, 1, 2), (3, 3, 1)]


def numbers(text):
    return [float(word) for word in re.findall(r"-?\d+\.?\d*(?:e[+-]\d+)?", text)]


def autograd(function, *arrays, upstream=None):
    """Return PyTorch's gradients of a function for all of its arrays."""
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    out = function(*tensors)
    grad_out = torch.ones_like(out) if upstream is None else torch.tensor(upstream)
    return [grad.numpy() for grad in torch.autograd.grad(out, tensors, grad_out)]


def layer(rng, *options, groups=1):
    """Draw a layer; return its arrays, an upstream gradient, and PyTorch's answer."""
    x, b = rng.normal(size=(2, 4, 9, 8)), rng.normal(size=6)
    w = rng.normal(size=(6, 4 // groups, 3, 2))
    g = rng.normal(size=conv2d(x, w, b, *options, groups).shape)

    def forward(x, w, b):
        return F.conv2d(x, w, b, *options, groups)

    return x, w, g, autograd(forward, x, w, b, upstream=g)


def test_the_smallest_shared_weight(executed):
    w, x = autograd(lambda w, x: (w * x).prod(), 5.0, np.array([2.0, 3.0]))
    assert (w, x.tolist()) == (60, [75, 50])
    assert numbers(executed.shows("loss.backward()")) == [60, 75, 50]
    assert w == 12 * 5
    uses = [15 * 2, 10 * 3]
    assert sum(uses) == w


def test_any_upstream_gradient_is_that_of_a_weighted_sum(rng):
    x, g = rng.normal(size=5), rng.normal(size=5)
    (direct,) = autograd(torch.tanh, x, upstream=g)
    (weighted,) = autograd(lambda x: (torch.tensor(g) * torch.tanh(x)).sum(), x)
    np.testing.assert_allclose(direct, weighted)


def test_formulas_of_the_linear_layer(rng):
    x, w, b, g = (rng.normal(size=size) for size in [(5, 3), (4, 3), 4, (5, 4)])
    out = np.zeros((5, 4)) + b
    grad_x, grad_w, grad_b = np.zeros((5, 3)), np.zeros((4, 3)), np.zeros(4)
    for n, o, f in np.ndindex(5, 4, 3):
        out[n, o] += x[n, f] * w[o, f]
        grad_x[n, f] += g[n, o] * w[o, f]
        grad_w[o, f] += g[n, o] * x[n, f]
    for n, o in np.ndindex(5, 4):
        grad_b[o] += g[n, o]
    want = F.linear(*map(torch.tensor, (x, w, b)))
    np.testing.assert_allclose(out, want)
    for got, want in zip(
        (grad_x, grad_w, grad_b), autograd(F.linear, x, w, b, upstream=g), strict=True
    ):
        np.testing.assert_allclose(got, want)
    np.testing.assert_allclose(grad_x, g @ w)
    np.testing.assert_allclose(grad_w, g.T @ x)


def test_linear_layer_by_hand(executed):
    X = np.array([[1.0, 2, 0], [3, 1, 1]])
    W = np.array([[1.0, 0, 2], [0, 1, 1]])
    want = autograd(
        F.linear, X, W, np.zeros(2), upstream=np.array([[1.0, 2], [10, 20]])
    )
    got = numbers(executed.shows("in linear_backward(G, X, W)"))
    assert got == np.concatenate([array.ravel() for array in want]).tolist()
    assert (want[0][0, 0], want[1][0, 0], want[2][0]) == (1, 31, 11)


def test_one_dimension_by_hand(executed):
    x, w = np.array([1.0, 2, 4, 7, 11]), np.array([1.0, 2, 3])
    g = np.array([1.0, 10, 100])
    copies = np.zeros((3, 5))
    for i in range(3):
        copies[i, i : i + 3] = g[i] * w
    uses = np.array([[g[i] * x[i + k] for i in range(3)] for k in range(3)])
    assert uses.tolist() == [[1, 20, 400], [2, 40, 700], [4, 70, 1100]]
    want = [1, 12, 123, 230, 300, 421, 742, 1174]
    assert [*copies.sum(axis=0), *uses.sum(axis=1)] == want
    assert numbers(executed.shows("signal.grad, taps.grad")) == want
    forms = numbers(executed.shows('np.convolve(g, w, "full")'))
    assert forms == want[5:] + want[:5] + want[:5]


@pytest.mark.parametrize("s", [1, 2, 3])
def test_formulas_in_one_dimension_and_their_matrix(rng, s):
    x, w = rng.normal(size=9), rng.normal(size=4)
    T = np.zeros(((9 - 4) // s + 1, 9))
    for i, k in np.ndindex(len(T), 4):
        T[i, i * s + k] = w[k]
    g = rng.normal(size=len(T))
    grad_w = [sum(g[i] * x[i * s + k] for i in range(len(g))) for k in range(4)]
    grad_x = [
        sum(g[i] * w[p - i * s] for i in range(len(g)) if 0 <= p - i * s < 4)
        for p in range(9)
    ]

    def forward(x, w):
        return F.conv1d(x[None, None], w[None, None], stride=s)[0, 0]

    want = autograd(forward, x, w, upstream=g)
    np.testing.assert_allclose(grad_x, want[0])
    np.testing.assert_allclose(grad_w, want[1])
    np.testing.assert_allclose(T.T @ g, want[0])
    places = np.subtract.outer(-s * np.arange(len(g)), -np.arange(9))  # p - is
    grad_T = np.outer(g, x)
    np.testing.assert_allclose([grad_T[places == k].sum() for k in range(4)], want[1])


def test_matrix_in_one_dimension(executed):
    shown = numbers(executed.shows("sums = np.array([grad_T"))
    assert shown == [1, 12, 123, 230, 300, 421, 742, 1174]
    T = executed.names["T"]
    assert T.T[2].tolist() == [3, 2, 1]


def test_stride_puts_zeros_between_and_an_unread_sample_gets_0(executed):
    shown = numbers(executed.shows("spread[::2] = g"))
    assert shown[:5] == [1, 0, 10, 0, 100]
    (want,) = autograd(
        lambda x: F.conv1d(x, torch.tensor([[[1.0, 2, 3]]], dtype=x.dtype), stride=2),
        np.zeros((1, 1, 8)),
        upstream=np.array([[[1.0, 10, 100]]]),
    )
    assert shown[5:12] == want[0, 0, :7].tolist()
    assert shown[12:] == want[0, 0].tolist()
    assert want[0, 0, 7] == 0


@pytest.mark.parametrize("options", OPTIONS)
def test_formulas_index_by_index(rng, options):
    x, w, g, want = layer(rng, *options)
    s, p, d = options
    grad_x, grad_w = np.zeros(x.shape), np.zeros(w.shape)
    for n, o, i, j in np.ndindex(g.shape):
        for c, k, l in np.ndindex(w.shape[1:]):
            r, t = i * s + k * d - p, j * s + l * d - p
            if 0 <= r < 9 and 0 <= t < 8:
                grad_x[n, c, r, t] += g[n, o, i, j] * w[o, c, k, l]
                grad_w[o, c, k, l] += g[n, o, i, j] * x[n, c, r, t]
    for got, right in zip((grad_x, grad_w, g.sum(axis=(0, 2, 3))), want, strict=True):
        np.testing.assert_allclose(got, right)


def test_formulas_agree_with_finite_differences(rng):
    x, w, g, want = layer(rng, 2, 1, 2)
    found = numerical_gradient(lambda a: conv2d(a, w, None, 2, 1, 2), x, g)
    np.testing.assert_allclose(found, want[0], atol=1e-8)
    found = numerical_gradient(lambda a: conv2d(x, a, None, 2, 1, 2), w, g)
    np.testing.assert_allclose(found, want[1], atol=1e-8)


def test_the_two_figures_in_two_dimensions(executed):
    image, kernel, g = (executed.names[n] for n in ("image", "kernel", "upstream"))
    want = autograd(
        lambda x, w: F.conv2d(x[None, None], w[None, None])[0, 0],
        image,
        kernel,
        upstream=g,
    )
    assert want[0].tolist() == [[0, 1, 10], [2, 23, 130], [0, 200, 300]]
    assert want[1].tolist() == [[410, 521], [743, 854]]
    bordered = executed.names["bordered"]
    assert bordered[1:3, 1:3].tolist() == g.tolist()
    assert 1 * 3 + 10 * 2 + 0 * 1 + 100 * 0 == 23
    assert 1 * 1 + 2 * 10 + 4 * 0 + 5 * 100 == 521


@pytest.mark.parametrize("options", OPTIONS)
def test_weights_gradient_is_a_convolution_with_stride_and_dilation_swapped(
    rng, options
):
    x, _, g, want = layer(rng, *options)
    s, p, d = options
    tensors = [torch.tensor(a.swapaxes(0, 1)) for a in (x, g)]
    sums = F.conv2d(*tensors, stride=d, padding=p, dilation=s).numpy()
    spare = (9 + 2 * p - d * 2 - 1) % s, (8 + 2 * p - d - 1) % s
    assert sums.shape[2:] == (3 + spare[0] // d, 2 + spare[1] // d)
    np.testing.assert_allclose(sums[:, :, :3, :2].swapaxes(0, 1), want[1])


@pytest.mark.parametrize("options", OPTIONS)
def test_pixels_gradient_is_a_full_convolution(rng, options):
    _, w, g, want = layer(rng, *options)
    s, p, d = options
    top, left = d * (3 - 1) - p, d * (2 - 1) - p  # negative ones cut off
    spare = (9 + 2 * p - d * 2 - 1) % s, (8 + 2 * p - d - 1) % s
    lengths = [s * (g.shape[2 + axis] - 1) + 1 + spare[axis] for axis in (0, 1)]
    spread = torch.zeros(*g.shape[:2], *lengths, dtype=torch.float64)
    spread[:, :, ::s, ::s] = torch.tensor(g)
    turned = torch.tensor(w[:, :, ::-1, ::-1].swapaxes(0, 1).copy())
    padded = F.pad(spread, (left, left, top, top))
    np.testing.assert_allclose(F.conv2d(padded, turned, dilation=d), want[0])


def test_the_cells_with_both_convolutions(executed):
    for piece in (
        "sums = conv2d(*turned, stride=2, padding=1, dilation=3)",
        "conv2d(spread, turned, padding=border, dilation=2)",
    ):
        assert executed.shows(piece) == "True"


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("way", ["by_index", "by_matrix", "by_unfolding"])
@pytest.mark.parametrize("groups", [1, 2])
def test_each_way_on_the_page_is_right(executed, rng, way, options, groups):
    x, w, g, want = layer(rng, *options, groups=groups)
    way, in_groups = executed.names[way], executed.names["in_groups"]
    parts = [in_groups(way, groups, g[n], x[n], w, *options) for n in range(2)]
    np.testing.assert_allclose([part[0] for part in parts], want[0])
    np.testing.assert_allclose(sum(part[1] for part in parts), want[1])


def test_the_page_compares_all_options_and_ways(executed):
    lines = executed.shows("for way in (by_index, by_matrix, by_unfolding)")
    assert [line.split()[-1] for line in lines.splitlines()] == ["True"] * 12
    settings = re.findall(r"\[(\d), (\d), (\d)\], groups (\d)", lines)
    assert all(len(set(column)) > 1 for column in zip(*settings, strict=True))


def test_blocks_are_those_of_the_course(executed, rng):
    kernel = rng.normal(size=(3, 2))
    block = executed.names["block_of"](kernel, (5, 6), 1, 0, 1)
    np.testing.assert_array_equal(block, correlation_matrix(kernel, 5, 6))


def test_a_convolution_is_a_linear_layer_on_windows(rng):
    x, w, g, want = layer(rng, 2, 1, 2)
    windows = unfold(x, (3, 2), 2, 1, 2).swapaxes(1, 2)  # a window in each row
    K, Y_grad = w.reshape(6, -1), g.reshape(2, 6, -1).swapaxes(1, 2)
    rows = fold((Y_grad @ K).swapaxes(1, 2), (9, 8), (3, 2), 2, 1, 2)
    np.testing.assert_allclose(rows, want[0])
    K_grad = sum(Y_grad[n].T @ windows[n] for n in range(2))
    np.testing.assert_allclose(K_grad.reshape(w.shape), want[1])


def test_how_many_products_each_pixel_takes_part_in(executed):
    for (size, options), counts in zip(
        executed.names["settings"], executed.names["counts"], strict=True
    ):
        ones = torch.ones(1, 1, size, size, dtype=torch.float64)
        (want,) = autograd(
            lambda x, ones=ones, options=options: F.conv2d(x, ones, **options),
            np.zeros((1, 1, 6, 7)),
        )
        np.testing.assert_array_equal(counts, want[0, 0])
    first, strided, dilated = executed.names["counts"]
    assert (first[0, 0], first.max()) == (1, 9)
    unread = np.ones((6, 7), bool)
    unread[np.ix_([0, 1, 3, 4], [0, 1, 3, 4])] = False
    np.testing.assert_array_equal(strided == 0, unread)
    assert set(strided[~unread]) == {1}
    assert dilated[0, 0] == 1
    assert (np.argwhere(dilated == 6)[:, 1] == 3).all()
    assert dilated.max() == 6


def test_stride_2_of_a_1x1_convolution_reads_a_quarter():
    x, ones = np.zeros((1, 1, 8, 6)), np.ones((1, 1, 1, 1))
    grad_x, _, _ = conv2d_backward(np.ones((1, 1, 4, 3)), x, ones, stride=2)
    assert np.mean(grad_x == 0) == 0.75


def test_a_single_1_copies_kernel_and_window(executed):
    shown = numbers(executed.shows("single[0, 0, 1, 2] = 1"))
    copy = np.zeros((4, 5))
    copy[1:3, 2:4] = [[1, 2], [3, 4]]
    window = np.arange(20.0).reshape(4, 5)[1:3, 2:4]
    assert shown == [*copy.ravel(), *window.ravel()]


def sent(upstream, **options):
    """Return what an upstream gradient sends back in the interactive figure's layer."""
    x, w = np.arange(20.0).reshape(1, 1, 4, 5), np.arange(1.0, 5).reshape(1, 1, 2, 2)
    grad_x, grad_w, _ = conv2d_backward(upstream[None, None], x, w, **options)
    return grad_x[0, 0], grad_w[0, 0]


def test_the_interactive_figure_begins_with_the_cell_above(executed):
    from coursekit.widgets import BackwardExplorer

    (call,) = re.findall(r"^BackwardExplorer\(.*\)$", PAGE.read_text("utf-8"), re.M)
    names = {"x": np.arange(20.0).reshape(1, 1, 4, 5)}
    names["weight"] = np.arange(1.0, 5).reshape(1, 1, 2, 2)
    figure = eval(
        call, {**executed.names, **names, "BackwardExplorer": BackwardExplorer}
    )
    assert (figure.mode, figure.number, figure.place) == ("one", 1, [1, 2])
    assert executed.shows("BackwardExplorer(x[0, 0]").startswith("<coursekit.")


def test_in_the_interactive_figure_every_number_reaches_every_weight():
    for index in np.ndindex(3, 4):
        upstream = np.zeros((3, 4))
        upstream[index] = 1
        reached = sent(upstream)[1] != 0
        i, j = index
        window = np.arange(20.0).reshape(4, 5)[i : i + 2, j : j + 2]
        np.testing.assert_array_equal(reached, window != 0)


def test_in_the_interactive_figure_stride_3_leaves_gaps():
    grad_x, _ = sent(np.ones((1, 2)), stride=3)
    assert (grad_x[:, 2] == 0).all()
    assert (grad_x[2:] == 0).all()
    assert np.count_nonzero(grad_x) == 8


@pytest.mark.parametrize(("corner", "left"), [((0, 0), 4), ((4, 5), 1)])
def test_in_the_interactive_figure_padding_cuts_three_of_four(corner, left):
    upstream = np.zeros((5, 6))
    upstream[corner] = 1
    grad_x, _ = sent(upstream, padding=1)
    assert grad_x[grad_x != 0].tolist() == [left]


def test_gradients_add_up_over_the_upstream_gradient(rng):
    x, w, g, want = layer(rng, 2, 1, 1)
    total_x, total_w = np.zeros(x.shape), np.zeros(w.shape)
    for index in zip(*np.nonzero(g), strict=True):
        single = np.zeros(g.shape)
        single[index] = g[index]
        grad_x, grad_w, _ = conv2d_backward(single, x, w, 2, 1)
        total_x, total_w = total_x + grad_x, total_w + grad_w
    np.testing.assert_allclose(total_x, want[0])
    np.testing.assert_allclose(total_w, want[1], atol=1e-12)


def test_output_padding_chooses_between_sizes(executed):
    lines = executed.shows("extra = ((H - 3) % 2, 0)").splitlines()
    assert lines[0] == "(3, 3) → (7, 7) True"
    assert lines[2] == "(3, 3) → (8, 7) True"
    assert numbers(lines[1])[-1] > 0
    assert numbers(lines[3])[-1] == 0


@pytest.mark.parametrize(("s", "p"), [(1, 0), (2, 0), (2, 1), (3, 2)])
@pytest.mark.parametrize("H", [7, 8, 9])
def test_the_way_back_is_a_transposed_convolution(rng, H, s, p):
    x, w = rng.normal(size=(2, 3, H, 8)), torch.tensor(rng.normal(size=(4, 3, 3, 3)))
    shape = F.conv2d(torch.tensor(x), w, None, s, p).shape
    g = rng.normal(size=shape)
    (want,) = autograd(lambda x: F.conv2d(x, w, None, s, p), x, upstream=g)
    extra = ((H + 2 * p - 3) % s, (8 + 2 * p - 3) % s)
    back = F.conv_transpose2d(torch.tensor(g), w, None, s, p, extra)
    np.testing.assert_allclose(back, want)


def test_the_way_back_through_a_transposed_convolution_is_a_convolution(rng):
    y, w = rng.normal(size=(1, 4, 3, 5)), torch.tensor(rng.normal(size=(4, 3, 3, 2)))
    g = rng.normal(size=(1, 3, 7, 10))
    (got,) = autograd(lambda y: F.conv_transpose2d(y, w, stride=2), y, upstream=g)
    np.testing.assert_allclose(got, F.conv2d(torch.tensor(g), w, stride=2))


def test_with_padding_the_row_that_output_padding_adds_is_read(rng):
    x, w = rng.normal(size=(1, 3, 8, 8)), torch.tensor(rng.normal(size=(4, 3, 3, 3)))
    for p, is_zero in ((0, True), (1, False)):
        g = rng.normal(size=F.conv2d(torch.tensor(x), w, None, 2, p).shape)
        assert (8 + 2 * p - 3) % 2 == 1
        (back,) = autograd(
            lambda x, w=w, p=p: F.conv2d(x, w, None, 2, p), x, upstream=g
        )
        assert (back[:, :, -1] == 0).all() == is_zero


def test_upstream_gradient_of_a_mean_squared_error(rng):
    out, want = rng.normal(size=(2, 7))
    (got,) = autograd(lambda y: F.mse_loss(y, torch.tensor(want)), out)
    np.testing.assert_allclose(got, 2 / 7 * (out - want))
