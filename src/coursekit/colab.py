"""Google Colab: find the course's folder there, keep it on Drive, download files.

Everywhere else these functions do nothing.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import shutil
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from coursekit import __version__
from coursekit.errors import CourseError

CONTENT = Path("/content")  # where a Colab session starts
DRIVE = CONTENT / "drive"
KEPT = DRIVE / "MyDrive" / "convnets-course"
STUDENTS_FOLDERS = ("src/convnets", "assignments")


def setup(drive: bool = False, device: bool = False) -> None:
    """Prepare a Colab session; call it as often as you like.

    Your files are those in the folder that it prints: open them in Colab's file pane.
    On your own machine it does nothing and prints nothing.

    Parameters
    ----------
    drive : bool, default False
        Whether to keep your files on your Google Drive, so that they outlive the
        session. Files that are there already are used and never overwritten.
    device : bool, default False
        Whether to say on which device PyTorch computes; that imports PyTorch.

    Raises
    ------
    CourseError
        If the course's folder is not there.
    """
    if not on_colab():
        return
    folder = _find_course()
    if drive:
        folder = _keep_on_drive(folder)
    _put_first(folder / "src")
    parts = [f"convnets-course {__version__}", f"Python {platform.python_version()}"]
    parts.append(f"NumPy {version('numpy')}")
    if device or "torch" in sys.modules:
        parts.append(_torch_and_device())
    click.echo(", ".join(parts))
    click.echo(f"Your files: {folder / 'src' / 'convnets'}")


def on_colab() -> bool:
    """Whether this is a Colab session."""
    return "google.colab" in sys.modules


def current_notebook() -> Any:
    """Return the notebook open in Colab, which lies on no disk here.

    Returns
    -------
    dict or None
        None where Colab does not hand it out.
    """
    with contextlib.suppress(Exception):  # an interface that Colab does not promise
        from google.colab import _message  # type: ignore[import-not-found,unused-ignore]

        answer = _message.blocking_request("get_ipynb", request="", timeout_sec=30)
        return answer["ipynb"]
    return None


def download(path: Path) -> None:
    """Let the browser save a file; outside Colab it is already there."""
    if on_colab():
        from google.colab import files  # type: ignore[import-not-found,unused-ignore]

        files.download(str(path))


def _find_course() -> Path:
    """Return the folder whose `src/convnets` students edit."""
    spec = importlib.util.find_spec("convnets")
    if spec is not None and spec.origin is not None:
        package = Path(spec.origin).parent
        if package.parent.name == "src":
            return package.parent.parent
    found = sorted(CONTENT.glob("*/src/convnets"))
    if not found:
        msg = (
            f"There is no folder with src/convnets in {CONTENT}. "
            "Run the notebook's first cell again: it fetches the course."
        )
        raise CourseError(msg)
    return found[0].parent.parent


def _keep_on_drive(folder: Path) -> Path:
    """Copy what is missing on Drive, and return the folder there."""
    if not DRIVE.joinpath("MyDrive").is_dir():
        from google.colab import drive  # type: ignore[import-not-found,unused-ignore]

        drive.mount(str(DRIVE))
    for part in STUDENTS_FOLDERS if folder != KEPT else ():
        for path in sorted((folder / part).rglob("*")):
            target = KEPT / path.relative_to(folder)
            is_ours = path.name == "__init__.py"  # students edit the others
            if path.is_file() and (is_ours or not target.exists()):
                target.parent.mkdir(parents=True, exist_ok=True)
                beside = target.with_name(f"{target.name}.part")
                shutil.copyfile(path, beside)
                beside.replace(target)
    return KEPT


def _put_first(src: Path) -> None:
    """Let `import convnets` find the files in this folder, here and in `!` commands."""
    others = [item for item in sys.path if item != str(src)]
    sys.path[:] = [str(src), *others]
    os.environ["PYTHONPATH"] = str(src)
    for name in [name for name in sys.modules if name.partition(".")[0] == "convnets"]:
        home = getattr(sys.modules[name], "__file__", None)
        if home is None or not Path(home).is_relative_to(src):
            del sys.modules[name]


def _torch_and_device() -> str:
    """Name PyTorch's version and the fastest device it can use."""
    import torch

    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    return f"PyTorch {torch.__version__} on {device}"
