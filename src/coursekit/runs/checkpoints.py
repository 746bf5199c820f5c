"""Keep a run on the disk after every epoch, so that it can go on where it was cut."""

from __future__ import annotations

import dataclasses
import io
import json
from pathlib import Path
from typing import Any

import torch
from torch import nn

from coursekit import colab
from coursekit.errors import CourseError
from coursekit.runs.presets import Preset

FORMAT = 2
REMEDY = "Name another `checkpoint`, or delete the file to start anew."


@dataclasses.dataclass(frozen=True)
class Identity:
    """What must be the same for one run to continue another.

    Attributes
    ----------
    preset : Preset
        The recipe.
    seed : int
        Where the random numbers come from.
    data : str
        Name of the data set, and how many training examples it has.
    shapes : dict of str to list of int
        The network's weights and buffers.
    """

    preset: Preset
    seed: int
    data: str
    shapes: dict[str, list[int]]

    @classmethod
    def of(cls, network: nn.Module, preset: Preset, seed: int, data: str) -> Identity:
        """Take down what a run is made of."""
        state = network.state_dict().items()
        return cls(preset, seed, data, {name: list(w.shape) for name, w in state})

    def as_text(self) -> str:
        """Write it as JSON, which a checkpoint can hold."""
        return json.dumps({**vars(self), "preset": self.preset.recipe()})


def checkpoint_folder(drive: bool = False) -> Path:
    """Return a folder for checkpoints: here, or on Google Drive.

    Parameters
    ----------
    drive : bool, default False
        Whether it is to outlive the session: on Colab, the course's folder on your
        Drive, which `coursekit.colab.setup(drive=True)` connects. Elsewhere the folder
        `checkpoints` here is safe anyway.

    Raises
    ------
    CourseError
        If Drive is asked for, but not connected.
    """
    if not (drive and colab.on_colab()):
        return Path("checkpoints")
    if not colab.DRIVE.joinpath("MyDrive").is_dir():
        msg = (
            "Your Google Drive is not connected. Run the first cell with "
            "setup(drive=True), and allow Colab to see your Drive."
        )
        raise CourseError(msg)
    return colab.KEPT / "checkpoints"


def save_checkpoint(
    path: Path, identity: Identity, parts: dict[str, Any]
) -> str | None:
    """Write a checkpoint beside the last one, and put it in its place.

    Parameters
    ----------
    path : Path
        Where it belongs.
    identity : Identity
        Which run it is of.
    parts : dict
        Tensors, numbers, words, and lists and dictionaries of them.

    Returns
    -------
    str or None
        A sentence if the disk refused it; then the last checkpoint is as it was.
    """
    buffer = io.BytesIO()
    torch.save({"format": FORMAT, "identity": identity.as_text(), **parts}, buffer)
    return write_checkpoint(path, buffer)


def write_checkpoint(path: Path, buffer: io.BytesIO) -> str | None:
    """Write what a buffer holds beside the last checkpoint, and put it in its place.

    Parameters
    ----------
    path : Path
        Where it belongs.
    buffer : BytesIO
        The checkpoint.

    Returns
    -------
    str or None
        A sentence if the disk refused it; then the last checkpoint is as it was.
    """
    beside = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(buffer.getbuffer())
        beside.replace(path)
    except OSError as err:
        _remove(beside)
        kept = (
            "The one of an earlier epoch is kept" if path.exists() else "There is none"
        )
        return (
            f"The checkpoint {path} could not be written ({err.strerror or err}). "
            f"{kept}, and training goes on: make room, or name another `checkpoint`."
        )
    return None


def load_checkpoint(path: Path, identity: Identity) -> dict[str, Any] | None:
    """Read the checkpoint of a run.

    Parameters
    ----------
    path : Path
        Where it lies.
    identity : Identity
        Which run wants to go on.

    Returns
    -------
    dict or None
        Its parts; None if there is no checkpoint yet.

    Raises
    ------
    CourseError
        If the file is no checkpoint, or one of another run. The file is left alone.
    """
    if not path.exists():
        return None
    try:
        parts = torch.load(path, map_location="cpu", weights_only=True)
        theirs = json.loads(parts["identity"])
        is_known = parts["format"] == FORMAT
    except Exception as err:  # whatever bytes can do to a reader of zips and pickles
        raise broken(path) from err
    if not is_known:
        raise broken(path)
    ours = json.loads(identity.as_text())
    if theirs != ours:
        raise of_another_run(path, _difference(theirs, ours))
    return dict(parts)


def broken(path: Path) -> CourseError:
    """Return the error that says that a file is of no use."""
    return CourseError(
        f"{path} is no checkpoint of this course, or a broken one. {REMEDY}"
    )


def of_another_run(path: Path, difference: str) -> CourseError:
    """Return the error that says what sets the run of a checkpoint apart from ours."""
    return CourseError(
        f"The checkpoint {path} is of another run: {difference}. {REMEDY}"
    )


def unequal(name: str, theirs: Any, ours: Any) -> str:
    """Say that something has another value in a checkpoint than here."""
    return f"its `{name}` is {theirs!r}, and here it is {ours!r}"


def _difference(theirs: dict[str, Any], ours: dict[str, Any]) -> str:
    """Say what sets two runs apart, the most telling thing first."""
    if theirs.get("shapes") != ours["shapes"]:
        return "it holds the weights of another network"
    theirs = {**theirs, **theirs.get("preset", {})}
    ours = {**ours, **ours["preset"]}
    for name in ("name", "seed", "data", *ours):
        if name != "preset" and theirs.get(name) != ours[name]:
            what = "preset" if name == "name" else name
            return unequal(what, theirs.get(name), ours[name])
    return "it comes from another version of the course"


def _remove(path: Path) -> None:
    """Delete a half-written file, if the disk lets us."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
