"""Train networks of the same depth with and without shortcuts, with several seeds.

Both have the same layers and weights, and one recipe; "none" and "padding" are the
shortcuts of `BasicBlock`, and padding adds no weights. They are thin, and look at the
first 10,000 pictures of CIFAR-10 at half their height and width, so that all of it
takes a quarter of an hour of processor time. What counts is the *training* loss: where
a deeper plain network has the higher one, it is not overfitted but hard to train.

    python benchmarks/plain_or_residual.py --seeds 0 1 2 --threads 1 --record

The small digits that come with the course need no download, and two minutes:

    python benchmarks/plain_or_residual.py --dataset digits --seeds 0 1 2 --record

Data come from where CONVNETS_DATA says, or are downloaded.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
from typing import Any

import torch
from recording import rounded
from torch.nn.functional import avg_pool2d
from training import RECORDS

from convnets.resnet import ResNet
from coursekit.datasets import Dataset, load_dataset
from coursekit.runs import Preset, describe_machine, fit

DEPTHS = (8, 20, 44)
SHORTCUTS = {"plain": "none", "residual": "padding"}
WIDTHS = (8, 16, 32)
RECIPE = Preset(
    name="plain-or-residual",
    network="ResNet",
    dataset="cifar10",
    purpose="the same depth with and without shortcuts",
    epochs=12,
    batch_size=64,
    max_lr=0.1,
    weight_decay=1e-4,
    changes="mirror",
    train_examples=10_000,
    is_channels_last=True,
)


def main() -> None:
    """Train all of them, print a line per run, and record if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--depths", type=int, nargs="+", default=DEPTHS)
    parser.add_argument("--dataset", default=RECIPE.dataset)
    parser.add_argument("--epochs", type=int, default=RECIPE.epochs)
    parser.add_argument("--threads", type=int, help="threads of the processor")
    parser.add_argument("--record", action="store_true", help="store the numbers")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    recipe = dataclasses.replace(recipe_for(options.dataset), epochs=options.epochs)
    dataset = halved(load_dataset(options.dataset).like_cifar())
    record = start_record(recipe, options.dataset, options.record)
    for seed in options.seeds:
        for depth in options.depths:
            for kind in SHORTCUTS:
                if not any(is_same(run, kind, depth, seed) for run in record["runs"]):
                    run = train(kind, depth, seed, dataset, recipe)
                    record["runs"].append({"kind": kind, "depth": depth, **run})
                    store(record, options.record)
    print(*summary_lines(summarize(record["runs"])), sep="\n")


def recipe_for(dataset: str) -> Preset:
    """Return the recipe, under a name of its own where the data are others."""
    if dataset == RECIPE.dataset:
        return RECIPE
    name = f"{RECIPE.name}-{dataset}"
    return dataclasses.replace(RECIPE, name=name, dataset=dataset, train_examples=None)


def halved(dataset: Dataset) -> Dataset:
    """Average four pixels into one."""

    def half(images: torch.Tensor) -> torch.Tensor:
        return avg_pool2d(images.float(), 2).round().to(torch.uint8)

    return dataclasses.replace(
        dataset,
        train_images=half(dataset.train_images),
        test_images=half(dataset.test_images),
        mean=(),
        std=(),
    )


def make_network(kind: str, depth: int) -> ResNet:
    """Build a thin network of so many layers with weights, 6 n + 2 of them."""
    return ResNet([(depth - 2) // 6] * 3, WIDTHS, shortcut=SHORTCUTS[kind])


def train(
    kind: str, depth: int, seed: int, dataset: Dataset, recipe: Preset
) -> dict[str, Any]:
    """Train one network, and return its history."""
    torch.manual_seed(seed)
    history = fit(
        make_network(kind, depth), dataset, recipe, seed, device="cpu", is_shown=False
    )
    last = history.epochs[-1]
    print(
        f"{kind}, depth {depth}, seed {seed}: training loss {last.train_loss:.3f}, "
        f"test accuracy {last.test_accuracy:.1%}, {history.seconds:.0f} s",
        flush=True,
    )
    return history.as_dict()


def start_record(recipe: Preset, data: str, is_wanted: bool) -> dict[str, Any]:
    """Go on with the record that is there, if it was made in the same way."""
    record: dict[str, Any] = {
        "made_by": "benchmarks/plain_or_residual.py",
        "preset": recipe.recipe(),
        "data": f"{data}, at half their height and width",
        "widths": list(WIDTHS),
        "machine": describe_machine(),
        "runs": [],
    }
    path = RECORDS / f"{recipe.name}.json"
    if is_wanted and path.is_file():
        old = json.loads(path.read_text(encoding="utf-8"))
        if all(old[key] == record[key] for key in ("preset", "data", "widths")):
            record["runs"] = old["runs"]
    return record


def is_same(run: dict[str, Any], kind: str, depth: int, seed: int) -> bool:
    """Whether a run is the one that is meant."""
    return bool((run["kind"], run["depth"], run["seed"]) == (kind, depth, seed))


def store(record: dict[str, Any], is_wanted: bool) -> None:
    """Write the record with its summary."""
    record["summary"] = summarize(record["runs"])
    if is_wanted:
        RECORDS.mkdir(exist_ok=True)
        path = RECORDS / f"{record['preset']['name']}.json"
        text = json.dumps(rounded(record, digits=5), indent=1) + "\n"
        path.write_text(text, encoding="utf-8")


def summarize(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Compute mean and spread of each network over its seeds."""
    rows = []
    for kind, depth in dict.fromkeys((run["kind"], run["depth"]) for run in runs):
        mine = [run for run in runs if (run["kind"], run["depth"]) == (kind, depth)]
        row: dict[str, Any] = {"kind": kind, "depth": depth, "seeds": len(mine)}
        for name in ("train_loss", "test_accuracy"):
            values = [run["epochs"][-1][name] for run in mine]
            row[name] = statistics.fmean(values)
            spread = statistics.stdev(values) if len(values) > 1 else None
            row[f"{name}_deviation"] = spread
        rows.append(row)
    return rows


def summary_lines(rows: list[dict[str, Any]]) -> list[str]:
    """Write the summary as a table."""
    return [
        f"{row['kind']:>8} {row['depth']:>3}: training loss {row['train_loss']:.3f}, "
        f"test accuracy {row['test_accuracy']:.1%} ({row['seeds']} seeds)"
        for row in rows
    ]


if __name__ == "__main__":
    main()
