"""How well students' code is confined, and how much of the machine it may use."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

RANKS = ("limits", "confined", "full")
ENOUGH_LANDLOCK = 3  # earlier versions let a file be emptied


@dataclass(frozen=True)
class Limits:
    """What one exercise of one submission may use.

    Parameters
    ----------
    case_seconds : float, default 4
        Longest wait for one case or for the import.
    exercise_seconds : float, default 10
        Longest wait for all cases of an exercise together.
    cpu_seconds : int, default 10
        Processor time of one process.
    memory_bytes : int, default 1 GiB
        Memory on top of what the libraries take.
    file_bytes : int, default 16 MiB
        Size of the private folder, which is empty at the start and thrown away.
    reply_bytes : int, default 1 MiB
        Largest answer to one case, on top of twice the expected one.
    """

    case_seconds: float = 4.0
    exercise_seconds: float = 10.0
    cpu_seconds: int = 10
    memory_bytes: int = 1 << 30
    file_bytes: int = 16 << 20
    reply_bytes: int = 1 << 20

    def allowing(self, seconds: float) -> Limits:
        """Return limits that let one case take so long, if that is more."""
        if seconds <= self.case_seconds:
            return self
        return replace(
            self,
            case_seconds=seconds,
            exercise_seconds=max(self.exercise_seconds, 2.5 * seconds),
            cpu_seconds=max(self.cpu_seconds, math.ceil(2.5 * seconds)),
        )

    def to_plain(self) -> dict[str, Any]:
        """Return the fields as a dictionary."""
        return asdict(self)


@dataclass(frozen=True)
class Level:
    """What stands between students' code and the machine.

    Parameters
    ----------
    namespaces : bool
        Whether it has its own user, PID, mount, network and IPC namespaces, and so
        sees only the files it needs.
    landlock : int
        Version of Landlock in force; 0 if there is none.
    seccomp : bool
        Whether system calls are filtered.
    limits : bool
        Whether memory, processor time, files and processes are limited.
    """

    namespaces: bool
    landlock: int
    seccomp: bool
    limits: bool

    @property
    def rank(self) -> str:
        """One of `RANKS`: "full" has everything, "confined" one way to hide files."""
        hidden = self.namespaces or self.landlock >= ENOUGH_LANDLOCK
        if not (hidden and self.seccomp and self.limits):
            return "limits"
        return "full" if self.namespaces and self.landlock else "confined"

    def reaches(self, required: str) -> bool:
        """Whether this is at least the required rank."""
        return RANKS.index(self.rank) >= RANKS.index(required)

    def __str__(self) -> str:
        """Describe the level in a line."""
        parts = [
            "user, PID, mount, network and IPC namespaces" * self.namespaces,
            f"Landlock ABI {self.landlock}" * bool(self.landlock),
            "system call filter" * self.seccomp,
            "limits" * self.limits,
        ]
        return f"{self.rank}: {'; '.join(filter(None, parts)) or 'nothing'}"
