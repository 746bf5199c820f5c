"""Read the listed files of one submission from a folder or a zip file, safely."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

FILE_BYTES = 10 << 20  # the largest notebook or source file that is read
ZIP_BYTES = 50 << 20  # the largest zip file
UNPACKED_BYTES = 200 << 20  # what a zip file may claim to hold
ENTRIES = 2000  # files and folders in one submission
DEPTH = 8  # folders inside folders
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")
NAMED = 5  # ignored files that a remark names

Reader = Callable[[str], bytes]


class RefusedError(Exception):
    """A submission, or a file of it, is not taken; the message says why."""


@dataclass
class Files:
    """What was taken from one submission.

    Parameters
    ----------
    contents : dict of str to bytes
        By wanted name.
    problems : list of str
        Why a wanted file was not taken.
    remarks : list of str
        What else there was.
    """

    contents: dict[str, bytes] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read_folder(
    folder: Path, wanted: Sequence[str], optional: Sequence[str] = ()
) -> Files:
    """Read the wanted files below a folder, following no link.

    Parameters
    ----------
    folder : Path
        A student's folder of one problem set.
    wanted : sequence of str
        Relative names, with forward slashes.
    optional : sequence of str, default ()
        Further names; it is no problem if they are missing.

    Raises
    ------
    RefusedError
        If the folder is a link or holds too much.
    """
    if folder.is_symlink():
        msg = f"The folder {folder.name} is a symbolic link."
        raise RefusedError(msg)
    names = list(_names_in(folder))
    return _choose(wanted, optional, names, lambda name: _read(folder / name))


def read_zip(path: Path, wanted: Sequence[str], optional: Sequence[str] = ()) -> Files:
    """Read the wanted files of a zip file.

    Raises
    ------
    RefusedError
        If the file is not a sound zip file of a reasonable size, or any of its
        members is a link, lies outside, or is an archive itself.
    """
    _check_plain(path)
    if path.stat().st_size > ZIP_BYTES:
        msg = f"The zip file is larger than {_mib(ZIP_BYTES)}."
        raise RefusedError(msg)
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive.infolist())
            names = [info.filename for info in archive.infolist() if not info.is_dir()]
            return _choose(wanted, optional, names, lambda name: _unpack(archive, name))
    except (zipfile.BadZipFile, EOFError, ValueError, struct.error) as err:
        msg = "The zip file is damaged or is not a zip file."
        raise RefusedError(msg) from err


MANIFEST = "manifest.json"  # `course submit` adds it; nobody grades it


def _choose(
    wanted: Sequence[str], optional: Sequence[str], names: Sequence[str], read: Reader
) -> Files:
    """Read each wanted file, from its own place or from the only place there is."""
    files = Files()
    taken = set()
    for want in (*wanted, *optional):
        name = _find(want, names)
        if name is None:
            count = sum(_is_alike(want, other) for other in names)
            if want in optional and count:
                files.problems.append(f"{want} is there {count} times, elsewhere.")
            elif want in optional:
                files.remarks.append(f"{want} was not handed in.")
            else:
                files.problems.append(_missing(want, names))
            continue
        taken.add(name)
        if name != want:
            files.remarks.append(f"{clean(name)} was taken as {want}.")
        try:
            files.contents[want] = read(name)
        except RefusedError as err:
            files.problems.append(str(err))
    extra = [clean(name) for name in names if name not in (*taken, MANIFEST)]
    if extra:
        more = f" and {len(extra) - NAMED} more" if len(extra) > NAMED else ""
        files.remarks.append(f"Ignored: {', '.join(sorted(extra)[:NAMED])}{more}.")
    return files


def _find(want: str, names: Sequence[str]) -> str | None:
    """Find a wanted file by its place, else by its name or kind, if only one has it."""
    if want in names:
        return want
    path = PurePosixPath(want)
    visible = [name for name in names if not _is_hidden(name)]
    for alike in (
        [name for name in visible if name.endswith(f"/{want}")],
        [name for name in visible if PurePosixPath(name).name == path.name],
        [name for name in visible if path.suffix == ".ipynb" == name[-6:]],
    ):
        if alike:
            return alike[0] if len(alike) == 1 else None
    return None


def _is_alike(want: str, name: str) -> bool:
    """Whether a file has a wanted one's name, wherever it lies."""
    return not _is_hidden(name) and PurePosixPath(name).name == want


def _missing(want: str, names: Sequence[str]) -> str:
    """Say that a wanted file is not there, or why it cannot be."""
    folder = want.partition("/")[0]
    if folder != want and folder in names:
        return f"{want} is missing: {folder} is a link or a file."
    return f"{want} is missing."


def _is_hidden(name: str) -> bool:
    """Whether a file is a checkpoint, or one that a system put there."""
    parts = PurePosixPath(name).parts
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)


def _names_in(folder: Path) -> Iterable[str]:
    """List everything below a folder that is not a folder, links as themselves."""
    count = 0
    for place, folders, files in os.walk(folder):
        here = Path(place).relative_to(folder)
        linked = [name for name in folders if (Path(place) / name).is_symlink()]
        folders[:] = sorted(set(folders) - set(linked))
        count += len(folders) + len(files) + len(linked)
        if count > ENTRIES or len(here.parts) > DEPTH:
            msg = f"The submission holds more than {ENTRIES} files or too many folders."
            raise RefusedError(msg)
        for name in sorted([*files, *linked]):
            yield (here / name).as_posix()


def _read(path: Path) -> bytes:
    """Read a file that is nothing but a file."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    _check_plain(path)
    with os.fdopen(os.open(path, flags), "rb") as file:
        _check_mode(path.name, os.fstat(file.fileno()))
        data = file.read(FILE_BYTES + 1)
    return _within(path.name, data)


def _unpack(archive: zipfile.ZipFile, name: str) -> bytes:
    """Unpack one member, whatever size it claims to have."""
    try:
        with archive.open(name) as file:
            return _within(PurePosixPath(name).name, file.read(FILE_BYTES + 1))
    except (zipfile.BadZipFile, zlib.error, EOFError) as err:
        msg = f"{clean(name)} is damaged in the zip file."
        raise RefusedError(msg) from err
    except RuntimeError as err:  # encrypted
        msg = f"{clean(name)} is encrypted in the zip file."
        raise RefusedError(msg) from err


def _check_plain(path: Path) -> None:
    """Refuse links, devices and pipes before they are opened."""
    _check_mode(path.name, path.lstat())


def _check_mode(name: str, status: os.stat_result) -> None:
    """Refuse anything but a file of its own."""
    if stat.S_ISLNK(status.st_mode):
        msg = f"{clean(name)} is a symbolic link."
    elif not stat.S_ISREG(status.st_mode):
        msg = f"{clean(name)} is not a file."
    elif status.st_nlink > 1:
        msg = f"{clean(name)} is a hard link."
    else:
        return
    raise RefusedError(msg)


def _check_members(members: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse a zip file for any member that an honest one would not have."""
    if len(members) > ENTRIES:
        msg = f"The zip file holds more than {ENTRIES} files."
        raise RefusedError(msg)
    if sum(info.file_size for info in members) > UNPACKED_BYTES:
        msg = f"The zip file unpacks to more than {_mib(UNPACKED_BYTES)}."
        raise RefusedError(msg)
    seen = set()
    for info in members:
        name, kind = info.filename, stat.S_IFMT(info.external_attr >> 16)
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if name.startswith(("/", "\\")) or ".." in parts or name[1:2] == ":":
            msg = f"The zip file holds a path that leads outside: {clean(name)}."
        elif kind and kind not in (stat.S_IFREG, stat.S_IFDIR):
            msg = f"The zip file holds a link or a device: {clean(name)}."
        elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            msg = f"The zip file is packed in an unusual way: {clean(name)}."
        elif name.lower().endswith(ARCHIVES):
            msg = f"The zip file holds another archive: {clean(name)}."
        elif name in seen:
            msg = f"The zip file holds {clean(name)} twice."
        else:
            seen.add(name)
            continue
        raise RefusedError(msg)


def _within(name: str, data: bytes) -> bytes:
    """Return data that is not too large."""
    if len(data) > FILE_BYTES:
        msg = f"{clean(name)} is larger than {_mib(FILE_BYTES)}."
        raise RefusedError(msg)
    return data


def _mib(size: int) -> str:
    """Write a size."""
    return f"{size >> 20} MiB"


def clean(name: str, limit: int = 80) -> str:
    """Make a name that a student chose fit for one line of a report."""
    text = name.encode("utf-8", "replace").decode()
    text = "".join(char if char.isprintable() else "?" for char in text)
    return text if len(text) <= limit else f"{text[:limit]}…"
