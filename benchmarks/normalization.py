"""What norms change in a small network: one factor at a time, eight seeds each.

Every run trains six convolutions on scikit-learn's handwritten digits by plain gradient
descent. A run differs from the baseline, which is batch norm before ReLU, in one factor
at a time; with and without the norm, all else is equal. Seeds are shared: a seed gives
the same filters and the same order of images to every norm. Losses and accuracies are
recorded, no times.

Give `--json src/coursekit/records/normalization.json` to replace the record that the
book draws. It takes some ten minutes on one core, and is written after each factor.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
import torch
from methods.normalization import (
    CHANNELS,
    EPOCHS,
    GROUPS,
    TRAIN_IMAGES,
    Run,
    Setting,
    load_images,
    train,
)
from recording import processor, rounded, to_json, versions

SEEDS = list(range(8))
LOSS_EVERY = 2  # steps whose mean loss is stored as one number
BASELINE = Setting()
RATES = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0]

Record = dict[str, Any]


def factors() -> dict[str, list[Setting]]:
    """List the settings to train with, factor by factor."""
    both = ["none", "batch"]
    return {
        "learning_rate": [
            Setting(norm=norm, learning_rate=rate) for norm in both for rate in RATES
        ],
        "norm": [Setting(norm=norm) for norm in [*both, "layer", "instance", "group"]],
        "position": [Setting(position=each) for each in ("before ReLU", "after ReLU")],
        "scale": [
            Setting(norm=norm, scale=scale)
            for norm in both
            for scale in (0.25, 0.5, 1.0, 2.0)
        ],
        "batch_size": [
            Setting(norm=norm, batch_size=size)
            for norm in [*both, "group"]
            for size in (256, 64, 16)
        ],
    }


def main() -> None:
    """Train everything, print the accuracies and store them if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="where to store the numbers")
    target = parser.parse_args().json
    torch.set_num_threads(1)
    data = load_images()
    record = describe()
    done: dict[Setting, list[Run]] = {}
    for factor, settings in factors().items():
        for setting in settings:
            if setting not in done:
                done[setting] = [train(setting, seed, data) for seed in SEEDS]
            record["ablation"].append(row(factor, setting, done[setting]))
            report(record["ablation"][-1])
        if factor == "learning_rate":
            record["curves"] = [
                curve(setting, seed, run)
                for setting in settings
                for seed, run in zip(SEEDS, done[setting], strict=True)
            ]
        if target:
            target.write_text(to_json(record), encoding="utf-8")


def describe() -> Record:
    """Say what the numbers were measured with."""
    return {
        "made_by": "benchmarks/normalization.py",
        "processor": processor(),
        "threads": 1,
        "number_type": "float32",
        "versions": versions(np, torch, sklearn),
        "data": "scikit-learn's digits, 8 x 8 pixels",
        "train_images": TRAIN_IMAGES,
        "test_images": len(load_images()[3]),
        "network": f"3 x 3 convolutions with {', '.join(map(str, CHANNELS))} channels, "
        "max pooling after the third, global average pooling, linear",
        "groups": GROUPS,
        "optimizer": "plain gradient descent",
        "epochs": EPOCHS,
        "seeds": SEEDS,
        "baseline": asdict(BASELINE),
        "loss_every": LOSS_EVERY,
        "curves": [],
        "ablation": [],
    }


def row(factor: str, setting: Setting, runs: list[Run]) -> Record:
    """Put together what is stored of all seeds of one setting."""
    return {
        "factor": factor,
        **asdict(setting),
        "test_accuracy": [round(run.test_accuracy[-1], 4) for run in runs],
        "diverged": sum(has_diverged(run) for run in runs),
    }


def curve(setting: Setting, seed: int, run: Run) -> Record:
    """Put together what is stored of one run; only finite losses are."""
    steps = len(run.loss) // LOSS_EVERY * LOSS_EVERY
    means = np.reshape(run.loss[:steps], (-1, LOSS_EVERY)).mean(axis=1)
    return {
        "norm": setting.norm,
        "learning_rate": setting.learning_rate,
        "seed": seed,
        "diverged": has_diverged(run),
        "loss": [rounded(float(mean)) for mean in means if math.isfinite(mean)],
        "train_accuracy": [round(value, 3) for value in run.train_accuracy],
        "test_accuracy": [round(value, 3) for value in run.test_accuracy],
    }


def has_diverged(run: Run) -> bool:
    """Tell whether the loss has become something else than a number."""
    return not math.isfinite(run.loss[-1])


def report(row: Record) -> None:
    """Print one row."""
    changed = replace(Setting(), **{key: row[key] for key in asdict(BASELINE)})
    accuracies = " ".join(f"{value:.3f}" for value in row["test_accuracy"])
    print(f"{row['factor']}: {changed}\n  {accuracies}", flush=True)


if __name__ == "__main__":
    main()
