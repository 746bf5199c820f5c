"""The pictures of the page on receptive fields show what the layers really read."""

import matplotlib as mpl
import numpy as np
import pytest
import torch

from coursekit.errors import ShapeError
from coursekit.plots.receptive_fields import show_effective_fields, show_receptive_field

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgba

BLUE, ORANGE = to_rgba("#0072B2"), to_rgba("#E69F00")


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def layer(kind, kernel_size, stride=1, padding=0, **more):
    size = {"kernel_size": kernel_size, "stride": stride, "padding": padding}
    return {"type": kind, **size, **more}


def places(height, marker, colour=None):
    """Return where marks of a kind stand in a row, of one colour or of all."""
    return [
        float(line.get_xdata()[0])
        for line in plt.gca().lines
        if line.get_marker() == marker
        and line.get_ydata()[0] == height
        and colour in (None, to_rgba(line.get_markerfacecolor()))
    ]


def pixels_by_gradient(module, size, index):
    """Return the input pixels that a unit depends on, by PyTorch's derivative."""
    for parameter in module.parameters():
        torch.nn.init.constant_(parameter, 1.0)
    x = torch.ones(1, 1, size, requires_grad=True)
    module(x)[0, 0, index].backward()
    return torch.flatten(torch.nonzero(x.grad[0, 0])).tolist()


def test_seen_pixels_are_those_with_a_gradient():
    chain = [
        layer("Conv2d", 3, padding=1, dilation=2),
        layer("AvgPool2d", 2, stride=2),
        layer("Conv2d", 3, stride=2, padding=1),
    ]
    module = torch.nn.Sequential(
        torch.nn.Conv1d(1, 1, 3, padding=1, dilation=2),
        torch.nn.AvgPool1d(2),
        torch.nn.Conv1d(1, 1, 3, stride=2, padding=1),
    )
    for index in range(4):
        show_receptive_field(chain, 16, index)
        assert places(0, "o", BLUE) == pixels_by_gradient(module, 16, index)


@pytest.mark.parametrize(("stride", "dilation"), [(2, 1), (3, 2), (3, 1)])
def test_transposed_layers_are_followed_exactly(stride, dilation):
    options = {"stride": stride, "padding": 1, "dilation": dilation}
    up = layer("ConvTranspose2d", 2, output_padding=1, **options)
    module = torch.nn.ConvTranspose1d(1, 1, 2, output_padding=1, **options)
    length = module(torch.zeros(1, 1, 6)).shape[-1]
    for index in range(length):
        show_receptive_field([up], 6, index)
        assert places(0, "o", BLUE) == pixels_by_gradient(module, 6, index)
        assert len(places(1, "o")) == length
        plt.close("all")


def test_unit_stands_in_the_middle_of_what_it_sees():
    show_receptive_field([layer("Conv2d", 4, 3), layer("MaxPool2d", 2, 2)], 17, 1)
    seen = places(0, "o", BLUE)
    assert places(2, "o", BLUE) == [np.mean(seen)]


def test_input_is_on_top_and_the_last_layer_at_the_bottom():
    show_receptive_field([layer("Conv2d", 3), layer("Conv2d", 3)], 7, 1)
    bottom, top = plt.gca().get_ylim()
    assert bottom > 2
    assert top < 0


def test_padding_is_drawn_beside_its_row_and_lit_where_it_is_read():
    show_receptive_field([layer("Conv2d", 5, padding=2)], 7, 1)
    assert places(0, "s") == [-2, -1, 7, 8]
    assert places(0, "s", ORANGE) == [-1]


def test_rows_say_what_they_are_and_how_many_units_are_seen():
    chain = [layer("Conv2d", 3, padding=1, dilation=2), {"type": "ReLU"}]
    show_receptive_field([*chain, layer("MaxPool2d", 2, 2)], 12, 2)
    words = [text.get_text() for text in plt.gca().texts]
    assert "conv 3, dilation 2,\npadding 1" in words
    assert "max pool 2, stride 2" in words
    assert [word for word in words if word.isdigit()] == ["1", "2", "6"]


def test_unit_that_does_not_exist_is_refused():
    with pytest.raises(ShapeError, match=r"`index` must be from 0 to 4.*it is 5"):
        show_receptive_field([layer("Conv2d", 3)], 7, 5)


def test_kernel_that_does_not_fit_is_refused():
    with pytest.raises(ShapeError, match=r"The kernel \(7\) is larger"):
        show_receptive_field([layer("Conv2d", 4, dilation=2)], 5, 0)


def test_effective_fields_have_a_scale_each_and_a_square_each():
    fields = [np.eye(9), 4 * np.ones((11, 11))]
    show_effective_fields(fields, [3, 11], ["a", "b"])
    first, second = plt.gcf().axes[:2]
    assert first.images[0].get_clim() == second.images[0].get_clim() == (0, 1)
    np.testing.assert_array_equal(second.images[0].get_array(), np.ones((11, 11)))
    squares = [axes.patches[-1].get_bbox().extents for axes in (first, second)]
    np.testing.assert_array_equal(squares[0], [2.5, 2.5, 5.5, 5.5])
    np.testing.assert_array_equal(squares[1], [-0.5, -0.5, 10.5, 10.5])
    assert [axes.get_xlabel() for axes in (first, second)] == ["a", "b"]


def test_an_effective_field_has_two_axes():
    with pytest.raises(ShapeError, match=r"`field` must have 2 axes \(H_in, W_in\)"):
        show_effective_fields([np.zeros((1, 3, 3))], [1])
