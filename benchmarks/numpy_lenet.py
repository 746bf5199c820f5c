r"""Train LeNet-5 on MNIST with nothing but the course's own layers, in NumPy.

For one epoch and for two, with several seeds: accuracy on the 10,000 test images after
every epoch, the loss of every step (thinned to means), and the time without the test,
both by the clock and as the processor spends it. Where others use the machine as well,
the clock says little. Then the same steps are taken in turns with PyTorch, from the
same weights and on the same batches, and the ratio of the processor's times is stored.

    python benchmarks/numpy_lenet.py --seeds 0 1 2 3 4 \
        --json src/coursekit/records/numpy_lenet.json

Seeds may be run side by side, each with a file of its own, and joined with `--merge`.
Data come from where CONVNETS_DATA says, or are downloaded. One thread is used unless
`--threads` says otherwise.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from convolution import describe_machine
from recording import rounded, to_json
from threadpoolctl import threadpool_limits

from convnets import numpy_lenet
from convnets.lenet import LeNet5
from coursekit.datasets import Dataset, load_dataset
from coursekit.runs.numpy_run import Data, NumpyRun, Recipe, fit_numpy

RECIPES = [
    Recipe(epochs=epochs, learning_rate=0.05, batch_size=64, warm_up=0.3)
    for epochs in (1, 2)
]
LOSS_EVERY = 25  # steps whose mean loss is stored as one number
SHARED = 0.9  # below this share of one core per thread, others had the machine too
TURNS = 400  # steps of the comparison with PyTorch
SAME = 50  # steps for which the losses of both must agree


def main() -> None:
    """Train, compare, print and store if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path, help="where to store the numbers")
    parser.add_argument("--merge", type=Path, nargs="+", help="join stored parts")
    options = parser.parse_args()
    if options.merge:
        store(options.json, merge(options.merge))
        return
    train, test = as_arrays(load_dataset("mnist"))
    torch.set_num_threads(options.threads)
    with threadpool_limits(options.threads):
        record = describe(options.threads, train, test)
        record["runs"] = [
            entry(recipe, seed, run_once(recipe, seed, train, test))
            for recipe in RECIPES
            for seed in options.seeds
        ]
        record["summary"] = summarize(record)
        record["compared"] = compare(train, RECIPES[0])
    store(options.json, record)


def store(path: Path | None, record: dict[str, Any]) -> None:
    """Write a record, if a place is given."""
    if path:
        path.write_text(to_json(record), encoding="utf-8")


def merge(paths: list[Path]) -> dict[str, Any]:
    """Join records of several seeds, made in the same way side by side."""
    parts = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    first = parts[0]
    for part in parts[1:]:
        for key in set(first) - {"runs", "summary", "compared"}:
            if part[key] != first[key]:
                msg = f"The parts must agree, but their `{key}` differs."
                raise ValueError(msg)
    runs = [run for part in parts for run in part["runs"]]
    runs.sort(key=lambda run: (run["epochs"], run["seed"]))
    return {**first, "runs": runs, "summary": summarize({**first, "runs": runs})}


def as_arrays(dataset: Dataset) -> tuple[Data, Data]:
    """Return standardised images, and labels: to train on, then to test on."""
    train, test = (
        images.numpy().astype(np.float32)
        for images in (dataset.train_images, dataset.test_images)
    )
    mean, spread = train.mean(), train.std()
    return (
        ((train - mean) / spread, dataset.train_labels.numpy()),
        ((test - mean) / spread, dataset.test_labels.numpy()),
    )


def describe(threads: int, train: Data, test: Data) -> dict[str, Any]:
    """Say what was trained, how and with what."""
    machine = describe_machine()
    keys = ("processor", "number_type", "matrix_products", "peer_kernels", "versions")
    return {
        "made_by": "benchmarks/numpy_lenet.py",
        **{key: machine[key] for key in keys},
        "threads": threads,
        "time": "training without the test: by the clock, and of the processor",
        "network": {name: list(shape) for name, shape in numpy_lenet.SHAPES.items()},
        "train_images": len(train[1]),
        "test_images": len(test[1]),
        "recipes": [vars(recipe) for recipe in RECIPES],
        "loss_every": LOSS_EVERY,
    }


def run_once(recipe: Recipe, seed: int, train: Data, test: Data) -> NumpyRun:
    """Draw a network and train it."""
    parameters = numpy_lenet.initial_parameters(np.random.default_rng(seed))
    run = fit_numpy(numpy_lenet, parameters, train, test, recipe, seed)
    spent = [round(seconds, 1) for seconds in run.processor_seconds]
    print(f"{recipe.epochs} epochs, seed {seed}: {run.accuracies}, {spent} s")
    return run


def entry(recipe: Recipe, seed: int, run: NumpyRun) -> dict[str, Any]:
    """Write a run with few digits, and its losses thinned out."""
    groups = range(0, len(run.losses), LOSS_EVERY)
    return {
        "epochs": recipe.epochs,
        "seed": seed,
        "test_accuracy": [round(value, 4) for value in run.accuracies],
        "seconds": [round(value, 2) for value in run.seconds],
        "processor_seconds": [round(value, 2) for value in run.processor_seconds],
        "first_loss": round(run.losses[0], 4),
        "loss": [
            rounded(float(np.mean(run.losses[n : n + LOSS_EVERY]))) for n in groups
        ],
    }


def summarize(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Compute mean and spread over the seeds, for each number of epochs."""
    rows = []
    for epochs in sorted({run["epochs"] for run in record["runs"]}):
        runs = [run for run in record["runs"] if run["epochs"] == epochs]
        ends = [run["test_accuracy"][-1] for run in runs]
        clock = [sum(run["seconds"]) for run in runs]
        spent = [sum(run["processor_seconds"]) for run in runs]
        rows.append(
            {
                "epochs": epochs,
                "seeds": len(runs),
                "test_accuracy": round(float(np.mean(ends)), 5),
                "standard_deviation": round(float(np.std(ends, ddof=1)), 5)
                if len(ends) > 1
                else None,
                "lowest": min(ends),
                "seconds": round(float(np.mean(clock)), 1),
                "processor_seconds": round(float(np.mean(spent)), 1),
                "machine_was_shared": sum(spent)
                < SHARED * record["threads"] * sum(clock),
            }
        )
    return rows


def compare(train: Data, recipe: Recipe, turns: int = TURNS) -> dict[str, Any]:
    """Take the same steps in turns with PyTorch, and return the ratio of times."""
    parameters = numpy_lenet.initial_parameters(np.random.default_rng(0))
    network = LeNet5("classic")
    network.load_state_dict(
        {name: torch.from_numpy(array.copy()) for name, array in parameters.items()}
    )
    ours = OurSteps(parameters, recipe.momentum)
    theirs = TorchSteps(network, recipe.momentum)
    order = np.random.default_rng(0).permutation(len(train[1]))
    spent, losses = np.zeros((turns, 2)), np.zeros((turns, 2))
    for turn in range(turns):
        batch = order[turn * recipe.batch_size :][: recipe.batch_size]
        images, labels = train[0][batch], train[1][batch]
        for column, step in enumerate((ours, theirs)):
            start = time.process_time()
            losses[turn, column] = step(images, labels, recipe.learning_rate / 10)
            spent[turn, column] = time.process_time() - start
    np.testing.assert_allclose(losses[:SAME, 0], losses[:SAME, 1], rtol=1e-3)
    ratio, middle = spent[:, 0].sum() / spent[:, 1].sum(), np.median(spent, axis=0)
    print(f"NumPy takes {ratio:.2f} times as long as PyTorch")
    return {
        "steps": turns,
        "batch_size": recipe.batch_size,
        "ratio": rounded(float(ratio)),
        "ratio_of_medians": rounded(float(middle[0] / middle[1])),
        "largest_difference_of_losses": rounded(
            float(np.abs(np.diff(losses[:SAME], axis=1)).max()), digits=2
        ),
        "compared_losses": min(SAME, turns),
    }


class OurSteps:
    """Steps of gradient descent with momentum, in NumPy."""

    def __init__(self, parameters: dict[str, Any], momentum: float) -> None:
        self.parameters, self.momentum = parameters, momentum
        self.velocities = {name: np.zeros_like(a) for name, a in parameters.items()}

    def __call__(self, images: Any, labels: Any, rate: float) -> float:
        """Take a step and return the loss before it."""
        found = numpy_lenet.loss_and_gradients(self.parameters, images, labels)
        for name, array in self.parameters.items():
            self.velocities[name] *= self.momentum
            self.velocities[name] -= rate * found[1][name]
            array += self.velocities[name]
        return found[0]


class TorchSteps:
    """The same steps, in PyTorch."""

    def __init__(self, network: torch.nn.Module, momentum: float) -> None:
        self.network = network
        self.optimizer = torch.optim.SGD(
            network.parameters(), lr=0.0, momentum=momentum
        )

    def __call__(self, images: Any, labels: Any, rate: float) -> float:
        """Take a step and return the loss before it."""
        self.optimizer.param_groups[0]["lr"] = rate
        logits = self.network(torch.from_numpy(images))
        loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(labels))
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return float(loss.detach())


if __name__ == "__main__":
    main()
