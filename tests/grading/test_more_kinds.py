"""Grading of what is not a plain NumPy function: numbers, networks, given files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from coursekit.grading.bundle import load_bundle
from coursekit.grading.engine import grade
from coursekit.grading.ingest import ingest

ROOT = Path(__file__).resolve().parents[2]
DECLARATIONS = """
import numpy as np

from convnets.nets import borrow, saliency
from coursekit.checks.declare import *

LAYER = {"type": "Conv2d", "in_channels": 1, "out_channels": 2, "kernel_size": 2}


def networks(rng):
    layer = {**LAYER, "weight": rng.normal(size=(2, 1, 2, 2)) + 3}
    return [case("one layer", [layer, {"type": "ReLU"}], (1, 4, 5))]


def numbers(rng):
    return [case("three", rng.normal(size=3))]


def squared(network, input_shape):
    return saliency(network, input_shape) ** 2


def negative(x):
    return -borrow(x)


PROBLEM_SET = ProblemSet(
    "ps91",
    "Kinds",
    ("nets.py",),
    [
        Exercise(
            "ps91.saliency", "Saliency", saliency, [Group("Networks", 3, networks)],
            [Misconception("squared", "Not squared.", squared)],
            prepare="torch network", libraries=("torch",),
        ),
        Exercise(
            "ps91.borrow", "Borrowed", borrow, [Group("Numbers", 1, numbers)],
            [Misconception("negative", "Keep the sign.", negative)],
        ),
        Numeric(
            "ps91.numbers", "Numbers",
            [Answer("a", "The first", 7, 1, [WrongAnswer("off", "By one.", 8)])],
        ),
    ],
)
"""
GIVEN = '"""Given."""\n\n\ndef double(x):\n    return 2 * x\n'
REFERENCE = '''
"""Networks."""

from convnets.given import double


def saliency(network, input_shape):
    """Give the gradient of the sum of all outputs."""
    ### BEGIN SOLUTION
    import torch

    x = torch.ones(1, *input_shape, dtype=torch.float64, requires_grad=True)
    network(x).sum().backward()
    return x.grad[0].abs().sum(0).numpy()
    ### END SOLUTION


def borrow(x):
    """Double."""
    ### BEGIN SOLUTION
    return double(x)
    ### END SOLUTION
'''


def cell(name, source, **marks):
    marks = {"grade_id": name, "schema_version": 3, "grade": False, **marks}
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {"nbgrader": marks},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def notebook(answers):
    cells = [
        cell("ps91-saliency", "", grade=True, points=3, solution=False),
        cell("ps91-borrow", "", grade=True, points=1, solution=False),
        cell("ps91-numbers-answers", answers, solution=True),
        cell("ps91-numbers", "", grade=True, points=1, solution=False),
    ]
    if answers is None:
        del cells[2]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    root = tmp_path_factory.mktemp("kinds")
    for name, text in {
        "exercises/ps91.py": DECLARATIONS,
        "convnets/__init__.py": '"""A package."""\n',
        "convnets/given.py": GIVEN,
        "convnets/nets.py": REFERENCE,
        "ps91.ipynb": json.dumps(notebook('answers = {"a": None}')),
    }.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    from coursekit.authoring.reference import reference_first

    with reference_first(root):
        yield load_bundle(root, root / "ps91.ipynb", "ps91")


@pytest.fixture
def graded(bundle, tmp_path, level):
    """Hand in a source file and answers, and grade them."""

    def graded(source=REFERENCE, answers='answers = {"a": 3 + 4}'):
        folder = tmp_path / "submitted" / "anna" / "ps91"
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "convnets").mkdir(parents=True)
        (folder / "convnets" / "nets.py").write_text(source, encoding="utf-8")
        text = json.dumps(notebook(answers))
        (folder / "ps91.ipynb").write_text(text, encoding="utf-8")
        store = tmp_path / "store"
        (snapshot,) = ingest(tmp_path / "submitted", bundle.problem_set, store)
        return grade(snapshot, bundle, 5, level)

    return graded


def points(result):
    return {item.exercise.partition(".")[2]: item.earned for item in result.exercises}


def problem(result, name):
    (found,) = [e for e in result.exercises if e.exercise == f"ps91.{name}"]
    return found.problem or found.groups[0].failure.why


def test_networks_given_files_and_numbers_earn_their_points(graded):
    result = graded()
    assert points(result) == {"saliency": 3, "borrow": 1, "numbers": 1}
    assert not result.needs_attention


def test_torch_is_there_for_the_exercise_that_needs_it_and_for_no_other(graded):
    result = graded(REFERENCE.replace("    return double(x)", "    import torch"))
    assert points(result) == {"saliency": 3, "borrow": 0, "numbers": 1}
    assert "No module named 'torch'" in problem(result, "borrow").sentence


def test_a_mistake_in_a_network_exercise_is_named(graded):
    result = graded(REFERENCE.replace(".abs().sum(0)", ".abs().sum(0).square()"))
    assert result.exercises[0].misconceptions == ["squared"]


def test_a_tensor_is_no_array(graded):
    result = graded(REFERENCE.replace(".sum(0).numpy()", ".sum(0)"))
    assert problem(result, "saliency").reason == "wrong-type"
    assert "torch.Tensor" in problem(result, "saliency").sentence


def test_torch_cannot_be_used_to_get_out(graded):
    escape = "import torch; torch.save([1], '/tmp/out'); torch.hub.list('a/b')"
    result = graded(REFERENCE.replace("import torch\n", escape + "\n"))
    assert points(result)["saliency"] == 0


def test_a_file_that_is_given_cannot_be_replaced(graded, tmp_path, bundle, level):
    graded()
    folder = tmp_path / "submitted" / "anna" / "ps91" / "convnets"
    (folder / "given.py").write_text("def double(x):\n    return 3 * x\n")
    store = tmp_path / "store"
    (snapshot,) = ingest(tmp_path / "submitted", bundle.problem_set, store)
    assert points(grade(snapshot, bundle, 5, level))["borrow"] == 1


def test_given_files_are_those_without_a_solution(bundle):
    assert set(bundle.given) == {"convnets/__init__.py", "convnets/given.py"}


def test_wrong_numbers_are_named_and_hidden(graded):
    result = graded(answers='answers = {"a": 8}')
    assert points(result)["numbers"] == 0
    assert result.exercises[2].misconceptions == ["off"]


@pytest.mark.parametrize(
    "answers",
    [
        "answers = {'a': 9 ** 9 ** 9}",
        "(" * 9000,
        "answers = {'a': open('/etc/passwd')}",
    ],
)
def test_answers_are_not_run(graded, answers):
    result = graded(answers=answers)
    assert points(result) == {"saliency": 3, "borrow": 1, "numbers": 0}
    assert problem(result, "numbers").reason == "unreadable-answers"
    assert not result.grader_error


def test_a_missing_cell_with_answers_is_left_to_a_person(graded):
    result = graded(answers=None)
    assert problem(result, "numbers").reason == "not-submitted"
    assert np.isclose(result.earned, 4)
