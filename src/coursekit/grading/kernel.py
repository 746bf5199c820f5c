"""The few Linux system calls that Python's `os` module does not offer."""

from __future__ import annotations

import ctypes
import os
from typing import Any

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MNT_DETACH = 2

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38
PR_CAPBSET_DROP = 24

CAPABILITY_VERSION = 0x20080522
INSIDE_ID = 1000  # user and group number inside a user namespace

SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
SYS_CAPSET = {"x86_64": 126, "aarch64": 91}

_libc = ctypes.CDLL(None, use_errno=True)


def checked(name: str, result: int) -> int:
    """Return a system call's result, or raise the error that it reports."""
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def machine_call(name: str, numbers: dict[str, int], *args: Any) -> int:
    """Make a system call whose number depends on the processor."""
    machine = os.uname().machine
    if machine not in numbers:
        msg = f"{name}: not known on {machine}"
        raise OSError(38, msg)
    return system_call(name, numbers[machine], *args)


def system_call(name: str, number: int, *args: Any) -> int:
    """Make a system call by its number; whole numbers are passed as machine words."""
    words = [ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args]
    return checked(name, _libc.syscall(ctypes.c_long(number), *words))


def unshare(flags: int) -> None:
    """Enter new namespaces; a new PID namespace begins with the next child."""
    checked("unshare", _libc.unshare(flags))


def mount(
    source: str, target: str, kind: str = "", flags: int = 0, data: str = ""
) -> None:
    """Mount a file system."""
    texts = [text.encode() or None for text in (source, target, kind)]
    word = ctypes.c_ulong(flags)
    result = _libc.mount(*texts, word, data.encode() or None)
    checked(f"mount on {target}", result)


def detach(target: str) -> None:
    """Take a mounted file system out of sight."""
    checked("umount", _libc.umount2(target.encode(), MNT_DETACH))


def pivot_root(new: str, old: str) -> None:
    """Make `new` the root, and put the old root at `old` below it."""
    machine_call("pivot_root", SYS_PIVOT_ROOT, new.encode(), old.encode())


def process_control(name: str, option: int, value: int = 0) -> None:
    """Set an attribute of this process."""
    words = [ctypes.c_ulong(word) for word in (value, 0, 0, 0)]
    checked(name, _libc.prctl(option, *words))


def drop_capabilities() -> None:
    """Give up every privilege, for good."""
    for capability in range(64):
        _libc.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    nothing = (ctypes.c_uint32 * 6)()
    machine_call("capset", SYS_CAPSET, header, nothing)


def new_user_namespace(flags: int, proc: int) -> None:
    """Enter new namespaces with full rights inside them and none outside.

    Parameters
    ----------
    flags : int
        The other namespaces to enter.
    proc : int
        Descriptor of the folder ``/proc``, which may be out of sight.
    """
    user, group = os.geteuid(), os.getegid()
    unshare(CLONE_NEWUSER | flags)
    texts = {
        "setgroups": "deny",
        "uid_map": f"{INSIDE_ID} {user} 1",
        "gid_map": f"{INSIDE_ID} {group} 1",
    }
    for name, text in texts.items():
        descriptor = os.open(f"self/{name}", os.O_WRONLY, dir_fd=proc)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)
