"""Recipes for training, each under a name: how long, how fast, and with what data."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Any

from coursekit.batches import Augment, crop, crop_and_mirror, mirror
from coursekit.errors import CourseError

CHANGES = ("none", "shift", "mirror", "shift and mirror")


@dataclasses.dataclass(frozen=True)
class Preset:
    """What a run needs besides the network: all of it goes into the record.

    The optimizer is stochastic gradient descent; the learning rate rises along half a
    cosine and falls along another (one cycle), a step for each batch.

    Attributes
    ----------
    name : str
        What the preset is called.
    network : str
        The network that it was made for.
    dataset : str
        The data set that it was made for.
    purpose : str
        When to take it.
    epochs : int
        Passes over the training data.
    batch_size : int
        Examples per update.
    max_lr : float
        The highest learning rate.
    pct_start : float
        Share of the updates in which the learning rate rises, a fraction from 0 to 1.
    momentum : float
        Nesterov's momentum; 0 is plain gradient descent.
    weight_decay : float
        How strongly weights are pulled to zero.
    changes : str
        What is done to training pictures at random: ``"none"``, ``"shift"``,
        ``"mirror"`` or ``"shift and mirror"``.
    shift : int
        The farthest shift along either axis, in pixels.
    train_examples : int or None
        How many training examples are used; None for all.
    is_mixed : bool
        Whether half precision is used where the processor has it.
    is_channels_last : bool
        Whether the channels of a pixel lie side by side in memory.
    device : str
        What it is meant for, ``"cpu"`` or ``"gpu"``; it runs on both.
    """

    name: str
    network: str
    dataset: str
    purpose: str
    epochs: int
    batch_size: int
    max_lr: float
    pct_start: float = 0.3
    momentum: float = 0.9
    weight_decay: float = 0.0
    changes: str = "none"
    shift: int = 4
    train_examples: int | None = None
    is_mixed: bool = False
    is_channels_last: bool = False
    device: str = "cpu"

    def __post_init__(self) -> None:
        if self.changes not in CHANGES:
            known = ", ".join(f'"{each}"' for each in CHANGES)
            msg = f"`changes` must be one of {known}, but it is {self.changes!r}."
            raise CourseError(msg)

    def recipe(self) -> dict[str, Any]:
        """Return everything that bears on the result."""
        values = dataclasses.asdict(self)
        del values["purpose"]
        return values

    @property
    def augment(self) -> Augment | None:
        """Return what changes the pictures of a batch, or None."""
        functions: dict[str, Augment] = {
            "shift": partial(crop, padding=self.shift),
            "mirror": mirror,
            "shift and mirror": partial(crop_and_mirror, padding=self.shift),
        }
        return functions.get(self.changes)


# What the ResNets have in common.
_RESNET = Preset(
    name="",
    network="resnet20",
    dataset="cifar10",
    purpose="",
    epochs=1,
    batch_size=128,
    max_lr=0.2,
    weight_decay=5e-4,
    changes="shift and mirror",
    is_mixed=True,
    is_channels_last=True,
)
_LENET = Preset(
    name="",
    network="LeNet5",
    dataset="mnist",
    purpose="",
    epochs=2,
    batch_size=64,
    max_lr=0.05,
    is_channels_last=True,  # saves time on a CPU, too: max pooling is quicker
)

_ALL = (
    dataclasses.replace(
        _LENET,
        name="lenet-digits",
        dataset="digits",
        purpose="without a download, in seconds on a CPU",
        epochs=15,
        batch_size=32,
        max_lr=0.03,
    ),
    dataclasses.replace(
        _LENET, name="lenet-quick", purpose="a first result, in seconds on a CPU"
    ),
    dataclasses.replace(
        _LENET,
        name="lenet-long",
        purpose="the real thing, in minutes on a CPU",
        epochs=12,
        weight_decay=5e-4,
        changes="shift",
        shift=2,
    ),
    dataclasses.replace(
        _LENET,
        name="lenet-fashion",
        dataset="fashion-mnist",
        purpose="clothes in place of digits, in minutes on a CPU",
        epochs=12,
        weight_decay=5e-4,
        changes="mirror",
    ),
    dataclasses.replace(
        _RESNET,
        name="resnet-digits",
        dataset="digits",
        purpose="without a download, in a minute on a CPU",
        epochs=5,
        batch_size=32,
        max_lr=0.1,
        changes="shift",
        shift=2,
    ),
    dataclasses.replace(
        _RESNET,
        name="resnet-minute",
        purpose="a look at CIFAR-10, in about a minute on a CPU",
        epochs=2,
        batch_size=64,
        train_examples=20_000,
        changes="mirror",
    ),
    dataclasses.replace(
        _RESNET,
        name="resnet-cpu",
        purpose="a result worth having, in ten minutes on two cores",
        epochs=8,
    ),
    dataclasses.replace(
        _RESNET,
        name="resnet-cpu-hour",
        purpose="a good result, in an hour on two cores",
        epochs=45,
    ),
    dataclasses.replace(
        _RESNET,
        name="resnet20-gpu",
        purpose="ResNet-20 as far as it goes, in minutes on a GPU",
        epochs=60,
        device="gpu",
    ),
    dataclasses.replace(
        _RESNET,
        name="resnet18-gpu",
        network="resnet18 with a small stem",
        purpose="a wide network, in ten minutes on a GPU of Colab",
        epochs=24,
        device="gpu",
    ),
)

PRESETS = {preset.name: preset for preset in _ALL}


def find_preset(name: str | Preset) -> Preset:
    """Return the preset of a name.

    Parameters
    ----------
    name : str or Preset
        Its name; a preset is returned as it is.

    Raises
    ------
    CourseError
        If there is none of that name.
    """
    if isinstance(name, Preset):
        return name
    if name not in PRESETS:
        msg = f"There is no preset {name!r}. Known: {', '.join(PRESETS)}."
        raise CourseError(msg)
    return PRESETS[name]
