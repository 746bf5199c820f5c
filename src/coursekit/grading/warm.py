"""The judge's side of the warm template: start it, get student processes from it."""

from __future__ import annotations

import importlib.util
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

import coursekit
from coursekit.checks.codec import CodecError
from coursekit.grading.level import Level, Limits
from coursekit.grading.wire import ClosedError, LateError, Wire

START_SECONDS = 60.0
READY_SECONDS = 30.0
LAST_WORDS_SECONDS = 5.0
# How to confine, best first: namespaces, and Landlock with the system call filter.
WAYS = ((True, True), (False, True), (True, False), (False, False))
# One thread each, so that the template can fork; nothing else is passed on.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "LC_ALL": "C.UTF-8",
}


class GraderFault(Exception):
    """Something failed on our side; it must not cost a student anything."""


class Template:
    """A warm template.

    Parameters
    ----------
    namespaces, filters : bool
        How it confines.
    libraries : tuple of str, default ()
        Packages that it has beside NumPy.

    Raises
    ------
    GraderFault
        If it cannot be started like this here.
    """

    def __init__(
        self,
        namespaces: bool = True,
        filters: bool = True,
        libraries: tuple[str, ...] = (),
    ) -> None:
        self.libraries = libraries
        self.control, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        order = {
            "path": [str(folder) for folder in _import_folders(libraries)],
            "control": theirs.fileno(),
            "libraries": list(libraries),
            "folders": [str(folder) for folder in student_folders(libraries)],
            "namespaces": namespaces,
            "filters": filters,
        }
        launcher = Path(__file__).with_name("launch.py")
        options = ["-I", "-S", "-B", "-X", "utf8"]
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, *options, str(launcher), json.dumps(order)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=ENVIRONMENT,
                cwd="/",
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self.level = self._level()

    def start_student(self, limits: Limits) -> StudentProcess:
        """Get a fresh, confined process that waits for sources.

        Raises
        ------
        GraderFault
            If there is none to be had.
        """
        ours, channel = socket.socketpair()
        hand, leash = socket.socketpair()
        student = StudentProcess(Wire(ours), hand, limits)
        with channel, leash:
            try:
                message = json.dumps(limits.to_plain()).encode()
                socket.send_fds(
                    self.control, [message], [channel.fileno(), leash.fileno()]
                )
            except OSError as err:
                student.end()
                msg = "The template that starts student processes is gone."
                raise GraderFault(msg) from err
        student.wait_until_ready()
        return student

    def close(self) -> None:
        """End the template; student processes end with their leashes."""
        self.control.close()
        try:
            self.process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _level(self) -> Level:
        """Wait for the template's report."""
        self.control.settimeout(START_SECONDS)
        try:
            report = json.loads(self.control.recv(1 << 16) or b"{}")
        except OSError as err:
            report = {"error": str(err)}
        if "level" not in report:
            self.close()
            msg = f"No template: {report.get('error', 'it ended at once')}"
            raise GraderFault(msg)
        return Level(**report["level"])


class StudentProcess:
    """A confined process, as the judge sees it.

    Parameters
    ----------
    wire : Wire
        Its channel.
    leash : socket
        Closing it ends the process; the guard's report comes on it.
    limits : Limits
        What the process may use.
    """

    def __init__(self, wire: Wire, leash: socket.socket, limits: Limits) -> None:
        self.wire, self.leash, self.limits = wire, leash, limits

    def wait_until_ready(self) -> None:
        """Wait until the process is confined.

        Raises
        ------
        GraderFault
            If it could not be.
        """
        try:
            greeting = self.wire.receive(4096, READY_SECONDS)
        except (ClosedError, LateError, CodecError) as err:
            greeting = f"{self.last_words()} {err}"
        if greeting != "ready":
            self.end()
            msg = f"A student process could not be confined: {greeting}"
            raise GraderFault(msg)

    def last_words(self) -> dict[str, Any]:
        """Return the guard's report on a process that has ended."""
        try:
            self.leash.settimeout(LAST_WORDS_SECONDS)
            report = json.loads(self.leash.recv(4096) or b"{}")
        except (OSError, ValueError):
            return {}
        return report if isinstance(report, dict) else {}

    def ran_out_of_time(self) -> bool:
        """Whether the process, which has ended, had used up its processor time."""
        spent = self.last_words().get("cpu", 0.0)
        return bool(spent > self.limits.cpu_seconds - 0.5)

    def end(self) -> None:
        """End the process and everything it started."""
        self.wire.close()
        self.leash.close()


def start_template(required: str = "full", libraries: tuple[str, ...] = ()) -> Template:
    """Start a template in the best way that works here.

    Parameters
    ----------
    required : str
        The lowest rank of `Level` to accept.
    libraries : tuple of str, default ()
        Packages that it has beside NumPy.

    Raises
    ------
    GraderFault
        If the machine does not reach it; the message says what it lacks.
    """
    faults = []
    for namespaces, filters in WAYS:
        try:
            template = Template(namespaces, filters, libraries)
        except GraderFault as err:
            faults.append(str(err))
            continue
        if template.level.reaches(required):
            return template
        faults.append(f"only {template.level}")
        template.close()
    msg = f"Students' code cannot be confined as required ({required}): {faults[0]}"
    raise GraderFault(msg)


def student_folders(libraries: tuple[str, ...] = ()) -> list[Path]:
    """List the folders of the packages that students' code may use."""
    package = Path(np.__file__).parent
    compiled = package.with_name("numpy.libs")
    more = [_package_folder(name) for name in libraries]
    return [package, *([compiled] if compiled.is_dir() else []), *more]


def _import_folders(libraries: tuple[str, ...]) -> list[Path]:
    """List where the template finds NumPy, other packages, and the course."""
    folders = [Path(coursekit.__file__).parents[1], Path(np.__file__).parents[1]]
    folders += [_package_folder(name).parent for name in libraries]
    return list(dict.fromkeys(folders))


def _package_folder(name: str) -> Path:
    """Return the folder of an installed package, without importing it.

    Raises
    ------
    GraderFault
        If it is not installed.
    """
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        msg = f"The package {name} is not installed, but exercises need it."
        raise GraderFault(msg)
    return Path(next(iter(spec.submodule_search_locations)))
