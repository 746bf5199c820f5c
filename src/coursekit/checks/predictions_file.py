"""The small text file in which predictions are handed in: write it, and read it back.

The first line names the format, the data set and how many predictions follow, one a
line: ``convnets-predictions-1,mnist,10000``. Reading trusts nothing in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from coursekit.checks.outcome import printable
from coursekit.checks.testsets import CLASSES, TEST_SETS, Labels

FORMAT = "convnets-predictions-1"
OPT_OUT = "no-leaderboard"  # a fourth word of the first line
LARGEST = 1 << 18  # bytes; ten thousand predictions take 20,000
SHOWN = 20  # characters of a line that a message repeats
BYTE_ORDER_MARK = "\ufeff"

HEAD = re.compile(r"([\w-]+),([\w-]+),(\d{1,9})(?:,([\w-]+))?", re.ASCII)


class PredictionsError(Exception):
    """A file does not hold the predictions asked for; the message is a sentence.

    Parameters
    ----------
    message : str
        What is wrong, and what to do.
    name, hint : str
        The mistake in a few words and what leads to it, if it is a known one.
    """

    def __init__(self, message: str, name: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.name, self.hint = name, hint


@dataclass(frozen=True, eq=False)
class Handed:
    """What a file of predictions holds.

    Parameters
    ----------
    dataset : str
        Whose test set.
    labels : ndarray, shape (N,)
        The class predicted for each image, 0 to 9.
    on_leaderboard : bool
        Whether the student wants to appear there, under another name.
    """

    dataset: str
    labels: Labels
    on_leaderboard: bool = True


def predictions_text(handed: Handed) -> str:
    """Write predictions as text; `read_predictions` undoes it."""
    head = f"{FORMAT},{handed.dataset},{len(handed.labels)}"
    if not handed.on_leaderboard:
        head += f",{OPT_OUT}"
    return "\n".join([head, *(str(int(label)) for label in handed.labels), ""])


def read_predictions(data: bytes, dataset: str) -> Handed:
    """Read a file of predictions, whatever it holds.

    A byte order mark, Windows line ends, blanks around a label and empty lines at the
    end are no matter.

    Parameters
    ----------
    data : bytes
        The file.
    dataset : str
        Whose test set is asked for.

    Raises
    ------
    PredictionsError
        If it is anything else than the predictions asked for.
    """
    head, lines = _lines(data)
    handed_for, count, on_leaderboard = _read_head(head)
    check_dataset(handed_for, dataset)
    labels = np.array(
        [_read_label(line, number) for number, line in enumerate(lines, start=2)],
        dtype=np.uint8,
    )
    if len(labels) != count:
        msg = (
            f"The first line promises {count:,} predictions, but {len(labels):,} "
            "follow. Write the file again, and hand it in whole."
        )
        raise PredictionsError(msg)
    check_length(len(labels), dataset)
    return Handed(dataset, labels, on_leaderboard)


def check_dataset(found: str, wanted: str) -> None:
    """Raise if predictions are for another data set.

    Raises
    ------
    PredictionsError
        If they are.
    """
    if found != wanted:
        known = TEST_SETS.get(found)
        name = known.name if known else repr(printable(found, SHOWN))
        msg = (
            f"The file holds predictions for {name}; asked for is the test set of "
            f"{TEST_SETS[wanted].name}."
        )
        hint = "Look at the name of the problem set that you gave `save_predictions`."
        raise PredictionsError(msg, "predictions of another data set", hint)


def check_length(count: int, dataset: str) -> None:
    """Raise if there is not one prediction for each test image.

    Raises
    ------
    PredictionsError
        If there is not.
    """
    asked = TEST_SETS[dataset]
    if count == asked.size:
        return
    msg = (
        f"There must be {asked.size:,} predictions, one for each test image of "
        f"{asked.name}, but there are {count:,}."
    )
    if count == asked.training:
        hint = "That is the size of the training set. Predict the test images."
        raise PredictionsError(msg, "predictions of the training set", hint)
    if count == asked.size * CLASSES:
        hint = (
            f"That is {CLASSES} for each image, one for each class. Hand in the class "
            "with the largest logit."
        )
        raise PredictionsError(msg, "logits in place of classes", hint)
    if 0 < asked.size - count < 1000:
        hint = (
            "Some images at the end are missing. A loader that drops a last batch "
            "which is not full does that."
        )
        raise PredictionsError(msg, "last batch dropped", hint)
    raise PredictionsError(msg)


def _lines(data: bytes) -> tuple[str, list[str]]:
    """Split a file into its first line and those that hold something."""
    if len(data) > LARGEST:
        msg = (
            f"The file has {len(data):,} bytes; predictions need no more than "
            f"{LARGEST:,}. Write it with `save_predictions`."
        )
        raise PredictionsError(msg)
    try:
        text = data.decode("utf-8").removeprefix(BYTE_ORDER_MARK)
    except UnicodeDecodeError as err:
        msg = "The file is not UTF-8 text. Write it again with `save_predictions`."
        raise PredictionsError(msg) from err
    text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n \t")
    if not text:
        msg = "The file is empty. Write it again with `save_predictions`."
        raise PredictionsError(msg)
    head, *lines = text.split("\n")
    return head.strip(" \t"), lines


def _read_head(line: str) -> tuple[str, int, bool]:
    """Read the first line."""
    found = HEAD.fullmatch(line)
    if found is None or found[1] != FORMAT or found[4] not in (None, OPT_OUT):
        msg = (
            f"The first line must be like `{FORMAT},mnist,10000`, but it is "
            f"{_shown(line)}. Write the file with `save_predictions`."
        )
        raise PredictionsError(msg)
    return found[2], int(found[3]), found[4] is None


def _read_label(line: str, number: int) -> int:
    """Read one class."""
    text = line.strip(" \t")
    if len(text) == 1 and "0" <= text <= "9":
        return int(text)
    name = hint = ""
    if re.fullmatch(r"[-+\d.eE,; \t]{2,}", text, re.ASCII) and "." in text:
        name = "logits in place of classes"
        hint = "Hand in the class with the largest logit, a whole number."
    msg = (
        f"Line {number} must hold one class, 0 to {CLASSES - 1}, but it is "
        f"{_shown(line)}."
    )
    raise PredictionsError(msg, name, hint)


def _shown(line: str) -> str:
    """Quote a line that is not ours, cut short and in characters that can be shown."""
    if len(line) > SHOWN:
        return f"{ascii(line[:SHOWN])[:-1]}...' ({len(line):,} characters)"
    return ascii(line)
