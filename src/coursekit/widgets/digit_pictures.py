"""The picture of a drawn digit, LeNet-5's feature maps and its answer, for print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from coursekit.widgets import digit_network, digit_strokes
from coursekit.widgets.digit_strokes import Stroke
from coursekit.widgets.pictures import OUTPUT, png

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from torch import Tensor

MAPS = ("conv1", "pool1", "conv2", "pool2")
# A layer, and what its input (0) or its output (1) is once negative numbers are 0.
HOOKS = (
    ("conv1", "conv1", 1),
    ("conv2", "pool1", 0),
    ("conv2", "conv2", 1),
    ("fc1", "pool2", 0),
)
GREY = "#545f70"


def layers(strokes: Sequence[Stroke]) -> dict[str, Tensor]:
    """Let the stored network read a drawing and keep what it computes on the way.

    Parameters
    ----------
    strokes : sequence of strokes
        The drawing, which is brought to MNIST's form.

    Returns
    -------
    dict of str to Tensor
        Under ``"input"`` the picture, of shape (28, 28); the maps of the four layers,
        each of shape (C, H, W); under ``"logits"`` ten numbers.
    """
    import torch

    network = digit_network.network()
    seen: dict[str, Tensor] = {}

    def keep(name: str, part: int) -> Any:
        """Return a hook that keeps a layer's input (0) or output (1)."""

        def hook(_: Any, given: tuple[Tensor], out: Tensor) -> None:
            seen[name] = (given[0], out)[part][0].clamp(min=0)

        return hook

    for layer, name, part in HOOKS:
        hook = keep(name, part)
        network.get_submodule(layer).register_forward_hook(hook)
    seen["input"] = torch.from_numpy(digit_strokes.prepared(strokes))
    with torch.no_grad():
        pixels = digit_network.standardized(seen["input"][None, None])
        seen["logits"] = network(pixels)[0]
    seen["pool2"] = seen["pool2"].view(-1, 5, 5)
    return seen


def answer(strokes: Sequence[Stroke]) -> tuple[int, float]:
    """Return the digit that the stored network reads, and its probability.

    Parameters
    ----------
    strokes : sequence of strokes
        The drawing, which is brought to MNIST's form.
    """
    shares = layers(strokes)["logits"].softmax(dim=0)
    return int(shares.argmax()), float(shares.max())


def written(share: float) -> str:
    """Write a probability as the figure does, which never claims to be certain.

    Parameters
    ----------
    share : float
        A fraction.
    """
    if share > 0.9995:
        return "> 0.999"
    return "< 0.001" if share < 0.0005 else f"{share:.3f}"


def digit_drawer(strokes: Sequence[Stroke]) -> bytes:
    """Draw the drawing, the input, the feature maps and the ten probabilities.

    Parameters
    ----------
    strokes : sequence of strokes
        The drawing.

    Returns
    -------
    bytes
        A PNG file.
    """
    from matplotlib.figure import Figure

    seen = layers(strokes)
    fig = Figure(figsize=(6.9, 5.6), layout="constrained")
    parts: Any = fig.subfigures(2, 1, height_ratios=[1, 1.7])
    left, middle, right = parts[0].subplots(1, 3, width_ratios=[1, 1, 1.5])
    _image(left, digit_strokes.field(strokes), "Drawing", 1)
    _image(middle, seen["input"], "Input, 28 × 28", 1)
    _bars(right, seen["logits"].softmax(dim=0))
    rows = parts[1].subfigures(4, 1)
    for row, name in zip(rows, MAPS, strict=True):
        _maps(row, name, seen[name])
    return png(fig)


def _image(ax: Axes, pixels: Any, name: str, most: float) -> None:
    """Show one picture in grey, from 0, black, to `most`, white."""
    ax.imshow(np.asarray(pixels), cmap="gray", vmin=0, vmax=most or 1)
    ax.set_xticks([])
    ax.set_yticks([])
    if name:
        ax.set_title(name, color=GREY, fontsize=9, loc="left")


def _maps(part: Any, name: str, maps: Tensor) -> None:
    """Show a layer's maps side by side, all on one scale of grey."""
    size = f"{len(maps)} × {maps.shape[1]} × {maps.shape[2]}"
    part.suptitle(f"{name}, {size}", color=GREY, fontsize=9, x=0, ha="left")
    axes = part.subplots(1, 16)
    for n, ax in enumerate(axes):
        if n < len(maps):
            _image(ax, maps[n], "", float(maps.max()))
        else:
            ax.set_axis_off()


def _bars(ax: Axes, shares: Tensor) -> None:
    """Draw a bar for each digit, with its probability."""
    ax.barh(range(10), shares.tolist(), color=OUTPUT["edgecolor"], height=0.7)
    for digit, share in enumerate(shares.tolist()):
        ax.text(share + 0.02, digit, written(share), va="center", fontsize=8)
    ax.set(xlim=(0, 1.25), ylim=(9.6, -0.6), xticks=[], yticks=range(10))
    ax.tick_params(labelsize=8, length=0)
    for side in ("top", "right", "bottom"):
        ax.spines[side].set_visible(False)
    ax.set_title("Probability", color=GREY, fontsize=9, loc="left")
