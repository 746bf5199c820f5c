"""Every wall around a student process, tried from inside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import coursekit

if sys.platform != "linux":
    pytest.skip("students' code is confined on Linux only", allow_module_level=True)

from coursekit.grading import seccomp, submission, warm
from coursekit.grading.engine import grade, probe
from coursekit.grading.level import Level

Inside = Callable[[str], str]

ATTEMPT = """\
try:
    found = ({code})
except Exception as err:
    found = type(err).__name__
"""


@pytest.fixture
def attempt(found_inside: Inside) -> Inside:
    """Evaluate an expression inside a student process: its value or its error."""

    def attempt(code: str) -> str:
        return found_inside("import os, sys\n" + ATTEMPT.format(code=code)).strip("'")

    return attempt


def test_this_machine_reaches_full_where_it_has_namespaces():
    if not Path("/proc/self/ns/user").exists():
        pytest.skip("the kernel has no user namespaces")
    assert probe("limits").rank == "full"


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "/proc/self/status", "/var", "/home", "/proc/cpuinfo", "/sys"],
)
def test_no_file_of_the_machine_is_seen(attempt: Inside, path: str):
    assert attempt(f"os.stat({path!r})") == "FileNotFoundError"


def test_the_course_is_not_seen(attempt: Inside, bundle):
    places = [bundle.paths.solutions, Path(__file__), bundle.paths.notebook]
    for place in [*places, Path(sys.modules["coursekit"].__file__).parent]:
        listed = f"os.path.exists({str(place)!r})"
        assert attempt(listed) == "False"


def test_the_root_holds_nothing_but_the_libraries(attempt: Inside):
    assert attempt("os.listdir('/')") == "PermissionError"
    assert attempt("os.path.exists('/tmp')") == str(
        Path(sys.prefix).is_relative_to("/tmp")
    )


def test_nothing_outside_the_private_folder_can_be_written(attempt: Inside):
    package = str(Path(np.__file__).parent / "planted.py")
    refused = {"PermissionError", "OSError", "FileNotFoundError"}
    for path in (package, "/planted", "/dev/planted", "/tmp/planted"):
        assert attempt(f"open({path!r}, 'w')") in refused


def test_the_private_folder_is_empty_and_small(found_inside: Inside):
    found = found_inside(
        """
        import os
        before = os.listdir()
        try:
            open("fill", "wb").write(b"0" * (64 << 20))
        except OSError as err:
            found = (before, os.getcwd(), type(err).__name__)
        """
    )
    assert found == "([], '/student', 'OSError')"


def test_the_private_folder_does_not_last(grade_text):
    result = grade_text(
        """
        import os
        if os.listdir():
            raise RuntimeError("somebody was here")
        open("trace", "w").write("x")
        """
    )
    assert all(exercise.problem is None for exercise in result.exercises)


@pytest.mark.parametrize(
    "code",
    [
        "__import__('socket').socket()",
        "__import__('socket').create_connection(('127.0.0.1', 80), 1)",
        "__import__('socket').getaddrinfo('localhost', 80) and sock",
    ],
)
def test_there_is_no_network(attempt: Inside, code: str):
    assert attempt(code) in {"PermissionError", "gaierror", "NameError"}


@pytest.mark.parametrize(
    "code",
    [
        "os.fork()",
        "os.execv('/bin/sh', ['sh'])",
        "os.posix_spawn('/bin/sh', ['sh'], {})",
        "__import__('subprocess').run(['true'])",
        "__import__('multiprocessing').Process(target=print).start()",
        "os.kill(1, 9)",
        "os.kill(-1, 9)",
        "os.chmod('/', 0o777)",
        "os.chown('/', 0, 0)",
        "os.setuid(0) or 'root'",
        "os.memfd_create('hog')",
        "os.nice(-5)",
        "os.mknod('/student/device')",
    ],
)
def test_no_process_signal_or_right_can_be_had(attempt: Inside, code: str):
    assert attempt(code) in {"PermissionError", "OSError"}


def test_no_other_process_is_known(attempt: Inside):
    assert attempt("os.getpid(), os.getppid()") == "(1, 0)"


def test_threads_are_counted(found_inside: Inside):
    found = found_inside(
        """
        import threading, time
        found = 0
        try:
            for _ in range(500):
                threading.Thread(target=time.sleep, args=(9,), daemon=True).start()
                found += 1
        except RuntimeError:
            pass
        """
    )
    assert int(found) < 100


def test_memory_ends_where_it_should(attempt: Inside):
    assert attempt("__import__('numpy').ones(1 << 28).shape") == "MemoryError"


def test_descriptors_end_where_they_should(attempt: Inside):
    assert attempt("[os.open('/dev/null', 0) for _ in range(200)]") == "OSError"


@pytest.mark.parametrize("name", ["torch", "scipy", "nbgrader", "sklearn", "pytest"])
def test_no_other_package_can_be_imported(attempt: Inside, name: str):
    packages = str(Path(np.__file__).parents[1])
    assert attempt(f"__import__({name!r})") == "ModuleNotFoundError"
    late = f"sys.path.append({packages!r}) or __import__({name!r})"
    assert attempt(late) == "ModuleNotFoundError"


def test_the_graders_own_modules_are_not_loaded(attempt: Inside):
    loaded = attempt("sorted(m for m in sys.modules if 'coursekit' in m)")
    assert "outcome" in loaded
    for name in ("build", "mark", "judge", "bundle", "keys", "exercises", "compare"):
        assert f".{name}'" not in loaded


def test_the_environment_tells_nothing(attempt: Inside):
    found = attempt("sorted(os.environ)")
    allowed = {"HOME", "TMPDIR", "LC_ALL", "LC_CTYPE"}
    allowed |= {f"{name}_NUM_THREADS" for name in ("OMP", "OPENBLAS", "MKL")}
    assert set(eval(found)) <= allowed


def test_only_the_channel_is_open(found_inside: Inside):
    found = found_inside(
        """
        import fcntl
        found = 0
        for number in range(3, 4000):
            try:
                fcntl.fcntl(number, fcntl.F_GETFD)
            except OSError:
                continue
            found += 1
        """
    )
    assert found == "1"


def test_no_capability_is_left(attempt: Inside):
    control = "__import__('ctypes').CDLL(None).prctl"
    assert attempt(f"[{control}(23, n, 0, 0, 0) for n in range(30)]") == str([0] * 30)


def test_no_namespace_can_be_entered(attempt: Inside):
    unshare = "__import__('ctypes').CDLL(None).unshare"
    assert attempt(f"{unshare}(0x10000000)") == "-1"


def test_the_filter_refuses_each_listed_call_on_both_processors():
    for machine, numbers in seccomp.REFUSED.items():
        code = seccomp.program(machine)
        assert len(code) % 8 == 0
        assert len(numbers) == len(set(numbers.values()))


def test_a_level_says_what_it_lacks():
    assert Level(True, 7, seccomp=True, limits=True).rank == "full"
    assert Level(False, 4, seccomp=True, limits=True).rank == "confined"
    assert Level(False, 2, seccomp=True, limits=True).rank == "limits"
    assert Level(True, 7, seccomp=False, limits=True).rank == "limits"
    assert str(Level(False, 0, seccomp=False, limits=True)) == "limits: limits"


TRIES = """
import os, sys

def tried(code):
    try:
        return str(eval(code, {{"os": os}}))
    except BaseException as err:
        return type(err).__name__

found = [tried(code) for code in {codes!r}]
"""


def test_landlock_and_the_filter_hold_without_namespaces(
    bundle, hand_in, monkeypatch, tmp_path
):
    monkeypatch.setattr(submission, "_templates", [])
    monkeypatch.setattr(warm, "WAYS", ((False, True),))
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    codes = [
        "open('/etc/passwd')",
        "open('/proc/self/maps')",
        "os.listdir('/usr/bin')",
        f"open({str(secret)!r})",
        f"open({str(secret)!r}, 'w')",
        f"os.listdir({str(bundle.paths.solutions)!r})",
        f"os.truncate({str(secret)!r}, 0)",
        f"os.unlink({str(secret)!r})",
        f"os.chmod({str(secret)!r}, 0)",
        f"os.utime({str(secret)!r})",
        "open('/tmp/planted', 'w')",
        f"os.kill({os.getpid()}, 0)",
        "os.fork()",
        "__import__('socket').socket()",
    ]
    body = TRIES.format(codes=codes).replace("\n", "\n    ")
    source = f"def correlate1d(*a, **k):\n    {body}\n    raise RuntimeError(found)"
    try:
        result = grade(hand_in(source), bundle, 7, "confined")
    finally:
        submission.close_templates()
    message = result.exercises[0].groups[0].failure.got.message
    assert result.level.startswith("confined")
    assert message.count("PermissionError") == len(codes), message
    assert secret.read_text() == "hidden"


KILLED = """
import sys
from pathlib import Path
from coursekit.grading.level import Limits
from coursekit.grading.warm import start_template

template = start_template("limits")
student = template.start_student(Limits())
sources = {"convnets/__init__.py": "", "convnets/a.py": "while True: pass"}
request = {"module": "convnets.a", "function": "f", "sources": sources}
student.wire.send(request)
print(template.process.pid, flush=True)
sys.stdin.read()
"""


def test_everything_dies_with_the_judge():
    judge = subprocess.Popen(
        [sys.executable, "-c", KILLED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(coursekit.__file__).parents[1])},
    )
    with judge:
        template = int(judge.stdout.readline())
        family = [template, *descendants(template)]
        assert len(family) == 3
        judge.kill()
    for _ in range(200):
        if not any(Path(f"/proc/{number}").exists() for number in family):
            return
        time.sleep(0.05)
    pytest.fail("something outlives the judge")


def descendants(number: int) -> list[int]:
    """List a process's children and theirs."""
    text = Path(f"/proc/{number}/task/{number}/children").read_text()
    children = [int(word) for word in text.split()]
    return [item for child in children for item in (child, *descendants(child))]
