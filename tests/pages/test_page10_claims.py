"""What "Normalisation" says of the bug and of the recorded runs is what they show."""

from pathlib import Path

import numpy as np
import pytest
from torch import nn

from coursekit.demos import accuracy
from coursekit.intervals import interval
from coursekit.widgets.normalization_cube import example

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "book" / "normalization.md"
NONE, BATCH, GROUP = "no norm", "batch norm", "group norm"


@pytest.fixture(scope="module")
def right(page):
    """Return the accuracy in the right mode."""
    return accuracy(page["network"], page["test_images"], page["test_classes"])


def means(found):
    """Return the mean accuracy of each setting."""
    return {
        value: {name: np.mean(runs) for name, runs in row.items()}
        for value, row in found.items()
    }


def test_large_mixed_batches_hide_the_bug(page, right):
    during, _ = page["in_training_mode"](page["as_they_come"], 64)
    assert right > 0.85
    assert during == pytest.approx(right, abs=0.03)


def test_accuracy_falls_with_small_and_with_sorted_batches(page, right):
    small, _ = page["in_training_mode"](page["as_they_come"], 2)
    by_class, _ = page["in_training_mode"](page["by_class"], 64)
    assert max(small, by_class) < right - 0.2


def test_evaluating_in_training_mode_spoils_the_averages(page, right):
    _, after = page["in_training_mode"](page["by_class"], 2)
    assert after < right - 0.05
    assert not page["network"].training


def test_answers_depend_on_the_company(page):
    assert page["changed"] > 10


def test_averages_never_updated_spoil_evaluation_alone(page, right):
    never = page["never"]
    images, classes = page["test_images"], page["test_classes"]
    assert accuracy(never.eval(), images, classes) < right - 0.1
    norms = [layer for layer in never if isinstance(layer, nn.BatchNorm1d)]
    assert len(norms) == 2
    assert all(layer.running_var.eq(1).all() for layer in norms)


def test_depth_drifts_without_a_norm_and_not_with_it(page):
    curves = page["curves"]
    assert curves["weights × 0.5"][-1] < -8
    assert curves["weights × 1.5"][-1] > 4
    assert np.ptp(curves["weights × 1.5, batch norm"]) < 0.1
    np.testing.assert_allclose(
        page["spreads"](0.5, True), page["spreads"](1.5, True), atol=1e-9
    )


def test_batch_norm_is_better_at_every_rate_on_average(page):
    for row in means(page["rates"]).values():
        assert row[BATCH] > row[NONE]


def test_best_rates_are_those_of_the_prose(page):
    found = means(page["rates"])
    assert max(found, key=lambda rate: found[rate][NONE]) == "0.1"
    alike = [found[rate][BATCH] for rate in ("0.1", "0.3", "1.0")]
    assert np.ptp(alike) < 0.012
    low = interval(page["rates"]["1.0"][BATCH])[1]
    assert low > interval(page["rates"]["0.1"][NONE])[2]


def test_every_norm_is_better_than_none_and_batch_norm_best(page):
    (row,) = means(page["kinds"]).values()
    assert min(row, key=row.get) == NONE
    assert max(row, key=row.get) == BATCH
    runs = page["kinds"]["0.1"]
    layer, group = (interval(runs[name]) for name in ("layer norm", GROUP))
    assert layer[1] < group[0] < layer[2]


def test_no_difference_is_seen_between_before_and_after_relu(page):
    _, low, high = interval(page["first"] - page["second"])
    assert low < 0 < high


def test_batch_norm_stands_any_first_weights(page):
    for factor, row in means(page["scales"]).items():
        assert row[BATCH] > 0.9
        assert (row[NONE] > 0.2) == (factor == "1.0")
    assert means(page["scales"])["0.25"][BATCH] > means(page["scales"])["1.0"][BATCH]


def test_small_batches_take_more_steps_as_the_prose_says(page):
    record = page["record"]
    images, epochs = record["train_images"], record["epochs"]
    assert [images // size * epochs for size in (256, 16)] == [30, 620]
    found = means(page["sizes"])
    for size in ("64", "256"):
        assert found[size][BATCH] > found[size][GROUP] > found[size][NONE]
    assert abs(found["16"][BATCH] - found["16"][GROUP]) < 0.01
    runs = sorted(page["sizes"]["16"][NONE])
    assert runs[1] < 0.8
    assert runs[2] > 0.95


def losses(page, norm, rate):
    """Return the recorded losses, a row for each seed; infinite after diverging."""
    runs = [
        run["loss"]
        for run in page["record"]["curves"]
        if (run["norm"], run["learning_rate"]) == (norm, rate)
    ]
    longest = max(map(len, runs))
    return np.array([run + [np.inf] * (longest - len(run)) for run in runs])


@pytest.mark.parametrize(("norm", "least", "most"), [("none", 6, 10), ("batch", 1, 2)])
def test_runs_end_as_far_apart_as_the_prose_says(page, norm, least, most):
    last = losses(page, norm, 0.1)[:, -1]
    assert least < last.max() / last.min() < most


def test_means_and_medians_end_when_the_prose_says(page):
    found, every = losses(page, "none", 3.0), page["record"]["loss_every"]
    assert every * np.isfinite(found.mean(axis=0)).sum() == 2
    with np.errstate(invalid="ignore"):
        assert every * np.isfinite(np.median(found, axis=0)).sum() == 4


def test_what_each_norm_takes_away_in_the_figure():
    x = example()  # (N, C, H * W)
    assert np.ptp(x.mean(axis=(0, 2))) > np.ptp(x.mean(axis=(1, 2))) > 5
    hats = {}
    for norm, axes in {"batch": (0, 2), "layer": (1, 2), "instance": 2}.items():
        centred = x - x.mean(axis=axes, keepdims=True)
        hats[norm] = centred / x.std(axis=axes, keepdims=True)
    channels = {norm: np.ptp(hat.mean(axis=(0, 2))) for norm, hat in hats.items()}
    images = {norm: np.ptp(hat.mean(axis=(1, 2))) for norm, hat in hats.items()}
    assert channels["batch"] == pytest.approx(0) == images["layer"]
    assert channels["instance"] == pytest.approx(0) == images["instance"]
    assert hats["layer"].mean(axis=2).argmax(axis=1).tolist() == [3] * 4
    order = hats["batch"].mean(axis=(1, 2)).argsort()
    assert order.tolist() == x.mean(axis=(1, 2)).argsort().tolist()
