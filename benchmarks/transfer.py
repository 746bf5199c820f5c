"""What a network learns faster after it has learnt something else: eight seeds.

A small network learns the digits 5 to 9 from a few labelled examples each: from random
weights; from weights that were trained on the digits 0 to 4, all of them or the last
layer alone; and from weights that were trained to tell patches of two photographs
apart. The seed decides the examples, the weights to start from and the order, and is
shared. All are trained for as many steps. The learning rate of each is the best of its
three for that number of examples, on other seeds whose results are not recorded.

Give `--json src/coursekit/records/transfer.json` to replace the record that the book
draws. It takes some minutes on two cores.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
import torch
from methods.transfer import (
    BATCH,
    FEW,
    PRETRAIN_EPOCHS,
    PRETRAIN_RATE,
    SOURCE_DIGITS,
    STEPS,
    TARGET_DIGITS,
    Pictures,
    SmallNet,
    accuracy,
    digits_of,
    few,
    fine_tune,
    photograph_patches,
    pretrain,
)
from recording import processor, to_json, versions

WORKERS = 2  # processes of one thread each
SEEDS = list(range(8))
PILOT_SEEDS = [100, 101]
EXAMPLES = [1, 3, 10, 100]  # labelled pictures of each class
RATES = [0.003, 0.01, 0.03]
RATES_ALONE = [0.03, 0.1, 0.3]  # for the last layer alone
METHODS = ["from scratch", "fine-tuned", "last layer only", "from photographs"]

Record = dict[str, Any]
Starts = dict[str, SmallNet | None]
Rates = dict[tuple[str, int], float]  # for each method and number of examples
Tries = dict[tuple[str, int], list[float]]


def main() -> None:
    """Choose the rates, train everything, and store the accuracies if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="where to store the numbers")
    target = parser.parse_args().json
    torch.set_num_threads(1)
    with ProcessPoolExecutor(WORKERS) as pool:
        rates = choose_rates(list(pool.map(pilot, PILOT_SEEDS)))
        results = list(pool.map(run, SEEDS, [rates] * len(SEEDS)))
    record = describe()
    record["pretraining"] = [numbers for numbers, _ in results]
    record["accuracies"] = table([row for _, rows in results for row in rows], rates)
    if target:
        target.write_text(to_json(record), encoding="utf-8")


def sources_of(seed: int) -> tuple[Starts, Record]:
    """Train the networks to start from, and say how good they were at what they did."""
    torch.manual_seed(seed)
    digits = pretrain(digits_of("train", SOURCE_DIGITS))
    photographs = pretrain(photograph_patches(seed))
    # Other patches of the same photographs, which may overlap those of training.
    other = photograph_patches(seed + 1000)
    numbers = {
        "seed": seed,
        "digits": accuracy(digits, digits_of("test", SOURCE_DIGITS)),
        "photographs": accuracy(photographs, other),
    }
    starts: Starts = {
        "from scratch": None,
        "fine-tuned": digits,
        "last layer only": digits,
        "from photographs": photographs,
    }
    return starts, {key: round(value, 4) for key, value in numbers.items()}


def learn(
    method: str, start: SmallNet | None, pictures: Pictures, rate: float, seed: int
) -> SmallNet:
    """Train one network on the few examples."""
    torch.manual_seed(seed)
    return fine_tune(start, pictures, rate, frozen=method == "last layer only")


def pilot(seed: int) -> Tries:
    """Try every rate, judged on training pictures that were not learnt from."""
    train = digits_of("train", TARGET_DIGITS)
    starts, _ = sources_of(seed)
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(train.labels), generator=generator)
    judged, kept = train[order[:100]], train[order[100:]]
    found: Tries = {}
    for examples in EXAMPLES:
        chosen = few(kept, examples, generator)
        for method in METHODS:
            found[method, examples] = [
                accuracy(learn(method, starts[method], chosen, rate, seed), judged)
                for rate in rates_for(method)
            ]
    return found


def choose_rates(pilots: list[Tries]) -> Rates:
    """Return the rates that were best on average."""
    rates = {}
    for setting in pilots[0]:
        means = np.mean([tries[setting] for tries in pilots], axis=0)
        print("pilot", *setting, means.round(3), flush=True)
        rates[setting] = rates_for(setting[0])[int(means.argmax())]
    return rates


def rates_for(method: str) -> list[float]:
    """Return the rates to choose from."""
    return RATES_ALONE if method == "last layer only" else RATES


def run(seed: int, rates: Rates) -> tuple[Record, list[Record]]:
    """Train every method with every number of examples, once."""
    train, test = (digits_of(part, TARGET_DIGITS) for part in ("train", "test"))
    starts, numbers = sources_of(seed)
    rows = []
    for examples in EXAMPLES:
        chosen = few(train, examples, torch.Generator().manual_seed(seed))
        for method in METHODS:
            rate = rates[method, examples]
            network = learn(method, starts[method], chosen, rate, seed)
            value = round(accuracy(network, test), 4)
            rows.append({"examples": examples, "method": method, "value": value})
    print(seed, *(row["value"] for row in rows), flush=True)
    return numbers, rows


def table(rows: list[Record], rates: Rates) -> list[Record]:
    """Put the seeds of each setting side by side, in the order of the seeds."""
    return [
        {
            "examples": examples,
            "method": method,
            "learning_rate": rates[method, examples],
            "test_accuracy": [
                row["value"]
                for row in rows
                if (row["examples"], row["method"]) == (examples, method)
            ],
        }
        for examples in EXAMPLES
        for method in METHODS
    ]


def describe() -> Record:
    """Say what the numbers were measured with."""
    return {
        "made_by": "benchmarks/transfer.py",
        "processor": processor(),
        "threads": torch.get_num_threads(),
        "number_type": "float32",
        "versions": versions(np, torch, sklearn),
        "data": "scikit-learn's digits, enlarged to 28 x 28 pixels",
        "test_images": len(digits_of("test", TARGET_DIGITS).labels),
        "pretrain_epochs": PRETRAIN_EPOCHS,
        "pretrain_rate": PRETRAIN_RATE,
        "steps": STEPS,
        "pretrain_batch_size": BATCH,
        "batch_size": FEW,
        "rates_tried": {method: rates_for(method) for method in METHODS},
        "seeds": SEEDS,
    }


if __name__ == "__main__":
    main()
