"""Which way gradients go, and how far finite differences are from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from coursekit.errors import check_at_least, check_fits
from coursekit.plots.lines import LOOKS
from coursekit.plots.style import COLOURS, hide_frame, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Product = tuple[int, int, int]  # input, output, tap

# A tap has its own dashes, so that the colour never carries the meaning alone.
TAPS = [
    {"color": COLOURS["blue"], "linestyle": "-"},
    {"color": COLOURS["red"], "linestyle": "--"},
    {"color": COLOURS["green"], "linestyle": "-."},
    {"color": COLOURS["purple"], "linestyle": ":"},
]
PALE, BRIGHT = "#CCCCCC", "#F9DDA0"
DEPTH = 2.6  # distance of inputs and outputs; two inputs are 1 apart


def show_products(
    size: int,
    kernel_size: int,
    stride: int = 1,
    output: int = 0,
    sample: int = 0,
    tap: int = 0,
) -> None:
    """Show a convolution of a short row three times, with a line for each product.

    In the first drawing the products of one output stand out, in the second those of
    one input sample, in the third those of one weight.

    Parameters
    ----------
    size : int
        Samples of the input.
    kernel_size : int
        Weights of the kernel, at most four.
    stride : int, default 1
        Step of the kernel, in samples.
    output, sample, tap : int, default 0
        Which output, which input sample and which weight stand out.

    Raises
    ------
    ShapeError
        If the kernel does not fit, or the stride is below 1.
    """
    check_at_least("stride", stride, 1)
    check_fits("kernel length", kernel_size, size)
    outputs = (size - kernel_size) // stride + 1
    products = [
        (i * stride + k, i, k) for i in range(outputs) for k in range(kernel_size)
    ]
    _, axes = new_figure(1.75, columns=3)
    panels = [
        (f"forward: output {output}", 1, output),
        (f"back to sample {sample}", 0, sample),
        (f"back to weight {tap}", 2, tap),
    ]
    for place, (title, part, chosen) in zip(axes[0], panels, strict=True):
        bright = [product for product in products if product[part] == chosen]
        nodes = {("x", p) for p, _, _ in bright} | {("y", i) for _, i, _ in bright}
        for product in products:
            _draw_product(place, product, stride, kernel_size, product in bright)
        for p in range(size):
            _draw_node(place, (p, 0), f"$x_{p}$", ("x", p) in nodes)
        for i in range(outputs):
            spot = (_middle(i, stride, kernel_size), DEPTH)
            _draw_node(place, spot, f"$y_{i}$", ("y", i) in nodes)
        place.set(xlim=(-0.5, size - 0.5), ylim=(DEPTH + 0.5, -0.5))
        place.set_title(title, size=9)
        place.set_aspect("equal")
        hide_frame(place)


def show_chords(
    f: Callable[[float], float], at: float, step: float, slope: float
) -> None:
    """Show a curve with its tangent, and the two chords that stand in for it.

    Parameters
    ----------
    f : callable
        The curve.
    at : float
        Where the slope is wanted.
    step : float
        How far the chords reach, above 0.
    slope : float
        The slope of the tangent.
    """
    _, axes = new_figure(2.6)
    place = axes[0, 0]
    width = 1.8 * step
    x = np.linspace(at - width, at + width, 200)
    place.plot(x, [f(value) for value in x], color=COLOURS["black"], label="function")
    ends = np.array([-width, width])
    tangent = f(at) + slope * ends
    place.plot(at + ends, tangent, ":", color=COLOURS["black"], label="tangent")
    chords = {"one-sided": (at, at + step), "central": (at - step, at + step)}
    for look, (name, (left, right)) in zip(LOOKS[1::-1], chords.items(), strict=True):
        heights = [f(left), f(right)]
        place.plot([left, right], heights, label=name, **look)
    ticks = [at - step, at, at + step]
    place.set_xticks(ticks, [r"$a - \varepsilon$", "$a$", r"$a + \varepsilon$"])
    place.set_yticks([])
    place.legend(frameon=False)


def show_step_errors(
    steps: Sequence[float], errors: Mapping[str, Sequence[float]]
) -> None:
    """Show how the error of finite differences depends on the step.

    Parameters
    ----------
    steps : sequence of float
        The steps, above 0.
    errors : mapping of str to sequence of float
        For each way, its error at each step; an error of 0 is left out.
    """
    _, axes = new_figure(3.0)
    place = axes[0, 0]
    for look, (name, values) in zip(LOOKS, errors.items(), strict=False):
        shown = np.where(np.asarray(values) > 0, values, np.nan)
        place.plot(steps, shown, label=name, markersize=4, **look)
    place.set(xscale="log", yscale="log", ylabel="relative error")
    place.set_xlabel(r"step $\varepsilon$")
    place.grid(alpha=0.3)
    place.legend(frameon=False)


def _middle(output: int, stride: int, kernel_size: int) -> float:
    """Return the middle of an output's window, where the output is drawn."""
    return output * stride + (kernel_size - 1) / 2


def _draw_product(
    axes: Axes, product: Product, stride: int, kernel_size: int, is_bright: bool
) -> None:
    """Draw the line of one product, with the name of its weight if it stands out."""
    sample, output, tap = product
    end = _middle(output, stride, kernel_size)
    look: dict[str, Any] = {"color": PALE, "linewidth": 0.8, "zorder": 1}
    if is_bright:
        look = {**TAPS[tap % len(TAPS)], "linewidth": 1.8, "zorder": 2}
        x, y = sample + 0.45 * (end - sample), 0.45 * DEPTH
        name = axes.text(x, y, f"$w_{tap}$", ha="center", va="center", size=8, zorder=3)
        name.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.8})
    axes.plot([sample, end], [0, DEPTH], **look)


def _draw_node(
    axes: Axes, place: tuple[float, float], name: str, is_bright: bool
) -> None:
    """Draw one number as a named disc."""
    from matplotlib.patches import Circle

    disc = Circle(place, 0.36, zorder=4)
    disc.set(facecolor=BRIGHT if is_bright else "white", edgecolor="#888888")
    axes.add_patch(disc)
    axes.text(*place, name, ha="center", va="center", size=8, zorder=5)
