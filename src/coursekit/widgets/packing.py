"""Arrays as short text, so that a page that holds many numbers stays small."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]

# As the script reads them.
KINDS: dict[str, np.dtype[Any]] = {"u1": np.dtype("u1"), "i2": np.dtype("<i2")}


def packed(values: FloatArray, kind: str, most: float) -> dict[str, Any]:
    """Write an array as whole numbers of 8 or 16 bits, times a scale.

    Parameters
    ----------
    values : ndarray, any shape
        What is to be written.
    kind : {"u1", "i2"}
        Whole numbers from 0 to 255, or from -32767 to 32767.
    most : float
        The value of the largest of them; no entry may be larger, and with ``"u1"``
        none may be negative.

    Returns
    -------
    dict
        The shape as ``size``, the ``kind``, the ``scale`` and the numbers in base 64 as
        ``data``.
    """
    scale = float(most) / np.iinfo(KINDS[kind]).max or 1.0
    whole = np.rint(values / scale).astype(KINDS[kind])
    data = base64.b64encode(whole.tobytes()).decode()
    return {"size": list(values.shape), "kind": kind, "scale": scale, "data": data}


def unpacked(text: dict[str, Any]) -> FloatArray:
    """Return the array that `packed` wrote, but for rounding.

    Parameters
    ----------
    text : dict
        What `packed` has returned.

    Returns
    -------
    ndarray, the shape that was packed
        The numbers.
    """
    whole = np.frombuffer(base64.b64decode(text["data"]), KINDS[text["kind"]])
    numbers: FloatArray = whole.reshape(text["size"]) * text["scale"]
    return numbers
