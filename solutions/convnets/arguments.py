"""Read arguments that may be one number for both image axes, or a pair."""

from __future__ import annotations

import operator
from collections.abc import Sequence

from coursekit.errors import ShapeError, check_at_least, check_fits

Pair = tuple[int, int]


def pair(name: str, value: int | Pair) -> Pair:
    """Return a (height, width) pair; a single number stands for both.

    Parameters
    ----------
    name : str
        The argument's name, as the caller knows it.
    value : int or pair of int
        What the caller passed.

    Raises
    ------
    ShapeError
        If it is neither a whole number nor two of them.
    """
    try:
        if isinstance(value, tuple | list):
            height, width = map(operator.index, value)
            return height, width
        return operator.index(value), operator.index(value)
    except (TypeError, ValueError) as err:
        msg = (
            f"`{name}` must be a whole number or a pair (height, width) of them, "
            f"but it is {value!r}."
        )
        raise ShapeError(msg) from err


def window_pairs(
    size: Sequence[int],
    kernel_size: int | Pair,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
) -> tuple[Pair, Pair, Pair, Pair]:
    """Return the options of a sliding window as (height, width) pairs.

    Parameters
    ----------
    size : sequence of int
        Height and width of the image, in pixels, without padding.
    kernel_size, stride, padding, dilation : int or pair of int
        The options as the caller passed them.

    Returns
    -------
    tuple of four pairs of int
        Kernel size, stride, padding and dilation, in this order.

    Raises
    ------
    ShapeError
        If an option is too small or of the wrong kind, or the window is larger than
        the padded image.
    """
    kernel, step = pair("kernel_size", kernel_size), pair("stride", stride)
    border, spacing = pair("padding", padding), pair("dilation", dilation)
    check_at_least("kernel_size", min(kernel), 1)
    check_at_least("stride", min(step), 1)
    check_at_least("padding", min(border), 0)
    check_at_least("dilation", min(spacing), 1)
    for axis, name in enumerate(("height", "width")):
        taps, gap = kernel[axis], spacing[axis]
        what = f"kernel {name}" if gap == 1 else f"{name} of the dilated kernel"
        reach = 1 + (taps - 1) * gap
        check_fits(what, reach, size[axis], border[axis])
    return kernel, step, border, spacing
