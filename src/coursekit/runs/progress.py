"""A line that says how far a run is: loss, accuracy and the time that is left."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

import torch
from torch import Tensor
from torch.nn import functional as F

from coursekit.runs.history import Epoch
from coursekit.runs.precision import WrappedNetwork

WIDTH = 24  # characters of the bar
EVERY = 0.3  # seconds between two drawings
SMOOTHING = 0.8  # share of the old value when a new one comes

Batch = tuple[Tensor, Tensor]


class Progress:
    """Show a run: finished epochs line by line, and a bar for the current one.

    Parameters
    ----------
    epochs : int
        Epochs of the whole run.
    done : int, default 0
        Epochs that an earlier session has done.
    is_shown : bool, default True
        Whether to show anything.
    clock : callable, default time.perf_counter
        What tells the time, in seconds.
    """

    def __init__(
        self,
        epochs: int,
        done: int = 0,
        is_shown: bool = True,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.epochs = epochs
        self.done = self.done_before = done
        self.clock = clock
        self.started = clock()
        self.screen = _choose_screen() if is_shown else None
        self._drawn = -EVERY
        self._loss: float | None = None
        self._accuracy: float | None = None

    def draw(self, share: float, logits: Tensor | None, labels: Tensor) -> None:
        """Draw the bar of the current epoch, if it is time to.

        Parameters
        ----------
        share : float
            How much of the epoch is done, a fraction.
        logits : Tensor or None, shape (N, num_classes)
            What the network gave for the last batch.
        labels : Tensor, shape (N,)
            What it should have given.
        """
        if self._is_due():
            if logits is not None and logits.shape[:1] == labels.shape:
                self._smooth(logits, labels)
            self._redraw(share)

    def draw_loss(self, share: float, loss: float) -> None:
        """Draw the bar, if it is time to, where a batch gives its loss alone.

        Parameters
        ----------
        share : float
            How much of the epoch is done, a fraction.
        loss : float
            The loss of the last batch.
        """
        if self._is_due():
            self._take(loss)
            self._redraw(share)

    def end_epoch(self, epoch: Epoch) -> None:
        """Write the line of a finished epoch."""
        self.end_line(
            f"loss {epoch.train_loss:.3f}  accuracy {epoch.train_accuracy:.1%}  "
            f"test loss {epoch.test_loss:.3f}  "
            f"test accuracy {epoch.test_accuracy:.1%}  "
            f"{clock_time(epoch.seconds)}"
        )

    def end_line(self, words: str) -> None:
        """Count a finished epoch, and write its line with these words."""
        self.done += 1
        if self.screen is not None:
            self.screen.keep(f"epoch {self.done}/{self.epochs}  {words}")

    def say(self, sentence: str) -> None:
        """Write a sentence among the lines, shown or not."""
        (self.screen or _Lines(sys.stderr)).keep(sentence)

    def _is_due(self) -> bool:
        """Say whether it is time for another drawing."""
        return self.screen is not None and self.clock() - self._drawn >= EVERY

    def _redraw(self, share: float) -> None:
        """Draw the bar of the current epoch."""
        if self.screen is None:
            return
        self._drawn = now = self.clock()
        filled = round(share * WIDTH)
        bar = "█" * filled + "·" * (WIDTH - filled)
        self.screen.replace(
            f"epoch {self.done + 1}/{self.epochs} {bar} {self._numbers()}"
            f"{clock_time(self._left(share, now))} left"
        )

    def _smooth(self, logits: Tensor, labels: Tensor) -> None:
        """Take a batch into the running loss and accuracy."""
        with torch.no_grad():
            loss = float(F.cross_entropy(logits, labels))
            accuracy = float((logits.argmax(dim=1) == labels).float().mean())
        old = 0.0 if self._loss is None else SMOOTHING
        self._accuracy = old * (self._accuracy or 0.0) + (1 - old) * accuracy
        self._take(loss)

    def _take(self, loss: float) -> None:
        """Take a loss into the running one."""
        old = 0.0 if self._loss is None else SMOOTHING
        self._loss = old * (self._loss or 0.0) + (1 - old) * loss

    def _numbers(self) -> str:
        """Write running loss and accuracy, once there are any."""
        numbers = "" if self._loss is None else f"loss {self._loss:.3f}  "
        if self._accuracy is not None:
            numbers += f"accuracy {self._accuracy:.1%}  "
        return numbers

    def _left(self, share: float, now: float) -> float:
        """Estimate the seconds that are left from how long it took so far."""
        done = self.done - self.done_before + share
        left = self.epochs - self.done - share
        return (now - self.started) / max(done, 1e-9) * left


class Watched:
    """Batches that tell a progress bar when they are taken.

    Parameters
    ----------
    progress : Progress
        The bar.
    batches : iterable of (Tensor, Tensor)
        Images and labels.
    count : int
        How many batches there are.
    network : WrappedNetwork
        Where the logits of the last batch are found.
    """

    def __init__(
        self,
        progress: Progress,
        batches: Iterable[Batch],
        count: int,
        network: WrappedNetwork,
    ) -> None:
        self.progress, self.batches = progress, batches
        self.count, self.network = count, network

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Batch]:
        for index, (images, labels) in enumerate(self.batches, start=1):
            yield images, labels
            logits = self.network.last_logits
            self.progress.draw(index / self.count, logits, labels)


def clock_time(seconds: float) -> str:
    """Write seconds as minutes and seconds, or hours too.

    Examples
    --------
    >>> clock_time(75.4), clock_time(7265)
    ('1:15', '2:01:05')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02}:{rest:02}"
    return f"{minutes}:{rest:02}"


class _Lines:
    """Write finished lines alone, as to a file."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def replace(self, line: str) -> None:
        """Show no line that would be replaced."""

    def keep(self, line: str) -> None:
        """Write a line."""
        self.stream.write(f"{line}\n")
        self.stream.flush()


class _Terminal(_Lines):
    """Write over the current line of a terminal."""

    def replace(self, line: str) -> None:
        """Write over what stands there."""
        self.stream.write(f"\r{line}\x1b[K")
        self.stream.flush()

    def keep(self, line: str) -> None:
        """Write over what stands there, and go to the next line."""
        self.replace(line)
        self.stream.write("\n")


class _Notebook:
    """Keep all lines in one output of a notebook's cell, and change the last."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.handle: object = None

    def replace(self, line: str) -> None:
        """Show the finished lines and this one."""
        from IPython.display import display

        shown = {"text/plain": "\n".join([*self.kept, line])}
        if self.handle is None:
            self.handle = display(  # type: ignore[no-untyped-call]
                shown, raw=True, display_id=True
            )
        else:
            self.handle.update(shown, raw=True)  # type: ignore[attr-defined]

    def keep(self, line: str) -> None:
        """Show this line for good."""
        self.kept.append(line)
        self.replace("")


def _choose_screen() -> _Lines | _Notebook:
    """Return what suits where we run: a notebook, a terminal or a file."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None and getattr(shell, "kernel", None) is not None:
        return _Notebook()
    return _Terminal(sys.stderr) if sys.stderr.isatty() else _Lines(sys.stderr)
