"""Real data that needs no download: handwritten digits and photographs.

Both ship with scikit-learn, so every page and test can use them offline.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]
IntArray = npt.NDArray[np.integer[Any]]

PHOTOGRAPHS = ("china", "flower")

# How bright red, green and blue look to the eye, in parts of 1.
LUMINANCE = np.array([0.299, 0.587, 0.114])


def digits() -> tuple[FloatArray, IntArray]:
    """Load the handwritten digits of scikit-learn.

    Returns
    -------
    images : ndarray, shape (1797, 1, 8, 8)
        Grey images from 0 (paper) to 1 (ink).
    labels : ndarray, shape (1797,)
        The digit each image shows, 0 to 9.

    References
    ----------
    .. [1] Alpaydin and Kaynak (1998), Optical Recognition of Handwritten Digits, UCI.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    images = bunch.images[:, np.newaxis] / 16.0  # stored as 0 to 16
    return images, bunch.target


def photograph(name: str = "china", grey: bool = False) -> FloatArray:
    """Load a photograph that ships with scikit-learn.

    Parameters
    ----------
    name : str, default "china"
        ``"china"``, a temple, or ``"flower"``, a dahlia.
    grey : bool, default False
        Whether to weight red, green and blue as the eye does and add them up.

    Returns
    -------
    ndarray, shape (3, 427, 640), or (427, 640) if `grey`
        The picture, with values from 0 (black) to 1 (white).

    Raises
    ------
    ValueError
        If there is no photograph of that name.

    References
    ----------
    .. [1] Recommendation ITU-R BT.601-7 (2011), section 2.5.1, for the grey weights.
    """
    if name not in PHOTOGRAPHS:
        known = ", ".join(f'"{known}"' for known in PHOTOGRAPHS)
        msg = f"`name` must be one of {known}, but it is {name!r}."
        raise ValueError(msg)
    from sklearn.datasets import load_sample_image

    image = load_sample_image(f"{name}.jpg").transpose(2, 0, 1) / 255.0  # (3, H, W)
    if grey:
        return np.asarray(np.tensordot(LUMINANCE, image, axes=1))
    return np.asarray(image)


def cut_patches(name: str, size: int, count: int, seed: int = 0) -> FloatArray:
    """Cut small squares out of a photograph, at places chosen at random.

    Parameters
    ----------
    name : str
        The photograph, as for `photograph`.
    size : int
        Height and width of a patch, in pixels.
    count : int
        How many patches to cut; they may overlap.
    seed : int, default 0
        Decides the places.

    Returns
    -------
    ndarray, shape (count, 3, size, size)
        The patches, with values from 0 to 1.
    """
    image = photograph(name)
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, image.shape[1] - size + 1, size=count)
    columns = rng.integers(0, image.shape[2] - size + 1, size=count)
    squares = np.lib.stride_tricks.sliding_window_view(image, (size, size), (1, 2))
    return np.ascontiguousarray(squares[:, rows, columns].swapaxes(0, 1))
