"""The warm template: a process with the libraries loaded that forks student processes.

It never runs a student's code and never holds a key, a source file or an answer: those
go straight to the processes it forks. Of every request it sees two descriptors, the
student's channel and a leash, and the limits. A guard holds the leash: when the judge
lets go of it, for whatever reason, the student process and all it started are killed.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from coursekit.grading import sandbox, standin
from coursekit.grading.level import Limits
from coursekit.grading.sandbox import Sandbox
from coursekit.grading.student import serve as serve_student
from coursekit.grading.view import PRIVATE, View
from coursekit.grading.wire import Wire

TRIAL_SECONDS = 30.0
# Loaded once, so that no student's import has to.
PRELOADED = (
    "coursekit.errors",
    "ctypes",
    "decimal",
    "fractions",
    "numpy",
    "numpy.fft",
    "numpy.lib.stride_tricks",
    "numpy.linalg",
    "numpy.ma",
    "numpy.polynomial",
    "numpy.random",
    "numpy.testing",
    "numpy.typing",
    "random",
    "statistics",
    "timeit",
    "unittest.mock",
)
# Loaded for the exercises that may use a package.
MORE = {"torch": ("torch", "torch.nn.functional", "torch.optim.lr_scheduler")}


def run(
    control: int,
    standard: list[str],
    libraries: list[str],
    folders: list[str],
    namespaces: bool,
    filters: bool,
) -> None:
    """Load the libraries, enter the sandbox, report, and serve.

    Parameters
    ----------
    control : int
        Descriptor of the socket on which requests come.
    standard : list of str
        The folders of Python's own library: all that can be imported from later.
    libraries : list of str
        Packages to load beside NumPy.
    folders : list of str
        Folders of the packages that students may use.
    namespaces, filters : bool
        As in `sandbox.prepare`.
    """
    requests = socket.socket(fileno=control)
    try:
        load(libraries)
        sys.path[:] = standard
        prepared = prepare([Path(folder) for folder in folders], namespaces, filters)
    except Exception as err:  # the judge decides what to do about it
        report: dict[str, Any] = {"error": f"{type(err).__name__}: {err}"}
    else:
        report = {"level": vars(prepared.level)}
    requests.send(json.dumps(report).encode())
    while "level" in report:
        message, descriptors, _, _ = socket.recv_fds(requests, 4096, 2)
        if not message:
            return
        fork_guard(prepared, Limits(**json.loads(message)), descriptors)


def load(libraries: Sequence[str]) -> None:
    """Import what no student's import should have to wait for."""
    for name in (*PRELOADED, *(name for item in libraries for name in MORE[item])):
        importlib.import_module(name)
    if "torch" in libraries:
        _touch_torch()


def _touch_torch() -> None:
    """Take a step with an optimizer: the first one imports much of PyTorch.

    It is a step with a single number, which starts no thread.
    """
    import torch

    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=0.1, momentum=0.9)
    parameter.grad = torch.ones(1)
    optimizer.step()
    optimizer.zero_grad()


def prepare(folders: list[Path], namespaces: bool, filters: bool) -> Sandbox:
    """Enter the sandbox, and run an empty student process in it.

    Raises
    ------
    OSError, RuntimeError
        If any of that is not possible here.
    """
    standin.install()
    if sandbox.thread_count() != 1:
        msg = "The template has more than one thread, so it cannot fork safely."
        raise RuntimeError(msg)
    libraries = tuple(Path(item) for item in sys.path if Path(item).is_dir())
    prepared = sandbox.prepare(View(libraries, tuple(folders)), namespaces, filters)
    os.environ["HOME"] = os.environ["TMPDIR"] = str(PRIVATE)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the guards
    gc.collect()
    gc.freeze()
    _try_once(prepared)
    return prepared


def fork_guard(prepared: Sandbox, limits: Limits, descriptors: list[int]) -> None:
    """Fork a guard, which forks a student process.

    Parameters
    ----------
    prepared : Sandbox
        What confines it.
    limits : Limits
        What it may use.
    descriptors : list of int
        Its channel and its leash; closed here.
    """
    if os.fork() == 0:
        _guard(prepared, limits, *descriptors)
    for descriptor in descriptors:
        os.close(descriptor)


def _guard(prepared: Sandbox, limits: Limits, channel: int, leash: int) -> NoReturn:
    """Start a student process, wait for its end or for the judge's word, and report."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        sandbox.close_all_but(channel, leash, prepared.proc)
        prepared.enter_namespaces()
        child = os.fork()
        if child == 0:
            _student(prepared, limits, channel)
        os.close(channel)
        report = _watch(child, leash)
    except Exception as err:
        report = {"error": f"{type(err).__name__}: {err}"}
    try:
        os.write(leash, json.dumps(report).encode())
    finally:
        os._exit(0)


def _student(prepared: Sandbox, limits: Limits, channel: int) -> NoReturn:
    """Confine this process and serve the student's functions."""
    try:
        wire = Wire(socket.socket(fileno=channel))
        try:
            prepared.confine(channel, limits)
        except Exception as err:
            wire.send(f"{type(err).__name__}: {err}")
        else:
            serve_student(wire)
    finally:
        os._exit(0)


def _watch(child: int, leash: int) -> dict[str, Any]:
    """Wait until the child ends or the judge hangs up, and end it in any case."""
    handle = os.pidfd_open(child)
    poller = select.poll()
    poller.register(handle, select.POLLIN)
    poller.register(leash, select.POLLIN)
    ready = [descriptor for descriptor, _ in poller.poll()]
    if handle not in ready:
        os.kill(child, signal.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    return {"status": status, "cpu": usage.ru_utime + usage.ru_stime}


def _try_once(prepared: Sandbox) -> None:
    """Run a student process that is asked nothing."""
    ours, channel = socket.socketpair()
    hand, leash = socket.socketpair()
    with hand:
        fork_guard(prepared, Limits(), [channel.detach(), leash.detach()])
        wire = Wire(ours)
        greeting = wire.receive(4096, TRIAL_SECONDS)
        wire.close()
        hand.settimeout(TRIAL_SECONDS)
        report = json.loads(hand.recv(4096))
    if greeting != "ready" or report.get("status") != 0:
        msg = f"A student process cannot be confined: {greeting} {report}"
        raise RuntimeError(msg)
