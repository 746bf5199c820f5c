"""The pictures of one axis show every stop of the kernel and nothing else."""

import matplotlib as mpl
import pytest
import torch
from torch.nn import functional as F

from coursekit.errors import ShapeError
from coursekit.plots.windows import show_transposed, show_windows

mpl.use("Agg")
from matplotlib import pyplot as plt


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def texts(pattern=""):
    return [text.get_text() for text in plt.gca().texts if pattern in text.get_text()]


def taps():
    """Return the places with a dot, window by window."""
    return [[round(x - 0.5) for x in line.get_xdata()] for line in plt.gca().lines]


def cells(**look):
    """Return the places of the cells that look as said."""
    squares = [patch for patch in plt.gca().patches if patch.get_height() == 1]
    if "hatched" in look:
        squares = [face for face in squares if bool(face.get_hatch())]
    if "grey" in look:
        grey = mpl.colors.to_rgba("#D9D9D9")
        squares = [face for face in squares if face.get_facecolor() == grey]
    return [face.get_x() for face in squares]


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize("dilation", [1, 2])
def test_there_is_a_window_for_every_output_of_torch(stride, padding, dilation):
    show_windows(8, 3, stride, padding, dilation)
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    out = F.conv1d(torch.zeros(1, 1, 8), torch.zeros(1, 1, 3), **options)
    assert len(taps()) == len(texts("output")) == out.shape[-1]


def test_taps_stand_where_the_kernel_reads():
    show_windows(9, 3, stride=2, padding=1, dilation=2)
    assert taps() == [[-1, 1, 3], [1, 3, 5], [3, 5, 7], [5, 7, 9]]


def test_zeros_are_grey_and_have_no_number():
    show_windows(4, 3, padding=(1, 2))
    assert cells(grey=True) == [-1, 4, 5]
    assert [text for text in texts() if text.isdigit()] == ["0", "1", "2", "3"]


def test_what_no_tap_reads_is_hatched():
    show_windows(7, 3, stride=3)
    assert cells(hatched=True) == [6]


def test_gaps_between_taps_and_between_windows_are_hatched_too():
    show_windows(7, 2, stride=4, dilation=2)
    assert cells(hatched=True) == [1, 3, 5]


def test_title_says_the_formula_with_its_numbers():
    show_windows(7, 3, stride=[1, 2, 3])
    titles = ["(7 − 3) / 1 + 1 = 5", "(7 − 3) / 2 + 1 = 3"]
    assert texts("/") == [*titles, "(7 − 3) / 3 + 1 = 2.33, rounded down: 2"]


def test_title_tells_padding_per_side_from_two_sides_that_differ():
    show_windows(6, 3, stride=2, padding=[1, (0, 1)])
    first, second = texts("/")
    assert first.startswith("(6 + 2 · 1 − 3) / 2")
    assert second.startswith("(6 + 0 + 1 − 3) / 2")


def test_kernel_longer_than_the_padded_row_is_refused():
    with pytest.raises(
        ShapeError, match="spans 5 pixels, but the padded row has only 4"
    ):
        show_windows(2, 3, padding=1, dilation=2)


@pytest.mark.parametrize("output_padding", [0, 1])
@pytest.mark.parametrize("padding", [0, 1, 2])
def test_transposed_row_has_a_window_for_every_output_of_torch(padding, output_padding):
    show_transposed(4, 3, 2, padding, output_padding)
    x, weight = torch.zeros(1, 1, 4), torch.zeros(1, 1, 3)
    out = F.conv_transpose1d(x, weight, None, 2, padding, output_padding)
    assert len(taps()) == out.shape[-1]
    assert texts("·")[0].endswith(f"= {out.shape[-1]}")


def test_transposed_row_puts_zeros_between_around_and_at_the_end():
    show_transposed(3, 3, stride=2, output_padding=1)
    assert cells(grey=True) == [-2, -1, 1, 3, 5, 6, 7]


def test_transposed_row_refuses_to_cut_more_than_the_overhang():
    with pytest.raises(ShapeError, match=r"`padding` \(3\) must be less than"):
        show_transposed(4, 3, padding=3)
