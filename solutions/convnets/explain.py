"""Where in a picture a network finds what it says: class activation maps (ps8)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from convnets.resnet_rules import check_class_map

FloatArray = npt.NDArray[np.floating[Any]]


def class_activation_map(
    features: FloatArray, weight: FloatArray, label: int
) -> FloatArray:
    """Say how much each place of the last feature maps adds to the logit of a class.

    Parameters
    ----------
    features : ndarray, shape (C, H, W)
        The feature maps of one image that go into the global average pool.
    weight : ndarray, shape (num_classes, C)
        Weights of the linear layer after that pool.
    label : int
        The class that is asked about, counted from 0.

    Returns
    -------
    ndarray, shape (H, W)
        The map. It is not cut off at 0 and not scaled: its mean is the logit of the
        class without the bias.

    Raises
    ------
    ShapeError
        If an array has other axes, the numbers of channels differ, or there is no such
        class.

    References
    ----------
    .. [1] Zhou, Khosla, Lapedriza, Oliva and Torralba (2016), Learning Deep Features
       for Discriminative Localization, arXiv:1512.04150, Equation 2. Their logit is
       the sum over the map, since they write the global average pool as a sum.

    Examples
    --------
    >>> features = np.array([[[1.0, 0.0, 2.0]], [[0.0, 3.0, 1.0]]])
    >>> class_activation_map(features, np.array([[1.0, -1.0], [2.0, 5.0]]), label=1)
    array([[ 2., 15.,  9.]])
    """
    check_class_map(features, weight, label)
    ### BEGIN SOLUTION
    return np.tensordot(weight[label], features, axes=1)  # (H, W)
    ### END SOLUTION
