"""The bar tells loss, accuracy and time left, in terminals, notebooks and files."""

import io
import sys
import types

import pytest
import torch

from coursekit.runs import progress as module
from coursekit.runs.history import Epoch
from coursekit.runs.precision import WrappedNetwork
from coursekit.runs.progress import Progress, Watched, clock_time

EPOCH = Epoch(0.5, 0.8, 0.25, 0.925, 0.1, 61.0, 50.0)
LOGITS = torch.tensor([[9.0, 0.0], [9.0, 0.0]])
LABELS = torch.tensor([0, 1])


class Clock:
    """A clock that a test moves."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Terminal(io.StringIO):
    def isatty(self):
        return True


def write_to(stream, monkeypatch):
    """Let the bar write there; pytest puts its own in the place of `sys.stderr`."""
    fake = types.SimpleNamespace(stderr=stream, modules=sys.modules)
    monkeypatch.setattr(module, "sys", fake)
    return stream


@pytest.fixture
def terminal(monkeypatch):
    return write_to(Terminal(), monkeypatch)


@pytest.fixture
def clock():
    return Clock()


def test_a_terminal_line_tells_loss_accuracy_and_time_left(terminal, clock):
    bar = Progress(epochs=4, clock=clock)
    clock.now = 10.0
    bar.draw(0.5, LOGITS, LABELS)
    line = terminal.getvalue().rpartition("\r")[2]
    assert "epoch 1/4 ████████████············ " in line
    assert "loss 4.500  accuracy 50.0%" in line
    assert "1:10 left" in line  # half an epoch took 10 s, three and a half are left


def test_after_a_resume_time_left_comes_from_this_session(terminal, clock):
    bar = Progress(epochs=4, done=3, clock=clock)
    clock.now = 10.0
    bar.draw(0.25, None, LABELS)
    assert "epoch 4/4" in terminal.getvalue()
    assert "0:30 left" in terminal.getvalue()
    assert "loss" not in terminal.getvalue()


def test_loss_and_accuracy_run_smoothly(terminal, clock):
    bar = Progress(epochs=1, clock=clock)
    for right in (LABELS, 1 - LABELS.flip(0), torch.zeros_like(LABELS)):
        clock.now += 1
        bar.draw(0.1, LOGITS, right)
    assert "accuracy 60.0%" in terminal.getvalue().rpartition("\r")[2]


def test_the_bar_is_not_drawn_more_often_than_eyes_need(terminal, clock):
    bar = Progress(epochs=1, clock=clock)
    for _ in range(50):
        bar.draw(0.5, LOGITS, LABELS)
        clock.now += 0.01
    assert terminal.getvalue().count("\r") == 2


def test_a_finished_epoch_keeps_its_line(terminal, clock):
    bar = Progress(epochs=2, clock=clock)
    bar.end_epoch(EPOCH)
    assert terminal.getvalue().endswith("1:01\x1b[K\n")
    for part in ("epoch 1/2", "loss 0.500", "80.0%", "test loss 0.250", "92.5%"):
        assert part in terminal.getvalue()


def test_a_file_gets_finished_lines_alone(monkeypatch, clock):
    stream = write_to(io.StringIO(), monkeypatch)
    bar = Progress(epochs=2, clock=clock)
    bar.draw(0.5, LOGITS, LABELS)
    bar.end_epoch(EPOCH)
    assert stream.getvalue().count("\n") == 1
    assert "\r" not in stream.getvalue()


def test_nothing_is_shown_if_not_wanted_but_what_matters_is_said(terminal, clock):
    bar = Progress(epochs=2, is_shown=False, clock=clock)
    bar.draw(0.5, LOGITS, LABELS)
    bar.end_epoch(EPOCH)
    assert terminal.getvalue() == ""
    bar.say("The disk is full.")
    assert terminal.getvalue() == "The disk is full.\n"


def test_a_notebook_has_one_output_that_changes(monkeypatch, clock):
    shown, handle = [], types.SimpleNamespace()
    handle.update = lambda data, raw: shown.append(data["text/plain"])

    def display(data, raw, display_id):
        handle.update(data, raw)
        return handle

    monkeypatch.setattr("IPython.display.display", display)
    shell = types.SimpleNamespace(kernel=object())
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    bar = Progress(epochs=2, clock=clock)
    bar.draw(0.5, LOGITS, LABELS)
    bar.end_epoch(EPOCH)
    clock.now += 1
    bar.draw(0.5, LOGITS, LABELS)
    assert shown[0].startswith("epoch 1/2 █")
    lines = shown[-1].splitlines()
    assert [line.split()[1] for line in lines] == ["1/2", "2/2"]


def test_watched_batches_are_the_batches(clock, terminal):
    batches = [(torch.ones(2, 1, 3, 4), LABELS)] * 3
    network = WrappedNetwork(torch.nn.Flatten(), torch.device("cpu"))
    watched = Watched(Progress(1, clock=clock), batches, 3, network)
    assert len(watched) == 3
    taken = []
    for images, labels in watched:
        network(images)
        taken.append(labels)
        clock.now += 1
    assert len(taken) == 3
    assert terminal.getvalue().count("\r") == 3
    assert "█" * module.WIDTH in terminal.getvalue()


def test_times_are_written_as_a_clock_does():
    assert clock_time(59.6) == "1:00"
    assert clock_time(3600) == "1:00:00"
