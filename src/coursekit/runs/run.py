"""Train a network by a preset, with a training loop that the student wrote."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, OneCycleLR

from coursekit.batches import Batches
from coursekit.datasets import Dataset
from coursekit.runs.checkpoints import Identity, load_checkpoint, save_checkpoint
from coursekit.runs.devices import choose_device, choose_precision, describe_device
from coursekit.runs.history import Epoch, History
from coursekit.runs.loops import Loop, check_loss, check_steps, two_numbers
from coursekit.runs.precision import ScaledOptimizer, WrappedNetwork, make_scaler
from coursekit.runs.presets import Preset, find_preset
from coursekit.runs.progress import Progress, Watched

TEST_BATCH = 500

Rates = Callable[[int, int, float, float], float]


def fit(
    network: nn.Module,
    dataset: Dataset,
    preset: str | Preset,
    seed: int = 0,
    *,
    train_one_epoch: Loop | None = None,
    evaluate: Loop | None = None,
    schedule: Rates | None = None,
    checkpoint: str | Path | None = None,
    device: str | torch.device | None = None,
    precision: str | None = None,
    is_shown: bool = True,
) -> History:
    """Train a network, and test it after every epoch.

    Parameters
    ----------
    network : torch.nn.Module
        The network; afterwards it is trained, on the device of the run.
    dataset : Dataset
        The data, as `coursekit.datasets.load_dataset` returns them.
    preset : str or Preset
        The recipe, or its name: see `coursekit.runs.PRESETS`.
    seed : int, default 0
        Decides order and changes of the pictures. The first weights are drawn when the
        network is made: call `torch.manual_seed` before that.
    train_one_epoch, evaluate : callable, optional
        The loops, by default those of `convnets.training`.
    schedule : callable, optional
        Gives the learning rate of a step, called as ``schedule(step, total_steps,
        max_lr, pct_start)``, such as `convnets.schedule.one_cycle`; by default what
        PyTorch's `OneCycleLR` gives, which is the same.
    checkpoint : str or Path, optional
        A file that is written after every epoch. If it is there already, the run goes
        on from it, and ends as if it had never been cut.
    device : str or torch.device, optional
        Where to compute; by default on the fastest device that works.
    precision : str, optional
        ``"float32"``, ``"bfloat16"`` or ``"float16"``; by default what suits preset and
        device.
    is_shown : bool, default True
        Whether to show progress.

    Returns
    -------
    History
        Loss, accuracy and seconds of each epoch.

    Raises
    ------
    CourseError
        If a loop does not return what it should, if the loss is not a number, if the
        checkpoint is of another run, or if the device does not work here.
    """
    run = Run(network, dataset, find_preset(preset), seed, device, precision)
    run.use(train_one_epoch, evaluate)
    if schedule is not None:
        run.take_rates(schedule)
    path = None if checkpoint is None else Path(checkpoint).expanduser()
    # Dropout draws from PyTorch's own generators: they are put back afterwards.
    with torch.random.fork_rng(devices=run.cuda_devices()), warnings.catch_warnings():
        # In float16 the very first step may be left out, and PyTorch wonders about it.
        warnings.filterwarnings("ignore", "Detected call of `lr_scheduler.step")
        torch.manual_seed(seed)
        if path is not None:
            run.resume(path)
        run.go_on(path, Progress(run.preset.epochs, len(run.history.epochs), is_shown))
    return run.history


class Run:
    """Everything that changes while a network is trained.

    Parameters
    ----------
    network : torch.nn.Module
        The network.
    dataset : Dataset
        The data.
    preset : Preset
        The recipe.
    seed : int
        Decides order and changes of the pictures.
    device : str or torch.device, optional
        Where to compute.
    precision : str, optional
        What to compute in.
    """

    def __init__(
        self,
        network: nn.Module,
        dataset: Dataset,
        preset: Preset,
        seed: int,
        device: str | torch.device | None = None,
        precision: str | None = None,
    ) -> None:
        self.preset, self.network = preset, network
        self.device = choose_device(device)
        precision = precision or choose_precision(self.device, preset.is_mixed)
        dataset = dataset.first(preset.train_examples)
        count = f"{dataset.name} ({len(dataset.train_labels)} examples)"
        self.identity = Identity.of(network, preset, seed, count)
        self.history = History(
            preset=preset.name,
            network=type(network).__name__,
            dataset=dataset.name,
            seed=seed,
            device=describe_device(self.device),
            precision=precision,
        )
        self.generator = torch.Generator().manual_seed(seed)
        self._load(dataset)
        self._prepare(precision)

    def _load(self, dataset: Dataset) -> None:
        """Bring the data to the device, once and for all."""
        train, its_labels, test, labels = (
            tensor.to(self.device)
            for tensor in (
                dataset.train_images,
                dataset.train_labels,
                dataset.test_images,
                dataset.test_labels,
            )
        )
        self.batches = Batches(
            dataset.standardized(train),
            its_labels,
            self.preset.batch_size,
            shuffle=True,
            generator=self.generator,
            augment=self.preset.augment,
        )
        self.test = Batches(dataset.standardized(test), labels, TEST_BATCH)

    def _prepare(self, precision: str) -> None:
        """Bring the network to the device, and make what trains it."""
        preset = self.preset
        self.network.to(self.device)
        if preset.is_channels_last:
            self.network.to(memory_format=torch.channels_last)
        self.scaler = make_scaler(self.device, precision)
        self.wrapped = WrappedNetwork(
            self.network, self.device, precision, preset.is_channels_last, self.scaler
        )
        self.optimizer = torch.optim.SGD(
            self.network.parameters(),
            lr=preset.max_lr,
            momentum=preset.momentum,
            nesterov=preset.momentum > 0,
            weight_decay=preset.weight_decay,
        )
        self.total_steps = preset.epochs * len(self.batches)
        self.schedule: Rates | None = None
        self._start_schedule()

    def _start_schedule(self, steps: int = 0) -> None:
        """Make what sets the learning rate, as it is after so many steps."""
        preset = self.preset
        self.scheduler: LRScheduler = OneCycleLR(
            self.optimizer,
            preset.max_lr,
            total_steps=self.total_steps,
            pct_start=preset.pct_start,
            cycle_momentum=False,
        )
        if self.schedule is not None:
            for group in self.optimizer.param_groups:
                group["lr"] = group["initial_lr"] = preset.max_lr
            self.scheduler = LambdaLR(self.optimizer, self._share_of_max_lr)
        if steps:
            self.scheduler.last_epoch = steps - 1
            self.scheduler.step()

    def use(self, train_one_epoch: Loop | None, evaluate: Loop | None) -> None:
        """Take the loops that are given, or else the student's."""
        if train_one_epoch is None or evaluate is None:
            from convnets import training

            train_one_epoch = train_one_epoch or training.train_one_epoch
            evaluate = evaluate or training.evaluate
        self.train_one_epoch, self.evaluate = train_one_epoch, evaluate

    def take_rates(self, schedule: Rates) -> None:
        """Take the learning rates of a function in place of PyTorch's."""
        self.schedule = schedule
        self._start_schedule()

    def _share_of_max_lr(self, step: int) -> float:
        """Return what a step's rate is of the highest one, as `LambdaLR` wants it."""
        assert self.schedule is not None
        step = min(step, self.total_steps - 1)  # PyTorch asks for one more
        highest, pct_start = self.preset.max_lr, self.preset.pct_start
        return (
            float(self.schedule(step, self.total_steps, highest, pct_start)) / highest
        )

    def go_on(self, path: Path | None, progress: Progress) -> None:
        """Train the epochs that are left."""
        while len(self.history.epochs) < self.preset.epochs:
            epoch = self._one_epoch(progress)
            self.history.epochs.append(epoch)
            progress.end_epoch(epoch)
            if path is not None:
                complaint = save_checkpoint(path, self.identity, self._parts())
                if complaint:
                    progress.say(complaint)

    def cuda_devices(self) -> list[torch.device]:
        """Return the GPUs of NVIDIA that the run uses."""
        return [self.device] if self.device.type == "cuda" else []

    def _one_epoch(self, progress: Progress) -> Epoch:
        """Train once on everything, and test."""
        optimizer: Any = self.optimizer
        if self.scaler is not None:
            optimizer = ScaledOptimizer(optimizer, self.scaler)
        steps = self.scheduler.last_epoch
        watched = Watched(progress, self.batches, len(self.batches), self.wrapped)
        start, processor = time.perf_counter(), time.process_time()
        returned = self.train_one_epoch(
            self.wrapped, watched, optimizer, self.scheduler
        )
        loss, accuracy = two_numbers("train_one_epoch", returned)
        seconds = time.perf_counter() - start
        processor = time.process_time() - processor
        check_steps(self.scheduler.last_epoch - steps, len(self.batches))
        check_loss(loss, len(self.history.epochs) + 1, self.preset.max_lr)
        returned = self.evaluate(self.wrapped, self.test)
        test_loss, test_accuracy = two_numbers("evaluate", returned)
        return Epoch(
            train_loss=loss,
            train_accuracy=accuracy,
            test_loss=test_loss,
            test_accuracy=test_accuracy,
            learning_rate=float(self.scheduler.get_last_lr()[0]),
            seconds=seconds,
            processor_seconds=processor,
        )

    def resume(self, path: Path) -> None:
        """Go back to the end of the last epoch that was kept."""
        parts = load_checkpoint(path, self.identity)
        if parts is None:
            return
        self.network.load_state_dict(parts["network"])
        self.optimizer.load_state_dict(parts["optimizer"])
        # Of the schedule only the step: its rates may come from another function now.
        self._start_schedule(parts["steps"])
        if self.scaler is not None and parts["scaler"]:
            self.scaler.load_state_dict(parts["scaler"])
        self.generator.set_state(parts["generator"])
        torch.set_rng_state(parts["dropout"])
        if self.cuda_devices() and parts["cuda_dropout"] is not None:
            torch.cuda.set_rng_state(parts["cuda_dropout"], self.device)
        epochs = [Epoch(**epoch) for epoch in parts["epochs"]]
        self.history.epochs[:] = epochs

    def _parts(self) -> dict[str, Any]:
        """Return what `resume` needs."""
        cuda = self.cuda_devices()
        return {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "steps": self.scheduler.last_epoch,
            "scaler": self.scaler.state_dict() if self.scaler is not None else {},
            "generator": self.generator.get_state(),
            "dropout": torch.get_rng_state(),
            "cuda_dropout": torch.cuda.get_rng_state(self.device) if cuda else None,
            "epochs": self.history.as_dict()["epochs"],
        }
