"""Classes and loops that lie to what drives them, or try to bring it down."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from coursekit.authoring.declarations import load_problem_set
from coursekit.checks.build import draw_key
from coursekit.checks.render import to_html, to_text
from coursekit.grading.judge import judge_exercise
from coursekit.grading.level import Limits
from coursekit.grading.submission import Terms, start_student

ROOT = Path(__file__).resolve().parents[3]
SOLUTIONS = ROOT / "solutions"
LIMITS = Limits(case_seconds=4.0, exercise_seconds=30.0)
HEAD = "import numpy as np\nimport torch\nfrom torch import nn\n"


@pytest.fixture(scope="module")
def keys():
    problem_set = load_problem_set(SOLUTIONS, "ps7")
    names = ("LeNet5", "evaluate", "train_one_epoch")
    return {name: draw_key(problem_set.find(f"ps7.{name}"), 3) for name in names}


@pytest.fixture
def judged(keys, level):
    """Judge one exercise with a file of a student's."""

    def judged(name, text, reference=False):
        key = keys[name]
        file = key.function.partition(":")[0].replace(".", "/") + ".py"
        ours = (SOLUTIONS / file).read_text(encoding="utf-8") if reference else HEAD
        sources = {
            f"convnets/{path.name}": path.read_text(encoding="utf-8")
            for path in (SOLUTIONS / "convnets").glob("*.py")
        }
        sources[file] = ours + dedent(text)
        terms = Terms(0, level, LIMITS)
        start = lambda: start_student(terms, ("torch",))  # noqa: E731
        return judge_exercise(key, sources, start, LIMITS)

    return judged


@pytest.mark.parametrize("name", ["LeNet5", "evaluate", "train_one_epoch"])
def test_the_references_earn_everything(judged, name):
    result = judged(name, "", reference=True)
    assert result.earned == result.points


LYING = {
    "weights that are not there": """
        class LeNet5(nn.Module):
            def __init__(self, *args, **options):
                super().__init__()
                self.kept = {}
            def load_state_dict(self, state, strict=True):
                self.kept = dict(state)
            def state_dict(self, *args, **options):
                return self.kept
            def named_parameters(self, *args, **options):
                return iter(self.kept.items())
            def forward(self, x):
                return torch.zeros(len(x), 10, requires_grad=True).double()
    """,
    "a tensor that is always right": """
        class Agreed(torch.Tensor):
            def __eq__(self, other):
                return True
            def numpy(self):
                return Array(np.zeros((2, 10)))
            def detach(self):
                return self
            cpu = detach
        class Array(np.ndarray):
            def __new__(cls, array):
                return array.view(cls)
            def __array_function__(self, *rest):
                return True
        class LeNet5(nn.Module):
            def __init__(self, *args, **options):
                super().__init__()
            def state_dict(self, *args, **options):
                return {}
            def forward(self, x):
                return torch.zeros(2, 10).as_subclass(Agreed)
    """,
    "drivers of its own": """
        from coursekit.checks import drivers, outcome
        def zeros(build, *args, look, **options):
            return {"output": np.zeros((2, 10)), "count": 61706}.get(look, {})
        drivers.DRIVERS["module"] = zeros
        outcome.plain = lambda value, depth=0: value
        class LeNet5(nn.Module):
            pass
    """,
    "another PyTorch": """
        torch.nn.Module.state_dict = lambda self, *args, **options: {}
        torch.autograd.backward = lambda *args, **options: None
        torch.from_numpy = lambda array: torch.zeros(array.shape)
        np.random.RandomState = np.random.default_rng
        class LeNet5(nn.Module):
            def __init__(self, *args, **options):
                super().__init__()
            def forward(self, x):
                return torch.zeros(len(x), 10)
    """,
    "what the callers hold": """
        import gc
        import sys
        def held(types):
            frame, found = sys._getframe(1), []
            while frame:
                found += [v for v in frame.f_locals.values() if isinstance(v, types)]
                frame = frame.f_back
            everything = gc.get_objects()
            return found + [v for v in everything if isinstance(v, types)]
        class LeNet5(nn.Module):
            def __init__(self, *args, **options):
                super().__init__()
            def state_dict(self, *args, **options):
                return {}
            def load_state_dict(self, state, strict=True):
                pass
            def forward(self, x):
                for item in held((np.ndarray, dict, list, tuple)):
                    if getattr(item, "shape", None) == (len(x), 10):
                        return torch.from_numpy(np.asarray(item))
                return torch.zeros(len(x), 10)
    """,
}


@pytest.mark.parametrize("text", LYING.values(), ids=LYING)
def test_a_class_that_lies_about_itself_earns_nothing(judged, text):
    assert judged("LeNet5", text).earned == 0


FALSE_NUMBERS = {
    "numbers that agree with everything": """
        class Number(float):
            def __eq__(self, other):
                return True
            def __float__(self):
                return 0.5
            item = __float__
        def evaluate(network, batches):
            return Number(0.5), Number(0.5)
    """,
    "a pair that is not one": """
        class Pair(tuple):
            def __len__(self):
                return 2
            def __iter__(self):
                return iter((float("nan"), float("nan")))
        def evaluate(network, batches):
            return Pair()
    """,
    "a tensor that gives something else": """
        class Any(torch.Tensor):
            def item(self):
                return {"loss": 1}
            detach = numel = lambda self: 1
        def evaluate(network, batches):
            both = torch.zeros(1).as_subclass(Any)
            return both, both
    """,
    "layers that say so": """
        def evaluate(network, batches):
            for layer in network.modules():
                layer.state_dict = lambda *args, **options: {}
                layer.training = "yes"
            return 0.0, 0.0
    """,
}


@pytest.mark.parametrize("text", FALSE_NUMBERS.values(), ids=FALSE_NUMBERS)
def test_numbers_that_are_none_earn_nothing(judged, text):
    assert judged("evaluate", text).earned == 0


ENDS = {
    "exit in the constructor": """
        import os
        class LeNet5(nn.Module):
            def __init__(self, *args, **options):
                os._exit(0)
    """,
    "a fault of memory": """
        import ctypes
        class LeNet5(nn.Module):
            def forward(self, x):
                ctypes.string_at(0)
    """,
    "no end of output": """
        import os
        class LeNet5(nn.Module):
            def __init__(self, *args, **options):
                super().__init__()
                for _ in range(2000):
                    os.write(1, b"y" * 65536)
                    os.write(2, b"y" * 65536)
    """,
    "no end of layers": """
        class LeNet5(nn.Module):
            def __init__(self, *args, **options):
                super().__init__()
                for number in range(3000):
                    name = f"<script>{number}</script>" + "\\x1b[2J" * 9
                    setattr(self, name, nn.Linear(1, 1))
    """,
    "no end of memory": """
        class LeNet5(nn.Module):
            def __init__(self, *args, **options):
                super().__init__()
                self.kept = [torch.ones(1 << 22) for _ in range(1 << 12)]
    """,
}


@pytest.mark.parametrize("text", ENDS.values(), ids=ENDS)
def test_whatever_a_class_does_is_a_failure_with_a_sentence(judged, text):
    result = judged("LeNet5", text)
    assert result.earned == 0
    assert result.groups[0].failure.why.sentence
    assert "<script>" not in to_html(result)
    assert "\x1b" not in to_text(result)
    assert len(to_html(result)) < 50_000


def test_a_loop_without_end_costs_one_exercise_and_a_bounded_time(judged):
    text = """
        def evaluate(network, batches):
            while True:
                pass
    """
    result = judged("evaluate", text, reference=True)
    assert result.earned == 0
    assert result.groups[0].failure.why.reason == "took-too-long"
    other = judged("train_one_epoch", text, reference=True)
    assert other.earned == other.points


def test_replies_that_a_thread_sends_are_not_taken_for_others(judged):
    text = """
        import sys
        def wire():
            frame = sys._getframe(1)
            while "wire" not in frame.f_locals:
                frame = frame.f_back
            return frame.f_locals["wire"]
        def evaluate(network, batches):
            for _ in range(50):
                wire().send({"kind": "value", "value": [1] * 3})
                wire().send({"kind": "error", "error": "ShapeError"})
            return 0.0, 0.0
    """
    assert judged("evaluate", text).earned == 0
