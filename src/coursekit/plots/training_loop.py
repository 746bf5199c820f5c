"""The loop of training as a picture: forward, loss, backward, step, and again."""

from __future__ import annotations

from typing import Any

from coursekit.plots.style import COLOURS, hide_frame, new_figure

# The four boxes: words, centre, width; then the arrows between them with their words.
BOXES = {
    "data": ("a batch of\nimages", (0.0, 1.0)),
    "network": ("network", (2.3, 1.0)),
    "loss": ("loss", (4.6, 1.0)),
    "step": ("step", (2.3, -0.35)),
}
HALF = (0.62, 0.32)  # of a box
ARROWS: list[tuple[tuple[float, float], tuple[float, float], str, float, str]] = [
    ((0.62, 1.0), (1.68, 1.0), "", 1.0, "blue"),
    ((2.92, 1.12), (3.98, 1.12), "forward:\nlogits", 1.48, "blue"),
    ((3.98, 0.88), (2.92, 0.88), "backward", 0.68, "red"),
    ((2.12, 0.68), (2.12, -0.03), "", 0.0, "red"),
    ((2.48, -0.03), (2.48, 0.68), "", 0.0, "black"),
    ((4.6, 1.85), (4.6, 1.32), "", 0.0, "blue"),
]
SIDES = [
    (1.98, 0.32, "gradients", "red", "right"),
    (2.62, 0.32, "parameter $-$ rate $\\cdot$ gradient", "black", "left"),
    (4.6, 2.0, "labels", "blue", "center"),
]


def show_training_loop() -> None:
    """Draw what happens to a batch in one step of training, as boxes and arrows."""
    from matplotlib.patches import FancyBboxPatch

    _, axes = new_figure(2.6)
    place = axes[0, 0]
    for words, (x, y) in BOXES.values():
        corner = (x - HALF[0], y - HALF[1])
        shape: dict[str, Any] = {"boxstyle": "round,pad=0,rounding_size=0.1"}
        shape |= {"facecolor": "#EEF4F9", "edgecolor": COLOURS["black"]}
        place.add_patch(FancyBboxPatch(corner, 2 * HALF[0], 2 * HALF[1], **shape))
        place.text(x, y, words, ha="center", va="center", size=9)
    for start, end, words, height, colour in ARROWS:
        arrow = {"arrowstyle": "-|>", "color": COLOURS[colour], "linewidth": 1.3}
        arrow |= {"shrinkA": 2, "shrinkB": 2}
        place.annotate("", xy=end, xytext=start, arrowprops=arrow)
        middle = (start[0] + end[0]) / 2
        look: dict[str, Any] = {"ha": "center", "va": "center", "size": 8}
        place.text(middle, height, words, color=COLOURS[colour], **look)
    for x, y, words, colour, side in SIDES:
        look = {"ha": side, "va": "center", "size": 8, "color": COLOURS[colour]}
        place.text(x, y, words, **look)
    place.set(xlim=(-0.8, 5.5), ylim=(-0.8, 2.2), aspect="equal")
    hide_frame(place)
