"""Confine a process: first the warm template, then every child that runs a student.

The template enters a view of the file system that holds the libraries alone. Each
student process then gets namespaces, limits and filters of its own, and nothing to
take them off with. A step that fails raises, so a process is confined as asked or
does not run.
"""

from __future__ import annotations

import itertools
import os
import resource
import signal
from dataclasses import dataclass
from pathlib import Path

from coursekit.grading import kernel, landlock, seccomp
from coursekit.grading.level import Level, Limits
from coursekit.grading.view import DEVICES, PRIVATE, View

NOBODY = 65534
OPEN_FILES = 64
MOST_DESCRIPTORS = 4096  # more than the template ever opens
PROCESSES = 64  # threads too; the filter allows no other processes at all


@dataclass(frozen=True)
class Sandbox:
    """What the template has prepared for the processes it forks.

    Parameters
    ----------
    level : Level
        What each of them gets.
    proc : int
        Descriptor of ``/proc``.
    readable : tuple of Path
        What Landlock lets them read.
    base_bytes : int
        Memory that the template itself has reserved.
    """

    level: Level
    proc: int
    readable: tuple[Path, ...]
    base_bytes: int

    def enter_namespaces(self) -> None:
        """Give the calling process namespaces; its next child is process 1 in them."""
        if self.level.namespaces:
            flags = (
                kernel.CLONE_NEWNS
                | kernel.CLONE_NEWPID
                | kernel.CLONE_NEWNET
                | kernel.CLONE_NEWIPC
            )
            kernel.new_user_namespace(flags, self.proc)

    def confine(self, channel: int, limits: Limits) -> None:
        """Confine the calling process, for good.

        Parameters
        ----------
        channel : int
            The only descriptor it keeps, besides three that lead nowhere.
        limits : Limits
            What it may use.
        """
        kernel.process_control("pdeathsig", kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        os.setsid()
        os.umask(0o077)
        if self.level.namespaces:
            options = f"size={limits.file_bytes},nr_inodes=1024,mode=700"
            flags = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
            kernel.mount("none", str(PRIVATE), "tmpfs", flags, options)
            os.chdir(PRIVATE)
        if self.level.limits:
            set_limits(limits, self.base_bytes)
        kernel.drop_capabilities()
        if self.level.landlock:
            private = [PRIVATE] if self.level.namespaces else []
            landlock.restrict(self.readable, private, DEVICES)
        silence()
        close_all_but(channel)
        if self.level.seccomp:
            seccomp.restrict()


def prepare(view: View, namespaces: bool, filters: bool) -> Sandbox:
    """Move the calling process, the template, into the view of the file system.

    Parameters
    ----------
    view : View
        What is to be seen.
    namespaces : bool
        Whether to use namespaces; without, Landlock alone hides files.
    filters : bool
        Whether to use Landlock and seccomp as far as the kernel has them.

    Raises
    ------
    OSError
        If the machine does not allow one of them.
    """
    proc = os.open("/proc", os.O_PATH | os.O_CLOEXEC)
    base_bytes = address_space(proc)
    readable = view.readable()
    if namespaces:
        if os.geteuid() == 0:
            kernel.unshare(kernel.CLONE_NEWNS)
        else:
            kernel.new_user_namespace(kernel.CLONE_NEWNS, proc)
        view.build()
        readable = (*view.libraries, *view.folders)  # the rest is out of sight
    leave_root()
    version = landlock.version() if filters else 0
    level = Level(namespaces, version, seccomp=filters, limits=True)
    return Sandbox(level, proc, readable, base_bytes)


def leave_root() -> None:
    """Become an ordinary user, if this is the superuser."""
    if os.geteuid() != 0:
        return
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    # Changing user hides a process from itself; a user namespace needs it visible.
    kernel.process_control("dumpable", kernel.PR_SET_DUMPABLE, 1)


def set_limits(limits: Limits, base_bytes: int) -> None:
    """Limit memory, time, files and processes, with no way to raise them again."""
    space = base_bytes + limits.memory_bytes
    for kind, value in (
        (resource.RLIMIT_AS, space),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_NPROC, PROCESSES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(kind, (value, value))


def close_all_but(*kept: int) -> None:
    """Close every descriptor but these and the three standard ones."""
    edges = sorted({2, *kept})
    for low, high in itertools.pairwise([*edges, MOST_DESCRIPTORS]):
        os.closerange(low + 1, high)


def silence() -> None:
    """Lead standard input and output nowhere."""
    nowhere = os.open("/dev/null", os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)


def address_space(proc: int) -> int:
    """Return how much memory this process has reserved, in bytes."""
    descriptor = os.open("self/statm", os.O_RDONLY, dir_fd=proc)
    try:
        pages = int(os.read(descriptor, 100).split()[0])
    finally:
        os.close(descriptor)
    return pages * resource.getpagesize()


def thread_count() -> int:
    """Return how many threads this process has."""
    return len(list(Path("/proc/self/task").iterdir()))
