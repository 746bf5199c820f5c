"""Everything that changes while a network of NumPy arrays is trained, and its file."""

from __future__ import annotations

import dataclasses
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.runs.checkpoints import (
    broken,
    of_another_run,
    unequal,
    write_checkpoint,
)

Arrays = dict[str, npt.NDArray[np.floating[Any]]]


@dataclasses.dataclass
class NumpyRun:
    """What a training leaves behind, besides the parameters.

    Attributes
    ----------
    losses : list of float
        The loss of each step.
    accuracies : list of float
        After each epoch, the share of the other digits named correctly.
    seconds, processor_seconds : list of float
        How long each epoch took by the clock, and what all cores together spent on it;
        the test is not counted.
    """

    losses: list[float] = dataclasses.field(default_factory=list)
    accuracies: list[float] = dataclasses.field(default_factory=list)
    seconds: list[float] = dataclasses.field(default_factory=list)
    processor_seconds: list[float] = dataclasses.field(default_factory=list)


class State:
    """Everything that changes while a network is trained, and its file.

    Parameters
    ----------
    parameters : dict of str to ndarray
        The network's numbers.
    rng : Generator
        Where the order of the images is drawn from.
    """

    def __init__(self, parameters: Arrays, rng: np.random.Generator) -> None:
        self.parameters, self.rng = parameters, rng
        self.velocities = {name: np.zeros_like(a) for name, a in parameters.items()}
        self.run = NumpyRun()

    def save(self, path: Path, identity: str) -> str | None:
        """Write all of it beside the last file, and put it in its place.

        Parameters
        ----------
        path : Path
            Where it belongs.
        identity : str
            Which run it is of.

        Returns
        -------
        str or None
            A sentence if the disk refused it; then the last file is as it was.
        """
        arrays: dict[str, Any] = {"identity": np.array(identity)}
        arrays["rng"] = np.array(json.dumps(self.rng.bit_generator.state))
        for name, array in self.parameters.items():
            arrays[f"parameter {name}"] = array
            arrays[f"velocity {name}"] = self.velocities[name]
        for name, values in vars(self.run).items():
            arrays[f"run {name}"] = np.array(values)
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        return write_checkpoint(path, buffer)

    def load(self, path: Path, identity: str) -> None:
        """Go back to the end of the last epoch that was kept.

        Parameters
        ----------
        path : Path
            The file.
        identity : str
            Which run wants to go on.

        Raises
        ------
        CourseError
            If the file is no checkpoint, or one of another run. It is left alone.
        """
        try:
            # Opened here, so that it is closed here if it is no zip.
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            theirs = json.loads(str(arrays["identity"]))
        except Exception as err:  # whatever bytes can do to a reader of zips
            raise broken(path) from err
        _check_same(path, theirs, json.loads(identity))
        for name, array in self.parameters.items():
            array[...] = arrays[f"parameter {name}"]
            self.velocities[name][...] = arrays[f"velocity {name}"]
        for name, values in vars(self.run).items():
            values[:] = arrays[f"run {name}"].tolist()
        self.rng.bit_generator.state = json.loads(str(arrays["rng"]))


def _check_same(path: Path, theirs: Any, ours: dict[str, Any]) -> None:
    """Raise unless a checkpoint is of this run."""
    if not isinstance(theirs, dict):
        raise broken(path)
    for name, value in ours.items():
        if theirs.get(name) != value:
            raise of_another_run(path, unequal(name, theirs.get(name), value))
