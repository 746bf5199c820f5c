"""Fetch a file from the web whole, or not at all."""

from __future__ import annotations

import errno
import hashlib
import http.client
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from coursekit.errors import CourseError

CHUNK = 1 << 16  # bytes
TIMEOUT = 30.0  # seconds without a byte


class DownloadError(CourseError):
    """A file could not be fetched; the message says why, in one sentence."""


def fetch(urls: Sequence[str], target: Path, md5: str) -> None:
    """Download a file from the first address that has it.

    Parameters
    ----------
    urls : sequence of str
        Where the file lies; they are tried in turn.
    target : Path
        What the file is to be called here; its folder exists.
    md5 : str
        The checksum that it must have, in hexadecimal.

    Raises
    ------
    DownloadError
        If no address gave the file. Nothing of it is left.
    """
    reasons = []
    for url in urls:
        try:
            _fetch_one(url, target, md5)
        except DownloadError as err:
            reasons.append(str(err))
        else:
            return
    raise DownloadError(" ".join(reasons))


@contextmanager
def explain_disk(folder: Path) -> Iterator[None]:
    """Turn what the disk refuses into one sentence.

    Parameters
    ----------
    folder : Path
        Where was to be written.

    Raises
    ------
    DownloadError
        If the disk is full, or `folder` cannot be written to.
    """
    try:
        yield
    except OSError as err:
        if err.errno in (errno.ENOSPC, errno.EDQUOT):
            msg = f"The disk with {folder} is full."
        elif isinstance(err, PermissionError | FileExistsError | NotADirectoryError):
            msg = f"There is no writing in {folder} ({err.strerror})."
        else:
            raise
        raise DownloadError(msg) from err


def check_space(folder: Path, needed: int) -> None:
    """Raise if the disk has too little room.

    Parameters
    ----------
    folder : Path
        A folder on that disk.
    needed : int
        How much room it takes, in bytes.

    Raises
    ------
    DownloadError
        If less is free.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        msg = (
            f"It takes {needed / 1e6:.0f} MB, but the disk with {folder} has "
            f"{free / 1e6:.0f} MB left."
        )
        raise DownloadError(msg)


def _fetch_one(url: str, target: Path, md5: str) -> None:
    """Download from one address; leave nothing if that fails."""
    try:
        received, promised, found = _copy(url, target)
    except BaseException as err:
        target.unlink(missing_ok=True)
        if isinstance(err, OSError | http.client.HTTPException) and not _of_disk(err):
            raise DownloadError(_network_reason(url, err)) from err
        raise
    if found == md5:
        return
    target.unlink()
    if promised is not None and received < promised:
        msg = f"{url} broke off after {received} of {promised} bytes."
    else:
        msg = f"{url} has the checksum {found}, but should have {md5}."
    raise DownloadError(msg)


def _copy(url: str, target: Path) -> tuple[int, int | None, str]:
    """Write what an address sends; return its length, the promise and its MD5."""
    digest = hashlib.md5(usedforsecurity=False)
    request = urllib.request.Request(url, headers={"User-Agent": "convnets-course"})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as reply:
        length = reply.headers.get("Content-Length")
        received = 0
        with explain_disk(target.parent), target.open("wb") as file:
            while chunk := reply.read(CHUNK):
                file.write(chunk)
                digest.update(chunk)
                received += len(chunk)
    return received, int(length) if length else None, digest.hexdigest()


def _of_disk(err: BaseException) -> bool:
    """Whether the disk, not the network, is to blame."""
    return isinstance(err, PermissionError | FileNotFoundError | NotADirectoryError)


def _network_reason(url: str, err: OSError | http.client.HTTPException) -> str:
    """Say in one sentence why an address gave nothing."""
    if isinstance(err, urllib.error.HTTPError):
        return f"{url} answers {err.code} ({err.reason})."
    if isinstance(err, urllib.error.URLError | TimeoutError):
        reason = err.reason if isinstance(err, urllib.error.URLError) else "no answer"
        return f"{url} cannot be reached ({reason})."
    return f"{url} broke off ({str(err) or type(err).__name__})."
