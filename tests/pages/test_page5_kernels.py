"""Two small kernels or a large one, and paths: formulas of "Receptive fields"."""

import itertools

import numpy as np
import pytest
import torch
from scipy import signal
from torch import nn

# Chains of (kernel, stride, dilation), without padding.
CHAINS = [
    [(3, 1, 1), (3, 1, 1)],
    [(3, 2, 1), (2, 2, 1), (3, 1, 2)],
    [(4, 3, 1), (1, 2, 1), (5, 1, 1)],
    [(3, 2, 2), (2, 1, 3), (3, 3, 1)],
]


def test_parameters_of_two_small_layers_and_of_a_large_one():
    def count(C, K):
        layer = nn.Conv2d(C, C, K)
        return sum(parameter.numel() for parameter in layer.parameters())

    assert (count(1, 5), 2 * count(1, 3)) == (5 * 5 + 1, 2 * (3 * 3 + 1)) == (26, 20)
    assert (count(64, 5), 2 * count(64, 3)) == (102_464, 73_856)
    assert 3 * nn.Conv2d(7, 7, 3, bias=False).weight.numel() == 27 * 7**2
    assert nn.Conv2d(7, 7, 7, bias=False).weight.numel() == 49 * 7**2


def factors(five):
    """Write a polynomial of degree 4 as a product of two real quadratics."""
    roots = np.roots(five)
    roots = roots[np.argsort(np.abs(roots.imag), kind="stable")]
    return five[0] * np.poly(roots[:2]).real, np.poly(roots[2:]).real


def test_every_separable_kernel_is_made_by_two_small_ones(rng):
    for _ in range(50):
        column, row = rng.normal(size=5), rng.normal(size=5)
        (a, b), (c, d) = factors(column), factors(row)
        made = signal.convolve2d(np.outer(a, c), np.outer(b, d))
        np.testing.assert_allclose(made, np.outer(column, row), atol=1e-9)


def test_only_17_weights_count(rng):
    a, b = rng.normal(size=(3, 3)), rng.normal(size=(3, 3))
    units = np.eye(9).reshape(9, 3, 3)
    moves = [signal.convolve2d(u, b).ravel() for u in units]
    moves += [signal.convolve2d(a, u).ravel() for u in units]
    assert np.linalg.matrix_rank(moves) == 17


@pytest.mark.parametrize("rank", [1, 2, 3, 4, 5])
def test_two_small_kernels_make_every_rank(rng, rank):
    ranks = {1: (1, 1), 2: (1, 2), 3: (1, 3), 4: (2, 2), 5: (3, 3)}[rank]
    a, b = (rng.normal(size=(3, n)) @ rng.normal(size=(n, 3)) for n in ranks)
    assert np.linalg.matrix_rank(signal.convolve2d(a, b)) == rank


def test_rows_of_a_full_convolution(rng):
    a, b = rng.normal(size=(3, 3)), rng.normal(size=(3, 3))
    c = signal.convolve2d(a, b)
    np.testing.assert_allclose(c[0], np.convolve(a[0], b[0]))
    both = np.convolve(a[0], b[1]) + np.convolve(a[1], b[0])
    np.testing.assert_allclose(c[1], both)


def test_four_middle_channels_make_any_kernel(rng):
    target, made, done = rng.normal(size=(5, 5)), np.zeros((5, 5)), np.zeros((5, 5))
    for i, j in itertools.product([0, 2], repeat=2):
        shift = np.zeros((3, 3))
        shift[i, j] = 1
        block = np.where(
            done[i : i + 3, j : j + 3] == 0, target[i : i + 3, j : j + 3], 0
        )
        done[i : i + 3, j : j + 3] = 1
        made += signal.convolve2d(shift, block)
    np.testing.assert_allclose(made, target)


def test_answer_7_makes_both_kernels():
    root, half = np.sqrt(2), (1 + np.sqrt(5)) / 2
    corners = np.zeros((5, 5))
    corners[[0, 0, 4, 4], [0, 4, 0, 4]] = 1
    a, b = np.array([1, root, 1]), np.array([1, -root, 1])
    made = signal.convolve2d(np.outer(a, a), np.outer(b, b))
    np.testing.assert_allclose(made, corners, atol=1e-12)
    diagonals = (np.diag([1, alpha, 1]) for alpha in (half, 1 - half))
    np.testing.assert_allclose(signal.convolve2d(*diagonals), np.eye(5), atol=1e-12)


def jumps(chain):
    """Return the jump before each layer."""
    return np.cumprod([1, *(s for _, s, _ in chain)])[:-1]


def count_paths(chain, width):
    """Count paths one by one, in every combination of taps."""
    counts = np.zeros(width, dtype=int)
    for taps in itertools.product(*(range(K) for K, *_ in chain)):
        steps = zip(taps, chain, jumps(chain), strict=True)
        counts[sum(k * d * j for k, (_, _, d), j in steps)] += 1
    return counts


@pytest.mark.parametrize("chain", CHAINS, ids=str)
def test_gradients_count_paths_and_their_spread_is_the_formula(chain):
    network = nn.Sequential(
        *(nn.Conv1d(1, 1, K, s, dilation=d, bias=False) for K, s, d in chain)
    ).double()
    for parameter in network.parameters():
        nn.init.ones_(parameter)
    x = torch.ones(1, 1, 60, dtype=torch.float64, requires_grad=True)
    network(x)[0, 0, 0].backward()
    counts = count_paths(chain, 60)
    np.testing.assert_allclose(x.grad[0, 0].numpy(), counts)
    share, place = counts / counts.sum(), np.arange(60)
    terms = zip(chain, jumps(chain), strict=True)
    want = sum((d * j) ** 2 * (K**2 - 1) / 12 for (K, _, d), j in terms)
    assert share @ place**2 - (share @ place) ** 2 == pytest.approx(want)


def test_mean_square_of_the_gradient_counts_paths(rng):
    chain, variance, draws = [(3, 1, 1), (2, 2, 1), (3, 1, 1)], 0.5, 40_000
    kernels = [rng.normal(0, variance**0.5, size=(draws, K)) for K, *_ in chain]
    gradient = np.zeros((draws, 8))
    for taps in itertools.product(*(range(K) for K, *_ in chain)):
        product = np.prod([w[:, k] for w, k in zip(kernels, taps, strict=True)], axis=0)
        gradient[:, int(np.dot(taps, jumps(chain)))] += product
    want = variance ** len(chain) * count_paths(chain, 8)
    np.testing.assert_allclose((gradient**2).mean(axis=0), want, rtol=0.15)
