"""Imports in a student's file fail in a check as they fail in grading."""

import types

import pytest

from coursekit.checks.libraries import only_what_grading_has


def run(source: str, name: str = "convnets.tiny") -> types.ModuleType:
    module = types.ModuleType(name)
    with only_what_grading_has():
        exec(source, vars(module))
    return module


@pytest.mark.parametrize("name", ["torch", "scipy.signal", "sklearn"])
def test_what_grading_lacks_cannot_be_imported(name):
    with pytest.raises(ModuleNotFoundError, match="No module named"):
        run(f"import {name}")


def test_an_import_inside_a_function_fails_when_it_is_called():
    module = run("def f():\n    import scipy\n    return scipy\n")
    with only_what_grading_has(), pytest.raises(ModuleNotFoundError, match="scipy"):
        module.f()


@pytest.mark.parametrize("name", ["numpy", "math", "matplotlib", "coursekit.errors"])
def test_what_grading_has_can_be_imported(name):
    run(f"import {name}")


def test_other_code_imports_what_it_likes():
    run("import scipy", name="somebody.elses")


def test_imports_are_free_again_afterwards():
    run("import math")
    exec("import scipy", {"__name__": "convnets.tiny"})
