"""Signal and gradient through random layers, computed and drawn for print."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.widgets.normalization_pictures import LOOKS
from coursekit.widgets.pictures import FloatArray, png

UNITS = 64
EXAMPLES = 32
KINDS = {"plain": False, "with shortcuts": True}


def uniform(seed: int, count: int) -> FloatArray:
    """Draw numbers from 0 to 1, the same as the figure's script.

    Parameters
    ----------
    seed : int
        Which stream of numbers.
    count : int
        How many.

    Returns
    -------
    ndarray, shape (count,)
        Equally likely numbers from 0 to below 1.

    Notes
    -----
    The generator is mulberry32, which Tommy Ettinger gave to the public domain. Its
    state goes up by a constant, so that all numbers can be made at once.
    """
    n = np.arange(1, count + 1, dtype=np.uint32)
    a = np.uint32(seed) + np.uint32(0x6D2B79F5) * n
    b = (a ^ (a >> np.uint32(15))) * (a | np.uint32(1))
    c = b ^ (b + (b ^ (b >> np.uint32(7))) * (b | np.uint32(61)))
    numbers: FloatArray = (c ^ (c >> np.uint32(14))) / 2**32
    return numbers


def drawn(seed: int, depth: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Draw what goes in, the gradient that comes back, and the weights.

    Parameters
    ----------
    seed : int
        Which stream of numbers.
    depth : int
        How many layers.

    Returns
    -------
    x, grad_out : ndarray, shape (32, 64)
        Examples and upstream gradients, with a mean square of 1.
    weight : ndarray, shape (depth, 64, 64)
        Weights from a standard normal distribution.
    """
    batch, layer = EXAMPLES * UNITS, UNITS * UNITS
    u, v = uniform(seed, 2 * (2 * batch + depth * layer)).reshape(-1, 2).T
    numbers = np.sqrt(-2 * np.log(1 - u)) * np.cos(2 * np.pi * v)
    ends = numbers[: 2 * batch].reshape(2, EXAMPLES, UNITS)
    x, grad_out = (values / np.sqrt(np.mean(values**2)) for values in ends)
    return x, grad_out, numbers[2 * batch :].reshape(depth, UNITS, UNITS)


def sizes(
    depth: int, norm: str, factor: float, draw: int, shortcut: bool
) -> tuple[FloatArray, FloatArray]:
    """Send examples through the layers, and a gradient back, by PyTorch.

    Parameters
    ----------
    depth : int
        How many layers.
    norm : {"none", "batch"}
        Whether batch norm stands before each ReLU.
    factor : float
        The standard deviation of the weights, in those of He and others.
    draw : int
        Which weights.
    shortcut : bool
        Whether each layer adds to its input.

    Returns
    -------
    signals, gradients : ndarray, shape (depth + 1,)
        Root of the mean square, before each layer and after the last.
    """
    import torch

    x, grad_out, weights = map(torch.from_numpy, drawn(draw, depth))
    signals = [x.requires_grad_()]
    for weight in weights * factor * np.sqrt(2 / UNITS):
        z = signals[-1]
        if norm == "batch":
            z = torch.nn.functional.batch_norm(z, None, None, training=True)
        f = z.relu() @ weight.T
        signals.append(signals[-1] + f if shortcut else f)
    grads = torch.autograd.grad(signals[-1], signals, grad_out)
    both = (
        np.array([one.detach().square().mean().sqrt().item() for one in some])
        for some in (signals, grads)
    )
    return next(both), next(both)


def depth_explorer(results: dict[str, tuple[FloatArray, FloatArray]]) -> bytes:
    """Draw the sizes of signal and gradient on logarithmic axes.

    Parameters
    ----------
    results : dict of str to pair of ndarray, shape (depth + 1,)
        What `sizes` returns, for plain layers and for those with shortcuts.

    Returns
    -------
    bytes
        A PNG file.
    """
    from matplotlib.figure import Figure

    fig = Figure(figsize=(7.0, 2.8), layout="constrained")
    axes: npt.NDArray[Any] = fig.subplots(1, 2, sharey=True)
    for (name, curves), look in zip(results.items(), LOOKS, strict=True):
        for ax, curve in zip(axes, curves, strict=True):
            ax.plot(curve, label=name, linewidth=1.8, **look)
    titles = ("size of the signal, forward →", "size of the gradient, ← backward")
    for ax, title in zip(axes, titles, strict=True):
        ax.set(yscale="log", xlabel="layer")
        ax.set_title(title, fontsize=9)
        ax.grid(alpha=0.3)
    axes[0].legend(fontsize=8, frameon=False)
    return png(fig)
