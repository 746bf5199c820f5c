"""What a run was and how it went, epoch by epoch, as a file that pages can draw."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from coursekit.errors import CourseError


@dataclasses.dataclass(frozen=True)
class Epoch:
    """One pass over the training data, and the test after it.

    Attributes
    ----------
    train_loss, train_accuracy : float
        As the training loop returned them; the accuracy is a fraction.
    test_loss, test_accuracy : float
        After the epoch, on the test data.
    learning_rate : float
        Of the next step.
    seconds : float
        How long the training took by the clock, without the test.
    processor_seconds : float
        What all cores together spent on it; less than `seconds` where others shared
        them.
    """

    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float
    learning_rate: float
    seconds: float
    processor_seconds: float


@dataclasses.dataclass
class History:
    """A run: what it was made of, and its epochs so far.

    Attributes
    ----------
    preset : str
        Name of the preset.
    network : str
        Name of the network's class.
    dataset : str
        Name of the data set.
    seed : int
        Where order and changes of the pictures came from.
    device : str
        The hardware.
    precision : str
        What the network computed in.
    epochs : list of Epoch
        One after the other.
    """

    preset: str
    network: str
    dataset: str
    seed: int
    device: str
    precision: str
    epochs: list[Epoch] = dataclasses.field(default_factory=list)

    @property
    def test_accuracy(self) -> float:
        """Accuracy on the test data after the last epoch, a fraction."""
        return self.epochs[-1].test_accuracy if self.epochs else 0.0

    @property
    def seconds(self) -> float:
        """How long training took by the clock, in seconds."""
        return sum(epoch.seconds for epoch in self.epochs)

    def curve(self, name: str) -> list[float]:
        """Return one number per epoch, such as ``curve("test_accuracy")``."""
        return [getattr(epoch, name) for epoch in self.epochs]

    def as_dict(self) -> dict[str, Any]:
        """Return it all as numbers, words, lists and dictionaries."""
        return dataclasses.asdict(self)

    def save(self, path: str | Path) -> None:
        """Write the history as JSON."""
        text = json.dumps(self.as_dict(), indent=1) + "\n"
        Path(path).write_text(text, encoding="utf-8")

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> History:
        """Make a history of what `as_dict` returned."""
        epochs = [Epoch(**epoch) for epoch in values["epochs"]]
        return cls(**{**values, "epochs": epochs})

    @classmethod
    def load(cls, path: str | Path) -> History:
        """Read a history that was saved.

        Raises
        ------
        CourseError
            If the file holds none.
        """
        try:
            return cls.from_dict(json.loads(Path(path).read_text(encoding="utf-8")))
        except (ValueError, TypeError, KeyError) as err:
            msg = f"{path} holds no history of a run. Save one with `history.save`."
            raise CourseError(msg) from err
