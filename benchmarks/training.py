"""Train networks by their presets, with several seeds, and record how it went.

The record goes to `src/coursekit/records/training/NAME.json` if `--record` is given,
and holds hardware, versions, the preset itself and every epoch of every seed. Seeds
that the record has already, of the same preset and hardware, are not run again, so that
a long series can be cut into pieces. Both the time by the clock and the time that the
processor spent are stored: where others use the machine as well, the first says little.

    python benchmarks/training.py lenet-quick --seeds 0 1 2 3 4 --threads 2 --record
    python benchmarks/training.py lenet-quick --variant wide --seeds 0 1 2 3 4 --record
    python benchmarks/training.py resnet18-gpu --seeds 0 1 2 --record   # on a GPU

Data come from where CONVNETS_DATA says, or are downloaded.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
from pathlib import Path
from typing import Any

import torch
from recording import rounded
from torch import nn

from convnets.lenet import LeNet5
from convnets.resnet import ResNet, resnet20
from coursekit.datasets import load_dataset
from coursekit.records import FOLDER
from coursekit.runs import (
    PRESETS,
    History,
    Preset,
    describe_machine,
    find_preset,
    fit,
)

RECORDS = FOLDER / "training"
SHARED = 0.9  # below this share of one core per thread, others had the machine too


def main() -> None:
    """Train, print a line per seed, and record if asked to."""
    options = read_options()
    if options.threads:
        torch.set_num_threads(options.threads)
    preset = find_preset(options.preset)
    if options.epochs:
        name = f"{preset.name}-{options.epochs}-epochs"
        preset = dataclasses.replace(preset, name=name, epochs=options.epochs)
    dataset = load_dataset(options.dataset or preset.dataset)
    if preset.network.startswith("resnet"):
        dataset = dataset.like_cifar()
    path = RECORDS / f"{record_name(preset, options)}.json"
    record = start_record(path, preset, options)
    for seed in options.seeds:
        if all(run["seed"] != seed for run in record["runs"]):
            run = train(preset, options, dataset, seed)
            record["runs"].append(run.as_dict())
            print(f"seed {seed}: {run.test_accuracy:.2%}, {run.seconds:.1f} s")
            store(path, record, options.record)
    print(summary(record))


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("preset", choices=PRESETS)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--variant", default="classic", help="of LeNet-5")
    parser.add_argument("--dataset", help="another data set than the preset's")
    parser.add_argument("--epochs", type=int, help="another number than the preset's")
    parser.add_argument("--threads", type=int, help="threads of the processor")
    parser.add_argument("--device", help="such as cpu; the fastest one if left out")
    parser.add_argument("--precision", help="such as float32; what suits if left out")
    parser.add_argument("--checkpoints", type=Path, help="folder to resume from")
    parser.add_argument("--record", action="store_true", help="store the numbers")
    return parser.parse_args()


def record_name(preset: Preset, options: argparse.Namespace) -> str:
    """Name the record after what is unlike the preset."""
    parts = [preset.name]
    if preset.network == "LeNet5":
        parts.append(options.variant)
    if options.dataset not in (None, preset.dataset):
        parts.append(options.dataset)
    return "-".join(parts)


def make_network(preset: Preset, variant: str) -> nn.Module:
    """Build the network that a preset is for."""
    if preset.network == "LeNet5":
        return LeNet5(variant)
    if preset.network == "resnet20":
        return resnet20()
    return ResNet((2, 2, 2, 2), (64, 128, 256, 512))  # ResNet-18 for small images


def train(
    preset: Preset, options: argparse.Namespace, dataset: Any, seed: int
) -> History:
    """Train from scratch with one seed."""
    torch.manual_seed(seed)
    network = make_network(preset, options.variant)
    folder = options.checkpoints
    name = f"{record_name(preset, options)}-{seed}.pt"
    return fit(
        network,
        dataset,
        preset,
        seed,
        checkpoint=None if folder is None else folder / name,
        device=options.device,
        precision=options.precision,
    )


def start_record(
    path: Path, preset: Preset, options: argparse.Namespace
) -> dict[str, Any]:
    """Go on with the record that is there, if it was made in the same way."""
    record = {
        "made_by": "benchmarks/training.py",
        "preset": preset.recipe(),
        "variant": options.variant if preset.network == "LeNet5" else "",
        "machine": describe_machine(options.device),
        "runs": [],
    }
    if options.record and path.is_file():
        old = json.loads(path.read_text(encoding="utf-8"))
        keys = ("preset", "variant", "machine")
        if all(old[key] == record[key] for key in keys):
            return dict(old)
    return record


def store(path: Path, record: dict[str, Any], is_wanted: bool) -> None:
    """Write the record with its summary, small enough for the repository."""
    record["summary"] = summarize(record)
    if is_wanted:
        path.parent.mkdir(exist_ok=True)
        text = json.dumps(rounded(record, digits=5), indent=1) + "\n"
        path.write_text(text, encoding="utf-8")


def summarize(record: dict[str, Any]) -> dict[str, Any]:
    """Compute mean and spread over the seeds."""
    runs = [History.from_dict(run) for run in record["runs"]]
    accuracies = [run.test_accuracy for run in runs]
    spent = [sum(run.curve("processor_seconds")) for run in runs]
    clock = [run.seconds for run in runs]
    threads = record["machine"]["threads"]
    on_gpu = record["preset"]["device"] == "gpu"
    return {
        "seeds": len(runs),
        "test_accuracy": statistics.fmean(accuracies),
        "standard_deviation": statistics.stdev(accuracies) if len(runs) > 1 else None,
        "lowest": min(accuracies),
        "highest": max(accuracies),
        "seconds": statistics.fmean(clock),
        "processor_seconds": statistics.fmean(spent),
        "machine_was_shared": not on_gpu and sum(spent) < SHARED * threads * sum(clock),
    }


def summary(record: dict[str, Any]) -> str:
    """Write mean and spread in a line."""
    numbers = record.get("summary") or summarize(record)
    spread = numbers["standard_deviation"]
    plus_minus = "" if spread is None else f" ± {100 * spread:.2f}"
    shared = ", on a shared machine" if numbers["machine_was_shared"] else ""
    return (
        f"{record['preset']['name']} {record['variant']}: "
        f"{100 * numbers['test_accuracy']:.2f}{plus_minus} % with {numbers['seeds']} "
        f"seeds, {numbers['seconds']:.1f} s by the clock, "
        f"{numbers['processor_seconds']:.1f} s of the processor{shared}"
    )


if __name__ == "__main__":
    main()
