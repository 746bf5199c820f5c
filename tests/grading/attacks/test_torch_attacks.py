"""What PyTorch, loaded into a student's process, must not open."""

from __future__ import annotations

from textwrap import dedent

import pytest

from coursekit.grading import submission, warm
from coursekit.grading.level import Limits
from coursekit.grading.submission import Terms, start_student

ATTEMPT = """
import os, sys, torch
try:
    found = ({code})
except BaseException as err:
    found = type(err).__name__
"""
REFUSED = {
    "DistNetworkError",
    "FileNotFoundError",
    "ImportError",
    "ModuleNotFoundError",
    "OSError",
    "PermissionError",
    "RuntimeError",
    "URLError",
}
LARGE = Limits(case_seconds=10.0, memory_bytes=512 << 20)


@pytest.fixture
def inside(level):
    """Run code in a student process with PyTorch; return what it assigns to `found`."""

    def inside(code):
        source = f"{dedent(code)}\nraise RuntimeError(repr(found))\n"
        sources = {"convnets/__init__.py": "", "convnets/inside.py": source}
        request = {"module": "convnets.inside", "function": "f", "sources": sources}
        student = start_student(Terms(0, level, LARGE), ("torch",))
        student.wire.send(request)
        report = student.wire.receive(1 << 20, 20)
        student.end()
        kind, _, found = report["message"].partition(": ")
        assert kind == "RuntimeError", report
        return found

    return inside


@pytest.fixture
def attempt(inside):
    return lambda code: inside(ATTEMPT.format(code=code)).strip("'")


@pytest.mark.parametrize(
    "code",
    [
        "torch.save([1], '/out')",
        "torch.save([1], torch.__file__ + '.x')",
        "torch.load('/etc/passwd')",
        "torch.load('/proc/self/maps')",
        "torch.hub.load_state_dict_from_url('http://127.0.0.1/x.pt')",
        "torch.hub.list('owner/name')",
        "torch.ones(3).share_memory_()",
        "torch.from_file('/etc/passwd', size=9, dtype=torch.uint8)",
        "torch.from_file('/shared', shared=True, size=9)",
        "__import__('torch.multiprocessing').multiprocessing.Process(target=print)"
        ".start()",
        "__import__('torch.multiprocessing').multiprocessing.spawn(print)",
        "__import__('torch.distributed').distributed.init_process_group("
        "'gloo', init_method='tcp://127.0.0.1:29500', rank=0, world_size=1)",
        "__import__('torch.utils.cpp_extension').utils.cpp_extension.load_inline("
        "'x', 'int f() { return 1; }')",
    ],
)
def test_torch_opens_no_file_network_or_process(attempt, code):
    assert attempt(code) in REFUSED


def test_the_process_with_torch_holds_no_key_and_no_reference(inside):
    found = inside(
        """
        import gc, sys, torch
        parts = ("build", "judge", "bundle", "keys", "exercises", "answers", "bugs")
        loaded = [name for name in sys.modules if name.rpartition(".")[2] in parts
                  and name.startswith(("coursekit", "exercises"))]
        keys = [type(item).__name__ for item in gc.get_objects()
                if type(item).__name__ in ("Key", "KeyCase", "Exercise")]
        found = loaded + keys
        """
    )
    assert found == "[]"


def test_the_template_holds_no_path_of_ours_in_its_arguments(inside):
    assert inside("import sys; found = sys.argv + sys.orig_argv") == str(
        ["student"] * 2
    )


def test_memory_beside_torch_is_limited(attempt):
    assert attempt("torch.ones(1 << 28).shape") == "RuntimeError"
    assert attempt("torch.ones(1 << 20).shape[0]") == str(1 << 20)


def test_what_a_student_does_to_torch_does_not_last(inside):
    inside("import torch; torch.ones = None; found = 1")
    assert inside("import torch; found = torch.ones(2).sum().item()") == "2.0"


def test_a_template_that_was_killed_is_replaced(inside):
    inside("found = 1")
    (template,) = [t for t in submission._templates if t.libraries]
    template.process.kill()
    template.process.wait()
    assert inside("import torch; found = torch.ones(2).sum().item()") == "2.0"


def test_two_graders_have_torch_at_once(level):
    first, second = (warm.start_template(level, ("torch",)) for _ in range(2))
    students = [template.start_student(LARGE) for template in (first, second)]
    for student in students:
        student.end()
    first.close()
    second.start_student(LARGE).end()
    second.close()
