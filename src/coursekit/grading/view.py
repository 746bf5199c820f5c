"""The files that students' code can see: Python, NumPy, and an empty folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from coursekit.grading import kernel

PLACE = Path("/tmp")  # any folder; a file system is mounted on it
OLD = ".old"
PRIVATE = Path("/student")  # the empty folder of each student process
DEVICES = (Path("/dev/null"), Path("/dev/zero"), Path("/dev/urandom"))
PACKAGES = ("site-packages", "dist-packages")  # what is installed beside the library

SAFE = kernel.MS_NOSUID | kernel.MS_NODEV
READ_ONLY = kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY | SAFE
# What an existing mount says about programs and access times cannot be taken back.
KEPT = kernel.MS_NOEXEC | 1024 | 2048 | 1 << 21


@dataclass(frozen=True)
class View:
    """What is to be seen.

    Parameters
    ----------
    libraries : tuple of Path
        Folders of the standard library; what was installed into them is left out.
    folders : tuple of Path
        Folders of the packages that students may use.
    """

    libraries: tuple[Path, ...]
    folders: tuple[Path, ...]

    def readable(self) -> tuple[Path, ...]:
        """List what may be read: the libraries without what was installed there."""
        inside = [path for folder in self.libraries for path in folder.iterdir()]
        allowed = [path for path in inside if path.name not in PACKAGES]
        return (*allowed, *self.folders)

    def build(self) -> None:
        """Make this process see nothing else.

        It needs a mount namespace of its own and the right to mount.
        """
        real = {path: path.resolve() for path in (*self.libraries, *self.folders)}
        _pivot()
        hidden = []
        for folder in self.libraries:
            _bind(folder, real[folder])
            installed = [folder / name for name in PACKAGES]
            hidden += [path for path in installed if path.is_dir()]
        for path in hidden:
            kernel.mount("none", str(path), "tmpfs", SAFE, "size=1m,mode=755")
        for folder in self.folders:
            _bind(folder, real[folder])
        for device in DEVICES:
            device.parent.mkdir(exist_ok=True)
            device.touch()
            kernel.mount(_below_old(device), str(device), flags=kernel.MS_BIND)
        PRIVATE.mkdir()
        kernel.detach(f"/{OLD}")
        Path(f"/{OLD}").rmdir()
        for path in [*hidden, Path("/")]:
            kernel.mount("none", str(path), flags=READ_ONLY)


def _pivot() -> None:
    """Make an empty file system the root, with the old root below it."""
    kernel.mount("none", "/", flags=kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("none", str(PLACE), "tmpfs", SAFE, "size=1m,mode=755")
    (PLACE / OLD).mkdir()
    kernel.pivot_root(str(PLACE), str(PLACE / OLD))
    os.chdir("/")


def _bind(folder: Path, real: Path) -> None:
    """Show a folder at its own place, to read only."""
    if folder.is_dir():
        return  # it lies in one that is in sight already
    folder.mkdir(parents=True)
    both = kernel.MS_BIND | kernel.MS_REC
    kernel.mount(_below_old(real), str(folder), flags=both)
    kept = os.statvfs(folder).f_flag & KEPT
    kernel.mount("none", str(folder), flags=READ_ONLY | kept)


def _below_old(path: Path) -> str:
    """Return where a path lies while the old root is still in sight."""
    return str(Path("/") / OLD / path.relative_to("/"))
