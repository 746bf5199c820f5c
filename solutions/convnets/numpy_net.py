"""A convolutional network of your own layers, for digits of 8 x 8 pixels (ps 5).

conv1 (3 x 3, padding 1) - ReLU - pool (2 x 2) - conv2 (3 x 3, padding 1) - ReLU - pool
(2 x 2) - flatten - fc. Its numbers are in a dictionary, under PyTorch's names.
"""

from __future__ import annotations

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
from convnets.numpy_net_rules import check_digits
from convnets.pooling import max_pool2d

FloatArray = npt.NDArray[np.floating[Any]]
IntArray = npt.NDArray[np.integer[Any]]
Arrays = dict[str, FloatArray]


def initial_parameters(
    rng: np.random.Generator,
    widths: tuple[int, int] = (16, 32),
    dtype: npt.DTypeLike = np.float64,
) -> Arrays:
    """Draw the weights of an untrained network; its biases are 0.

    The last layer begins small, so that at first no class is preferred.

    Parameters
    ----------
    rng : Generator
        Where the weights are drawn from.
    widths : pair of int, default (16, 32)
        Filters of conv1 and of conv2.
    dtype : dtype, default float64
        Type of all numbers.

    Returns
    -------
    dict of str to ndarray
        ``"conv1.weight"`` of shape (C_1, 1, 3, 3), ``"conv2.weight"`` of shape
        (C_2, C_1, 3, 3), ``"fc.weight"`` of shape (10, 4 * C_2), and a bias for each.

    References
    ----------
    .. [1] He et al. (2015), arXiv:1502.01852, equation 10.
    """
    first, second = widths
    shapes = {
        "conv1": (first, 1, 3, 3),
        "conv2": (second, first, 3, 3),
        "fc": (10, second * 2 * 2),
    }
    parameters: Arrays = {}
    for name, shape in shapes.items():
        spread = np.sqrt(2 / np.prod(shape[1:])) * (0.1 if name == "fc" else 1)
        parameters[f"{name}.weight"] = rng.normal(0, spread, shape).astype(dtype)
        parameters[f"{name}.bias"] = np.zeros(shape[0], dtype)
    return parameters


def forward(parameters: Arrays, images: FloatArray) -> Arrays:
    """Compute what every layer makes of a batch, up to the logits.

    Parameters
    ----------
    parameters : dict of str to ndarray
        As `initial_parameters` names them; they are left as they are.
    images : ndarray, shape (N, 1, 8, 8)
        A batch of digits.

    Returns
    -------
    dict of str to ndarray
        The output of each layer, in order: ``"conv1"`` and ``"relu1"`` of shape
        (N, C_1, 8, 8), ``"pool1"`` (N, C_1, 4, 4), ``"conv2"`` and ``"relu2"``
        (N, C_2, 4, 4), ``"pool2"`` (N, C_2, 2, 2), ``"flat"`` (N, 4 * C_2) and
        ``"logits"`` (N, 10).

    Raises
    ------
    ShapeError
        If the images are not such a batch.
    """
    check_digits("images", images)
    ### BEGIN SOLUTION
    maps: Arrays = {}
    entering = images
    for number in "12":
        layer = (parameters[f"conv{number}.{part}"] for part in ("weight", "bias"))
        maps[f"conv{number}"] = conv2d(entering, *layer, padding=1)
        maps[f"relu{number}"] = np.maximum(maps[f"conv{number}"], 0)
        entering = maps[f"pool{number}"] = max_pool2d(maps[f"relu{number}"], 2)
    maps["flat"] = entering.reshape(len(images), -1)
    maps["logits"] = linear(
        maps["flat"], parameters["fc.weight"], parameters["fc.bias"]
    )
    return maps
    ### END SOLUTION


def loss_and_gradients(
    parameters: Arrays, images: FloatArray, labels: IntArray
) -> tuple[float, Arrays]:
    """Compute the loss of a batch, and its gradient for every number of the network.

    Parameters
    ----------
    parameters : dict of str to ndarray
        As `initial_parameters` names them; they are left as they are.
    images : ndarray, shape (N, 1, 8, 8)
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
    check_digits("images", images, labels)
    ### BEGIN SOLUTION
    maps = forward(parameters, images) | {"pool0": images}
    loss, grad = softmax_cross_entropy(maps["logits"], labels)
    gradients: Arrays = {}

    def keep(name: str, grad_weight: FloatArray, grad_bias: FloatArray) -> None:
        gradients[f"{name}.weight"], gradients[f"{name}.bias"] = grad_weight, grad_bias

    grad, *both = linear_backward(grad, maps["flat"], parameters["fc.weight"])
    keep("fc", *both)
    grad = grad.reshape(maps["pool2"].shape)
    for number in (2, 1):
        grad = max_pool2d_backward(grad, maps[f"relu{number}"], 2)
        grad = relu_backward(grad, maps[f"conv{number}"])
        weight, entering = parameters[f"conv{number}.weight"], maps[f"pool{number - 1}"]
        grad, *both = conv2d_backward(grad, entering, weight, padding=1)
        keep(f"conv{number}", *both)
    return loss, gradients
    ### END SOLUTION


def predict(parameters: Arrays, images: FloatArray) -> IntArray:
    """Name the class with the largest logit for each image.

    Parameters
    ----------
    parameters : dict of str to ndarray
        As `initial_parameters` names them.
    images : ndarray, shape (N, 1, 8, 8)
        A batch of digits.

    Returns
    -------
    ndarray of int, shape (N,)
        The predicted labels.
    """
    predicted: IntArray = forward(parameters, images)["logits"].argmax(axis=1)
    return predicted


def train(
    parameters: Arrays,
    images: FloatArray,
    labels: IntArray,
    rng: np.random.Generator,
    epochs: int = 15,
    batch_size: int = 32,
    learning_rate: float = 0.1,
    momentum: float = 0.9,
) -> list[float]:
    """Improve the parameters, in place, by stochastic gradient descent.

    In every epoch the examples are taken in a new order, `batch_size` at a time. A
    velocity ``v``, at first 0, belongs to every parameter; a step is
    ``v = momentum * v - rate * gradient``, and then ``parameter += v``. The rate falls
    in a straight line, from `learning_rate` at the first step to 0 after the last.

    Parameters
    ----------
    parameters : dict of str to ndarray
        As `initial_parameters` names them; they are changed.
    images : ndarray, shape (N, 1, 8, 8)
        The digits to learn from.
    labels : ndarray of int, shape (N,)
        Their classes.
    rng : Generator
        Where the order is drawn from.
    epochs : int, default 15
        How many times every example is seen.
    batch_size : int, default 32
        Examples in a step; the last step of an epoch may have fewer.
    learning_rate, momentum : float, defaults 0.1 and 0.9
        Size of the first step, and the fraction of the velocity that stays.

    Returns
    -------
    list of float
        The loss of each step, in order.
    """
    velocities = {name: np.zeros_like(array) for name, array in parameters.items()}
    starts = range(0, len(images), batch_size)
    rates = np.linspace(learning_rate, 0, epochs * len(starts), endpoint=False)
    losses: list[float] = []
    for _ in range(epochs):
        order = rng.permutation(len(images))
        for start in starts:
            batch = order[start : start + batch_size]
            loss, gradients = loss_and_gradients(
                parameters, images[batch], labels[batch]
            )
            rate = float(rates[len(losses)])
            losses.append(loss)
            for name, array in parameters.items():
                velocities[name] *= momentum
                velocities[name] -= rate * gradients[name]
                array += velocities[name]
    return losses


def learn_digits(
    images: FloatArray, labels: IntArray, held_out: FloatArray
) -> IntArray:
    """Train a network of your own, and let it read digits that it has not seen.

    Parameters
    ----------
    images : ndarray, shape (N, 1, 8, 8)
        The digits to learn from; brightness from 0 to 1.
    labels : ndarray of int, shape (N,)
        Their classes, from 0 to 9.
    held_out : ndarray, shape (M, 1, 8, 8)
        Other digits.

    Returns
    -------
    ndarray of int, shape (M,)
        The class that the network gives to each of the held-out digits.

    Raises
    ------
    ShapeError
        If the images and labels are not such batches.
    """
    check_digits("images", images, labels)
    check_digits("held_out", held_out)
    ### BEGIN SOLUTION
    rng = np.random.default_rng(0)
    parameters = initial_parameters(rng, dtype=np.float32)
    epochs = max(15, 2000 // len(images))  # a few images have to be seen more often
    train(parameters, images.astype(np.float32), labels, rng, epochs)
    return predict(parameters, held_out.astype(np.float32))
    ### END SOLUTION
