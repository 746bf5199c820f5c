"""Charts of residual blocks show the layers in their order, and the way around."""

import pytest
from matplotlib import pyplot as plt

from coursekit.plots import show_residual_blocks
from coursekit.plots.residual import BLOCKS
from coursekit.plots.style import COLOURS


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def words(axes):
    """Return the layers from top to bottom, as they are written."""
    texts = [text for text in axes.texts if text.get_text() not in ("", "$x$")]
    return [
        text.get_text() for text in sorted(texts, key=lambda t: t.get_position()[1])
    ]


def test_each_block_has_its_layers_in_order():
    show_residual_blocks()
    for axes, (name, layers) in zip(plt.gcf().axes, BLOCKS.items(), strict=True):
        assert axes.get_title() == name
        assert words(axes) == list(layers)


def test_the_shortcut_leads_to_the_plus_and_plain_blocks_have_none():
    show_residual_blocks({"with": ("3 × 3", "+", "ReLU"), "without": ("3 × 3", "ReLU")})
    first, second = plt.gcf().axes
    (line,) = first.lines
    assert line.get_color() == COLOURS["blue"]
    assert line.get_ydata()[-1] == 1  # the row of the plus
    assert line.get_ydata()[0] < 0  # from above the first layer
    assert not second.lines


def test_the_basic_block_is_that_of_the_paper():
    assert BLOCKS["basic block"][-2:] == ("+", "ReLU")
    assert BLOCKS["before activation"][-1] == "+"
    assert BLOCKS["plain"] == tuple(x for x in BLOCKS["basic block"] if x != "+")
