"""Train a network of NumPy arrays, with progress, and go on where a run was cut.

A network is anything with `loss_and_gradients(parameters, images, labels)` and
`predict(parameters, images)`, such as the modules `convnets.numpy_net` and
`convnets.numpy_lenet`.
"""

from __future__ import annotations

import dataclasses
import json
import math
import time
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from coursekit.errors import CourseError
from coursekit.runs.numpy_state import Arrays, NumpyRun, State
from coursekit.runs.progress import Progress, clock_time

FloatArray = npt.NDArray[np.floating[Any]]
IntArray = npt.NDArray[np.integer[Any]]
Data = tuple[FloatArray, IntArray]

FORMAT = 1


class NumpyNetwork(Protocol):
    """What a network has to offer; a module does as well as an object."""

    def loss_and_gradients(
        self, parameters: Arrays, images: FloatArray, labels: IntArray, /
    ) -> tuple[float, Mapping[str, FloatArray]]:
        """Compute the mean loss of a batch, and a gradient for each parameter.

        Parameters
        ----------
        parameters : dict of str to ndarray
            The network's numbers.
        images : ndarray, shape (N, C, H, W)
            A batch.
        labels : ndarray of int, shape (N,)
            The true classes.

        Returns
        -------
        loss : float
            The mean over the batch.
        gradients : dict of str to ndarray, shapes of the parameters
            Under the same names.
        """

    def predict(self, parameters: Arrays, images: FloatArray, /) -> IntArray:
        """Name the class of each image.

        Parameters
        ----------
        parameters : dict of str to ndarray
            The network's numbers.
        images : ndarray, shape (N, C, H, W)
            Images, any number of them.

        Returns
        -------
        ndarray of int, shape (N,)
            The predicted labels.
        """


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How a network of arrays is trained: gradient descent with momentum.

    Attributes
    ----------
    epochs : int
        Passes over the training data.
    learning_rate : float
        The highest rate of a step.
    batch_size : int, default 64
        Examples in a step.
    momentum : float, default 0.9
        The fraction of the velocity that stays.
    warm_up : float, default 0
        Share of all steps, below 1, in which the rate climbs in a straight line; then
        it falls in a straight line, to 0 after the last step.
    """

    epochs: int
    learning_rate: float
    batch_size: int = 64
    momentum: float = 0.9
    warm_up: float = 0.0

    def rate(self, step: int, total: int) -> float:
        """Return the learning rate of a step, counted from 0, out of `total`.

        Examples
        --------
        >>> recipe = Recipe(epochs=1, learning_rate=1.0, warm_up=0.5)
        >>> [recipe.rate(step, 4) for step in range(4)]
        [0.5, 1.0, 1.0, 0.5]
        """
        climbing = round(self.warm_up * total)
        if step < climbing:
            return self.learning_rate * (step + 1) / climbing
        return self.learning_rate * (total - step) / (total - climbing)


def fit_numpy(
    network: NumpyNetwork,
    parameters: Arrays,
    train: Data,
    test: Data,
    recipe: Recipe,
    seed: int = 0,
    *,
    checkpoint: str | Path | None = None,
    is_shown: bool = True,
) -> NumpyRun:
    """Train a network of arrays, and test it after every epoch.

    Parameters
    ----------
    network : module or object
        Where `loss_and_gradients` and `predict` are.
    parameters : dict of str to ndarray
        The network's numbers; they are changed.
    train, test : pair of ndarray, shapes (N, C, H, W) and (N,)
        Images and their labels: to learn from, and to be tested on.
    recipe : Recipe
        How long and how fast.
    seed : int, default 0
        Decides the order of the images.
    checkpoint : str or Path, optional
        A file, ``.npz``, that is written after every epoch. If it is there already, the
        run goes on from it, and ends as if it had never been cut.
    is_shown : bool, default True
        Whether to show progress.

    Returns
    -------
    NumpyRun
        Losses, accuracies and seconds.

    Raises
    ------
    CourseError
        If the loss is not a number, or the checkpoint is none of this run.
    """
    state = State(parameters, np.random.default_rng(seed))
    path = None if checkpoint is None else Path(checkpoint).expanduser()
    identity = _identity(parameters, train, recipe, seed)
    if path is not None and path.exists():
        state.load(path, identity)
    progress = Progress(recipe.epochs, len(state.run.accuracies), is_shown)
    while len(state.run.accuracies) < recipe.epochs:
        _one_epoch(network, state, train, recipe, progress)
        right = network.predict(parameters, test[0]) == test[1]
        state.run.accuracies.append(float(np.mean(right)))
        _tell(progress, state.run)
        if path is not None:
            complaint = state.save(path, identity)
            if complaint:
                progress.say(complaint)
    return state.run


def _one_epoch(
    network: NumpyNetwork, state: State, train: Data, recipe: Recipe, progress: Progress
) -> None:
    """Take a step for each batch, in a new order."""
    images, labels = train
    starts = range(0, len(images), recipe.batch_size)
    order = state.rng.permutation(len(images))
    clock, processor = time.perf_counter(), time.process_time()
    for number, start in enumerate(starts, start=1):
        batch = order[start : start + recipe.batch_size]
        rate = recipe.rate(len(state.run.losses), recipe.epochs * len(starts))
        loss, gradients = network.loss_and_gradients(
            state.parameters, images[batch], labels[batch]
        )
        _check_loss(loss, len(state.run.losses), recipe)
        state.run.losses.append(float(loss))
        for name, array in state.parameters.items():
            state.velocities[name] *= recipe.momentum
            state.velocities[name] -= rate * gradients[name]
            array += state.velocities[name]
        progress.draw_loss(number / len(starts), loss)
    state.run.seconds.append(time.perf_counter() - clock)
    state.run.processor_seconds.append(time.process_time() - processor)


def _tell(progress: Progress, run: NumpyRun) -> None:
    """Write the line of a finished epoch."""
    steps = len(run.losses) // len(run.accuracies)
    progress.end_line(
        f"loss {np.mean(run.losses[-steps:]):.3f}  "
        f"test accuracy {run.accuracies[-1]:.2%}  {clock_time(run.seconds[-1])}"
    )


def _check_loss(loss: float, step: int, recipe: Recipe) -> None:
    """Raise if training has come apart."""
    if not math.isfinite(loss):
        msg = (
            f"The loss must be a number, but in step {step + 1} it is {loss}. Use a "
            f"lower `learning_rate` than {recipe.learning_rate:g}, and check your "
            "gradients."
        )
        raise CourseError(msg)


def _identity(parameters: Arrays, train: Data, recipe: Recipe, seed: int) -> str:
    """Take down what must be the same for one run to continue another."""
    shapes = {
        name: [str(array.dtype), *array.shape] for name, array in parameters.items()
    }
    data = [len(train[1]), zlib.crc32(np.ascontiguousarray(train[1]).tobytes())]
    recipe_of = dataclasses.asdict(recipe)
    parts = {"shapes": shapes, "seed": seed, "data": data, **recipe_of}
    return json.dumps({"format": FORMAT, **parts})
