"""How many times longer plain loops take than the same sum in SciPy and PyTorch.

Both sides run in this process, on one thread and the same arrays, and must agree
before they are timed. Only ratios are printed: seconds belong to a machine.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable

import numpy as np
import torch
from scipy.signal import correlate2d as scipy_correlate2d

from convnets import conv2d_loops, correlate2d

REPEATS = 5  # the fastest counts


def main() -> None:
    """Print one line per pair."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    image, kernel = rng.normal(size=(96, 128)), rng.normal(size=(5, 7))
    compare(
        "correlate2d on 96 x 128 with 5 x 7, against SciPy's correlate2d",
        lambda: correlate2d(image, kernel),
        lambda: scipy_correlate2d(image, kernel, mode="valid"),
    )
    x, weight = rng.normal(size=(2, 3, 28, 32)), rng.normal(size=(8, 3, 5, 3))
    x_torch, weight_torch = torch.from_numpy(x), torch.from_numpy(weight)
    compare(
        "conv2d_loops on (2, 3, 28, 32) with 8 filters, against PyTorch's conv2d",
        lambda: conv2d_loops(x, weight),
        lambda: torch.nn.functional.conv2d(x_torch, weight_torch).numpy(),
    )


def compare(
    name: str, ours: Callable[[], np.ndarray], peer: Callable[[], np.ndarray]
) -> None:
    """Check that both give the same numbers; print how much longer ours takes."""
    np.testing.assert_allclose(ours(), peer(), rtol=1e-9, atol=1e-9)
    print(f"{name}: {best(ours) / best(peer):.0f} times as long")


def best(function: Callable[[], np.ndarray]) -> float:
    """Return the seconds of the fastest of several calls."""
    timer = timeit.Timer(function)
    count, _ = timer.autorange()
    return min(timer.repeat(REPEATS, count)) / count


if __name__ == "__main__":
    main()
