"""The errors every part of the course raises, and the checks that raise them.

An error states the rule, the value that broke it, and the remedy, in that order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class CourseError(Exception):
    """Something a user of the course can put right; shown as one line."""


class ShapeError(ValueError):
    """An array has the wrong number of axes or the wrong length along one."""


class HasShape(Protocol):
    """An array of NumPy or PyTorch: anything with a shape."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths along the axes."""
        ...


def check_axes(name: str, array: HasShape, axes: Sequence[str]) -> None:
    """Raise if an array does not have one axis for each name.

    Parameters
    ----------
    name : str
        The argument's name, as the caller knows it.
    array : ndarray or Tensor, any shape
        The array to look at.
    axes : sequence of str
        Names of the axes in order, such as ``("N", "C_in", "H_in", "W_in")``.

    Raises
    ------
    ShapeError
        If the number of axes differs.
    """
    shape = tuple(array.shape)
    if len(shape) != len(axes):
        noun = "axis" if len(axes) == 1 else "axes"
        msg = (
            f"`{name}` must have {len(axes)} {noun} ({', '.join(axes)}), "
            f"but its shape is {shape}."
        )
        raise ShapeError(msg)


def check_shape(name: str, array: HasShape, axes: str, shape: Sequence[int]) -> None:
    """Raise if an array does not have the shape that the other arguments ask for.

    Parameters
    ----------
    name : str
        The argument's name, as the caller knows it.
    array : ndarray or Tensor, any shape
        The array to look at.
    axes : str
        The shape in letters, such as ``"(N, out_features)"``, or ``"of `x`"``.
    shape : sequence of int
        The same in numbers.

    Raises
    ------
    ShapeError
        If it has another shape.
    """
    found, wanted = tuple(array.shape), tuple(shape)
    if found != wanted:
        is_spelt = axes.startswith("(")
        rule = f"shape {axes} =" if is_spelt else f"the shape {axes},"
        msg = f"`{name}` must have {rule} {wanted}, but its shape is {found}."
        raise ShapeError(msg)


def check_at_least(name: str, value: int, least: int) -> None:
    """Raise if a whole number, such as a stride or a padding, is too small.

    Parameters
    ----------
    name : str
        The argument's name, as the caller knows it.
    value : int
        What the caller passed.
    least : int
        The smallest value allowed.

    Raises
    ------
    ShapeError
        If `value` is below `least`.
    """
    if value < least:
        msg = f"`{name}` must be at least {least}, but it is {value}."
        raise ShapeError(msg)


def check_fits(name: str, kernel_size: int, size: int, padding: int = 0) -> None:
    """Raise if a kernel is empty or longer than the padded input along one axis.

    Parameters
    ----------
    name : str
        What is too long, such as ``"kernel height"``.
    kernel_size : int
        Kernel length along the axis, in pixels.
    size : int
        Input length along the axis, in pixels.
    padding : int, default 0
        Zeros added on *each* side, in pixels.

    Raises
    ------
    ShapeError
        If no position of the kernel lies inside the padded input.
    """
    if kernel_size < 1:
        msg = f"The {name} must be at least 1, but it is {kernel_size}."
        raise ShapeError(msg)
    if kernel_size > size + 2 * padding:
        length = f"{size} + 2 * {padding} = {size + 2 * padding}" if padding else size
        what = "padded input" if padding else "input"
        msg = (
            f"The {name} ({kernel_size}) is larger than the {what} ({length}). "
            "Use a smaller kernel or a larger input."
        )
        raise ShapeError(msg)
