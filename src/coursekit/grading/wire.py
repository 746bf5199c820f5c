"""Messages between the judge and a student process, with caps and a deadline."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from typing import Any

from coursekit.checks.codec import HEADER, CodecError, decode, encode

TEXT_BYTES = 8 << 20  # the longest JSON part: source files, or an error's text
CHUNK = 1 << 16


class ClosedError(Exception):
    """The other side has gone."""


class LateError(Exception):
    """The deadline has passed."""


@dataclass
class Wire:
    """One end of a connection.

    Parameters
    ----------
    channel : socket
        A stream.
    """

    channel: socket.socket

    def send(self, message: Any, seconds: float | None = None) -> None:
        """Send a message.

        Raises
        ------
        ClosedError, LateError
            If it did not go out.
        CodecError
            If it holds something that cannot be carried.
        """
        data = encode(message)
        try:
            self.channel.settimeout(seconds)
            self.channel.sendall(data)
        except TimeoutError as err:
            raise LateError from err
        except OSError as err:
            raise ClosedError from err

    def receive(self, data_bytes: int, seconds: float | None = None) -> Any:
        """Receive a message.

        Parameters
        ----------
        data_bytes : int
            How much array data it may hold.
        seconds : float, optional
            How long to wait for the whole of it.

        Raises
        ------
        ClosedError, LateError
            If it did not come.
        CodecError
            If it is too large or not a message.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        sizes = HEADER.unpack(self._read(HEADER.size, deadline))
        if sizes[0] > min(TEXT_BYTES, data_bytes + CHUNK) or sizes[1] > data_bytes:
            msg = "A message is larger than allowed."
            raise CodecError(msg)
        text, data = self._read(sizes[0], deadline), self._read(sizes[1], deadline)
        try:
            return decode(text, data)
        except CodecError:
            raise
        except Exception as err:  # whatever the bytes made happen, they are at fault
            msg = f"A message is not readable: {type(err).__name__}."
            raise CodecError(msg) from err

    def close(self) -> None:
        """Close this end."""
        self.channel.close()

    def _read(self, size: int, deadline: float | None) -> bytes:
        """Read exactly so many bytes."""
        parts = []
        while size:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise LateError
            try:
                self.channel.settimeout(left)
                part = self.channel.recv(min(size, CHUNK))
            except TimeoutError as err:
                raise LateError from err
            except OSError as err:
                raise ClosedError from err
            if not part:
                raise ClosedError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)
