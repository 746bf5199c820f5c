"""Keep pages off the network while they are built.

The builder puts this folder first on PYTHONPATH, so that every kernel imports it when
it starts. A page that tries to reach another machine then fails, here as for a reader
without a connection. It guards against an accident, not against an attack.
"""

import socket
import sys
from typing import Any

LOCAL = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "")


def refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise when Python looks up or connects to another machine."""
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event == "socket.connect" and arguments[0].family != _UNIX:
        host = arguments[1][0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host not in (None, *LOCAL):
        msg = f"The book is built without a network, but a page asked for {host}."
        raise OSError(msg)


_UNIX = getattr(socket, "AF_UNIX", None)
sys.addaudithook(refuse_network)
