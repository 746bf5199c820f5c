"""Write the small text file in which you hand in what your network predicts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt

from coursekit.checks.declare import Predictions
from coursekit.checks.key import load_keys
from coursekit.checks.predictions_file import (
    Handed,
    PredictionsError,
    check_length,
    predictions_text,
)
from coursekit.checks.released import known_problem_sets
from coursekit.checks.testsets import CLASSES
from coursekit.errors import CourseError


def save_predictions(
    problem_set: str, predicted: Any, leaderboard: bool = True
) -> Path | None:
    """Save the class that your network predicts for each test image, to hand it in.

    The images must be in their own order: do not shuffle the test set.

    Parameters
    ----------
    problem_set : str
        Such as ``"ps7"``; it decides which test set is meant.
    predicted : ndarray, Tensor or list of int, shape (N,)
        One class for each of the N test images, 0 to 9.
    leaderboard : bool, default True
        Whether you want to appear on the class's leaderboard, if there is one. Nobody
        sees your name on it.

    Returns
    -------
    Path or None
        The file, such as ``assignments/ps7/ps7-predictions.csv``. One that is there is
        replaced. While the notebook is being graded nothing is written, and it is None.

    Raises
    ------
    CourseError
        If `predicted` is not one whole number from 0 to 9 for each test image, or the
        problem set asks for no predictions.
    """
    if os.environ.get("NBGRADER_EXECUTION"):
        return None  # the file that was handed in stays
    asked = asked_predictions(problem_set)
    labels = _labels(predicted, asked.dataset)
    text = predictions_text(Handed(asked.dataset, labels, leaderboard))
    path = _home(problem_set) / asked.file
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_bytes(text.encode())
        beside.replace(path)
    except OSError as err:
        msg = f"Cannot write {path}: {err.strerror}."
        raise CourseError(msg) from err
    here = Path.cwd()
    shown = path.relative_to(here) if path.is_relative_to(here) else path
    click.echo(f"Wrote {len(labels):,} predictions to {shown}.")
    return path


def asked_predictions(problem_set: str) -> Predictions:
    """Return what a problem set asks for.

    Raises
    ------
    CourseError
        If it asks for no predictions.
    """
    for key in load_keys(problem_set).values():
        if key.predictions is not None:
            return key.predictions
    names = [name for name in known_problem_sets() if _asks(name)]
    msg = (
        f"{problem_set} asks for no predictions. Those that do: "
        f"{', '.join(names) or 'none'}."
    )
    raise CourseError(msg)


def find_predictions(file: str, folder: Path | None = None) -> bytes | None:
    """Read the file of predictions, or return None if there is none.

    Parameters
    ----------
    file : str
        Its name, such as ``"ps7-predictions.csv"``.
    folder : Path, optional
        Where the notebook lies. Without it, or if it is not there, the file is looked
        for here and in the folder of its problem set, here or above.

    Raises
    ------
    CourseError
        If it is there and cannot be read.
    """
    problem_set = file.partition("-")[0]
    for place in [*filter(None, [folder]), Path.cwd(), *_folders(problem_set)]:
        path = place / file
        if path.is_file():
            try:
                return path.read_bytes()
            except OSError as err:
                msg = f"{path} cannot be read: {err.strerror}."
                raise CourseError(msg) from err
    return None


def _asks(problem_set: str) -> bool:
    """Whether a problem set asks for predictions."""
    return any(key.predictions for key in load_keys(problem_set).values())


def _home(problem_set: str) -> Path:
    """Return where the file goes: beside the notebook, or here if it is not found."""
    here, folders = Path.cwd(), _folders(problem_set)
    beside = [
        place
        for place in (here, *folders)
        if (place / f"{problem_set}.ipynb").is_file()
    ]
    return [*beside, *(place for place in folders if place.is_dir()), here][0]


def _folders(problem_set: str) -> list[Path]:
    """List where a problem set's folder may be, here and above."""
    here = Path.cwd()
    return [top / "assignments" / problem_set for top in (here, *here.parents)]


def _labels(predicted: Any, dataset: str) -> npt.NDArray[np.integer[Any]]:
    """Turn predictions into an array of classes, or say what they are instead.

    Raises
    ------
    CourseError
        If they are anything else.
    """
    array = _array(predicted)
    if array.ndim == 2 and array.shape[1] == CLASSES:
        msg = (
            f"`predicted` must hold one class for each image, but its shape is "
            f"{array.shape}: these look like logits. Take `logits.argmax(1)`."
        )
        raise CourseError(msg)
    if array.ndim != 1:
        msg = f"`predicted` must have 1 axis (N,), but its shape is {array.shape}."
        raise CourseError(msg)
    if array.dtype.kind not in "iu":
        msg = (
            f"`predicted` must hold whole numbers, but its type is {array.dtype}. "
            "Hand in the class with the largest logit, as `argmax` returns it."
        )
        raise CourseError(msg)
    try:
        check_length(len(array), dataset)
    except PredictionsError as err:
        msg = f"`predicted`: {err} {err.hint}".rstrip()
        raise CourseError(msg) from err
    (wrong,) = np.nonzero((array < 0) | (array >= CLASSES))
    if len(wrong):
        msg = (
            f"`predicted` must hold classes from 0 to {CLASSES - 1}, but "
            f"predicted[{wrong[0]}] is {array[wrong[0]]}. Count the classes from 0."
        )
        raise CourseError(msg)
    return array


def _array(predicted: Any) -> npt.NDArray[Any]:
    """Turn an array, a tensor on any device, or a list into an array of NumPy."""
    if hasattr(predicted, "detach"):
        predicted = predicted.detach().cpu().numpy()
    elif isinstance(predicted, list | tuple):
        predicted = [_number(item) for item in predicted]
    try:
        return np.asarray(predicted)
    except (ValueError, TypeError) as err:
        msg = (
            "`predicted` must be one array, tensor or list of whole numbers. Its parts "
            "differ in length; join the batches first, with `torch.cat`."
        )
        raise CourseError(msg) from err


def _number(item: Any) -> Any:
    """Take the number out of a tensor of no axes, as a loop over batches collects."""
    if hasattr(item, "detach"):
        return item.detach().cpu().numpy()
    return item
