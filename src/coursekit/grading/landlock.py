"""Landlock: let a process reach only the files it is told of, for good.

The kernel's interface has grown by versions; every right that the running kernel knows
is taken away, and given back below the listed paths only.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from pathlib import Path

from coursekit.grading.kernel import (
    PR_SET_NO_NEW_PRIVS,
    process_control,
    system_call,
)

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # on every processor
VERSION_FLAG = 1
RULE_PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
# How many of the file rights each version of the interface knows.
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
NETWORK_RIGHTS = 3  # bind and connect, since version 4
SCOPES = 3  # abstract sockets and signals, since version 6

ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
DEVICE = READ_FILE | WRITE_FILE | TRUNCATE


def version() -> int:
    """Return the version of Landlock that the kernel offers; 0 if none."""
    try:
        return system_call("landlock", CREATE_RULESET, 0, 0, VERSION_FLAG)
    except OSError:
        return 0


def restrict(
    readable: Iterable[Path], writable: Iterable[Path], devices: Iterable[Path]
) -> None:
    """Let this process and all that it starts reach nothing but the given paths.

    Parameters
    ----------
    readable, writable : iterable of Path
        Files and folders to read, and folders to do everything in.
    devices : iterable of Path
        Files to read and write, such as ``/dev/null``.
    """
    everything = (1 << FILE_RIGHTS[min(version(), max(FILE_RIGHTS))]) - 1
    network = NETWORK_RIGHTS if version() >= 4 else 0
    scopes = SCOPES if version() >= 6 else 0
    sizes = {0: 8, 1: 8, 2: 8, 3: 8, 4: 16, 5: 16}
    size = sizes.get(version(), 24)
    fields = ctypes.create_string_buffer(
        struct.pack("<QQQ", everything, network, scopes)[:size], size
    )
    ruleset = system_call("landlock_create_ruleset", CREATE_RULESET, fields, size, 0)
    for path in readable:
        _allow(ruleset, path, READ_FILE | READ_DIR)
    for path in writable:
        _allow(ruleset, path, everything & ~EXECUTE)
    for path in devices:
        _allow(ruleset, path, DEVICE & everything)
    process_control("no_new_privs", PR_SET_NO_NEW_PRIVS, 1)
    system_call("landlock_restrict_self", RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    """Give rights below a path, unless there are none to give."""
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except PermissionError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= ON_FILES
        rule = ctypes.create_string_buffer(struct.pack("<Qi", rights, descriptor), 12)
        system_call("landlock_add_rule", ADD_RULE, ruleset, RULE_PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)
