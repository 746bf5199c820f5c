"""LeNet-5 of your own layers, for MNIST: it works once problem set 5 is done.

The same functions as in `numpy_net`, for another network, which is written down as a
list of layers: forward is a walk along the list, and backward a walk from its end.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from convnets.backprop import (
    conv2d_backward,
    linear,
    linear_backward,
    max_pool2d_backward,
    relu_backward,
    softmax_cross_entropy,
)
from convnets.im2col import conv2d
from convnets.pooling import max_pool2d
from coursekit.errors import ShapeError, check_axes

FloatArray = npt.NDArray[np.floating[Any]]
IntArray = npt.NDArray[np.integer[Any]]
Arrays = dict[str, FloatArray]

PREDICT_BATCH = 500  # images; all at once would need too much memory


@dataclasses.dataclass(frozen=True)
class Layer:
    """One step of the network.

    Attributes
    ----------
    forward : callable
        From (x) to the output, or from (x, weight, bias) if the layer has weights.
    backward : callable
        From (grad_out, x) to the gradient of x, or from (grad_out, x, weight) to those
        of x, weight and bias.
    name : str, default ""
        What its weights are called; nothing if it has none.
    """

    forward: Callable[..., FloatArray]
    backward: Callable[..., Any]
    name: str = ""

    def numbers(self, parameters: Arrays) -> list[FloatArray]:
        """Return the layer's weight and bias, or nothing if it has none.

        Parameters
        ----------
        parameters : dict of str to ndarray
            As `initial_parameters` names them.

        Returns
        -------
        list of ndarray, shapes of the weight and (C_out,)
            Two arrays, or none.
        """
        names = [f"{self.name}.weight", f"{self.name}.bias"] if self.name else []
        return [parameters[name] for name in names]


RELU = Layer(lambda x: np.maximum(x, 0), relu_backward)
POOL = Layer(
    partial(max_pool2d, kernel_size=2), partial(max_pool2d_backward, kernel_size=2)
)
FLATTEN = Layer(
    lambda x: x.reshape(len(x), -1), lambda grad_out, x: grad_out.reshape(x.shape)
)
LAYERS = [
    Layer(partial(conv2d, padding=2), partial(conv2d_backward, padding=2), "conv1"),
    RELU,
    POOL,
    Layer(conv2d, conv2d_backward, "conv2"),
    RELU,
    POOL,
    FLATTEN,
    Layer(linear, linear_backward, "fc1"),
    RELU,
    Layer(linear, linear_backward, "fc2"),
    RELU,
    Layer(linear, linear_backward, "fc3"),
]
SHAPES = {
    "conv1": (6, 1, 5, 5),
    "conv2": (16, 6, 5, 5),
    "fc1": (120, 16 * 5 * 5),
    "fc2": (84, 120),
    "fc3": (10, 84),
}


def initial_parameters(
    rng: np.random.Generator, dtype: npt.DTypeLike = np.float32
) -> Arrays:
    r"""Draw the numbers of an untrained LeNet-5, as PyTorch's layers draw theirs.

    Weights and biases alike are spread evenly between :math:`\pm 1/\sqrt{n}`, where n
    is how many numbers an output adds up. That is smaller than what keeps the signal's
    size, and in a network this shallow it learned better.

    Parameters
    ----------
    rng : Generator
        Where the numbers are drawn from.
    dtype : dtype, default float32
        Type of all numbers.

    Returns
    -------
    dict of str to ndarray
        A weight and a bias for each of conv1, conv2, fc1, fc2 and fc3, as PyTorch
        names and shapes them.

    References
    ----------
    .. [1] PyTorch's documentation of `torch.nn.Conv2d` and `torch.nn.Linear`, for the
       limits.
    .. [2] LeCun et al. (1998), section II.B, for the sizes; ReLU and maxima as in the
       "classic" variant of problem set 7.
    """
    parameters: Arrays = {}
    for name, shape in SHAPES.items():
        limit = 1 / np.sqrt(np.prod(shape[1:]))
        for kind, size in (("weight", shape), ("bias", shape[:1])):
            drawn = rng.uniform(-limit, limit, size)
            parameters[f"{name}.{kind}"] = drawn.astype(dtype)
    return parameters


def forward(parameters: Arrays, images: FloatArray) -> list[FloatArray]:
    """Compute what goes into every layer, and last the logits.

    Parameters
    ----------
    parameters : dict of str to ndarray
        As `initial_parameters` names them; they are left as they are.
    images : ndarray, shape (N, 1, 28, 28)
        A batch of digits.

    Returns
    -------
    list of ndarray
        The images, then the output of each of `LAYERS`; the last is the logits, of
        shape (N, 10).

    Raises
    ------
    ShapeError
        If the images are not such a batch.
    """
    check_axes("images", images, ["N", "C_in", "H_in", "W_in"])
    if images.shape[1:] != (1, 28, 28):
        msg = (
            "`images` must have 1 channel of 28 x 28 pixels, but their shape is "
            f"{images.shape}."
        )
        raise ShapeError(msg)
    arrays = [images]
    for layer in LAYERS:
        arrays.append(layer.forward(arrays[-1], *layer.numbers(parameters)))
    return arrays


def loss_and_gradients(
    parameters: Arrays, images: FloatArray, labels: IntArray
) -> tuple[float, Arrays]:
    """Compute the loss of a batch, and its gradient for every number of the network.

    Parameters
    ----------
    parameters : dict of str to ndarray
        As `initial_parameters` names them; they are left as they are.
    images : ndarray, shape (N, 1, 28, 28)
        A batch of digits.
    labels : ndarray of int, shape (N,)
        The true classes, from 0 to 9.

    Returns
    -------
    loss : float
        The mean cross-entropy of the batch.
    gradients : dict of str to ndarray
        A gradient for each parameter, under the same name and of the same shape.

    Raises
    ------
    ShapeError
        If the images and labels are not such a batch.
    """
    *entering, logits = forward(parameters, images)
    loss, grad = softmax_cross_entropy(logits, labels)
    gradients: Arrays = {}
    for layer, x in zip(reversed(LAYERS), reversed(entering), strict=True):
        weight_alone = layer.numbers(parameters)[:1]
        result = layer.backward(grad, x, *weight_alone)
        if layer.name:
            grad, *both = result
            for part, gradient in zip(("weight", "bias"), both, strict=True):
                gradients[f"{layer.name}.{part}"] = gradient
        else:
            grad = result
    return loss, gradients


def predict(parameters: Arrays, images: FloatArray) -> IntArray:
    """Name the class with the largest logit for each image.

    Parameters
    ----------
    parameters : dict of str to ndarray
        As `initial_parameters` names them.
    images : ndarray, shape (N, 1, 28, 28)
        Digits, any number of them.

    Returns
    -------
    ndarray of int, shape (N,)
        The predicted labels.
    """
    parts = [
        forward(parameters, images[n : n + PREDICT_BATCH])[-1].argmax(axis=1)
        for n in range(0, len(images), PREDICT_BATCH)
    ]
    return np.concatenate([np.zeros(0, np.intp), *parts])
