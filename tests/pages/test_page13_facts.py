"""Facts of the page "LeNet-5" that need no run of it: records, formulas, exercises."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from torch import nn

from convnets import conv_parameters, one_cycle
from coursekit.records import load_record
from coursekit.runs import find_preset
from exercises import ps7

PAGE = Path(__file__).parents[2] / "book" / "lenet.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_one_cycle_of_the_quick_preset():
    quick = find_preset("lenet-quick")
    total = quick.epochs * -(-60_000 // quick.batch_size)
    assert f"{total:,} steps" in TEXT
    rates = [one_cycle(n, total, quick.max_lr, quick.pct_start) for n in range(total)]
    assert rates[0] == pytest.approx(0.002)
    assert max(rates) == pytest.approx(0.05, rel=1e-4)
    assert 0.25 < np.argmax(rates) / total < 1 / 3


def test_pixels_of_mnist_in_megabytes():
    assert "60,000 · 784 bytes, 47 MB" in TEXT
    assert round(60_000 * 784 / 1e6) == 47


def interval(values):
    """Return the 95 % interval of a mean, by Student's t."""
    return stats.t.interval(
        0.95, len(values) - 1, np.mean(values), stats.sem(values, ddof=1)
    )


def test_the_classic_variant_errs_less_in_the_record():
    last = {
        variant: [
            100 * (1 - run["epochs"][-1]["test_accuracy"])
            for run in load_record(f"training/lenet-quick-{variant}")["runs"]
        ]
        for variant in ("original", "classic")
    }
    assert len(last["original"]) == len(last["classic"]) == 5
    assert min(last["original"]) > max(last["classic"])
    ends = [f(last[v]) for v in ("original", "classic") for f in (min, max)]
    assert [f"{end:.2f}" for end in ends] == ["1.10", "1.38", "0.94", "1.03"]
    assert "1.10 and 1.38 percent" in TEXT
    assert "between 0.94 and 1.03" in TEXT
    (below, _), (_, above) = (interval(last[v]) for v in ("original", "classic"))
    assert above < below


def test_seeds_of_the_digits_reach_as_far_as_an_answer_says():
    runs = load_record("training/lenet-digits-classic")["runs"]
    last = [run["epochs"][-1]["test_accuracy"] for run in runs]
    assert (len(runs), min(last), max(last)) == (5, 0.982, 0.992)
    assert (round(500 * 0.016), round(500 * 0.012)) == (8, 6)


def test_the_answer_on_cifar_images():
    assert conv_parameters(3, 20, 5) == 1520
    assert nn.Linear(50 * 8 * 8, 500).weight.numel() + 500 == 1_600_500


def test_all_exercises_have_their_difficulty_and_minutes():
    levels = {1: "easy", 2: "medium", 3: "hard"}
    for item in ps7.PROBLEM_SET.checked:
        line = f"**`{item.id}`** · {levels[item.difficulty]} · about {item.minutes} min"
        assert line in TEXT, item.id
    assert "**`ps7.mistakes`** · about 30 minutes." in TEXT
